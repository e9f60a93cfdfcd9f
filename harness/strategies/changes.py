"""What an administrator does on a day, drawn from all that fits a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from harness.edits import DailyEdit, daily_edits

if TYPE_CHECKING:
    from harness.world import World


def edits(world: World) -> st.SearchStrategy[DailyEdit]:
    """Draw one edit; each fits the world and changes it."""
    return st.sampled_from(daily_edits(world))

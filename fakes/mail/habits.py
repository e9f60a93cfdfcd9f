"""What Exchange does in a session where no source says it: a question, its answers.

The sender asks only where the answers differ; who drives it answers from readings.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Habit(StrEnum):
    """An open question about the sender; its value is the name of the reading."""

    # exchange-routing#X-17
    SIZE = "size_announced"
    # exchange-routing#X-18
    UTF8 = "utf8_not_offered"
    # exchange-routing#E20
    EIGHT_BIT = "eight_bit_kept"


HEEDED, IGNORED = "heeded", "ignored"
NDR, SENT = "ndr", "sent"
DEFAULTS: Mapping[Habit, str] = MappingProxyType(
    {Habit.SIZE: HEEDED, Habit.UTF8: NDR, Habit.EIGHT_BIT: SENT}
)
Habits = Callable[[Habit], str]


def by_default(habit: Habit) -> str:
    """Answer as the readings do where nobody has settled them."""
    return DEFAULTS[habit]

"""The whole catalogue, in the order of its ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.failures import (
    at_zivver,
    capture,
    engine,
    field_cases,
    recipients,
    routing,
    selection,
    submission,
)

if TYPE_CHECKING:
    from harness.failures.noun import Failure

CATALOGUE: tuple[Failure, ...] = (
    *selection.ENTRIES,
    *engine.ENTRIES,
    *routing.ENTRIES,
    *submission.ENTRIES,
    *recipients.ENTRIES,
    *at_zivver.ENTRIES,
    *capture.ENTRIES,
    *field_cases.ENTRIES,
)


def find_failure(id_: str) -> Failure | None:
    """Find an entry by its id, whatever the case."""
    return next((one for one in CATALOGUE if one.id.lower() == id_.lower()), None)

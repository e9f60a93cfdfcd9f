"""The whole catalogue, in the order of its ids."""

from __future__ import annotations

from dataclasses import replace
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
from harness.failures.told_by import TOLD_BY

if TYPE_CHECKING:
    from harness.failures.noun import Failure

_PARTS = (
    selection,
    engine,
    routing,
    submission,
    recipients,
    at_zivver,
    capture,
    field_cases,
)
CATALOGUE: tuple[Failure, ...] = tuple(
    replace(failure, told_by=TOLD_BY.get(failure.id, ()))
    for part in _PARTS
    for failure in part.ENTRIES
)


def find_failure(id_: str) -> Failure | None:
    """Find an entry by its id, whatever the case."""
    return next((one for one in CATALOGUE if one.id.lower() == id_.lower()), None)

"""MATCH, NO_MATCH, UNKNOWN, and how they combine."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What a test says of a mail."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"
    UNKNOWN = "UNKNOWN"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """AND: one NO_MATCH decides alone, then one UNKNOWN."""
    seen = set(verdicts)
    if Verdict.NO_MATCH in seen:
        return Verdict.NO_MATCH
    return Verdict.UNKNOWN if Verdict.UNKNOWN in seen else Verdict.MATCH


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """OR: one MATCH decides alone, then one UNKNOWN."""
    seen = set(verdicts)
    if Verdict.MATCH in seen:
        return Verdict.MATCH
    return Verdict.UNKNOWN if Verdict.UNKNOWN in seen else Verdict.NO_MATCH


def negated(verdict: Verdict) -> Verdict:
    """NOT: UNKNOWN stays what it is."""
    if verdict is Verdict.UNKNOWN:
        return verdict
    return Verdict.NO_MATCH if verdict is Verdict.MATCH else Verdict.MATCH


def verdict_of(truth: bool) -> Verdict:  # noqa: FBT001  it is a conversion
    """MATCH for true."""
    return Verdict.MATCH if truth else Verdict.NO_MATCH

"""What a derived mail is for, of one mail flow rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """Why a mail was written for a rule."""

    ALONE = "alone"
    TOGETHER = "together with the rule that sends mail to Zivver"
    EXCEPTED = "excepted"


@dataclass(frozen=True, slots=True)
class Target:
    """The rule whose own words a mail has; `exception` is the place of one of its own.

    `side` is that of a hybrid.
    """

    rule: str
    purpose: Purpose
    exception: int | None = None
    side: str = ""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A mail that could not be written for a rule, and why."""

    target: Target
    why: str

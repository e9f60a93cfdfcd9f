"""Steps: what happened to a mail, in the order in which it happened.

A step is data; `harness.report` turns it into sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.mail.address import Address

__all__ = [
    "Answer",
    "Detail",
    "Step",
    "StepKind",
    "Trace",
]


class Trace(StrEnum):
    """How much of its way a mail's steps tell; what becomes of it is the same.

    FULL has every rule with each of its tests. BRIEF has of the rules only those that
    matched or cannot be told, without their tests: it costs a fraction.
    """

    FULL = "full"
    BRIEF = "brief"


class StepKind(StrEnum):
    """What sort of thing happened."""

    SUBMITTED = "submitted"
    RESOLVED = "resolved"
    EXPANDED = "expanded"
    RULE = "rule"
    FORKED = "forked"
    CONNECTOR = "connector"
    HANDED_OFF = "handed off"
    GATEWAY = "gateway"
    ADMISSION = "admission"
    DELIVERY = "delivery"
    ENDED = "ended"


class Answer(StrEnum):
    """The answer of a step or of a test within it."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Detail:
    """One test or change within a step: what was asked for, what was found."""

    name: str
    answer: Answer
    looked_for: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    why: str = ""
    is_exception: bool = False
    about: Address | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `recipients` are those whom it concerns; empty means all.

    `side` is the half of a hybrid in which it happened.
    """

    kind: StepKind
    subject: str
    answer: Answer
    why: str = ""
    details: tuple[Detail, ...] = ()
    did: tuple[str, ...] = ()
    recipients: tuple[Address, ...] = ()
    place: str = ""
    side: str = ""

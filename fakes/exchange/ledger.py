"""What Exchange writes down: passes, endings inside, transmissions made."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.exchange.rules.fork import Ending, Leg
from fakes.exchange.transport import Pass
from fakes.mail.handoff import Transmission
from fakes.mail.item import MailItem


@dataclass(frozen=True, slots=True)
class Passed:
    """A mail that took its pass through transport; `number` counts mails from 0."""

    number: int
    item: MailItem
    result: Pass


@dataclass(frozen=True, slots=True)
class EndedInside:
    """A leg of a mail that ended inside Exchange, or whose hand-off failed for good."""

    number: int
    leg: Leg
    ending: Ending


@dataclass(frozen=True, slots=True)
class Transmitted:
    """One attempt at a hand-off; `legs` are those that it was made for."""

    number: int
    legs: tuple[Leg, ...]
    transmission: Transmission


Record = Passed | EndedInside | Transmitted

"""Everything that was written down about one mail, computed or observed."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.exchange.ledger import Record
from fakes.internet.gateway import Passage
from fakes.internet.hosts import Arrival
from fakes.mail.address import Address
from fakes.mail.handoff import Transmission
from fakes.mail.item import MailItem
from fakes.mail.reply import Reply
from fakes.zivver.ledger import Transaction
from fakes.zivver.letters import Letter

__all__ = ["Crossing", "Mailed", "Onward", "Posted", "Receipt", "Relayed", "Story"]


@dataclass(frozen=True, slots=True)
class Onward:
    """A hand-off that somebody else's server made, and the receipt of it."""

    transmission: Transmission
    receipt: Transaction | Arrival | None


@dataclass(frozen=True, slots=True)
class Relayed:
    """A mail that a gateway took and passed on, or kept.

    `onward` stands beside the hand-offs of the passage.
    """

    arrival: Arrival
    passage: Passage
    onward: tuple[Onward, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that was written down about one mail.

    `receipts` stand beside the `Transmitted` records of `exchange`, in their order.
    `side` is the half of a hybrid whose story it is, empty where there is only one.
    `letters` are those that Zivver mailed back into the organization, `posted` those
    that it mailed to somebody outside.
    """

    item: MailItem
    refused: tuple[tuple[Address, Reply], ...] = ()
    exchange: tuple[Record, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    side: str = ""
    letters: tuple[Mailed, ...] = ()
    posted: tuple[Posted, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailed:
    """A letter that Zivver wrote because of one of its transactions, and its story."""

    transaction: Transaction
    letter: Letter
    story: Story


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter that Zivver sent to somebody outside, and what his host wrote down."""

    transaction: Transaction
    letter: Letter
    transmission: Transmission
    arrival: Arrival | None

    @property
    def is_taken(self) -> bool:
        """Whether the host has it now, also where the connection broke too early."""
        is_there = self.arrival is not None and self.arrival.is_accepted
        return is_there or bool(self.transmission.accepted)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A mail that the other side of a hybrid took, and all that it did with it."""

    story: Story


Receipt = Transaction | Arrival | Relayed | Crossing | None

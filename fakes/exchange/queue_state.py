"""What the queue remembers, what can happen to it, what it wants done: its nouns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from fakes.exchange.departure import Outgoing
from fakes.exchange.ledger import Book, Record
from fakes.exchange.shelf import Shelf
from fakes.exchange.transport import Ended
from fakes.mail.handoff import HandOff, Transmission
from fakes.mail.item import MailItem
from fakes.mail.reply import Reply

if TYPE_CHECKING:
    from fakes.exchange.rules.fork import Leg
    from fakes.mail.address import Address


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail came in."""

    item: MailItem
    at: datetime


@dataclass(frozen=True, slots=True)
class Replied:
    """A hand-off was tried; `entry` is the number that `Send` gave."""

    entry: int
    transmission: Transmission
    at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Retried:
    """An administrator lets what waits be tried at once (Retry-Queue)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """An administrator lets what waits be categorized anew (Retry-Queue -Resubmit)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reconfigured:
    """Connectors or domains have changed; the organization of the step is the new one.

    exchange-routing#A17: what no connector takes is categorized anew by itself.
    """

    at: datetime


Event = Accepted | Replied | Tick | Retried | Resubmitted | Reconfigured


@dataclass(frozen=True, slots=True)
class Send:
    """Make this hand-off and report with `Replied`."""

    entry: int
    handoff: HandOff


@dataclass(frozen=True, slots=True)
class NewMail:
    """A child to be taken in with `Accepted`."""

    item: MailItem


Effect = Send | NewMail


@dataclass(frozen=True, slots=True)
class Entry:
    """Recipients of a mail that wait together.

    For a hand-off (`outgoing`), or inside Exchange where no connector takes them
    (`parked`). `alone` are those recipients of the mail who are nobody else beside.
    `failures` counts attempts in a row that failed alike; None as `next_attempt` means
    that an attempt is being made, or that none is to be made by itself.
    """

    number: int
    mail: int
    item: MailItem
    expires: datetime
    outgoing: Outgoing | None = None
    parked: tuple[Ended, ...] = ()
    alone: frozenset[Address] = frozenset()
    failures: int = 0
    is_unreached: bool = False
    next_attempt: datetime | None = None
    notice: datetime | None = None
    resubmits: datetime | None = None
    last: tuple[tuple[Address, Reply], ...] = ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Give the recipients that wait."""
        if self.outgoing is None:
            return tuple(entry.leg for entry in self.parked)
        return self.outgoing.legs

    @property
    def due(self) -> datetime | None:
        """When something is to be done about it; None while an attempt is made."""
        if self.outgoing is not None and self.next_attempt is None:
            return None
        times = (self.next_attempt, self.notice, self.resubmits, self.expires)
        return min(time for time in times if time is not None)


@dataclass(frozen=True, slots=True)
class QueueState:
    """All that Exchange remembers: the queue and the ledger."""

    shelf: Shelf[Entry] = field(default_factory=Shelf)
    book: Book = field(default_factory=Book)
    mails: int = 0
    serial: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What waits or is being tried, in the order in which it came."""
        return tuple(self.shelf)

    @property
    def ledger(self) -> tuple[Record, ...]:
        """What was written down."""
        return self.book.read()

    @property
    def next_due(self) -> datetime | None:
        """When something is due, None when nothing waits."""
        return self.shelf.due

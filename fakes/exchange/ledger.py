"""What Exchange writes down: passes, endings, transmissions made, who was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fakes.exchange.dsn import Action
from fakes.exchange.rules.fork import Ending, Leg
from fakes.exchange.transport import Pass
from fakes.mail.handoff import Transmission
from fakes.mail.item import MailItem


@dataclass(frozen=True, slots=True)
class Passed:
    """A mail that took its pass through transport; `number` counts mails from 0.

    A mail that is categorized anew passes again, under its number.
    """

    number: int
    item: MailItem
    result: Pass
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EndedInside:
    """A leg of a mail that ended inside Exchange, or whose hand-off failed for good.

    One that waits inside for a connector may end later, in another record.
    """

    number: int
    leg: Leg
    ending: Ending
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Transmitted:
    """One attempt at a hand-off; `legs` are those that it was made for.

    When it was made stands in the hand-off.
    """

    number: int
    legs: tuple[Leg, ...]
    transmission: Transmission


@dataclass(frozen=True, slots=True)
class Told:
    """A report to the sender of a mail, about these legs."""

    number: int
    legs: tuple[Leg, ...]
    action: Action
    at: datetime


Record = Passed | EndedInside | Transmitted | Told


class Book:
    """All records in their order. To write in it gives another book, and no copy.

    Books that came of one another share their pages: each knows how far it reads.
    """

    __slots__ = ("_length", "_pages")

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._pages = list(records)
        self._length = len(self._pages)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Book) and self.read() == other.read()

    def __hash__(self) -> int:
        return hash(self._length)

    def __repr__(self) -> str:
        return f"Book({self.read()!r})"

    def read(self) -> tuple[Record, ...]:
        """Give the records."""
        return tuple(self._pages[: self._length])

    def with_page(self, records: Iterable[Record]) -> Book:
        """Give the book with these records added."""
        if len(self._pages) > self._length:
            # Somebody else has written on: the two histories part here.
            return Book((*self.read(), *records))
        book = Book.__new__(Book)
        book._pages = self._pages  # noqa: SLF001  its own class
        book._pages.extend(records)  # noqa: SLF001
        book._length = len(book._pages)  # noqa: SLF001
        return book

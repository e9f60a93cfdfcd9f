"""Records that a running fake hands to a test: which were looked at, and waiting."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from fakes.mail.address import parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fakes.mail.address import Address

__all__ = ["DEFAULT_TIMEOUT", "Kept"]

# Seconds.
DEFAULT_TIMEOUT = 5.0


class Record(Protocol):
    """What became of one copy of a mail."""

    @property
    def recipient(self) -> Address | None:
        """Whom it was sent to."""

    @property
    def why(self) -> str:
        """What became of it, in a line."""


R = TypeVar("R", bound=Record)


class Kept(Generic[R]):
    """Records in the order in which they came; any thread may add and wait."""

    def __init__(self) -> None:
        self._records: list[R] = []
        self._seen: set[int] = set()
        self._arrived = threading.Condition()

    def add(self, records: Iterable[R]) -> None:
        """Keep some more, and wake those who wait."""
        with self._arrived:
            self._records.extend(records)
            self._arrived.notify_all()

    def hand_over(self) -> tuple[R, ...]:
        """Give all of them; they are looked at now."""
        with self._arrived:
            self._seen.update(range(len(self._records)))
            return tuple(self._records)

    def wait_for(
        self,
        recipient: str | None = None,
        *,
        count: int = 1,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> tuple[R, ...]:
        """Wait until that many are there, of one recipient or of all; hand them over.

        Raises:
            TimeoutError: they did not come within `timeout` seconds; it tells what did.

        """
        who = None if recipient is None else parse_address(recipient)
        with self._arrived:
            is_there = self._arrived.wait_for(
                lambda: len(self._of(who)) >= count, timeout
            )
            found = self._of(who)
            if not is_there:
                others = "; ".join(f"{r.recipient} {r.why}" for r in self._records)
                came = f"{len(found)} of {count} records came"
                raise TimeoutError(f"{came}: {others or 'nothing'}")
            self._seen.update(found)
            return tuple(self._records[index] for index in found)

    def unseen(self, must_be: Callable[[R], bool]) -> tuple[R, ...]:
        """Give those that somebody must look at and nobody did."""
        with self._arrived:
            return tuple(
                record
                for index, record in enumerate(self._records)
                if index not in self._seen and must_be(record)
            )

    def _of(self, who: Address | None) -> list[int]:
        return [
            index
            for index, record in enumerate(self._records)
            if who is None or record.recipient == who
        ]

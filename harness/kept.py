"""Records that a running fake hands to a test: which were looked at, and waiting."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["DEFAULT_TIMEOUT", "Kept"]

R = TypeVar("R")
# Seconds.
DEFAULT_TIMEOUT = 5.0


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
        is_wanted: Callable[[R], bool],
        *,
        count: int,
        timeout: float,
        told: Callable[[R], str],
    ) -> tuple[R, ...]:
        """Wait until that many are there, and hand them over.

        Raises:
            TimeoutError: they did not come in time; it tells what did.

        """
        with self._arrived:
            is_there = self._arrived.wait_for(
                lambda: len(self._found(is_wanted)) >= count, timeout
            )
            found = self._found(is_wanted)
            if not is_there:
                others = "; ".join(map(told, self._records)) or "nothing"
                raise TimeoutError(f"{len(found)} of {count} records came: {others}")
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

    def _found(self, is_wanted: Callable[[R], bool]) -> list[int]:
        return [i for i, record in enumerate(self._records) if is_wanted(record)]

"""The ledger on disk: JSON Lines, written as it comes and never read back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from fakes.zivver.ledger_lines import line_of_refusal, lines_of_transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fakes.zivver.ledger import Refusal, Transaction


class LedgerFile:
    """Appends each entry to a file as it comes, so that a crash loses none.

    `mail` and `refusal` are what an endpoint tells of; nothing is kept in memory.
    `clock` gives aware times.

    Raises:
        OSError: the file cannot be written; one line that names it.

    """

    def __init__(self, path: str, clock: Callable[[], datetime]) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        self._number = 0
        try:
            # Without a buffer: what was told is on its way to the disk at once.
            self._file = open(path, "ab", buffering=0)  # noqa: PTH123, SIM115
        except OSError as problem:
            raise self._failed(problem) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mail(self, transaction: Transaction, *_: object) -> None:
        """Write one mail; what else is told of it (its bytes) is not for the ledger."""
        with self._lock:
            number, at = self._next()
            self._write(lines_of_transaction(transaction, number=number, at=at))

    def refusal(self, refusal: Refusal) -> None:
        """Write a session that was refused before its mail."""
        with self._lock:
            number, at = self._next()
            self._write((line_of_refusal(refusal, number=number, at=at),))

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            self._file.close()

    def _next(self) -> tuple[int, datetime]:
        self._number += 1
        return self._number, self._clock()

    def _write(self, lines: tuple[str, ...]) -> None:
        octets = "".join(f"{line}\n" for line in lines).encode("ascii")
        try:
            while octets:
                octets = octets[self._file.write(octets) :]
        except OSError as problem:
            raise self._failed(problem) from None

    def _failed(self, problem: OSError) -> OSError:
        why = (problem.strerror or "no reason given").lower()
        return OSError(f"the ledger `{self._path}` cannot be written: {why}")

"""What is wrong with an exported configuration, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

MAX_SHOWN = 60


class ExportError(ValueError):
    """An exported configuration that cannot be read; the message begins with its place.

    One line: file and line, what was found, what would be right.
    """

    def __init__(self, place: str, message: str) -> None:
        """Join place and message."""
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.message = message

    @property
    def faults(self) -> tuple[ExportError, ...]:
        """Each thing that is wrong: this one."""
        return (self,)


class ExportErrors(ExportError):  # noqa: N818  it is several
    """Several things that are wrong, one a line; the first gives the place."""

    def __init__(self, faults: tuple[ExportError, ...]) -> None:
        """Join them."""
        first, *rest = faults
        super().__init__(first.place, "\n".join((first.message, *map(str, rest))))
        self._faults = faults

    @property
    def faults(self) -> tuple[ExportError, ...]:
        """Each thing that is wrong."""
        return self._faults


@dataclass(slots=True)
class Faults:
    """What is wrong, collected, so that somebody hears of all of it at once."""

    found: list[ExportError] = field(default_factory=list)

    def ask(self, read: Callable[[], T]) -> T | None:
        """Give what was read; None where something was wrong with it."""
        try:
            return read()
        except ExportError as problem:
            self.found.extend(problem.faults)
            return None

    def check(self) -> None:
        """Go on only if nothing was wrong.

        Raises:
            ExportError: something was; several are raised as one.

        """
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise ExportErrors(tuple(self.found))


def each(read: Callable[[T], U], entries: Iterable[T]) -> tuple[U, ...]:
    """Read every one of several.

    Raises:
        ExportError: what is wrong with any of them, all together.

    """
    faults = Faults()
    made: list[U] = []
    for entry in entries:
        try:
            made.append(read(entry))
        except ExportError as problem:
            faults.found.extend(problem.faults)
    faults.check()
    return tuple(made)


def shown(value: object) -> str:
    """Give a value short and printable, for messages on one line."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in cut)

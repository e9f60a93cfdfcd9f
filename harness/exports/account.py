"""The account: what was understood of an export, property by property."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fakes.exchange.rules.rule import is_set
from harness.exports.formats import Exported

_EXAMPLES = 5


class Understood(StrEnum):
    """What became of a property."""

    USED = "used"
    EMPTY = "empty"
    WITHOUT_EFFECT = "without effect"
    NOT_JUDGED = "not judged"
    NOT_UNDERSTOOD = "not understood"
    SECRET = "a password, not read"  # noqa: S105  what it says of one


@dataclass(frozen=True, slots=True)
class Row:
    """How one property is treated, and on what source.

    `harmless` are values (in lower case) without effect. `only_if` names another
    property and the value that it must have for this one to matter.
    """

    use: Understood
    source: str
    harmless: frozenset[str] = frozenset()
    only_if: tuple[str, str] | None = None


Table = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one property of one object."""

    property: str
    how: Understood
    why: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: a property of a file, with the objects it is about."""

    file: str
    property: str
    how: Understood
    why: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file: the cmdlet that it comes from, or why it was not read.

    `is_note`: it is for people, and nothing of it was to be read.
    """

    file: str
    what: str
    count: int = 0
    is_read: bool = True
    remark: str = ""
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The account in numbers: of values (one property of one object), and of files."""

    used: int
    empty: int
    without_effect: int
    not_judged: int
    not_understood: int
    passwords: int
    files_read: int
    files_not_read: int

    @property
    def values(self) -> int:
        """How many there are in all."""
        known = self.used + self.empty + self.without_effect
        return known + self.not_judged + self.not_understood + self.passwords


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that was in the folder, and what became of it."""

    files: tuple[FileLine, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def not_read(self) -> tuple[FileLine, ...]:
        """The files of which nothing was read, but for notes."""
        return tuple(f for f in self.files if not (f.is_read or f.is_note))

    @property
    def summary(self) -> Summary:
        """The numbers of it."""
        return Summary(
            used=self.count(Understood.USED),
            empty=self.count(Understood.EMPTY),
            without_effect=self.count(Understood.WITHOUT_EFFECT),
            not_judged=self.count(Understood.NOT_JUDGED),
            not_understood=self.count(Understood.NOT_UNDERSTOOD),
            passwords=self.count(Understood.SECRET),
            files_read=sum(file.is_read for file in self.files),
            files_not_read=len(self.not_read),
        )

    def count(self, how: Understood) -> int:
        """Count the values (one property of one object) that went that way."""
        return sum(line.count for line in self.lines if line.how is how)

    def of(self, *hows: Understood) -> tuple[Line, ...]:
        """Give the lines that went one of these ways."""
        return tuple(line for line in self.lines if line.how in hows)


@dataclass(slots=True)
class Ledger:
    """Collects marks while files are read; the only thing here that changes."""

    files: list[FileLine] = field(default_factory=list)
    _marks: dict[tuple[str, str, Understood, str], list[str]] = field(
        default_factory=dict
    )

    def note(self, entry: Exported, name: str, marks: Iterable[Mark]) -> None:
        """Write down what became of the properties of one object called `name`."""
        for mark in marks:
            key = (entry.file, mark.property, mark.how, mark.why)
            self._marks.setdefault(key, []).append(name)
        for secret in entry.secrets:
            key = (entry.file, secret, Understood.SECRET, "delete it from the file")
            self._marks.setdefault(key, []).append(name)

    def close(self) -> Account:
        """Give the account."""
        lines = tuple(
            Line(file, name, how, why, len(of), tuple(dict.fromkeys(of))[:_EXAMPLES])
            for (file, name, how, why), of in self._marks.items()
        )
        return Account(tuple(self.files), lines)


def marks_of(entry: Exported, table: Table, *, rest: Understood) -> tuple[Mark, ...]:
    """Say of each property what becomes of it; `rest` for one without a row."""
    return tuple(
        _mark(entry, name, value, table.get(name.lower()), rest)
        for name, value in entry.properties.items()
    )


def unjudged(marks: Iterable[Mark]) -> tuple[str, ...]:
    """Name the properties that carry a value and that nobody judges."""
    open_ = (Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD)
    return tuple(mark.property for mark in marks if mark.how in open_)


def table_of(*groups: tuple[Understood, str, str]) -> dict[str, Row]:
    """Make rows of groups: use, source, names separated by blanks."""
    return {
        name.lower(): Row(use, source)
        for use, source, names in groups
        for name in names.split()
    }


def _mark(
    entry: Exported, name: str, value: object, row: Row | None, rest: Understood
) -> Mark:
    if row is None:
        # exports#2.1: ignore what is empty, report what carries a value.
        return Mark(name, rest if is_set(value) else Understood.EMPTY)
    if row.use is not Understood.NOT_JUDGED:
        is_empty = value is None or value in ("", [])
        return Mark(name, Understood.EMPTY if is_empty else row.use, row.source)
    # `false` is "not set", but where `true` is what is normal.
    carries = is_set(value) or (value is False and "true" in row.harmless)
    if not carries:
        return Mark(name, Understood.EMPTY)
    if _said(value) in row.harmless:
        return Mark(name, Understood.WITHOUT_EFFECT, row.source)
    if row.only_if and _said(entry.get(row.only_if[0])) != row.only_if[1]:
        return Mark(name, Understood.WITHOUT_EFFECT, row.source)
    return Mark(name, Understood.NOT_JUDGED, row.source)


def _said(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("Value", value.get("value", ""))
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return str(value).lower()

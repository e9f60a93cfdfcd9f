"""The account: what was understood of an export, property by property."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from fakes.exchange.rules.rule import is_set
from harness.exports.formats import Columns, Exported, Lost

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
    """How one property is treated, on what source, and why it does not matter.

    `harmless` are values (in lower case) without effect. `only_if` names another
    property and the value that it must have for this one to matter.
    """

    use: Understood
    source: str
    why: str = ""
    harmless: frozenset[str] = frozenset()
    only_if: tuple[str, str] | None = None


_UNKNOWN = Row(Understood.NOT_UNDERSTOOD, "")


class Table:
    """The rows of the properties of one cmdlet, by their names in lower case.

    `rest` is the row of all that have none of their own.
    """

    __slots__ = ("_rows", "rest")

    def __init__(self, rows: Mapping[str, Row], rest: Row = _UNKNOWN) -> None:
        """Keep the rows."""
        self._rows = MappingProxyType(dict(rows))
        self.rest = rest

    def __contains__(self, name: str) -> bool:
        """Say whether there is a row for this name (in lower case)."""
        return name in self._rows

    @property
    def used(self) -> frozenset[str]:
        """The names of what is used, in lower case."""
        return self._that_are(Understood.USED)

    @property
    def without_effect(self) -> frozenset[str]:
        """The names of what changes nothing for mail, in lower case."""
        return self._that_are(Understood.WITHOUT_EFFECT)

    def _that_are(self, use: Understood) -> frozenset[str]:
        return frozenset(name for name, row in self._rows.items() if row.use is use)

    def row(self, name: str) -> Row | None:
        """Give the row of a property."""
        return self._rows.get(name.lower())


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one property of one object, why, and on what source."""

    property: str
    how: Understood
    why: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: a property of a file, with the objects it is about."""

    file: str
    property: str
    how: Understood
    why: str
    count: int
    examples: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file: the cmdlet that it comes from, or why it was not read.

    `is_note`: it is for people, and nothing of it was to be read. `is_in_doubt`: it
    was read, and is not what a manifest says.
    """

    file: str
    what: str
    count: int = 0
    is_read: bool = True
    remark: str = ""
    is_note: bool = False
    is_in_doubt: bool = False


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
    def in_doubt(self) -> tuple[FileLine, ...]:
        """The files that are not as the export left them."""
        return tuple(f for f in self.files if f.is_in_doubt)

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
class _Tally:
    """How many objects a mark is about, and some of their names."""

    mark: Mark
    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < _EXAMPLES and name not in self.names:
            self.names.append(name)


_NOTE = Mark("", Understood.WITHOUT_EFFECT, "the type of another property")
_SECRET = Mark("", Understood.SECRET, "delete it from the file")


@dataclass(slots=True)
class Ledger:
    """Collects marks while files are read; the only thing here that changes.

    Of each object every property is marked once: `note` is given what a reader says of
    them, and adds what no reader sees.
    """

    files: list[FileLine] = field(default_factory=list)
    _tallies: dict[str, dict[int, _Tally]] = field(default_factory=dict)

    def note(self, entry: Exported, name: str, marks: Iterable[Mark]) -> None:
        """Write down what became of the properties of one object called `name`."""
        # Most marks are shared by the objects of a file: each is known by itself, and
        # kept in its tally, so that it stays the only one with that number.
        tallies = self._tallies.setdefault(entry.file, {})
        for mark in marks:
            tally = tallies.get(id(mark))
            if tally is None:
                tally = tallies[id(mark)] = _Tally(mark)
            tally.add(name)
        for names, how in ((entry.notes, _NOTE), (entry.secrets, _SECRET)):
            for one in names:
                mark = _named(how, one)
                tallies.setdefault(id(mark), _Tally(mark)).add(name)

    def note_unused(self, entry: Exported, why: str) -> None:
        """Write down an object of which nothing is used."""
        mark = Mark("", Understood.WITHOUT_EFFECT, why)
        marks = [_named(mark, name) for name in entry.columns.names]
        self.note(entry, entry.place, marks)

    def close(self) -> Account:
        """Give the account."""
        lines = tuple(
            Line(
                file,
                mark.property,
                mark.how,
                mark.why,
                tally.count,
                tuple(tally.names),
                mark.source,
            )
            for file, tallies in self._tallies.items()
            for mark, tally in _joined(tallies.values()).items()
        )
        return Account(tuple(self.files), lines)


def marks_of(entry: Exported, table: Table) -> tuple[Mark, ...]:
    """Say of each property what becomes of it."""
    plans = _plans(entry.columns, table)
    marks = tuple(
        [
            plan.empty
            if value is None or (value is False and plan.drops_false)
            else plan.mark(entry, value)
            for plan, value in zip(plans, entry.values, strict=True)
        ]
    )
    if not entry.lost:
        return marks
    return marks + tuple(_lost(name, table.row(name), why) for name, why in entry.lost)


def changed(marks: tuple[Mark, ...], *better: Mark) -> tuple[Mark, ...]:
    """Give the marks with others for the properties that these name.

    One that names no property of the object is about what it does not have: it is left
    out, for nothing was exported that it could be about.
    """
    if not better:
        return marks
    known = {mark.property.lower(): mark for mark in better}
    return tuple(known.get(mark.property.lower(), mark) for mark in marks)


def unjudged(marks: Iterable[Mark]) -> tuple[str, ...]:
    """Name the properties that carry a value and that nobody judges."""
    return tuple([mark.property for mark in marks if mark.how in _OPEN])


def used(source: str, names: str) -> dict[str, Row]:
    """Make rows of what is used; the names are separated by blanks."""
    return dict.fromkeys(names.lower().split(), Row(Understood.USED, source))


def without_effect(why: str, source: str, names: str) -> dict[str, Row]:
    """Make rows of what does not matter, and say why."""
    row = Row(Understood.WITHOUT_EFFECT, source, why)
    return dict.fromkeys(names.lower().split(), row)


_USUAL = "its usual value changes nothing"
_OPEN = (Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What can become of a property of this name: its marks, made once.

    `drops_false`: `false` is "not set" (exports#2.1), but where `true` is normal.
    """

    row: Row
    has_row: bool
    empty: Mark
    carries: Mark
    harmless: Mark
    drops_false: bool

    def mark(self, entry: Exported, value: object) -> Mark:
        """Say what becomes of a value."""
        row = self.row
        if not self.has_row:
            # exports#2.1: ignore what is empty, report what carries a value.
            return self.carries if is_set(value) else self.empty
        if row.use is not Understood.NOT_JUDGED:
            return self.empty if value in ("", []) else self.carries
        if not (is_set(value) or value is False):
            return self.empty
        if _said(value) in row.harmless:
            return self.harmless
        if row.only_if and _said(entry.get(row.only_if[0])) != row.only_if[1]:
            return self.harmless
        return self.carries


def _lost(name: str, row: Row | None, lost: Lost) -> Mark:
    if row and row.use is Understood.WITHOUT_EFFECT:
        return Mark(name, row.use, row.source)
    return Mark(name, Understood.NOT_JUDGED, lost.why)


@lru_cache(maxsize=4096)
def _plans(columns: Columns, table: Table) -> tuple[_Plan, ...]:
    return tuple(_plan(name, table) for name in columns.names)


def _plan(name: str, table: Table) -> _Plan:
    known = table.row(name)
    row = known or table.rest
    is_open = row.use is Understood.NOT_JUDGED
    return _Plan(
        row,
        known is not None,
        Mark(name, Understood.EMPTY),
        Mark(name, row.use, row.why, row.source),
        Mark(name, Understood.WITHOUT_EFFECT, _USUAL, row.source),
        drops_false=known is None or (is_open and "true" not in row.harmless),
    )


@lru_cache(maxsize=4096)
def _named(mark: Mark, name: str) -> Mark:
    return replace(mark, property=name)


def _joined(tallies: Iterable[_Tally]) -> dict[Mark, _Tally]:
    """Put together what is said in the same words, in the order of the file."""
    found: dict[Mark, _Tally] = {}
    for tally in tallies:
        known = found.setdefault(tally.mark, _Tally(tally.mark))
        known.count += tally.count
        more = dict.fromkeys((*known.names, *tally.names))
        known.names = list(more)[:_EXAMPLES]
    return found


def _said(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("Value", value.get("value", ""))
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return str(value).lower()

"""The intent, row by row, and where the mail of each row ended."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.check.evidence import Grade
from harness.check.report import Cell, Column
from harness.compare import FindingKind
from harness.report.page import AMBER, GREEN, QUIET, STRONG, counted, line, shown
from harness.report.words import COLOUR, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.check.report import IntentLine
    from harness.report.page import Part

_MOST_ROWS = 12
_NARROW = 90
_REST = "everything else"
_RESTS_ON: Mapping[Grade, str] = MappingProxyType(
    {
        Grade.ASSUMED: "something taken for granted",
        Grade.OBSERVED: "what was seen in real mail or on this tenant",
        Grade.DOCUMENTED: "what is documented",
    }
)


def intent_table(
    title: str, every: tuple[IntentLine, ...], *, width: int
) -> Iterator[Part]:
    """Lay out what was intended and where it ended; it always fits one screen."""
    lines, left = _fitting(every)
    if width < _NARROW:
        yield line((title, STRONG))
        for entry in lines:
            yield from _narrow(entry)
    else:
        yield _wide(title, lines)
    if left:
        wrong = sum(_is_wrong(entry) for entry in left)
        said = f"{counted(len(left), 'more row')}, {wrong or 'none'} with findings"
        yield line((said, QUIET))
    said = rests_on(every)
    if said:
        yield line((said, QUIET))


def rests_on(every: tuple[IntentLine, ...]) -> str:
    """Sum up on what all that went as intended rests, weakest evidence first."""
    sums = Counter(dict.fromkeys(Grade, 0))
    for entry in every:
        sums.update(dict(entry.rests_on))
    told = [
        f"{_RESTS_ON[grade]} {sums[grade]}" for grade in reversed(Grade) if sums[grade]
    ]
    if not told:
        return ""
    return f"What these {sums.total()} ok rest on, at the weakest: {', '.join(told)}."


def _fitting(
    lines: tuple[IntentLine, ...],
) -> tuple[list[IntentLine], list[IntentLine]]:
    """Keep what fits: everything else, then rows with findings before the others."""
    if len(lines) <= _MOST_ROWS:
        return list(lines), []
    rest = [entry for entry in lines if not entry.row]
    named = sorted((e for e in lines if e.row), key=lambda e: not _is_wrong(e))
    kept = named[: _MOST_ROWS - len(rest)]
    return [e for e in lines if e in kept] + rest, named[len(kept) :]


def _wide(title: str, lines: list[IntentLine]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STRONG)
    table.add_column(title, overflow="fold", min_width=24)
    table.add_column("must be", no_wrap=True)
    for column in Column:
        table.add_column(column.value, justify="right", overflow="fold")
    for entry in lines:
        name = shown(entry.row) or _REST
        cells = [_cell(entry.cell(column)) for column in Column]
        table.add_row(Text(name), Text(entry.must_be), *cells)
    return table


def _narrow(entry: IntentLine) -> Iterator[Part]:
    """A row on a narrow screen: its name, and below it only what there is."""
    yield line(f"{shown(entry.row) or _REST}, must be {entry.must_be}", indent=2)
    pieces = [
        Text(f"{column.value}: ").append_text(_cell(entry.cell(column)))
        for column in Column
        if entry.cell(column) != Cell()
    ]
    yield line(Text("; ").join(pieces) if pieces else Text("no mail"), indent=6)


def _is_wrong(entry: IntentLine) -> bool:
    return any(cell.wrong for _, cell in entry.cells)


def _cell(cell: Cell) -> Text:
    pieces = [Text(f"{cell.right} ok", style=GREEN)] if cell.right else []
    pieces += [
        Text(_counted(number, kind), style=COLOUR[kind]) for kind, number in cell.wrong
    ]
    if cell.accepted:
        pieces.append(Text(f"{cell.accepted} accepted", style=AMBER))
    return Text(", ").join(pieces) if pieces else Text("-", style=QUIET)


def _counted(number: int, kind: FindingKind) -> str:
    """Count a kind; the column has said already that it cannot be told."""
    if kind is FindingKind.UNDETERMINED:
        return str(number)
    return f"{number} {finding_word(kind)}"

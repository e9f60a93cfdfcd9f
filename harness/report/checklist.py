"""The guide as a checklist, told: the second table of a check."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.check.checklist.noun import State
from harness.report.page import AMBER, GREEN, QUIET, STRONG, line, listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.check.checklist.noun import ChecklistEntry
    from harness.report.page import Part

_MOST = 12
_NARROW = 90
_STYLE: Mapping[State, str] = MappingProxyType(
    {
        State.MET: GREEN,
        State.NOT_MET: AMBER,
        State.DIFFERENT: AMBER,
        State.CANNOT_TELL: QUIET,
    }
)
# What asks for something first.
_ORDER = (State.NOT_MET, State.DIFFERENT, State.CANNOT_TELL, State.MET)


def checklist_table(
    entries: tuple[ChecklistEntry, ...], *, width: int, is_whole: bool = False
) -> Iterator[Part]:
    """Lay out the checklist; what is met only if all is asked, it is counted else."""
    if not entries:
        return
    wanted = _wanted(entries, is_whole=is_whole)
    counts = Counter(entry.state for entry in entries)
    said = listed(f"{counts[state]} {state}" for state in State if counts[state])
    yield line(("The guide, step by step", STRONG), f": {said}.")
    if width < _NARROW:
        for entry in wanted:
            yield line((entry.state, _STYLE[entry.state]), f"  {_step(entry)}")
            yield line(_what(entry), indent=6)
    elif wanted:
        yield _wide(wanted)
    left = len(entries) - len(wanted)
    if left:
        yield line((f"{left} more: --all shows all.", QUIET), indent=2)


def _wanted(
    entries: tuple[ChecklistEntry, ...], *, is_whole: bool
) -> list[ChecklistEntry]:
    if is_whole:
        return list(entries)
    open_ = [entry for entry in entries if entry.state is not State.MET]
    return sorted(open_, key=lambda entry: _ORDER.index(entry.state))[:_MOST]


def _wide(entries: list[ChecklistEntry]) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, expand=True
    )
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=2)
    table.add_column(overflow="fold", ratio=5)
    for entry in entries:
        state = Text(f"  {entry.state}", style=_STYLE[entry.state])
        table.add_row(state, Text(_step(entry)), _what(entry))
    return table


def _step(entry: ChecklistEntry) -> str:
    side = f"{entry.side}: " if entry.side else ""
    return shown(f"{side}{entry.chapter} {entry.step}".rstrip())


def _what(entry: ChecklistEntry) -> Text:
    about = f"{entry.about}: " if entry.about else ""
    place = f" ({entry.place})" if entry.place else ""
    text = Text(shown(f"{entry.says}: {about}{entry.found}{place}."))
    if entry.instead and entry.state is not State.MET:
        text.append(shown(f" Instead: {entry.instead}."), style=STRONG)
    return text

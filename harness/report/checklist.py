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
_ORDER = (State.NOT_MET, State.MET, State.DIFFERENT, State.CANNOT_TELL)


def checklist_table(
    entries: tuple[ChecklistEntry, ...], *, width: int, is_whole: bool = False
) -> Iterator[Part]:
    """Lay out the checklist; what is met only if all is asked, it is counted else."""
    if not entries:
        return
    groups = _grouped(entries)
    wanted = groups if is_whole else _asking(groups)[:_MOST]
    yield line(("The guide, step by step", STRONG), f": {_counted(entries)}.")
    if width < _NARROW:
        for group in wanted:
            yield line(_state(group[0]), f"  {step_told(group[0])}")
            yield line(_what(group), indent=6)
    elif wanted:
        yield _wide(wanted)
    left = len(entries) - sum(map(len, wanted))
    if left:
        yield line((f"{left} more: --all shows all.", QUIET), indent=2)


def _counted(entries: tuple[ChecklistEntry, ...]) -> str:
    counts = Counter(entry.state for entry in entries)
    said = listed(f"{counts[state]} {state}" for state in State if counts[state])
    mistaken = sum(entry.is_mistaken for entry in entries)
    return f"{said}; in {mistaken} the guide is mistaken" if mistaken else said


def _grouped(entries: tuple[ChecklistEntry, ...]) -> list[list[ChecklistEntry]]:
    """Put together what is to be said of several rules or domains alike."""
    groups: dict[tuple[str, ...], list[ChecklistEntry]] = {}
    for entry in entries:
        key = (entry.side, entry.id, entry.state, entry.instead)
        groups.setdefault(key, []).append(entry)
    return list(groups.values())


def _asking(groups: list[list[ChecklistEntry]]) -> list[list[ChecklistEntry]]:
    asking = [group for group in groups if group[0].asks]
    return sorted(asking, key=lambda group: _ORDER.index(group[0].state))


def _wide(groups: list[list[ChecklistEntry]]) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, expand=True
    )
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=2)
    table.add_column(overflow="fold", ratio=5)
    for group in groups:
        state = Text("  ").append_text(_state(group[0]))
        table.add_row(state, Text(step_told(group[0])), _what(group))
    return table


def state_word(entry: ChecklistEntry) -> str:
    """Name the state, and that the guide is mistaken where it is."""
    return "mistaken" if entry.is_mistaken else entry.state.value


def step_told(entry: ChecklistEntry) -> str:
    """Say where in the guide it stands."""
    side = f"{entry.side}: " if entry.side else ""
    return shown(f"{side}{entry.chapter} {entry.step}")


def entry_told(entry: ChecklistEntry) -> str:
    """Say what was asked, what was found, and what to do."""
    instead = f". Instead: {entry.instead}" if entry.instead else ""
    return shown(f"{entry.says}: {_found(entry)}{instead}")


def _state(entry: ChecklistEntry) -> Text:
    style = AMBER if entry.is_mistaken else _STYLE[entry.state]
    return Text(state_word(entry), style=style)


def _what(group: list[ChecklistEntry]) -> Text:
    found = "; ".join(map(_found, group))
    text = Text(shown(f"{group[0].says}: {found}."))
    if group[0].instead:
        text.append(shown(f" Instead: {group[0].instead}."), style=STRONG)
    return text


def _found(entry: ChecklistEntry) -> str:
    about = f"{entry.about}: " if entry.about else ""
    place = f" ({entry.place})" if entry.place else ""
    return f"{about}{entry.found}{place}"

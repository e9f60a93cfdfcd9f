"""A plan: each line in words, and what it changes for the mails of the check."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.duty import Obligation
from harness.edits.differences import How
from harness.report.data import Json, as_data
from harness.report.page import (
    AMBER,
    GREEN,
    QUIET,
    STRONG,
    counted,
    line,
    listed,
    shown,
)
from harness.report.words import end_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.check.shifts import End, Moved, Shift
    from harness.edits.differences import Change, Difference
    from harness.edits.plan import Plan, PlanLine
    from harness.report.page import Page, Part

_FEW = 3
_NO_ONE = "nobody"
# What some changes are to a person.
_IN_WORDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("State", "Enabled"): "is turned on",
        ("State", "Disabled"): "is turned off",
        ("Enabled", "$true"): "is turned on",
        ("Enabled", "$false"): "is turned off",
        ("Mode", "Enforce"): "is put in force",
        ("Mode", "Audit"): "is put into test mode",
        ("Mode", "AuditAndNotify"): "is put into test mode",
    }
)


def plan_page(plan: Plan, shifts: Sequence[Shift], *, is_whole: bool) -> Page:
    """Lay out the difference that a plan makes, first to the tenant, then to mail."""
    lines = counted(len(plan.lines), "line")
    page: list[Part] = [
        line(
            (f"The plan ({shown(plan.file)}): ", STRONG),
            f"{lines}, applied to a copy of the tenant; nothing was run.",
        )
    ]
    for each in plan.lines:
        page.extend(_line(each))
    page.append("")
    if shifts:
        page += [_table(shifts, is_whole=is_whole), *_counts(shifts)]
    else:
        said = "No mail of this check ends otherwise than without the plan."
        page.append(line((said, AMBER)))
    return (*page, "")


def plan_data(plan: Plan, shifts: Sequence[Shift]) -> Json:
    """Give the plan as data."""
    return {
        "file": plan.file,
        "lines": as_data(plan.lines),
        "shifts": [
            {
                "before": as_data(shift.before),
                "after": as_data(shift.after),
                "captured": shift.is_captured,
                "released": shift.is_released,
                "moved": [
                    {
                        "mail": one.mail.id,
                        "recipient": as_data(one.recipient),
                        "must": as_data(one.must),
                    }
                    for one in shift.moved
                ],
            }
            for shift in shifts
        ],
    }


def _table(shifts: Sequence[Shift], *, is_whole: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STRONG)
    table.add_column("Before", overflow="fold")
    table.add_column("with the plan", overflow="fold")
    table.add_column("recipients", justify="right")
    table.add_column("mails", overflow="fold")
    # What went another way to the same end reads the same.
    alike: dict[tuple[str, str], list[Moved]] = {}
    for shift in shifts:
        both = _ends(shift.before), _ends(shift.after)
        alike.setdefault(both, []).extend(shift.moved)
    for (before, after), moved in alike.items():
        ids = list(dict.fromkeys(shown(one.mail.id) for one in moved))
        said = _some(ids, len(ids) if is_whole else _FEW)
        table.add_row(Text(before), Text(after), Text(str(len(moved))), Text(said))
    return table


def _line(each: PlanLine) -> Iterator[Part]:
    yield line(f"{shown(each.place)}  ", (shown(each.command), STRONG), indent=2)
    if each.note:
        yield line((each.note, QUIET), indent=6)
    for difference in each.differences:
        yield line(_difference(difference), indent=6)


def _difference(difference: Difference) -> str:
    called = f'{difference.what} "{shown(difference.name)}"'
    changes = [_change(change, difference.how) for change in difference.changes]
    match difference.how:
        case How.NEW:
            return f"new {called}: {'; '.join(changes)}"
        case How.GONE:
            return f"{called} is gone"
        case How.CHANGED:
            return f"{called}: {'; '.join(changes)}"


def _change(change: Change, how: How) -> str:
    name, old, new = map(shown, (change.property, change.old, change.new))
    if how is How.NEW:
        return f"{name} {new}"
    words = _IN_WORDS.get((change.property, change.new))
    both = f"{name} {old} -> {new}"
    return f"{words} ({both})" if words else both


def _ends(ends: tuple[End, ...]) -> str:
    words = dict.fromkeys(end_word(end.disposition) for end in ends)
    return ", ".join(words) or _NO_ONE


def _counts(shifts: Sequence[Shift]) -> Iterator[Part]:
    """Count what Zivver gets from the first minute on, and what it gets no more."""
    captured = [one for shift in shifts if shift.is_captured for one in shift.moved]
    released = [one for shift in shifts if shift.is_released for one in shift.moved]
    yield from _count("Captured the minute it is in force", captured, _PLAIN)
    yield from _count("No longer sent to Zivver", released, _SECURE)


_SECURE, _PLAIN = Obligation.MUST_BE_SECURE, Obligation.MUST_BE_PLAIN


def _count(said: str, moved: list[Moved], wrong: Obligation) -> Iterator[Part]:
    if not moved:
        return
    mails = counted(len({one.mail.id for one in moved}), "mail")
    musts = Counter(one.must for one in moved if one.must)
    told = [f"{count} {_MUST[must]}" for must, count in musts.items()]
    of_whom = f", of whom {listed(told)}" if told else ""
    colour = AMBER if wrong in musts else GREEN
    yield line((f"{said}: ", colour), f"{mails} ({_whos(moved)}{of_whom}).")


def _whos(moved: list[Moved]) -> str:
    return counted(len(moved), "recipient")


def _some(names: list[str], most: int) -> str:
    more = len(names) - most
    told = ", ".join(names[:most])
    return f"{told} and {more} more" if more > 0 else told


_MUST: Mapping[Obligation, str] = MappingProxyType(
    {
        Obligation.MUST_BE_SECURE: "must get it by Zivver",
        Obligation.MUST_BE_PLAIN: "must get ordinary mail",
        Obligation.NO_WORD: "may get it either way",
        Obligation.CANNOT_TELL: "cannot be told what they must get",
        Obligation.MUST_BE_REFUSED: "must not be reached so",
    }
)

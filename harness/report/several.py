"""Several tenants: the table that comes first, and all of them as one document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rich.table import Table
from rich.text import Text

from harness.check.report import Verdict
from harness.report.check import Checked, colour, kinds_of
from harness.report.page import AMBER, STRONG, counted, line, shown
from harness.report.words import finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.report.data import Json
    from harness.report.page import Page, Part

_WORST_FIRST = (Verdict.NO, Verdict.CANNOT_TELL, Verdict.YES)
_UNREAD = "cannot be read"
_NARROW = 80


@dataclass(frozen=True, slots=True)
class Unread:
    """A tenant that could not be read, or whose policy could not, and why."""

    tenant: str
    why: str


def several_page(
    every: Sequence[Checked], unread: Sequence[Unread], *, width: int
) -> Page:
    """Lay out one line a tenant, the worst first; what could not be read below."""
    ordered = sorted(every, key=lambda c: _WORST_FIRST.index(c.report.answer))
    lines = [_of_tenant(checked) for checked in ordered]
    lines += [
        (shown(one.tenant), Text(_UNREAD, style=AMBER), "-", "-") for one in unread
    ]
    told = (
        line((f"{shown(one.tenant)}: ", AMBER), f"{shown(fault)}.")
        for one in unread
        for fault in one.why.splitlines()
    )
    table = _narrow(lines) if width < _NARROW else (_wide(lines),)
    return (line((_first(every, unread), STRONG)), "", *table, *told)


def headed(checked: Checked, page: Page) -> Page:
    """Put the tenant's name above its page."""
    return ("", line((f"---- {shown(checked.tenant)} ----", STRONG)), *page)


def several_data(every: Sequence[Json], unread: Sequence[Unread]) -> Json:
    """Give what `check --json` prints of several tenants."""
    failed: list[Json] = [{"tenant": one.tenant, "error": one.why} for one in unread]
    answers = [one["answer"] for one in every if isinstance(one, dict)]
    if unread:
        answers.append(Verdict.CANNOT_TELL.value)
    worst = next(one.value for one in _WORST_FIRST if one.value in answers)
    return {"answer": worst, "tenants": [*every, *failed]}


_Line: TypeAlias = tuple[str, Text, str, str]


def _of_tenant(checked: Checked) -> _Line:
    report = checked.report
    kinds = kinds_of(report)
    told = ", ".join(f"{count} {finding_word(kind)}" for kind, count in kinds.items())
    as_intended = f"{report.as_intended} of {len(report.mails)}"
    return (
        shown(checked.tenant),
        Text(report.answer.value, style=colour(report)),
        as_intended if report.has_policy else "no policy",
        told or "-",
    )


def _wide(lines: Sequence[_Line]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STRONG)
    table.add_column("Tenant", overflow="fold", min_width=16)
    table.add_column("answer", no_wrap=True)
    table.add_column("as intended", justify="right")
    table.add_column("not as intended", overflow="fold")
    for name, answer, as_intended, told in lines:
        table.add_row(Text(name), answer, Text(as_intended), Text(told))
    return table


def _narrow(lines: Sequence[_Line]) -> Iterator[Part]:
    """A tenant on a narrow screen: its name and answer, and below it the counts."""
    for name, answer, as_intended, told in lines:
        yield line(f"{name}: ", answer, indent=2)
        yield line(f"as intended: {as_intended}; not: {told}", indent=6)


def _first(every: Sequence[Checked], unread: Sequence[Unread]) -> str:
    """Answer for all of them in one sentence."""
    total = counted(len(every) + len(unread), "tenant")
    counts = [
        (sum(c.report.answer is Verdict.YES for c in every), "as intended"),
        (sum(c.report.answer is Verdict.NO for c in every), "not as intended"),
        (
            sum(c.report.answer is Verdict.CANNOT_TELL for c in every),
            "of which it cannot be told",
        ),
        (len(unread), "that cannot be read"),
    ]
    return f"{total}: {', '.join(f'{n} {said}' for n, said in counts if n)}."

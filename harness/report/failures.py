"""The catalogue of failures as pages and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.failures import Failure, Part
from harness.report.page import QUIET, STRONG, counted, line, listed

if TYPE_CHECKING:
    from harness.report.data import Json
    from harness.report.page import Page
    from harness.report.page import Part as Block


def failures_page(failures: tuple[Failure, ...]) -> Page:
    """Lay out the catalogue, a table for each part of a relay."""
    shown = sum(failure.is_shown for failure in failures)
    page: list[Block] = [
        line(
            f"{counted(len(failures), 'failure')} of relay roll-outs. "
            f"{shown} can be made to happen to a tenant; "
            f"{len(failures) - shown} no mail shows.",
        )
    ]
    for part in Part:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold", ratio=1)
        table.add_column(overflow="fold")
        for failure in failures:
            if failure.part is part:
                table.add_row(
                    Text(failure.id, STRONG),
                    Text(failure.sentence),
                    Text(_harms(failure), QUIET),
                )
        if table.row_count:
            page += ["", line((part.value, STRONG)), table]
    page += [
        "",
        line("One of them whole: ", ("relay-harness failures F01", STRONG)),
        line("On a tenant:       ", ("relay-harness rehearse TENANT", STRONG)),
    ]
    return tuple(page)


def failure_page(failure: Failure) -> Page:
    """Lay out one entry."""
    page: list[Block] = [
        line((failure.id, STRONG), f"  {failure.sentence}"),
        "",
        line(("mail is      ", QUIET), _harms(failure)),
        line(("where        ", QUIET), f"{failure.where} ({failure.part.value})"),
        line(("guide        ", QUIET), failure.guide.value),
        line(
            ("source       ", QUIET),
            f"{', '.join(failure.sources)} ({failure.evidence.value})",
        ),
    ]
    if failure.is_shown:
        page += [
            line(("needs        ", QUIET), failure.needs),
            line(("what follows ", QUIET), _follows(failure)),
            line(("noticed by   ", QUIET), listed(n.value for n in failure.notice)),
        ]
        if failure.told_by:
            told = ", ".join(failure.told_by)
            page.append(line(("told by      ", QUIET), f"{told}, without a mail"))
    else:
        page += [
            line(("no mail      ", QUIET), f"{failure.why_not}."),
            line(("instead      ", QUIET), f"{failure.instead}."),
        ]
    if failure.corrects:
        page.append(line(("corrected    ", QUIET), f"{failure.corrects}."))
    if failure.is_shown:
        again = f"relay-harness rehearse TENANT --only {failure.id}"
        page += ["", line("On a tenant: ", (again, STRONG))]
    return tuple(page)


def failure_data(failure: Failure) -> Json:
    """Give one entry as data."""
    return {
        "id": failure.id,
        "part": failure.part.value,
        "harms": [harm.value for harm in failure.harms],
        "sentence": failure.sentence,
        "where": failure.where,
        "guide": failure.guide.value,
        "evidence": failure.evidence.value,
        "sources": list(failure.sources),
        "follows": [kind.value for kind in failure.follows],
        "noticed_by": [notice.value for notice in failure.notice],
        "told_by": list(failure.told_by),
        "needs": failure.needs or None,
        "corrects": failure.corrects or None,
        "why_not": failure.why_not or None,
        "instead": failure.instead or None,
    }


def _harms(failure: Failure) -> str:
    return ", ".join(harm.value for harm in failure.harms)


def _follows(failure: Failure) -> str:
    kinds = [kind.value for kind in failure.follows]
    if not kinds:
        return "no finding: it shows in how the mail goes, or in the configuration"
    return f"{listed(kinds, last='or')} in `check`"

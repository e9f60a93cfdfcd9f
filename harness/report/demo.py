"""The demonstration: one leak from top to bottom, then the rest in one line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from fakes.mail.content import parse
from harness.compare import FindingKind
from harness.report.caret import nearest
from harness.report.compared import comparison
from harness.report.finding import right_lines
from harness.report.page import STRONG, counted, line, listed, rows, shown
from harness.report.words import COLOUR, WHAT_IS_WRONG, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.report import CheckReport, Sort
    from harness.report.check import Checked
    from harness.report.page import Page, Part

_INDENT, _LABEL, _COLUMN = 8, 10, 12


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A check of a tenant that leaks, what to call it, and where to go from here."""

    checked: Checked
    title: str
    yours: str


def demo_page(demonstration: Demonstration, *, width: int) -> Page:
    """Lay out the first leak whole, and name the others.

    Raises:
        AssertionError: the tenant does not leak.

    """
    checked = demonstration.checked
    report = checked.report
    leak = leak_of(report)
    page: list[Part] = [line((demonstration.title, STRONG)), ""]
    page.extend(_whole(leak, checked, width))
    example = leak.example.mail.id
    page += [
        "",
        line(_others(report.sorts, leak)),
        line(
            f"{report.as_intended} of {counted(len(report.mails), 'mail')} went as "
            f"intended. Nothing was sent, nothing was asked of the network."
        ),
        "",
        rows(
            (
                ("See this one whole:", Text(checked.again(example), STRONG)),
                (
                    "See all of them:",
                    Text(f"relay-harness check {checked.tenant}", STRONG),
                ),
                ("Your own tenant:", Text(demonstration.yours, STRONG)),
            ),
            label=20,
        ),
    ]
    return tuple(page)


def leak_of(report: CheckReport) -> Sort:
    """Pick the leak that a line of the configuration explains.

    Raises:
        AssertionError: the tenant does not leak.

    """
    for sort in report.sorts:
        if sort.kind is FindingKind.LEAK and sort.blame.test:
            return sort
    message = "the tenant of the demonstration does not leak"
    raise AssertionError(message)


def _whole(sort: Sort, checked: Checked, width: int) -> Iterator[Part]:
    example, blame = sort.example, sort.blame
    mail = example.mail
    yield line(
        (finding_word(sort.kind), COLOUR[sort.kind]),
        f"  leaves as ordinary mail: {shown(mail.sort)}",
        indent=2,
    )
    item = mail.item
    pairs = [
        ("from", shown(str(item.envelope.reverse_path))),
        ("to", shown(str(example.finding.recipient))),
        ("subject", shown(parse(item.content).subject)),
        ("must be", f"secure ({listed(map(shown, sort.rows))})"),
        ("rule", f'"{shown(blame.rule)}" (priority {blame.priority}, {blame.place})'),
        ("condition", shown(blame.test)),
    ]
    yield rows(pairs, indent=_INDENT, label=_LABEL)
    want, found = (shown(text) for text in nearest(blame.looked_for, blame.found))
    yield from comparison(want, found, width=width, indent=_INDENT, is_marked=True)
    remedy = checked.remedies.get(checked.report.sorts.index(sort))
    if remedy:
        room = width - _INDENT - _COLUMN
        yield from right_lines(remedy, indent=_INDENT, room=room)
        number = len(sort.mails)
        yield rows(
            (("", f"(tried on a copy: it cures {_all(number)})"),),
            indent=_INDENT,
            label=_LABEL,
        )


def _all(number: int) -> str:
    return "this mail" if number == 1 else f"all {number} mails that leak so"


def _others(sorts: tuple[Sort, ...], leak: Sort) -> str:
    """Name the other findings by kind, in one line."""
    kinds = Counter(sort.kind for sort in sorts if sort is not leak)
    if not kinds:
        return "Nothing else was found."
    mails = {
        kind: len({m.id for s in sorts if s.kind is kind for m in s.mails})
        for kind in kinds
    }
    told = ", ".join(
        f"{finding_word(kind)} ({WHAT_IS_WRONG[kind]}) {counted(mails[kind], 'mail')}"
        for kind in kinds
    )
    return f"Also found: {told}."

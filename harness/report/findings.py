"""The pages about findings and lints: a list of them, and one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.check.lints.table import ROWS
from harness.compare import FindingKind
from harness.report.page import STRONG, copied, line, rows, shown
from harness.report.words import WHAT_IS_WRONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.report.data import Json
    from harness.report.page import Page, Part

_FENCE = "```"
_LABEL = 28


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about; `sort` is finding, warning or hint."""

    name: str
    sort: str
    says: str
    source: str = ""


def every_subject() -> tuple[Subject, ...]:
    """Give all findings and lints, in the order in which a check tells them."""
    kinds = (
        Subject(kind.name, "finding", _sentence(WHAT_IS_WRONG[kind]))
        for kind in FindingKind
    )
    lints = (Subject(row.id, row.severity, row.says, row.source) for row in ROWS)
    return (*kinds, *lints)


def _sentence(says: str) -> str:
    return f"{says[:1].upper()}{says[1:]}."


def subjects_page(subjects: tuple[Subject, ...]) -> Page:
    """List them, each with its sentence."""
    pairs = [(one.name, f"{one.says} ({one.sort})") for one in subjects]
    return (
        line(("What a check can say", STRONG)),
        rows(pairs, indent=2, label=_LABEL),
        "",
        line("One of them: ", ("relay-harness findings NAME", STRONG)),
    )


def subjects_data(subjects: tuple[Subject, ...]) -> Json:
    """Give the list as data."""
    return [
        {
            "id": one.name,
            "sort": one.sort,
            "says": one.says,
            "source": one.source or None,
        }
        for one in subjects
    ]


def subject_page(text: str) -> Page:
    """Lay out one page: lines to copy stay whole, sentences wrap."""
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[Part]:
    is_code = False
    for said in text.splitlines():
        if said.startswith(_FENCE):
            is_code = not is_code
        elif is_code:
            yield copied(shown(said), indent=2)
        elif said.startswith("#"):
            yield line((shown(said.lstrip("# ")), STRONG))
        elif said:
            yield line(shown(said), indent=2)
        else:
            yield ""

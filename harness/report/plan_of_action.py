"""A check as CSV: what is to be done, line by line, with room for who does it when."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from harness.report.causes import causes_of, place_of
from harness.report.checklist import state_word
from harness.report.lints import lint_told
from harness.report.page import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.report.causes import Cause, Examined, Place, Reported

_COLUMNS = (
    *("tenant", "what", "says", "mails", "example", "policy", "why"),
    *("file", "line", "right", "newly breaks", "undo", "see it again", "fingerprint"),
    *("owner", "date"),
)
# A spreadsheet takes what begins so for a formula, or drops it and looks again.
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)
_MARK = "\ufeff"
_Row = dict[str, str]


def plan_of_action(reported: Reported) -> str:
    """Lay out a row for each cause, lint and step of the guide that asks for something.

    The mark in front tells spreadsheets that it is UTF-8.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, restval="")
    writer.writeheader()
    for examined in reported.every:
        for row in _rows(examined):
            named = {"tenant": examined.checked.tenant} | row
            writer.writerow({name: harmless(text) for name, text in named.items()})
    for unread in reported.unread:
        row = {"tenant": unread.tenant, "what": "cannot be read", "why": unread.why}
        writer.writerow({name: harmless(text) for name, text in row.items()})
    return _MARK + out.getvalue()


def harmless(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    said = shown(text)
    return f"'{said}" if said.lstrip(" ").startswith(_FORMULA) else said


def _rows(examined: Examined) -> Iterator[_Row]:
    checked = examined.checked
    report = checked.report
    yield from map(_of_cause, causes_of(checked))
    for unmet in report.vacuous:
        place = _place(place_of(unmet.place))
        yield {"what": "not tested", "policy": unmet.row, "why": unmet.why, **place}
    for lint in report.lints:
        yield {
            "what": f"{lint.severity} {lint.id}",
            "why": lint_told(lint),
            "right": lint.right,
            **_place(place_of(lint.place)),
        }
    for entry in report.checklist:
        if entry.asks:
            yield {
                "what": f"guide: {state_word(entry)}",
                "says": f"{entry.chapter} {entry.step}: {entry.says}",
                "why": entry.found,
                "right": entry.instead,
                **_place(place_of(entry.place)),
            }
    for name in checked.not_exported:
        yield {"what": "not exported", "why": name}


def _of_cause(cause: Cause) -> _Row:
    return {
        "what": f"accepted: {cause.word}" if cause.accepted else cause.word,
        "says": cause.says,
        "mails": str(len(cause.mails)),
        "example": f"{cause.example.id}: {cause.example.sort}",
        "policy": ", ".join(cause.rows),
        "why": "; ".join(f"{label}: {sentence}" for label, sentence in _facts(cause)),
        "right": "; ".join(cause.right),
        "newly breaks": cause.but,
        "undo": "; ".join(cause.undo),
        "see it again": cause.again,
        "fingerprint": cause.fingerprint,
        **_place(cause.place),
    }


def _facts(cause: Cause) -> Iterator[tuple[str, str]]:
    yield from cause.facts
    if cause.accepted:
        yield "accepted", cause.accepted


def _place(place: Place | None) -> _Row:
    if place is None:
        return {}
    return {"file": place.file, "line": str(place.line) if place.line else ""}

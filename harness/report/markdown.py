"""A check as Markdown, for a ticket or a pull request.

Whatever comes from a tenant is escaped: no name can make a heading, a link, a picture,
HTML, or call somebody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.check.report import Column
from harness.report.causes import causes_of
from harness.report.check import answer
from harness.report.checklist import entry_told, state_word, step_told
from harness.report.intent import rests_on
from harness.report.lints import lint_told
from harness.report.page import counted, listed, shown
from harness.report.since import since_sentence
from harness.report.words import finding_word, taken_for_granted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.check.report import Cell, CheckReport
    from harness.report.causes import Cause, Examined, Reported

# CommonMark 2.4: a backslash takes its meaning from a sign. These have one within a
# line, or at its beginning, or make an address a link.
_SIGNS = re.compile(
    r"([\\`*_\[\]<>#|~&$]|:(?=//)|(?<=www)\.|^[-+=]|(?<=^\d)[.)])", re.IGNORECASE
)
# GitHub and others call whoever stands behind an @ that stands behind no letter.
_CALL = re.compile(r"(?<![\w.])@(?=\w)")
_NOBODY = "\uff20"
_REST = "everything else"
_FENCE = 3


def markdown(reported: Reported) -> str:
    """Lay out each tenant under its own heading."""
    parts = [line for one in reported.every for line in (*_tenant(one), "")]
    for unread in reported.unread:
        parts += [
            f"## {escaped(unread.tenant)}",
            "",
            f"**Cannot be read:** {escaped(unread.why)}",
            "",
        ]
    if reported.is_disguised:
        parts += ["People stand here under pseudonyms, also in the lines to paste."]
    return "\n".join(parts).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """Give a text as Markdown that reads as that text."""
    return _SIGNS.sub(r"\\\1", _CALL.sub(_NOBODY, shown(text)))


def _tenant(examined: Examined) -> Iterator[str]:
    checked = examined.checked
    report = checked.report
    yield f"## {report.answer.value}: {escaped(checked.tenant)}"
    yield ""
    yield escaped(answer(report))
    if report.mails and report.has_policy:
        mails = counted(len(report.mails), "mail")
        yield f"{report.as_intended} of {mails} go as intended."
    if checked.since:
        yield escaped(since_sentence(checked.since))
    if checked.plan:
        yield ""
        yield f"With the plan {escaped(checked.plan.file)} applied to a copy:"
        yield ""
        yield from _fenced(line.command for line in checked.plan.lines)
    if report.lines:
        yield ""
        yield from _intent(report, checked.policy)
    for cause in causes_of(checked):
        yield ""
        yield from _cause(cause)
    yield from _lists(examined)
    yield ""
    yield (
        f"Checked {checked.date}. Read: {escaped(checked.read)}. "
        f"Configuration: `{checked.fingerprint}`."
    )


def _intent(report: CheckReport, policy: str) -> Iterator[str]:
    yield f"| The intent ({escaped(policy)}) | must be | " + " | ".join(Column) + " |"
    yield "|---|---|" + "---:|" * len(Column)
    for entry in report.lines:
        cells = " | ".join(_cell(entry.cell(column)) for column in Column)
        yield f"| {escaped(entry.row) or _REST} | {entry.must_be} | {cells} |"
    said = rests_on(report.lines)
    if said:
        yield from ("", said)


def _cell(cell: Cell) -> str:
    pieces = [f"{cell.right} ok"] if cell.right else []
    pieces += [f"{cell.accepted} accepted"] if cell.accepted else []
    pieces += [f"**{number} {finding_word(kind)}**" for kind, number in cell.wrong]
    return ", ".join(pieces) or "-"


def _cause(cause: Cause) -> Iterator[str]:
    yield f"### {cause.word}: {cause.says} ({counted(len(cause.mails), 'mail')})"
    yield ""
    row = f" (policy: {listed(map(escaped, cause.rows))})" if cause.rows else ""
    more = len(cause.mails) - 1
    also = f", and {more} more" if more else ""
    mail = f"{cause.example.id}, {cause.example.sort}"
    yield f"- mail: {escaped(mail)}{row}{also}"
    for label, sentence in cause.facts:
        yield f"- {label}: {escaped(sentence)}"
    if cause.looked_for:
        yield f"- looks for: {_code(cause.looked_for)}"
        yield f"- finds: {_code(cause.found)}"
    if cause.right:
        yield "- right:"
        yield ""
        yield from _fenced(cause.right)
        yield ""
    if cause.but:
        yield f"- but it would newly break: {escaped(cause.but)}"
    if cause.undo:
        yield "- undo:"
        yield ""
        yield from _fenced(cause.undo)
    if cause.accepted:
        yield f"- accepted {escaped(cause.accepted)}"
    yield f"- see it again: {_code(cause.again)}"


def _lists(examined: Examined) -> Iterator[str]:
    """What asks for a look beside the findings."""
    checked = examined.checked
    report = checked.report
    asking = [entry for entry in report.checklist if entry.asks]
    for title, items in (
        (
            "Not tested",
            [f"{e.row} ({e.place}): {e.why}" for e in report.vacuous],
        ),
        ("Worth a look", [f"{e.id}: {lint_told(e)}" for e in report.lints]),
        (
            "The guide, step by step",
            [f"{state_word(e)}: {step_told(e)}: {entry_told(e)}" for e in asking],
        ),
        (
            "Not possible",
            [
                f"{e.row} ({e.place}): connector {e.connector}"
                for e in report.impossible
            ],
        ),
        ("Notes", list(report.remarks)),
        ("Not judged", list(checked.not_judged)),
        ("Not exported", list(checked.not_exported)),
    ):
        if items:
            yield from ("", f"### {title}", "")
            yield from (f"- {escaped(item)}" for item in items)
    if report.assumed:
        yield ""
        yield f"Taken for granted: {escaped(taken_for_granted(report.assumed))}."


def _code(text: str) -> str:
    """Give a text as a code span, whatever grave accents it holds (CommonMark 6.1)."""
    plain = shown(text)
    mark = "`" * (_longest(plain) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{mark}{pad}{plain}{pad}{mark}"


def _fenced(lines: Iterable[str]) -> Iterator[str]:
    every = [shown(line) for line in lines]
    mark = "`" * max(_FENCE, *(_longest(line) + 1 for line in every))
    yield f"  {mark}powershell"
    yield from (f"  {line}" for line in every)
    yield f"  {mark}"


def _longest(text: str) -> int:
    """How long the longest run of grave accents is."""
    return max(map(len, re.findall(r"`+", text)), default=0)

"""One finding, told: which mail, which line of the configuration, what would be right.

At most six lines each, so that a page of them can be read at a glance.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from fakes.exchange.rules.predicates import PREDICATES
from harness.compare import FindingKind
from harness.report.caret import caret, nearest
from harness.report.compared import aligned
from harness.report.page import (
    GREEN,
    STRONG,
    copied,
    counted,
    line,
    listed,
    rows,
    shown,
)
from harness.report.words import COLOUR, WHAT_IS_WRONG, finding_word
from harness.spans import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from harness.check.blamed import Blame
    from harness.check.remedy import Remedy
    from harness.check.report import Sort
    from harness.compare import Finding
    from harness.report.page import Part

INDENT, LABEL = 6, 10
_COLUMN = LABEL + 2
_ROOM = 30
# Where the kind alone does not say how the way of the mail ends.
NEEDS_AN_END = frozenset(
    {
        FindingKind.LOSS,
        FindingKind.DELAY,
        FindingKind.MISDIRECTION,
        FindingKind.EXPOSURE,
        FindingKind.WEAK,
    }
)
_ELSEWHERE = (
    "Outlook can take the label over from attachments; Purview DLP has "
    '"content contains sensitivity label"'
)
# The only thing of that kind is a label inside a file (msip-labels#4.8). What helps:
# msip-labels#4.9, and a rule of another product (msip-labels#4.8).
BEYOND = (
    (
        "because",
        "the label is inside an attached file, and no header of the mail says so",
    ),
    ("elsewhere", _ELSEWHERE),
)
# Nothing to paste: a name that is not on the certificate stops all mail.
_ASK = (
    "{} which name its certificate bears, then set DomainValidation and that "
    "TlsDomain; while the name is wrong, all mail to {} waits"
)
# A word of PowerShell; what stands in single quotes is one, a comma joins.
_WORD = re.compile(r"(?:'(?:[^']|'')*',? ?(?=')|'(?:[^']|'')*'|[^\s'])+")
_GRAVE = 2


def finding_block(
    sort: Sort, remedy: Remedy | None, *, width: int, is_whole: bool = False
) -> Iterator[Part]:
    """Lay out the findings that one line of the configuration explains."""
    number = len(sort.mails)
    style = COLOUR[sort.kind]
    beyond = ", beyond what the rules see" if sort.is_beyond_rules else ""
    yield line(
        (finding_word(sort.kind), style),
        f"  {WHAT_IS_WRONG[sort.kind]}{beyond} ({counted(number, 'mail')})",
    )
    yield rows((("mail", _example(sort)),), indent=INDENT, label=LABEL)
    if sort.is_beyond_rules:
        yield rows(BEYOND, indent=INDENT, label=LABEL)
        return
    if not sort.blame.test and sort.kind in NEEDS_AN_END:
        yield rows((("happens", happens(sort)),), indent=INDENT, label=LABEL)
    yield rows((cause(sort.blame),), indent=INDENT, label=LABEL)
    yield from _looked(sort.blame, width)
    if sort.kind is FindingKind.WEAK and not sort.example.finding.lacks:
        yield rows((("ask", ask(sort)),), indent=INDENT, label=LABEL)
    if remedy:
        yield from right_lines(remedy, indent=INDENT)
    if is_whole:
        for mail in sort.mails:
            yield line(f"{mail.id}: {shown(mail.sort)}", indent=INDENT + LABEL)


def cause(blame: Blame) -> tuple[str, str]:
    """Name the line of the configuration that explains it: a label, a sentence."""
    side = f"{blame.side}: " if blame.side else ""
    if blame.rule:
        place = f", {shown(blame.place)}" if blame.place else ""
        name = f'{side}"{shown(blame.rule)}" (priority {blame.priority}{place})'
        why = _failure(blame) if blame.test else shown(_action(blame))
        return "rule", f"{name}: {why}" if why else name
    if blame.connector:
        place = f" ({shown(blame.place)})" if blame.place else ""
        why = f'"{shown(blame.connector)}"{place}: {shown(blame.why)}'
        return "connector", side + why
    return "because", side + shown(blame.why)


def ask(sort: Sort) -> str:
    """Say what to ask of whom, where nothing can be pasted."""
    whom = shown(sort.blame.gateway) or "Zivver"
    return _ASK.format(whom, whom)


def broken(remedy: Remedy) -> str:
    """Say what the lines to paste would newly break; empty if nothing."""
    return listed(
        f"{counted(len(entry.mails), 'mail')} {finding_word(entry.kind)}, "
        f"such as {entry.mails[0].id}"
        for entry in remedy.breaks
    )


def right_lines(
    remedy: Remedy, *, indent: int, room: int | None = None
) -> Iterator[Part]:
    """Lay out the lines to paste, and what they would newly break beside them.

    With `room` a long line is split where PowerShell lets it be.
    """
    yield from _pasted("right", remedy.commands, GREEN, indent, room)
    if remedy.breaks:
        said = f"it would newly break: {broken(remedy)}"
        yield rows((("but", said),), indent=indent, label=LABEL)
        yield from _pasted("undo", remedy.undo_commands, "", indent, room)


def _pasted(
    label: str, commands: tuple[str, ...], style: str, indent: int, room: int | None
) -> Iterator[Part]:
    for command in commands:
        for text in _split(shown(command), room) if room else (shown(command),):
            yield copied(f"{label:{_COLUMN}}", (text, style), indent=indent)
            label = ""


def reads_body(blame: Blame) -> bool:
    """Say whether what the test found is text of a body, which nobody prints."""
    row = PREDICATES.get(blame.test.partition(" ")[0])
    return row is not None and "body" in row.looks


def happens(sort: Sort) -> str:
    """Say how the way of the example ends, and whether anybody hears of it."""
    finding = sort.example.finding
    why = shown(finding.why)
    if sort.kind in {FindingKind.LOSS, FindingKind.DELAY}:
        told = _told(finding)
        why = why if why.endswith(told) else f"{why}; {told}"
    return why


def _told(finding: Finding) -> str:
    """Say after how long the sender hears of it."""
    after = finding.delivery.told_after if finding.delivery else None
    if finding.is_told:
        when = f" {_after(after)}" if after is not None else ""
        return f"the sender is told{when}"
    if after is None:
        return "nobody is told"
    return f"if it goes on so, the sender is told {_after(after)}"


def _after(span: timedelta) -> str:
    return f"after {spoken(span)}" if span else "at once"


def _split(command: str, room: int) -> Iterator[str]:
    """Break a line between words, each line but the last ended by a grave accent."""
    text = ""
    for word in _WORD.findall(command):
        is_full = text and len(text) + len(word) + _GRAVE > room
        # A parameter stays with its value where both fit.
        if is_full or (word.startswith("-") and text.count(" -") > 0):
            yield f"{text} `"
            text = f"  {word}"
        else:
            text = f"{text} {word}" if text else word
    yield text


def _example(sort: Sort) -> Text:
    mail = sort.example.mail
    text = Text().append(mail.id, style=STRONG)
    row = f" (policy: {listed(shown(name) for name in sort.rows)})" if sort.rows else ""
    more = len(sort.mails) - 1
    also = f", and {more} more" if more else ""
    return text.append(f"  {shown(mail.sort)}{row}{also}")


def _failure(blame: Blame) -> str:
    """Say which test kept the rule from the mail, and where the texts part."""
    if blame.is_exception:
        return f"ExceptIf{shown(blame.test)} holds"
    mark = caret(*nearest(blame.looked_for, blame.found))
    if mark is None or reads_body(blame):
        return f"{shown(blame.test)} fails"
    return f"{shown(blame.test)} fails, {shown(mark.says)}"


def _action(blame: Blame) -> str:
    """Say what a rule does, with the connector that it names."""
    why = blame.why.replace("it matched: ", "it matches: ")
    if blame.connector and "RouteMessageOutboundConnector" in why:
        return f'{why} "{blame.connector}"'
    return why


def _looked(blame: Blame, width: int) -> Iterator[Part]:
    """What the failing test looked for and found, what is alike below each other."""
    if not blame.test or not blame.looked_for:
        return
    want, found = (shown(text) for text in nearest(blame.looked_for, blame.found))
    is_marked = not reads_body(blame) and not blame.is_exception
    if reads_body(blame):
        found = "(the text of the mail is not printed)"
    elif not blame.found:
        found = "(the mail has none)"
    room = max(width - INDENT - _COLUMN, _ROOM)
    both = aligned(want, found, room=room, is_marked=is_marked)
    yield copied(f"{'looks for':{_COLUMN}}{both.looked_for}", indent=INDENT)
    yield copied(f"{'finds':{_COLUMN}}{both.found}", indent=INDENT)

"""A check as one page of HTML: nothing to load, no script, on the screen and on paper.

What is shown is chosen here; how it looks is in the stencil. Whatever comes from a
tenant is escaped by the template engine, and spelt out where it could act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from fakes.mail.content import parse
from harness import DISTRIBUTION, __version__
from harness.check.checklist.noun import State
from harness.check.fingerprint import of_policy
from harness.check.report import Column
from harness.compare import FindingKind
from harness.report.causes import causes_of
from harness.report.check import OpenQuestion, answer, open_questions, validation_told
from harness.report.checklist import state_word
from harness.report.compared import aligned
from harness.report.explain import explanation
from harness.report.flows import doors_of, flows_of, rules_of, told_of
from harness.report.intent import rests_on
from harness.report.lints import lint_told
from harness.report.page import RED, as_text, counted, listed, shown
from harness.report.picture import NARROW, WIDE, Picture, draw, sign_of
from harness.report.since import since_sentence
from harness.report.words import COLOUR, finding_word, settled, taken_for_granted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.mail.item import MailItem
    from harness.check.report import Cell, CheckedMail, CheckReport
    from harness.report.causes import Cause, Examined, Reported
    from harness.report.flows import Flow

# When the sheets were last looked through (docs/facts/README.md).
FACTS_AS_OF = "2026-11-25"
_TRACE_WIDTH = 76
_REST = "everything else"
_NOTHING = [("-", "quiet")]
_SHOWN_FIELDS = ("From", "To", "Cc", "Subject", "Date", "msip_labels")
# How much of a text is shown: where two are compared, and of a header field.
_ROOM, _LONGEST = 90, 160


@dataclass(frozen=True, slots=True)
class Stencil:
    """How the page looks: a template, and a style sheet."""

    page: str
    style: str


@dataclass(frozen=True, slots=True)
class Way:
    """A line of the picture in words, with its sign."""

    sign: str
    flow: Flow
    rule: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail as an administrator sees it: its header fields, and who really gets it."""

    fields: tuple[tuple[str, str], ...]
    envelope: str
    recipients: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause with its mail opened, the way that mail took, and the whole trace."""

    cause: Cause
    tone: str
    looked_for: str
    found: str
    mail: Opened
    way: tuple[tuple[str, str], ...]
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page says of one tenant."""

    number: int
    examined: Examined
    tone: str
    says: str
    findings: tuple[Finding, ...]
    ways: tuple[Way, ...]
    wide: Picture
    narrow: Picture
    not_known: tuple[OpenQuestion, ...]
    assumed: str
    settled: tuple[str, ...]
    validations: tuple[tuple[str, str], ...]
    policy_hash: str

    @property
    def report(self) -> CheckReport:
        """The check."""
        return self.examined.checked.report


def html_page(reported: Reported, stencil: Stencil) -> str:
    """Fill the stencil."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters |= {
        "counted": counted,
        "listed": listed,
        "word": finding_word,
        "lint_told": lint_told,
        "state_word": state_word,
        "rests_on": rests_on,
        "since_sentence": since_sentence,
        "cell": _cell,
    }
    every = reported.every
    return environment.from_string(stencil.page).render(
        style=Markup(stencil.style),  # noqa: S704  it is packaged
        sheets=[_sheet(number, one) for number, one in enumerate(every, 1)],
        unread=reported.unread,
        is_disguised=reported.is_disguised,
        columns=[*Column],
        state=State,
        rest=_REST,
        nothing=_NOTHING,
        program=DISTRIBUTION,
        version=__version__,
        facts_as_of=FACTS_AS_OF,
    )


def _harmless(value: object) -> object:
    """Spell out what could act; the template engine escapes the rest."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return shown(value)
    return value


def _sheet(number: int, examined: Examined) -> Sheet:
    checked = examined.checked
    report = checked.report
    flows, doors = flows_of(examined), doors_of(examined)
    names = {door.key: f'{door.priority} "{door.name}"' for door in doors}
    return Sheet(
        number,
        examined,
        _tone(report),
        answer(report),
        tuple(_findings(examined)),
        tuple(
            Way(sign_of(n), flow, names.get(flow.door, "none") if flow.door else "none")
            for n, flow in enumerate(flows)
        ),
        draw(flows, doors, WIDE),
        draw(flows, doors, NARROW),
        open_questions(report),
        taken_for_granted(report.assumed),
        tuple(settled(one) for one in report.settled),
        tuple((one.connector, validation_told(one)) for one in report.validations),
        of_policy(examined.policy) if examined.policy else "",
    )


def _tone(report: CheckReport) -> str:
    if report.answer.value == "YES":
        return "green"
    is_red = any(COLOUR[sort.kind] == RED for sort in report.sorts)
    return "red" if is_red else "amber"


def _findings(examined: Examined) -> Iterator[Finding]:
    rules = rules_of(examined.world)
    mails = {entry.mail.id: entry for entry in examined.checked.report.mails}
    for cause in causes_of(examined.checked):
        entry = mails[cause.example.id]
        told = told_of(entry, rules)
        page = as_text(explanation(told, width=_TRACE_WIDTH), width=_TRACE_WIDTH)
        both = aligned(cause.looked_for, cause.found, room=_ROOM, is_marked=True)
        yield Finding(
            cause,
            "red" if COLOUR[cause.kind] == RED else "amber",
            both.looked_for.strip(),
            both.found,
            _opened(entry.mail.item),
            tuple(_way(entry, examined)),
            tuple(page.splitlines()),
        )


def _opened(item: MailItem) -> Opened:
    parsed = parse(item.content)
    fields = [
        (name, value if len(value) <= _LONGEST else f"{value[:_LONGEST]}...")
        for name in _SHOWN_FIELDS
        for value in parsed.values(name)
    ]
    path = item.envelope.reverse_path
    return Opened(
        tuple(fields),
        str(path) if path else "<> (nobody: no report can come back)",
        listed(str(who) for who in item.envelope.recipients),
    )


def _way(entry: CheckedMail, examined: Examined) -> Iterator[tuple[str, str]]:
    """The small path of a mail: each stop once, with its tone."""
    flows = sorted(flows_of(examined, (entry,)), key=lambda flow: flow.kind is None)
    flow = flows[0]
    rule = f'rule "{flow.door[1]}"' if flow.door else "no rule"
    yield flow.sender.value, ""
    yield rule, ""
    yield flow.connector, ""
    yield f"{flow.end.value}: {flow.word}", flow.tone.value


def _cell(cell: Cell) -> list[tuple[str, str]]:
    """A cell of the intent table: words with their tone."""
    pieces = [(f"{cell.right} ok", "green")] if cell.right else []
    if cell.accepted:
        pieces.append((f"{cell.accepted} accepted", "amber"))
    for kind, number in cell.wrong:
        tone = "red" if COLOUR[kind] == RED else "amber"
        word = "" if kind is FindingKind.UNDETERMINED else f" {finding_word(kind)}"
        pieces.append((f"{number}{word}", tone))
    return pieces or _NOTHING

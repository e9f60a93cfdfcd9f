"""The findings of a check as plain values: what a report of any kind tells of each.

One cause is one line of the configuration (or one open question) with the mails that
it concerns.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.check.fingerprint import of_sort
from harness.compare import HINTS, FindingKind
from harness.report.caret import nearest
from harness.report.check import what_is_open
from harness.report.finding import (
    BEYOND,
    NEEDS_AN_END,
    ask,
    broken,
    cause,
    happens,
    reads_body,
)
from harness.report.page import shown
from harness.report.words import WHAT_IS_WRONG, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from harness.check.derive import DerivedMail
    from harness.check.remedy import Remedy
    from harness.check.report import Sort
    from harness.exports import Tenant
    from harness.policy import Policy
    from harness.report.check import Checked
    from harness.report.several import Unread
    from harness.world import World

_UNDETERMINED = FindingKind.UNDETERMINED
_NOT_PRINTED = "(the text of the mail is not printed)"
_NONE = "(the mail has none)"


@dataclass(frozen=True, slots=True)
class Examined:
    """A check with what reports tell beside it: the tenant, the intent, the time."""

    checked: Checked
    tenant: Tenant
    policy: Policy | None
    at: datetime

    @property
    def world(self) -> World:
        """The world that was checked: the tenant's, or what the plan makes of it."""
        plan = self.checked.plan
        return plan.after if plan else self.tenant.world


@dataclass(frozen=True, slots=True)
class Reported:
    """What one report is about: the tenants that were checked, and those unread.

    `is_disguised` says that people stand in it under pseudonyms.
    """

    every: tuple[Examined, ...]
    unread: tuple[Unread, ...] = ()
    is_disguised: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the export (or the policy), and a line of it; 0 where none is known."""

    file: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """What one line of the configuration does wrong, in words.

    `facts` are labels with sentences, in the order in which to read them; `looked_for`
    and `found` are to be set below each other. `right` are lines to paste, `but` what
    they would newly break, `undo` the lines that take them back.
    """

    fingerprint: str
    kind: FindingKind
    says: str
    rows: tuple[str, ...]
    mails: tuple[DerivedMail, ...]
    example: DerivedMail
    facts: tuple[tuple[str, str], ...]
    place: Place | None
    again: str
    looked_for: str = ""
    found: str = ""
    right: tuple[str, ...] = ()
    but: str = ""
    undo: tuple[str, ...] = ()
    accepted: str = ""

    @property
    def word(self) -> str:
        """The word that stands for its kind on the screen."""
        return finding_word(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether it makes an answer worse than yes: no hint, and not accepted."""
        return self.kind not in HINTS and not self.accepted


def causes_of(checked: Checked) -> tuple[Cause, ...]:
    """Give the causes of a check, the heaviest first, those accepted at the end."""
    every = (*checked.report.sorts, *checked.report.accepted)
    prints = checked.prints or tuple(map(of_sort, every))
    return tuple(
        _cause(checked.remedies.get(number), sort, checked, prints[number])
        for number, sort in enumerate(every)
    )


def place_of(text: str) -> Place | None:
    """Read `file:line` as a place; None for no place."""
    file, colon, line = text.rpartition(":")
    if colon and line.isdecimal() and file:
        return Place(file, int(line))
    return Place(text) if text else None


def causes_by_mail(
    checked: Checked,
) -> Mapping[str, tuple[Cause, ...]]:
    """Give the causes that concern each mail, by its id."""
    found: dict[str, list[Cause]] = {}
    for each in causes_of(checked):
        for mail in each.mails:
            found.setdefault(mail.id, []).append(each)
    return MappingProxyType({mail: tuple(every) for mail, every in found.items()})


def _cause(
    remedy: Remedy | None, sort: Sort, checked: Checked, fingerprint: str
) -> Cause:
    example = sort.example.mail
    looked_for, found = _compared(sort)
    return Cause(
        fingerprint=fingerprint,
        kind=sort.kind,
        says=WHAT_IS_WRONG[sort.kind],
        rows=tuple(map(shown, sort.rows)),
        mails=sort.mails,
        example=example,
        facts=tuple(_facts(sort)),
        place=place_of(shown(sort.blame.place)),
        again=checked.again(example.id),
        looked_for=looked_for,
        found=found,
        right=tuple(map(shown, remedy.commands)) if remedy else (),
        but=broken(remedy) if remedy else "",
        undo=tuple(map(shown, remedy.undo_commands)) if remedy else (),
        accepted=_accepted(sort),
    )


def _accepted(sort: Sort) -> str:
    one = sort.accepted
    return f"by {one.owner} until {one.until}: {one.reason}" if one else ""


def _facts(sort: Sort) -> Iterator[tuple[str, str]]:
    """Say why, in the order in which a worried person asks."""
    if sort.is_beyond_rules:
        yield from BEYOND
        return
    if sort.kind is _UNDETERMINED:
        finding = sort.example.finding
        question, recipe = what_is_open(finding.because, finding.why)
        yield "depends on", shown(question)
        if recipe:
            yield "find out", recipe
    elif not sort.blame.test and sort.kind in NEEDS_AN_END:
        yield "happens", happens(sort)
    if sort.kind is not _UNDETERMINED or sort.blame.rule or sort.blame.connector:
        yield cause(sort.blame)
    if sort.kind is FindingKind.WEAK and not sort.example.finding.lacks:
        yield "ask", ask(sort)


def _compared(sort: Sort) -> tuple[str, str]:
    """Give the text that the failing test looked for, and the one most like it."""
    blame = sort.blame
    if sort.is_beyond_rules or not blame.test or not blame.looked_for:
        return "", ""
    want, found = nearest(blame.looked_for, blame.found)
    if reads_body(blame):
        found = _NOT_PRINTED
    elif not blame.found:
        found = _NONE
    return shown(want), shown(found)

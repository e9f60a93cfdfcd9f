"""How far a tenant is from a leak: which single edits open one, and which pairs.

Every mail that must be secure is run through the world that an edit makes; what was
already wrong before is not counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from fakes.trace import Trace
from harness.compare import HINTS, WEIGHT, Finding, FindingKind, compare
from harness.duty import Obligation
from harness.edits import DailyEdit
from harness.edits.daily import applied
from harness.simulate import simulate

if TYPE_CHECKING:
    from datetime import datetime

    from harness.check.derive import DerivedMail
    from harness.world import World

# Of each row, in the order in which the mails were derived.
MOST_MAILS = 60


@dataclass(frozen=True, slots=True)
class Slip:
    """Edits that make something wrong: each new finding with its mail, worst first."""

    edits: tuple[DailyEdit, ...]
    found: tuple[tuple[DerivedMail, Finding], ...]

    @property
    def worst(self) -> FindingKind:
        """The heaviest kind."""
        return min((f.kind for _, f in self.found), key=lambda kind: WEIGHT[kind])

    @property
    def mails(self) -> tuple[DerivedMail, ...]:
        """The mails that show the heaviest kind, each once."""
        worst = self.worst
        found = {m.id: m for m, finding in self.found if finding.kind is worst}
        return tuple(found.values())

    @property
    def example(self) -> tuple[DerivedMail, Finding]:
        """The first mail with the heaviest kind."""
        worst = self.worst
        return next(pair for pair in self.found if pair[1].kind is worst)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was tried, and what it opened, the worst first.

    `mails` are those that were run each time, of `all_mails` that must be secure;
    `is_whole` says that no edit (or pair) was left out.
    """

    slips: tuple[Slip, ...]
    tried: int
    mails: int
    all_mails: int
    is_whole: bool = True

    def of(self, kind: FindingKind) -> tuple[Slip, ...]:
        """Give those that open such a finding at worst."""
        return tuple(slip for slip in self.slips if slip.worst is kind)

    def harmless(self, edits: Iterable[DailyEdit]) -> tuple[DailyEdit, ...]:
        """Keep the edits that make nothing wrong by themselves."""
        wrong = {edit.id for slip in self.slips for edit in slip.edits}
        return tuple(edit for edit in edits if edit.id not in wrong)


def must_be_secure(mails: Iterable[DerivedMail]) -> tuple[DerivedMail, ...]:
    """Keep the mails of which the policy asks that somebody gets them securely."""
    return tuple(
        mail
        for mail in mails
        if any(d.obligation is Obligation.MUST_BE_SECURE for d in mail.duties)
    )


def one_edit_away(
    world: World,
    mails: tuple[DerivedMail, ...],
    edits: Iterable[DailyEdit],
    *,
    at: datetime,
    go_on: Callable[[], bool] = lambda: True,
) -> Sweep:
    """Apply each edit by itself; `go_on` is asked before each, and ends the sweep."""
    return _sweep(world, mails, ((edit,) for edit in edits), at=at, go_on=go_on)


def two_edits_away(
    world: World,
    mails: tuple[DerivedMail, ...],
    edits: Iterable[DailyEdit],
    *,
    at: datetime,
    go_on: Callable[[], bool] = lambda: True,
) -> Sweep:
    """Apply each pair of edits of which neither opens anything by itself."""
    pairs = combinations(edits, 2)
    return _sweep(world, mails, pairs, at=at, go_on=go_on)


def _sweep(
    world: World,
    mails: tuple[DerivedMail, ...],
    groups: Iterable[tuple[DailyEdit, ...]],
    *,
    at: datetime,
    go_on: Callable[[], bool],
) -> Sweep:
    wanted = must_be_secure(mails)
    run = spread(wanted, MOST_MAILS)
    before = {(mail.id, f.recipient, f.kind) for mail, f in _findings(run, world, at)}
    slips: list[Slip] = []
    tried, is_whole = 0, True
    for edits in groups:
        if not go_on():
            is_whole = False
            break
        made = _made(edits, world)
        if made is None:
            continue
        tried += 1
        found = tuple(
            (mail, finding)
            for mail, finding in _findings(run, made, at)
            if (mail.id, finding.recipient, finding.kind) not in before
        )
        if found:
            slips.append(Slip(edits, found))
    slips.sort(key=lambda slip: (WEIGHT[slip.worst], -len(slip.mails)))
    return Sweep(tuple(slips), tried, len(run), len(wanted), is_whole)


def _made(edits: tuple[DailyEdit, ...], world: World) -> World | None:
    """Apply edits one after the other; None where one does not fit any more."""
    made: World | None = world
    for edit in edits:
        made = applied(edit, made) if made else None
    return made


def _findings(
    mails: tuple[DerivedMail, ...], world: World, at: datetime
) -> Iterator[tuple[DerivedMail, Finding]]:
    for mail in mails:
        outcome = simulate(mail.item, world, at=at, trace=Trace.BRIEF)
        for finding in compare(outcome, mail.duties):
            if finding.kind not in HINTS:
                yield mail, finding


def spread(mails: tuple[DerivedMail, ...], most: int) -> tuple[DerivedMail, ...]:
    """Take at most so many, of each row by turns, and keep their order."""
    if len(mails) <= most:
        return mails
    by_row: dict[str | None, list[DerivedMail]] = {}
    for mail in mails:
        by_row.setdefault(mail.intent.row, []).append(mail)
    taken: set[str] = set()
    for number in range(max(map(len, by_row.values()))):
        for row in by_row.values():
            if number < len(row) and len(taken) < most:
                taken.add(row[number].id)
    return tuple(mail for mail in mails if mail.id in taken)

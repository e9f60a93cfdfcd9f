"""Rehearses failures: applies each to a copy of a tenant and looks who notices.

The mails are run once as the tenant is, and then only those that a change can touch,
until one shows it; of every row of the policy that the change touches at least one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fakes.exchange.drive import NO_PATIENCE
from fakes.exchange.rules.rule import RuleError
from harness.check.checklist.noun import State
from harness.check.checklist.table import checklist
from harness.check.lints.noun import Ground
from harness.check.lints.table import lints
from harness.compare import HINTS, WEIGHT, Finding, FindingKind
from harness.edits import EditError
from harness.exports.problems import ExportError
from harness.failures.bench import Bench, is_meant, matched, set_up
from harness.failures.noun import Notice, staged_world
from harness.hybrid import side_of
from harness.rehearse.follow import follow_one, found_in, yet_to_come
from harness.rehearse.matrix import Matrix, Rehearsed, Seen, Try
from harness.world import turned

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.failures.noun import Failure, Staged
    from harness.outcome import Outcome
    from harness.policy.noun import Policy
    from harness.world import World

# What says most of a failure comes first.
_BY = (Notice.CHECK, Notice.WIRE, Notice.TRACE, Notice.LINT, Notice.CHECKLIST, None)
_REFUSED = "Exchange would not take the change: "


@dataclass(frozen=True, slots=True)
class _Sign:
    """A lint, or a line of the checklist that is not followed."""

    by: Notice
    id: str
    why: str
    key: tuple[str, ...]


@dataclass(slots=True)
class _Before:
    """What becomes of mails as the tenant is, each computed once."""

    world: World
    policy: Policy
    at: datetime
    known: dict[tuple[str, timedelta], Outcome]
    signs: tuple[_Sign, ...] = ()
    wrong: frozenset[FindingKind] = frozenset()

    def of(self, mail: DerivedMail, patience: timedelta = NO_PATIENCE) -> Outcome:
        key = (mail.id, patience)
        if key not in self.known:
            self.known[key] = follow_one(
                mail, self.world, at=self.at, patience=patience
            )
        return self.known[key]

    def ground(self, world: World) -> Ground:
        return Ground(world, self.at, self.policy)


def rehearse(
    failures: Iterable[Failure],
    world: World,
    policy: Policy,
    mails: tuple[DerivedMail, ...],
    *,
    at: datetime,
) -> Matrix:
    """Let each failure happen to a tenant, and say what notices it."""
    mails = yet_to_come(mails, at)
    before = _Before(world, policy, at, {})
    outcomes = {mail.id: before.of(mail) for mail in mails}
    before.signs = tuple(_signs(before.ground(world)))
    before.wrong = frozenset(
        kind for mail in mails for kind in _wrong(mail, outcomes[mail.id])
    )
    sides = (world, turned(world)) if world.other else (world,)
    benches = tuple(set_up(side, policy, mails, outcomes, at=at) for side in sides)
    entries = tuple(_rehearsed(one, benches, before) for one in failures)
    return Matrix(entries, _by_weight(before.wrong))


def _rehearsed(
    failure: Failure, benches: tuple[Bench, ...], before: _Before
) -> Rehearsed:
    if failure.stage is None:
        return Rehearsed(failure, (), failure.why_not)
    tries: list[Try] = []
    for bench in benches:
        side = side_of(bench.world)
        try:
            tries += (
                replace(
                    _tried(staged, failure, bench, before),
                    side=side,
                    edits=staged.edits,
                )
                for staged in failure.stage(bench)
            )
        except (EditError, RuleError, ExportError) as problem:
            why = f"{_REFUSED}{problem}"
            tries.append(Try(failure.sentence, Seen.NOT_HERE, why, side=side))
    return Rehearsed(failure, tuple(tries), "" if tries else f"needs {failure.needs}")


def _tried(staged: Staged, failure: Failure, bench: Bench, before: _Before) -> Try:
    """Make a failure happen one way: the configuration first, then mail by mail."""
    after = staged_world(bench.world, staged)
    if staged.is_of_world and after == bench.world:
        return Try(staged.says, Seen.NOT_HERE, "it is so already")
    signs = _linted(staged, before, after)
    found: list[Try] = [
        Try(staged.says, Seen.NOTICED, sign.why, sign.by) for sign in signs[:1]
    ]
    ran, is_changed, others = 0, False, set[str]()
    wrongs: list[set[FindingKind]] = []
    side = side_of(bench.world)
    for mail, is_needed in _mails(staged, bench):
        if not is_needed and any(one.mail and one.is_foreseen for one in found):
            break
        then = follow_one(mail, after, at=before.at, patience=staged.patience)
        was = _was(mail, staged, before)
        ran += 1
        seen = _of_mail(mail, was, then, staged, failure)
        if seen:
            found.append(seen)
        if mail.intent.is_met or is_meant(mail):
            wrongs.append(_wrong(mail, then if was is None else was))
        if was is not None and _results(was) != _results(then):
            is_changed = True
        elif staged.rules and was is not None:
            others |= set(matched(then, side)) & _names(bench) - set(staged.rules)
    if found:
        return replace(_best(found), ran=ran, also=_ids(signs))
    # Where one of its mails goes well, the failure could have been seen in that.
    ill = set().union(*wrongs) if all(wrongs) else set()
    if staged.rules and not ran:
        # It takes no mail as it is, and something leaks: the check says so.
        ill = set(before.wrong & {FindingKind.LEAK})
    unseen = _unseen(staged, is_changed=is_changed, others=others, ill=ill)
    return replace(unseen, ran=ran)


def _was(mail: DerivedMail, staged: Staged, before: _Before) -> Outcome | None:
    """Give what became of a mail before; None where that says nothing."""
    if not staged.is_of_world or staged.is_by_itself:
        return None
    return before.of(mail, staged.patience)


def _best(found: list[Try]) -> Try:
    return min(found, key=lambda one: (not one.is_foreseen, _BY.index(one.by)))


def _ids(signs: tuple[_Sign, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sign.id for sign in signs))


def _unseen(
    staged: Staged, *, is_changed: bool, others: set[str], ill: set[FindingKind]
) -> Try:
    """Say why nothing was seen: it cannot happen here, or nobody looks."""
    if others and not is_changed:
        names = ", ".join(f'"{name}"' for name in sorted(others))
        return Try(staged.says, Seen.NOT_HERE, f"rule {names} takes the same mail")
    if ill and not is_changed:
        kinds = ", ".join(kind.value for kind in _by_weight(ill))
        why = f"its mail goes wrong as it is: {kinds}"
        return Try(staged.says, Seen.NOT_HERE, why)
    if staged.mails:
        why = "the mail goes as it is meant all the same"
        return Try(staged.says, Seen.NOT_HERE, why)
    why = "no mail of the check ends otherwise"
    if is_changed:
        why = "mail ends otherwise, and the policy has no word against it"
    return Try(staged.says, Seen.MISSED, why)


def _wrong(mail: DerivedMail, outcome: Outcome) -> set[FindingKind]:
    """Give what is wrong with a mail, hints apart."""
    return {finding.kind for finding in found_in(mail, outcome)} - HINTS


def _by_weight(kinds: Iterable[FindingKind]) -> tuple[FindingKind, ...]:
    return tuple(sorted(kinds, key=lambda kind: WEIGHT[kind]))


def _names(bench: Bench) -> set[str]:
    return {rule.name for rule in bench.relays}


def _mails(staged: Staged, bench: Bench) -> Iterator[tuple[DerivedMail, bool]]:
    """Give what a change can touch; the first mail of each row is always run."""
    yield from ((mail, True) for mail in staged.mails)
    if staged.mails or not staged.is_of_world:
        return
    every, near = bench.mails, bench.mails
    if staged.rules:
        touched = _took(staged.rules, bench)
        every = near = tuple(mail for mail in every if mail.id in touched)
    if staged.wider:
        took = _took(staged.wider, bench)
        rows = {mail.intent.row for mail in every if mail.id in took} - {None}
        near = tuple(m for m in every if {m.intent.row, m.intent.near_miss_of} & rows)
    firsts: dict[str, DerivedMail] = {}
    for mail in near:
        if mail.intent.is_met and mail.intent.row:
            firsts.setdefault(mail.intent.row, mail)
    yield from ((mail, True) for mail in firsts.values())
    done = {mail.id for mail in firsts.values()}
    for mail in (*near, *every):
        if mail.id not in done:
            done.add(mail.id)
            yield mail, False


def _took(rules: tuple[str, ...], bench: Bench) -> set[str]:
    """Name the mails that these rules matched before."""
    return {mail for name in rules for mail in bench.took.get(name, ())}


def _results(outcome: Outcome) -> tuple[object, ...]:
    return tuple(
        (fate.recipient, tuple(copy.result for copy in fate.deliveries))
        for fate in outcome.fates
    )


def _of_mail(
    mail: DerivedMail,
    was: Outcome | None,
    then: Outcome,
    staged: Staged,
    failure: Failure,
) -> Try | None:
    """Say what shows the failure in one mail: a new finding, or how it went."""
    known = set() if was is None else {_key(f) for f in found_in(mail, was)}
    fresh = [f for f in found_in(mail, then) if _key(f) not in known]
    fresh = [f for f in fresh if f.kind not in HINTS or f.kind in failure.follows]
    if fresh:
        best = min(fresh, key=lambda f: (f.kind not in failure.follows, _weight(f)))
        return Try(
            staged.says,
            Seen.NOTICED,
            best.why,
            # What no policy asks, no check finds: a person who looks does.
            Notice.TRACE if is_meant(mail) else Notice.CHECK,
            best.kind,
            mail,
            is_foreseen=best.kind in failure.follows,
        )
    if staged.sees:
        told = staged.sees(was or then, then)
        if told:
            return Try(staged.says, Seen.NOTICED, told, Notice.TRACE, mail=mail)
    return None


def _weight(finding: Finding) -> int:
    return WEIGHT[finding.kind]


def _key(finding: Finding) -> tuple[object, ...]:
    return (finding.recipient, finding.kind)


def _linted(staged: Staged, before: _Before, after: World) -> tuple[_Sign, ...]:
    """Say what is newly told of the configuration itself."""
    if not staged.edits:
        return ()
    known = {sign.key for sign in before.signs}
    fresh = (sign for sign in _signs(before.ground(after)) if sign.key not in known)
    return tuple(fresh)


def _signs(ground: Ground) -> Iterator[_Sign]:
    for lint in lints(ground):
        key = (lint.id, lint.rule, lint.connector, lint.side, lint.why)
        yield _Sign(Notice.LINT, lint.id, lint.why, key)
    for item in checklist(ground):
        if item.state in {State.NOT_MET, State.DIFFERENT}:
            key = (item.id, item.about, "", item.side, item.found)
            yield _Sign(Notice.CHECKLIST, item.id, item.found, key)

"""Mails derived from a policy: those that meet each row, and those beside them.

Each is made from an intent; the policy must see the same in the mail that was made,
or we are wrong. The same policy and tenant give the same mails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from harness.check import common_sorts, label_sorts, sender_sorts, subject_sorts
from harness.check.draft import Draft, write
from harness.check.facts import facts_of
from harness.check.rule_sorts import of_rules
from harness.check.scene import Scene, Stage, set_scene, set_stage, why_no_scene
from harness.check.target import Target, Unwritten
from harness.duty import Duty, Obligation
from harness.policy.judge import judge
from harness.policy.noun import Audience, Labelled, Policy, SentBy, SubjectHas, is_own

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from harness.check.facts import TenantFacts
    from harness.world import World


@dataclass(frozen=True, slots=True)
class Intent:
    """What a derived mail is for.

    `row` is the name of the row that it meets or, as a near miss, resembles; None for
    everyday mail. `expected` is the obligation towards each recipient.
    """

    row: str | None
    is_met: bool
    expected: tuple[tuple[Address, Obligation], ...]
    near_miss_of: str = ""


@dataclass(frozen=True, slots=True)
class DerivedMail:
    """A mail with its intent; `sort` says in plain words what sort of mail it is.

    `target` is the rule for which it was written; `at` when it is sent, None for one
    that is sent whenever the check is made.
    """

    id: str
    sort: str
    item: MailItem
    intent: Intent
    duties: tuple[Duty, ...]
    target: Target | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VacuousRow:
    """A row that no derived mail meets, and why."""

    row: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """The mails, the rows that none of them meets, what could not be written."""

    mails: tuple[DerivedMail, ...]
    vacuous: tuple[VacuousRow, ...] = ()
    unwritten: tuple[Unwritten, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sorts:
    """How a trigger gives mails. The trigger is of the kind that the row has."""

    prefix: str
    meeting: Callable[[Scene, Any], Iterator[Draft]]
    missing: Callable[[Scene, Any], Iterator[Draft]]
    shown: Callable[[Scene, Any], Draft]


_SORTS: Mapping[type, _Sorts] = MappingProxyType(
    {
        SubjectHas: _Sorts(
            "word", subject_sorts.meeting, subject_sorts.missing, subject_sorts.shown
        ),
        Labelled: _Sorts(
            "label", label_sorts.meeting, label_sorts.missing, label_sorts.shown
        ),
        SentBy: _Sorts(
            "sender", sender_sorts.meeting, sender_sorts.missing, sender_sorts.shown
        ),
    }
)


def derive(policy: Policy, facts: TenantFacts) -> Derivation:
    """Derive mails from a policy and what is known of the tenant.

    Raises:
        AssertionError: the policy sees something else in a mail than it was made for.

    """
    stage = set_stage(policy, facts)
    scenes, vacuous = _set(policy, stage)
    drafts = _drafts(policy, stage, scenes)
    return _derived(policy, drafts, stage, scenes, vacuous)


def derive_here(policy: Policy, world: World) -> Derivation:
    """Derive mails from a policy and a tenant, what its own rules look for included.

    Raises:
        AssertionError: as `derive`.

    """
    stage = set_stage(policy, facts_of(world))
    scenes, vacuous = _set(policy, stage)
    drafts = _drafts(policy, stage, scenes)
    shown = tuple((scene.prefix, plainest(scene)) for scene in scenes)
    first = next(common_sorts.everyday(stage))
    written = tuple(of_rules(stage, first, shown, world))
    unwritten = tuple(entry for entry in written if isinstance(entry, Unwritten))
    drafts += [entry for entry in written if not isinstance(entry, Unwritten)]
    found = _derived(policy, drafts, stage, scenes, vacuous)
    return replace(found, unwritten=unwritten)


def _set(policy: Policy, stage: Stage) -> tuple[list[Scene], list[VacuousRow]]:
    """Set the scene of each row, or say why there is none."""
    scenes: list[Scene] = []
    vacuous: list[VacuousRow] = []
    counts: dict[str, int] = {}
    for row in policy.rows:
        prefix = _SORTS[type(row.trigger)].prefix
        number = counts[prefix] = counts.get(prefix, 0) + 1
        scene = set_scene(row, prefix if number == 1 else f"{prefix}{number}", stage)
        if scene is None:
            vacuous.append(VacuousRow(row.name, row.place, why_no_scene(row, stage)))
        else:
            scenes.append(scene)
    return scenes, vacuous


def _drafts(policy: Policy, stage: Stage, scenes: list[Scene]) -> list[Draft]:
    """Draft what the policy speaks of, what resembles it, and everyday mail."""
    drafts = [draft for scene in scenes for draft in _of_row(scene)]
    for scene in scenes[:1]:
        partners = stage.facts.partners
        drafts.extend(common_sorts.to_kinds(scene, plainest(scene), partners))
    drafts.extend(_automatic(policy, scenes))
    drafts.extend(common_sorts.everyday(stage))
    drafts.extend(common_sorts.other_traffic(stage, policy))
    drafts.extend(common_sorts.to_the_placeholder(stage))
    return drafts


def _derived(
    policy: Policy,
    drafts: list[Draft],
    stage: Stage,
    scenes: list[Scene],
    vacuous: list[VacuousRow],
) -> Derivation:
    made = (_made(policy, draft, stage) for draft in drafts)
    mails = tuple(mail for mail in made if mail is not None)
    met = {mail.intent.row for mail in mails if mail.intent.is_met}
    why = "every mail that would meet it is excepted"
    unmet = [
        VacuousRow(s.row.name, s.row.place, why)
        for s in scenes
        if s.row.name not in met
    ]
    return Derivation(mails, (*vacuous, *unmet))


def plainest(scene: Scene) -> Draft:
    """Give the plainest mail that meets the row of a scene, for others to vary."""
    trigger = scene.row.trigger
    return _SORTS[type(trigger)].shown(scene, trigger)


def _of_row(scene: Scene) -> Iterator[Draft]:
    trigger = scene.row.trigger
    sorts = _SORTS[type(trigger)]
    shown = plainest(scene)
    return chain(
        sorts.meeting(scene, trigger),
        common_sorts.of_recipients(scene, shown),
        common_sorts.to_kinds(scene, shown, scene.stage.facts.kinds),
        common_sorts.by_others(scene, shown),
        common_sorts.replies(scene, shown),
        common_sorts.large(scene, shown),
        sorts.missing(scene, trigger),
        common_sorts.inbound(scene, shown),
    )


def _automatic(policy: Policy, scenes: list[Scene]) -> Iterator[Draft]:
    """Let automatic mail meet the first row; a subject is what it quotes most."""
    words = [s for s in scenes if isinstance(s.row.trigger, SubjectHas)]
    for scene in (words or scenes)[:1]:
        shown = plainest(scene)
        yield from common_sorts.not_by_hand(scene, shown, policy)
        yield from common_sorts.from_zivver(scene, shown, policy)


def _made(policy: Policy, draft: Draft, stage: Stage) -> DerivedMail | None:
    """Make the mail and hold the policy to the intent.

    None for a near miss of one row that another row speaks of.
    """
    item = write(draft)
    if draft.obligation is Obligation.MUST_BE_REFUSED:
        return _turned_away(draft, item)
    duties = judge(policy, item, own_domains=stage.own)
    if draft.obligation is None:
        return _as_judged(draft, item, duties)
    row = draft.row.name if draft.row else None
    is_met = draft.row is not None and not draft.near_miss_of
    speaking = {name for duty in duties for name in duty.rows}
    if draft.near_miss_of and speaking and row not in speaking:
        return None
    expected = tuple(
        (r, _expected(draft, draft.obligation, r, stage)) for r in draft.recipients
    )
    seen = tuple((duty.recipient, duty.obligation) for duty in duties)
    if seen != expected or (is_met and row not in speaking):
        message = f"{draft.id}: made for {_told(expected)}, judged {_told(seen)}"
        raise AssertionError(message)
    intent = Intent(row, is_met, expected, draft.near_miss_of)
    return DerivedMail(draft.id, draft.sort, item, intent, duties, at=draft.at)


def _as_judged(draft: Draft, item: MailItem, duties: tuple[Duty, ...]) -> DerivedMail:
    """Give a mail of a rule: it is for whatever the policy says of it."""
    expected = tuple((duty.recipient, duty.obligation) for duty in duties)
    intent = Intent(None, is_met=False, expected=expected)
    return DerivedMail(
        draft.id, draft.sort, item, intent, duties, draft.target, draft.at
    )


def _turned_away(draft: Draft, item: MailItem) -> DerivedMail:
    """Give a mail of which no policy speaks: only our own rules write to the relay."""
    why = "only our own rules have business with the relay's address"
    away = Obligation.MUST_BE_REFUSED
    duties = tuple(Duty(r, away, (), why) for r in draft.recipients)
    expected = tuple((duty.recipient, duty.obligation) for duty in duties)
    return DerivedMail(
        draft.id,
        draft.sort,
        item,
        Intent(None, is_met=False, expected=expected),
        duties,
    )


def _expected(
    draft: Draft, obligation: Obligation, recipient: Address, stage: Stage
) -> Obligation:
    """Say what the intent means for one recipient."""
    if obligation is not Obligation.MUST_BE_SECURE or draft.row is None:
        return obligation
    if stage.own is None:
        return Obligation.CANNOT_TELL
    places = [is_own(a.domain_key, stage.own) for a in draft.recipients]
    is_inside = is_own(recipient.domain_key, stage.own)
    to = draft.row.to
    is_meant = {
        Audience.ANYONE: True,
        Audience.INSIDE: is_inside,
        Audience.OUTSIDE: not all(places),
    }[to]
    return Obligation.MUST_BE_SECURE if is_meant else Obligation.MUST_BE_PLAIN


def _told(pairs: tuple[tuple[Address, Obligation], ...]) -> str:
    return ", ".join(f"{who} {obligation}" for who, obligation in pairs)

"""The sorts of mail that each rule of the tenant gives: its own words, and exceptions.

A rule is hit alone, and once together with one that sends mail to Zivver: where two
rules meet, the second may undo what the first did. What cannot be written is named.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.trace import Answer
from harness.check.blame import takes_mail
from harness.check.blamed_connector import why_past_zivver
from harness.check.draft import write
from harness.check.facts import placeholders_of
from harness.check.target import Purpose, Target, Unwritten
from harness.check.time_sorts import around_dates
from harness.check.writing.aimed import aim, aim_of_test, arrive
from harness.check.writing.bench import Bench, NotWritten
from harness.check.writing.write_for import with_test, write_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.rule import Rule
    from harness.check.draft import Draft
    from harness.check.scene import Stage
    from harness.world import World

_LONGEST = 32
_NO_RELAY = "no mail reaches a rule that sends mail to Zivver"


@dataclass(frozen=True, slots=True)
class Ground:
    """A mail that a rule sends to Zivver: what others are put beside."""

    prefix: str
    draft: Draft
    relay: Rule


@dataclass(frozen=True, slots=True)
class _Floor:
    """What all rules of an organization share while their mails are written."""

    stage: Stage
    organization: Organization
    first: Draft
    grounds: tuple[Ground, ...]
    names: dict[str, str]

    def bench(self, rule: Rule) -> Bench:
        """Set a rule on the bench."""
        return Bench(self.stage, self.organization, rule)


def of_rules(
    stage: Stage, first: Draft, shown: tuple[tuple[str, Draft], ...], world: World
) -> Iterator[Draft | Unwritten]:
    """Give the mails of every rule that could act, now or when its time has come.

    `first` is everyday mail; `shown` are the plainest mails of the policy's rows, each
    with its prefix.
    """
    organization = world.organization
    rules = tuple(
        rule
        for rule in sorted(organization.rules or (), key=lambda r: r.priority)
        if rule.is_enabled and rule.conditions
    )
    relays = tuple(rule for rule in rules if sends_to_zivver(rule, world))
    names = _named(organization.rules or ())
    floor = _Floor(stage, organization, first, (), names)
    alone = {rule.name: _alone(rule, floor) for rule in rules}
    grounds = (
        *_grounds(shown, relays, organization),
        *_own_grounds(relays, alone),
    )
    floor = replace(floor, grounds=grounds)
    for rule in rules:
        own = alone[rule.name]
        yield own
        base = own
        if rule not in relays:
            both = _together(rule, floor)
            yield both
            base = own if isinstance(both, Unwritten) else both
        yield from _excepted(rule, base, floor)
        bases = shown if rule in relays else ()
        if not bases and not isinstance(base, Unwritten):
            bases = (("", base),)
        yield from around_dates(rule, names[rule.name], bases)


def sends_to_zivver(rule: Rule, world: World) -> bool:
    """Say whether mail that the rule takes goes to Zivver."""
    if not takes_mail(rule):
        return False
    placeholders = set(placeholders_of(world))
    return any(
        why_past_zivver(rule, world) is None
        if action.targets is None
        else bool(action.targets.addresses & placeholders)
        for action in rule.actions
        if action.name in {"RouteMessageOutboundConnector", "RedirectMessageTo"}
    )


def _named(rules: tuple[Rule, ...]) -> dict[str, str]:
    """Give each rule a short name to type; where two would be alike, with a number."""
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for rule in sorted(rules, key=lambda r: r.priority):
        bare = unicodedata.normalize("NFKD", rule.name).encode("ascii", "ignore")
        words = re.sub(r"[^a-z0-9]+", "-", bare.decode().lower()).strip("-")
        short = words[:_LONGEST].strip("-") or str(rule.priority)
        number = taken[short] = taken.get(short, 0) + 1
        names[rule.name] = short if number == 1 else f"{short}-{number}"
    return names


def _alone(rule: Rule, floor: _Floor) -> Draft | Unwritten:
    target = Target(rule.name, Purpose.ALONE)
    try:
        draft = write_for(floor.first, floor.bench(rule))
    except NotWritten as problem:
        return Unwritten(target, str(problem))
    return replace(
        draft,
        id=f"rule-{floor.names[rule.name]}",
        sort=f'everyday mail with what rule "{rule.name}" looks for',
        obligation=None,
        target=target,
    )


def _grounds(
    shown: tuple[tuple[str, Draft], ...],
    relays: tuple[Rule, ...],
    organization: Organization,
) -> Iterator[Ground]:
    for prefix, draft in shown:
        arrived = arrive(write(draft), organization)
        for relay in relays:
            if aim(relay, arrived, organization).holds is Answer.YES:
                yield Ground(prefix, draft, relay)
                break


def _own_grounds(
    relays: tuple[Rule, ...], alone: dict[str, Draft | Unwritten]
) -> Iterator[Ground]:
    """Where no row's mail comes to Zivver, a relay rule's own words may."""
    for relay in relays:
        own = alone[relay.name]
        if not isinstance(own, Unwritten):
            yield Ground("relay", own, relay)


def _together(rule: Rule, floor: _Floor) -> Draft | Unwritten:
    target = Target(rule.name, Purpose.TOGETHER)
    why = _NO_RELAY
    for number, ground in enumerate(floor.grounds):
        try:
            draft = write_for(ground.draft, floor.bench(rule))
        except NotWritten as problem:
            why = why if number else str(problem)
            continue
        arrived = arrive(write(draft), floor.organization)
        if aim(ground.relay, arrived, floor.organization).holds is not Answer.YES:
            lost = f'rule "{ground.relay.name}" does not hold for such a mail'
            why = why if number else lost
            continue
        return replace(
            draft,
            id=f"rule-{floor.names[rule.name]}-and-{ground.prefix}",
            sort=f'{ground.draft.sort}, with what rule "{rule.name}" looks for',
            near_miss_of="",
            obligation=None,
            target=target,
        )
    return Unwritten(target, why)


def _excepted(
    rule: Rule, base: Draft | Unwritten, floor: _Floor
) -> Iterator[Draft | Unwritten]:
    """Give, for each exception, a mail that only it keeps from the rule."""
    for number, exception in enumerate(rule.exceptions):
        target = Target(rule.name, Purpose.EXCEPTED, number)
        if isinstance(base, Unwritten):
            yield Unwritten(target, base.why)
            continue
        name = f"ExceptIf{exception.predicate} {exception.header}".strip()
        try:
            draft = with_test(base, exception, floor.bench(rule))
        except NotWritten as problem:
            yield Unwritten(target, f"ExceptIf{problem}")
            continue
        bare = replace(rule, exceptions=())
        arrived = arrive(write(draft), floor.organization)
        both = (
            aim(bare, arrived, floor.organization),
            aim_of_test(exception, rule, arrived, floor.organization),
        )
        if any(found.holds is not Answer.YES for found in both):
            why = f"{name} does not hold together with the conditions"
            yield Unwritten(target, why)
            continue
        yield replace(
            draft,
            id=f"rule-{floor.names[rule.name]}-except-{number + 1}",
            sort=f'{base.sort}, excepted by {name} of rule "{rule.name}"',
            target=target,
        )

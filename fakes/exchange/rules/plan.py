"""What can be said of the rules whatever the mail: made once for many mails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from fakes.exchange.rules import window
from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.effects import LOOP_HEADER
from fakes.exchange.rules.evaluate import question_of, there
from fakes.exchange.rules.index import Index, make_index

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from fakes.exchange.organization import Edition, Organization
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.rule import Rule

_ALWAYS_LOOKED_AT = frozenset({"from", "to", "cc", LOOP_HEADER.lower()})
# What the body means hangs on these.
_BODY_FIELDS = frozenset({"content-type", "content-transfer-encoding"})
_COPIES = frozenset({Effect.RECIPIENTS, Effect.CHILD, Effect.UNKNOWN})
_CHANGES = _COPIES | {Effect.ITEM}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What can be said of the rules whatever the mail.

    `has_effects` and `has_copies` say of each place, and of the end, whether a rule
    that stands there or later could change anything, or make copies; `has_changes`,
    whether one before it could change the mail itself.
    """

    rules: tuple[Rule, ...]
    may_change: tuple[bool, ...]
    has_effects: tuple[bool, ...]
    has_copies: tuple[bool, ...]
    has_changes: tuple[bool, ...]
    index: Index


@dataclass(frozen=True, slots=True)
class Prospect:
    """What rules from a place on look at, and what none of them asks any more."""

    looks: frozenset[str]
    forgotten: frozenset[tuple[str, str]]


def plan_of(organization: Organization, at: datetime) -> Plan:
    """Give the plan of an organization's rules for the mail of a moment."""
    rules, platform = organization.rules, organization.platform
    # exchange-rules#7.3: a rule that was turned off just now may still act.
    off = [rule for rule in rules or () if not rule.is_enabled]
    lingering = frozenset(
        rule.name for rule in off if window.is_on_its_way(rule, at, platform)
    )
    given = _Given(rules, organization.readings, organization.editions, lingering)
    return _made(given)


@lru_cache(maxsize=512)
def prospect(plan: Plan, number: int) -> Prospect:
    """Say what is ahead at a place."""
    before, later = plan.rules[:number], plan.rules[number:]
    return Prospect(_looks(later), _questions(before) - _questions(later))


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What a plan is made of: the same where these are the same objects.

    To compare hundreds of rules would cost more than to run them.
    """

    rules: tuple[Rule, ...] | None
    readings: Readings
    editions: frozenset[Edition]
    lingering: frozenset[str]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and self._objects == other._objects

    def __hash__(self) -> int:
        return hash(self._objects)

    @property
    def _objects(self) -> tuple[int, int, int, frozenset[str]]:
        return id(self.rules), id(self.readings), id(self.editions), self.lingering


@lru_cache(maxsize=16)
def _made(given: _Given) -> Plan:
    rules = tuple(
        _there(rule, given.editions)
        for rule in sorted(given.rules or (), key=lambda rule: rule.priority)
    )
    may_act = tuple(
        replace(rule, is_enabled=True) if rule.name in given.lingering else rule
        for rule in rules
    )
    may_change = _may_change(may_act)
    copies = tuple(rule.is_enabled and _makes_copies(rule) for rule in may_act)
    return Plan(
        rules,
        may_change,
        _from_here_on(may_change),
        _from_here_on(copies),
        _up_to_here(
            may and (rule.is_unreadable or _changes_mail(rule))
            for may, rule in zip(may_change, may_act, strict=True)
        ),
        make_index(may_act, given.readings, given.editions),
    )


def _there(rule: Rule, editions: frozenset[Edition]) -> Rule:
    """Give a rule with its tests as the organization's editions have them."""
    return replace(
        rule,
        conditions=tuple(there(test, editions) for test in rule.conditions),
        exceptions=tuple(there(test, editions) for test in rule.exceptions),
    )


def _from_here_on(truths: tuple[bool, ...]) -> tuple[bool, ...]:
    found = accumulate(reversed(truths), or_, initial=False)
    return tuple(found)[::-1]


def _up_to_here(truths: Iterable[bool]) -> tuple[bool, ...]:
    return tuple(accumulate(truths, or_, initial=False))


def _may_change(rules: tuple[Rule, ...]) -> tuple[bool, ...]:
    """Say of each rule whether matching could change anything.

    Stopping alone changes something only if a later rule could.
    """
    found: list[bool] = []
    for rule in reversed(rules):
        own = _has_own_effect(rule) or (rule.stops and any(found))
        found.append(rule.is_enabled and own)
    return tuple(reversed(found))


def _has_own_effect(rule: Rule) -> bool:
    if rule.is_unreadable:
        return True
    return any(
        action.matters and rule.mode.value in action.row.modes
        for action in rule.actions
    )


def _makes_copies(rule: Rule) -> bool:
    return rule.is_unreadable or any(
        action.matters and action.row.effect in _COPIES for action in rule.actions
    )


def _changes_mail(rule: Rule) -> bool:
    return any(
        action.matters and action.row.effect in _CHANGES for action in rule.actions
    )


def _looks(later: tuple[Rule, ...]) -> frozenset[str]:
    names = set(_ALWAYS_LOOKED_AT)
    for rule in later:
        for condition in (*rule.conditions, *rule.exceptions):
            for look in condition.row.looks:
                names.add((condition.header if look == "*header" else look).lower())
                names.update(_BODY_FIELDS if look == "body" else ())
    return frozenset(names)


def _questions(rules: tuple[Rule, ...]) -> frozenset[tuple[str, str]]:
    """What conditions and dates of these rules may ask."""
    tests = (c for rule in rules for c in (*rule.conditions, *rule.exceptions))
    dates = (question for rule in rules for question in window.questions_of(rule))
    return frozenset((*map(question_of, tests), *dates))

"""All rules in order: forks, stop, mode.

The rules of this module (exchange-rules#1.1):

* rules run in ascending priority; one that is off, or outside its dates, is passed;
* a rule that holds for some legs only splits the fork: the matched part takes the
  actions, the other goes on with the next rule (R-31), and stopping stops the matched
  part alone (R-32);
* in the test modes no action changes the mail or its way; a report is still made
  (exchange-rules#6.3), and whether stopping holds is an open reading (R-42);
* actions of one rule are applied in the order of their rows (R-01), and what one rule
  changed is what the next one sees (exchange-rules#5.1).

A rule is looked at where some fork may be taken by it; the others are ruled out by the
words of the mail, all at once (`index`), and anew for a fork that a rule changed. The
full trace tells of them too, and decides nothing by it.

Before each rule that is looked at, and at the end, the run may be merged into an
earlier one that stood at the same place: the same forks, seen through what a later
rule or Zivver still looks at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Context, Effect
from fakes.exchange.rules.effects import LOOP_HEADER, NOTHING, SOMETHING, unknown_end
from fakes.exchange.rules.evaluate import (
    Evaluation,
    Surroundings,
    evaluate,
    question_of,
    view_of,
)
from fakes.exchange.rules.failing import failed
from fakes.exchange.rules.fork import Fork, Leg, with_step
from fakes.exchange.rules.index import Index, first_from, make_index, may_hold
from fakes.exchange.rules.rule import Mode, Moment, Rule
from fakes.mail.content import parse
from fakes.mail.item import Carries
from fakes.trace import Answer, Detail, Step, StepKind, Trace

if TYPE_CHECKING:
    from collections.abc import Hashable

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, Platform
    from fakes.exchange.readings import Readings
    from fakes.mail.content import Content
    from fakes.mail.item import MailItem

# Zones reach from UTC-12 to UTC+14: so much later or earlier a local time may be.
_LATEST, _EARLIEST = timedelta(hours=12), timedelta(hours=-14)
_ALWAYS_LOOKED_AT = frozenset({"from", "to", "cc", LOOP_HEADER.lower()})
# Whatever Zivver reads beside them (zivver#12).
_ZIVVER_FIELDS = ("zivver-", "x-zivver-")
# What the body means hangs on these.
_BODY_FIELDS = frozenset({"content-type", "content-transfer-encoding"})
_COPIES = frozenset({Effect.RECIPIENTS, Effect.CHILD, Effect.UNKNOWN})
_IN_FORCE = "in force"
_NOT_IN_FORCE = "not in force"


def process(
    item: MailItem,
    legs: tuple[Leg, ...],
    organization: Organization,
    *,
    is_internal: bool,
    at: datetime,
    choices: Choices,
    trace: Trace = Trace.FULL,
) -> tuple[Fork, ...]:
    """Run the rules over a mail; `at` is an aware time."""
    if not legs:
        return ()
    plan = _plan(
        _Given(organization.rules, organization.readings, organization.platform)
    )
    around = Surroundings(organization, is_internal, choices, trace)
    ways = [_way(Fork(item, legs), plan, around)]
    number = 0
    while True:
        following = _following(ways, number)
        end = len(plan.rules) if following is None else following
        if trace is Trace.FULL:
            for rule in plan.rules[number:end]:
                why = _why_idle(rule, at, around, decides=False)
                ways = [_passed_by(rule, way, why, around) for way in ways]
        if choices.met:
            state = _state(end, ways, plan, organization)
            choices.checkpoint(state, _prospect(plan, end).forgotten)
        if following is None:
            return tuple(way.fork for way in ways)
        ways = _after(following, ways, plan, at, around)
        number = following + 1


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What a plan is made of: the same where these are the same objects.

    To compare hundreds of rules would cost more than to run them.
    """

    rules: tuple[Rule, ...] | None
    readings: Readings
    platform: Platform

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and self._objects == other._objects

    def __hash__(self) -> int:
        return hash(self._objects)

    @property
    def _objects(self) -> tuple[int, int, int]:
        return id(self.rules), id(self.readings), id(self.platform)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What can be said of the rules whatever the mail.

    `has_effects` and `has_copies` say of each place, and of the end, whether a rule
    that stands there or later could change anything, or make copies.
    """

    rules: tuple[Rule, ...]
    may_change: tuple[bool, ...]
    has_effects: tuple[bool, ...]
    has_copies: tuple[bool, ...]
    index: Index


@dataclass(frozen=True, slots=True)
class _Way:
    """A fork, and the rules that may hold for it (bits, as the index gives them)."""

    fork: Fork
    open_rules: int


@dataclass(frozen=True, slots=True)
class _Prospect:
    """What rules from a place on look at, and what none of them asks any more."""

    looks: frozenset[str]
    forgotten: frozenset[tuple[str, str]]


@lru_cache(maxsize=16)
def _plan(given: _Given) -> _Plan:
    rules = tuple(sorted(given.rules or (), key=lambda rule: rule.priority))
    may_change = _may_change(rules)
    copies = tuple(rule.is_enabled and _makes_copies(rule) for rule in rules)
    return _Plan(
        rules,
        may_change,
        _from_here_on(may_change),
        _from_here_on(copies),
        make_index(rules, given.readings, given.platform),
    )


@lru_cache(maxsize=512)
def _prospect(plan: _Plan, number: int) -> _Prospect:
    before, later = plan.rules[:number], plan.rules[number:]
    return _Prospect(_looks(later), _questions(before) - _questions(later))


def _from_here_on(truths: tuple[bool, ...]) -> tuple[bool, ...]:
    found = accumulate(reversed(truths), or_, initial=False)
    return tuple(found)[::-1]


def _way(fork: Fork, plan: _Plan, around: Surroundings) -> _Way:
    return _Way(fork, may_hold(plan.index, view_of(fork, around)))


def _following(ways: list[_Way], number: int) -> int | None:
    """Find the next rule that is to be looked at."""
    found = 0
    for way in ways:
        if not way.fork.is_stopped:
            found |= way.open_rules
    return first_from(found, number)


def _passed_by(rule: Rule, way: _Way, why_idle: str, around: Surroundings) -> _Way:
    """Tell of a rule that does not hold for a fork; nothing is chosen."""
    fork = way.fork
    if fork.is_stopped or around.trace is Trace.BRIEF:
        return way
    details = (
        evaluate(rule, fork, around, decides=False).details if not why_idle else ()
    )
    return replace(
        way, fork=with_step(fork, _rule_step(rule, Answer.NO, why_idle, details))
    )


def _after(
    number: int, ways: list[_Way], plan: _Plan, at: datetime, around: Surroundings
) -> list[_Way]:
    """Take every fork through one rule that may hold for some of them."""
    rule = plan.rules[number]
    why_idle = _why_idle(rule, at, around, decides=plan.may_change[number])
    found: list[_Way] = []
    for way in ways:
        if why_idle or way.fork.is_stopped or not way.open_rules >> number & 1:
            found.append(_passed_by(rule, way, why_idle, around))
            continue
        for fork in _apply_rule(number, way.fork, plan, around):
            is_same = fork.item is way.fork.item and fork.legs == way.fork.legs
            found.append(
                replace(way, fork=fork) if is_same else _way(fork, plan, around)
            )
    return found


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


def _apply_rule(
    number: int, fork: Fork, plan: _Plan, around: Surroundings
) -> tuple[Fork, ...]:
    rule = plan.rules[number]
    if rule.is_unreadable:
        return (_unreadable(rule, fork, around.choices),)
    found = evaluate(rule, fork, around, decides=plan.may_change[number])
    if not found.matched:
        return (_not_matched(rule, fork, found, around),)
    matched = replace(fork, legs=found.matched)
    did, changed = _act(number, matched, plan, around)
    why = "" if rule.mode is Mode.ENFORCE else f"test mode ({rule.mode.value})"
    step = _rule_step(rule, Answer.YES, why, found.details, did, found.matched)
    parts = (replace(changed, steps=(*fork.steps, step)),)
    if not found.rest:
        return parts
    no = _rule_step(rule, Answer.NO, "", found.details, (), found.rest)
    rest = replace(fork, legs=found.rest, steps=(*fork.steps, no))
    return (*parts, rest)


def _not_matched(
    rule: Rule, fork: Fork, found: Evaluation, around: Surroundings
) -> Fork:
    if found.is_open:
        why = "it could change nothing about delivery"
        step = _rule_step(rule, Answer.CANNOT_TELL, why, found.details)
    elif around.trace is Trace.FULL:
        step = _rule_step(rule, Answer.NO, "", found.details)
    else:
        return fork
    return with_step(fork, step)


def _act(
    number: int, fork: Fork, plan: _Plan, around: Surroundings
) -> tuple[tuple[str, ...], Fork]:
    """Apply the actions that the mode allows, then stop if the rule stops."""
    rule = plan.rules[number]
    organization, choices = around.organization, around.choices
    has_later_effects = plan.has_effects[number + 1]
    context = Context(
        rule.name,
        organization,
        choices,
        has_later_copies=plan.has_copies[number + 1],
        has_later_effects=has_later_effects,
    )
    if rule.name in organization.failing_rules:
        return (f"fails, RuleErrorAction {rule.error_action}",), failed(
            rule, fork, context
        )
    is_enforced = rule.mode is Mode.ENFORCE
    did = []
    for action in rule.actions:
        # exchange-rules#v65, exchange-rules#v66
        if rule.mode.value in action.row.modes:
            did.append(f"{action.name} {action.operand}".strip())
            fork = action.row.apply(fork, action, context)
    if rule.stops and not fork.is_stopped:
        stops = is_enforced or (
            has_later_effects
            and ask(organization.readings, choices, "stop_in_test_mode") == "honoured"
        )
        if stops:
            did.append("StopRuleProcessing")
            fork = replace(fork, is_stopped=True)
    return tuple(did), fork


def _makes_copies(rule: Rule) -> bool:
    return rule.is_unreadable or any(
        action.matters and action.row.effect in _COPIES for action in rule.actions
    )


def _unreadable(rule: Rule, fork: Fork, choices: Choices) -> Fork:
    # field-cases#3: a target was deleted, Exchange itself cannot read it any more.
    why = "the export shows neither conditions nor actions: export it again"
    fact = Fact("rule", rule.name, why=why)
    if choices.choose(fact, (NOTHING, SOMETHING)) == SOMETHING:
        fork = unknown_end(fork, fact)
    return with_step(fork, _rule_step(rule, Answer.CANNOT_TELL, why, ()))


def _rule_step(
    rule: Rule,
    answer: Answer,
    why: str,
    details: tuple[Detail, ...],
    did: tuple[str, ...] = (),
    legs: tuple[Leg, ...] = (),
) -> Step:
    return Step(
        StepKind.RULE,
        rule.name,
        answer,
        why,
        details,
        did,
        tuple(leg.original or leg.address for leg in legs),
        rule.place,
    )


def _why_idle(rule: Rule, at: datetime, around: Surroundings, *, decides: bool) -> str:
    """Say why a rule is passed without being looked at; empty if it is looked at.

    Where `decides` is false the answer changes nothing and is not chosen.
    """
    if not rule.is_enabled:
        return "it is off (State Disabled)"
    for moment, is_end in ((rule.starts, False), (rule.ends, True)):
        if moment is None:
            continue
        is_past = at >= moment.at
        if decides:
            is_past = _is_past(moment, at, around, is_end=is_end)
        # exchange-rules#v68, exchange-rules#v69
        if is_end and is_past:
            return f"its ExpiryDate {moment.at:%Y-%m-%d %H:%M} has passed"
        if not is_end and not is_past:
            return f"its ActivationDate {moment.at:%Y-%m-%d %H:%M} has not come"
    return ""


def _is_past(
    moment: Moment, at: datetime, around: Surroundings, *, is_end: bool
) -> bool:
    if moment.has_zone and at == moment.at:
        answer = ask(around.organization.readings, around.choices, "window_edge")
        return answer == "from-start-until-end"
    if not moment.has_zone and _EARLIEST <= at - moment.at <= _LATEST:
        fact = _date_fact(moment, is_end=is_end)
        ways = (_NOT_IN_FORCE, _IN_FORCE)
        return (around.choices.choose(fact, ways) == _IN_FORCE) is not is_end
    return at >= moment.at


def _date_fact(moment: Moment, *, is_end: bool) -> Fact:
    name = "ExpiryDate" if is_end else "ActivationDate"
    return Fact(name, moment.at.isoformat(), why="its time zone is not given")


def _state(
    number: int, ways: list[_Way], plan: _Plan, organization: Organization
) -> Hashable:
    looks = _prospect(plan, number).looks
    has_later_effects = plan.has_effects[number]
    return number, tuple(
        (
            fork.legs,
            fork.connector,
            fork.requires_tls,
            fork.is_redirected,
            fork.ending,
            fork.is_stamped,
            fork.is_stopped and has_later_effects,
            fork.reports,
            tuple(c for c in fork.children if c.carries is Carries.WHOLE),
            fork.edits,
            _seen_later(fork.item.content, looks),
            _fits(fork.item.content, organization),
        )
        for fork in (way.fork for way in ways)
    )


def _looks(later: tuple[Rule, ...]) -> frozenset[str]:
    names = set(_ALWAYS_LOOKED_AT)
    for rule in later:
        for condition in (*rule.conditions, *rule.exceptions):
            for look in condition.row.looks:
                names.add((condition.header if look == "*header" else look).lower())
                names.update(_BODY_FIELDS if look == "body" else ())
    return frozenset(names)


def _seen_later(content: Content, looks: frozenset[str]) -> tuple[bytes, ...]:
    # What actions did to the body stands in `edits`.
    return tuple(
        f.raw
        for f in parse(content).fields
        if f.key in looks or f.key.startswith(_ZIVVER_FIELDS)
    )


def _fits(content: Content, organization: Organization) -> tuple[bool, ...]:
    """Say which send connectors take a mail of that size (exchange-routing#A12)."""
    size = len(content.raw)
    connectors = organization.send_connectors or ()
    return tuple(c.max_size is None or c.max_size >= size for c in connectors)


def _questions(rules: tuple[Rule, ...]) -> frozenset[tuple[str, str]]:
    """What conditions and dates of these rules may ask."""
    tests = (c for rule in rules for c in (*rule.conditions, *rule.exceptions))
    dates = (
        _date_fact(moment, is_end=moment is rule.ends).question
        for rule in rules
        for moment in (rule.starts, rule.ends)
        if moment
    )
    return frozenset((*map(question_of, tests), *dates))

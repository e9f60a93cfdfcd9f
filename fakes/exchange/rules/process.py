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

After each rule the run may be merged into an earlier one that stood at the same
place: the same forks, seen through what a later rule or Zivver still looks at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.readings import ask
from fakes.exchange.rules.action import Context, Effect
from fakes.exchange.rules.effects import LOOP_HEADER, NOTHING, SOMETHING, unknown_end
from fakes.exchange.rules.evaluate import Surroundings, evaluate, question_of
from fakes.exchange.rules.fork import Fork, Leg, with_step
from fakes.exchange.rules.rule import Mode, Moment, Rule
from fakes.mail.content import parse
from fakes.trace import Answer, Detail, Step, StepKind

if TYPE_CHECKING:
    from collections.abc import Hashable

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
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
) -> tuple[Fork, ...]:
    """Run the rules over a mail; `at` is an aware time."""
    rules = tuple(sorted(organization.rules or (), key=lambda rule: rule.priority))
    around = Surroundings(organization, is_internal, choices)
    forks: tuple[Fork, ...] = (Fork(item, legs),) if legs else ()
    may_change = _may_change(rules)
    for index, rule in enumerate(rules):
        later = _Later(rules[index + 1 :], any(may_change[index + 1 :]))
        why_idle = _why_idle(rule, at, around, decides=may_change[index])
        passed: list[Fork] = []
        for fork in forks:
            if fork.is_stopped:
                passed.append(fork)
            elif why_idle:
                step = Step(
                    StepKind.RULE, rule.name, Answer.NO, why_idle, place=rule.place
                )
                passed.append(with_step(fork, step))
            else:
                passed.extend(
                    _apply_rule(rule, fork, later, around, decides=may_change[index])
                )
        forks = tuple(passed)
        if choices.met:
            forgotten = _questions(rules[: index + 1]) - _questions(later.rules)
            choices.checkpoint(_state(index, forks, later, organization), forgotten)
    return forks


@dataclass(frozen=True, slots=True)
class _Later:
    """The rules after one, and whether any of them could change anything."""

    rules: tuple[Rule, ...]
    has_effects: bool


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
    if rule.mode is not Mode.ENFORCE:
        return any(action.row.effect is Effect.CHILD for action in rule.actions)
    return any(action.row.effect is not Effect.NONE for action in rule.actions)


def _apply_rule(
    rule: Rule, fork: Fork, later: _Later, around: Surroundings, *, decides: bool
) -> tuple[Fork, ...]:
    if rule.is_unreadable:
        return (_unreadable(rule, fork, around.choices),)
    found = evaluate(rule, fork, around, decides=decides)
    if not found.matched:
        answer = Answer.CANNOT_TELL if found.is_open else Answer.NO
        why = "it could change nothing about delivery" if found.is_open else ""
        return (with_step(fork, _rule_step(rule, answer, why, found.details)),)
    matched = replace(fork, legs=found.matched)
    did, changed = _act(rule, matched, later, around)
    why = "" if rule.mode is Mode.ENFORCE else f"test mode ({rule.mode.value})"
    step = _rule_step(rule, Answer.YES, why, found.details, did, found.matched)
    parts = (replace(changed, steps=(*fork.steps, step)),)
    if not found.rest:
        return parts
    no = _rule_step(rule, Answer.NO, "", found.details, (), found.rest)
    rest = replace(fork, legs=found.rest, steps=(*fork.steps, no))
    return (*parts, rest)


def _act(
    rule: Rule, fork: Fork, later: _Later, around: Surroundings
) -> tuple[tuple[str, ...], Fork]:
    """Apply the actions that the mode allows, then stop if the rule stops."""
    organization, choices = around.organization, around.choices
    enabled = [other for other in later.rules if other.is_enabled]
    context = Context(
        rule.name,
        organization,
        choices,
        has_later_copies=any(_makes_copies(other) for other in enabled),
        has_later_effects=later.has_effects,
    )
    is_enforced = rule.mode is Mode.ENFORCE
    did = []
    for action in rule.actions:
        # exchange-rules#v65: a report is made in the test modes too.
        if is_enforced or action.row.effect is Effect.CHILD:
            did.append(f"{action.name} {action.operand}".strip())
            fork = action.row.apply(fork, action, context)
    if rule.stops and not fork.is_stopped:
        stops = is_enforced or (
            later.has_effects
            and ask(organization.readings, choices, "stop_in_test_mode") == "honoured"
        )
        if stops:
            did.append("StopRuleProcessing")
            fork = replace(fork, is_stopped=True)
    return tuple(did), fork


def _makes_copies(rule: Rule) -> bool:
    return rule.is_unreadable or any(
        action.row.effect in _COPIES for action in rule.actions
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
    index: int, forks: tuple[Fork, ...], later: _Later, organization: Organization
) -> Hashable:
    looks = _looks(later.rules)
    return index, tuple(
        (
            fork.legs,
            fork.connector,
            fork.requires_tls,
            fork.is_redirected,
            fork.ending,
            fork.is_stamped,
            fork.is_stopped and later.has_effects,
            fork.reports,
            _seen_later(fork.item.content, looks),
            _fits(fork.item.content, organization),
        )
        for fork in forks
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
    # No action edits the body, so it need not be compared.
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

"""All rules in order: forks, stop, mode.

The rules of this module (exchange-rules#1.1):

* rules run in ascending priority; one that is off, or outside its dates, is passed;
* a rule that holds for some legs only splits the fork: the matched part takes the
  actions, the other goes on with the next rule, and stopping stops the matched part
  alone, which are open readings (R-31, R-32);
* in the test modes no action changes the mail or its way; a report is still made
  (exchange-rules#6.3), and whether stopping holds is an open reading (R-42);
* actions of one rule are applied in the order of their rows, which is an open reading
  (R-01), and what one rule changed is what the next one sees (exchange-rules#5.1).

A rule is looked at where some fork may be taken by it; the others are ruled out by the
words of the mail, all at once (`index`), and anew for a fork that a rule changed. The
full trace tells of them too, and decides nothing by it.

Before each rule that is looked at, and at the end, the run may be merged into an
earlier one that stood at the same place: the same forks, seen through what a later
rule or Zivver still looks at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact, explore
from fakes.exchange.connector_size import takes_each_way
from fakes.exchange.readings import alternatives, ask, with_answers
from fakes.exchange.rules.action import Context
from fakes.exchange.rules.arrived import as_arrived
from fakes.exchange.rules.effects import (
    NOTHING,
    SOMETHING,
    there_or_unknown,
    unknown_end,
)
from fakes.exchange.rules.evaluate import Evaluation, Surroundings, evaluate, view_of
from fakes.exchange.rules.failing import failed
from fakes.exchange.rules.fork import Fork, Leg, what_counts, with_step
from fakes.exchange.rules.index import first_from, may_hold
from fakes.exchange.rules.order import done, in_order
from fakes.exchange.rules.plan import Plan, plan_of, prospect
from fakes.exchange.rules.rule import Mode, Rule
from fakes.exchange.rules.window import why_idle, why_not_here
from fakes.mail.content import parse
from fakes.mail.item import Carries
from fakes.trace import Answer, Detail, Step, StepKind, Trace

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.mail.content import Content

# Whatever Zivver reads beside them (zivver#12).
_ZIVVER_FIELDS = ("zivver-", "x-zivver-")
_ANEW, _GOES_ON = "rest_of_split", "goes-on"
_REST_BOUND = 16


def process(
    forks: tuple[Fork, ...],
    organization: Organization,
    *,
    is_internal: bool,
    at: datetime,
    choices: Choices,
    trace: Trace = Trace.FULL,
) -> tuple[Fork, ...]:
    """Run the rules over the copies of a mail; `at` is an aware time."""
    if not forks:
        return ()
    plan = plan_of(organization, at)
    around = Surroundings(organization, is_internal, choices, trace)
    ways = [_way(fork, plan, around) for fork in forks]
    number = 0
    while True:
        following = _following(ways, number)
        end = len(plan.rules) if following is None else following
        if trace is Trace.FULL:
            for rule in plan.rules[number:end]:
                why = why_idle(rule, at, around, decides=False)
                ways = [_passed_by(rule, way, why, around) for way in ways]
        if choices.met:
            state = _state(end, ways, plan, organization)
            choices.checkpoint(state, prospect(plan, end).forgotten)
        if following is None:
            return tuple(way.fork for way in ways)
        ways = _after(following, ways, plan, at, around)
        number = following + 1


@dataclass(frozen=True, slots=True)
class _Way:
    """A fork, and the rules that may hold for it (bits, as the index gives them)."""

    fork: Fork
    open_rules: int


def _way(fork: Fork, plan: Plan, around: Surroundings) -> _Way:
    found = may_hold(plan.index, view_of(fork, around))
    unedited = as_arrived(fork)
    if unedited.item.content != fork.item.content:
        found |= may_hold(plan.index, view_of(unedited, around))
    return _Way(fork, found)


def _following(ways: list[_Way], number: int) -> int | None:
    """Find the next rule that is to be looked at."""
    found = 0
    for way in ways:
        if not way.fork.is_stopped:
            found |= way.open_rules
    return first_from(found, number)


def _passed_by(rule: Rule, way: _Way, why: str, around: Surroundings) -> _Way:
    """Tell of a rule that does not hold for a fork; nothing is chosen."""
    fork = way.fork
    if fork.is_stopped or around.trace is Trace.BRIEF:
        return way
    details = evaluate(rule, fork, around, decides=False).details if not why else ()
    return replace(way, fork=with_step(fork, _rule_step(rule, Answer.NO, why, details)))


def _after(
    number: int, ways: list[_Way], plan: Plan, at: datetime, around: Surroundings
) -> list[_Way]:
    """Take every fork through one rule that may hold for some of them."""
    rule = plan.rules[number]
    why = why_idle(rule, at, around, decides=plan.may_change[number])
    found: list[_Way] = []
    for way in ways:
        if why or way.fork.is_stopped or not way.open_rules >> number & 1:
            found.append(_passed_by(rule, way, why, around))
            continue
        for fork in _apply_rule(number, way.fork, plan, at, around):
            is_same = fork.item is way.fork.item and fork.legs == way.fork.legs
            found.append(
                replace(way, fork=fork) if is_same else _way(fork, plan, around)
            )
    return found


def _apply_rule(
    number: int, fork: Fork, plan: Plan, at: datetime, around: Surroundings
) -> tuple[Fork, ...]:
    rule = plan.rules[number]
    decides = plan.may_change[number]
    found = evaluate(rule, fork, around, decides=decides)
    if not found.matched:
        return (_not_matched(rule, fork, found, around),)
    why = why_not_here(rule, at, around, decides=decides)
    if not why and decides and fork.is_beside_stop:
        readings = around.organization.readings
        answer = ask(readings, around.choices, "stop_of_some")
        why = "" if answer == "matched-copy" else "a rule before it stopped the rules"
    if why:
        step = _rule_step(rule, Answer.NO, why, found.details)
        return (with_step(fork, step),)
    if rule.is_unreadable:
        return (_unreadable(rule, fork, around.choices),)
    matched = replace(fork, legs=found.matched)
    did, changed = _act(number, matched, plan, around)
    why = "" if rule.mode is Mode.ENFORCE else f"test mode ({rule.mode.value})"
    step = _rule_step(rule, Answer.YES, why, found.details, did, found.matched)
    parts = (replace(changed, steps=(*fork.steps, step)),)
    if not found.rest:
        return parts
    no = _rule_step(rule, Answer.NO, "", found.details, (), found.rest)
    # exchange-rules#R-32: asked where a later rule holds for the others.
    is_failing = rule.name in around.organization.failing_rules
    has_stopped = rule.stops and changed.is_stopped and not is_failing
    is_beside = fork.is_beside_stop or has_stopped
    rest = replace(
        fork, legs=found.rest, is_beside_stop=is_beside, steps=(*fork.steps, no)
    )
    return (*parts, *_begun_anew(number, rest, plan, at, around))


def _begun_anew(
    number: int, rest: Fork, plan: Plan, at: datetime, around: Surroundings
) -> tuple[Fork, ...]:
    """Let the copy that a rule did not take meet the rules before it again (R-31).

    Asked where it would not come out of them as it is: where one of them changes the
    mail once more, or sees what another one changed.
    """
    readings = around.organization.readings
    if not plan.has_changes[number] or alternatives(readings, _ANEW) == (_GOES_ON,):
        return (rest,)
    once = with_answers(readings, {_ANEW: _GOES_ON})
    once = replace(once, settled=once.settled | {_ANEW})
    organization = replace(around.organization, readings=once)

    def rerun(choices: Choices) -> tuple[Fork, ...]:
        again = replace(around, organization=organization, choices=choices)
        ways = [_way(rest, plan, again)]
        for earlier in range(number):
            ways = _after(earlier, ways, plan, at, again)
        return tuple(way.fork for way in ways)

    same = (what_counts(rest),)
    runs = explore(rerun, bound=_REST_BOUND).runs
    if all(tuple(map(what_counts, run.result)) == same for run in runs):
        return (rest,)
    if ask(readings, around.choices, _ANEW) == _GOES_ON:
        return (rest,)
    return rerun(around.choices)


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
    number: int, fork: Fork, plan: Plan, around: Surroundings
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
    # exchange-rules#v65, exchange-rules#v66
    allowed = tuple(a for a in rule.actions if rule.mode.value in a.row.modes)
    known = tuple(there_or_unknown(a, organization.editions) for a in allowed)
    actions = in_order(known, fork, context)
    did = [f"{action.name} {action.operand}".strip() for action in actions]
    fork = done(actions, fork, context)
    if rule.stops and not fork.is_stopped:
        stops = is_enforced or (
            has_later_effects
            and ask(organization.readings, choices, "stop_in_test_mode") == "honoured"
        )
        # field-cases#stop-disputed: one report saw a later rule run; unexplained.
        if stops:
            did.append("StopRuleProcessing")
            fork = replace(fork, is_stopped=True)
    return tuple(did), fork


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


def _state(
    number: int, ways: list[_Way], plan: Plan, organization: Organization
) -> Hashable:
    looks = prospect(plan, number).looks
    has_later_effects = plan.has_effects[number]
    return number, tuple(
        (
            fork.item.envelope.reverse_path,
            fork.legs,
            fork.connector,
            fork.requires_tls,
            fork.is_redirected,
            fork.ending,
            fork.is_stamped,
            fork.is_stopped and has_later_effects,
            fork.is_beside_stop and has_later_effects,
            fork.reports,
            tuple(c for c in fork.children if c.carries is Carries.WHOLE),
            fork.edits,
            _seen_later(fork.item.content, looks),
            _fits(fork.item.content, organization),
        )
        for fork in (way.fork for way in ways)
    )


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
    return tuple(each for c in connectors for each in takes_each_way(c, size))

"""One rule, one fork: for which legs does the rule hold?

The rules of this module (exchange-rules#1):

* conditions are ANDed, the values within one are ORed; exceptions are ORed, and one
  that holds takes the rule away from whom it speaks of;
* a message-level test gives every leg the same verdict; a recipient-level test
  speaks of each leg; an any-recipient test looks at all legs and speaks for all;
* a rule without conditions and exceptions holds for every leg.

A test that cannot be told yields only to one that would decide alone. What is left
open is then asked of `choices`, test by test and only until the rule is decided, so
that a run meets no choice point whose alternatives would give the same. A reading is
open in a test only where its answers give different verdicts on what was seen.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.readings import alternatives, ask, with_answers
from fakes.exchange.rules.parts import View, Who
from fakes.exchange.rules.predicates import Level
from fakes.exchange.rules.verdict import Verdict, negated
from fakes.trace import Answer, Detail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.fork import Fork, Leg
    from fakes.exchange.rules.predicates import Predicate
    from fakes.exchange.rules.rule import Condition, Rule
    from fakes.exchange.rules.values import Seen

ANSWERS = {
    Verdict.MATCH: Answer.YES,
    Verdict.NO_MATCH: Answer.NO,
    Verdict.UNKNOWN: Answer.CANNOT_TELL,
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a mail's rules run in."""

    organization: Organization
    is_internal: bool
    choices: Choices


@dataclass(frozen=True, slots=True)
class Evaluation:
    """For whom the rule holds, for whom not, and each test that was made."""

    matched: tuple[Leg, ...]
    rest: tuple[Leg, ...]
    details: tuple[Detail, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class _Test:
    """One test of one leg (or of the whole mail): its verdict before choices."""

    condition: Condition
    is_exception: bool
    who: Who | None
    view: View
    seen: Seen
    verdict: Verdict
    open_readings: tuple[str, ...] = ()


def evaluate(
    rule: Rule, fork: Fork, around: Surroundings, *, decides: bool
) -> Evaluation:
    """Say for which legs the rule holds.

    Where `decides` is false the answer changes nothing and is not chosen: what
    cannot be told then counts as not matched, and `is_open` says so.
    """
    view = View(
        fork.item,
        around.is_internal,
        around.organization,
        rule.sender_location,
        rule.recipient_address_type == "Original",
    )
    details: list[Detail] = []
    tests_for_all = [
        _message_test(condition, view, fork, around, is_exception=is_exception)
        for condition, is_exception in _tests_of(rule)
        if condition.row.level is not Level.RECIPIENT
    ]
    details.extend(_detail(test, None) for test in tests_for_all)
    matched: list[Leg] = []
    rest: list[Leg] = []
    is_open = False
    for leg in fork.legs:
        who = Who(leg.address, leg.original or leg.address)
        tests = [*tests_for_all, *_leg_tests(rule, view, who, around)]
        details.extend(_detail(test, leg) for test in tests[len(tests_for_all) :])
        verdict = _combined(tests)
        if verdict is Verdict.UNKNOWN and decides:
            verdict = _decide(tests, around)
        is_open = is_open or verdict is Verdict.UNKNOWN
        (matched if verdict is Verdict.MATCH else rest).append(leg)
    return Evaluation(tuple(matched), tuple(rest), tuple(details), is_open)


def _tests_of(rule: Rule) -> Iterable[tuple[Condition, bool]]:
    yield from ((condition, False) for condition in rule.conditions)
    yield from ((condition, True) for condition in rule.exceptions)


def _leg_tests(rule: Rule, view: View, who: Who, around: Surroundings) -> list[_Test]:
    return [
        _test(condition, view, who, around, is_exception=is_exception)
        for condition, is_exception in _tests_of(rule)
        if condition.row.level is Level.RECIPIENT
    ]


def _message_test(
    condition: Condition,
    view: View,
    fork: Fork,
    around: Surroundings,
    *,
    is_exception: bool,
) -> _Test:
    if condition.row.level is Level.MESSAGE:
        return _test(condition, view, None, around, is_exception=is_exception)
    # exchange-rules#v45: one recipient that hits covers every recipient.
    tests = [
        _test(
            condition,
            view,
            Who(leg.address, leg.original or leg.address),
            around,
            is_exception=is_exception,
        )
        for leg in fork.legs
    ]
    order = (Verdict.MATCH, Verdict.UNKNOWN, Verdict.NO_MATCH)
    return min(tests, key=lambda test: order.index(test.verdict))


def _test(
    condition: Condition,
    view: View,
    who: Who | None,
    around: Surroundings,
    *,
    is_exception: bool,
) -> _Test:
    row = condition.row
    if condition.header:
        view = replace(view, header=condition.header)
    readings = around.organization.readings
    seen = row.part(view, who, readings)
    verdict = condition.value.matches(seen, readings)
    names = (*row.readings, *condition.value.open_readings(seen))
    open_ = tuple(n for n in names if len(alternatives(readings, n)) > 1)
    if open_ and _differs(condition, row, view, who, readings, open_):
        return _Test(condition, is_exception, who, view, seen, Verdict.UNKNOWN, open_)
    return _Test(condition, is_exception, who, view, seen, verdict)


def _differs(
    condition: Condition,
    row: Predicate,
    view: View,
    who: Who | None,
    readings: Readings,
    names: tuple[str, ...],
) -> bool:
    """Say whether some answers to these readings give another verdict."""
    verdicts = set()
    for answers in itertools.product(*(alternatives(readings, n) for n in names)):
        other = with_answers(readings, dict(zip(names, answers, strict=True)))
        seen = row.part(view, who, other)
        verdicts.add(condition.value.matches(seen, other))
        if len(verdicts) > 1:
            return True
    return False


def _combined(tests: list[_Test]) -> Verdict:
    """AND of the conditions and of the negated exceptions."""
    verdict = Verdict.MATCH
    for test in tests:
        one = negated(test.verdict) if test.is_exception else test.verdict
        if one is Verdict.NO_MATCH:
            return Verdict.NO_MATCH
        if one is Verdict.UNKNOWN:
            verdict = Verdict.UNKNOWN
    return verdict


def _decide(tests: list[_Test], around: Surroundings) -> Verdict:
    """Choose, test by test, until the rule is decided."""
    for test in tests:
        if test.verdict is not Verdict.UNKNOWN:
            continue
        verdict = _choose(test, around)
        if (verdict is Verdict.MATCH) is test.is_exception:
            return Verdict.NO_MATCH
    return Verdict.MATCH


def _choose(test: _Test, around: Surroundings) -> Verdict:
    readings, choices = around.organization.readings, around.choices
    names = _decisive(test, readings)
    if names:
        answers = {name: ask(readings, choices, name) for name in names}
        readings = with_answers(readings, answers)
        seen = test.condition.row.part(test.view, test.who, readings)
        verdict = test.condition.value.matches(seen, readings)
        if verdict is not Verdict.UNKNOWN:
            return verdict
    return Verdict(choices.choose(fact_of(test.condition, test.seen, test.who), _WAYS))


_WAYS = (Verdict.NO_MATCH.value, Verdict.MATCH.value)


def _decisive(test: _Test, readings: Readings) -> tuple[str, ...]:
    """Name the readings that change the verdict while the others stay."""
    row, names = test.condition.row, test.open_readings
    found = []
    for name in names:
        others = tuple(other for other in names if other != name)
        for answers in itertools.product(*(alternatives(readings, n) for n in others)):
            fixed = with_answers(readings, dict(zip(others, answers, strict=True)))
            if _differs(test.condition, row, test.view, test.who, fixed, (name,)):
                found.append(name)
                break
    return tuple(found)


def fact_of(condition: Condition, seen: Seen, who: Who | None) -> Fact:
    """Key an unknown test: predicate, operand, text seen, recipient."""
    about, operand = question_of(condition)
    recipient = str(who.address) if who else ""
    is_of_leg = condition.row.level is Level.RECIPIENT
    return Fact(
        about,
        operand,
        "\n".join(seen.texts),
        recipient if is_of_leg else "",
        why=condition.value.why_unknown(seen),
    )


def question_of(condition: Condition) -> tuple[str, str]:
    """What an unknown test asks, whatever the mail."""
    about = f"{condition.predicate} {condition.header}".strip()
    return about, ", ".join(condition.value.operands)


def _detail(test: _Test, leg: Leg | None) -> Detail:
    condition = test.condition
    why = ""
    if test.verdict is Verdict.UNKNOWN:
        why = condition.value.why_unknown(test.seen)
        if test.open_readings:
            why = "Microsoft does not document it: " + ", ".join(test.open_readings)
    return Detail(
        question_of(condition)[0],
        ANSWERS[test.verdict],
        condition.value.operands,
        test.seen.texts,
        why,
        test.is_exception,
        leg.address if leg else None,
    )

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
open in a test only where its answers give different verdicts on what was seen; two
that say what is looked at, and for whom, are settled before the tests of a rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import Edition, Platform, named, with_readings
from fakes.exchange.readings import alternatives, differs, settle
from fakes.exchange.rules.arrived import as_arrived
from fakes.exchange.rules.parts import View, Who
from fakes.exchange.rules.predicate import Level
from fakes.exchange.rules.values import NotJudged, Patterns, Seen
from fakes.exchange.rules.verdict import Verdict, all_of, negated
from fakes.trace import Answer, Detail, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.fork import Fork, Leg
    from fakes.exchange.rules.rule import Condition, Rule

# exchange-rules#R-19: those of which Microsoft's texts differ, for Exchange Online.
_ANY_OF = frozenset(
    {"AnyOfRecipientAddressContainsWords", "AnyOfRecipientAddressMatchesPatterns"}
)
# exchange-rules#R-26: which size is compared is a question of its own.
_SEES_EDITS = frozenset({"MessageSizeOver"})
# exchange-rules#6.5: the default of SenderAddressLocation.
_SENDER_LOCATION = "Header"
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
    trace: Trace = Trace.FULL


@dataclass(frozen=True, slots=True)
class Evaluation:
    """For whom the rule holds, for whom not, and each test that was made."""

    matched: tuple[Leg, ...]
    rest: tuple[Leg, ...]
    details: tuple[Detail, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class _Test:
    """One test of one leg, of all legs or of the mail: its verdict before choices."""

    condition: Condition
    is_exception: bool
    whos: tuple[Who, ...]
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
    names = _disputed(rule, fork, around) if decides else ()
    if names:
        readings = settle(
            around.organization.readings,
            around.choices,
            names,
            lambda taken: _verdicts(rule, fork, _under(taken, around)),
        )
        around = _under(readings, around)
    return _evaluated(rule, fork, around, decides=decides)


def _disputed(rule: Rule, fork: Fork, around: Surroundings) -> tuple[str, ...]:
    """Name what is open of the rule as a whole, for this fork."""
    tests = [condition for condition, _ in _tests_of(rule)]
    readings = around.organization.readings
    found = []
    if len(fork.legs) > 1 and any(_is_any_of(test, around) for test in tests):
        found.append("any_of_recipients")
    if as_arrived(fork).item.content != fork.item.content:
        found.append("later_rules_see_edits")
    return tuple(name for name in found if len(alternatives(readings, name)) > 1)


def _is_any_of(condition: Condition, around: Surroundings) -> bool:
    is_online = around.organization.platform is Platform.ONLINE
    return is_online and condition.predicate in _ANY_OF


def _is_of_leg(condition: Condition, around: Surroundings) -> bool:
    if condition.row.level is Level.RECIPIENT:
        return True
    answer = around.organization.readings.any_of_recipients
    return answer == "each-recipient" and _is_any_of(condition, around)


def _under(readings: Readings, around: Surroundings) -> Surroundings:
    return replace(around, organization=with_readings(around.organization, readings))


def _verdicts(rule: Rule, fork: Fork, around: Surroundings) -> tuple[Verdict, ...]:
    """Say of each leg what is known before anything is chosen."""
    view = _view_for(rule, fork, around)
    for_all = [
        _message_test(condition, view, around, is_exception=is_exception)
        for condition, is_exception in _tests_of(rule)
        if not _is_of_leg(condition, around)
    ]
    return tuple(
        _combined([*for_all, *_leg_tests(rule, view, who, around)])
        for who in view.everybody
    )


def _view_for(rule: Rule, fork: Fork, around: Surroundings) -> View:
    return View(
        fork.item,
        around.is_internal,
        around.organization,
        rule.sender_location,
        uses_original_address=rule.recipient_address_type == "Original",
        everybody=tuple(map(_who, fork.legs)),
        arrived=as_arrived(fork).item,
    )


def _evaluated(
    rule: Rule, fork: Fork, around: Surroundings, *, decides: bool
) -> Evaluation:
    is_told = around.trace is Trace.FULL
    view = _view_for(rule, fork, around)
    tests_for_all: list[_Test] = []
    for condition, is_exception in _tests_of(rule):
        if _is_of_leg(condition, around):
            continue
        test = _message_test(condition, view, around, is_exception=is_exception)
        # It decides alone, for everybody: only a full trace asks for the others.
        if not is_told and _combined([test]) is Verdict.NO_MATCH:
            return Evaluation((), fork.legs, ())
        tests_for_all.append(test)
    details: list[Detail] = []
    if is_told:
        details.extend(_detail(test, None) for test in tests_for_all)
    matched: list[Leg] = []
    rest: list[Leg] = []
    is_open = False
    for leg, who in zip(fork.legs, view.everybody, strict=True):
        own = _leg_tests(rule, view, who, around)
        if is_told:
            details.extend(_detail(test, leg) for test in own)
        tests = [*tests_for_all, *own]
        verdict = _combined(tests)
        if verdict is Verdict.UNKNOWN and decides:
            verdict = _decide(tests, around)
        is_open = is_open or verdict is Verdict.UNKNOWN
        (matched if verdict is Verdict.MATCH else rest).append(leg)
    return Evaluation(tuple(matched), tuple(rest), tuple(details), is_open)


def view_of(fork: Fork, around: Surroundings) -> View:
    """Give what can be seen of a fork, by a rule that asks for nothing special."""
    everybody = tuple(map(_who, fork.legs))
    return View(
        fork.item,
        around.is_internal,
        around.organization,
        _SENDER_LOCATION,
        uses_original_address=False,
        everybody=everybody,
    )


def _who(leg: Leg) -> Who:
    return Who(leg.address, leg.original or leg.address, leg.earlier, leg.groups)


def _tests_of(rule: Rule) -> Iterable[tuple[Condition, bool]]:
    yield from ((condition, False) for condition in rule.conditions)
    yield from ((condition, True) for condition in rule.exceptions)


def _leg_tests(rule: Rule, view: View, who: Who, around: Surroundings) -> list[_Test]:
    return [
        _test(condition, view, (who,), around, is_exception=is_exception)
        for condition, is_exception in _tests_of(rule)
        if _is_of_leg(condition, around)
    ]


def _message_test(
    condition: Condition,
    view: View,
    around: Surroundings,
    *,
    is_exception: bool,
) -> _Test:
    # exchange-rules#v45: one recipient that hits covers every recipient, so that all
    # of them are looked at in one test.
    whos = view.everybody if condition.row.level is Level.ALL_RECIPIENTS else ()
    return _test(condition, view, whos, around, is_exception=is_exception)


def _test(
    condition: Condition,
    view: View,
    whos: tuple[Who, ...],
    around: Surroundings,
    *,
    is_exception: bool,
) -> _Test:
    if condition.header:
        view = replace(view, header=condition.header)
    condition = there(condition, around.organization.editions)
    readings = around.organization.readings
    # exchange-rules#R-38
    sees_edits = readings.later_rules_see_edits == "all"
    if view.arrived and not sees_edits and condition.predicate not in _SEES_EDITS:
        view = replace(view, item=view.arrived)
    seen = _seen(condition, view, whos, readings)
    verdict = condition.value.matches(seen, readings)
    names = (*condition.row.readings, *condition.value.open_readings(seen))
    open_ = tuple(n for n in names if len(alternatives(readings, n)) > 1)
    test = _Test(condition, is_exception, whos, view, seen, verdict)
    if open_ and differs(readings, open_, lambda taken: _verdict(test, taken)):
        return replace(test, verdict=Verdict.UNKNOWN, open_readings=open_)
    return test


def there(condition: Condition, editions: frozenset[Edition]) -> Condition:
    """What an organization has in none of its editions its rules cannot ask."""
    if not condition.row.editions.isdisjoint(editions):
        value = condition.value
        if (
            isinstance(value, Patterns)
            and not value.is_online
            and Edition.ONLINE in editions
        ):
            return replace(condition, value=replace(value, is_online=True))
        return condition
    why = f"{named(editions)} does not act on this condition"
    return replace(condition, value=NotJudged(condition.value.operands, why))


def _seen(
    condition: Condition, view: View, whos: tuple[Who, ...], readings: Readings
) -> Seen:
    """Look at the part; for several recipients, at all of theirs."""
    part = condition.row.part
    if len(whos) < 2:
        return part(view, whos[0] if whos else None, readings)
    found = [part(view, who, readings) for who in whos]
    # Each text once: a field of the mail is the same whoever it is looked at for.
    return Seen(
        tuple(dict.fromkeys(text for seen in found for text in seen.texts)),
        next((seen.missing for seen in found if seen.missing), ""),
    )


def _verdict(test: _Test, readings: Readings) -> Verdict:
    seen = _seen(test.condition, test.view, test.whos, readings)
    return test.condition.value.matches(seen, readings)


def _combined(tests: list[_Test]) -> Verdict:
    """AND of the conditions and of the negated exceptions."""
    return all_of(
        negated(test.verdict) if test.is_exception else test.verdict for test in tests
    )


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
    verdict = test.verdict
    if test.open_readings:
        readings = settle(
            around.organization.readings,
            around.choices,
            test.open_readings,
            lambda taken: _verdict(test, taken),
        )
        verdict = _verdict(test, readings)
    if verdict is not Verdict.UNKNOWN:
        return verdict
    return Verdict(around.choices.choose(_fact_of(test), _WAYS))


_WAYS = (Verdict.NO_MATCH.value, Verdict.MATCH.value)


def _fact_of(test: _Test) -> Fact:
    """Key an unknown test: predicate, operand, text seen, recipient."""
    condition = test.condition
    about, operand = question_of(condition)
    is_of_leg = len(test.whos) == 1 and (
        condition.row.level is Level.RECIPIENT or len(test.view.everybody) > 1
    )
    return Fact(
        about,
        operand,
        "\n".join(test.seen.texts),
        str(test.whos[0].address) if is_of_leg else "",
        why=condition.value.why_unknown(test.seen),
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

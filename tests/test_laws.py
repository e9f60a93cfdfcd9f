"""Laws that hold of every tenant and every mail, on generated ones.

A failing example is noted as a case that can be pasted into a scenario file.
"""

from dataclasses import replace

import pytest
from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from fakes.choices import Choices, explore
from fakes.exchange.organization import Platform
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.exchange.rules.evaluate import Surroundings, evaluate
from fakes.exchange.rules.fork import Fork, Leg
from fakes.exchange.rules.predicate import Level
from fakes.exchange.rules.process import process
from fakes.exchange.rules.rule import make_rule
from fakes.trace import Answer, StepKind
from fakes.zivver.service import ZivverService
from harness.simulate import run_once, simulate
from harness.strategies import mails, organizations, relay_tenants, rules, spell_case
from harness.strategies.rules import conditions
from harness.world import World
from tests.computed import AT, computed_ends, lowered, passed
from tests.oracle import NotForTheOracle, expected_ends

pytestmark = pytest.mark.property

# A law about every way a mail can go takes many runs for one example.
usual = settings.default or settings()
few = settings(max_examples=max(10, usual.max_examples // 3))
SETTLED = Readings(settled=frozenset(QUESTIONS))


def spelled(mail, tenant, name="found by generation"):
    note(spell_case(mail, tenant.rules, name=name, organization=tenant.bare))


def made(parameters, organization, **more):
    directory = organization.directory
    return make_rule(parameters | more, directory, priority=0, place="generated")


def matched(rule, mail, organization):
    """The recipients for whom a rule holds, along the defaults."""
    item = mail.item
    is_internal = mail.authenticated is not None
    legs = tuple(Leg(address, address) for address in item.envelope.recipients)
    around = Surroundings(organization, is_internal, Choices())
    found = evaluate(rule, Fork(item, legs), around, decides=True)
    assert set(found.matched) | set(found.rest) == set(legs)
    return {leg.address for leg in found.matched}


def forks_of(mail, organization):
    item = mail.item
    legs = tuple(Leg(address, address) for address in item.envelope.recipients)
    is_internal = mail.authenticated is not None
    return process(
        (Fork(item, legs),),
        organization,
        is_internal=is_internal,
        at=AT,
        choices=Choices(),
    )


def without_reports(ends):
    found = {who: {e for e in es if e[0] != "report"} for who, es in ends.items()}
    return {who: es for who, es in found.items() if es}


# -------------------------------------------------------------------- one rule


@given(rules(), conditions("ExceptIf"), organizations(), mails())
def test_adding_an_exception_never_makes_a_rule_match_more_recipients(
    rule, exception, organization, mail
):
    before = matched(made(rule, organization), mail, organization)
    after = matched(made(rule, organization, **exception), mail, organization)
    if not any(name in rule for name in exception):
        assert after <= before


@given(rules(), organizations(), mails(), st.randoms(use_true_random=False))
def test_the_order_of_conditions_and_of_exceptions_does_not_matter(
    rule, organization, mail, chance
):
    one = made(rule, organization)
    shuffled = replace(
        one,
        conditions=tuple(chance.sample(one.conditions, len(one.conditions))),
        exceptions=tuple(chance.sample(one.exceptions, len(one.exceptions))),
    )
    assert matched(one, mail, organization) == matched(shuffled, mail, organization)


@given(organizations(), mails())
def test_a_rule_without_conditions_or_exceptions_applies_to_every_recipient(
    organization, mail
):
    rule = made({"Name": "all", "Quarantine": True}, organization)
    assert set(mail.recipients) == matched(rule, mail, organization)


@given(rules(), organizations(), mails())
def test_a_message_scoped_predicate_gives_every_recipient_the_same_verdict(
    rule, organization, mail
):
    one = made(rule, organization)
    tests = (*one.conditions, *one.exceptions)
    assume(all(test.row.level is not Level.RECIPIENT for test in tests))
    assert matched(one, mail, organization) in (set(), set(mail.recipients))


@given(rules(), organizations(), mails())
def test_a_recipient_is_judged_alike_whoever_else_gets_the_mail(
    rule, organization, mail
):
    one = made(rule, organization)
    tests = (*one.conditions, *one.exceptions)
    assume(all(test.row.level is not Level.ALL_RECIPIENTS for test in tests))
    whole = matched(one, mail, organization)
    for who in mail.recipients:
        alone = matched(one, replace(mail, recipients=(who,)), organization)
        assert alone == whole & {who}


# -------------------------------------------------------------------- all rules


@given(relay_tenants(), mails())
def test_transport_equals_the_oracle(tenant, mail):
    spelled(mail, tenant)
    organization = tenant.organization
    expected = without_doubt(mail, organization)
    ends = computed_ends(mail.item, organization)
    assert without_reports(expected) == without_reports(ends)
    # Reports that are nobody's delivery are made where the answers are settled.
    settled = replace(organization, readings=SETTLED)
    assert expected == computed_ends(mail.item, settled)


def without_doubt(mail, organization):
    """What the second evaluator expects; why it does not is told in the statistics."""
    try:
        return lowered(expected_ends(mail.item, organization, AT))
    except NotForTheOracle as why:
        event(f"left out: {why}")
        assume(False)  # noqa: FBT003


@given(relay_tenants(may_be_unknown=True), mails(), st.data())
def test_a_rule_in_a_test_mode_changes_no_delivery_of_the_mail_itself(
    tenant, mail, data
):
    number = data.draw(st.integers(0, len(tenant.rules) - 1))
    mode = data.draw(st.sampled_from(("Audit", "AuditAndNotify")))
    audited = tenant.changed(number, Mode=mode, State="Enabled")
    off = tenant.changed(number, State="Disabled")
    spelled(mail, audited)
    ends = computed_ends(mail.item, audited.organization)
    assert without_reports(computed_ends(mail.item, off.organization)) == (
        without_reports(ends)
    )


@given(relay_tenants(may_be_unknown=True), mails(), rules(), st.data())
def test_a_rule_that_matches_nobody_changes_nothing_but_the_trace(
    tenant, mail, rule, data
):
    idle = {**rule, "RecipientDomainIs": ["nowhere.example"]}
    place = data.draw(st.integers(0, len(tenant.rules)))
    more = (*tenant.rules[:place], idle, *tenant.rules[place:])
    spelled(mail, replace(tenant, rules=more))
    with_it = computed_ends(mail.item, replace(tenant, rules=more).organization)
    assert computed_ends(mail.item, tenant.organization) == with_it


@given(relay_tenants(), mails())
def test_after_stop_rule_processing_no_later_rule_appears_in_that_fork(tenant, mail):
    spelled(mail, tenant)
    for fork in forks_of(mail, tenant.organization):
        steps = [step for step in fork.steps if step.kind is StepKind.RULE]
        stops = [n for n, s in enumerate(steps) if "StopRuleProcessing" in s.did]
        assert stops in ([], [len(steps) - 1])


@given(relay_tenants(may_be_unknown=True), mails())
def test_bifurcation_loses_no_recipient_and_doubles_none(tenant, mail):
    spelled(mail, tenant)
    forks = forks_of(mail, tenant.organization)
    found = [leg.original for fork in forks for leg in fork.legs if leg.original]
    assert sorted(map(str, mail.recipients)) == sorted(map(str, found))


@given(relay_tenants(Platform.ONLINE, is_healthy=True), mails())
def test_turning_the_relay_rule_off_changes_only_mail_that_it_matched(tenant, mail):
    spelled(mail, tenant)
    result = passed(mail.item, tenant.organization)
    is_matched = any(
        step.subject == "relay" and step.answer is Answer.YES
        for _, steps in result.steps
        for step in steps
    )
    off = tenant.changed(tenant.relay, State="Disabled")
    if not is_matched:
        assert computed_ends(mail.item, tenant.organization) == (
            computed_ends(mail.item, off.organization)
        )


# ------------------------------------------------------------------- not knowing


def unmerged(choices):
    """Let no run be merged into another."""
    choices._visited = None
    return choices


def every_way(item, world):
    found = explore(
        lambda choices: run_once(item, world, at=AT, choices=unmerged(choices)),
        bound=200,
    )
    assume(found.is_whole)
    return [run.result for run in found.runs]


def world_of(tenant, readings=None):
    organization = tenant.organization
    if readings:
        organization = replace(organization, readings=readings)
    return World(organization, ZivverService())


def results(outcomes, who):
    fates = [outcome.fate(who) for outcome in outcomes]
    return {
        frozenset(d.result for d in fate.deliveries) if fate else frozenset()
        for fate in fates
    }


@few
@given(relay_tenants(may_be_unknown=True, max_neighbours=2), mails())
def test_merging_and_local_choice_points_hide_no_end_of_any_recipient(tenant, mail):
    spelled(mail, tenant)
    world = world_of(tenant)
    outcomes = every_way(mail.item, world)
    computed = simulate(mail.item, world, at=AT, bound=400)
    assert computed.is_whole
    for fate in computed.fates:
        is_one = len(results(outcomes, fate.recipient)) == 1
        why = fate.undetermined or fate.hangs_on
        if not is_one:
            assert why
        elif why:
            # One end, and it is one that cannot be told.
            assert any(d.disposition == "UNDETERMINED" for d in fate.deliveries)


@few
@given(relay_tenants(may_be_unknown=True, max_neighbours=2), mails())
def test_an_end_that_differs_by_an_unknown_is_undetermined_and_named(tenant, mail):
    spelled(mail, tenant)
    world = world_of(tenant, SETTLED)
    outcomes = every_way(mail.item, world)
    for fate in simulate(mail.item, world, at=AT, bound=400).fates:
        differs = len(results(outcomes, fate.recipient)) > 1
        if differs:
            assert fate.undetermined
            assert fate.undetermined.questions
            assert "underscore" not in fate.undetermined.questions


@few
@given(relay_tenants(max_neighbours=3), mails())
def test_where_nothing_is_unknown_nothing_but_a_reading_or_zivver_makes_a_difference(
    tenant, mail
):
    spelled(mail, tenant)
    without_doubt(mail, tenant.organization)
    organization = replace(tenant.organization, readings=SETTLED)
    came = replace(mail.item.submission, passes_spf=True)
    item = replace(mail.item, submission=came)
    found = explore(lambda c: computed_ends(item, organization, choices=c), bound=9)
    assert {str(point.key) for run in found.runs for point in run.met} == set()

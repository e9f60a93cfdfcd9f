"""Tenants that nobody wrote: a relay rule among neighbours, and mail that meets them.

A failing example is noted as a case that can be pasted into a scenario file.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from fakes.choices import Choices
from fakes.exchange.organization import Organization, Platform
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.zivver.service import Delivering, Verification, ZivverService
from harness.simulate import run_once, simulate
from harness.strategies import mails, relay_tenants, spell_case
from harness.wire import Wire
from harness.world import World
from tests.computed import computed_ends, lowered, passed
from tests.oracle import NotForTheOracle, expected_ends

pytestmark = pytest.mark.property

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ONLINE = relay_tenants(Platform.ONLINE)
SERVER = relay_tenants(Platform.SERVER)
SETTLED = Readings(settled=frozenset(QUESTIONS))
ZIVVER = ZivverService(delivering=Delivering(minimum=Verification.NOT_REQUIRED))
# The profile gives the number of examples; alone, this folder keeps it small too.
calm = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def spelled(mail, tenant):
    name = "found by generation"
    note(spell_case(mail, tenant.rules, name=name, organization=tenant.bare))


def world_of(tenant):
    return World(replace(tenant.organization, readings=SETTLED), ZIVVER)


def results(outcome):
    """What becomes of each recipient's copies, without the words about it."""
    return {
        fate.recipient: {delivery.result for delivery in fate.deliveries}
        for fate in outcome.fates
    }


def deliveries(mail, tenant):
    return results(simulate(mail.item, world_of(tenant), at=AT))


def matched_by(name, result):
    """The original recipients for whom a rule held, as the traces tell."""
    return {
        who
        for who, steps in result.steps
        for step in steps
        if step.subject == name and step.answer == "yes" and who in step.recipients
    }


@pytest.mark.parametrize("platform", Platform)
@calm
@given(data=st.data())
def test_what_is_computed_is_what_the_naive_evaluator_says(platform, data):
    tenant, mail = data.draw(relay_tenants(platform)), data.draw(mails())
    spelled(mail, tenant)
    settled = replace(tenant.organization, readings=SETTLED)
    try:
        expected = expected_ends(mail.item, settled, AT)
    except NotForTheOracle as why:
        event(f"left out: {why}")
        assume(False)  # noqa: FBT003
    assert lowered(expected) == computed_ends(mail.item, settled, at=AT)


@calm
@given(ONLINE, mails())
def test_turning_the_relay_rule_off_changes_only_mail_that_it_matched(tenant, mail):
    spelled(mail, tenant)
    off = tenant.changed(tenant.relay, State="Disabled")
    if not matched_by("relay", passed(mail.item, tenant.organization, at=AT)):
        assert deliveries(mail, tenant) == deliveries(mail, off)


@calm
@given(ONLINE, mails(), st.data())
def test_a_rule_in_audit_changes_no_delivery_of_the_mail_itself(tenant, mail, data):
    number = data.draw(st.integers(0, len(tenant.rules) - 1))
    audited = tenant.changed(number, Mode="Audit", State="Enabled")
    off = tenant.changed(number, State="Disabled")
    spelled(mail, audited)
    one, two = deliveries(mail, audited), deliveries(mail, off)
    for who in mail.recipients:
        assert one[who] == two[who]


@calm
@given(st.one_of(ONLINE, SERVER), mails())
def test_no_recipient_is_lost_or_doubled_by_a_fork(tenant, mail):
    spelled(mail, tenant)
    result = passed(mail.item, tenant.organization, at=AT)
    legs = [ended.leg for ended in result.ended]
    legs += [leg for outgoing in result.outgoing for leg in outgoing.legs]
    found = sorted(str(leg.original) for leg in legs if leg.original)
    assert sorted(map(str, mail.recipients)) == found


@pytest.mark.wire
@settings(calm, max_examples=20)
@given(st.one_of(ONLINE, SERVER), mails())
def test_the_wire_carries_what_was_computed(wire, tenant, mail):
    spelled(mail, tenant)
    world = world_of(tenant)
    computed = run_once(mail.item, world, at=AT, choices=Choices())
    assert results(computed) == results(wire.observe(mail.item, at=AT, world=world))


@pytest.fixture(scope="module")
def wire():
    with Wire(World(Organization("contoso", Platform.ONLINE))) as kept:
        yield kept

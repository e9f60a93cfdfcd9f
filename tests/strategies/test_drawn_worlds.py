"""What is drawn is valid by construction, and all that is known is met."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from fakes.exchange.organization import Platform, RecipientKind
from fakes.mail.labels import parse_labels
from fakes.zivver.faults import Deed, FaultDesk
from fakes.zivver.service import AccountState
from harness.edits import add_connector
from harness.edits.daily import applied
from harness.strategies import (
    connectors,
    edits,
    fault_scripts,
    labels,
    organizations,
    recipients,
    relay_tenants,
    rule_sets,
    senders,
    zivver_services,
)
from harness.world import World

GUID = "2096f6a2-d2f7-48be-b329-b73aaa526e5d"


def people(organization):
    return organization.directory.recipients


@pytest.mark.parametrize("platform", Platform)
@given(data=st.data())
def test_exchange_takes_a_drawn_connector(platform, data):
    organization = data.draw(organizations(platform))
    made = add_connector(World(organization), data.draw(connectors(platform)))
    assert made.organization != organization


@given(relay_tenants(), st.data())
def test_a_drawn_edit_fits(tenant, data):
    world = World(tenant.organization)
    assert applied(data.draw(edits(world)), world) not in (None, world)


@given(organizations(), st.data())
def test_a_sender_of_ours_has_an_address_of_ours(organization, data):
    sender = data.draw(senders(organization))
    domains = {entry.domain for entry in organization.accepted_domains}
    assert sender.is_ours == (sender.address.domain_key in domains)
    assert str(sender.address) in sender.from_
    assert sender.is_ours or sender.authenticated is None


@given(organizations(), st.booleans(), st.data())
def test_recipients_inside_are_in_the_directory(organization, is_inside, data):
    found = data.draw(recipients(organization, is_inside=is_inside))
    known = {
        address
        for entry in people(organization)
        for address in (entry.primary, *entry.proxies)
    }
    assert len(set(found)) == len(found) > 0
    assert not is_inside or set(found) <= known


@pytest.mark.parametrize("kind", ["mailbox", "group", "mail contact"])
def test_every_kind_of_recipient_is_met(kind):
    organization = find(organizations(Platform.ONLINE), lambda _: True)
    wanted = {
        entry.primary
        for entry in people(organization)
        if entry.kind is RecipientKind(kind)
    }
    assert find(recipients(organization), lambda found: not wanted.isdisjoint(found))


@pytest.mark.parametrize("enabled", [True, False])
@given(data=st.data())
def test_a_label_is_the_one_that_was_asked_for(enabled, data):
    raw = data.draw(labels(GUID, enabled=enabled)).decode()
    (label,) = parse_labels(raw.partition(":")[2])
    assert (GUID, enabled) == (label.guid, label.enabled)


@given(fault_scripts())
def test_a_fault_script_can_be_played(script):
    assert isinstance(FaultDesk(script), FaultDesk)
    assert 1 <= len(script) <= 3


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_met(deed):
    (line,) = find(fault_scripts(), lambda script: {deed} == {s.deed for s in script})
    assert deed is line.deed


@given(organizations(), st.data())
def test_a_healthy_service_knows_every_mailbox(organization, data):
    service = data.draw(zivver_services(organization, is_healthy=True))
    boxes = {
        entry.primary
        for entry in people(organization)
        if entry.kind is RecipientKind.MAILBOX
    }
    assert boxes == {account.address for account in service.accounts}
    assert {AccountState.ACTIVE} == {account.state for account in service.accounts}


def test_another_service_may_miss_some():
    organization = find(organizations(), lambda _: True)
    service = find(
        zivver_services(organization),
        lambda service: any(
            account.state is not AccountState.ACTIVE
            for account in service.accounts or ()
        ),
        settings=settings(max_examples=2000),
    )
    assert not service.is_down


@given(rule_sets())
def test_a_rule_set_has_one_relay_rule(drawn):
    rules, relay = drawn
    assert "relay" == rules[relay]["Name"]
    assert 1 == sum(rule["Name"] == "relay" for rule in rules)

"""The mail that validates a connector meets Zivver's admission (field-cases#X-5)."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from fakes.mail.address import parse_address
from fakes.zivver import Account
from fakes.zone import Zone
from harness.check.validation import validation_mail, validations
from harness.edits import set_connector, set_zivver, with_zone
from harness.world import with_answers_pinned
from tests.check.tenants import NOON, online, server

SENDER = "O365ConnectorValidation@contoso.example"


def with_account(world):
    known = world.zivver.accounts or ()
    return set_zivver(world, accounts=(*known, Account(parse_address(SENDER))))


def found(world):
    (validation,) = validations(world, at=NOON)
    return validation


def test_it_comes_from_the_default_domain_to_whom_the_connector_names():
    organization = online().organization
    (connector,) = organization.outbound_connectors
    item = validation_mail(connector, organization)
    assert SENDER == str(item.envelope.reverse_path)
    assert ("postmaster@example.org",) == tuple(map(str, item.envelope.recipients))
    info = parse_address("info@fabrikam.example")
    named = replace(connector, validation_recipients=(info,))
    assert (info,) == validation_mail(named, organization).envelope.recipients


def test_it_passes_where_its_sender_has_an_account():
    validation = found(with_account(online()))
    assert (True, None) == (validation.passes, validation.because)


def test_without_an_account_it_depends_on_what_zivver_does():
    validation = found(online())
    assert not validation.passes
    assert "no account" in validation.why
    assert validation.because
    assert ("zivver_missing_account",) == validation.because.questions
    settled = with_answers_pinned(online(), {"zivver_missing_account": "reject"})
    assert (False, None) == (found(settled).passes, found(settled).because)


def test_spf_of_the_default_domain_may_stop_it():
    world = with_account(online())
    world = with_answers_pinned(world, {"zivver_not_allowlisted": "reject_mail"})
    world = set_zivver(world, spf_allowlist=frozenset())
    validation = found(world)
    assert not validation.passes
    assert "550" in validation.why


@pytest.mark.parametrize(
    "setting",
    [{"Enabled": False}, {"TestMode": True}, {"IsTransportRuleScoped": False}],
)
def test_a_connector_is_validated_before_it_is_turned_on(setting):
    world = set_connector(with_account(online()), "Zivver", setting)
    assert found(world).passes


def test_a_name_that_does_not_exist_stops_it():
    world = with_account(online())
    zone = Zone(MappingProxyType({}), absent=frozenset({"smtp.zivver.com"}))
    validation = found(with_zone(world, zone))
    assert "450 4.4.312" in validation.why


def test_connectors_that_lead_elsewhere_and_servers_have_none():
    world = set_connector(online(), "Zivver", {"SmartHosts": ["relay.example"]})
    assert () == validations(world, at=NOON)
    assert () == validations(server(), at=NOON)

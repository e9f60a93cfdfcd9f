"""Coverage: what the mails of a check have reached, and why not the rest."""

from ipaddress import ip_network

import pytest

from fakes.exchange.organization import InboundConnector, OutboundConnector
from harness.check import derive_of
from harness.check.coverage import MailClass
from harness.check.run import check
from tests.check.tenants import AS_MEANT, NOON, POLICY, online

DID = {"PrependSubject": "[seen] "}
OWN = {"Name": "Own", "SubjectContainsWords": ["tender"], **DID}


def covered(world):
    found = derive_of(POLICY, world)
    report = check(world, POLICY, found.mails, at=NOON, unwritten=found.unwritten)
    return report.coverage


def rule_of(coverage, name="Own"):
    (found,) = [rule for rule in coverage.rules if rule.rule == name]
    return found


def test_a_rule_is_reached_alone_and_together():
    found = rule_of(covered(online((OWN, *AS_MEANT))))

    assert (True, "", True, "") == (
        found.mails > found.together,
        found.why,
        found.together > 0,
        found.why_not_together,
    )


def test_every_condition_and_exception_of_the_corrected_tenant_is_reached():
    assert all(test.mails for test in covered(online()).tests)


def test_a_rule_to_zivver_is_not_together_with_itself():
    assert None is rule_of(covered(online()), "Zivver word").together


STOP = {"Name": "First", **DID, "StopRuleProcessing": True}
WHYS = {
    "off": (({**OWN, "State": "Disabled"},), "it is off (State Disabled)"),
    "over": (({**OWN, "ExpiryDate": "2026-01-01T00:00:00Z"},), "ExpiryDate 2026-01-01"),
    "early": (
        ({**OWN, "ActivationDate": "2027-01-01T00:00:00Z"},),
        "ActivationDate 2027-01-01",
    ),
    "behind a stop": ((STOP, OWN), 'rule "First" before it stops the rules'),
    "behind an end": (
        ({"Name": "First", "DeleteMessage": True}, OWN),
        'rule "First" before it takes the mail away',
    ),
    "unwritten": (
        (
            {
                "Name": "Own",
                **DID,
                "MessageContainsDataClassifications": ["Credit Card Number"],
            },
        ),
        "MessageContainsDataClassifications is not judged",
    ),
    "undone": (
        (
            {
                "Name": "First",
                "SubjectContainsWords": ["tender"],
                "RemoveHeader": "X",
            },
            {
                "Name": "Own",
                **DID,
                "SubjectContainsWords": ["tender"],
                "HeaderContainsMessageHeader": "X",
                "HeaderContainsWords": ["yes"],
            },
        ),
        "what a rule before it does to its mail keeps it from holding",
    ),
}


@pytest.mark.parametrize("name", WHYS)
def test_a_rule_that_was_never_reached_says_why(name):
    rules, why = WHYS[name]
    found = rule_of(covered(online((*rules, *AS_MEANT))))

    # A rule whose time has not come is followed to it.
    assert (name == "early") is bool(found.mails)
    assert why in found.why or name == "early"
    assert all(test.why or test.mails for test in found.tests)


def test_an_exception_that_is_behind_a_stop_is_not_reached():
    own = {**OWN, "ExceptIfFrom": ["payroll@contoso.example"]}
    found = rule_of(covered(online((STOP, own, *AS_MEANT))))

    (test,) = [test for test in found.tests if test.is_exception]
    assert (0, 'rule "First" before it stops the rules') == (test.mails, test.why)


def outbound(name, **settings):
    return OutboundConnector(
        name, uses_mx=False, smart_hosts=("h.example",), **settings
    )


CONNECTORS = {
    "reached": (outbound("C", recipient_domains=("partner.example",)), ""),
    "off": (outbound("C", is_enabled=False), "it is off"),
    "test": (outbound("C", is_in_test_mode=True), "it is in test mode"),
    "unnamed": (
        outbound("C", is_rule_scoped=True),
        "only a rule can use it (IsTransportRuleScoped), and none names it",
    ),
    "nobody": (outbound("C", recipient_domains=()), "no mail goes to its domains"),
}


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_connector_is_reached_or_says_why_not(name):
    connector, why = CONNECTORS[name]
    zivver = online().organization.outbound_connectors
    world = online(outbound_connectors=(*zivver, connector))

    (found,) = [c for c in covered(world).connectors if c.connector == "C"]
    assert why == found.why
    assert (name == "reached") is bool(found.mails)


def test_a_connector_that_mail_comes_by_is_reached_by_an_application():
    def inbound(name, network, *, is_enabled=True):
        networks = (ip_network(network),)
        return InboundConnector(name, is_enabled, networks, treats_as_internal=True)

    world = online(
        inbound_connectors=(
            inbound("A", "192.0.2.0/24"),
            inbound("B", "198.51.100.0/24"),
            inbound("C", "10.0.0.0/8", is_enabled=False),
        )
    )
    found = {c.connector: c for c in covered(world).connectors if c.kind == "inbound"}

    assert found["A"].mails
    assert "no mail comes by it" == found["B"].why
    assert "it is off" == found["C"].why


def test_there_is_mail_of_each_of_microsofts_classes():
    found = {c.kind: c.mails for c in covered(online((OWN, *AS_MEANT))).classes}

    assert set(MailClass) == set(found)
    assert all(found.values())


def test_without_accepted_domains_nobody_knows_what_is_inside():
    found = {c.kind: c.mails for c in covered(online(accepted_domains=None)).classes}
    assert 0 == found[MailClass.INSIDE] == found[MailClass.OUTSIDE]

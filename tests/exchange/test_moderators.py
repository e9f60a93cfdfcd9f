"""What moderators do with what rules lay before them (exchange-rules#5.2)."""

from fakes.exchange.organization import Moderators
from fakes.mail.item import ItemKind
from tests.exchange.at_hand import (
    CLEO,
    asked,
    ends,
    every_end,
    mail,
    open_tenant,
    passed,
    tenant,
)

APPROVED = {"moderators": Moderators.APPROVE}
REFUSED = {"moderators": Moderators.REFUSE}
MODERATE = {"ModerateMessageByUser": ["Audit"]}
ROUTE = {"RouteMessageOutboundConnector": "Relay"}
BY_MX, BY_RELAY = ("mx", None, str(CLEO)), ("connector", "Relay", str(CLEO))


def test_an_approved_mail_meets_the_rules_behind_the_one_that_held_it():
    rules = (MODERATE, {"ModerateMessageByUser": ["Bob"]}, ROUTE)
    organization = tenant(*rules, **APPROVED)
    assert {BY_RELAY} == ends(mail(), organization)[CLEO]
    kinds = [child.kind for child in passed(mail(), organization).children]
    assert [ItemKind.APPROVAL] * 2 == kinds


def test_an_approved_mail_keeps_its_connector_or_loses_it():
    # exchange-rules#R-53
    organization = open_tenant(ROUTE, MODERATE, **APPROVED)
    assert {"route_after_approval"} == asked(mail(), organization)
    found = [end[CLEO] for end in every_end(mail(), organization)]
    assert [{BY_RELAY}, {BY_MX}] == found
    assert set() == asked(mail(), open_tenant(MODERATE, **APPROVED))


def test_what_moderators_refuse_goes_nowhere_and_its_sender_is_told():
    organization = tenant(MODERATE, ROUTE, **REFUSED)
    (ended,) = passed(mail(), organization).ended
    assert ended.ending.is_told
    assert {("rejected", None, None)} == ends(mail(), organization)[CLEO]

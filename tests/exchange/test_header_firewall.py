"""The header firewall: what is believed, and what leaves (exchange-routing#4.2)."""

from dataclasses import replace

import pytest

from fakes.exchange.header_firewall import admitted, released
from fakes.mail.content import Content, parse
from tests.exchange.at_hand import BOB, CLEO, OUTSIDE, mail, passed, sent, tenant

RAW = (
    b"Received: from a by b\r\n"
    b"X-MS-Exchange-Organization-SCL: 1\r\n"
    b"x-ms-exchange-forest-rulesexecuted: EX1\r\n"
    b"X-MS-Exchange-Transport-Rules-Loop: 1\r\n"
    b"X-Zivver-Foo: kept\r\n"
    b"Resent-From: a@contoso.example\r\n"
    b"\r\ntext\r\n"
)
KEPT = [
    "Received",
    "X-MS-Exchange-Transport-Rules-Loop",
    "X-Zivver-Foo",
    "Resent-From",
]


def names(content):
    return [field.name for field in parse(content).fields]


def test_to_a_peer_that_is_none_of_ours_the_stamps_are_dropped():
    # exchange-routing#E4
    assert KEPT == names(released(Content(RAW), carries=False))


def test_where_the_connector_carries_headers_they_cross_the_premises():
    # exchange-routing#E5
    found = released(Content(RAW), carries=True)
    assert "X-MS-Exchange-CrossPremises-SCL" in names(found)
    assert ("1",) == parse(found).values("X-MS-Exchange-CrossPremises-SCL")
    assert len(KEPT) + 1 == len(names(found))


def test_what_has_no_stamps_is_the_same_value():
    plain = Content(b"Subject: hello\r\n\r\ntext\r\n")
    assert plain is released(plain, carries=True)
    assert plain is admitted(plain, is_trusted=False)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_the_stamps_of_strangers_are_not_believed(is_trusted):
    found = admitted(Content(RAW), is_trusted=is_trusted)
    assert is_trusted == ("X-MS-Exchange-Organization-SCL" in names(found))


STAMP = "X-MS-Exchange-Organization-SCL: 9\r\n"
DROP = {"SCLOver": 5, "DeleteMessage": True}


def test_a_stranger_s_spam_level_is_none_and_that_of_a_rule_is():
    # exchange-routing#E4
    item = mail(to=(BOB,), sender=CLEO, headers=STAMP, submission=OUTSIDE)
    rules = ({"SetSCL": "6"}, DROP)
    (ended,) = passed(item, tenant(*rules)).ended
    assert "deleted" == ended.ending.kind
    (kept,) = passed(item, tenant({"SetSCL": "1"}, DROP)).ended
    assert "mailbox" == kept.ending.kind


def test_what_a_rule_stamped_stays_at_home():
    result = passed(mail(), tenant({"SetSCL": "6"}))
    assert not parse(sent(result)).named("X-MS-Exchange-Organization-SCL")


def test_a_connector_of_ours_carries_it_on():
    organization = tenant({"SetSCL": "6", "RouteMessageOutboundConnector": "Relay"})
    (relay,) = organization.outbound_connectors
    carrying = replace(
        organization, outbound_connectors=(replace(relay, carries_headers=True),)
    )
    found = sent(passed(mail(), carrying))
    assert ("6",) == parse(found).values("X-MS-Exchange-CrossPremises-SCL")

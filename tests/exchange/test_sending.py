"""In whose name and from which pool Exchange Online sends (exchange-routing#7)."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from fakes.exchange.organization import (
    AddressSpace,
    ConnectorType,
    InboundConnector,
    OutboundConnector,
    Platform,
    SendConnector,
)
from fakes.exchange.readings import Readings
from fakes.exchange.sending import Pool, source_of
from fakes.mail.content import parse
from fakes.mail.item import ItemKind, Submission
from fakes.mail.reply import reply
from tests.exchange.at_hand import (
    AT,
    BARE,
    BOB,
    CLEO,
    CONTACT,
    DIRK,
    asked,
    mail,
    open_tenant,
    passed,
    reading,
    rule,
    tenant,
)

CAME = Submission(source=ip_address("192.0.2.7"), passes_spf=True)
UNPROVEN = replace(CAME, passes_spf=False)
REDIRECT = {"RedirectMessageTo": [str(DIRK)]}
SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=fabrikam.example; b=AAAA\r\n"
NORMAL, RELAY, HIGH = None, ip_address("40.95.0.1"), ip_address("240.0.0.1")


def left(item, organization, **more):
    """The reverse-path and the address of the one hand-off."""
    (outgoing,) = passed(item, organization, **more).outgoing
    return outgoing.handoff.envelope.reverse_path, outgoing.handoff.source


def strangers(*, to=(BOB,), submission=CAME, **more):
    return mail(to=to, sender=CLEO, submission=submission, **more)


def test_mail_of_our_own_keeps_its_sender_wherever_it_is_redirected():
    item = mail(to=(BOB,))
    assert (item.envelope.reverse_path, NORMAL) == left(item, tenant(REDIRECT))


def test_the_mail_of_others_is_sent_on_in_the_name_of_who_got_it():
    # exchange-routing#7.1
    path, source = left(strangers(), tenant(REDIRECT))
    assert "contoso.example" == path.domain
    assert path.local.startswith("bob+SRS=")
    assert path.local.endswith("=fabrikam.example=cleo")
    assert NORMAL is source


def test_the_same_mail_has_the_same_name_each_time_and_another_day_another():
    organization = tenant(REDIRECT)
    first, _ = left(strangers(), organization)
    assert (first, NORMAL) == left(strangers(), organization)
    other, _ = left(strangers(), organization, at=AT.replace(day=1))
    assert first != other


def test_a_name_that_would_be_too_long_is_that_of_bounces():
    item = strangers(reverse_path=replace(CLEO, local="c" * 60))
    path, _ = left(item, tenant(REDIRECT))
    assert path.local.startswith("bounces+SRS=")
    assert "contoso.example" == path.domain


def test_the_field_from_stays_as_it_is():
    (outgoing,) = passed(strangers(), tenant(REDIRECT)).outgoing
    assert (str(CLEO),) == parse(outgoing.handoff.content).values("From")


def test_mail_to_a_contact_with_an_address_elsewhere_is_sent_on():
    path, _ = left(strangers(to=(CONTACT,)), tenant())
    assert path.local.startswith("notary+SRS=")


def test_mail_that_a_rule_only_routes_keeps_its_sender():
    # exchange-routing#7.1: it is not on the list of what is rewritten.
    organization = tenant({"RouteMessageOutboundConnector": "Relay"})
    assert (CLEO, NORMAL) == left(strangers(), organization)


@pytest.mark.parametrize(
    ("connector", "is_rewritten"),
    [
        ({"type": ConnectorType.ON_PREMISES}, False),
        ({"type": ConnectorType.ON_PREMISES, "rewrites_sender": True}, True),
        ({"type": ConnectorType.PARTNER}, True),
    ],
    ids=["own servers", "own servers, rewriting", "partner"],
)
def test_the_connector_says_whether_the_sender_is_rewritten(connector, is_rewritten):
    # exchange-routing#E7, exchange-routing#E8, field-cases#X-22
    way = OutboundConnector("Way", recipient_domains=(DIRK.domain,), **connector)
    organization = tenant(REDIRECT, outbound_connectors=(way,))
    path, _ = left(strangers(), organization)
    assert is_rewritten == (path != CLEO)


def test_of_the_type_partner_it_is_asked():
    way = OutboundConnector("Way", recipient_domains=(DIRK.domain,))
    open_ = open_tenant(REDIRECT, outbound_connectors=(way,))
    assert {"partner_rewriting"} == asked(strangers(), open_)
    kept = reading(partner_rewriting="not-rewritten")
    organization = tenant(REDIRECT, outbound_connectors=(way,), readings=kept)
    assert (CLEO, NORMAL) == left(strangers(), organization)
    # One that leaves by MX is no question.
    assert set() == asked(strangers(), replace(BARE, readings=Readings(), rules=()))


def test_what_could_show_nothing_when_it_came_leaves_from_the_relay_pool():
    # exchange-routing#E9
    item = strangers(submission=UNPROVEN)
    assert (CLEO, RELAY) == left(item, tenant(REDIRECT))


def test_a_signature_may_have_held():
    item = strangers(submission=UNPROVEN, headers=SIGNED)
    assert {f"DKIM on arrival {CLEO}"} == asked(item, tenant(REDIRECT))
    assert (CLEO, NORMAL) == left(item, tenant(REDIRECT))


def test_whether_spf_passed_is_asked_where_nobody_knows():
    item = strangers(submission=Submission())
    assert {f"SPF on arrival {CLEO}"} == asked(item, tenant(REDIRECT))
    # What stays inside leaves in nobody's name.
    assert set() == asked(item, tenant())


def test_a_report_leaves_from_the_high_risk_pool():
    # exchange-routing#E10
    item = replace(mail(reverse_path=None), kind=ItemKind.NDR)
    assert (None, HIGH) == left(item, tenant())
    asks = replace(mail(reverse_path=None), kind=ItemKind.NOTIFICATION)
    assert (None, NORMAL) == left(asks, tenant())


def test_a_null_reverse_path_of_others_has_no_name_to_be_rewritten():
    item = strangers(reverse_path=None)
    assert (None, NORMAL) == left(item, tenant(REDIRECT))


def test_a_sender_s_domain_that_nobody_can_write_to_leaves_from_the_high_risk_pool():
    # exchange-routing#E11
    def mx(domain):
        is_own = domain == "contoso.example"
        return reply(450, "4.4.312", "no host") if is_own else (f"mx.{domain}",)

    item = mail()
    assert (item.envelope.reverse_path, HIGH) == left(item, tenant(), mx=mx)


def test_a_server_sends_everything_as_it_came():
    to_all = SendConnector("Internet", (AddressSpace("*"),))
    organization = tenant(REDIRECT, platform=Platform.SERVER, send_connectors=(to_all,))
    assert (CLEO, NORMAL) == left(strangers(submission=UNPROVEN), organization)


def test_the_normal_pool_is_the_address_that_the_tenant_names():
    own = ip_address("198.51.100.7")
    assert own == source_of(Pool.NORMAL, replace(BARE, source=own))


def test_what_our_own_servers_relay_for_others_is_sent_by_bounces():
    # exchange-routing#7.1
    servers = InboundConnector(
        "Servers",
        is_enabled=True,
        networks=(ip_network("192.0.2.0/24"),),
        treats_as_internal=False,
    )
    path, _ = left(strangers(to=(DIRK,)), tenant(inbound_connectors=(servers,)))
    assert path.local.startswith("bounces+SRS=")


def test_an_alias_is_told_as_the_original_recipient():
    # exchange-routing#4.1, exchange-routing#B12
    away = rule({"RouteMessageOutboundConnector": "Relay"})
    organization = replace(BARE, rules=(away,))
    alias = replace(BOB, local="robert")
    (outgoing,) = passed(mail(to=(alias,)), organization).outgoing
    assert ((BOB, alias),) == outgoing.handoff.dsn.originals
    (plain,) = passed(mail(to=(BOB,)), organization).outgoing
    assert plain.handoff.dsn is None

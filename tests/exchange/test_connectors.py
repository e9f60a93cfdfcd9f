"""Which connector takes a mail (exchange-routing#1.2, exchange-routing#2.2)."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from fakes.choices import Choices
from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
    ConnectorType,
    Directory,
    DomainType,
    InboundConnector,
    Organization,
    OutboundConnector,
    Platform,
    Recipient,
    RecipientKind,
    SendConnector,
    SmartHostAuth,
)
from fakes.exchange.readings import Readings
from fakes.exchange.routing.next_hop import ASSUMED_USER
from fakes.exchange.routing.outbound_connector import select_outbound_connector
from fakes.exchange.routing.send_connector import (
    TOO_LARGE,
    Wanted,
    select_send_connector,
)
from fakes.exchange.rules.fork import EndKind
from fakes.mail.handoff import AuthTerms, DaneMode, Route, TlsLevel, TlsTerms
from fakes.mail.item import Submission
from fakes.mail.reply import reply
from fakes.mail.troubles import NO_SUCH_HOST
from tests.exchange.at_hand import (
    ANNA,
    AUDIT,
    BARE,
    BOB,
    CLEO,
    DIRECTORY,
    DOMAINS,
    RELAY,
    ROUTE,
    SETTLED,
    address,
    ends,
    every_end,
    mail,
    open_tenant,
    passed,
    reading,
    tenant,
)

BY_MX = {CLEO: {("mx", None, str(CLEO))}}
WAITS = {CLEO: {("waiting", None, None)}}
BY_RELAY = {CLEO: {("connector", "Relay", str(CLEO))}}
UNKNOWN = {CLEO: {("unknown", None, None)}}
REJECTED = {CLEO: {("rejected", None, None)}}


def send(name, *spaces, **fields):
    made = (s if isinstance(s, AddressSpace) else AddressSpace(s) for s in spaces)
    return SendConnector(name, tuple(made), **fields)


SC1, SC2, SC3 = (
    send("SC1", "*"),
    send("SC2", "*.contoso.com"),
    send("SC3", "marketing.contoso.com"),
)


@pytest.mark.parametrize(
    ("connectors", "domain", "taken", "source"),
    [
        ([SC1, SC2, SC3], "marketing.contoso.com", "SC3", "exchange-routing#A1"),
        ([SC1, SC2], "marketing.contoso.com", "SC2", "exchange-routing#A2"),
        ([SC1], "marketing.contoso.com", "SC1", "exchange-routing#A3"),
        ([SC2], "contoso.com", "SC2", "exchange-routing#A4"),
        ([send("only", "contoso.com")], "eu.contoso.com", None, "exchange-routing#A5"),
        (
            [send("a", AddressSpace("fabrikam.example", 100)), send("b", "*")],
            "fabrikam.example",
            "a",
            "exchange-routing#A6",
        ),
        (
            [send("a", AddressSpace("*", 10)), send("b", AddressSpace("*", 5))],
            "x.example",
            "b",
            "exchange-routing#A7",
        ),
        (
            [send("Beta", "*"), send("Alpha", "*")],
            "x.example",
            "Alpha",
            "exchange-routing#A10",
        ),
        (
            [send("z", "relay.example", is_enabled=False), send("dns", "*")],
            "relay.example",
            "dns",
            "exchange-routing#A11",
        ),
        (
            [send("z", "relay.example", max_size=10), send("dns", "*", max_size=35)],
            "relay.example",
            "dns",
            "exchange-routing#A12",
        ),
        ([send("a", "*", max_size=10)], "x.example", None, "exchange-routing#A13"),
        ([], "x.example", None, "exchange-routing#A16"),
        (
            [send("a", "*.example"), send("b", "*.contoso.example")],
            "x.contoso.example",
            "b",
            "exchange-routing#2.2",
        ),
    ],
)
def test_a_server_takes_the_closest_address_space(connectors, domain, taken, source):
    organization = replace(BARE, send_connectors=tuple(connectors))
    found = select_send_connector(organization, Wanted(domain, 20), SETTLED)
    assert taken == (found.connector.name if found.connector else None), source
    assert (found.reply is TOO_LARGE) == (source == "exchange-routing#A13")
    assert found.why


ALL_OWN = OutboundConnector("C1", covers_accepted_domains=True)
EXACT = OutboundConnector("C2", recipient_domains=("contoso.example",))
BELOW = OutboundConnector("C3", recipient_domains=("*.contoso.example",))
EVERY = OutboundConnector("C4", recipient_domains=("*",))
THREE_DOMAINS = tuple(
    AcceptedDomain(name, DomainType.AUTHORITATIVE)
    for name in ("contoso.example", "sales.contoso.example", "fabrikam.example")
)


def selected(connectors, domain, choices=None, **answers):
    organization = Organization(
        "contoso",
        Platform.ONLINE,
        accepted_domains=THREE_DOMAINS,
        outbound_connectors=tuple(connectors),
        readings=replace(SETTLED, **answers),
    )
    found = select_outbound_connector(organization, domain, choices or Choices())
    return found.name if found else None


@pytest.mark.parametrize(
    ("connectors", "domain", "taken", "source"),
    [
        ([ALL_OWN, EXACT, BELOW], "fabrikam.example", "C1", "exchange-routing#C1"),
        ([ALL_OWN, EXACT, BELOW], "contoso.example", "C2", "exchange-routing#C2"),
        ([ALL_OWN, EXACT, BELOW], "sales.contoso.example", "C3", "exchange-routing#C3"),
        (
            [replace(EXACT, is_rule_scoped=True)],
            "contoso.example",
            None,
            "exchange-routing#C4",
        ),
        (
            [replace(EXACT, is_enabled=False)],
            "contoso.example",
            None,
            "exchange-routing#C6",
        ),
        (
            [replace(EXACT, is_in_test_mode=True)],
            "contoso.example",
            None,
            "field-cases#X-28",
        ),
        ([EVERY, ALL_OWN], "fabrikam.example", "C1", "exchange-routing#1.2"),
        ([EVERY, ALL_OWN], "wingtip.example", "C4", "exchange-routing#1.2"),
        ([ALL_OWN], "wingtip.example", None, "exchange-routing#1.2"),
        (
            [replace(ALL_OWN, recipient_domains=("*",))],
            "wingtip.example",
            "C1",
            "field-cases#X-2",
        ),
        ([], "contoso.example", None, "exchange-routing#1.2"),
    ],
)
def test_online_takes_the_most_specific_connector(connectors, domain, taken, source):
    assert taken == selected(connectors, domain), source


def test_each_open_question_of_the_choice_is_asked_where_it_matters():
    sales, apex = "sales.contoso.example", "contoso.example"
    pair = [ALL_OWN, BELOW]
    assert "C1" == selected(pair, sales, connector_choice="listed-order")
    both = replace(BELOW, covers_accepted_domains=True, name="C9")
    listed = selected([ALL_OWN, both], sales, connector_choice="listed-order")
    assert "C1" == listed  # they tie, and the first name takes it
    assert "C1" == selected(pair, apex, connector_wildcard="subdomains-only")
    assert None is selected([BELOW], apex, connector_wildcard="subdomains-only")
    twins = [EVERY, replace(EVERY, name="C0")]
    assert "C0" == selected(twins, apex)
    assert "C4" == selected(twins, apex, connector_tie="last-by-name")


@pytest.mark.parametrize(
    ("connectors", "domain", "expected"),
    [
        ([ALL_OWN, BELOW], "sales.contoso.example", {"connector_choice"}),
        ([ALL_OWN, EXACT, BELOW], "contoso.example", set()),
        ([BELOW], "contoso.example", {"connector_wildcard"}),
        ([EVERY, replace(EVERY, name="C0")], "x.example", {"connector_tie"}),
        ([EVERY], "x.example", set()),
        (
            [replace(EVERY, is_in_test_mode=True)],
            "x.example",
            {"test_mode_connector"},
        ),
        ([replace(EXACT, is_in_test_mode=True)], "x.example", set()),
    ],
)
def test_no_question_is_asked_that_another_answer_would_not_change(
    connectors, domain, expected
):
    choices = Choices()
    answers = {"settled": frozenset[str]()}
    selected(connectors, domain, choices, **answers)
    assert expected == {str(point.key) for point in choices.met}


# ------------------------------------------------------------------ the hand-off


def test_a_connector_of_online_speaks_port_25_and_never_logs_in():
    # exchange-routing#1.5, exchange-routing#C15
    strict = replace(RELAY, tls=TlsLevel.DOMAIN_VALIDATION, tls_domain="*.zivver.com")
    handoff = (
        passed(mail(), tenant(ROUTE, outbound_connectors=(strict,))).outgoing[0].handoff
    )
    assert 25 == handoff.port
    assert None is handoff.auth
    assert ("smtp.zivver.com",) == handoff.hosts
    terms = TlsTerms(
        TlsLevel.DOMAIN_VALIDATION,
        "*.zivver.com",
        dane=DaneMode.OPPORTUNISTIC,
        policy_domain="smtp.zivver.com",
    )
    assert terms == handoff.tls
    assert "Relay" == handoff.connector


def test_a_connector_without_smart_hosts_uses_the_mx():
    # exchange-routing#C5
    partner = OutboundConnector(
        "Partner",
        type=ConnectorType.PARTNER,
        recipient_domains=("fabrikam.example",),
        tls=TlsLevel.CERTIFICATE_VALIDATION,
    )
    organization = tenant(outbound_connectors=(partner,))
    handoff = passed(mail(), organization).outgoing[0].handoff
    assert ("mx.fabrikam.example",) == handoff.hosts
    assert Route.MX is handoff.route
    assert TlsLevel.CERTIFICATE_VALIDATION is handoff.tls.level


@pytest.mark.parametrize(
    "broken",
    [
        replace(RELAY, is_enabled=False),  # exchange-routing#C17
        replace(RELAY, name="Another"),  # the one that the rule names is gone
    ],
)
def test_a_named_connector_that_cannot_be_used_hangs_on_a_reading(broken):
    # exchange-rules#R-56
    given = {"outbound_connectors": (broken,)}
    assert [WAITS, BY_MX, REJECTED] == every_end(mail(), open_tenant(ROUTE, **given))
    ndr = reading(unusable_connector="ndr")
    (ended,) = passed(mail(), tenant(ROUTE, readings=ndr, **given)).ended
    assert "550 5.4.4" in str(ended.ending.reply)
    assert "a rule names connector `Relay`" in ended.ending.why


def test_a_named_connector_in_test_mode_hangs_on_two_readings():
    # exchange-routing#X-28
    given = {"outbound_connectors": (replace(RELAY, is_in_test_mode=True),)}
    every = every_end(mail(), open_tenant(ROUTE, **given))
    assert [WAITS, BY_RELAY, BY_MX, REJECTED] == every


def test_a_connector_not_made_for_rules_is_taken_or_not():
    # exchange-rules#R-50
    loose = {"outbound_connectors": (replace(RELAY, is_rule_scoped=False),)}
    assert BY_RELAY == ends(mail(), tenant(ROUTE, **loose))
    refused = reading(unscoped_connector="refused")
    assert WAITS == ends(mail(), tenant(ROUTE, readings=refused, **loose))


def test_a_connector_is_known_by_each_of_its_names():
    by_guid = {"RouteMessageOutboundConnector": "8A1B"}
    named = {"outbound_connectors": (replace(RELAY, names=("8a1b",)),)}
    assert BY_RELAY == ends(mail(), tenant(by_guid, **named))


def test_what_a_connector_carries_and_we_do_not_judge_goes_both_ways():
    odd = {"outbound_connectors": (replace(RELAY, unjudged=("MtaStsMode",)),)}
    assert [BY_RELAY, UNKNOWN] == every_end(mail(), tenant(ROUTE, **odd))


CENTRAL = OutboundConnector(
    "Central",
    type=ConnectorType.ON_PREMISES,
    recipient_domains=("*",),
    uses_mx=False,
    smart_hosts=("own.contoso.example",),
    is_central=True,
)
BY_CENTRAL = {CLEO: {("connector", "Central", str(CLEO))}}
STRANGER = Submission(source=ip_address("203.0.113.9"))
OWN_SERVER = Submission(source=ip_address("198.51.100.7"))
FROM_OWN = InboundConnector(
    "From own servers",
    is_enabled=True,
    networks=(ip_network("198.51.100.0/24"),),
    treats_as_internal=False,
)


def central(*rules, connectors=(RELAY, CENTRAL), **fields):
    return tenant(*rules, outbound_connectors=connectors, **fields)


def test_centralised_transport_takes_all_that_is_for_outside_the_cloud():
    # exchange-routing#1.2, field-cases#X-3
    closer = OutboundConnector(
        "Partner",
        recipient_domains=("fabrikam.example",),
        tls=TlsLevel.CERTIFICATE_VALIDATION,
    )
    assert BY_CENTRAL == ends(mail(), central(connectors=(closer, CENTRAL)))
    at_home = {BOB: {("mailbox", None, str(BOB))}}
    assert at_home == ends(mail(to=(BOB,)), central())


@pytest.mark.parametrize(
    "out_of_use",
    [
        {"is_enabled": False},
        {"is_in_test_mode": True},
        {"type": ConnectorType.PARTNER},
        {"is_central": False, "recipient_domains": ()},
    ],
)
def test_centralised_transport_that_is_out_of_use_takes_nothing(out_of_use):
    off = (RELAY, replace(CENTRAL, **out_of_use), EVERY)
    taken = ends(mail(), central(connectors=off))
    assert BY_CENTRAL != taken


def test_centralised_transport_and_a_connector_that_a_rule_names_are_a_question():
    # exchange-routing#X-3
    assert [BY_RELAY, BY_CENTRAL] == every_end(
        mail(), replace(central(ROUTE), readings=Readings())
    )
    assert BY_CENTRAL == ends(
        mail(), central(ROUTE, readings=reading(centralised_transport="on-premises"))
    )


def test_no_question_of_centralised_transport_is_asked_for_a_mailbox():
    # exchange-routing#C7
    loose = replace(central(ROUTE), readings=Readings())
    by_relay = {BOB: {("connector", "Relay", str(BOB))}}
    assert [by_relay] == every_end(mail(to=(BOB,)), loose)


def test_mail_from_the_internet_makes_a_detour_and_mail_of_own_servers_does_not():
    # exchange-routing#C14
    inbound = mail(to=(BOB,), submission=STRANGER)
    organization = central(inbound_connectors=(FROM_OWN,))
    detour = {BOB: {("connector", "Central", str(BOB))}}
    assert detour == ends(inbound, organization)
    for trusted in (
        replace(FROM_OWN, relays=True),
        replace(FROM_OWN, treats_as_internal=True, relays=False),
    ):
        organization = central(inbound_connectors=(trusted,))
        assert BY_MX == ends(mail(submission=OWN_SERVER), organization)
    untold = central(inbound_connectors=(replace(FROM_OWN, relays=None),))
    assert [BY_CENTRAL, BY_MX] == every_end(mail(submission=OWN_SERVER), untold)


def test_centralised_transport_for_some_domains_only_is_a_loop():
    # exchange-routing#1.2
    some = replace(CENTRAL, recipient_domains=("contoso.example",))
    (ended,) = passed(mail(), central(connectors=(some,))).ended
    assert EndKind.REJECTED is ended.ending.kind
    assert "554 5.4.14" in str(ended.ending.reply)


def test_connectors_that_were_not_exported_are_not_taken_for_none():
    assert UNKNOWN == ends(mail(), tenant(outbound_connectors=None))
    assert UNKNOWN == ends(mail(), tenant(ROUTE, outbound_connectors=None))
    server = {"platform": Platform.SERVER, "send_connectors": None}
    assert UNKNOWN == ends(mail(), tenant(**server))


# ----------------------------------------------------------------- on a server


def server(*connectors, **fields):
    return tenant(platform=Platform.SERVER, send_connectors=connectors, **fields)


def hop(connector, **fields):
    return passed(mail(), server(connector, **fields)).outgoing[0].handoff


SMART = send("Z", "*", smart_hosts=("smtp.zivver.com",), uses_dns=False, port=587)


def test_a_server_has_no_action_that_names_a_connector():
    assert UNKNOWN == ends(mail(), tenant(ROUTE, platform=Platform.SERVER))


def test_a_server_without_a_fitting_connector_waits_or_refuses():
    # exchange-routing#A16, exchange-routing#A13
    assert WAITS == ends(mail(), server())
    (ended,) = passed(mail(), server(send("a", "*", max_size=10))).ended
    assert "5.3.4" in str(ended.ending.reply)


def test_a_mailbox_and_nobody_end_on_a_server_as_online():
    nobody = address("nobody@contoso.example")
    found = ends(mail(to=(BOB, nobody)), server(SC1))
    assert {
        BOB: {("mailbox", None, str(BOB))},
        nobody: {("rejected", None, None)},
    } == found


@pytest.mark.parametrize(
    ("fields", "terms"),
    [
        ({}, TlsTerms(TlsLevel.OPPORTUNISTIC)),
        ({"requires_tls": True}, TlsTerms(TlsLevel.ENCRYPTION_ONLY)),
        (
            {"requires_tls": True, "tls": TlsLevel.CERTIFICATE_VALIDATION},
            TlsTerms(TlsLevel.CERTIFICATE_VALIDATION),
        ),
        (
            {"tls": TlsLevel.DOMAIN_VALIDATION, "tls_domain": "zivver.com"},
            TlsTerms(TlsLevel.DOMAIN_VALIDATION, "zivver.com"),
        ),
        # exchange-routing#D13: the very name that is configured as smart host
        (
            {"auth": SmartHostAuth.BASIC_TLS},
            TlsTerms(TlsLevel.DOMAIN_VALIDATION, "smtp.zivver.com"),
        ),
        (
            {"auth": SmartHostAuth.BASIC_TLS, "tls_domain": "other.example"},
            TlsTerms(TlsLevel.DOMAIN_VALIDATION, "smtp.zivver.com"),
        ),
        # of several, the host that is tried
        (
            {
                "auth": SmartHostAuth.BASIC_TLS,
                "smart_hosts": ("a.example", "b.example"),
            },
            TlsTerms(TlsLevel.DOMAIN_VALIDATION),
        ),
    ],
)
def test_the_tls_terms_of_a_server(fields, terms):
    assert terms == hop(replace(SMART, **fields)).tls


def test_a_server_uses_the_port_and_the_credentials_that_it_has():
    basic = replace(SMART, auth=SmartHostAuth.BASIC)
    handoff = hop(basic, credentials={"Z": AuthTerms("user", "word")})
    assert 587 == handoff.port
    assert AuthTerms("user", "word", needs_tls=False) == handoff.auth
    result = passed(mail(), server(replace(SMART, auth=SmartHostAuth.BASIC_TLS)))
    assert AuthTerms(ASSUMED_USER, "") == result.outgoing[0].handoff.auth
    assert ("the credentials of the connector",) == result.assumed
    assert None is hop(SMART).auth


def test_a_server_that_uses_dns_goes_by_the_mx():
    handoff = hop(replace(SC1, port=26))
    assert (("mx.fabrikam.example",), 26) == (handoff.hosts, handoff.port)


def test_validation_without_a_name_is_of_the_recipients_domain():
    # exchange-routing#2.1
    strict = replace(SC1, requires_tls=True, tls=TlsLevel.DOMAIN_VALIDATION)
    assert TlsTerms(TlsLevel.DOMAIN_VALIDATION, "fabrikam.example") == hop(strict).tls


def test_a_connector_greets_as_it_is_told():
    # exchange-routing#2.1: Fqdn, ForceHELO
    assert "mail.outbound.example" == hop(SMART).helo
    named = hop(replace(SMART, fqdn="ex01.contoso.example", forces_helo=True))
    assert "ex01.contoso.example" == named.helo
    assert named.manner.forces_helo


@pytest.mark.parametrize(
    ("waits", "kind"), [(False, "rejected"), (True, "waiting")], ids=["default", "wait"]
)
def test_a_domain_that_does_not_exist_ends_or_waits_by_the_error_policy(waits, kind):
    # exchange-routing#D21
    organization = server(replace(SC1, waits_for_dns=waits))
    (ended,) = passed(mail(), organization, mx=lambda _: NO_SUCH_HOST).ended
    assert kind == ended.ending.kind


@pytest.mark.parametrize("name", ["mail.outbound.example", "EX01.contoso.example"])
def test_a_server_that_finds_itself_among_the_hosts_gives_up_at_once(name):
    # field-cases#mx-loopback
    organization = server(SC1, own_hosts=frozenset({"ex01.contoso.example"}))
    hosts = ("mx.fabrikam.example", name)
    (ended,) = passed(mail(), organization, mx=lambda _: hosts).ended
    assert "554 5.4.4" in str(ended.ending.reply)
    assert passed(mail(), tenant(), mx=lambda _: hosts).outgoing


def test_what_rules_add_does_not_make_a_mail_too_large():
    # exchange-routing#A19
    item = mail(subject="a")
    limit = len(item.content.raw)
    rule = {"PrependSubject": "a long word: "}
    organization = tenant(
        rule,
        platform=Platform.SERVER,
        send_connectors=(send("Z", "fabrikam.example", max_size=limit), SC1),
    )
    (outgoing,) = passed(item, organization).outgoing
    assert limit < len(outgoing.handoff.content.raw)
    assert "Z" == outgoing.handoff.connector


def test_an_address_of_another_type_needs_a_connector_of_its_type():
    # exchange-routing#A18
    fax = AddressSpace("*", 1, "fax")
    other = send("other", fax, "*")
    wanted = Wanted("+31 20 5551234", 10, kind="fax")

    def found(*connectors):
        organization = replace(BARE, send_connectors=connectors)
        return select_send_connector(organization, wanted, SETTLED)

    assert "other" == found(other).connector.name
    refused = found(SC1)
    assert None is refused.connector
    assert "554 5.4.4" in str(refused.reply)


def test_a_size_that_nobody_exported_is_asked_for_where_it_matters():
    # exchange-routing#X-9
    untold = send("Z", "fabrikam.example", is_size_told=False)
    organization = open_tenant(platform=Platform.SERVER, send_connectors=(untold, SC1))
    assert 1 == len(every_end(mail(), organization))
    large = mail(body="x" * 30_000_000)
    found = [next(iter(end[CLEO]))[1] for end in every_end(large, organization)]
    assert ["Z", "SC1", "SC1", "Z"] == found


def test_a_rule_that_demands_tls_and_a_connector_that_ignores_it_is_not_guessed():
    rule = {"RouteMessageOutboundRequireTls": True}
    never = replace(SMART, ignores_starttls=True)
    organization = tenant(rule, platform=Platform.SERVER, send_connectors=(never,))
    assert UNKNOWN in every_end(mail(), organization)
    assert TlsTerms(TlsLevel.NEVER) == hop(never).tls


def test_a_scoped_connector_is_taken_to_be_in_reach_and_said_so():
    # exchange-routing#A14
    for connector in (replace(SC1, is_scoped=True), replace(SMART, is_scoped=True)):
        assert ("one Active Directory site",) == passed(
            mail(), server(connector)
        ).assumed


@pytest.mark.parametrize(
    "odd",
    [{"unjudged": ("ErrorPolicies",)}],
)
def test_what_a_send_connector_carries_and_we_do_not_judge_goes_both_ways(odd):
    found = every_end(mail(), server(replace(SMART, **odd)))
    assert [{CLEO: {("connector", "Z", str(CLEO))}}, UNKNOWN] == found


# ---------------------------------------------------------------- look-ups of MX


def by_mx(answer, organization=None):
    return passed(mail(), organization or tenant(), mx=lambda _: answer)


def test_other_peoples_servers_are_taken_for_granted_and_said_so():
    result = by_mx(None)
    assert ("mx.fabrikam.example",) == result.outgoing[0].handoff.hosts
    assert ("other people's mail servers",) == result.assumed


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (reply(450, "4.4.312", "DNS query failed"), "waiting"),
        (reply(556, "5.1.10", "no mail here"), "rejected"),
    ],
)
def test_a_look_up_that_fails_waits_or_ends(said, kind):
    (ended,) = by_mx(said).ended
    assert kind == ended.ending.kind


def test_whether_an_own_placeholder_domain_resolves_is_not_guessed():
    own = (
        *DOMAINS,
        AcceptedDomain("relay.invalid", DomainType.INTERNAL_RELAY),
    )
    item = mail(to=(address("relay@relay.invalid"),))
    found = every_end(item, tenant(accepted_domains=own), mx=lambda _: None)
    kinds = [min(end)[0] for one in found for end in one.values()]
    assert ["rejected", "mx"] == kinds


# -------------------------------------------------------- the contact of the relay


RELAY_ADDRESS = address("relay@relay.example")
PLACEHOLDER = Recipient(
    "Relay", RecipientKind.MAIL_CONTACT, RELAY_ADDRESS, external=RELAY_ADDRESS
)
Z = send("Z", "relay.example", smart_hosts=("smtp.zivver.com",), uses_dns=False)
REDIRECT = {"RedirectMessageTo": [str(RELAY_ADDRESS)]}
TO_Z = {("connector", "Z", str(RELAY_ADDRESS))}


def relaying(kind, *, contact=True, connectors=(Z, SC1), rules=(REDIRECT,), **fields):
    extra = () if kind is None else (AcceptedDomain("relay.example", kind),)
    people = (PLACEHOLDER,) if contact else ()
    return tenant(
        *rules,
        platform=Platform.SERVER,
        accepted_domains=(*DOMAINS, *extra),
        directory=Directory((*DIRECTORY.recipients, *people)),
        send_connectors=connectors,
        **fields,
    )


AUTHORITATIVE, INTERNAL = DomainType.AUTHORITATIVE, DomainType.INTERNAL_RELAY


@pytest.mark.parametrize(
    ("organization", "expected", "source"),
    [
        (relaying(AUTHORITATIVE), TO_Z, "exchange-routing#B1"),
        (
            relaying(AUTHORITATIVE, contact=False),
            {("rejected", None, None)},
            "exchange-routing#B2",
        ),
        (relaying(INTERNAL, contact=False), TO_Z, "exchange-routing#B3"),
        (
            relaying(INTERNAL, contact=False, connectors=(SC1,)),
            {("mx", "SC1", str(RELAY_ADDRESS))},
            "exchange-routing#B4",
        ),
        (
            relaying(INTERNAL, contact=False, connectors=()),
            {("waiting", None, None)},
            "exchange-routing#B5",
        ),
        (relaying(None, contact=False), TO_Z, "exchange-routing#B6"),
    ],
)
def test_where_a_redirect_to_the_relay_goes(organization, expected, source):
    assert {CLEO: expected} == ends(mail(), organization), source


def test_a_user_may_write_to_the_relay_himself():
    # exchange-routing#B7
    item = mail(to=(RELAY_ADDRESS,))
    assert {RELAY_ADDRESS: TO_Z} == ends(item, relaying(AUTHORITATIVE, rules=()))


def test_a_redirect_to_the_relay_is_one_transmission_with_one_recipient():
    # exchange-routing#E1: To: stays, the others get nothing.
    item = mail(to=(CLEO, BOB, AUDIT))
    (outgoing,) = passed(item, relaying(AUTHORITATIVE)).outgoing
    assert (RELAY_ADDRESS,) == outgoing.handoff.envelope.recipients
    assert [CLEO, BOB, AUDIT] == [leg.original for leg in outgoing.legs]
    assert ANNA == outgoing.handoff.envelope.reverse_path
    assert b"To: cleo@fabrikam.example, bob@" in outgoing.handoff.content.raw


@pytest.mark.parametrize(
    ("kind", "is_hit", "source"),
    [
        (AUTHORITATIVE, False, "exchange-routing#B15"),
        (DomainType.EXTERNAL_RELAY, True, "exchange-routing#B16"),
    ],
)
def test_the_relay_itself_is_inside_unless_its_domain_is_an_external_relay(
    kind, is_hit, source
):
    rules = ({"SentToScope": "NotInOrganization", "Quarantine": True},)
    found = ends(mail(to=(RELAY_ADDRESS,)), relaying(kind, rules=rules))
    quarantined = {("quarantined", None, None)}
    assert is_hit == (found[RELAY_ADDRESS] == quarantined), source

"""What the two sides of a hybrid know of each other, and what the headers carry."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from fakes.choices import Choices, Fact
from fakes.exchange.arrival import accept, refuse_recipient
from fakes.exchange.hybrid import (
    Peer,
    is_hop_count,
    leads_across,
    leads_home,
    online_hosts,
    shown_certificate,
    with_word_of_sender,
)
from fakes.exchange.organization import (
    AcceptedDomain,
    ConnectorType,
    DomainType,
    InboundConnector,
    OutboundConnector,
    Platform,
    SendConnector,
)
from fakes.exchange.reception import receiver_of
from fakes.exchange.routing.hop import Hop
from fakes.mail.content import Content, parse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import Route, TlsLevel, TlsTerms
from fakes.mail.item import Submission
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, ServerTls, Session
from tests.exchange.at_hand import ANNA, BARE, BOB, CLEO, address

CLOUD = "contoso-example.mail.protection.outlook.com"
REMOTE = address("anna@contoso.mail.onmicrosoft.com")
ROUTING = AcceptedDomain("contoso.mail.onmicrosoft.com", DomainType.AUTHORITATIVE)
SERVER = replace(BARE, platform=Platform.SERVER)
TLS = ServerTls(is_offered=True, certificate=Certificate(("mail.contoso.example",)))
AUTH_AS = "X-MS-Exchange-CrossPremises-AuthAs"


def hop(*hosts, connector=None, recipient=CLEO):
    terms = TlsTerms(TlsLevel.OPPORTUNISTIC)
    return Hop(hosts, 25, terms, Route.MX, connector, None, recipient)


def outbound(**fields):
    made = OutboundConnector("Out", type=ConnectorType.ON_PREMISES, **fields)
    return replace(BARE, outbound_connectors=(made,))


def sending(**fields):
    return replace(SERVER, send_connectors=(SendConnector("Out", (), **fields),))


@pytest.mark.parametrize(
    ("organization", "way", "expected"),
    [
        (BARE, hop("mx.fabrikam.example"), False),
        (BARE, hop("mx.fabrikam.example", connector="Gone"), False),
        (outbound(), hop("a.example", connector="Out"), False),
        (outbound(is_hybrid=True), hop("a.example", connector="Out"), True),
        (outbound(is_central=True), hop("a.example", connector="Out"), True),
        (sending(), hop("a.example", connector="Out"), False),
        (sending(carries_headers=True), hop("a.example", connector="Out"), True),
        (SERVER, hop("a.example", recipient=REMOTE), False),
        (
            replace(SERVER, accepted_domains=(ROUTING,)),
            hop("a.example", recipient=REMOTE),
            True,
        ),
        (
            replace(BARE, other_side=frozenset({"mail.contoso.example"})),
            hop("Mail.Contoso.example"),
            True,
        ),
    ],
)
def test_a_hop_leads_across_by_connector_domain_or_name(organization, way, expected):
    assert expected is leads_across(way, organization)


@pytest.mark.parametrize(
    ("organization", "hosts", "expected"),
    [
        (BARE, (CLOUD,), True),
        (BARE, (CLOUD, "mx.fabrikam.example"), False),
        (BARE, ("fabrikam-example.mail.protection.outlook.com",), False),
        (SERVER, (CLOUD,), False),
        (replace(BARE, accepted_domains=None), (CLOUD,), False),
    ],
)
def test_mail_of_the_cloud_to_its_own_servers_goes_round(organization, hosts, expected):
    assert expected is leads_home(hop(*hosts), organization)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (reply(554, "5.4.6", "Hop count exceeded - possible mail loop"), True),
        (reply(554, "5.4.14", "Hop count exceeded - possible mail loop ATTR34"), True),
        (reply(554, "5.4.14", "Recipient loop detected"), False),
        (None, False),
    ],
)
def test_a_refusal_for_the_hops_is_a_loop(said, expected):
    assert expected is is_hop_count(said)


def test_only_the_clouds_own_domains_have_a_mail_server_that_is_known():
    assert ("contoso-mail-onmicrosoft-com.mail.protection.outlook.com",) == (
        online_hosts("contoso.mail.onmicrosoft.com")
    )
    assert None is online_hosts("contoso.example")


@pytest.mark.parametrize(
    ("carries", "is_internal", "said"),
    [
        (True, True, ["Internal"]),
        (True, False, ["Anonymous"]),
        (False, True, []),
    ],
)
def test_a_connector_that_carries_headers_says_who_is_inside(
    carries, is_internal, said
):
    forged = Content(f"{AUTH_AS}: Internal\r\nSubject: x\r\n\r\n".encode())
    organization = outbound(carries_headers=carries)
    way = hop("a.example", connector="Out")
    sent = with_word_of_sender(forged, way, organization, is_internal=is_internal)
    assert said == [field.unfolded for field in parse(sent).named(AUTH_AS)]


def test_a_hop_without_a_connector_carries_no_word():
    sent = with_word_of_sender(
        Content(b"Subject: x\r\n\r\n"), hop("a.example"), BARE, is_internal=True
    )
    assert () == parse(sent).named(AUTH_AS)


INSIDE = InboundConnector(
    "In",
    is_enabled=True,
    networks=(),
    treats_as_internal=False,
    relays=None,
    certificate="*.contoso.example",
    carries_headers=True,
)


@pytest.mark.parametrize(
    ("change", "how", "expected"),
    [
        ({}, {"certificate": "mail.contoso.example", "is_vouched": True}, True),
        ({}, {"certificate": "mail.contoso.example"}, False),
        ({}, {"certificate": "mail.fabrikam.example", "is_vouched": True}, False),
        ({}, {"is_vouched": True}, False),
        (
            {"carries_headers": False},
            {"certificate": "mail.contoso.example", "is_vouched": True},
            False,
        ),
        (
            {"is_enabled": False},
            {"certificate": "mail.contoso.example", "is_vouched": True},
            False,
        ),
        ({"treats_as_internal": True}, {"certificate": "mail.contoso.example"}, True),
    ],
)
def test_the_word_of_the_other_side_counts_by_certificate(change, how, expected):
    organization = replace(BARE, inbound_connectors=(replace(INSIDE, **change),))
    choices = Choices()
    found = accept(Submission(**how), organization, choices)
    assert (expected, []) == (found.is_internal, list(choices.met))


def test_whether_a_certificate_is_known_hangs_on_the_connectors():
    organization = replace(BARE, inbound_connectors=None)
    choices = Choices()
    accept(Submission(certificate="mail.contoso.example"), organization, choices)
    assert ["inbound connectors"] == [str(point.key) for point in choices.met]


def test_headers_by_address_alone_are_not_judged():
    connector = replace(
        INSIDE, certificate=None, networks=(ip_network("192.0.2.0/24"),)
    )
    organization = replace(BARE, inbound_connectors=(connector,))
    choices = Choices()
    source = connector.networks[0][1]
    accept(Submission(source=source), organization, choices)
    assert ["CloudServicesMailEnabled is not judged"] == [
        point.key.why for point in choices.met if isinstance(point.key, Fact)
    ]


@pytest.mark.parametrize(
    ("certificate", "refuses"),
    [("mail.contoso.example", False), (None, True)],
)
def test_the_other_side_may_relay(certificate, refuses):
    organization = replace(BARE, inbound_connectors=(INSIDE,))
    submission = Submission(certificate=certificate)
    said = refuse_recipient(CLEO, submission, organization, Choices(), sender=BOB)
    assert refuses is bool(said)


@pytest.mark.parametrize(
    ("sender", "receiver", "expected"),
    [
        (BARE, SERVER, "mail.protection.outlook.com"),
        (replace(SERVER, certificate="a.contoso.example"), BARE, "a.contoso.example"),
        (SERVER, BARE, None),
        (SERVER, replace(BARE, inbound_connectors=None), None),
        (SERVER, replace(BARE, inbound_connectors=(INSIDE,)), "*.contoso.example"),
    ],
)
def test_the_certificate_of_the_servers_may_have_to_be_asked_for(
    sender, receiver, expected
):
    assert expected == shown_certificate(sender, receiver, Choices())


def test_the_servers_may_show_another_certificate_than_the_cloud_expects():
    fact = Fact("certificate of the servers", why="no export names it")
    choices = Choices({fact: "another name"})
    receiver = replace(BARE, inbound_connectors=(INSIDE,))
    assert None is shown_certificate(SERVER, receiver, choices)


# ------------------------------------------------------------------- the reception


def received(content, *, peer=None, session=None):
    organization = replace(BARE, inbound_connectors=(INSIDE,))
    receiver = receiver_of(organization, Choices, tls=TLS, peer=peer)
    seen = session or Session(None, "mail.contoso.example", is_encrypted=True)
    return receiver.message(seen, Envelope(ANNA, (BOB,)), Content(content))


def test_what_comes_from_the_other_side_has_one_hop_more_and_no_word_left():
    raw = f"{AUTH_AS}: Internal\r\nSubject: x\r\n\r\n".encode()
    item = received(raw, peer=Peer("mail.contoso.example")).record
    assert item is not None
    parsed = parse(item.content)
    assert ["Received", "Subject"] == [field.name for field in parsed.fields]
    assert ("mail.contoso.example", True) == (
        item.submission.certificate,
        item.submission.is_vouched,
    )


def test_without_tls_the_other_side_shows_no_certificate():
    session = Session(None, "mail.contoso.example")
    peer = Peer("mail.contoso.example")
    item = received(b"Subject: x\r\n\r\n", peer=peer, session=session).record
    assert item is not None
    assert None is item.submission.certificate


def test_what_anybody_else_submits_stays_as_it_is():
    raw = f"{AUTH_AS}: Internal\r\n\r\n".encode()
    item = received(raw).record
    assert item is not None
    assert (raw, False) == (item.content.raw, item.submission.is_vouched)


def test_a_mail_that_went_round_too_often_is_not_taken():
    answer = received(b"Received: x\r\n" * 30 + b"\r\n")
    assert None is answer.record
    assert is_hop_count(answer.reply)
    assert received(b"Received: x\r\n" * 29 + b"\r\n").reply.is_positive

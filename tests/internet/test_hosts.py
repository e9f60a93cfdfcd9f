import pytest

from fakes.internet.hosts import (
    NULL_MX,
    TAKEN,
    UNKNOWN_RECIPIENT,
    Host,
    Internet,
    Presence,
    decent_host,
    host_of,
    mail_hosts,
    receiver_of,
)
from fakes.internet.network import locator, network
from fakes.mail import troubles
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Route, Stage, TlsLevel, TlsTerms
from fakes.mail.reply import Reply, reply
from fakes.mail.session import Certificate, ServerTls
from fakes.zone import zone

ANNA = parse_address("anna@contoso.example")
BOB = parse_address("bob@fabrikam.example")
CLEO = parse_address("cleo@fabrikam.example")
MX = "mx.fabrikam.example"
TLS = ServerTls(is_offered=True, certificate=Certificate((MX,)))
LATER = reply(451, "4.3.2", "later")
ZONE = zone(
    {
        ("fabrikam.example", "MX"): ("20 b.fabrikam.example.", "10 A.fabrikam.example"),
        ("implicit.example", "A"): ("192.0.2.1",),
        ("six.example", "AAAA"): ("2001:db8::1",),
        ("null.example", "MX"): ("0 .",),
        ("text.example", "TXT"): ("v=spf1 -all",),
        ("odd.example", "MX"): ("mx.odd.example",),
    },
    absent=frozenset({"gone.example"}),
    failing=frozenset({"broken.example"}),
)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("Fabrikam.example.", ("A.fabrikam.example", "b.fabrikam.example")),
        ("implicit.example", ("implicit.example",)),
        ("six.example", ("six.example",)),
        ("null.example", NULL_MX),
        ("text.example", troubles.LOOK_UP_FAILED),
        ("odd.example", troubles.LOOK_UP_FAILED),
        ("gone.example", troubles.LOOK_UP_FAILED),
        ("broken.example", troubles.LOOK_UP_FAILED),
        ("unheard.example", None),
    ],
)
def test_who_takes_mail_for_a_domain(domain, expected):
    assert expected == mail_hosts(Internet(ZONE), domain)


def test_an_absent_domain_is_what_the_asker_makes_of_it():
    gone = troubles.NO_SUCH_HOST
    assert gone == mail_hosts(Internet(ZONE), "gone.example", nxdomain=gone)
    assert gone == receiver_of(Internet(ZONE), "gone.example", 25, nxdomain=gone)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gone.example", troubles.LOOK_UP_FAILED),
        ("broken.example", troubles.LOOK_UP_FAILED),
        ("text.example", troubles.LOOK_UP_FAILED),
        ("down.example", troubles.CONNECTION_REFUSED),
    ],
)
def test_why_a_host_cannot_be_reached(name, expected):
    down = Host("DOWN.example", TLS, Presence.DOWN)
    assert expected == receiver_of(Internet(ZONE, (down,)), name, 25)


@pytest.mark.parametrize(
    "name", ["unheard.example", "implicit.example", "192.0.2.1", "[2001:db8::1]"]
)
def test_whom_nobody_described_is_a_decent_server(name):
    found = receiver_of(Internet(ZONE), name, 25)
    assert not isinstance(found, Reply)
    assert (True, False) == (found.tls.is_offered, found.needs_tls)
    assert found.tls.certificate.covers(name)


def test_hosts_are_found_whatever_the_case():
    host = Host("MX.Fabrikam.example", TLS)
    assert host is host_of(Internet(ZONE, (host,)), "mx.fabrikam.EXAMPLE.")


def test_a_stage_that_cannot_be_refused_is_no_value():
    with pytest.raises(ValueError, match="cannot refuse"):
        Host(MX, TLS, refuses=((Stage.STARTTLS, LATER),))
    with pytest.raises(ValueError, match="cannot refuse"):
        Host(MX, TLS, refuses=((Stage.MAIL, TAKEN),))
    with pytest.raises(ValueError, match="cannot hang up"):
        Host(MX, TLS, hangs_up=Stage.LOOK_UP)


def offer(*recipients, level=TlsLevel.OPPORTUNISTIC):
    envelope = Envelope(ANNA, recipients)
    return HandOff(envelope, Content(b"a: b\r\n"), (MX,), 25, TlsTerms(level), Route.MX)


def run(host, *recipients):
    internet = Internet(ZONE, (host,))
    return converse(
        offer(*recipients),
        lambda name, port: receiver_of(internet, name, port),
        source=None,
    )


def test_a_decent_server_takes_everything_and_writes_it_down():
    transmission, arrival = run(decent_host(MX), BOB)
    assert (BOB,) == transmission.accepted
    assert arrival is not None
    assert (MX, (BOB,), TAKEN) == (
        arrival.host,
        arrival.envelope.recipients,
        arrival.reply,
    )
    assert 64 == len(arrival.sha256)


def test_a_host_does_not_know_everybody():
    transmission, _ = run(Host(MX, TLS, unknown=frozenset({CLEO})), BOB, CLEO)
    assert (BOB,) == transmission.accepted
    assert ((CLEO, UNKNOWN_RECIPIENT),) == transmission.refused


@pytest.mark.parametrize(
    "stage", [Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DONE, Stage.CONNECT]
)
def test_a_host_refuses_at_the_stage_it_was_told(stage):
    transmission, arrival = run(Host(MX, TLS, refuses=((stage, LATER),)), BOB)
    assert (stage, LATER) == (
        transmission.said[-1].stage,
        transmission.said[-1].reply,
    )
    assert (stage is Stage.DONE) == (arrival is not None)


def test_a_silent_host_says_nothing():
    transmission, _ = run(Host(MX, TLS, Presence.SILENT), BOB)
    assert ((BOB, troubles.TIMED_OUT),) == transmission.deferred


def test_the_network_is_asked_before_everybody_else():
    known = network({("Relay.Example", 25): ("127.0.0.1", 1025)})
    locate = locator(known, lambda _name, _port: troubles.LOOK_UP_FAILED)
    assert hash(known) == hash(network({("relay.example", 25): ("127.0.0.1", 1025)}))
    assert ("127.0.0.1", 1025) == locate("relay.example.", 25)
    assert troubles.LOOK_UP_FAILED == locate("relay.example", 587)

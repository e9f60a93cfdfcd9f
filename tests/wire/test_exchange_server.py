"""The fake Exchange as any client meets it, the hostile ones too."""

import base64

import pytest

from fakes.exchange.reception import ReceiveLimits
from fakes.exchange.server import ExchangeServer, Outside
from fakes.internet.certificates import (
    asking_context,
    client_context,
    server_context,
    showing_context,
)
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.session import Certificate
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.client import transmit
from fakes.smtp.loop import Loop
from tests.smtp.conftest import Raw
from tests.wire.wire_cases import ANNA, AT, BOB, online

pytestmark = pytest.mark.wire

HELLO = b"EHLO client.example\r\n"
FROM = b"MAIL FROM:<dirk@fabrikam.example>\r\n"
TO = b"RCPT TO:<bob@contoso.example>\r\n"
DATA = b"DATA\r\n"
END = b"\r\n.\r\n"
BEGUN = [220, 250]
MAIL_BEGUN = [*BEGUN, 250, 250, 354]
SMUGGLED = b"MAIL FROM:<evil@contoso.example>\r\nRCPT TO:<bob@contoso.example>\r\n"


def plain(user, password="any"):
    return b"AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()) + b"\r\n"


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture
def exchange(loop):
    def nowhere(_host, _port, /, *, at):
        return CONNECTION_REFUSED

    outside = Outside(nowhere, lambda _domain: None, client_context())
    with ExchangeServer(
        online().organization,
        loop,
        outside,
        clock=lambda: AT,
        tls=server_context(Certificate(("exchange.example",))),
    ) as server:
        yield server
        assert () == server.errors
        # Whatever came before, it goes on serving.
        before = len(server.handled)
        with Raw(server.address) as client:
            client.say(HELLO + FROM + TO + DATA + b"a: b" + END)
            assert [*MAIL_BEGUN, 250] == client.codes(6)
        server.wait(timeout=10)
        assert before + 1 == len(server.handled)


SESSIONS = {
    "a bare line feed": (
        HELLO + FROM + TO + DATA + b"a\nb" + END + b"NOOP\r\n",
        [*MAIL_BEGUN, 554, 250],
    ),
    "a bare carriage return": (
        HELLO + FROM + TO + DATA + b"a\rb" + END + b"NOOP\r\n",
        [*MAIL_BEGUN, 554, 250],
    ),
    "a second mail behind a bare line feed": (
        HELLO + FROM + TO + DATA + b"a\n.\r\n" + SMUGGLED + DATA + b"b" + END,
        [*MAIL_BEGUN, 554],
    ),
    "a command line without CR": (HELLO + b"NOOP\nNOOP\r\n", [*BEGUN, 500, 250]),
    "a command line of 100000 octets": (
        HELLO + b"NOOP " + b"x" * 100_000 + b"\r\nNOOP\r\n",
        [*BEGUN, 500, 250],
    ),
    "a line of 70000 octets in the mail": (
        HELLO + FROM + TO + DATA + b"x" * 70_000 + END + b"NOOP\r\n",
        [*MAIL_BEGUN, 554, 250],
    ),
    "MAIL first": (FROM + HELLO + FROM, [220, 503, 250, 250]),
    "RCPT first": (HELLO + TO, [*BEGUN, 503]),
    "DATA first": (HELLO + DATA, [*BEGUN, 503]),
    "DATA without a recipient": (HELLO + FROM + DATA, [*BEGUN, 250, 503]),
    "MAIL twice": (HELLO + FROM + FROM, [*BEGUN, 250, 503]),
    "AUTH in clear": (HELLO + plain(ANNA), [*BEGUN, 538]),
    "nonsense": (HELLO + b"\xff\xfe\r\nBDAY\r\n\r\n", [*BEGUN, 500, 500, 500]),
    "commands behind STARTTLS": (
        HELLO + b"STARTTLS\r\n" + FROM,
        [*BEGUN, 503],
    ),
    "an unknown recipient": (
        HELLO + FROM + b"RCPT TO:<ghost@contoso.example>\r\n",
        [*BEGUN, 250, 550],
    ),
    "a relay": (
        HELLO + FROM + b"RCPT TO:<info@fabrikam.example>\r\n",
        [*BEGUN, 250, 550],
    ),
    "no address": (HELLO + FROM + b"RCPT TO:<bob>\r\n", [*BEGUN, 250, 553]),
    "a mail cut short": (HELLO + FROM + TO + DATA + b"half", MAIL_BEGUN),
}


@pytest.mark.parametrize("session", SESSIONS)
def test_a_hostile_client_is_refused_and_the_next_one_served(exchange, session):
    said, codes = SESSIONS[session]
    with Raw(exchange.address) as client:
        client.say(said)
        assert codes == client.codes(len(codes))
    assert () == exchange.handled


def test_who_logged_in_is_known_and_may_relay(exchange):
    with Raw(exchange.address) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO + plain(BOB) + b"MAIL FROM:<bob@contoso.example>\r\n")
        client.say(b"RCPT TO:<info@fabrikam.example>\r\n" + DATA + b"a: b" + END)
        assert [250, 235, 250, 250, 354, 250] == client.codes(6)
    exchange.wait(timeout=10)
    (handled,) = exchange.handled
    assert (BOB, None) == (
        handled.item.submission.authenticated,
        handled.item.submission.source,
    )
    assert "client.example" == handled.item.submission.helo


def test_nobody_hands_in_at_587_without_a_login(exchange):
    with Raw(exchange.locate(587)) as client:
        client.say(HELLO + FROM + TO)
        assert [*BEGUN, 530, 503] == client.codes(4)
        client.encrypt()
        client.say(HELLO + plain(BOB) + FROM + TO)
        assert [250, 235, 250, 250] == client.codes(4)


def test_the_certificate_that_a_client_shows_comes_in_with_its_mail(loop):
    outside = Outside(
        lambda _host, _port, at: CONNECTION_REFUSED,
        lambda _domain: None,
        client_context(),
    )
    gateway = Certificate(("gateway.contoso.example",))
    offer = HandOff(
        Envelope(ANNA, (BOB,)),
        Content(b"a: b\r\n"),
        ("exchange.example",),
        25,
        TlsTerms(TlsLevel.CERTIFICATE_VALIDATION),
        Route.SMART_HOST,
    )
    with ExchangeServer(
        online().organization,
        loop,
        outside,
        clock=lambda: AT,
        tls=asking_context(Certificate(("exchange.example",))),
    ) as server:
        sending = transmit(
            offer,
            lambda _host, port: server.locate(port),
            trust=showing_context(gateway),
        )
        assert loop.run(sending, timeout=20).accepted
        server.wait(timeout=20)
        (handled,) = server.handled
    assert "gateway.contoso.example" == handled.item.submission.certificate


def test_nobody_answers_at_other_ports(exchange):
    assert exchange.address == exchange.locate(25)
    assert CONNECTION_REFUSED == exchange.locate(465)


def test_it_offers_what_exchange_offers(exchange):
    with Raw(exchange.address) as client:
        client.hear()
        heard = client.say(HELLO).hear()
    words = (b"SIZE", b"PIPELINING", b"DSN", b"ENHANCEDSTATUSCODES", b"STARTTLS")
    more = (b"8BITMIME", b"CHUNKING", b"SMTPUTF8")
    assert all(word in heard for word in (*words, *more))


def test_limits_of_size_and_recipients_are_arguments(loop):
    outside = Outside(
        lambda _host, _port, at: CONNECTION_REFUSED,
        lambda _domain: None,
        client_context(),
    )
    with (
        ExchangeServer(
            online().organization,
            loop,
            outside,
            clock=lambda: AT,
            limits=ReceiveLimits(size=1000, recipients=2),
        ) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + FROM[:-2] + b" SIZE=1001\r\n" + FROM + TO * 3)
        assert [*BEGUN, 552, 250, 250, 250, 452] == client.codes(7)
        client.say(DATA + b"x" * 2000 + END)
        assert [354, 552] == client.codes(2)


def test_a_mail_that_went_round_30_times_is_refused(exchange):
    hops = b"Received: from x by y\r\n" * 30
    with Raw(exchange.address) as client:
        client.say(HELLO + FROM + TO + DATA + hops + b"\r\n" + END)
        assert MAIL_BEGUN == client.codes(5)
        assert b"554 5.4.14" in client.hear()


def test_who_logs_in_without_an_address_is_nobody(exchange):
    with Raw(exchange.address) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO + plain("relay") + FROM + b"RCPT TO:<x@fabrikam.example>\r\n")
        assert [250, 535, 250, 550] == client.codes(4)


def test_what_was_said_before_tls_does_not_count(exchange):
    with Raw(exchange.address) as client:
        client.hear()
        client.say(HELLO + FROM + TO)
        assert [250, 250, 250] == client.codes(3)
        client.encrypt()
        client.say(DATA + HELLO + DATA)
        assert [503, 250, 503] == client.codes(3)

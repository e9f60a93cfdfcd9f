"""Postfix and swaks as strangers: do they understand our SMTP, and we theirs?"""

import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from fakes.exchange.server import ExchangeServer, Outside
from fakes.internet.certificates import client_context, server_context
from fakes.mail.address import parse_address as address
from fakes.mail.content import Content, parse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.session import Certificate
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.client import transmit
from fakes.zivver.replies import Reason
from harness.exports.files import read_tenant
from tests.postfix.instance import Postfix
from tests.postfix.peers import (
    ANNA,
    INFO,
    PASSWORD,
    PATIENT,
    SOURCE,
    USER,
    hand,
    mail,
    relay,
)

pytestmark = [pytest.mark.postfix, pytest.mark.wire]

BOB, DIRK = address("bob@contoso.example"), address("dirk@fabrikam.example")
BODIES = {
    "a line": b"hello\r\n",
    "dots": b".\r\n..\r\n.. two\r\n.one\r\n",
    "blank lines at the end": b"hello\r\n\r\n\r\n",
    "nothing": b"",
    "octets above 127": "Grüße aus Köln\r\n".encode("latin-1") * 40,
    "UTF-8": "Grüße, 你好\r\n".encode() * 40,
    "a long line": b"x" * 990 + b"\r\n",
    "a megabyte": b"0123456789abcdef\r\n" * 60_000,
}


@pytest.fixture(scope="module")
def exchange(loop):
    outside = Outside(
        lambda _host, _port, **_: CONNECTION_REFUSED,
        lambda _domain: None,
        client_context(),
    )
    organization = read_tenant("guide-online-as-meant").world.organization
    with ExchangeServer(
        organization,
        loop,
        outside,
        clock=lambda: datetime(2026, 11, 25, 9, tzinfo=UTC),
        tls=server_context(Certificate(("exchange.example",))),
    ) as server:
        yield server
        assert () == server.errors


@pytest.fixture(scope="module")
def postfix(peers, exchange):
    """Give a Postfix that knows the way to both."""
    how = relay(peers, rules="")
    how["settings"] += "transport_maps = texthash:{home}/conf/transport\n"
    how["settings"] += "message_size_limit = 20000000\n"
    port = exchange.address[1]
    how["files"]["transport"] = f"contoso.example smtp:[127.0.0.1]:{port}\n"
    with Postfix(**how) as running:
        yield running


@pytest.mark.parametrize("name", BODIES)
def test_what_our_client_says_postfix_passes_on_unchanged(postfix, peers, loop, name):
    to = address(f"info-{[*BODIES].index(name)}@fabrikam.example")
    content = Content(mail().raw.removesuffix(b"hello\r\n") + BODIES[name])
    hand(postfix, loop, content, to=(to,))
    assert "sent" == postfix.status(str(to)).status
    (arrival,) = (a for a in peers.plain if a.envelope.recipients == (to,))
    assert BODIES[name] == parse(arrival.content).body


@pytest.mark.parametrize("name", BODIES)
def test_what_postfix_says_the_fake_exchange_understands(postfix, exchange, loop, name):
    content = Content(mail().raw.removesuffix(b"hello\r\n") + BODIES[name])
    sender = address(f"{[*BODIES].index(name)}@fabrikam.example")
    told = postfix.lines
    hand(postfix, loop, content, sender=sender, to=(BOB,))
    status = postfix.status(str(BOB), since=told)
    assert "sent" == status.status
    exchange.wait(timeout=20)
    (handled,) = (
        h for h in exchange.handled if h.item.envelope == Envelope(sender, (BOB,))
    )
    assert BODIES[name] == parse(handled.item.content).body


def test_postfix_hears_of_an_unknown_recipient_at_once(postfix, loop):
    ghost = address("ghost@contoso.example")
    hand(postfix, loop, mail(sender=DIRK), sender=DIRK, to=(ghost,))
    status = postfix.status(str(ghost))
    assert "bounced" == status.status
    assert "said: 550 5.4.1 Recipient address rejected" in status.why


@pytest.mark.parametrize("more", [(), ("-d",)], ids=["each its own", "kept"])
def test_smtp_source_brings_many_over_few_connections(exchange, more):
    before = len(exchange.handled)
    host, port = exchange.address
    subprocess.run(
        [
            *("/usr/sbin/smtp-source", *more, "-s", "5", "-m", "50", "-l", "3000"),
            *("-f", str(DIRK), "-t", str(BOB), f"{host}:{port}"),
        ],
        check=True,
        timeout=30,
        capture_output=True,
    )
    exchange.wait(timeout=20)
    assert before + 50 == len(exchange.handled)


@contextmanager
def sink(*options):
    """Run smtp-sink at a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = free.getsockname()
    process = subprocess.Popen(
        [
            "/usr/sbin/smtp-sink",
            "-u",
            "postfix",
            *options,
            f"{place[0]}:{place[1]}",
            "10",
        ],
        stderr=subprocess.PIPE,
    )
    try:
        _await_port(place, process)
        yield place
    finally:
        process.kill()
        process.communicate(timeout=10)


def _await_port(place, process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(place, timeout=5).close()
        except ConnectionRefusedError:
            continue
        return
    raise AssertionError("smtp-sink does not listen")


TO = (INFO, DIRK)
ENDS = {
    (): (TO, (), ()),
    ("-f", "MAIL"): ((), (), TO),
    ("-r", "MAIL"): ((), TO, ()),
    ("-f", "RCPT"): ((), (), TO),
    ("-r", "RCPT"): ((), TO, ()),
    ("-f", "DATA"): ((), (), TO),
    ("-f", "."): ((), (), TO),
    ("-r", "."): ((), TO, ()),
    ("-f", "CONNECT"): ((), TO, ()),
    ("-q", "MAIL"): ((), TO, ()),
    ("-q", "."): ((), TO, ()),
    ("-p",): (TO, (), ()),
    ("-e",): (TO, (), ()),
}


@pytest.mark.parametrize("options", ENDS, ids=" ".join)
def test_our_client_reads_what_smtp_sink_answers(loop, options):
    handoff = HandOff(
        Envelope(ANNA, TO),
        mail(),
        ("sink.example",),
        25,
        TlsTerms(TlsLevel.OPPORTUNISTIC),
        Route.MX,
    )
    with sink(*options) as place:
        made = loop.run(
            transmit(
                handoff,
                lambda _host, _port: place,
                trust=client_context(),
                patience=PATIENT,
            ),
            timeout=60,
        )
    taken, waits, refused = ENDS[options]
    assert (taken, waits, refused) == (
        made.accepted,
        tuple(who for who, _ in made.deferred),
        tuple(who for who, _ in made.refused),
    )


def swaks(place, *options):
    """Give its exit code: 0, or the step that failed."""
    host, port = place
    done = subprocess.run(
        ["swaks", "--server", host, "--port", str(port), "--hide-all", *options],
        timeout=30,
        capture_output=True,
        check=False,
    )
    return done.returncode


PROXY = (
    *("--proxy-version", "1", "--proxy-family", "TCP4", "--proxy-source", SOURCE),
    *("--proxy-source-port", "25", "--proxy-dest", "127.0.0.1"),
    *("--proxy-dest-port", "25"),
)
# What swaks ends with: 23 MAIL, 24 RCPT, 28 AUTH, 29 TLS.
LOGIN = ("--tls", "--auth-user", USER, "--auth-password")
SAID = {
    "AUTH LOGIN": (587, (*LOGIN, PASSWORD, "--auth", "LOGIN"), 0, True),
    "AUTH PLAIN": (587, (*LOGIN, PASSWORD, "--auth", "PLAIN"), 0, True),
    "a wrong password": (587, (*LOGIN, "mistyped", "--auth", "LOGIN"), 28, False),
    "SPF": (25, ("--tls",), 0, True),
    "no TLS": (25, (), 23, False),
    "AUTH without TLS": (587, (*LOGIN[1:], PASSWORD, "--auth", "LOGIN"), 28, False),
    "pipelining": (25, ("--tls", "--pipeline"), 0, True),
}


@pytest.mark.parametrize("name", SAID)
def test_swaks_is_admitted_as_the_service_says(peers, name):
    port, options, code, is_taken = SAID[name]
    secure = len(peers.secure)
    who = ("--from", str(ANNA), "--to", str(INFO), "--h-From", str(ANNA))
    place = peers.zivver.locate(port)
    assert code == swaks(place, *PROXY, *who, *options)
    assert [Reason.ACCEPTED] * is_taken == [t.reason for t in peers.secure[secure:]]


@pytest.mark.parametrize(
    ("to", "options", "code"),
    [
        (BOB, (), 0),
        (BOB, ("--tls",), 0),
        (address("ghost@contoso.example"), (), 24),
        (INFO, (), 24),
        (INFO, ("--tls", "--auth", "LOGIN", "--auth-user", str(ANNA), "-ap", "x"), 0),
    ],
    ids=["a colleague", "over TLS", "nobody", "a relay", "a relay, logged in"],
)
def test_swaks_submits_to_the_fake_exchange(exchange, to, options, code):
    before = len(exchange.handled)
    sender = str(ANNA) if "--auth" in options else str(DIRK)
    assert code == swaks(exchange.address, "--from", sender, "--to", str(to), *options)
    exchange.wait(timeout=20)
    assert before + (code == 0) == len(exchange.handled)

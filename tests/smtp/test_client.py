import asyncio
import socket
import ssl
from dataclasses import replace

import pytest

from fakes.internet.certificates import client_context
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.handoff import Stage
from fakes.mail.session import CertificateFault
from fakes.smtp.client import Patience, require_loopback, transmit
from tests.smtp.cases import (
    ENCRYPTED,
    LOGIN,
    NAME,
    VALIDATED,
    handoff,
    receiver,
    server_tls,
)
from tests.smtp.conftest import Books, send, start

pytestmark = pytest.mark.wire


class Scripted:
    """A server that answers each line with the next chunk, and then hangs up."""

    def __init__(self, loop, greeting, *chunks, hangs=False):
        self.loop, self.chunks, self.hangs = loop, [greeting, *chunks], hangs
        self.heard = []

    def __enter__(self):
        self.server = self.loop.run(self._start())
        self.address = self.server.sockets[0].getsockname()
        return self

    def __exit__(self, *_):
        self.loop.run(self._stop())

    async def _start(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _stop(self):
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader, writer):
        for number, chunk in enumerate(self.chunks):
            if number:
                self.heard.append(await reader.readline())
            writer.write(chunk)
            await writer.drain()
        if self.hangs:
            await reader.read()
        writer.close()


def codes(sent):
    said = [said for _, said in (*sent.deferred, *sent.refused)]
    return [f"{each.code} {each.status}" for each in said]


EHLO = b"250-x\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n"
WITH_TLS = b"250-x\r\n250 STARTTLS\r\n"
OK = b"250 2.0.0 ok\r\n"
TROUBLES = {
    "cut before the greeting": ((b"",), Stage.CONNECT, "450 4.4.318"),
    "garbage for a greeting": ((b"hello there\r\n",), Stage.CONNECT, "450 4.4.318"),
    "an endless greeting": ((b"220-x\r\n" * 300,), Stage.CONNECT, "450 4.4.318"),
    "a greeting without end": ((b"2" * 200_000,), Stage.CONNECT, "450 4.4.318"),
    "cut at EHLO": ((b"220 x\r\n", b""), Stage.EHLO, "450 4.4.318"),
    "cut at MAIL": ((b"220 x\r\n", EHLO, b""), Stage.MAIL, "450 4.4.318"),
    "cut at RCPT": ((b"220 x\r\n", EHLO, OK, b""), Stage.RCPT, "450 4.4.318"),
    "cut after the dot": (
        (b"220 x\r\n", EHLO, OK, OK, b"354 go\r\n", b""),
        Stage.DONE,
        "450 4.4.318",
    ),
    "cut at the handshake": (
        (b"220 x\r\n", WITH_TLS, b"220 go\r\n", b""),
        Stage.STARTTLS,
        "450 4.4.317",
    ),
    "garbage at the handshake": (
        (b"220 x\r\n", WITH_TLS, b"220 go\r\n", b"no TLS here\r\n"),
        Stage.STARTTLS,
        "450 4.4.317",
    ),
    "a reply pushed in behind STARTTLS": (
        (b"220 x\r\n", WITH_TLS, b"220 go\r\n" + EHLO),
        Stage.STARTTLS,
        "450 4.4.317",
    ),
    "501 at STARTTLS": (
        (b"220 x\r\n", WITH_TLS, b"501 5.5.4 no\r\n", OK),
        Stage.STARTTLS,
        "450 4.4.317",
    ),
    "EHLO and HELO unknown": (
        (b"220 x\r\n", b"500 what\r\n", b"500 what\r\n", OK),
        Stage.EHLO,
        "450 4.4.317",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_whatever_a_peer_does_the_mail_waits(loop, name):
    chunks, stage, code = TROUBLES[name]
    offer = handoff(content=Content(b"x"))
    with Scripted(loop, *chunks) as peer:
        sent = send(loop, offer, lambda _n, _p: peer.address)
    assert ([code], stage) == (codes(sent), sent.said[-1].stage)


def test_a_cut_after_the_dot_never_makes_a_second_copy(loop):
    books = Books()
    offer = handoff(hosts=(NAME, "second.fabrikam.example"), content=Content(b"x"))
    chunks = (b"220 x\r\n", EHLO, OK, OK, b"354 go\r\n", b"")
    with Scripted(loop, *chunks) as first, start(receiver(), loop, books) as second:
        places = iter((first.address, second.address))
        sent = send(loop, offer, lambda _n, _p: next(places))
    assert ([], ["450 4.4.318"]) == (books.records, codes(sent))


def test_a_cut_before_the_end_goes_to_the_next_host(loop):
    offer = handoff(hosts=(NAME, "second.fabrikam.example"))
    with (
        Scripted(loop, b"220 x\r\n", EHLO, OK, b"") as first,
        start(receiver(), loop, Books()) as second,
    ):
        places = iter((first.address, second.address))
        sent = send(loop, offer, lambda _n, _p: next(places))
    assert sent.accepted


def test_helo_is_said_where_ehlo_is_unknown(loop):
    chunks = (b"220 x\r\n", b"502 what\r\n", b"250 x\r\n", b"550 5.7.1 no\r\n", OK)
    with Scripted(loop, *chunks) as peer:
        sent = send(loop, handoff(), lambda _n, _p: peer.address)
    assert ["550 5.7.1"] == codes(sent)
    assert b"HELO mail.contoso.example\r\n" == peer.heard[1]
    assert b"MAIL FROM:<anna@contoso.example>\r\n" == peer.heard[2]


def test_silence_at_connect_ends_by_time_out(loop):
    with Scripted(loop, b"", hangs=True) as peer:
        sent = send(
            loop,
            handoff(),
            lambda _n, _p: peer.address,
            patience=Patience(connect=0.05),
        )
    assert ["450 4.4.315"] == codes(sent)


def test_silence_later_ends_by_time_out(loop):
    with Scripted(loop, b"220 x\r\n", EHLO, b"", hangs=True) as peer:
        sent = send(
            loop,
            handoff(),
            lambda _n, _p: peer.address,
            patience=Patience(connect=5, reply=0.05),
        )
    assert ["450 4.4.315"] == codes(sent)


def test_nobody_listening_is_refused(loop):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
    sent = send(loop, handoff(), lambda _n, _p: address, patience=Patience(connect=10))
    assert ["450 4.4.316"] == codes(sent)


@pytest.mark.parametrize(
    "host",
    ["192.0.2.1", "10.0.0.1", "8.8.8.8", "::", "2001:db8::1", "localhost", "", "127.1"],
)
def test_nothing_but_loopback_is_called(loop, host):
    with pytest.raises(AssertionError):
        require_loopback(host)
    with pytest.raises(AssertionError):
        send(loop, handoff(), lambda _n, _p: (host, 25))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1"])
def test_all_of_loopback_is_called(host):
    require_loopback(host)


def test_a_server_on_ipv6_is_reached(loop):
    books = Books()
    try:
        server = start(receiver(), loop, books, host="::1", trusts_proxy=True)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with server:
        sent = send(
            loop, handoff(), lambda _n, _p: server.address, announces_source=True
        )
    assert sent.accepted


def test_what_the_content_needs_is_said_at_mail(loop):
    offers = b"250-x\r\n250-SMTPUTF8\r\n250-SIZE 9\r\n250 8BITMIME\r\n"
    offer = handoff(
        parse_address("jörg@fabrikam.example"), content=Content(b"x: \xc3\xa9")
    )
    with Scripted(loop, b"220 x\r\n", offers, b"550 5.7.1 no\r\n", OK) as peer:
        send(loop, offer, lambda _n, _p: peer.address)
    expected = b"MAIL FROM:<anna@contoso.example> SIZE=7 BODY=8BITMIME SMTPUTF8\r\n"
    assert expected == peer.heard[1]


def test_a_password_is_never_said_in_clear(loop):
    login = replace(LOGIN, needs_tls=False)
    chunks = (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"454 4.7.0 no\r\n", OK)
    with Scripted(loop, *chunks) as peer:
        send(loop, handoff(auth=login), lambda _n, _p: peer.address)
    assert [b"EHLO", b"STARTTLS", b"QUIT"] == [
        line.split()[0] for line in peer.heard[:3]
    ]


def test_a_line_break_in_a_name_is_a_fault_of_ours(loop):
    offer = replace(handoff(), helo="x\r\nMAIL FROM:<>")
    with start(receiver(), loop, Books()) as server, pytest.raises(AssertionError):
        send(loop, offer, lambda _n, _p: server.address)


def test_whoever_gives_up_leaves_nothing_open(loop):
    with Scripted(loop, b"220 x\r\n", hangs=True) as peer:
        sending = transmit(
            handoff(), lambda _n, _p: peer.address, trust=client_context()
        )
        with pytest.raises(TimeoutError):
            loop.run(sending, timeout=0.05)


def test_the_loop_does_not_wait_for_itself(loop):
    async def inner():
        with pytest.raises(AssertionError):
            loop.run(asyncio.sleep(0))

    loop.run(inner())


def test_encryption_without_validation_takes_any_certificate(loop):
    tls = server_tls(CertificateFault.SELF_SIGNED)
    with start(receiver(tls=tls), loop, Books()) as server:
        sent = send(loop, handoff(tls=ENCRYPTED), lambda _n, _p: server.address)
    assert (True, False) == (sent.is_encrypted, sent.is_verified)


def test_a_certificate_of_the_public_world_is_not_trusted(loop):
    with start(receiver(), loop, Books()) as server:
        context = ssl.create_default_context()
        context.check_hostname = False
        sent = send(
            loop,
            handoff(tls=VALIDATED),
            lambda _n, _p: server.address,
            trust=context,
        )
    assert ["450 4.4.317"] == codes(sent)

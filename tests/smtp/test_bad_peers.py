"""Peers that misbehave: each ends within the time-outs that were given."""

import asyncio
from dataclasses import replace

import pytest

from fakes.mail.content import Content
from fakes.mail.handoff import AuthTerms, Stage
from fakes.smtp.client import Connections, Patience
from tests.smtp.cases import BOTH, LOGIN, NAME, handoff, receiver
from tests.smtp.conftest import Books, send, start
from tests.smtp.test_client import EHLO, OK, WITH_TLS, Scripted, codes

pytestmark = pytest.mark.wire

HELLO = b"220 x\r\n"
GO = b"354 go\r\n"
UP_TO_THE_DOT = (HELLO, EHLO, OK, OK, GO)
LOST, LATE = "450 4.4.318", "450 4.4.315"
HASTY = Patience(connect=0.1, reply=0.1)
BAD = {
    "garbage": b"what do you want\r\n",
    "an empty line": b"\r\n",
    "a bare line feed": b"250 ok\n",
    "a bare line feed within": b"250-ok\n250 ok\r\n",
    "a carriage return within": b"250 o\rk\r\n",
    "NUL": b"250 o\0k\r\n",
    "two codes": b"250-ok\r\n550 no\r\n",
    "a code of two digits": b"25 ok\r\n",
    "a code that is none": b"999 ok\r\n",
    "endless continuation lines": b"250-x\r\n" * 5000,
    "ten megabytes in one line": b"250 " + b"x" * 10_000_000,
    "ten megabytes in long lines": (b"250-" + b"x" * 60_000 + b"\r\n") * 170,
    "a line that is cut": b"250 o",
    "nothing": b"",
}
STAGES = {
    "the greeting": ((), Stage.CONNECT),
    "EHLO": ((HELLO,), Stage.EHLO),
    "MAIL": ((HELLO, EHLO), Stage.MAIL),
    "RCPT": ((HELLO, EHLO, OK), Stage.RCPT),
    "DATA": ((HELLO, EHLO, OK, OK), Stage.DATA),
    "the final dot": (UP_TO_THE_DOT, Stage.DONE),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_reply_ends_the_session_and_the_mail_waits(loop, name, stage):
    before, last = STAGES[stage]
    with Scripted(loop, *before, BAD[name]) as peer:
        sent = send(loop, handoff(content=Content(b"x")), lambda _n, _p: peer.address)
    assert ([LOST], last) == (codes(sent), sent.said[-1].stage)


@pytest.mark.parametrize("stage", STAGES)
def test_silence_at_any_stage_ends_by_time_out(loop, stage):
    before, last = STAGES[stage]
    offer = handoff(content=Content(b"x"))
    with Scripted(loop, *before, b"", hangs=True) as peer:
        sent = send(loop, offer, lambda _n, _p: peer.address, patience=HASTY)
    assert ([LATE], last) == (codes(sent), sent.said[-1].stage)


class Dripping:
    """A server that never finishes its greeting, octet by octet."""

    def __init__(self, loop, greeting=b""):
        self.loop, self.greeting = loop, greeting

    def __enter__(self):
        self.server = self.loop.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.address = self.server.sockets[0].getsockname()
        return self

    def __exit__(self, *_):
        async def stop():
            self.server.close()
            await self.server.wait_closed()

        self.loop.run(stop())

    async def _serve(self, reader, writer):
        writer.write(self.greeting)
        heard = asyncio.ensure_future(reader.read())
        while not heard.done():
            writer.write(b"2")
            await asyncio.wait([heard], timeout=0.01)
        writer.close()


def test_a_peer_that_drips_has_the_time_of_one_reply_and_no_more(loop):
    with Dripping(loop) as peer:
        sent = send(loop, handoff(), lambda _n, _p: peer.address, patience=HASTY)
    assert ([LATE], Stage.CONNECT) == (codes(sent), sent.said[-1].stage)


def test_a_peer_that_drips_behind_its_greeting_is_left_as_well(loop):
    with Dripping(loop, HELLO) as peer:
        sent = send(loop, handoff(), lambda _n, _p: peer.address, patience=HASTY)
    assert ([LATE], Stage.EHLO) == (codes(sent), sent.said[-1].stage)


def test_a_bad_peer_is_no_reason_not_to_try_the_next(loop):
    books = Books()
    with (
        Scripted(loop, HELLO, EHLO, BAD["two codes"]) as bad,
        start(receiver(), loop, books) as good,
    ):
        places = iter((bad.address, good.address))
        sent = send(loop, handoff(hosts=BOTH), lambda _n, _p: next(places))
    assert sent.accepted
    assert 1 == len(books.records)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_reply_behind_the_dot_never_makes_a_second_copy(loop, name):
    books = Books()
    offer = handoff(hosts=BOTH, content=Content(b"x"))
    with (
        Scripted(loop, *UP_TO_THE_DOT, BAD[name]) as bad,
        start(receiver(), loop, books) as good,
    ):
        places = iter((bad.address, good.address))
        sent = send(loop, offer, lambda _n, _p: next(places))
    assert ([], [LOST]) == (books.records, codes(sent))


PIPELINED = b"250-x\r\n250 PIPELINING\r\n"
FLIGHTS = {
    "all replies at once": (
        OK + OK + b"550 5.1.1 no\r\n" + b"451 4.3.2 later\r\n",
        ["451 4.3.2", "550 5.1.1"],
    ),
    "a reply for nobody": (OK + OK + b"garbage\r\n", [LOST, LOST]),
    "one reply is missing": (OK + OK, [LOST, LOST]),
    "421 in the midst": (OK + b"421 4.3.2 bye\r\n", ["421 4.3.2"] * 2),
    "MAIL refused": (b"550 5.7.1 no\r\n" + OK + OK, ["550 5.7.1"] * 2),
}


@pytest.mark.parametrize("name", FLIGHTS)
def test_replies_to_a_flight_are_given_to_whom_they_are_about(loop, name):
    replies, expected = FLIGHTS[name]
    to = handoff().envelope.recipients[0]
    offer = handoff(to, to, content=Content(b"x"))
    with Scripted(loop, HELLO, PIPELINED, replies) as peer:
        sent = send(loop, offer, lambda _n, _p: peer.address)
    assert expected == codes(sent)


def test_a_peer_that_offers_only_plain_is_never_logged_in_to(loop):
    offers = b"250-x\r\n250 AUTH PLAIN\r\n"
    auth = replace(LOGIN, needs_tls=False)
    with Scripted(loop, HELLO, offers, OK) as peer:
        sent = send(loop, handoff(auth=auth), lambda _n, _p: peer.address)
    assert ["450 4.7.0"] == codes(sent)
    assert not any(b"AUTH" in line for line in peer.heard)


def test_a_login_by_plain_says_it_in_one_line(loop):
    offers = b"250-x\r\n250 AUTH PLAIN\r\n"
    auth = AuthTerms("relay", "word", needs_tls=False, mechanisms=("PLAIN",))
    with Scripted(loop, HELLO, offers, b"535 5.7.8 no\r\n") as peer:
        send(loop, handoff(auth=auth), lambda _n, _p: peer.address)
    assert b"AUTH PLAIN AHJlbGF5AHdvcmQ=\r\n" == peer.heard[1]


def test_bytes_behind_the_reply_to_starttls_end_the_session(loop):
    chunks = (HELLO, WITH_TLS, b"220 go\r\n" + OK)
    with Scripted(loop, *chunks) as peer:
        sent = send(loop, handoff(), lambda _n, _p: peer.address)
    assert ["450 4.4.317"] == codes(sent)
    assert not any(line.startswith(b"MAIL") for line in peer.heard)


# ------------------------------------------------------- sessions that are kept


def kept(loop, offers, locate, **settings):
    """Send mails one by one over sessions that stay open, and close them."""
    connections = Connections()
    sent = [
        send(loop, offer, locate, connections=connections, **settings)
        for offer in offers
    ]
    loop.run(connections.aclose())
    return sent


def counting(server):
    """Count the connections of a receiver."""
    greetings = []

    def connect(session):
        greetings.append(session)
        return server.connect(session)

    return replace(server, connect=connect), greetings


def test_41_mails_take_three_connections(loop):
    books = Books()
    server, greetings = counting(receiver())
    with start(server, loop, books) as running:
        sent = kept(loop, [handoff()] * 41, lambda _n, _p: running.address)
    assert all(each.accepted for each in sent)
    assert (3, 41) == (len(greetings), len(books.records))


def test_mails_on_other_terms_have_their_own_connection(loop):
    server, greetings = counting(receiver(users={"relay": LOGIN.password}))
    with start(server, loop, Books()) as running:
        kept(loop, [handoff(), handoff(auth=LOGIN)] * 2, lambda _n, _p: running.address)
    assert 2 == len(greetings)


def test_a_kept_connection_that_died_is_replaced(loop):
    books, places = Books(), list[tuple[str, int]]()
    offers = [handoff(), handoff()]
    connections = Connections()

    def locate(_name, _port):
        return places[-1]

    for offer in offers:
        with start(receiver(), loop, books) as running:
            places.append(running.address)
            sent = send(loop, offer, locate, connections=connections)
            assert sent.accepted
    loop.run(connections.aclose())
    assert 2 == len(books.records)


def test_a_name_is_no_part_of_the_terms_and_hosts_are(loop):
    server, greetings = counting(receiver())
    offers = [handoff(hosts=(NAME,)), handoff(hosts=BOTH)]
    with start(server, loop, Books()) as running:
        kept(loop, offers, lambda _n, _p: running.address)
    assert 2 == len(greetings)

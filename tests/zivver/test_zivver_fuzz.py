"""Sessions that a seeded dice draws and cripples, thousands of them.

Whatever is said: in clear nothing but greetings is granted; inside TLS only who logged
in, or whom SPF lets, gets a yes; no fault is ours, no session stays, no memory either.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import random
import re
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass

import pytest

from fakes.internet.certificates import client_context, server_context
from fakes.mail.receiving import flaw
from fakes.smtp.loop import Loop
from fakes.zivver.endpoint import ZivverEndpoint
from tests.zivver.builders import DNS, INSIDE_SPF, OUTSIDE_SPF, SETTLED

pytestmark = pytest.mark.wire

SEED = 20261125
AT_ONCE, BLOCK, TRACED = 20, 500, 100
# What stays of a block whose endpoint has gone: caches of the interpreter and ours.
MOST_LEFT = 2_000_000
# A session that hangs in a chunk or a login: the client waits no longer than that.
PATIENCE = 0.15

GOOD = base64.b64encode(b"\0user-1\0correct horse")
HELLO = b"EHLO mail.contoso.example\r\n"
MAIL = b"From: anna@contoso.example\r\nTo: cleo@fabrikam.example\r\n\r\nhello"
# Each is one word of the grammar, and may be crippled by itself.
WORDS = (
    HELLO,
    b"HELO x\r\n",
    b"EHLO\r\n",
    b"STARTTLS\r\n",
    b"AUTH PLAIN " + base64.b64encode(b"\0user-1\0no") + b"\r\n",
    b"AUTH PLAIN\r\nAGEAYg==\r\n",
    b"AUTH LOGIN\r\n*\r\n",
    b"AUTH LOGIN dXNlci0x\r\nbm8=\r\n",
    b"AUTH NTLM\r\n",
    b"MAIL FROM:<anna@contoso.example>\r\n",
    b"MAIL FROM:<anna@contoso.example> SIZE=99999999999 BODY=8BITMIME\r\n",
    b"MAIL FROM:<>\r\n",
    b"MAIL FROM:<eve@fabrikam.example> AUTH=<>\r\n",
    "MAIL FROM:<jörg@contoso.example> SMTPUTF8\r\n".encode(),
    b"RCPT TO:<cleo@fabrikam.example>\r\n",
    b"RCPT TO:<>\r\n",
    b'RCPT TO:<"a b"@fabrikam.example> NOTIFY=NEVER\r\n',
    b"DATA\r\n" + MAIL + b"\r\n.\r\n",
    b"DATA\r\n" + MAIL + b"\n.\nMAIL FROM:<evil@contoso.example>\r\n.\r\n",
    b"DATA\r\n.\r\n",
    b"BDAT %d LAST\r\n" % len(MAIL) + MAIL,
    b"BDAT 99999 LAST\r\n",
    b"RSET\r\n" * 5,
    b"NOOP\r\n",
    b"VRFY anna\r\n",
    b"HELP\r\n",
    b"EXPN all\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"x" * 5000 + b"\r\n",
    b"\0\xff\xfe\r\n",
    b".\r\n",
    b"QUIT\r\n",
)
WHOLE = (
    b"MAIL FROM:<anna@contoso.example>\r\n",
    b"RCPT TO:<cleo@fabrikam.example>\r\n",
    b"DATA\r\n" + MAIL + b"\r\n.\r\n",
)
OCTETS = (b"\r", b"\n", b"\0", b" ", b".", b"\r\n.\r\n", b"\xff", b"<", b">", b"\t")
LAST_WORDS = b"\r\n.\r\n\r\nRSET\r\nQUIT\r\n"
# 250 alone is for EHLO and RSET; these are what must be earned.
GRANTED = re.compile(
    rb"^(?:235 |354 |250 2\.1\.|250 2\.6\.|250 2\.0\.0 Accepted)", re.MULTILINE
)


@dataclass(frozen=True)
class Stream:
    """What one client says: in clear, and inside TLS unless that is None."""

    source: object
    clear: bytes
    inside: bytes | None
    may_log_in: bool

    @property
    def is_allowed(self):
        return self.may_log_in or self.source is INSIDE_SPF


def crippled(dice, word):
    """Cut, double, swap or soil one word, or leave it alone."""
    at, end = dice.randrange(len(word)), dice.randrange(len(word) + 1)
    soil = dice.choice(OCTETS)
    return dice.choice(
        (
            *(word,) * 9,
            word[:at] + word[end:],
            word[:at] + soil + word[at:],
            word[:at] + word[at : at + 1].swapcase() + word[at + 1 :],
            word + word,
            word.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\r\r\n"))),
        )
    )


def said(dice, *begin):
    words = [*begin, *dice.choices(WORDS, k=dice.randrange(6))]
    # From behind, so that a mail is whole now and then.
    at = sorted(dice.randrange(len(words) + 1) for _ in WHOLE)
    for place, word in reversed(list(zip(at, WHOLE, strict=True))):
        words.insert(place, word)
    return b"".join(crippled(dice, word) for word in words)


def stream(dice):
    source = dice.choice((INSIDE_SPF, OUTSIDE_SPF, OUTSIDE_SPF))
    if dice.random() < 0.5:
        return Stream(source, said(dice, HELLO), None, may_log_in=False)
    may_log_in = dice.random() < 0.3
    login = (b"AUTH PLAIN " + GOOD + b"\r\n",) * may_log_in
    return Stream(
        source, HELLO + b"STARTTLS\r\n", said(dice, HELLO, *login), may_log_in
    )


async def hold(zivver, given):
    """Say it all, and give what was heard in clear and inside TLS."""
    reader, writer = await asyncio.open_connection(*zivver.locate(587))
    inside = b""
    try:
        writer.write(b"PROXY TCP4 %s 127.0.0.1 1 25\r\n" % str(given.source).encode())
        writer.write(given.clear)
        if given.inside is None:
            writer.write_eof()
            return await reader.read(), inside
        clear = await reader.readuntil(b"Ready to start TLS\r\n")
        await writer.start_tls(client_context(), server_hostname=SETTLED.host)
        writer.write(given.inside + LAST_WORDS)
        with suppress(TimeoutError, ConnectionError):
            while piece := await asyncio.wait_for(reader.read(65_536), PATIENCE):
                inside += piece
        return clear, inside
    finally:
        writer.transport.abort()


def check(given, clear, inside):
    """Nothing that must be refused was granted."""
    assert clear.startswith(b"220 ")
    assert not GRANTED.search(clear), given
    if not given.may_log_in:
        assert b"\r\n235 " not in inside, given
    if not given.is_allowed:
        assert not GRANTED.search(inside), given


class Watched:
    """An endpoint that holds each mail it takes against what it may take."""

    def __init__(self, loop):
        self.loop = loop
        self.bad: list[object] = []
        self.taken = 0
        self.faults: list[object] = []
        loop.asyncio_loop.set_exception_handler(
            lambda _, told: self.faults.append(told)
        )

    def see(self, transaction, envelope, content):
        if not transaction.is_accepted:
            return
        self.taken += 1
        is_known = transaction.identity == "user-1"
        is_listed = transaction.session.source == INSIDE_SPF
        if not (transaction.is_encrypted and (is_known or is_listed)):
            self.bad.append(transaction)
        if flaw(content) or not envelope.recipients:
            self.bad.append(transaction)

    def run(self, streams):
        tls = server_context(SETTLED.tls.certificate)
        with ZivverEndpoint(
            SETTLED, DNS, self.loop, tls=tls, trusts_proxy=True, on_mail=self.see
        ) as zivver:
            heard = asyncio.run(self._all(zivver, streams))
            self.loop.run(self._gone(zivver), timeout=20)
        for given, (clear, inside) in zip(streams, heard, strict=True):
            check(given, clear, inside)
        assert ([], (), []) == (self.bad, zivver.errors, self.faults)

    async def _all(self, zivver, streams):
        room = asyncio.Semaphore(AT_ONCE)

        async def one(given):
            async with room:
                return await hold(zivver, given)

        return await asyncio.gather(*map(one, streams))

    async def _gone(self, zivver):
        while zivver.open_connections:  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0)


def streams(block, number):
    dice = random.Random(SEED + block)  # noqa: S311  the same streams in each run
    return [stream(dice) for _ in range(number)]


def rain(first, blocks):
    """Run blocks of streams, and one more for what stays of it in memory."""
    with Loop() as loop:
        watched = Watched(loop)
        for block in range(first, first + blocks):
            watched.run(streams(block, BLOCK))
        extra = streams(-first - 1, TRACED)
        gc.collect()
        tracemalloc.start()
        watched.run(extra)
        gc.collect()
        left, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # The dice do draw mails that are taken: else nothing would be shown.
    assert blocks <= watched.taken
    assert MOST_LEFT > left


@pytest.mark.parametrize("first", range(4))
def test_2000_hostile_streams_get_nothing_that_they_may_not_have(first):
    rain(first, 1)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(100, 300, 20))
def test_100_000_hostile_streams_get_no_more_than_2000(first):
    rain(first, 20)

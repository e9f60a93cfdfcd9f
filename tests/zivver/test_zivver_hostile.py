"""Clients that mean harm, at the fake Zivver's own sockets.

What any server of ours bears (line ends, long lines, chunks) is shown in tests/smtp;
here is what only the endpoint decides, and what costs it time, memory or connections.
"""

import asyncio
import base64
import socket
import sys
import time
import tracemalloc
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from fakes.internet.certificates import server_context
from fakes.mail.content import Content, parse
from fakes.mail.offers import ALL
from fakes.mail.receiving import flaw
from fakes.mail.reception import Reception
from fakes.smtp.loop import Loop
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.letters import letters
from fakes.zivver.replies import Reason
from fakes.zivver.service import Fault, Verification
from tests.smtp.cases import receiver
from tests.smtp.conftest import Books, Raw, start
from tests.zivver.builders import ANNA, CLEO, DNS, SETTLED, Given

pytestmark = pytest.mark.wire

OUTSIDE = b"PROXY TCP4 198.51.100.9 127.0.0.1 1 25\r\n"
HELLO = b"EHLO mail.contoso.example\r\n"
GOOD = base64.b64encode(b"\0user-1\0correct horse")
BAD = base64.b64encode(b"\0user-1\0battery staple")
LOGIN = b"AUTH PLAIN " + GOOD + b"\r\n"
FROM = b"MAIL FROM:<anna@contoso.example>\r\n"
TO = b"RCPT TO:<cleo@fabrikam.example>\r\n"
HEAD = b"From: anna@contoso.example\r\nTo: cleo@fabrikam.example\r\n"
EVIL = b"MAIL FROM:<evil@contoso.example>\r\n" + TO + b"DATA\r\n" + HEAD + b"\r\n.\r\n"
# On a busy machine; what takes time by the square takes minutes at these sizes.
SECONDS = 5.0


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture
def zivver(loop):
    tls = server_context(SETTLED.tls.certificate)
    endpoint = ZivverEndpoint(SETTLED, DNS, loop, tls=tls, trusts_proxy=True)
    with endpoint as running:
        yield running
        wait_until_all_are_gone(running, loop)
    assert () == endpoint.errors


def wait_until_all_are_gone(zivver, loop):
    """A session is lost where it stays although its client has gone."""

    async def gone():
        while zivver.open_connections:  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0)

    loop.run(gone(), timeout=20)


def connect(zivver, port=587):
    client = Raw(zivver.locate(port))
    client.say(OUTSIDE)
    return client


def logged_in(client):
    client.hear()
    client.encrypt()
    client.say(HELLO).hear()
    assert [235] == client.say(LOGIN).codes(1)


SMUGGLING_ENDS = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\n"]


@pytest.mark.parametrize("end", SMUGGLING_ENDS)
def test_nothing_is_smuggled_past_data(zivver, end):
    body = HEAD + b"\r\na" + end + EVIL
    with connect(zivver) as client:
        logged_in(client)
        client.say(FROM + TO + b"DATA\r\n" + body + b"NOOP\r\n")
        assert [250, 250, 354, 554, 250] == client.codes(5)
    assert () == zivver.ledger.transactions


@pytest.mark.parametrize("end", SMUGGLING_ENDS)
def test_nothing_is_smuggled_in_a_chunk_where_chunks_are_offered(loop, end):
    books, body = Books(), HEAD + b"\r\na" + end + EVIL
    chunk = b"BDAT %d LAST\r\n" % len(body) + body
    with (
        start(receiver(offers=ALL), loop, books) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + FROM + TO + chunk + b"NOOP\r\n")
        assert [220, 250, 250, 250, 554, 250] == client.codes(6)
    assert [] == books.records


def test_chunks_were_not_offered_and_content_by_them_is_refused(zivver):
    with connect(zivver) as client:
        logged_in(client)
        client.say(FROM + TO + b"BDAT 2 LAST\r\n\r\nDATA\r\n" + HEAD + b"\r\n.\r\n")
        assert [250, 250, 500, 500, 354, 250] == client.codes(6)
    (mail,) = zivver.ledger.transactions
    assert (CLEO,) == mail.envelope.recipients


def test_what_is_behind_starttls_is_never_obeyed_inside(zivver):
    with connect(zivver) as client:
        client.say(HELLO + b"STARTTLS\r\n" + LOGIN + FROM + TO + b"DATA\r\n")
        assert [220, 250, 503] == client.codes(3)
        client.say(b"STARTTLS\r\n")
        assert [220] == client.codes(1)
        client.shake()
        client.say(HELLO + FROM)
        # Nobody has logged in.
        assert [250, 550] == client.codes(2)
    assert () == zivver.ledger.transactions


def test_content_and_log_in_in_clear_are_refused_each_time(zivver):
    with connect(zivver) as client:
        client.say(HELLO + (LOGIN + FROM + TO + b"DATA\r\n") * 5)
        assert [220, 250, *[538, 530, 530, 530] * 5] == client.codes(22)


def test_who_guesses_passwords_is_shown_out_at_the_fifth(zivver):
    with connect(zivver) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO + (b"AUTH PLAIN " + BAD + b"\r\n") * 5 + LOGIN + FROM)
        assert [250, 535, 535, 535, 535, 421] == client.codes(6)
        assert client.is_closed()
    refused = [each.reason for each in zivver.ledger.refusals]
    assert [Reason.BAD_CREDENTIALS] * 5 == refused


def test_a_password_that_is_right_at_last_is_taken(zivver):
    with connect(zivver) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO + (b"AUTH PLAIN " + BAD + b"\r\n") * 4 + LOGIN + FROM)
        assert [250, 535, 535, 535, 535, 235, 250] == client.codes(7)


def test_who_does_not_wait_for_the_greeting_is_answered_in_order(zivver):
    with connect(zivver) as client:
        client.say(HELLO + FROM + b"NOOP\r\nQUIT\r\n" + HELLO)
        assert [220, 250, 530, 250, 221] == client.codes(5)
        assert client.is_closed()


def test_who_does_not_wait_for_a_refusal_is_not_heard(loop):
    busy = replace(SETTLED, faults=frozenset({Fault.OVERLOADED}))
    tls = server_context(SETTLED.tls.certificate)
    with ZivverEndpoint(busy, DNS, loop, tls=tls, trusts_proxy=True) as zivver:
        with connect(zivver) as client:
            client.say(HELLO + FROM + b"QUIT\r\n")
            assert [421] == client.codes(1)
            assert client.is_closed()
        assert () == zivver.errors


def test_a_line_without_end_costs_no_memory(zivver):
    with connect(zivver) as client:
        client.hear()
        tracemalloc.start()
        for _ in range(320):
            client.say(b"x" * 100_000)
        client.say(b"\r\n" + HELLO)
        assert [500, 250] == client.codes(2)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert 4_000_000 > peak


def test_100_000_recipients_are_answered_in_time(zivver):
    began = time.monotonic()
    with connect(zivver) as client:
        logged_in(client)
        client.say(FROM)
        assert [250] == client.codes(1)
        heard: Counter[int] = Counter()
        for _ in range(100):
            heard.update(client.say(TO * 1000).codes(1000))
    assert {250: 1000, 452: 99_000} == heard
    assert 12 * SECONDS > time.monotonic() - began


def test_without_a_limit_100_000_recipients_take_no_time_by_the_square():
    door = Reception(receiver(), None)
    door.hello("client.example")
    assert door.mail(ANNA, None).is_positive
    began = time.monotonic()
    for _ in range(100_000):
        door.recipient(CLEO)
    assert 100_000 == len(door.envelope.recipients)
    assert SECONDS > time.monotonic() - began


@pytest.mark.skipif(sys.platform == "win32", reason="select there takes 512 sockets")
def test_1000_clients_that_say_nothing_keep_nobody_out(zivver):
    place = zivver.locate(25)
    with ExitStack() as stack:
        silent = [
            stack.enter_context(closing(socket.create_connection(place, timeout=10)))
            for _ in range(1000)
        ]
        # Some stand in the midst of something.
        for number, each in enumerate(silent):
            each.sendall((b"", OUTSIDE, OUTSIDE + HELLO + b"STARTTLS\r\n")[number % 3])
        with connect(zivver) as client:
            logged_in(client)
            client.say(FROM + TO + b"DATA\r\n" + HEAD + b"\r\n.\r\n")
            assert [250, 250, 354, 250] == client.codes(4)
            assert 1001 == zivver.open_connections


def test_a_storm_of_rset_leaves_nothing(zivver):
    with connect(zivver) as client:
        logged_in(client)
        for _ in range(20):
            client.say((FROM + TO + b"RSET\r\n") * 100)
            assert [250] * 300 == client.codes(300)
        client.say(b"DATA\r\n")
        assert [503] == client.codes(1)
    assert () == zivver.ledger.transactions


LIES = {
    "more than the limit": (b" SIZE=157286401", [552]),
    "more digits than there are": (b" SIZE=" + b"9" * 21, [501]),
    "less than none": (b" SIZE=-1", [501]),
    "no number": (b" SIZE=1e3", [501]),
    "less than was sent": (b" SIZE=1", [250, 250, 354, 250]),
    "more than was sent": (b" SIZE=157286400", [250, 250, 354, 250]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_size_that_is_a_lie_is_answered_by_what_came(zivver, lie):
    said, expected = LIES[lie]
    with connect(zivver) as client:
        logged_in(client)
        client.say(FROM[:-2] + said + b"\r\n")
        if len(expected) > 1:
            client.say(TO + b"DATA\r\n" + HEAD + b"\r\n.\r\n")
        assert expected == client.codes(len(expected))


BLANKS, WORDS = b" " * 60_000, b"=?a?q?" * 10_000
BOMBS = {
    "100,000 fields": HEAD + b"X: y\r\n" * 100_000,
    "10 MB of one field": HEAD + b"X: y\r\n" + b" more and more of it\r\n" * 500_000,
    "blanks in the subject": HEAD + b"Subject: " + BLANKS + b"x\r\n",
    "blanks in the identifier": HEAD + b"Message-ID:" + BLANKS + b"x\r\n",
    "lines of blanks": HEAD + b"Subject: x\r\n" + (BLANKS + b"\r\n") * 10,
    "words without end": HEAD + b"Subject: " + (WORDS + b"\r\n ") * 15 + b"x\r\n",
    "40,000 words": HEAD + b"Subject: a" + b"\r\n =?utf-8?q?a?=" * 40_000 + b"\r\n",
    "a long name": HEAD + b"a" * 60_000 + b": x\r\n",
    "40,000 addresses": HEAD + b"Cc: a" + b",\r\n b@c.example" * 40_000 + b"\r\n",
    "10,000 wishes": HEAD + b"zivver-access-right: x sms 1\r\n" * 10_000,
    "parts within parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 10_000,
    "archives of zeros": HEAD
    + b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"UEsDBAoAAAAAAA==\r\n" * 100_000,
    "NUL and no UTF-8": HEAD + b"Subject: \0\xff\xfe\r\nX-\xff: \0\r\n",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_taken_and_costs_time_by_its_length_only(zivver, bomb):
    content = BOMBS[bomb] + b"\r\nhello"
    began = time.monotonic()
    with connect(zivver) as client:
        logged_in(client)
        client.say(FROM + TO + b"DATA\r\n" + content + b"\r\n.\r\n")
        assert [250, 250, 354, 250] == client.codes(4)
    (mail,) = zivver.ledger.transactions
    assert letters(mail, Content(content + b"\r\n"), SETTLED)
    assert 2 * SECONDS > time.monotonic() - began


FROMS = {
    "brackets": b"(" * 60_000,
    "dots": b"a." * 30_000 + b"a",
    "words": b"a " * 30_000,
    "encoded words": b"=?utf-8?q?a?= " * 4_000,
    "at": b"@" * 30_000,
    "invalid UTF-8": b"\xff\xfe",
    "NUL": b"\0",
}


@pytest.mark.parametrize("name", FROMS)
def test_a_sender_whose_name_is_a_bomb_is_answered_in_time(zivver, name):
    head = b"From: " + FROMS[name] + b" <anna@contoso.example>\r\nTo: x@y.example\r\n"
    began = time.monotonic()
    with connect(zivver) as client:
        logged_in(client)
        client.say(FROM + TO + b"DATA\r\n" + head + b"\r\n.\r\n")
        assert [250, 250, 354] == client.codes(3)
        assert client.codes(1)[0] in {250, 554}
    assert SECONDS > time.monotonic() - began


BREAKS = ["\r\nBcc: evil@x.example", "\r", "\n", "\0", "\x0b", "\x85", "\u2028Bcc: e@x"]


@pytest.mark.parametrize("line_end", BREAKS)
def test_a_letter_of_zivver_is_written_by_nobody_else(line_end):
    word = "=?utf-8?q?" + "".join(f"={b:02X}" for b in line_end.encode()) + "?="
    fields = (
        "From: anna@contoso.example",
        f"To: {word} <cleo@fabrikam.example>",
        f"Subject: a {word}",
        f"Message-ID: <{word}>",
    )
    mail = Content("\r\n".join([*fields, "", "hello\r\n"]).encode())
    ends = replace(SETTLED, delivering=replace(SETTLED.delivering, minimum=None))
    strict = replace(SETTLED.delivering, minimum=Verification.SMS)
    found = [
        letter.item
        for service in (SETTLED, ends, replace(SETTLED, delivering=strict))
        for letter in letters(Given(service=service, content=mail).run(), mail, service)
    ]
    assert 3 == len(found)
    for item in found:
        assert None is flaw(item.content)
        assert b"\0" not in item.content.raw
        names = [field.name for field in parse(item.content).fields]
        assert len(names) == len(set(names)) == 9
        assert "Bcc" not in names


@pytest.mark.parametrize(
    "path",
    [
        b"<anna@contoso.example\r>",
        b"<anna@contoso.example\n>",
        b'<"a\rb"@contoso.example>',
        b'<"a\nb"@contoso.example>',
        b'<"a\0b"@contoso.example>',
    ],
)
def test_no_address_holds_a_line_end(zivver, path):
    with connect(zivver) as client:
        logged_in(client)
        client.say(b"MAIL FROM:" + path + b"\r\nNOOP\r\n")
        heard = client.codes(2)
        assert heard[0] == 500
    assert () == zivver.ledger.transactions

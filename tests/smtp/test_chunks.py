"""Chunks, reports and certificates of clients: what Exchange's own server offers."""

from dataclasses import replace

import pytest

from fakes.internet.certificates import asking_context, client_context, showing_context
from fakes.mail.offers import ALL
from fakes.mail.session import Certificate, CertificateFault
from fakes.smtp.server import serve
from tests.smtp.cases import GOOD, NAMED, handoff, receiver
from tests.smtp.conftest import Books, Raw, send, start
from tests.smtp.test_hostile import BEGUN, DATA, FROM, HELLO, TO

pytestmark = pytest.mark.wire

THREE = b"BDAT 3\r\na\r\n"
LAST = b"BDAT 3 LAST\r\nb\r\n"
NOOP = b"NOOP\r\n"
CHUNKS = {
    "in two chunks": (FROM + TO + THREE + LAST, [250, 250, 250, 250]),
    "an empty last one": (FROM + TO + THREE + b"BDAT 0 LAST\r\n", [250, 250, 250, 250]),
    "lower case": (FROM + TO + b"bdat 3 last\r\na\r\n", [250, 250, 250]),
    "no size": (
        FROM + TO + b"BDAT\r\nBDAT x\r\nBDAT 3 MORE\r\n",
        [250, 250, 501, 501, 501],
    ),
    "before MAIL": (LAST + NOOP, [503, 250]),
    "before RCPT": (FROM + LAST + NOOP, [250, 503, 250]),
    "DATA behind a chunk": (FROM + TO + THREE + DATA + LAST, [250, 250, 250, 503, 250]),
    "RCPT behind a chunk": (FROM + TO + THREE + TO + LAST, [250, 250, 250, 503, 250]),
    "RSET forgets chunks": (
        FROM + TO + THREE + b"RSET\r\n" + LAST + NOOP,
        [250, 250, 250, 250, 503, 250],
    ),
    "EHLO forgets chunks": (
        FROM + TO + THREE + HELLO + FROM + TO + LAST,
        [250, 250, 250, 250, 250, 250, 250],
    ),
    "what looks like an end is content": (
        FROM + TO + b"BDAT 5 LAST\r\n\r\n.\r\n" + NOOP,
        [250, 250, 250, 250],
    ),
    "a bare line feed": (
        FROM + TO + b"BDAT 3 LAST\r\na\nb" + NOOP,
        [250, 250, 554, 250],
    ),
    "too big at once": (
        FROM + TO + b"BDAT 1000001 LAST\r\n" + b"x" * 1_000_001 + NOOP,
        [250, 250, 552, 250],
    ),
    "too big in two": (
        FROM
        + TO
        + b"BDAT 600000\r\n"
        + b"x" * 600_000
        + b"BDAT 600000\r\n"
        + b"x" * 600_000
        + LAST
        + NOOP,
        [250, 250, 250, 552, 503, 250],
    ),
    "DSN parameters": (
        FROM[:-2]
        + b" RET=FULL ENVID=a+2Bb\r\n"
        + TO[:-2]
        + b" NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b.example\r\n",
        [250, 250],
    ),
    "DSN parameters that are none": (
        FROM[:-2]
        + b" RET=ALL\r\n"
        + FROM[:-2]
        + b" ENVID=a+zz\r\n"
        + FROM
        + TO[:-2]
        + b" NOTIFY=NEVER,DELAY\r\n"
        + TO[:-2]
        + b" ORCPT=a@b.example\r\n"
        + TO[:-2]
        + b" X=y\r\n"
        + TO[:-2]
        + b" =\r\n",
        [501, 501, 250, 501, 501, 555, 501],
    ),
}


@pytest.fixture(scope="module")
def chunking(loop):
    books = Books()
    with start(receiver(offers=ALL), loop, books) as server:
        yield server, books
        assert server.errors == []


@pytest.mark.parametrize("name", CHUNKS)
def test_each_chunk_is_read_whatever_it_is_answered(chunking, name):
    server, _ = chunking
    said, expected = CHUNKS[name]
    with Raw(server.address) as client:
        client.say(HELLO + said)
        assert [*BEGUN, *expected] == client.codes(2 + len(expected))


def test_chunks_are_put_together_and_nothing_in_them_is_a_command(chunking):
    server, books = chunking
    books.records.clear()
    with Raw(server.address) as client:
        client.say(HELLO + FROM + TO + THREE + b"BDAT 9 LAST\r\n.\r\nQUIT\r\n")
        assert [*BEGUN, 250, 250, 250, 250] == client.codes(6)
    assert [b"a\r\n.\r\nQUIT\r\n"] == [record.content.raw for record in books.records]


def test_chunks_said_in_clear_are_forgotten_inside_tls(chunking):
    server, books = chunking
    books.records.clear()
    with Raw(server.address) as client:
        client.hear()
        client.say(HELLO + FROM + TO + THREE)
        client.codes(4)
        client.encrypt()
        client.say(HELLO + FROM + TO + LAST)
        assert [250, 250, 250, 250] == client.codes(4)
    assert [b"b\r\n"] == [record.content.raw for record in books.records]


def test_a_fault_at_a_chunk_reads_it_all_the_same(loop):
    def broken(*_seen):
        raise ZeroDivisionError

    with (
        start(replace(receiver(offers=ALL), data=broken), loop, Books()) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + FROM + TO + b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
        assert [220, 250, 250, 250, 451, 250] == client.codes(6)


def test_a_client_that_goes_in_the_midst_of_a_chunk_leaves_nothing(chunking):
    server, books = chunking
    books.records.clear()
    with Raw(server.address) as client:
        client.say(HELLO + FROM + TO + b"BDAT 100 LAST\r\nhalf")
        client.codes(4)
    with Raw(server.address) as client:
        client.say(HELLO)
        assert BEGUN == client.codes(2)
    assert [] == books.records


def test_a_parameter_that_was_not_offered_is_unknown(loop):
    with (
        start(receiver(offers=frozenset()), loop, Books()) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + FROM[:-2] + b" SMTPUTF8\r\n" + FROM)
        assert [220, 250, 555, 250] == client.codes(4)


# ---------------------------------------------------------- certificates of clients


@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        (client_context(), ()),
        (
            showing_context(Certificate(("gateway.contoso.example",))),
            ("gateway.contoso.example",),
        ),
    ],
    ids=["shows none", "shows one"],
)
def test_a_server_that_asks_learns_the_names_of_its_client(loop, trust, expected):
    books = Books()
    context = asking_context(GOOD.certificate)
    with serve(receiver(), loop, record=books.record, tls=context) as server:
        sent = send(
            loop, handoff(tls=NAMED), lambda _n, _p: server.address, trust=trust
        )
    assert sent.accepted
    assert [expected] == [record.session.certificate for record in books.records]


def test_a_client_certificate_that_does_not_hold_ends_the_session(loop):
    context = asking_context(GOOD.certificate)
    expired = showing_context(
        Certificate(("gateway.contoso.example",), CertificateFault.EXPIRED)
    )
    books = Books()
    with serve(receiver(), loop, record=books.record, tls=context) as server:
        sent = send(
            loop, handoff(tls=NAMED), lambda _n, _p: server.address, trust=expired
        )
    assert (1, []) == (len(sent.deferred), books.records)

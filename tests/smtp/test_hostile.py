import base64
import socket
import ssl
from dataclasses import replace

import pytest

from fakes.internet.certificates import (
    server_context,
)
from fakes.mail.content import Content
from fakes.mail.reply import reply
from fakes.smtp.connection import Limits
from fakes.smtp.server import bind, serve
from tests.smtp.cases import (
    GOOD,
    LATER,
    LOGIN,
    MAIL,
    NAMED,
    NO_TLS,
    handoff,
    receiver,
)
from tests.smtp.conftest import Books, Raw, send, start

pytestmark = pytest.mark.wire

HELLO = b"EHLO client.example\r\n"
FROM = b"MAIL FROM:<anna@contoso.example>\r\n"
TO = b"RCPT TO:<bob@fabrikam.example>\r\n"
DATA = b"DATA\r\n"
END = b"\r\n.\r\n"
SMUGGLED = b"MAIL FROM:<evil@contoso.example>\r\nRCPT TO:<bob@fabrikam.example>\r\n"
BEGUN = [220, 250]
MAIL_BEGUN = [220, 250, 250, 250, 354]


def plain(text: str) -> bytes:
    return base64.b64encode(text.encode())


# What is said, all at once, and the codes that are heard.
SESSIONS = {
    "pipelined": (HELLO + FROM + TO + DATA + b"a: b" + END, [*MAIL_BEGUN, 250]),
    "bare LF in content": (
        HELLO + FROM + TO + DATA + b"a\nb" + END + b"NOOP\r\n",
        [*MAIL_BEGUN, 554, 250],
    ),
    "bare CR in content": (
        HELLO + FROM + TO + DATA + b"a\rb" + END + b"NOOP\r\n",
        [*MAIL_BEGUN, 554, 250],
    ),
    **{
        f"smuggling behind {end!r}": (
            HELLO + FROM + TO + DATA + b"a" + end + SMUGGLED + DATA + b"b" + END,
            [*MAIL_BEGUN, 554],
        )
        for end in (
            b"\n.\n",
            b"\n.\r\n",
            b"\r.\r",
            b"\r\n.\r",
            b"\r.\r\n",
            b"\r\n.\n",
            b"\r\n\0.\r\n\n",
        )
    },
    "bare LF after a command": (b"EHLO client.example\n" + HELLO, [220, 500, 250]),
    "NUL in a command": (b"EHLO cli\0ent\r\n" + HELLO, [220, 500, 250]),
    "a command that is no UTF-8": (b"EHLO \xff\xfe\r\n" + HELLO, [220, 500, 250]),
    "a command of 4000 octets": (
        b"NOOP " + b"x" * 4000 + b"\r\n" + HELLO,
        [220, 500, 250],
    ),
    "a command of 300000 octets": (
        b"NOOP " + b"x" * 300_000 + b"\r\n" + HELLO,
        [220, 500, 250],
    ),
    "an empty line": (b"\r\n" + HELLO, [220, 500, 250]),
    "an unknown command": (b"XYZZY\r\n" + HELLO, [220, 500, 250]),
    "HTTP": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + HELLO, [220, 500, 500, 500, 250]),
    "MAIL before EHLO": (FROM, [220, 503]),
    "RCPT before MAIL": (HELLO + TO, [*BEGUN, 503]),
    "DATA before MAIL": (HELLO + DATA, [*BEGUN, 503]),
    "DATA before RCPT": (HELLO + FROM + DATA, [*BEGUN, 250, 503]),
    "MAIL twice": (HELLO + FROM + FROM, [*BEGUN, 250, 503]),
    "MAIL again after RSET": (
        HELLO + FROM + b"RSET\r\n" + FROM,
        [*BEGUN, 250, 250, 250],
    ),
    "RCPT after RSET": (HELLO + FROM + b"RSET\r\n" + TO, [*BEGUN, 250, 250, 503]),
    "EHLO forgets the mail": (HELLO + FROM + HELLO + TO, [*BEGUN, 250, 250, 503]),
    "no name at EHLO": (b"EHLO\r\nEHLO a b\r\n", [220, 501, 501]),
    "arguments where none belong": (
        HELLO + b"RSET x\r\nDATA x\r\nSTARTTLS x\r\nQUIT x\r\n",
        [*BEGUN, 501, 501, 501, 501],
    ),
    "AUTH in clear": (HELLO + b"AUTH PLAIN AGEAYg==\r\n", [*BEGUN, 538]),
    "AUTH in clear before EHLO": (b"AUTH LOGIN\r\n", [220, 538]),
    "BDAT is not offered": (HELLO + b"BDAT 3 LAST\r\n", [*BEGUN, 500]),
    "a null reverse-path": (HELLO + b"MAIL FROM:<>\r\n" + TO, [*BEGUN, 250, 250]),
    "a null recipient": (HELLO + FROM + b"RCPT TO:<>\r\n", [*BEGUN, 250, 553]),
    "no brackets": (HELLO + b"MAIL FROM:anna@contoso.example\r\n", [*BEGUN, 501]),
    "no sender at all": (HELLO + b"MAIL\r\nMAIL FROM:\r\n", [*BEGUN, 501, 501]),
    "no domain": (HELLO + b"MAIL FROM:<anna>\r\n", [*BEGUN, 553]),
    "a blank in a recipient": (
        HELLO + FROM + b"RCPT TO:<a b@c.example>\r\n",
        [*BEGUN, 250, 553],
    ),
    "a route": (
        HELLO + FROM + b"RCPT TO:<@x.example:b@c.example>\r\n",
        [*BEGUN, 250, 553],
    ),
    "UTF-8 without SMTPUTF8": (
        HELLO + "MAIL FROM:<jörg@contoso.example>\r\n".encode(),
        [*BEGUN, 553],
    ),
    "UTF-8 with SMTPUTF8": (
        HELLO + "MAIL FROM:<jörg@contoso.example> SMTPUTF8\r\n".encode(),
        [*BEGUN, 250],
    ),
    "8BITMIME": (
        HELLO + FROM[:-2] + b" BODY=8BITMIME SIZE=10\r\n",
        [*BEGUN, 250],
    ),
    "BINARYMIME": (HELLO + FROM[:-2] + b" BODY=BINARYMIME\r\n", [*BEGUN, 501]),
    "DSN parameters": (
        HELLO + FROM[:-2] + b" RET=FULL\r\n" + FROM + TO[:-2] + b" NOTIFY=NEVER\r\n",
        [*BEGUN, 555, 250, 555],
    ),
    "a size that is none": (HELLO + FROM[:-2] + b" SIZE=many\r\n", [*BEGUN, 501]),
    "the same parameter twice": (
        HELLO + FROM[:-2] + b" SIZE=1 SIZE=2\r\n",
        [*BEGUN, 501],
    ),
    "too big a size": (HELLO + FROM[:-2] + b" SIZE=1000001\r\n", [*BEGUN, 552]),
    "too much content": (
        HELLO + FROM + TO + DATA + b"x\r\n" * 1_000_000 + b".\r\nNOOP\r\n",
        [*MAIL_BEGUN, 552, 250],
    ),
    "a little too much content": (
        HELLO + FROM + TO + DATA + b"x\r\n" * 333_400 + b".\r\nNOOP\r\n",
        [*MAIL_BEGUN, 552, 250],
    ),
    "VRFY, EXPN, ETRN, TURN, HELP": (
        HELLO + b"VRFY anna\r\nEXPN all\r\nETRN x.example\r\nTURN\r\nHELP\r\n",
        [*BEGUN, 252, 502, 502, 502, 214],
    ),
    "lower case": (b"ehlo x\r\nmail from:<a@b.example>\r\n", [*BEGUN, 250]),
    "HELO": (b"HELO x\r\n" + FROM + TO, [*BEGUN, 250, 250]),
    "QUIT": (b"QUIT\r\n", [220, 221]),
}


@pytest.fixture(scope="module")
def serving(loop):
    books = Books()
    with start(receiver(users={"relay": LOGIN.password}), loop, books) as server:
        yield server, books
        assert server.errors == []


@pytest.mark.parametrize("name", SESSIONS)
def test_each_session_hears_what_it_deserves(loop, serving, name):
    server, books = serving
    said, expected = SESSIONS[name]
    with Raw(server.address) as client:
        client.say(said)
        assert expected == client.codes(len(expected))
    books.records.clear()
    sent = send(loop, handoff(tls=NAMED), lambda _name, _port: server.address)
    assert sent.handoff.envelope.recipients == sent.accepted
    assert [MAIL.raw] == [record.content.raw for record in books.records]


def test_a_smuggled_mail_is_never_recorded(loop):
    books = Books()
    with start(receiver(), loop, books) as server:
        for name, (said, expected) in SESSIONS.items():
            if name.startswith("smuggling"):
                with Raw(server.address) as client:
                    assert expected == client.say(said).codes(len(expected))
    assert books.records == []


def test_commands_behind_starttls_are_refused_and_forgotten(serving):
    server, books = serving
    books.records.clear()
    with Raw(server.address) as client:
        client.say(HELLO + b"STARTTLS\r\n" + FROM + TO + DATA)
        assert [220, 250, 503] == client.codes(3)
        client.say(b"STARTTLS\r\n")
        assert [220] == client.codes(1)
        client.shake()
        client.say(TO)
        assert [503] == client.codes(1)
    assert books.records == []


def test_what_was_said_in_clear_does_not_count_inside_tls(serving):
    with Raw(serving[0].address) as client:
        client.hear()
        client.say(HELLO + FROM)
        client.codes(2)
        client.encrypt()
        client.say(TO + FROM)
        assert [503, 503] == client.codes(2)


def test_who_breaks_the_handshake_is_cut_off(loop, serving):
    server, _ = serving
    with Raw(server.address) as client:
        client.hear()
        client.say(HELLO).hear()
        client.say(b"STARTTLS\r\n").hear()
        client.say(FROM + TO)
        # An alert may come first; then nothing.
        assert b"250" not in client.hear()
    assert send(loop, handoff(), lambda _n, _p: server.address).accepted


def test_starttls_twice_is_refused(serving):
    with Raw(serving[0].address) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO)
        assert b"STARTTLS" not in client.hear()
        client.say(b"STARTTLS\r\n")
        assert [503] == client.codes(1)


def test_the_old_versions_of_tls_are_not_spoken(serving):
    assert ssl.TLSVersion.TLSv1_2 <= server_context(GOOD.certificate).minimum_version


def test_offers_differ_inside_and_outside_tls(serving):
    with Raw(serving[0].address) as client:
        client.hear()
        outside = client.say(HELLO).hear()
        client.encrypt()
        inside = client.say(HELLO).hear()
    assert (True, False) == (b"STARTTLS" in outside, b"AUTH" in outside)
    assert (False, True) == (b"STARTTLS" in inside, b"AUTH LOGIN PLAIN" in inside)
    for word in (b"SIZE 1000000", b"8BITMIME", b"SMTPUTF8", b"PIPELINING"):
        assert word in outside
        assert word in inside
    assert b"CHUNKING" not in inside


GOOD_PLAIN = plain(f"\0relay\0{LOGIN.password}")
LOGINS = {
    "PLAIN at once": ((b"AUTH PLAIN " + GOOD_PLAIN,), [235]),
    "PLAIN when asked": ((b"AUTH PLAIN", GOOD_PLAIN), [334, 235]),
    "LOGIN": ((b"AUTH LOGIN", plain("relay"), plain(LOGIN.password)), [334, 334, 235]),
    "LOGIN, user at once": (
        (b"AUTH login " + plain("relay"), plain(LOGIN.password)),
        [334, 235],
    ),
    "wrong password": ((b"AUTH PLAIN " + plain("\0relay\0no"),), [535]),
    "wrong, then right": (
        (b"AUTH PLAIN " + plain("\0relay\0no"), b"AUTH PLAIN " + GOOD_PLAIN),
        [535, 235],
    ),
    "twice": ((b"AUTH PLAIN " + GOOD_PLAIN,) * 2, [235, 503]),
    "no base64": ((b"AUTH PLAIN ???",), [501]),
    "two parts": ((b"AUTH PLAIN " + plain("relay\0no"),), [501]),
    "no UTF-8": ((b"AUTH PLAIN " + base64.b64encode(b"\0\xff\0\xfe"),), [501]),
    "aborted": ((b"AUTH LOGIN", b"*"), [334, 501]),
    "an endless response": ((b"AUTH LOGIN", b"x" * 100_000), [334, 500]),
    "an unknown mechanism": ((b"AUTH NTLM",), [504]),
    "no mechanism": ((b"AUTH",), [504]),
    "within a mail": ((FROM[:-2], b"AUTH PLAIN " + GOOD_PLAIN), [250, 503]),
    "with the parameter of RFC 4954": ((FROM[:-2] + b" AUTH=<>",), [250]),
}


@pytest.mark.parametrize("name", LOGINS)
def test_each_login_hears_what_it_deserves(serving, name):
    lines, expected = LOGINS[name]
    with Raw(serving[0].address) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO).hear()
        heard = [client.say(line + b"\r\n").codes(1)[0] for line in lines]
    assert expected == heard


def test_a_login_waits_for_ehlo(serving):
    with Raw(serving[0].address) as client:
        client.hear()
        client.encrypt()
        client.say(b"AUTH LOGIN\r\n")
        assert [503] == client.codes(1)


def test_a_login_where_it_is_not_offered(loop):
    with start(receiver(), loop, Books()) as server, Raw(server.address) as client:
        client.hear()
        client.encrypt()
        client.say(HELLO + b"AUTH LOGIN\r\n")
        assert [250, 502] == client.codes(2)


def test_nothing_but_tls_is_taken_where_tls_is_needed(loop):
    books = Books()
    with (
        start(receiver(needs_tls=True), loop, books) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + FROM + TO + DATA + b"VRFY x\r\nNOOP\r\n")
        assert [220, 250, 530, 530, 530, 530, 250] == client.codes(7)
        assert send(loop, handoff(), lambda _n, _p: server.address).accepted


def test_starttls_where_it_is_not_offered(loop):
    with (
        start(receiver(tls=NO_TLS), loop, Books()) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + b"STARTTLS\r\nNOOP\r\n")
        assert [220, 250, 502, 250] == client.codes(4)


FAULTS = {
    "connect": [451],
    "hello": [220, 451, 503, 503, 503],
    "mail": [220, 250, 451, 503, 503],
    "recipient": [220, 250, 250, 451, 503],
    "data": [220, 250, 250, 250, 451],
    "message": [220, 250, 250, 250, 354, 451, 250],
}


@pytest.mark.parametrize("stage", FAULTS)
def test_a_fault_of_the_receiver_is_451_and_reported(loop, stage):
    told: list[Exception] = []

    def broken(*_seen):
        raise ZeroDivisionError

    faulty = replace(receiver(), **{stage: broken})
    with (
        start(faulty, loop, Books(), on_error=told.append) as server,
        Raw(server.address) as client,
    ):
        expected = FAULTS[stage]
        if stage != "connect":
            client.say(HELLO + FROM + TO + DATA)
        if stage == "message":
            client.say(b"a" + END + b"NOOP\r\n")
        assert expected == client.codes(len(expected))
        assert told == server.errors
    assert [ZeroDivisionError] == [type(error) for error in told]


def test_a_fault_of_the_ledger_is_451(loop):
    class Torn(Books):
        def record(self, *_seen):
            raise OSError("disk full")

    with start(receiver(), loop, Torn()) as server:
        sent = send(loop, handoff(), lambda _n, _p: server.address)
        assert ["4.3.0"] == [str(said.status) for _, said in sent.deferred]
        assert 1 == len(server.errors)


def test_endless_nonsense_ends(loop):
    with (
        start(receiver(), loop, Books(), limits=Limits(errors=3)) as server,
        Raw(server.address) as client,
    ):
        client.say(b"X\r\n" * 10)
        assert [220, 500, 500, 500, 421] == client.codes(5)
        assert client.is_closed()


def test_idle_clients_are_cut_off(loop):
    with (
        start(receiver(), loop, Books(), limits=Limits(idle=0.05)) as server,
        Raw(server.address) as client,
    ):
        assert [220] == client.codes(1)
        assert client.is_closed()


def test_a_421_closes_the_connection(loop):
    closing = reply(421, "4.3.2", "closing")
    with (
        start(receiver(mail=closing), loop, Books()) as server,
        Raw(server.address) as client,
    ):
        client.say(HELLO + FROM)
        assert [220, 250, 421] == client.codes(3)
        assert client.is_closed()


def test_a_refused_greeting_closes_the_connection(loop):
    with (
        start(receiver(connect=LATER), loop, Books()) as server,
        Raw(server.address) as client,
    ):
        assert [451] == client.codes(1)
        assert client.is_closed()


def test_stopping_cuts_whoever_is_there(loop):
    server = start(receiver(), loop, Books())
    with Raw(server.address) as idle, Raw(server.address) as shaking:
        idle.hear()
        shaking.hear()
        shaking.say(HELLO).hear()
        shaking.say(b"STARTTLS\r\n").hear()
        server.stop()
        assert idle.is_closed()
        assert shaking.is_closed()
        server.stop()


PROXIED = {
    "version 1": (b"PROXY TCP4 192.0.2.9 127.0.0.1 1 25\r\n", "192.0.2.9"),
    "version 1, IPv6": (b"PROXY TCP6 2001:db8::9 ::1 1 25\r\n", "2001:db8::9"),
    "version 1, unknown": (b"PROXY UNKNOWN\r\n", "None"),
    "version 2": (
        b"\r\n\r\n\x00\r\nQUIT\n"
        + bytes.fromhex("2111000c c0000209 7f000001 0001 0019"),
        "192.0.2.9",
    ),
}


@pytest.mark.parametrize("name", PROXIED)
def test_a_proxy_header_gives_the_source(loop, name):
    header, source = PROXIED[name]
    books = Books()
    with (
        start(receiver(), loop, books, trusts_proxy=True) as server,
        Raw(server.address) as client,
    ):
        client.say(header + HELLO + FROM + TO + DATA + b"a" + END)
        assert [220, 250, 250, 250, 354, 250] == client.codes(6)
    assert [source] == [str(record.session.source) for record in books.records]


@pytest.mark.parametrize("header", [HELLO, b"PROXY TCP4 1.2.3 x\r\n", b"PROXY\r\n"])
def test_a_bad_proxy_header_closes_the_connection(loop, header):
    with (
        start(receiver(), loop, Books(), trusts_proxy=True) as server,
        Raw(server.address) as client,
    ):
        assert client.say(header).is_closed()


def test_without_proxy_there_is_no_source(loop):
    books = Books()
    with start(receiver(), loop, books) as server:
        send(loop, handoff(content=Content(b"x")), lambda _n, _p: server.address)
    assert [None] == [record.session.source for record in books.records]


def test_a_server_without_its_certificate_does_not_start(loop):
    with pytest.raises(AssertionError):
        serve(receiver(), loop, record=Books().record)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_are_without_nagles_delay(host):
    # asyncio looks at the protocol, and leaves the delay on where it is not named.
    try:
        listening = bind(host, 0)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with listening:
        assert socket.IPPROTO_TCP == listening.proto


def test_a_port_that_is_taken_is_an_error(loop):
    in_use = pytest.raises(OSError, match=r"in use|10048|10013")
    with start(receiver(), loop, Books()) as server, in_use:
        bind(*server.address)

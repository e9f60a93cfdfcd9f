"""Mails per second, each over a new connection with STARTTLS, against bare aiosmtpd."""

import statistics

import pytest

from benchmarks.bare import bare_aiosmtpd, seconds, send
from fakes.internet.certificates import server_context
from fakes.internet.hosts import Internet, decent_host, receiver_of
from fakes.mail.reply import Reply
from fakes.smtp.loop import Loop
from fakes.smtp.server import serve

NAME = "relay.fabrikam.example"
CONTEXT = server_context(decent_host(NAME).tls.certificate)
MAIL = (
    b"From: Anna <anna@contoso.example>\r\nTo: bob@fabrikam.example\r\n"
    b"Subject: figures\r\n\r\n"
    + b"A line of an ordinary mail, no longer than usual.\r\n"
    * 40
)
ROUNDS, MAILS = 15, 20
TARGET = 0.8


@pytest.fixture
def loop():
    with Loop() as running:
        yield running


@pytest.fixture
def ours(loop):
    receiver = receiver_of(Internet(), NAME, 25)
    assert not isinstance(receiver, Reply)
    taken = []
    with serve(
        receiver, loop, record=lambda *seen: taken.append(seen), tls=CONTEXT
    ) as server:
        yield server.address
    assert taken


@pytest.fixture
def bare(loop):
    with bare_aiosmtpd(loop, NAME, CONTEXT) as address:
        yield address


def send_all(address):
    send(address, MAILS, "bob@fabrikam.example", MAIL)


def test_new_starttls_connections_against_bare_aiosmtpd(benchmark, ours, bare, capsys):
    send_all(ours)
    send_all(bare)
    # By turns, so that whatever else the machine does meets both.
    pairs = [(seconds(send_all, ours), seconds(send_all, bare)) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / own for own, theirs in pairs)
    benchmark.pedantic(send_all, args=(ours,), rounds=3)
    own = MAILS / statistics.median(own for own, _ in pairs)
    theirs = MAILS / statistics.median(theirs for _, theirs in pairs)
    benchmark.extra_info["ratio to bare aiosmtpd"] = round(ratio, 2)
    with capsys.disabled():
        line = f"{own:.0f} mails/s, bare {theirs:.0f} mails/s, ratio {ratio:.2f}"
        print(f"\n{line}")  # noqa: T201
    assert ratio >= TARGET

"""Mails per second, each over a new connection with STARTTLS, against bare aiosmtpd."""

import asyncio
import smtplib
import socket
import statistics
import time

import pytest
from aiosmtpd.smtp import SMTP

from fakes.internet.certificates import client_context, server_context
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


class Taking:
    """The least that bare aiosmtpd needs in order to take a mail."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append(envelope.content)
        return "250 OK"


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
    handler = Taking()

    async def start():
        running = asyncio.get_running_loop()
        return await running.create_server(
            lambda: SMTP(
                handler,
                hostname=NAME,
                tls_context=CONTEXT,
                require_starttls=True,
                loop=running,
            ),
            "127.0.0.1",
            0,
        )

    async def stop():
        server.close()
        await server.wait_closed()

    server = loop.run(start())
    yield server.sockets[0].getsockname()
    loop.run(stop())
    assert handler.taken


class Client(smtplib.SMTP):
    """smtplib without Nagle's delay, which would hide what is measured."""

    def _get_socket(self, host, port, timeout):
        connected = super()._get_socket(host, port, timeout)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected


def send(address):
    for _ in range(MAILS):
        with Client(*address, local_hostname="client.example") as client:
            client.starttls(context=client_context())
            client.sendmail("anna@contoso.example", "bob@fabrikam.example", MAIL)


def seconds(address):
    began = time.perf_counter()
    send(address)
    return time.perf_counter() - began


def test_new_starttls_connections_against_bare_aiosmtpd(benchmark, ours, bare, capsys):
    send(ours)
    send(bare)
    # By turns, so that whatever else the machine does meets both.
    pairs = [(seconds(ours), seconds(bare)) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / own for own, theirs in pairs)
    benchmark.pedantic(send, args=(ours,), rounds=3)
    own = MAILS / statistics.median(own for own, _ in pairs)
    theirs = MAILS / statistics.median(theirs for _, theirs in pairs)
    benchmark.extra_info["ratio to bare aiosmtpd"] = round(ratio, 2)
    with capsys.disabled():
        line = f"{own:.0f} mails/s, bare {theirs:.0f} mails/s, ratio {ratio:.2f}"
        print(f"\n{line}")  # noqa: T201
    assert ratio >= TARGET

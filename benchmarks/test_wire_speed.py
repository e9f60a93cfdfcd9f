"""Mails per second from submission to delivery, both hops over TLS, against one hop
into bare aiosmtpd with STARTTLS."""

import asyncio
import smtplib
import socket
import statistics
import time
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP

from fakes.internet.certificates import client_context, server_context
from fakes.mail.session import Certificate
from fakes.smtp.loop import Loop
from harness.wire import Wire
from tests.wire.wire_cases import CASES

NAME = "relay.fabrikam.example"
CONTEXT = server_context(Certificate((NAME,)))
# A word in the subject: submission with AUTH over TLS, then STARTTLS to Zivver.
CASE = CASES[0]
RAW = CASE.item.content.raw
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ROUNDS, MAILS = 11, 20
TARGET = 0.3


class Taking:
    """The least that bare aiosmtpd needs in order to take a mail."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append(envelope.content)
        return "250 OK"


class Client(smtplib.SMTP):
    """smtplib without Nagle's delay, which would hide what is measured."""

    def _get_socket(self, host, port, timeout):
        connected = super()._get_socket(host, port, timeout)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected


@pytest.fixture
def bare():
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

    with Loop() as loop:
        server = loop.run(start())
        yield server.sockets[0].getsockname()
        loop.run(stop())
    assert handler.taken


def send(address):
    for _ in range(MAILS):
        with Client(*address, local_hostname="client.example") as client:
            client.starttls(context=client_context())
            client.sendmail("anna@contoso.example", "info@fabrikam.example", RAW)


def observe(wire):
    for _ in range(MAILS):
        outcome = wire.observe(CASE.item, at=AT)
    assert CASE.expected[0] is outcome.deliveries[0].disposition


def seconds(work, on):
    began = time.perf_counter()
    work(on)
    return time.perf_counter() - began


def test_two_hops_over_tls_against_one_into_bare_aiosmtpd(benchmark, bare, capsys):
    with Wire(CASE.world) as wire:
        observe(wire)
        send(bare)
        # By turns, so that whatever else the machine does meets both.
        pairs = [(seconds(observe, wire), seconds(send, bare)) for _ in range(ROUNDS)]
        benchmark.pedantic(observe, args=(wire,), rounds=3)
    ratio = statistics.median(theirs / own for own, theirs in pairs)
    own = MAILS / statistics.median(own for own, _ in pairs)
    theirs = MAILS / statistics.median(theirs for _, theirs in pairs)
    benchmark.extra_info["ratio to bare aiosmtpd"] = round(ratio, 2)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{own:.0f} mails/s in two hops, bare aiosmtpd {theirs:.0f} mails/s in"
            f" one, ratio {ratio:.2f}"
        )
    assert ratio >= TARGET

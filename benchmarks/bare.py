"""What our servers are measured against: bare aiosmtpd with STARTTLS, and a client."""

import asyncio
import smtplib
import socket
import time
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP

from fakes.internet.certificates import client_context


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


@contextmanager
def bare_aiosmtpd(loop, name, context):
    handler = Taking()

    async def start():
        running = asyncio.get_running_loop()
        return await running.create_server(
            lambda: SMTP(
                handler,
                hostname=name,
                tls_context=context,
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


def send(address, mails, recipient, content, *, trust=None):
    """Send so many mails, each over a new connection with STARTTLS."""
    context = trust or client_context()
    for _ in range(mails):
        with Client(*address, local_hostname="client.example") as client:
            client.starttls(context=context)
            client.sendmail("anna@contoso.example", recipient, content)


def seconds(work, on):
    began = time.perf_counter()
    work(on)
    return time.perf_counter() - began

"""A receiver behind a socket: `serve` starts a server, `stop` ends it."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from fakes.smtp.connection import Limits, Setup
from fakes.smtp.dialogue import Dialogue

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.receiver import Receiver
    from fakes.mail.session import Certificate, Session
    from fakes.smtp.loop import Loop

R = TypeVar("R")


class PortError(OSError):
    """A port of this machine that cannot be listened at."""

    def __init__(self, port: int, why: OSError) -> None:
        """Say which port, and why."""
        said = (why.strerror or "no reason given").lower()
        super().__init__(why.errno, f"port {port}: {said}")
        self.port = port


DEFAULT_LIMITS = Limits()
# Who waits beyond these tries again after a second.
_BACKLOG = 1024


class Server(Generic[R]):
    """One listening server in a shared loop; use it in a `with` statement or `stop` it.

    `errors` holds what its receiver or its record raised; the client heard 451.
    """

    def __init__(
        self,
        setup: Setup[R],
        listening: socket.socket,
        loop: Loop,
        errors: list[Exception],
    ) -> None:
        self.errors = errors
        self.address: tuple[str, int] = listening.getsockname()[:2]
        self._setup = setup
        self._loop = loop
        # The socket listens already, so nobody has to wait for the loop.
        self._started = asyncio.run_coroutine_threadsafe(
            self._listen(listening), loop.asyncio_loop
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def open_connections(self) -> int:
        """How many clients are there now."""
        return len(self._setup.connections)

    def show(self, tls: ssl.SSLContext) -> None:
        """Show another certificate to whoever connects from now on."""
        self._setup = replace(self._setup, tls=tls)

    def stop(self) -> None:
        """Cut all connections and close the socket; a second call does nothing."""
        self._loop.run(self.aclose())

    async def aclose(self) -> None:
        """Do the same from within the loop."""
        server = await asyncio.wrap_future(self._started)
        server.close()
        for connection in tuple(self._setup.connections):
            await connection.end()
        await server.wait_closed()

    async def _listen(self, listening: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: Dialogue(self._setup, loop), sock=listening, backlog=_BACKLOG
        )


def serve(  # noqa: PLR0913  all but two are keywords with plain defaults
    receiver: Receiver[R],
    loop: Loop,
    *,
    record: Callable[[R, Session, Envelope, Content], None],
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    trusts_proxy: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    on_error: Callable[[Exception], None] | None = None,
    tls_of: Callable[[Certificate], ssl.SSLContext] | None = None,
) -> Server[R]:
    """Start a server; it answers when this returns.

    `record` is called in the loop's thread before the sender hears the reply.
    `trusts_proxy`: every client begins with a PROXY header (version 1 or 2), which
    gives the modelled source address; without it there is none. `on_error` is told
    what the receiver or `record` raised, besides `errors`. `tls_of` makes what a
    receiver needs that shows another certificate in some session.
    """
    if receiver.tls.is_offered and not receiver.tls.is_refused and tls is None:
        raise AssertionError(f"{receiver.name} offers STARTTLS without a certificate")
    errors: list[Exception] = []

    def report(error: Exception) -> None:
        errors.append(error)
        if on_error is not None:
            on_error(error)

    setup = Setup(receiver, record, report, tls, trusts_proxy, limits, set(), tls_of)
    return Server(setup, bind(host, port), loop, errors)


def bind(host: str, port: int) -> socket.socket:
    """Listen, with the protocol named.

    `socket.create_server` leaves it 0, and then asyncio leaves Nagle's delay on: each
    session with TLS would stand still for 40 ms.

    Raises:
        PortError: the port is in use, or not for us.

    """
    family = socket.AF_INET if ip_address(host).version == 4 else socket.AF_INET6
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # On Windows the option would let others take the port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as problem:
        listening.close()
        raise PortError(port, problem) from None
    return listening

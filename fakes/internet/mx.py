"""Everybody else's servers on loopback, started when somebody looks for them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from fakes.internet.certificates import tls_context
from fakes.internet.hosts import Arrival, Internet, receiver_of
from fakes.mail.address import domain_key
from fakes.mail.reply import Reply
from fakes.mail.troubles import LOOK_UP_FAILED
from fakes.smtp.server import Server, serve

if TYPE_CHECKING:
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.session import Session
    from fakes.smtp.loop import Loop


class MailExchangers:
    """The servers of an internet; use it in a `with` statement or `stop` it.

    All of them expect a PROXY header, so that a modelled source arrives.
    """

    def __init__(
        self, internet: Internet, loop: Loop, *, nxdomain: Reply = LOOK_UP_FAILED
    ) -> None:
        self._internet = internet
        self._loop = loop
        self._nxdomain = nxdomain
        self._servers: dict[tuple[str, int], Server[Arrival]] = {}
        self._ledger: list[Arrival] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def ledger(self) -> tuple[Arrival, ...]:
        """What has arrived so far, in order."""
        with self._lock:
            return tuple(self._ledger)

    @property
    def errors(self) -> tuple[Exception, ...]:
        """What went wrong inside; always our own fault."""
        with self._lock:
            servers = tuple(self._servers.values())
        return tuple(error for server in servers for error in server.errors)

    def locate(self, name: str, port: int) -> tuple[str, int] | Reply:
        """Say where a host listens, or why it cannot be reached; from any thread."""
        receiver = receiver_of(self._internet, name, port, nxdomain=self._nxdomain)
        if isinstance(receiver, Reply):
            return receiver
        key = (domain_key(name), port)
        with self._lock:
            if key not in self._servers:
                self._servers[key] = serve(
                    receiver,
                    self._loop,
                    record=self._record,
                    tls=tls_context(receiver.tls),
                    trusts_proxy=True,
                )
            return self._servers[key].address

    def stop(self) -> None:
        """Close every server; the ledger stays."""
        self._loop.run(self.aclose())

    async def aclose(self) -> None:
        """Do the same from within the loop."""
        with self._lock:
            servers = tuple(self._servers.values())
            self._servers.clear()
        for server in servers:
            await server.aclose()

    def _record(
        self, arrival: Arrival, session: Session, envelope: Envelope, content: Content
    ) -> None:
        del session, envelope, content
        with self._lock:
            self._ledger.append(arrival)

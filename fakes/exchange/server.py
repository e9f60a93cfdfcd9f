"""The fake Exchange behind sockets: mail comes in by SMTP and leaves by SMTP.

It decides nothing: `reception` answers, `drive` says what is handed off.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self

from fakes.choices import Choices
from fakes.exchange.drive import NO_PATIENCE, Intervention, drive
from fakes.exchange.readings import ask
from fakes.exchange.reception import (
    NO_LIMITS,
    SMTP_PORT,
    SUBMISSION_PORT,
    ReceiveLimits,
    receiver_of,
)
from fakes.mail.session import Certificate, ServerTls
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.client import DEFAULT_PATIENCE, Connections, Patience, transmit
from fakes.smtp.server import serve

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from datetime import datetime, timedelta

    from fakes.exchange.hybrid import Peer
    from fakes.exchange.ledger import Record
    from fakes.exchange.organization import Organization
    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.handoff import HandOff, Transmission
    from fakes.mail.item import MailItem, Submission
    from fakes.mail.reply import Reply
    from fakes.mail.session import Session
    from fakes.smtp.client import Place
    from fakes.smtp.loop import Loop

_TLS = ServerTls(is_offered=True, certificate=Certificate(()))
_NO_TLS = ServerTls(is_offered=False, certificate=Certificate(()))


class Locate(Protocol):
    """Says where on loopback a name and a port lead at a virtual time, or why not."""

    def __call__(
        self, host: str, port: int, /, *, at: datetime | None
    ) -> Place | Reply:
        """Give the place."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies around Exchange: names to loopback, MX, whom it trusts, how long.

    `locate` is told the virtual time of the attempt as well, `sent` of every hand-off
    as soon as it is over, and awaited; `interventions` are what an administrator does
    meanwhile; `terms` gives a hand-off on the terms of the run; `passes_spf` says
    whether a client may send for an address, None where nobody knows.
    """

    locate: Locate
    mx: MxTable
    trust: ssl.SSLContext
    timeouts: Patience = DEFAULT_PATIENCE
    sent: Callable[[Transmission], Awaitable[None]] | None = None
    interventions: tuple[Intervention, ...] = ()
    terms: Callable[[HandOff], HandOff] | None = None
    passes_spf: Callable[[Submission, Address | None], bool | None] = (
        lambda _submission, _sender: None
    )


@dataclass(frozen=True, slots=True)
class Handled:
    """A mail that was taken, and what was written down about it and its children."""

    item: MailItem
    records: tuple[Record, ...]


class ExchangeServer:
    """A fake Exchange on loopback; use it in a `with` statement or `stop` it.

    Args:
        organization: the configuration.
        loop: where everything runs.
        outside: the world around it.
        clock: the time of a mail that is accepted (aware, virtual).
        choices: gives the choices of one mail.
        patience: how long, in virtual time, its queue goes on trying.
        tls: the certificate that it shows to clients, None for no STARTTLS.
        trusts_proxy: every client begins with a PROXY header.
        peer: the other side of a hybrid if nobody else connects here.
        limits: how much a client may hand in.
        connections: keep sessions open between mails; None: each mail has its own.

    """

    def __init__(  # noqa: PLR0913  all but three are keywords with plain defaults
        self,
        organization: Organization,
        loop: Loop,
        outside: Outside,
        *,
        clock: Callable[[], datetime],
        choices: Callable[[], Choices] = Choices,
        patience: timedelta = NO_PATIENCE,
        tls: ssl.SSLContext | None = None,
        trusts_proxy: bool = False,
        peer: Peer | None = None,
        limits: ReceiveLimits = NO_LIMITS,
        connections: Connections | None = None,
    ) -> None:
        self._organization = organization
        self._loop = loop
        self._outside = outside
        self._clock = clock
        self._choices = choices
        self._patience = patience
        self._errors: list[Exception] = []
        self._handled: list[Handled] = []
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections = connections
        self._servers = {
            port: serve(
                receiver_of(
                    organization,
                    choices,
                    tls=_TLS if tls else _NO_TLS,
                    peer=peer,
                    port=port,
                    limits=limits,
                ),
                loop,
                record=self._take,
                tls=tls,
                trusts_proxy=trusts_proxy,
            )
            for port in ((SMTP_PORT,) if peer else (SMTP_PORT, SUBMISSION_PORT))
        }
        self.address = self._servers[SMTP_PORT].address

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def handled(self) -> tuple[Handled, ...]:
        """The mails whose way has come to its end, in the order in which it did."""
        with self._lock:
            return tuple(self._handled)

    @property
    def errors(self) -> tuple[Exception, ...]:
        """What went wrong inside; always our own fault."""
        servers = self._servers.values()
        return (*(e for server in servers for e in server.errors), *self._errors)

    def locate(self, port: int) -> Place | Reply:
        """Say where one of its ports is on loopback, or why nobody answers."""
        server = self._servers.get(port)
        return server.address if server else CONNECTION_REFUSED

    async def settled(self) -> None:
        """Wait, within the loop, until every mail that was taken is handled."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def wait(self, *, timeout: float | None = None) -> None:
        """Wait, outside the loop, until every mail that was taken is handled.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.

        """
        self._loop.run(self.settled(), timeout=timeout)

    def stop(self) -> None:
        """Drop what is under way and close the server; the ledger stays."""
        self._loop.run(self.aclose())

    async def aclose(self) -> None:
        """Do the same from within the loop."""
        for server in self._servers.values():
            await server.aclose()
        for task in self._tasks:
            task.cancel()
        await self.settled()

    def _take(
        self,
        item: MailItem | None,
        session: Session,
        envelope: Envelope,
        content: Content,
    ) -> None:
        del session, envelope, content  # the item holds them
        if item is None:
            return
        task = self._loop.asyncio_loop.create_task(self._handle(item))
        # The loop itself keeps no hold of a task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, item: MailItem) -> None:
        try:
            handled = await self._through(item)
        except Exception as error:  # noqa: BLE001  nobody awaits it: `errors` tells
            self._errors.append(error)
            return
        with self._lock:
            self._handled.append(handled)

    async def _through(self, item: MailItem) -> Handled:
        """Perform with sockets what the driver asks for."""
        outside, choices = self._outside, self._choices()
        came = item.submission
        passes = outside.passes_spf(came, item.envelope.reverse_path)
        item = replace(item, submission=replace(came, passes_spf=passes))
        way = drive(
            item,
            self._organization,
            at=self._clock(),
            mx=outside.mx,
            choices=choices,
            patience=self._patience,
            interventions=outside.interventions,
        )
        try:
            handoff = next(way)
            while True:
                if outside.terms is not None:
                    handoff = outside.terms(handoff)
                transmission = await transmit(
                    handoff,
                    partial(outside.locate, at=handoff.at),
                    trust=outside.trust,
                    source=handoff.source or self._organization.source,
                    announces_source=True,
                    patience=outside.timeouts,
                    habits=partial(ask, self._organization.readings, choices),
                    connections=self._connections,
                )
                if outside.sent is not None:
                    await outside.sent(transmission)
                handoff = way.send(transmission)
        except StopIteration as stop:
            return Handled(item, stop.value.ledger)

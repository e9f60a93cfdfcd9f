"""The fake Zivver behind sockets, one for each of its ports."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from fakes.choices import Choices
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.server import Server, serve
from fakes.zivver.faults import FaultDesk, with_faults
from fakes.zivver.ledger import Ledger, Refusal, Transaction
from fakes.zivver.receiver import Clock, not_told, receiver

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.receiver import Receiver
    from fakes.mail.reply import Reply
    from fakes.mail.session import Certificate, Session
    from fakes.smtp.loop import Loop
    from fakes.zivver.service import ZivverService
    from fakes.zone import Zone


class ZivverEndpoint:
    """A Zivver service on loopback; use it in a `with` statement or `stop` it.

    `tls` holds the certificate that `service.tls` describes, None when STARTTLS is
    not offered or refused. `choices` are those of the run that is compared with.
    `faults` may be added to while it runs. `on_mail` is told of every mail that came to
    its end of data, with what the ledger does not keep; `on_refusal` of every session
    that was refused before. `listen` gives the port of this machine that stands for
    one of Zivver's; any that is free otherwise. `clock` tells the time;
    `tls_of` makes what a fault needs that shows another certificate.

    Raises:
        OSError: a port is in use; nothing stays half started.

    """

    def __init__(  # noqa: PLR0913  all but three are keywords with plain defaults
        self,
        service: ZivverService,
        zone: Zone,
        loop: Loop,
        *,
        tls: ssl.SSLContext | None,
        choices: Choices | None = None,
        trusts_proxy: bool = False,
        faults: FaultDesk | None = None,
        on_mail: Callable[[Transaction, Envelope, Content], None] | None = None,
        listen: Mapping[int, int] | None = None,
        on_refusal: Callable[[Refusal], None] | None = None,
        clock: Clock = not_told,
        tls_of: Callable[[Certificate], ssl.SSLContext] | None = None,
    ) -> None:
        self.faults = faults or FaultDesk()
        self._clock, self._tls_of = clock, tls_of
        self._on_mail, self._on_refusal = on_mail, on_refusal
        self._transactions: list[Transaction] = []
        self._refusals: list[Refusal] = []
        self._lock = threading.Lock()
        self._servers: dict[int, Server[Transaction]] = {}
        ports = () if service.is_down else service.ports
        try:
            for port in ports:
                self._servers[port] = self._serve(
                    receiver(
                        service,
                        zone,
                        port,
                        choices or Choices(),
                        note=self._note,
                        clock=clock,
                    ),
                    loop,
                    tls=tls,
                    trusts_proxy=trusts_proxy,
                    port=(listen or {}).get(port, 0),
                )
        except OSError:
            self.stop()
            raise

    def _serve(
        self,
        door: Receiver[Transaction],
        loop: Loop,
        *,
        tls: ssl.SSLContext | None,
        trusts_proxy: bool,
        port: int,
    ) -> Server[Transaction]:
        return serve(
            with_faults(door, self.faults, clock=self._clock),
            loop,
            record=self._record,
            tls=tls,
            trusts_proxy=trusts_proxy,
            port=port,
            tls_of=self._tls_of,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def ledger(self) -> Ledger:
        """What was written down so far."""
        with self._lock:
            return Ledger(tuple(self._transactions), tuple(self._refusals))

    @property
    def errors(self) -> tuple[Exception, ...]:
        """What went wrong inside; always our own fault."""
        return tuple(e for server in self._servers.values() for e in server.errors)

    @property
    def open_connections(self) -> int:
        """How many clients are there now, at all ports."""
        return sum(server.open_connections for server in self._servers.values())

    def show(self, tls: ssl.SSLContext) -> None:
        """Show another certificate to whoever connects from now on."""
        for server in self._servers.values():
            server.show(tls)

    def locate(self, port: int) -> tuple[str, int] | Reply:
        """Say where one of Zivver's ports is on loopback, or why nobody answers."""
        server = self._servers.get(port)
        return server.address if server else CONNECTION_REFUSED

    def stop(self) -> None:
        """Close every server; the ledger stays."""
        for server in self._servers.values():
            server.stop()

    async def aclose(self) -> None:
        """Do the same from within the loop."""
        for server in self._servers.values():
            await server.aclose()

    def _record(
        self,
        transaction: Transaction,
        session: Session,
        envelope: Envelope,
        content: Content,
    ) -> None:
        del session  # the transaction holds it
        with self._lock:
            self._transactions.append(transaction)
        if self._on_mail is not None:
            self._on_mail(transaction, envelope, content)

    def _note(self, refusal: Refusal) -> None:
        with self._lock:
            self._refusals.append(refusal)
        if self._on_refusal is not None:
            self._on_refusal(refusal)

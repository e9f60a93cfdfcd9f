"""The servers of everybody but Exchange, for a mail on the wire, and their books."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.internet.certificates import tls_context
from fakes.mail.address import domain_key
from fakes.mail.reply import Reply
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.server import Server, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fakes.internet.mx import MailExchangers
    from fakes.internet.outages import Outage
    from fakes.mail.handoff import Transmission
    from fakes.mail.item import MailItem
    from fakes.mail.receiver import Receiver
    from fakes.smtp.loop import Loop
    from fakes.zivver.endpoint import ZivverEndpoint
    from fakes.zivver.faults import FaultDesk
    from fakes.zivver.ledger import Refusal
    from harness.simulate import Reached


@dataclass(frozen=True, slots=True)
class Watch:
    """What the Zivvers of many mails share: a script of faults, and who is told.

    Without `faults` each mail begins with those of its world.
    """

    faults: FaultDesk | None = None
    on_mail: Callable[..., None] | None = None
    on_refusal: Callable[[Refusal], None] | None = None


NOBODY = Watch()


@dataclass(slots=True)
class Moment:
    """The virtual time of the hand-off that is being made."""

    at: datetime | None


class Books:
    """The servers of everybody but Exchange, what they wrote, and what went wrong."""

    def __init__(
        self,
        zivver: ZivverEndpoint,
        others: MailExchangers,
        afflicted: Afflicted,
        loop: Loop,
        moment: Moment,
    ) -> None:
        self.zivver = zivver
        self.moment = moment
        self.others = others
        self.afflicted = afflicted
        self.loop = loop
        self.troubles: list[Exception] = []
        self.wrong: list[Exception] = []
        self._seen = (0, 0)

    def receipt(self, transmission: Transmission, host_of_zivver: str) -> Reached:
        """Find what was written down of a hand-off: the last of the new ones."""
        transactions, arrivals = self.zivver.ledger.transactions, self.others.ledger
        at_zivver, elsewhere = self._seen
        self._seen = (len(transactions), len(arrivals))
        new: list[tuple[str, Reached]] = [
            *((host_of_zivver, each) for each in transactions[at_zivver:]),
            *((each.host, each) for each in arrivals[elsewhere:]),
        ]
        host = domain_key(transmission.host or "")
        own = [receipt for name, receipt in new if domain_key(name) == host]
        every: list[Reached] = [receipt for _, receipt in new]
        return (own or every or [None])[-1]


class Afflicted:
    """What stands for hosts while an outage lasts: a closed port, or an erring server.

    Nothing reaches the books from here: no mail gets as far as its final dot.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._servers: dict[tuple[Outage, int], Server[Reached | MailItem]] = {}
        # Bound and not listening: who connects is refused, and nobody gets the port.
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))

    def locate(
        self, found: Receiver[Reached | MailItem] | Reply, outage: Outage
    ) -> tuple[str, int] | Reply:
        """Give the place of a host on which an outage lies."""
        if isinstance(found, Reply):
            here: tuple[str, int] = self._closed.getsockname()
            return here if found == CONNECTION_REFUSED else found
        key = outage, found.port
        if key not in self._servers:
            self._servers[key] = serve(
                found,
                self._loop,
                record=_nothing,
                tls=tls_context(found.tls),
                trusts_proxy=True,
            )
        return self._servers[key].address

    async def aclose(self) -> None:
        """Close every port."""
        self._closed.close()
        for server in self._servers.values():
            await server.aclose()


def _nothing(*what: object) -> None:
    raise AssertionError(f"a host took a mail that it must refuse: {what[:1]}")

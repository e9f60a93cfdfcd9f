"""What becomes of a mail, observed: the same world behind sockets, on loopback only.

The wire decides nothing. What each server says, whom a name leads to and what Exchange
does next are the functions that `simulate` calls; here real SMTP and TLS lie between.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from fakes.choices import Choices
from fakes.exchange.ledger import EndedInside, Passed, Transmitted
from fakes.exchange.server import ExchangeServer, Outside
from fakes.internet.certificates import client_context, server_context
from fakes.internet.hosts import Arrival
from fakes.internet.mx import MailExchangers
from fakes.mail.address import domain_key
from fakes.mail.handoff import AuthTerms, HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.item import ItemKind
from fakes.mail.receiving import as_sent
from fakes.mail.reply import Reply
from fakes.mail.session import Certificate, ServerTls
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.client import Patience, transmit
from fakes.smtp.loop import Loop
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.ledger import Transaction
from harness.fold import Story, fold
from harness.simulate import NO_PATIENCE, Table

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from fakes.choices import Key
    from fakes.exchange.ledger import Record
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.handoff import Transmission
    from fakes.mail.item import MailItem
    from fakes.mail.session import Session
    from harness.fold import Receipt
    from harness.outcome import Outcome
    from harness.world import World

T = TypeVar("T")

# Seconds. A server that is silent costs `connect`; nothing else comes near it.
TIMEOUTS = Patience(connect=3.0, reply=20.0)
LIMIT = 120.0
NOTHING_PINNED: Mapping[Key, str] = MappingProxyType({})

_EXCHANGE = "exchange.invalid"
_CERTIFICATE = Certificate((_EXCHANGE,))
_SUBMISSION_PORT, _SMTP_PORT = 587, 25
_ANY_PASSWORD = "any"  # noqa: S105  the fake Exchange takes every password


class WireError(Exception):
    """The world misbehaved: no port, no certificate, no answer."""


def observe(
    item: MailItem,
    world: World,
    *,
    at: datetime,
    pinned: Mapping[Key, str] = NOTHING_PINNED,
    patience: timedelta = NO_PATIENCE,
) -> Outcome:
    """Send one mail through a world behind sockets, and say what became of it.

    For many mails, keep a `Wire`.

    Raises:
        WireError: the world misbehaved.

    """
    with Wire(world) as wire:
        return wire.observe(item, at=at, pinned=pinned, patience=patience)


class Wire:
    """A loop and its time-outs, kept for many mails; one mail is sent at a time.

    Loop, CA and certificates stay. The servers of a mail are its own (to start one
    takes a fraction of a handshake), so that no mail meets what another left behind,
    each has its own choices, and each may have its own world.

    Args:
        world: the world of a mail for which no other is given.
        timeouts: how long a client waits, in seconds.
        limit: how long one mail may take in all, in seconds.

    """

    def __init__(
        self, world: World, *, timeouts: Patience = TIMEOUTS, limit: float = LIMIT
    ) -> None:
        self._world = world
        self._timeouts = timeouts
        self._limit = limit
        self._loop = Loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the loop and whatever still runs in it."""
        self._loop.close()

    def observe(
        self,
        item: MailItem,
        *,
        at: datetime,
        pinned: Mapping[Key, str] = NOTHING_PINNED,
        patience: timedelta = NO_PATIENCE,
        world: World | None = None,
    ) -> Outcome:
        """Send one mail, and say what became of it.

        Args:
            item: the mail; it must be one that somebody submits.
            at: the virtual time of submission (aware).
            pinned: the choices of this run; others take their default.
            patience: how long queues may go on trying, in virtual time.
            world: another world than that of the wire.

        Raises:
            WireError: the world misbehaved.

        """
        where = world or self._world
        story = self.tell(item, at=at, pinned=pinned, patience=patience, world=where)
        return fold(story, where)

    def tell(
        self,
        item: MailItem,
        *,
        at: datetime,
        pinned: Mapping[Key, str] = NOTHING_PINNED,
        patience: timedelta = NO_PATIENCE,
        world: World | None = None,
    ) -> Story:
        """Send one mail, and give all that was written down about it.

        Raises:
            WireError: the world misbehaved.

        """
        if item.kind is not ItemKind.MAIL:
            raise WireError(f"nobody submits a mail of kind `{item.kind.value}`")
        choices = Choices(pinned)
        try:
            with _Servers(
                world or self._world,
                self._loop,
                choices=choices,
                at=at,
                patience=patience,
                timeouts=self._timeouts,
            ) as servers:
                return self._loop.run(servers.carry(item), timeout=self._limit)
        except TimeoutError:
            what = f"the mail was not done with within {self._limit:g} seconds"
            raise WireError(what) from None


class _Servers:
    """The servers of one mail, and what they write down."""

    def __init__(
        self,
        world: World,
        loop: Loop,
        *,
        choices: Choices,
        at: datetime,
        patience: timedelta,
        timeouts: Patience,
    ) -> None:
        self._world = world
        self._table = Table(world, choices)
        self._timeouts = timeouts
        self._receipts: list[Receipt] = []
        self._seen = (0, 0)
        self._troubles: list[Exception] = []
        with ExitStack() as stack:
            self._others = stack.enter_context(MailExchangers(world.internet, loop))
            try:
                self._zivver = stack.enter_context(
                    ZivverEndpoint(
                        world.zivver,
                        world.internet.zone,
                        loop,
                        tls=_shown(world.zivver.tls),
                        choices=choices,
                        trusts_proxy=True,
                    )
                )
                self._exchange = stack.enter_context(
                    ExchangeServer(
                        world.organization,
                        loop,
                        Outside(
                            self._locate,
                            self._table.mx,
                            client_context(),
                            timeouts,
                            self._sent,
                        ),
                        clock=lambda: at,
                        choices=lambda: choices,
                        patience=patience,
                        tls=server_context(_CERTIFICATE),
                        trusts_proxy=True,
                    )
                )
            except (OSError, ValueError) as error:
                raise _cannot_serve(error) from error
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    async def carry(self, item: MailItem) -> Story:
        """Submit a mail, wait until it is done with, and collect the books."""
        refused = await self._submit(item)
        await self._exchange.settled()
        for error in (
            *self._exchange.errors,
            *self._zivver.errors,
            *self._others.errors,
        ):
            raise error
        for error in self._troubles:
            raise _cannot_serve(error) from error
        records = tuple(
            record for mail in self._exchange.handled for record in mail.records
        )
        return Story(item, refused, records, tuple(self._receipts))

    async def _submit(self, item: MailItem) -> tuple[tuple[Address, Reply], ...]:
        """Hand the mail to Exchange as its sender does; give whom it refused."""
        who = item.submission.authenticated
        level = TlsLevel.CERTIFICATE_VALIDATION if who else TlsLevel.OPPORTUNISTIC
        handoff = HandOff(
            item.envelope,
            item.content,
            (_EXCHANGE,),
            _SUBMISSION_PORT if who else _SMTP_PORT,
            TlsTerms(level),
            Route.SMART_HOST,
            auth=AuthTerms(str(who), _ANY_PASSWORD) if who else None,
            helo=item.submission.helo,
        )
        submitted = await transmit(
            handoff,
            lambda _host, _port: self._exchange.address,
            trust=client_context(),
            source=item.submission.source,
            announces_source=True,
            patience=self._timeouts,
        )
        for _, said in submitted.deferred:
            for error in self._exchange.errors:
                raise error
            raise WireError(f"the fake Exchange did not take the mail: {said}")
        return submitted.refused

    def _locate(self, host: str, port: int) -> tuple[str, int] | Reply:
        """Say where a name leads on loopback; the table knows whom it leads to."""
        found = self._table.find(host, port)
        if isinstance(found, Reply):
            return found
        if domain_key(host) == domain_key(self._world.zivver.host):
            return self._zivver.locate(port)
        try:
            return self._others.locate(host, port)
        except (OSError, ValueError) as error:
            # The client would take it for a trouble of the modelled network.
            self._troubles.append(error)
            return CONNECTION_REFUSED

    def _sent(self, transmission: Transmission) -> None:
        """Lay the receipt beside the hand-off that it is of: the last one written."""
        transactions, arrivals = self._zivver.ledger.transactions, self._others.ledger
        at_zivver, elsewhere = self._seen
        self._seen = (len(transactions), len(arrivals))
        new: list[tuple[str, Receipt]] = [
            *((self._world.zivver.host, each) for each in transactions[at_zivver:]),
            *((each.host, each) for each in arrivals[elsewhere:]),
        ]
        host = domain_key(transmission.host or "")
        own = [receipt for name, receipt in new if domain_key(name) == host]
        every: list[Receipt] = [receipt for _, receipt in new]
        self._receipts.append((own or every or [None])[-1])


def _shown(tls: ServerTls) -> ssl.SSLContext | None:
    offers = tls.is_offered and not tls.is_refused
    return server_context(tls.certificate) if offers else None


def _cannot_serve(error: Exception) -> WireError:
    words = " ".join(str(error).split()) or type(error).__name__
    return WireError(f"a server of the modelled world cannot be started: {words}")


# ------------------------------------------------------------ computed and observed


@dataclass(frozen=True, slots=True)
class _Facet(Generic[T]):
    """One thing that must be the same on both sides, with its name."""

    name: str
    of: Callable[[T], object]


def agree(computed: Story, observed: Story) -> tuple[str, ...]:
    """Say in words where two stories of one mail differ; nothing means nowhere."""
    return (
        *_differences("the mail", _STORY, computed, observed),
        *(
            words
            for number, (ours, theirs) in enumerate(
                zip(computed.exchange, observed.exchange, strict=False), 1
            )
            for words in _records(f"record {number}", ours, theirs)
        ),
        *(
            words
            for number, (ours, theirs) in enumerate(
                zip(computed.receipts, observed.receipts, strict=False), 1
            )
            for words in _receipts(f"receipt {number}", ours, theirs)
        ),
    )


def _records(where: str, computed: Record, observed: Record) -> tuple[str, ...]:
    match computed, observed:
        case Passed(), Passed():
            return _differences(f"{where}, a pass", _PASSED, computed, observed)
        case EndedInside(), EndedInside():
            return _differences(f"{where}, an end", _ENDED, computed, observed)
        case Transmitted(), Transmitted():
            return _differences(f"{where}, a hand-off", _SENT, computed, observed)
        case _:
            return (_words(where, "kind", _kind(computed), _kind(observed)),)


def _receipts(where: str, computed: Receipt, observed: Receipt) -> tuple[str, ...]:
    match computed, observed:
        case None, None:
            return ()
        case Transaction(), Transaction():
            return _differences(f"{where}, Zivver's", _ZIVVER, computed, observed)
        case Arrival(), Arrival():
            return _differences(f"{where}, a host's", _ARRIVAL, computed, observed)
        case _:
            return (_words(where, "kind", _kind(computed), _kind(observed)),)


def _differences(
    where: str, facets: tuple[_Facet[T], ...], computed: T, observed: T
) -> tuple[str, ...]:
    pairs = ((facet.name, facet.of(computed), facet.of(observed)) for facet in facets)
    return tuple(
        _words(where, name, ours, theirs)
        for name, ours, theirs in pairs
        if ours != theirs
    )


def _words(where: str, what: str, computed: object, observed: object) -> str:
    return f"{where}: {what}: computed {_text(computed)}, observed {_text(observed)}"


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(_text(each) for each in value) or "nothing"
    return "nothing" if value is None else str(value)


def _kind(record: Record | Receipt) -> str:
    return "nothing" if record is None else type(record).__name__


def _sha256(content: Content) -> str:
    return hashlib.sha256(as_sent(content).raw).hexdigest()


def _envelope(envelope: Envelope) -> tuple[str, ...]:
    """Give the texts, since two addresses are equal in whatever case."""
    return (f"from {envelope.reverse_path}", *map(str, envelope.recipients))


def _session(session: Session) -> tuple[str, ...]:
    return (
        f"source {session.source}",
        f"HELO {session.helo}",
        f"TLS {session.is_encrypted}",
        f"AUTH {session.identity}",
    )


def _said(transmission: Transmission) -> tuple[str, ...]:
    return tuple(
        f"{said.stage.value}{f' {said.about}' if said.about else ''}: {said.reply}"
        for said in transmission.said
    )


def _told(pairs: tuple[tuple[Address, Reply], ...]) -> tuple[str, ...]:
    return tuple(sorted(f"{who}: {said}" for who, said in pairs))


def _left(handoff: HandOff) -> tuple[str, ...]:
    """What Exchange asks of a hand-off, the password left out."""
    auth = handoff.auth
    return (
        f"to {', '.join(handoff.hosts)} port {handoff.port} ({handoff.route.value})",
        f"connector {handoff.connector}",
        f"TLS {handoff.tls.level.value} {handoff.tls.domain}",
        f"AUTH {auth.user if auth else None}",
        f"HELO {handoff.helo}",
        *_envelope(handoff.envelope),
        f"SHA-256 {_sha256(handoff.content)}",
    )


_STORY: tuple[_Facet[Story], ...] = (
    _Facet("refused", lambda story: _told(story.refused)),
    _Facet("Exchange's records", lambda story: tuple(map(_kind, story.exchange))),
    _Facet("receipts", lambda story: tuple(map(_kind, story.receipts))),
)
_PASSED: tuple[_Facet[Passed], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("submission", lambda record: record.item.submission),
    _Facet("envelope", lambda record: _envelope(record.item.envelope)),
    _Facet("SHA-256", lambda record: _sha256(record.item.content)),
    _Facet("steps", lambda record: record.result.steps),
    _Facet("ended", lambda record: record.result.ended),
    _Facet("assumed", lambda record: record.result.assumed),
)
_ENDED: tuple[_Facet[EndedInside], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("leg", lambda record: record.leg),
    _Facet("ending", lambda record: record.ending),
)
_SENT: tuple[_Facet[Transmitted], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("legs", lambda record: record.legs),
    _Facet("terms", lambda record: _left(record.transmission.handoff)),
    _Facet("host", lambda record: record.transmission.host),
    _Facet("encrypted", lambda record: record.transmission.is_encrypted),
    _Facet("certificate checked", lambda record: record.transmission.is_verified),
    _Facet("replies", lambda record: _said(record.transmission)),
    _Facet("accepted", lambda record: record.transmission.accepted),
    _Facet("deferred", lambda record: _told(record.transmission.deferred)),
    _Facet("refused", lambda record: _told(record.transmission.refused)),
)
_ZIVVER: tuple[_Facet[Transaction], ...] = (
    _Facet("port", lambda receipt: receipt.port),
    _Facet("session", lambda receipt: _session(receipt.session)),
    _Facet("envelope", lambda receipt: _envelope(receipt.envelope)),
    _Facet("SHA-256", lambda receipt: receipt.sha256),
    _Facet("reply", lambda receipt: receipt.reply),
    _Facet("reason", lambda receipt: (receipt.reason, receipt.why)),
    _Facet("account", lambda receipt: (receipt.author, receipt.account)),
    _Facet("recipients", lambda receipt: receipt.recipients),
    _Facet("deliveries", lambda receipt: receipt.deliveries),
    _Facet("assumed", lambda receipt: receipt.assumed),
    _Facet("returning", lambda receipt: receipt.is_returning),
)
_ARRIVAL: tuple[_Facet[Arrival], ...] = (
    _Facet("host", lambda receipt: receipt.host),
    _Facet("session", lambda receipt: _session(receipt.session)),
    _Facet("envelope", lambda receipt: _envelope(receipt.envelope)),
    _Facet("SHA-256", lambda receipt: receipt.sha256),
    _Facet("reply", lambda receipt: receipt.reply),
)

"""What becomes of a mail, observed: the same world behind sockets, on loopback only.

The wire decides nothing. What each server says, whom a name leads to and what Exchange
does next are the functions that `simulate` calls; here real SMTP and TLS lie between.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from fakes.choices import Choices, ChoicesApart
from fakes.exchange.drive import NO_PATIENCE
from fakes.exchange.server import ExchangeServer, Handled, Outside
from fakes.internet.certificates import client_context, server_context, tls_context
from fakes.internet.hosts import Arrival
from fakes.internet.mx import MailExchangers
from fakes.mail.handoff import AuthTerms, HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.item import ItemKind
from fakes.mail.reply import Reply
from fakes.mail.session import Certificate
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.client import Patience, transmit
from fakes.smtp.loop import Loop
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.faults import FaultDesk
from harness.agree import agree
from harness.books import NOBODY, Afflicted, Books, Moment, Watch
from harness.fold import fold
from harness.hybrid import across, entered, peer_of, side_of, tls_across
from harness.mailed_back import OF_ZIVVER, due
from harness.mailed_out import Outgoing, outgoing, posted, with_posted
from harness.simulate import Reached, Table
from harness.story import Crossing, Mailed, Onward, Posted, Relayed, Story
from harness.world import leads_to_zivver, outage_at, zivver_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from fakes.choices import Key
    from fakes.exchange.hybrid import Peer
    from fakes.internet.gateway import Passage
    from fakes.mail.address import Address
    from fakes.mail.handoff import Transmission
    from fakes.mail.item import MailItem, Submission
    from fakes.mail.session import IpAddress
    from harness.outcome import Outcome
    from harness.story import Receipt
    from harness.world import World

__all__ = ["LIMIT", "TIMEOUTS", "Watch", "Wire", "WireError", "agree", "observe"]

# Seconds. A server that is silent costs `connect`; nothing else comes near it.
TIMEOUTS = Patience(connect=3.0, reply=20.0)
LIMIT = 120.0
NOTHING_PINNED: Mapping[Key, str] = MappingProxyType({})

_EXCHANGE = "exchange.invalid"
_CERTIFICATE = Certificate((_EXCHANGE,))
_SUBMISSION_PORT, _SMTP_PORT = 587, 25
# A user's client is not Exchange: it says in one line what LOGIN says in three.
_SAID = ("PLAIN",)
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
        watch: what the Zivver of every mail shares with somebody else.

    """

    def __init__(
        self,
        world: World,
        *,
        timeouts: Patience = TIMEOUTS,
        limit: float = LIMIT,
        watch: Watch = NOBODY,
    ) -> None:
        self._world = world
        self._watch = watch
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
        run = _Run(
            at,
            Choices(pinned),
            patience,
            self._timeouts,
            self._limit,
            item.submission.passes_spf,
            watch=self._watch,
        )
        where = world or self._world
        try:
            return self._loop.run(_carry(item, where, self._loop, run))
        except TimeoutError:
            what = f"the mail was not done with within {self._limit:g} seconds"
            raise WireError(what) from None


@dataclass(frozen=True, slots=True)
class _Run:
    """What one mail brings along, for all servers to share."""

    at: datetime
    choices: Choices
    patience: timedelta
    timeouts: Patience
    limit: float
    passes_spf: bool | None = None
    generation: int = 0
    watch: Watch = NOBODY


async def _carry(item: MailItem, world: World, loop: Loop, run: _Run) -> Story:
    """Start the servers, submit the mail, await its end, read the books."""
    where = entered(item, world, run.choices)
    async with AsyncExitStack() as stack:
        try:
            others = MailExchangers(world.internet, loop)
            stack.push_async_callback(others.aclose)
            moment = Moment(run.at)
            zivver = _zivver(world, loop, run, moment)
            stack.push_async_callback(zivver.aclose)
            afflicted = Afflicted(loop)
            stack.push_async_callback(afflicted.aclose)
        except (OSError, ValueError) as error:
            raise _cannot_serve(error) from error
        books = Books(zivver, others, afflicted, loop, moment)
        # Here and not in `Loop.run`, so that the servers are closed nevertheless.
        async with asyncio.timeout(run.limit):
            story = await _through(item, _Around(where, run, books))
        for wrong in (*zivver.errors, *others.errors, *books.wrong):
            raise wrong
        for trouble in books.troubles:
            raise _cannot_serve(trouble) from trouble
        return story


async def _through(item: MailItem, around: _Around) -> Story:
    """Start one organization, submit the mail to it, await its end and its letters."""
    try:
        exchange = _exchange(around, tls=server_context(_CERTIFICATE))
    except (OSError, ValueError) as error:
        raise _cannot_serve(error) from error
    try:
        refused = await _submit(item, exchange, around.run.timeouts)
        await exchange.settled()
    finally:
        await exchange.aclose()
    for wrong in exchange.errors:
        raise wrong
    nothing = Story(item, side=side_of(around.world))
    told = around.told(exchange.handled[0]) if exchange.handled else nothing
    return await around.answered(replace(told, item=item, refused=refused))


def _zivver(world: World, loop: Loop, run: _Run, moment: Moment) -> ZivverEndpoint:
    watch = run.watch
    return ZivverEndpoint(
        zivver_of(world),
        world.internet.zone,
        loop,
        tls=tls_context(world.zivver.tls),
        choices=run.choices,
        trusts_proxy=True,
        faults=watch.faults or FaultDesk(world.zivver_faults),
        on_mail=watch.on_mail,
        on_refusal=watch.on_refusal,
        clock=lambda: moment.at,
        tls_of=server_context,
    )


def _exchange(
    around: _Around, *, tls: ssl.SSLContext | None, peer: Peer | None = None
) -> ExchangeServer:
    run = around.run

    def passes_spf(came: Submission, sender: Address | None) -> bool | None:
        found = around.table.passes_spf(came, sender)
        # What DNS does not tell is as the mail has it, and no socket shows that.
        return run.passes_spf if found is None and peer is None else found

    outside = Outside(
        around.locate,
        around.table.mx,
        client_context(),
        run.timeouts,
        around.sent,
        around.world.interventions,
        terms=around.on_terms,
        passes_spf=passes_spf,
    )
    return ExchangeServer(
        around.world.organization,
        around.loop,
        outside,
        clock=lambda: run.at,
        choices=lambda: run.choices,
        patience=run.patience,
        tls=tls,
        trusts_proxy=True,
        peer=peer,
    )


async def _submit(
    item: MailItem, exchange: ExchangeServer, timeouts: Patience
) -> tuple[tuple[Address, Reply], ...]:
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
        auth=AuthTerms(str(who), _ANY_PASSWORD, mechanisms=_SAID) if who else None,
        helo=item.submission.helo,
    )
    submitted = await transmit(
        handoff,
        lambda _host, port: exchange.locate(port),
        trust=client_context(),
        source=item.submission.source,
        announces_source=True,
        patience=timeouts,
    )
    for _, said in submitted.deferred:
        for wrong in exchange.errors:
            raise wrong
        raise WireError(f"the fake Exchange did not take the mail: {said}")
    return submitted.refused


class _Around:
    """Whom one organization reaches, and the receipts of what it handed off."""

    def __init__(self, world: World, run: _Run, books: Books) -> None:
        self.world = world
        self.run = run
        self.loop = books.loop
        self.table = Table(world, run.choices)
        self.receipts: list[Receipt] = []
        self._books = books
        self._beyond: list[tuple[_Around, ExchangeServer]] = []

    def locate(
        self, host: str, port: int, /, *, at: datetime | None
    ) -> tuple[str, int] | Reply:
        """Say where a name leads on loopback then; the table knows whom it leads to."""
        if not self.table.is_across(host):
            return self._locate_outside(host, port, at=at)
        found = self.table.find(host, port, at)
        outage = outage_at(self.world, host, at)
        if outage is not None:
            return self._books.afflicted.locate(found, outage)
        if isinstance(found, Reply):
            return found
        return self._started(lambda: self._other_side(host, at).address)

    def on_terms(self, handoff: HandOff) -> HandOff:
        """Give a hand-off on the terms of this run, and let it be its time."""
        self._books.moment.at = handoff.at
        return self.table.on_terms(handoff)

    async def sent(self, transmission: Transmission) -> None:
        """Lay the receipt beside the hand-off that it is of.

        A mail that the other side took is followed there to its end; what a gateway
        took it hands on now, as its own client.
        """
        crossed = await self._follow()
        if crossed is not None:
            self.receipts.append(crossed)
            return
        receipt = self._receipt(transmission)
        passage = self.table.passage(transmission, receipt)
        if passage is None or not isinstance(receipt, Arrival):
            self.receipts.append(receipt)
        else:
            at = transmission.handoff.at
            self.receipts.append(await self._pass_on(receipt, passage, at))

    def told(self, handled: Handled) -> Story:
        """Give the story of the one mail that the organization handled."""
        receipts, side = tuple(self.receipts), side_of(self.world)
        return Story(handled.item, (), handled.records, receipts, side)

    async def answered(self, story: Story) -> Story:
        """Post what Zivver mails because of a mail, outside and back, once settled."""
        sent = [await self._post(out) for out in outgoing(story, self.world)]
        story = with_posted(story, tuple(sent))
        letters = []
        for one in due(story, self.world):
            item, now = one.letter.item, one.at or self.run.at
            choices = ChoicesApart(self.run.choices, OF_ZIVVER)
            left = self.run.at + self.run.patience - now
            run = replace(
                self.run,
                choices=choices,
                at=now,
                patience=left,
                passes_spf=item.submission.passes_spf,
                generation=item.generation,
            )
            there = _Around(entered(item, self.world, choices), run, self._books)
            letters.append(
                Mailed(one.transaction, one.letter, await _through(item, there))
            )
        return replace(story, letters=tuple(letters))

    async def _post(self, out: Outgoing) -> Posted:
        made = await self._transmit(out.handoff, out.handoff.at)
        return posted(out, made, self._receipt(made))

    async def _transmit(
        self, handoff: HandOff, at: datetime | None, source: IpAddress | None = None
    ) -> Transmission:
        """Hand over as somebody else's client."""
        return await transmit(
            handoff,
            partial(self._locate_outside, at=at),
            trust=client_context(),
            source=source,
            announces_source=True,
            patience=self.run.timeouts,
        )

    def _locate_outside(
        self, host: str, port: int, /, *, at: datetime | None
    ) -> tuple[str, int] | Reply:
        found = self.table.find_outside(host, port, at)
        outage = outage_at(self.world, host, at)
        if outage is not None:
            return self._books.afflicted.locate(found, outage)
        if isinstance(found, Reply):
            return found
        if leads_to_zivver(self.world, host):
            return self._books.zivver.locate(port)
        return self._started(lambda: self._books.others.locate(host, port))

    def _started(
        self, start: Callable[[], tuple[str, int] | Reply]
    ) -> tuple[str, int] | Reply:
        """Start a server; the client would take a failure for one of the model."""
        try:
            return start()
        except (OSError, ValueError) as error:
            self._books.troubles.append(error)
            return CONNECTION_REFUSED

    def _other_side(self, host: str, at: datetime | None) -> ExchangeServer:
        """Start the other side of a hybrid, for one mail."""
        there, choices = across(self.world, self.run.choices)
        now = at or self.run.at
        left = self.run.at + self.run.patience - now
        run = replace(self.run, choices=choices, at=now, patience=left)
        around = _Around(there, run, self._books)
        server = _exchange(
            around,
            tls=tls_context(tls_across(self.world, host)),
            peer=peer_of(self.world, choices),
        )
        self._beyond.append((around, server))
        return server

    async def _follow(self) -> Crossing | None:
        """Await what the other side does with the mail that it took, if it took one."""
        found: list[Crossing] = []
        while self._beyond:
            around, server = self._beyond.pop()
            await server.settled()
            self._books.wrong.extend(server.errors)
            await server.aclose()
            for mail in server.handled:
                told = around.told(mail)
                item = replace(told.item, generation=self.run.generation)
                story = await around.answered(replace(told, item=item))
                found.append(Crossing(story))
        return found[0] if found else None

    async def _pass_on(
        self, arrival: Arrival, passage: Passage, at: datetime | None
    ) -> Relayed:
        onward = []
        self._books.moment.at = at
        for handoff in passage.handoffs:
            made = await self._transmit(handoff, at, passage.source)
            onward.append(Onward(made, self._receipt(made)))
        return Relayed(arrival, passage, tuple(onward))

    def _receipt(self, transmission: Transmission) -> Reached:
        return self._books.receipt(transmission, self.world.zivver.host)


def _cannot_serve(error: Exception) -> WireError:
    words = " ".join(str(error).split()) or type(error).__name__
    return WireError(f"a server of the modelled world cannot be started: {words}")

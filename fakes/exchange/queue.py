"""The driver: what Exchange does next, without I/O.

`step` takes a state and an event and gives the next state and the effects to be
performed: with functions when a mail is computed, with sockets when it is sent.
Neither decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from fakes.choices import Choices, ChoicesApart
from fakes.exchange.departure import Outgoing
from fakes.exchange.dsn import non_delivery_report
from fakes.exchange.ledger import EndedInside, Passed, Record, Transmitted
from fakes.exchange.organization import Organization, Platform
from fakes.exchange.rules.fork import Ending, EndKind
from fakes.exchange.transport import Pass, transport
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Transmission
from fakes.mail.item import Carries, ItemKind, MailItem
from fakes.mail.reply import Reply, reply
from fakes.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.address import Address

# Minutes from one attempt to the next, the last one for all that follow
# (exchange-routing#1.7 for Online, exchange-routing#6.1 for servers).
RETRY_MINUTES: Mapping[Platform, tuple[int, ...]] = MappingProxyType(
    {
        Platform.ONLINE: (15, 15, 15, 20, 30, 45, 60),
        Platform.SERVER: (1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 10),
    }
)
EXPIRY: Mapping[Platform, timedelta] = MappingProxyType(
    {Platform.ONLINE: timedelta(hours=24), Platform.SERVER: timedelta(days=2)}
)
# Exchange writes 550 4.4.7; a reply of ours cannot mix classes, so its detail stays.
_EXPIRED = reply(550, "5.4.7", "QUEUE.Expired; message expired")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail came in."""

    item: MailItem
    at: datetime


@dataclass(frozen=True, slots=True)
class Replied:
    """A hand-off was tried; `entry` is the number that `Send` gave."""

    entry: int
    transmission: Transmission
    at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at: datetime


Event = Accepted | Replied | Tick


@dataclass(frozen=True, slots=True)
class Send:
    """Make this hand-off and report with `Replied`."""

    entry: int
    handoff: HandOff


@dataclass(frozen=True, slots=True)
class NewMail:
    """A child to be taken in with `Accepted`."""

    item: MailItem


Effect = Send | NewMail


@dataclass(frozen=True, slots=True)
class Entry:
    """One hand-off in the queue."""

    number: int
    mail: int
    item: MailItem
    outgoing: Outgoing
    expires: datetime
    attempts: int = 0
    next_attempt: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueState:
    """All that Exchange remembers: the queue and the ledger."""

    entries: tuple[Entry, ...] = ()
    ledger: tuple[Record, ...] = ()
    mails: int = 0
    serial: int = 0

    @property
    def next_attempt(self) -> datetime | None:
        """When something is due, None when nothing waits."""
        due = [e.next_attempt for e in self.entries if e.next_attempt]
        return min(due, default=None)


def step(
    state: QueueState,
    event: Event,
    organization: Organization,
    *,
    mx: MxTable,
    choices: Choices,
    trace: Trace = Trace.FULL,
) -> tuple[QueueState, tuple[Effect, ...]]:
    """Take one event in and say what is to be done."""
    match event:
        case Accepted(item, at):
            own = _choices_for(item, choices)
            result = transport(
                item, organization, at=at, mx=mx, choices=own, trace=trace
            )
            return _accepted(state, event, result, organization)
        case Replied():
            return _replied(state, event, organization)
        case Tick():
            return _tick(state, event, organization)
        case _:
            assert_never(event)


def _accepted(
    state: QueueState, event: Accepted, result: Pass, organization: Organization
) -> tuple[QueueState, tuple[Effect, ...]]:
    mail, serial = state.mails, state.serial
    records: list[Record] = [Passed(mail, event.item, result)]
    records.extend(EndedInside(mail, e.leg, e.ending) for e in result.ended)
    expires = event.at + EXPIRY[organization.platform]
    entries = tuple(
        Entry(serial + index, mail, event.item, outgoing, expires)
        for index, outgoing in enumerate(result.outgoing)
    )
    effects: tuple[Effect, ...] = tuple(
        Send(entry.number, entry.outgoing.handoff) for entry in entries
    )
    failed = tuple(
        (e.leg.original or e.leg.address, e.ending.reply)
        for e in result.ended
        if e.ending.kind is EndKind.REJECTED and e.ending.reply
    )
    effects += _report(event.item, failed, organization, event.at)
    effects += tuple(NewMail(child) for child in result.children)
    return (
        QueueState(
            state.entries + entries,
            state.ledger + tuple(records),
            mail + 1,
            serial + len(entries),
        ),
        effects,
    )


def _choices_for(item: MailItem, choices: Choices) -> Choices:
    """Say who answers what is open about a mail: of a child, apart from its parent.

    What carries nothing of the content goes along the defaults: nobody judges it.
    """
    if not item.generation:
        return choices
    if item.carries is Carries.WHOLE:
        return ChoicesApart(choices, item.kind.value)
    return Choices()


def _replied(
    state: QueueState, event: Replied, organization: Organization
) -> tuple[QueueState, tuple[Effect, ...]]:
    entry = next(e for e in state.entries if e.number == event.entry)
    result = event.transmission
    records: list[Record] = [Transmitted(entry.mail, entry.outgoing.legs, result)]
    ended, failed = _refused(entry, dict(result.refused))
    records.extend(ended)
    others = tuple(e for e in state.entries if e.number != event.entry)
    if result.deferred:
        minutes = RETRY_MINUTES[organization.platform]
        wait = timedelta(minutes=minutes[min(entry.attempts, len(minutes) - 1)])
        waiting = {address for address, _ in result.deferred}
        kept = replace(
            entry,
            outgoing=_narrowed(entry.outgoing, waiting),
            attempts=entry.attempts + 1,
            next_attempt=event.at + wait,
        )
        others = (*others, kept)
    effects = _report(entry.item, failed, organization, event.at)
    return replace(state, entries=others, ledger=state.ledger + tuple(records)), effects


def _tick(
    state: QueueState, event: Tick, organization: Organization
) -> tuple[QueueState, tuple[Effect, ...]]:
    effects: list[Effect] = []
    entries: list[Entry] = []
    records: list[Record] = []
    for entry in state.entries:
        if entry.next_attempt is None:
            # An attempt is being made; what comes of it is not yet told.
            entries.append(entry)
        elif event.at >= entry.expires:
            # exchange-routing#D17, exchange-routing#1.7
            gone, failed = _refused(entry, dict.fromkeys(_waiting(entry), _EXPIRED))
            records.extend(
                replace(r, ending=replace(r.ending, kind=EndKind.EXPIRED)) for r in gone
            )
            effects.extend(_report(entry.item, failed, organization, event.at))
        elif event.at >= entry.next_attempt:
            effects.append(Send(entry.number, entry.outgoing.handoff))
            entries.append(replace(entry, next_attempt=None))
        else:
            entries.append(entry)
    new = replace(state, entries=tuple(entries), ledger=state.ledger + tuple(records))
    return new, tuple(effects)


def _refused(
    entry: Entry, refused: dict[Address, Reply]
) -> tuple[list[EndedInside], tuple[tuple[Address, Reply], ...]]:
    """End the legs of refused recipients; the sender hears of it if he can."""
    is_told = (
        entry.item.envelope.reverse_path is not None
        and entry.item.kind is ItemKind.MAIL
    )
    ended = [
        EndedInside(
            entry.mail,
            leg,
            Ending(EndKind.REJECTED, _why(entry, said), said, is_told=is_told),
        )
        for leg in entry.outgoing.legs
        if (said := refused.get(leg.address))
    ]
    return ended, tuple(refused.items())


def _why(entry: Entry, said: Reply) -> str:
    host = (entry.outgoing.handoff.hosts or ("the next hop",))[0]
    return f"{host} said {said}"


def _waiting(entry: Entry) -> tuple[Address, ...]:
    return entry.outgoing.handoff.envelope.recipients


def _narrowed(outgoing: Outgoing, waiting: set[Address]) -> Outgoing:
    """Keep of a hand-off those recipients that wait."""
    envelope = outgoing.handoff.envelope
    recipients = tuple(a for a in envelope.recipients if a in waiting)
    handoff = replace(
        outgoing.handoff, envelope=Envelope(envelope.reverse_path, recipients)
    )
    legs = tuple(leg for leg in outgoing.legs if leg.address in waiting)
    return Outgoing(handoff, legs)


def _report(
    item: MailItem,
    failed: tuple[tuple[Address, Reply], ...],
    organization: Organization,
    at: datetime,
) -> tuple[Effect, ...]:
    if not failed:
        return ()
    child = non_delivery_report(item, failed, organization, at=at)
    return (NewMail(child),) if child else ()

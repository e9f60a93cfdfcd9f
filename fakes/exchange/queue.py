"""The driver: what Exchange does next, without I/O.

`step` takes a state and an event and gives the next state and the effects to be
performed: with functions when a mail is computed, with sockets when it is sent.
Neither decides anything.

Each recipient of a mail waits in an entry of its queue until he is taken, refused or
given up. An entry is due at a time: for the next attempt, for the notice of the delay,
to be categorized anew, to be given up (exchange-routing#6.1); `Tick` does what is due.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from fakes.choices import Choices, ChoicesAgain, ChoicesApart
from fakes.exchange.departure import Outgoing
from fakes.exchange.dsn import (
    About,
    Action,
    delay_notice,
    is_heard,
    is_inside,
    is_reported,
    non_delivery_report,
    settings_of,
)
from fakes.exchange.ledger import (
    EndedInside,
    Passed,
    Record,
    Told,
    Transmitted,
)
from fakes.exchange.organization import Organization
from fakes.exchange.queue_settings import wait
from fakes.exchange.queue_state import (
    Accepted,
    Effect,
    Entry,
    Event,
    NewMail,
    QueueState,
    Reconfigured,
    Replied,
    Resubmitted,
    Retried,
    Send,
    Tick,
)
from fakes.exchange.readings import ask
from fakes.exchange.retry import WAITS, Heard, Trouble, expired, heard
from fakes.exchange.rules.fork import Ending, EndKind, Leg
from fakes.exchange.shelf import put
from fakes.exchange.transport import Pass, transport
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import Stage, Transmission
from fakes.mail.item import Carries, ItemKind, MailItem
from fakes.mail.reply import Reply
from fakes.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.address import Address


__all__ = [
    "Accepted",
    "Effect",
    "Entry",
    "Event",
    "NewMail",
    "QueueState",
    "Reconfigured",
    "Replied",
    "Resubmitted",
    "Retried",
    "Send",
    "Tick",
    "step",
]


@dataclass(frozen=True, slots=True)
class _Around:
    """What every step may ask."""

    organization: Organization
    mx: MxTable
    choices: Choices
    trace: Trace
    at: datetime


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
    around = _Around(organization, mx, choices, trace, event.at)
    match event:
        case Accepted(item):
            return _accepted(state, item, around)
        case Replied():
            return _replied(state, event, around)
        case Tick(at):
            return _each(state, state.shelf.until(at), around)
        case Retried(at):
            waiting = _waiting(state, lambda entry: entry.outgoing is not None)
            hurried = ((n, replace(e, next_attempt=at)) for n, e in waiting)
            return _each(state, hurried, around)
        case Resubmitted(at):
            waiting = _waiting(state, lambda _: True)
            renewed = ((n, replace(e, resubmits=at)) for n, e in waiting)
            return _each(state, renewed, around)
        case Reconfigured(at):
            waiting = _waiting(state, lambda entry: entry.outgoing is None)
            renewed = ((n, replace(e, resubmits=at)) for n, e in waiting)
            return _each(state, renewed, around)
        case _:
            assert_never(event)


def _accepted(
    state: QueueState, item: MailItem, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    settings = settings_of(around.organization)
    choices = _choices_for(item, around.organization, around.choices)
    result = _pass(item, choices, around)
    found = Counter(leg.original for leg in _legs_of(result))
    first = Entry(
        number=0,
        mail=state.mails,
        item=item,
        expires=around.at + settings.expires_after,
        notice=around.at + settings.delay_notice if is_reported(item) else None,
        alone=frozenset(who for who, count in found.items() if who and count == 1),
    )
    state = replace(state, mails=state.mails + 1)
    passed = Passed(first.mail, item, result, around.at)
    state, effects = _routed(state, first, result, passed, around)
    return state, effects + tuple(NewMail(child) for child in result.children)


def _pass(item: MailItem, choices: Choices, around: _Around) -> Pass:
    return transport(
        item,
        around.organization,
        at=around.at,
        mx=around.mx,
        choices=choices,
        trace=around.trace,
    )


def _choices_for(
    item: MailItem, organization: Organization, choices: Choices
) -> Choices:
    """Say who answers what is open about a mail: of a child, apart from its parent.

    What carries nothing of the content goes along the defaults: nobody judges it; so
    does a report that gives somebody inside his own mail back.
    """
    if not item.generation:
        return choices
    is_returned = item.kind is ItemKind.NDR and all(
        is_inside(who, organization) for who in item.envelope.recipients
    )
    if item.carries is Carries.WHOLE and not is_returned:
        return ChoicesApart(choices, item.kind.value)
    return Choices()


def _legs_of(result: Pass) -> tuple[Leg, ...]:
    leaving = tuple(leg for outgoing in result.outgoing for leg in outgoing.legs)
    return leaving + tuple(entry.leg for entry in result.ended)


def _routed(
    state: QueueState, form: Entry, result: Pass, passed: Passed, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    """Put what a pass gives into the queue; `form` has all that its entries share."""
    entries = [
        replace(form, item=_as_copied(form.item, outgoing), outgoing=outgoing)
        for outgoing in result.outgoing
    ]
    parked = tuple(e for e in result.ended if e.ending.kind is EndKind.WAITING)
    if parked:
        entries.append(replace(form, parked=parked))
    effects: list[Effect] = []
    shelf, serial = state.shelf, state.serial
    for entry in entries:
        shelf = put(shelf, serial, replace(entry, number=serial))
        if entry.outgoing is not None:
            effects.append(Send(serial, entry.outgoing.handoff))
        serial += 1
    records: list[Record] = [passed]
    records += [
        EndedInside(form.mail, e.leg, e.ending, around.at) for e in result.ended
    ]
    failed = tuple(
        (e.leg, About(e.leg.address, e.ending.reply, e.leg.original))
        for e in result.ended
        if e.ending.kind is EndKind.REJECTED and e.ending.reply and e.ending.is_told
    )
    told, more = _report(form, failed, around)
    book = state.book.with_page((*records, *told))
    return replace(state, shelf=shelf, serial=serial, book=book), (*effects, *more)


def _as_copied(item: MailItem, outgoing: Outgoing) -> MailItem:
    """Give the mail with the reverse-path of this copy: a group may have changed it."""
    path = outgoing.handoff.envelope.reverse_path
    return replace(item, envelope=Envelope(path, item.envelope.recipients))


def _replied(
    state: QueueState, event: Replied, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    entry = state.shelf.find(event.entry)
    assert entry is not None  # noqa: S101  `Send` gave its number
    assert entry.outgoing is not None  # noqa: S101  as above
    transmission = event.transmission
    deferred, refused = _sorted(transmission, around)
    records: list[Record] = [Transmitted(entry.mail, entry.outgoing.legs, transmission)]
    host = transmission.host or (entry.outgoing.handoff.hosts or ("",))[0]
    ended, failed = _refused(entry, entry.outgoing.legs, refused, host, around)
    told, effects = _report(entry, failed, around)
    still = _still(entry, entry.outgoing, deferred, around) if deferred else None
    book = state.book.with_page((*records, *ended, *told))
    shelf = put(state.shelf, entry.number, still)
    return replace(state, shelf=shelf, book=book), effects


def _sorted(
    transmission: Transmission, around: _Around
) -> tuple[dict[Address, tuple[Reply, Heard]], dict[Address, Reply]]:
    """Sort those who were not taken: who waits, and who is refused for good."""
    platform, readings = around.organization.platform, around.organization.readings
    deferred: dict[Address, tuple[Reply, Heard]] = {}
    refused = dict(transmission.refused)
    for who, said in transmission.deferred:
        why = heard(transmission, who, platform)
        assert why is not None  # noqa: S101  he was not taken
        # exchange-routing#X-21: no page tells what a 5xx instead of a greeting does.
        is_greeting = why.stage is Stage.CONNECT and why.trouble is Trouble.NEVER
        if is_greeting and ask(readings, around.choices, "refused_greeting") == "ndr":
            refused[who] = why.reply
        else:
            deferred[who] = said, why
    return deferred, refused


def _still(
    entry: Entry,
    outgoing: Outgoing,
    deferred: dict[Address, tuple[Reply, Heard]],
    around: _Around,
) -> Entry:
    """Let those wait who were not taken, until the next attempt."""
    settings, at = settings_of(around.organization), around.at
    is_unreached = all(why.is_of_queue for _, why in deferred.values())
    failures = entry.failures + 1 if is_unreached == entry.is_unreached else 1
    waits = settings.connection_waits if is_unreached else settings.message_waits
    # exchange-routing#D16: only a queue that delivers nothing is categorized anew.
    resubmits = entry.resubmits or at + settings.resubmits_after
    return replace(
        entry,
        outgoing=_narrowed(outgoing, deferred),
        failures=failures,
        is_unreached=is_unreached,
        next_attempt=at + wait(waits, failures),
        resubmits=resubmits if is_unreached else None,
        last=tuple((who, said) for who, (said, _) in deferred.items()),
    )


def _waiting(
    state: QueueState, wanted: Callable[[Entry], bool]
) -> tuple[tuple[int, Entry], ...]:
    """Give those that wait; one that is being tried is left alone."""
    return tuple((e.number, e) for e in state.shelf if e.due is not None and wanted(e))


def _each(
    state: QueueState, entries: Iterable[tuple[int, Entry]], around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    """Do what is due for each of these entries."""
    effects: list[Effect] = []
    for _, entry in entries:
        state, more = _due(state, entry, around)
        effects.extend(more)
    return state, tuple(effects)


def _due(
    state: QueueState, entry: Entry, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    at = around.at
    if at >= entry.expires:
        return _given_up(state, entry, around)
    effects: tuple[Effect, ...] = ()
    if entry.notice is not None and at >= entry.notice:
        state, effects = _delayed(state, entry, around)
        entry = replace(entry, notice=None)
    if entry.resubmits is not None and at >= entry.resubmits:
        state, more = _anew(state, entry, around)
        return state, effects + more
    if entry.outgoing and entry.next_attempt is not None and at >= entry.next_attempt:
        effects += (Send(entry.number, entry.outgoing.handoff),)
        entry = replace(entry, next_attempt=None)
    return replace(state, shelf=put(state.shelf, entry.number, entry)), effects


def _given_up(
    state: QueueState, entry: Entry, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    """End what waited too long (exchange-routing#D17, exchange-routing#D10).

    field-cases#X-11: so ends what no connector takes, too.
    """
    platform, last = around.organization.platform, dict(entry.last)
    refused = {
        leg.address: expired(platform, last.get(leg.address)) for leg in entry.legs
    }
    ended, failed = _refused(entry, entry.legs, refused, "", around)
    gone = [
        replace(r, ending=replace(r.ending, kind=EndKind.EXPIRED, why=_why(entry, r)))
        for r in ended
    ]
    told, effects = _report(entry, failed, around)
    book = state.book.with_page((*gone, *told))
    return replace(
        state, shelf=put(state.shelf, entry.number, None), book=book
    ), effects


def _why(entry: Entry, record: EndedInside) -> str:
    """Say what it waited for until it was given up."""
    last = dict(entry.last).get(record.leg.address)
    parked = {e.leg: e.ending.why for e in entry.parked}
    cause = str(last) if last else parked.get(record.leg, "")
    said = str(record.ending.reply)
    return said if cause in said else f"{said}; {cause}"


def _delayed(
    state: QueueState, entry: Entry, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    """Tell the sender that it waits (exchange-routing#D15)."""
    last = dict(entry.last)
    waiting = tuple(
        About(leg.address, last.get(leg.address, WAITS), leg.original)
        for leg in entry.legs
    )
    child = delay_notice(
        entry.item, waiting, around.organization, at=around.at, until=entry.expires
    )
    if child is None:
        return state, ()
    told = _told(entry, entry.legs, Action.DELAYED, around)
    return replace(state, book=state.book.with_page(told)), (NewMail(child),)


def _anew(
    state: QueueState, entry: Entry, around: _Around
) -> tuple[QueueState, tuple[Effect, ...]]:
    """Categorize anew those who wait (exchange-routing#D16): rules, then routing.

    The mail is taken as it came in, for them alone; what rules and groups gave to
    others by the first pass is not given again.
    """
    legs = entry.legs
    originals = tuple(dict.fromkeys(leg.original for leg in legs if leg.original))
    entry = replace(entry, failures=0, resubmits=None)
    if not originals or len({leg.original for leg in legs}) > len(originals):
        # A copy that a rule added has no first address to begin with: it waits on.
        return replace(state, shelf=put(state.shelf, entry.number, entry)), ()
    envelope = Envelope(entry.item.envelope.reverse_path, originals)
    item = replace(entry.item, envelope=envelope)
    choices = _choices_for(item, around.organization, around.choices)
    result = _pass(item, ChoicesAgain(choices), around)
    known = {(leg.original, leg.address) for leg in legs}

    def is_wanted(leg: Leg) -> bool:
        return leg.original in entry.alone or (leg.original, leg.address) in known

    outgoing = tuple(
        _kept(one, tuple(leg for leg in one.legs if is_wanted(leg)))
        for one in result.outgoing
        if any(map(is_wanted, one.legs))
    )
    ended = tuple(one for one in result.ended if is_wanted(one.leg))
    own = replace(result, outgoing=outgoing, ended=ended)
    form = replace(entry, outgoing=None, parked=(), next_attempt=None)
    state = replace(state, shelf=put(state.shelf, entry.number, None))
    passed = Passed(entry.mail, item, own, around.at)
    return _routed(state, form, own, passed, around)


def _refused(
    entry: Entry,
    legs: tuple[Leg, ...],
    refused: dict[Address, Reply],
    host: str,
    around: _Around,
) -> tuple[list[EndedInside], tuple[tuple[Leg, About], ...]]:
    """End the legs of refused recipients; the sender hears of it if he can."""
    organization, at = around.organization, around.at
    is_told = is_heard(entry.item, organization)
    gone = [(leg, refused[leg.address]) for leg in legs if leg.address in refused]
    ended = [
        EndedInside(
            entry.mail,
            leg,
            Ending(EndKind.REJECTED, f"{host} said {said}", said, is_told=is_told),
            at,
        )
        for leg, said in gone
    ]
    return ended, tuple(
        (leg, About(leg.address, said, leg.original, host)) for leg, said in gone
    )


def _narrowed(outgoing: Outgoing, waiting: Container[Address]) -> Outgoing:
    """Keep of a hand-off those recipients that wait."""
    return _kept(
        outgoing, tuple(leg for leg in outgoing.legs if leg.address in waiting)
    )


def _kept(outgoing: Outgoing, legs: tuple[Leg, ...]) -> Outgoing:
    envelope = outgoing.handoff.envelope
    waiting = {leg.address for leg in legs}
    recipients = tuple(a for a in envelope.recipients if a in waiting)
    handoff = replace(
        outgoing.handoff, envelope=Envelope(envelope.reverse_path, recipients)
    )
    return Outgoing(handoff, legs)


def _report(
    entry: Entry, failed: tuple[tuple[Leg, About], ...], around: _Around
) -> tuple[tuple[Told, ...], tuple[Effect, ...]]:
    """Report what failed to the sender, and write down that he was told."""
    child = non_delivery_report(
        entry.item,
        tuple(about for _, about in failed),
        around.organization,
        at=around.at,
    )
    if child is None:
        return (), ()
    legs = tuple(leg for leg, _ in failed)
    return _told(entry, legs, Action.FAILED, around), (NewMail(child),)


def _told(
    entry: Entry, legs: tuple[Leg, ...], action: Action, around: _Around
) -> tuple[Told, ...]:
    if not is_heard(entry.item, around.organization):
        return ()
    return (Told(entry.mail, legs, action, around.at),)

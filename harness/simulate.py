"""What becomes of a mail, computed: along the defaults, and along every other way."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fakes.choices import (
    Choices,
    ChoicesApart,
    Exploration,
    Fact,
    Run,
    explore,
)
from fakes.exchange.arrival import refuse_content, refuse_recipient
from fakes.exchange.drive import NO_PATIENCE, drive
from fakes.exchange.hybrid import hop_trouble, online_hosts
from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.readings import ask
from fakes.internet.gateway import Outlook, Passage, pass_on, unknown_passage
from fakes.internet.hosts import (
    Arrival,
    gateway_of,
    is_described,
    mail_hosts,
    receiver_of,
)
from fakes.internet.outages import afflicted
from fakes.mail.address import domain_key
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import Route
from fakes.mail.item import Carries, MailItem
from fakes.mail.receiving import as_sent, flaw
from fakes.mail.reply import Reply
from fakes.mail.troubles import LOOK_UP_FAILED, NO_SUCH_HOST
from fakes.trace import Trace
from fakes.zivver.faults import FaultDesk, with_faults
from fakes.zivver.ledger import Transaction
from fakes.zivver.receiver import find_receiver
from fakes.zivver.spf import Spf, check_host, identity_domain
from harness.fold import fold
from harness.hybrid import across, entered, receiver_across, side_of
from harness.mailed_back import OF_ZIVVER, due
from harness.mailed_out import Outgoing, outgoing, posted, with_posted
from harness.outcome import Because, Delivery, Disposition, Fate, Outcome
from harness.peers import on_terms
from harness.story import Crossing, Mailed, Onward, Posted, Relayed, Story
from harness.world import leads_to_zivver, outage_at, zivver_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.choices import ChoicePoint
    from fakes.exchange.queue import QueueState
    from fakes.mail.address import Address
    from fakes.mail.handoff import HandOff, Transmission
    from fakes.mail.item import Submission
    from fakes.mail.receiver import Receiver
    from harness.story import Receipt
    from harness.world import World

__all__ = [
    "DEFAULT_BOUND",
    "run_once",
    "simulate",
]

DEFAULT_BOUND = 256
# What one server wrote down of one mail.
Reached = Transaction | Arrival | None
_DELIVERS = "delivers it as ordinary mail"
_WAYS_ON = (_DELIVERS, "does something else")


def simulate(
    item: MailItem,
    world: World,
    *,
    at: datetime,
    bound: int = DEFAULT_BOUND,
    patience: timedelta = NO_PATIENCE,
    trace: Trace = Trace.FULL,
) -> Outcome:
    """Say what becomes of a mail, whatever the unknown turns out to be.

    Args:
        item: the mail.
        world: organization, Zivver service, Internet.
        at: the virtual time of submission (aware).
        bound: how many ways are followed at most.
        patience: how long queues may go on trying; what waits then is DEFERRED.
        trace: how much the steps tell; a brief trace is faster and judges alike.

    """
    # Only the steps of the run along the defaults, the first, are told.
    traces = itertools.chain((trace,), itertools.repeat(Trace.BRIEF))
    exploration = explore(
        lambda choices: run_once(
            item, world, at=at, choices=choices, patience=patience, trace=next(traces)
        ),
        bound=bound,
    )
    return _merged(exploration, bound)


def run_once(
    item: MailItem,
    world: World,
    *,
    at: datetime,
    choices: Choices,
    patience: timedelta = NO_PATIENCE,
    trace: Trace = Trace.FULL,
) -> Outcome:
    """Say what becomes of a mail along the choices of one run."""
    story = tell(item, world, at=at, choices=choices, patience=patience, trace=trace)
    return fold(story, world)


def tell(
    item: MailItem,
    world: World,
    *,
    at: datetime,
    choices: Choices,
    patience: timedelta = NO_PATIENCE,
    trace: Trace = Trace.FULL,
) -> Story:
    """Perform one run with functions: every ledger entry that sockets would give."""
    where = entered(item, world, choices)
    accepted, refused = admit(item, where, choices)
    if accepted is None:
        return Story(item, refused, side=side_of(where))
    told = _follow(accepted, where, choices, at=at, patience=patience, trace=trace)
    return replace(told, item=item, refused=refused)


def _follow(
    accepted: MailItem,
    world: World,
    choices: Choices,
    *,
    at: datetime,
    patience: timedelta,
    trace: Trace,
) -> Story:
    """Follow a mail that one organization took, over to the other if it goes there."""
    table = Table(world, choices, FaultDesk(world.zivver_faults))
    came = accepted.submission
    passes = table.passes_spf(came, accepted.envelope.reverse_path)
    if passes is not None:
        accepted = replace(accepted, submission=replace(came, passes_spf=passes))
    way = drive(
        # What Exchange cannot know of a mail that comes in, it does not see.
        replace(accepted, parent=None, generation=0, carries=Carries.NOTHING),
        world.organization,
        at=at,
        mx=table.mx,
        choices=choices,
        patience=patience,
        trace=trace,
        interventions=world.interventions,
    )

    def further(taken: MailItem, now: datetime) -> Story:
        there, own = across(world, choices)
        left = at + patience - now
        taken = replace(taken, generation=accepted.generation)
        return _follow(taken, there, own, at=now, patience=left, trace=trace)

    habits = partial(ask, world.organization.readings, choices)
    receipts: list[Receipt] = []
    result: Transmission | None = None
    while True:
        try:
            handoff = next(way) if result is None else way.send(result)
        except StopIteration as end:
            state: QueueState = end.value
            ledger = state.ledger
            told = Story(accepted, (), ledger, tuple(receipts), side_of(world))
            break
        source = handoff.source or world.organization.source
        find = partial(table.find, at=handoff.at)
        handoff = table.on_terms(handoff)
        result, reached = converse(handoff, find, source=source, habits=habits)
        if isinstance(reached, MailItem):
            receipts.append(Crossing(further(reached, handoff.at or at)))
        else:
            receipts.append(_beyond(table, result, reached))

    told = with_posted(told, tuple(table.post(out) for out in outgoing(told, world)))

    def mailed(item: MailItem, now: datetime) -> Story:
        own = ChoicesApart(choices, OF_ZIVVER)
        left = at + patience - now
        return tell(item, world, at=now, choices=own, patience=left, trace=trace)

    letters = (
        Mailed(one.transaction, one.letter, mailed(one.letter.item, one.at or at))
        for one in due(told, world)
    )
    return replace(told, letters=tuple(letters))


def admit(
    item: MailItem, world: World, choices: Choices
) -> tuple[MailItem | None, tuple[tuple[Address, Reply], ...]]:
    """Let Exchange take the recipients that it takes; None when it takes nobody.

    The content is what SMTP makes of it: with a final line end, and refused whole
    when it holds what no server takes.
    """
    flawed = (
        flaw(item.content)
        or hop_trouble(item.content, world.organization)
        or refuse_content(item.content, item.submission, world.organization)
    )
    refused = tuple(
        (address, said)
        for address in item.envelope.recipients
        if (
            said := refuse_recipient(
                address,
                item.submission,
                world.organization,
                choices,
                sender=item.envelope.reverse_path,
            )
            or flawed
        )
    )
    item = replace(item, content=as_sent(item.content))
    if not refused:
        return item, ()
    gone = {address for address, _ in refused}
    kept = tuple(a for a in item.envelope.recipients if a not in gone)
    if not kept:
        return None, refused
    envelope = Envelope(item.envelope.reverse_path, kept)
    return replace(item, envelope=envelope), refused


def _beyond(table: Table, result: Transmission, receipt: Reached) -> Receipt:
    """Follow a mail on from a gateway that took it."""
    passage = table.passage(result, receipt)
    if passage is None or not isinstance(receipt, Arrival):
        return receipt
    find = partial(table.find_outside, at=result.handoff.at)
    onward = (
        converse(handoff, find, source=passage.source) for handoff in passage.handoffs
    )
    return Relayed(receipt, passage, tuple(Onward(*pair) for pair in onward))


@dataclass(frozen=True, slots=True)
class Table:
    """Who is reached under which name, for one run in one world."""

    world: World
    choices: Choices
    desk: FaultDesk = field(default_factory=FaultDesk, compare=False)

    def find(
        self, host: str, port: int, at: datetime | None = None
    ) -> Receiver[Reached | MailItem] | Reply:
        """Give the server behind a name, that of the other side too, or the trouble."""
        found: Receiver[Reached | MailItem] | Reply = self._outside(host, port, at)
        if self.is_across(host) and not isinstance(found, Reply):
            found = receiver_across(self.world, host, port, self.choices)
        return afflicted(found, outage_at(self.world, host, at))

    def find_outside(
        self, host: str, port: int, at: datetime | None = None
    ) -> Receiver[Reached] | Reply:
        """Give the server behind a host name and port, or why nobody answers then."""
        outage = outage_at(self.world, host, at)
        return afflicted(self._outside(host, port, at), outage)

    def _outside(
        self, host: str, port: int, at: datetime | None
    ) -> Receiver[Reached] | Reply:
        internet = self.world.internet
        key = domain_key(host)
        if not leads_to_zivver(self.world, host):
            return receiver_of(internet, host, port, nxdomain=self._nxdomain)
        if key in internet.zone.absent:
            return self._nxdomain
        if key in internet.zone.failing:
            return LOOK_UP_FAILED
        zivver = zivver_of(self.world)

        def clock() -> datetime | None:
            return at

        found = find_receiver(zivver, internet.zone, port, self.choices, clock=clock)
        if isinstance(found, Reply):
            return found
        return with_faults(found, self.desk, clock=clock)

    def post(self, out: Outgoing) -> Posted:
        """Hand a letter of Zivver's to whoever takes mail for its recipient."""
        find = partial(self.find_outside, at=out.handoff.at)
        return posted(out, *converse(out.handoff, find, source=None))

    def on_terms(self, handoff: HandOff) -> HandOff:
        """Give a hand-off on the terms of this run."""
        find = partial(self.find, at=handoff.at)
        readings = self.world.organization.readings
        internet, choices = self.world.internet, self.choices
        return on_terms(
            handoff, find, internet=internet, readings=readings, choices=choices
        )

    def passes_spf(self, submission: Submission, sender: Address | None) -> bool | None:
        """Say whether a client may send for an address; None where nobody knows."""
        if submission.authenticated is not None or submission.source is None:
            return None
        domain = identity_domain(sender, submission.helo)
        found = check_host(
            self.world.internet.zone,
            ip=submission.source,
            domain=domain,
            sender=sender,
            helo=submission.helo,
        )
        return None if found.result is Spf.UNKNOWN else found.result is Spf.PASS

    def mx(self, domain: str) -> tuple[str, ...] | Reply | None:
        """Say who takes mail for a domain."""
        found = mail_hosts(self.world.internet, domain, nxdomain=self._nxdomain)
        return online_hosts(domain) if found is None else found

    def is_across(self, host: str) -> bool:
        """Say whether a host name is that of the other side of a hybrid."""
        is_hybrid = self.world.other is not None
        return is_hybrid and domain_key(host) in self.world.organization.other_side

    def passage(self, made: Transmission, receipt: Reached) -> Passage | None:
        """Say what a smart host does with a mail that it took; None: that is its end.

        Of a host that nobody described it cannot be told.
        """
        is_smart = made.handoff.route is Route.SMART_HOST
        if not (is_smart and isinstance(receipt, Arrival) and receipt.is_accepted):
            return None
        internet, envelope = self.world.internet, receipt.envelope
        gateway = gateway_of(internet, receipt.host)
        if gateway is not None:
            outlook = Outlook(self.world.zivver.host, self.mx, self._is_own)
            return pass_on(
                gateway,
                envelope,
                receipt.content,
                outlook=outlook,
                choices=self.choices,
            )
        domains = {recipient.domain_key for recipient in envelope.recipients}
        if any(map(self._is_own, domains)):
            domains = set()
        if is_described(internet, receipt.host, domains):
            return None
        why = "nobody described it"
        fact = Fact(f"what {receipt.host} does with mail", why=why)
        if self.choices.choose(fact, _WAYS_ON) == _DELIVERS:
            return None
        return unknown_passage(receipt.host, envelope.recipients, f"{fact}: {why}")

    def _is_own(self, domain: str) -> bool:
        return accepted_domain(self.world.organization, domain) is not None

    @property
    def _nxdomain(self) -> Reply:
        # exchange-routing#D7, exchange-routing#D21: Exchange Online waits for a name
        # that does not exist, a server gives up at once.
        is_server = self.world.organization.platform is Platform.SERVER
        return NO_SUCH_HOST if is_server else LOOK_UP_FAILED


def _merged(exploration: Exploration[Outcome], bound: int) -> Outcome:
    """Join all runs, recipient by recipient."""
    base = exploration.runs[0].result
    recipients: list[Address | None] = [fate.recipient for fate in base.fates]
    for run in exploration.runs:
        for fate in run.result.fates:
            if fate.recipient not in recipients:
                recipients.append(fate.recipient)
    fates = tuple(_joined(who, exploration, bound) for who in recipients)
    return replace(base, fates=fates, is_whole=exploration.is_whole)


def _joined(
    recipient: Address | None, exploration: Exploration[Outcome], bound: int
) -> Fate:
    runs = exploration.runs
    base = runs[0].result.fate(recipient) or Fate(recipient, ())
    key = _key(base.deliveries)
    differing: list[tuple[Run[Outcome], Fate]] = []
    seen = {key}
    alternatives: list[tuple[Delivery, ...]] = []
    for run in runs[1:]:
        fate = run.result.fate(recipient) or Fate(recipient, ())
        other = _key(fate.deliveries)
        if other != key:
            differing.append((run, fate))
        if other not in seen:
            seen.add(other)
            alternatives.append(fate.deliveries)
    because = _smallest(differing)
    if because is None:
        because = _unknown_end(base.deliveries)
    if not exploration.is_whole and (because is None or because.is_reading):
        # What was not followed could weigh more than a reading does.
        why = f"more than {bound} ways to go, not all followed"
        because = Because((why,), (), (), why=why)
    is_reading = because is not None and because.is_reading
    return replace(
        base,
        undetermined=None if is_reading else because,
        hangs_on=because if is_reading else None,
        alternatives=tuple(alternatives),
        is_whole=exploration.is_whole,
    )


def _key(deliveries: Iterable[Delivery]) -> frozenset[tuple[object, ...]]:
    return frozenset(delivery.result for delivery in deliveries)


def _smallest(differing: list[tuple[Run[Outcome], Fate]]) -> Because | None:
    """Find the smallest reason: facts weigh more than readings.

    A run whose deviations contain those of another differing run explains nothing
    that the other does not.
    """
    minimal: list[tuple[Run[Outcome], Fate]] = []
    for run, fate in differing:
        own = set(run.deviations)
        if not any(set(other.deviations) <= own for other, _ in minimal):
            minimal.append((run, fate))
    if not minimal:
        return None
    with_facts = [pair for pair in minimal if _has_fact(pair[0].deviations)]
    run, fate = (with_facts or minimal)[0]
    points = run.deviations
    return Because(
        tuple(str(point.key) for point in points),
        tuple(point.chosen for point in points),
        fate.deliveries,
        is_reading=not with_facts,
        why=_why(points),
    )


def _has_fact(points: tuple[ChoicePoint, ...]) -> bool:
    return any(isinstance(point.key, Fact) for point in points)


def _why(points: tuple[ChoicePoint, ...]) -> str:
    facts = [point.key for point in points if isinstance(point.key, Fact)]
    return "; ".join(f"{fact}: {fact.why}" if fact.why else str(fact) for fact in facts)


def _unknown_end(deliveries: tuple[Delivery, ...]) -> Because | None:
    """A copy whose end cannot be told in any run."""
    for delivery in deliveries:
        if delivery.disposition is Disposition.UNDETERMINED:
            return Because((delivery.why,), (), (), why=delivery.why)
    return None

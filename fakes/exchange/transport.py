"""One pass of one mail through Exchange: accept, resolve, rules, fork, route.

A pure function. Where it does not know, it asks `choices`; what it takes for
granted it says in `assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.arrival import accept
from fakes.exchange.content_conversion import assumed_of_rich_text
from fakes.exchange.departure import Outgoing, depart, item_key
from fakes.exchange.dsn import is_dropped, is_heard
from fakes.exchange.forwarding import why_redirect_kept_in
from fakes.exchange.header_firewall import admitted
from fakes.exchange.journal import journal_reports
from fakes.exchange.limits import assumed_of_limits, over_limits
from fakes.exchange.mailbox import arrive
from fakes.exchange.remote_domain import assumed_of_remote_domains
from fakes.exchange.routing.expand import Reached, expand
from fakes.exchange.routing.hop import Around, Hop
from fakes.exchange.routing.next_hop import next_hop
from fakes.exchange.routing.restrictions import Inbound
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.exchange.rules.process import process
from fakes.exchange.sending import Sending, sending_of
from fakes.mail.envelope import Envelope
from fakes.mail.item import OF_PEOPLE, ItemKind, MailItem
from fakes.trace import Answer, Step, StepKind, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.address import Address

# exchange-rules#v79, exchange-rules#7.1: what Exchange itself makes skips the rules.
# field-cases#system-mail: other system mail meets them, on servers too.
_SKIPPING = frozenset(
    {ItemKind.NDR, ItemKind.APPROVAL, ItemKind.RECALL, ItemKind.JOURNAL}
)
_BY_RULES = frozenset({Way.REDIRECT, Way.COPY})
_NO_JOURNAL = "no journal rule sends copies on"


@dataclass(frozen=True, slots=True)
class Ended:
    """A leg that ended inside Exchange."""

    leg: Leg
    ending: Ending


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass gives: hand-offs, endings, and what happened on the way.

    `steps` stand with the recipient whom they are about; `children` are the mails
    that came of it: of rules, moderation, journaling, mailboxes.
    """

    outgoing: tuple[Outgoing, ...]
    ended: tuple[Ended, ...]
    steps: tuple[tuple[Address, tuple[Step, ...]], ...]
    assumed: tuple[str, ...] = ()
    children: tuple[MailItem, ...] = ()


@dataclass(slots=True)
class _Log:
    """What a pass has come to so far; lives for one pass."""

    organization: Organization
    submitted: Step
    ended: list[Ended] = field(default_factory=list)
    steps: dict[Address, list[Step]] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    children: list[MailItem] = field(default_factory=list)

    def end(self, leg: Leg, ending: Ending, item: MailItem) -> None:
        """Let a leg end; of a rejection its sender hears if there is one."""
        if ending.kind is EndKind.REJECTED:
            ending = replace(ending, is_told=is_heard(item, self.organization))
        self.ended.append(Ended(leg, ending))

    def say(self, leg: Leg, steps: Iterable[Step]) -> None:
        """Add steps to the trace of whom a leg is about, each once."""
        who = leg.original or leg.address
        trail = self.steps.setdefault(who, [self.submitted])
        known = set(trail)
        trail.extend(step for step in dict.fromkeys(steps) if step not in known)


def transport(
    item: MailItem,
    organization: Organization,
    *,
    at: datetime,
    mx: MxTable,
    choices: Choices,
    trace: Trace = Trace.FULL,
) -> Pass:
    """Take one mail through one pass; `at` is an aware time."""
    accepted = accept(item.submission, organization, choices)
    content = admitted(item.content, is_trusted=accepted.is_internal)
    item = replace(item, content=content)
    mail = Inbound(item, accepted.is_internal)
    log = _Log(
        organization,
        Step(StepKind.SUBMITTED, "submission", _yes(mail.is_internal), accepted.why),
    )
    log.assumed.extend(assumed_of_remote_domains(organization))
    log.assumed.extend(assumed_of_limits(item, organization))
    if organization.journal_rules is None and item.kind in OF_PEOPLE:
        log.assumed.append(_NO_JOURNAL)
    resolved = _resolved(mail, organization, choices, log)
    ruled = _through_rules(
        resolved, mail, organization, at=at, choices=choices, trace=trace
    )
    forks = tuple(
        part
        for fork in ruled
        for part in _spread(fork, mail, organization, choices, log)
    )
    around = Around(organization, mx, choices, len(item.content.raw))
    ways = _Ways(around, at)
    for number, fork in enumerate(forks):
        _note_children(fork, item, around, log)
        for leg in fork.legs:
            log.say(leg, fork.steps)
            if fork.ending:
                log.end(leg, fork.ending, fork.item)
            else:
                ways.route(leg, number, fork, log)
    return Pass(
        ways.outgoing(forks, is_internal=mail.is_internal),
        tuple(log.ended),
        tuple((who, tuple(trail)) for who, trail in log.steps.items()),
        tuple(dict.fromkeys(log.assumed)),
        tuple(dict.fromkeys(log.children)),
    )


@dataclass(slots=True)
class _Ways:
    """Where the legs of a pass go: those with one hop and one sender leave together."""

    around: Around
    at: datetime
    hops: dict[tuple[int, Hop, Sending], list[tuple[Leg, Hop]]] = field(
        default_factory=dict
    )

    def route(self, leg: Leg, number: int, fork: Fork, log: _Log) -> None:
        """Find the hop of one leg, or its end."""
        around = self.around
        routed = next_hop(leg, fork, around)
        log.say(leg, (routed.step,))
        log.assumed.extend(routed.assumed)
        if isinstance(routed.end, Hop):
            self._leave(leg, routed.end, number, fork, log)
            return
        log.end(leg, routed.end, fork.item)
        if routed.end.kind is EndKind.MAILBOX:
            _into_mailbox(
                leg, fork.item, around.organization, self.at, around.choices, log
            )

    def _leave(self, leg: Leg, hop: Hop, number: int, fork: Fork, log: _Log) -> None:
        organization, item = self.around.organization, fork.item
        log.assumed.extend(assumed_of_rich_text(item.content, hop, leg, organization))
        sending = sending_of(leg, hop, item, self.around, at=self.at)
        shared = replace(hop, recipient=item_key(item))
        self.hops.setdefault((number, shared, sending), []).append((leg, hop))

    def outgoing(
        self, forks: tuple[Fork, ...], *, is_internal: bool
    ) -> tuple[Outgoing, ...]:
        """Make the hand-offs."""
        return tuple(
            depart(
                forks[number],
                group,
                self.around.organization,
                sending=sending,
                is_internal=is_internal,
            )
            for (number, _, sending), group in self.hops.items()
        )


def _note_children(fork: Fork, item: MailItem, around: Around, log: _Log) -> None:
    """Note the mails that came of a fork, and what became of its reports."""
    for target, ending in fork.reports:
        log.end(Leg(None, target, (Way.REPORT,)), ending, item)
    log.children.extend(fork.children)
    log.children.extend(journal_reports(fork, around.organization, around.choices))


def _resolved(
    mail: Inbound, organization: Organization, choices: Choices, log: _Log
) -> tuple[Fork, ...]:
    """Resolve the recipients before rules run (exchange-rules#1).

    Who gets it by two of them gets it by the first.
    """
    paths: dict[Address, Address | None] = {}
    reached: list[Reached] = []
    for address in dict.fromkeys(mail.item.envelope.recipients):
        for one in _expanded(Leg(address, address), mail, organization, choices, log):
            path = paths.setdefault(one.leg.address, one.reverse_path)
            reached.append(replace(one, reverse_path=path))
    return _parted(Fork(mail.item, ()), reached)


def _expanded(
    leg: Leg, mail: Inbound, organization: Organization, choices: Choices, log: _Log
) -> tuple[Reached, ...]:
    found = expand(leg, mail, organization, choices)
    for ended, ending in found.ended:
        log.end(ended, ending, mail.item)
    log.say(leg, found.steps)
    log.children.extend(found.children)
    log.assumed.extend(found.assumed)
    return found.reached


def _parted(fork: Fork, reached: Iterable[Reached]) -> tuple[Fork, ...]:
    """Make a fork of each reverse-path that copies have."""
    legs: dict[Address | None, list[Leg]] = {}
    for one in reached:
        legs.setdefault(one.reverse_path, []).append(one.leg)
    recipients = fork.item.envelope.recipients
    parts = tuple(
        replace(
            fork,
            item=replace(fork.item, envelope=Envelope(path, recipients)),
            legs=tuple(own),
        )
        for path, own in legs.items()
    )
    return (*parts[:1], *(replace(part, reports=(), children=()) for part in parts[1:]))


def _through_rules(
    forks: tuple[Fork, ...],
    mail: Inbound,
    organization: Organization,
    *,
    at: datetime,
    choices: Choices,
    trace: Trace,
) -> tuple[Fork, ...]:
    if mail.item.kind is ItemKind.NDR and any(
        is_dropped(leg.address, organization) for fork in forks for leg in fork.legs
    ):
        why = "a report to a remote domain with NDREnabled off is dropped"
        ending = Ending(EndKind.DELETED, why)
        return tuple(replace(fork, ending=ending) for fork in forks)
    if mail.item.kind in _SKIPPING:
        return forks
    too_much = over_limits(mail.item, organization, is_internal=mail.is_internal)
    if too_much:
        why = "it is more than the organisation or its sender's mailbox may send"
        ending = Ending(EndKind.REJECTED, why, too_much)
        return tuple(replace(fork, ending=ending) for fork in forks)
    if organization.rules is None:
        fact = Fact("mail flow rules", why="they were not exported")
        ending = Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact)
        return tuple(replace(fork, ending=ending) for fork in forks)
    return process(
        forks,
        organization,
        is_internal=mail.is_internal,
        at=at,
        choices=choices,
        trace=trace,
    )


def _spread(
    fork: Fork, mail: Inbound, organization: Organization, choices: Choices, log: _Log
) -> tuple[Fork, ...]:
    """Expand the recipients that rules set or added, unless they get it already."""
    if fork.ending or not any(_BY_RULES & {*leg.ways} for leg in fork.legs):
        return (fork,)
    path = fork.item.envelope.reverse_path
    known: dict[Address, set[Address | None]] = {}
    reached: list[Reached] = []
    as_it_is = Inbound(fork.item, mail.is_internal)
    for leg in fork.legs:
        found: tuple[Reached, ...] = (Reached(leg, path),)
        if _BY_RULES & {*leg.ways}:
            found = _expanded(leg, as_it_is, organization, choices, log)
        for one in found:
            owners = known.setdefault(one.leg.address, set())
            if one.leg.original in owners or (owners and one.leg.original is None):
                continue
            owners.add(one.leg.original)
            held = _BY_RULES & {*leg.ways} and why_redirect_kept_in(
                one.leg.address, organization, choices
            )
            if held:
                log.end(one.leg, held, fork.item)
            else:
                reached.append(one)
    return _parted(fork, reached) or (replace(fork, legs=()),)


def _into_mailbox(
    leg: Leg,
    item: MailItem,
    organization: Organization,
    at: datetime,
    choices: Choices,
    log: _Log,
) -> None:
    """Let a mailbox do what it does with mail that it gets."""
    found = arrive(leg.address, item, organization, at=at, choices=choices)
    log.say(leg, found.steps)
    log.assumed.extend(found.assumed)
    log.children.extend(found.children)
    for stranger, ending in found.ended:
        log.end(stranger, ending, item)


def _yes(truth: bool) -> Answer:  # noqa: FBT001
    return Answer.YES if truth else Answer.NO

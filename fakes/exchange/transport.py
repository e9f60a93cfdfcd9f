"""One pass of one mail through Exchange: accept, resolve, rules, fork, route.

A pure function. Where it does not know, it asks `choices`; what it takes for
granted it says in `assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import Platform
from fakes.exchange.routing.next_hop import Hop, next_hop
from fakes.exchange.routing.resolve import NOT_FOUND, Place, resolve
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.exchange.rules.process import process
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff
from fakes.mail.item import ItemKind, MailItem
from fakes.mail.reply import Reply, reply
from fakes.trace import Answer, Step, StepKind, Trace

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.choices import Choices
    from fakes.exchange.organization import InboundConnector, Organization
    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.address import Address
    from fakes.mail.item import Submission

_ACCESS_DENIED = reply(550, "5.4.1", "Recipient address rejected: Access denied")
_RELAY_DENIED = reply(550, "5.7.64", "TenantAttribution; Relay Access Denied")
_OUTSIDE, _INSIDE = "outside", "inside"
_REFUSES, _RELAYS = "refuses", "relays"
# exchange-rules#v79, exchange-rules#7.1: what Exchange itself makes skips the rules.
# field-cases#system-mail: other system mail meets them, on servers too.
_SKIPPING = frozenset(
    {ItemKind.NDR, ItemKind.APPROVAL, ItemKind.RECALL, ItemKind.JOURNAL}
)
_UNTRUSTED_RELAY = reply(550, "5.7.54", "SMTP; Unable to relay recipient")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether a session is trusted as one of the organisation, and why."""

    is_internal: bool
    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A leg that ended inside Exchange."""

    leg: Leg
    ending: Ending


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A hand-off with the legs that leave by it."""

    handoff: HandOff
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass gives: hand-offs, endings, and what happened on the way.

    `steps` stand with the recipient whom they are about; `children` are the mails
    that rules made.
    """

    outgoing: tuple[Outgoing, ...]
    ended: tuple[Ended, ...]
    steps: tuple[tuple[Address, tuple[Step, ...]], ...]
    assumed: tuple[str, ...] = ()
    children: tuple[MailItem, ...] = ()


def accept(
    submission: Submission, organization: Organization, choices: Choices
) -> Acceptance:
    """Say whether a session counts as inside (exchange-rules#3.3).

    An authenticated client does; so does a connector that treats its senders as
    internal (TreatMessagesAsInternal, an externally secured receive connector).
    """
    if submission.authenticated is not None:
        why = f"{submission.authenticated}, authenticated: inside"
        return Acceptance(is_internal=True, why=why)
    if organization.inbound_connectors is None and submission.source is not None:
        fact = Fact("inbound connectors", why="they were not exported")
        is_internal = choices.choose(fact, (_OUTSIDE, _INSIDE)) == _INSIDE
        return Acceptance(is_internal, f"{fact} {fact.why}")
    connector = inbound_connector(submission, organization)
    if connector is None:
        return Acceptance(is_internal=False, why="an anonymous session: outside")
    if connector.unjudged:
        names = ", ".join(connector.unjudged)
        # Not `connector`: an outbound one may have the same name.
        fact = Fact("inbound connector", connector.name, why=f"{names} is not judged")
        is_internal = choices.choose(fact, (_OUTSIDE, _INSIDE)) == _INSIDE
        return Acceptance(is_internal, f"connector `{connector.name}`: {fact.why}")
    if connector.treats_as_internal:
        why = f"connector `{connector.name}` treats it as internal: inside"
        return Acceptance(is_internal=True, why=why)
    why = f"connector `{connector.name}`, not treated as internal: outside"
    return Acceptance(is_internal=False, why=why)


def inbound_connector(
    submission: Submission, organization: Organization
) -> InboundConnector | None:
    """Find the connector that a session arrives by: the closest network."""
    source = submission.source
    if source is None:
        return None
    found = [
        (network.prefixlen, connector.name, connector)
        for connector in organization.inbound_connectors or ()
        if connector.is_enabled
        for network in connector.networks
        if source.version == network.version and source in network
    ]
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def refuse_recipient(
    address: Address,
    submission: Submission,
    organization: Organization,
    choices: Choices,
) -> Reply | None:
    """Refuse a recipient during the session, as Exchange does with strangers.

    exchange-routing#B18: an unknown recipient of an authoritative domain; no open
    relay: a stranger may write to accepted domains only. A known sender is told by
    a report instead.
    """
    if accept(submission, organization, choices).is_internal:
        return None
    said = _refusal(address, organization, choices)
    if said and _may_relay(submission, organization, choices):
        return None
    return said


def _refusal(
    address: Address, organization: Organization, choices: Choices
) -> Reply | None:
    """Say what a stranger hears who may not relay."""
    found = resolve(address, organization, choices)
    if found.place is Place.NOT_FOUND and found.reply == NOT_FOUND:
        return _ACCESS_DENIED
    if found.place is Place.OUTSIDE and found.recipient is None:
        is_online = organization.platform is Platform.ONLINE
        return _RELAY_DENIED if is_online else _UNTRUSTED_RELAY
    if found.recipient and found.recipient.needs_authenticated_sender:
        return _ACCESS_DENIED
    return None


def _may_relay(
    submission: Submission, organization: Organization, choices: Choices
) -> bool:
    connector = inbound_connector(submission, organization)
    if connector is None or connector.relays is not None:
        return connector is not None and connector.relays is True
    why = "no export tells whether it relays"
    fact = Fact("inbound connector", connector.name, "relay", why=why)
    return choices.choose(fact, (_REFUSES, _RELAYS)) == _RELAYS


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
    submitted = Step(
        StepKind.SUBMITTED, "submission", _yes(accepted.is_internal), accepted.why
    )
    legs, early, first_steps = _resolved(item, organization, choices)
    forks = _through_rules(
        item, legs, organization, accepted, at=at, choices=choices, trace=trace
    )
    ended = list(early)
    steps = {who: [submitted, *more] for who, more in first_steps.items()}
    assumed: list[str] = []
    hops: dict[tuple[int, object], list[tuple[Leg, Hop]]] = {}
    for number, fork in enumerate(forks):
        for target, ending in fork.reports:
            ended.append(Ended(Leg(None, target, (Way.REPORT,)), ending))
        for leg in fork.legs:
            trail = steps.setdefault(leg.original or leg.address, [submitted])
            _extend(trail, fork.steps)
            if fork.ending:
                ended.append(Ended(leg, fork.ending))
                continue
            routed = next_hop(leg, fork, organization, mx=mx, choices=choices)
            _extend(trail, (routed.step,))
            assumed.extend(routed.assumed)
            if isinstance(routed.end, Ending):
                ended.append(Ended(leg, routed.end))
            else:
                shared = replace(routed.end, recipient=leg.address)
                key = (number, replace(shared, recipient=item_key(item)))
                hops.setdefault(key, []).append((leg, routed.end))
    outgoing = tuple(
        _outgoing(item, forks[number], group, organization)
        for (number, _), group in hops.items()
    )
    return Pass(
        outgoing,
        _told(item, ended),
        tuple((who, tuple(trail)) for who, trail in steps.items()),
        tuple(dict.fromkeys(assumed)),
        tuple(dict.fromkeys(child for fork in forks for child in fork.children)),
    )


def _resolved(
    item: MailItem, organization: Organization, choices: Choices
) -> tuple[tuple[Leg, ...], list[Ended], dict[Address, list[Step]]]:
    """Resolve the recipients before rules run (exchange-rules#1)."""
    legs: list[Leg] = []
    ended: list[Ended] = []
    steps: dict[Address, list[Step]] = {}
    for address in dict.fromkeys(item.envelope.recipients):
        found = resolve(address, organization, choices)
        trail = steps.setdefault(address, [])
        if found.place is Place.UNKNOWN and found.fact:
            leg = Leg(address, address)
            why = f"{found.fact}: {found.why}"
            ended.append(Ended(leg, Ending(EndKind.UNKNOWN, why, fact=found.fact)))
            trail.append(
                Step(StepKind.RESOLVED, str(address), Answer.CANNOT_TELL, found.why)
            )
        elif found.place is Place.NOT_FOUND:
            leg = Leg(address, address)
            ended.append(Ended(leg, Ending(EndKind.REJECTED, found.why, found.reply)))
            trail.append(Step(StepKind.RESOLVED, str(address), Answer.NO, found.why))
        else:
            ways = (Way.SENT,) if found.address == address else (Way.SENT, Way.PROXY)
            legs.append(Leg(address, found.address, ways))
            if found.address != address:
                why = f"{found.address}: {found.why}"
                trail.append(Step(StepKind.RESOLVED, str(address), Answer.DONE, why))
    return tuple(legs), ended, steps


def _through_rules(
    item: MailItem,
    legs: tuple[Leg, ...],
    organization: Organization,
    accepted: Acceptance,
    *,
    at: datetime,
    choices: Choices,
    trace: Trace,
) -> tuple[Fork, ...]:
    if not legs:
        return ()
    if item.kind in _SKIPPING:
        return (Fork(item, legs),)
    if organization.rules is None:
        fact = Fact("mail flow rules", why="they were not exported")
        ending = Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact)
        return (Fork(item, legs, ending=ending),)
    return process(
        item,
        legs,
        organization,
        is_internal=accepted.is_internal,
        at=at,
        choices=choices,
        trace=trace,
    )


def _outgoing(
    item: MailItem, fork: Fork, group: list[tuple[Leg, Hop]], organization: Organization
) -> Outgoing:
    """Make one hand-off of all legs of a fork that share a hop (X-16)."""
    hop = group[0][1]
    recipients = tuple(dict.fromkeys(entry.recipient for _, entry in group))
    handoff = HandOff(
        Envelope(item.envelope.reverse_path, recipients),
        fork.item.content,
        hop.hosts,
        hop.port,
        hop.tls,
        hop.route,
        hop.connector,
        hop.auth,
        organization.helo,
    )
    legs = tuple(
        leg if leg.address == entry.recipient else _retargeted(leg, entry.recipient)
        for leg, entry in group
    )
    return Outgoing(handoff, legs)


def _retargeted(leg: Leg, address: Address) -> Leg:
    return Leg(leg.original, address, (*leg.ways, Way.CONTACT))


def _told(item: MailItem, ended: list[Ended]) -> tuple[Ended, ...]:
    """Mark the rejections of which the sender hears."""
    is_told = item.envelope.reverse_path is not None and item.kind is ItemKind.MAIL
    return tuple(
        Ended(entry.leg, replace(entry.ending, is_told=is_told))
        if entry.ending.kind is EndKind.REJECTED
        else entry
        for entry in ended
    )


def item_key(item: MailItem) -> Address:
    """Give one fixed recipient, so that hops compare without theirs."""
    return item.envelope.recipients[0]


def _extend(trail: list[Step], steps: tuple[Step, ...]) -> None:
    known = set(trail)
    trail.extend(step for step in dict.fromkeys(steps) if step not in known)


def _yes(truth: bool) -> Answer:  # noqa: FBT001
    return Answer.YES if truth else Answer.NO

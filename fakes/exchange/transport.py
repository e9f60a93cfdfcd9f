"""One pass of one mail through Exchange: accept, resolve, rules, fork, route.

A pure function. Where it does not know, it asks `choices`; what it takes for
granted it says in `assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.arrival import Acceptance, accept
from fakes.exchange.departure import Outgoing, depart, item_key
from fakes.exchange.dsn import is_dropped, is_heard
from fakes.exchange.remote_domain import assumed_of_remote_domains
from fakes.exchange.routing.next_hop import Hop, next_hop
from fakes.exchange.routing.resolve import Place, resolve
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.exchange.rules.process import process
from fakes.mail.item import ItemKind, MailItem
from fakes.trace import Answer, Step, StepKind, Trace

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Ended:
    """A leg that ended inside Exchange."""

    leg: Leg
    ending: Ending


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
    assumed = list(assumed_of_remote_domains(organization))
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
            routed = next_hop(
                leg,
                fork,
                organization,
                mx=mx,
                choices=choices,
                original_size=len(item.content.raw),
            )
            _extend(trail, (routed.step,))
            assumed.extend(routed.assumed)
            if isinstance(routed.end, Ending):
                ended.append(Ended(leg, routed.end))
            else:
                shared = replace(routed.end, recipient=leg.address)
                key = (number, replace(shared, recipient=item_key(item)))
                hops.setdefault(key, []).append((leg, routed.end))
    outgoing = tuple(
        depart(
            item,
            forks[number],
            group,
            organization,
            is_internal=accepted.is_internal,
        )
        for (number, _), group in hops.items()
    )
    return Pass(
        outgoing,
        _told(item, ended, organization),
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
    if item.kind is ItemKind.NDR and is_dropped(legs[0].address, organization):
        why = "a report to a remote domain with NDREnabled off is dropped"
        return (Fork(item, legs, ending=Ending(EndKind.DELETED, why)),)
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


def _told(
    item: MailItem, ended: list[Ended], organization: Organization
) -> tuple[Ended, ...]:
    """Mark the rejections of which the sender hears."""
    is_told = is_heard(item, organization)
    return tuple(
        Ended(entry.leg, replace(entry.ending, is_told=is_told))
        if entry.ending.kind is EndKind.REJECTED
        else entry
        for entry in ended
    )


def _extend(trail: list[Step], steps: tuple[Step, ...]) -> None:
    known = set(trail)
    trail.extend(step for step in dict.fromkeys(steps) if step not in known)


def _yes(truth: bool) -> Answer:  # noqa: FBT001
    return Answer.YES if truth else Answer.NO

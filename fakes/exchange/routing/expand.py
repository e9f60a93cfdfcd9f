"""Whom an address leads to in the end: groups and forwarding mailboxes followed.

exchange-rules#1: it is done before rules run, so that they see members and targets;
exchange-routing#3.2: a loop that harms nobody is delivered once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.forwarding import why_kept_in
from fakes.exchange.organization import ReportsTo
from fakes.exchange.routing.resolve import LOOP, Place, Resolved, resolve
from fakes.exchange.routing.restrictions import Inbound, hindrance
from fakes.exchange.rules.fork import Ending, EndKind, Leg, Way
from fakes.exchange.rules.taking import recipients
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Forwarding, Organization, Recipient
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem

_REPORTS = "the copies of a group's members keep the sender in MAIL FROM"
_UNCHANGED = frozenset({None, ReportsTo.SENDER})


@dataclass(frozen=True, slots=True)
class Reached:
    """A leg that leads to somebody, and the reverse-path of his copy."""

    leg: Leg
    reverse_path: Address | None


@dataclass(frozen=True, slots=True)
class Expansion:
    """What an address comes to: legs, endings, steps, mails of moderation."""

    reached: tuple[Reached, ...]
    ended: tuple[tuple[Leg, Ending], ...]
    steps: tuple[Step, ...]
    children: tuple[MailItem, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lead:
    """An address to be followed: the leg so far, and the forwarders on its way."""

    leg: Leg
    reverse_path: Address | None
    forwarders: tuple[Recipient, ...] = ()


@dataclass(slots=True)
class _Walk:
    """What was found while leads are followed; lives for one expansion."""

    mail: Inbound
    organization: Organization
    choices: Choices
    waiting: list[_Lead]
    reached: dict[Address, Reached] = field(default_factory=dict)
    ended: list[tuple[Leg, Ending]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    children: list[MailItem] = field(default_factory=list)
    groups: set[Address] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)

    def say(self, address: Address, answer: Answer, why: str) -> None:
        """Add a step about an address."""
        self.steps.append(Step(StepKind.RESOLVED, str(address), answer, why))

    def end(self, leg: Leg, ending: Ending) -> None:
        """Let a lead come to an end."""
        self.ended.append((leg, ending))
        answer = Answer.CANNOT_TELL if ending.fact else Answer.NO
        why = ending.fact.why if ending.fact else ending.why
        self.say(leg.address, answer, why)


def expand(
    leg: Leg, mail: Inbound, organization: Organization, choices: Choices
) -> Expansion:
    """Follow a leg to all who get the mail by it; each address once."""
    walk = _Walk(
        mail, organization, choices, [_Lead(leg, mail.item.envelope.reverse_path)]
    )
    while walk.waiting:
        _follow(walk.waiting.pop(), walk)
    if not walk.reached and not walk.ended:
        ending = Ending(EndKind.NOBODY, f"{leg.address} leads to nobody")
        walk.ended.append((leg, ending))
    return Expansion(
        tuple(walk.reached.values()),
        tuple(walk.ended),
        tuple(walk.steps),
        tuple(walk.children),
        tuple(walk.assumed),
    )


def _follow(lead: _Lead, walk: _Walk) -> None:
    """Follow one lead by one object."""
    leg = lead.leg
    found = resolve(leg.address, walk.organization, walk.choices)
    if found.fact:
        ending = Ending(EndKind.UNKNOWN, f"{found.fact}: {found.why}", fact=found.fact)
        walk.end(leg, ending)
        return
    if found.place is Place.NOT_FOUND:
        walk.end(leg, Ending(EndKind.REJECTED, found.why, found.reply))
        return
    if found.recipient in lead.forwarders:
        _close(lead, found, walk)
        return
    for passed in found.chain:
        held = hindrance(passed, walk.mail, walk.organization, walk.choices)
        if held:
            walk.children.extend(held.children)
        if held and held.ending:
            walk.end(leg, held.ending)
            return
    entry = found.recipient
    if entry is not None and found.place is Place.GROUP:
        _to_members(entry, lead, walk)
    elif entry is not None and found.place is Place.MAILBOX and entry.forwarding:
        _to_target(entry, entry.forwarding, _primary(lead, found, walk), walk)
    else:
        _reach(_primary(lead, found, walk), walk)


def _primary(lead: _Lead, found: Resolved, walk: _Walk) -> _Lead:
    """Put the primary address in place of another one (exchange-routing#B12)."""
    leg = lead.leg
    if found.address == leg.address:
        return lead
    walk.say(leg.address, Answer.DONE, f"{found.address}: {found.why}")
    ways = (*leg.ways, Way.PROXY)
    return replace(lead, leg=replace(leg, address=found.address, ways=ways))


def _reach(lead: _Lead, walk: _Walk) -> None:
    reached = Reached(lead.leg, lead.reverse_path)
    walk.reached.setdefault(lead.leg.address, reached)


def _to_members(group: Recipient, lead: _Lead, walk: _Walk) -> None:
    """Follow a group to its members; one that was met before is a harmless loop."""
    if group.primary in walk.groups:
        return
    walk.groups.add(group.primary)
    leg = lead.leg
    if group.members is None:
        why = f"the members of `{group.name}` were not exported"
        fact = Fact("members", group.name, why=why)
        walk.end(leg, Ending(EndKind.UNKNOWN, f"{fact}: {why}", fact=fact))
        return
    reverse_path = _reverse_path(group, lead, walk)
    if isinstance(reverse_path, Fact):
        ending = Ending(
            EndKind.UNKNOWN, f"{reverse_path}: {reverse_path.why}", fact=reverse_path
        )
        walk.end(leg, ending)
        return
    names = ", ".join(group.members) or "nobody"
    why = f"{group.kind} `{group.name}`: {names}"
    if reverse_path != lead.reverse_path:
        why += f"; failures go to {group.reports_to}"
    walk.steps.append(Step(StepKind.EXPANDED, str(group.primary), Answer.DONE, why))
    way = replace(
        leg,
        ways=(*leg.ways, Way.GROUP),
        groups=(*leg.groups, group.primary),
    )
    found = recipients(group.members, walk.organization.directory)
    leads = [
        replace(lead, leg=replace(way, address=address), reverse_path=reverse_path)
        for address in sorted(found.addresses, key=str, reverse=True)
    ]
    walk.waiting.extend(leads)
    for name in found.unresolved:
        why = f"no exported recipient is called `{name}`"
        fact = Fact("members", f"{group.name}: {name}", why=why)
        walk.end(way, Ending(EndKind.UNKNOWN, f"{fact}: {why}", fact=fact))


def _reverse_path(group: Recipient, lead: _Lead, walk: _Walk) -> Address | Fact | None:
    """Give the reverse-path of the members' copies.

    field-cases#null-reverse-path-on-ordinary-mail: with both report settings off there
    is none.
    """
    if group.reports_to is None:
        walk.assumed.append(_REPORTS)
    if group.reports_to in _UNCHANGED or lead.reverse_path is None:
        return lead.reverse_path
    if group.reports_to is ReportsTo.NOBODY:
        return None
    found = recipients((group.owners or ())[:1], walk.organization.directory)
    if len(found.addresses) == 1:
        return next(iter(found.addresses))
    why = "its failures go to its manager, who was not exported"
    return Fact("manager of group", group.name, why=why)


def _to_target(
    box: Recipient, forwarding: Forwarding, lead: _Lead, walk: _Walk
) -> None:
    """Follow a mailbox that forwards; the copy that it keeps is reached first.

    field-cases#mailbox-forwarding: the sender stays in MAIL FROM.
    """
    leg = lead.leg
    found = recipients((forwarding.to,), walk.organization.directory)
    keeps = ", and keeps a copy" if forwarding.keeps_copy else ""
    why = f"{box.kind} `{box.name}` forwards to {forwarding.to}{keeps}"
    walk.steps.append(Step(StepKind.EXPANDED, str(box.primary), Answer.DONE, why))
    if forwarding.keeps_copy:
        _reach(lead, walk)
    way = replace(leg, ways=(*leg.ways, Way.FORWARD))
    for name in found.unresolved:
        why = f"no exported recipient is called `{name}`"
        fact = Fact("forwarding", box.name, why=why)
        walk.end(way, Ending(EndKind.UNKNOWN, f"{fact}: {why}", fact=fact))
    for address in found.addresses:
        onward = replace(way, address=address)
        held = why_kept_in(address, walk.organization, walk.choices)
        if held:
            walk.end(onward, held)
        else:
            forwarders = (*lead.forwarders, box)
            walk.waiting.append(replace(lead, leg=onward, forwarders=forwarders))


def _close(lead: _Lead, found: Resolved, walk: _Walk) -> None:
    """End a circle of forwarding mailboxes (exchange-routing#8).

    One of them that keeps a copy makes it harmless; otherwise nobody has the mail.
    """
    circle = lead.forwarders[lead.forwarders.index(found.chain[-1]) :]
    if any(box.forwarding and box.forwarding.keeps_copy for box in circle):
        walk.say(lead.leg.address, Answer.DONE, "it has been there: delivered once")
        return
    why = "mailboxes forward to each other, and none keeps the mail"
    walk.end(lead.leg, Ending(EndKind.REJECTED, why, LOOP))

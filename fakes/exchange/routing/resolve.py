"""Recipient resolution: what stands behind an address (exchange-routing#3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import (
    DomainType,
    RecipientKind,
    accepted_domain,
)
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, Recipient
    from fakes.mail.address import Address

# exchange-routing#1.7, field-cases#2
NOT_FOUND = reply(
    550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address"
)
_LOOP = reply(554, "5.4.14", "Recipient loop detected")
_MAX_CHAIN = 10
_HOLDS_MAIL = frozenset({RecipientKind.MAILBOX, RecipientKind.PUBLIC_FOLDER})
_MAILBOX, _NOT_FOUND = "a mailbox", "not found"


class Place(StrEnum):
    """Where an address leads."""

    MAILBOX = "mailbox"
    OUTSIDE = "outside"
    NOT_FOUND = "not found"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where an address leads: `address` is what rules see, `target` what is routed."""

    place: Place
    address: Address
    target: Address
    why: str
    recipient: Recipient | None = None
    reply: Reply | None = None
    fact: Fact | None = None


def resolve(address: Address, organization: Organization, choices: Choices) -> Resolved:
    """Look an address up; the last word on mailbox, outside, or nobody."""
    seen: set[Address] = set()
    first: Recipient | None = None
    current = address
    while len(seen) < _MAX_CHAIN:
        found = _objects(organization, current)
        if len(found) > 1:
            fact = Fact("recipient", str(current), why="two objects hold this address")
            return _unknown(address, current, fact)
        if not found:
            shown = first.primary if first else current
            return _without_object(shown, current, organization, choices)
        entry = found[0]
        first = first or entry
        why = _why_unknown(entry)
        if why:
            fact = Fact("recipient", str(current), why=why)
            return _unknown(first.primary, current, fact)
        if entry.external is None or entry.kind in _HOLDS_MAIL:
            return _mailbox(entry, first)
        own = {entry.primary, *entry.proxies, current}
        if entry.external in own or not _objects(organization, entry.external):
            return _contact(entry, entry.external, first)
        seen.add(current)
        current = entry.external
        if current in seen:
            break
    return Resolved(
        Place.NOT_FOUND, address, current, "contacts point at each other", reply=_LOOP
    )


def _objects(organization: Organization, address: Address) -> tuple[Recipient, ...]:
    directory = organization.directory
    return directory.by_address.get(address, ()) if directory else ()


def _why_unknown(entry: Recipient) -> str:
    """Say why nobody can tell what an object does with mail; empty if it is plain."""
    if entry.unjudged:
        return f"{', '.join(entry.unjudged)} is set and not judged"
    if entry.kind in _HOLDS_MAIL:
        return ""
    if entry.kind not in {RecipientKind.MAIL_CONTACT, RecipientKind.MAIL_USER}:
        return f"`{entry.name}` is a {entry.kind}, whose members are not read"
    if entry.external is None:
        return f"`{entry.name}` is a {entry.kind} without an external address"
    return ""


def _mailbox(entry: Recipient, first: Recipient) -> Resolved:
    why = f"{entry.kind} `{entry.name}`"
    return Resolved(Place.MAILBOX, first.primary, entry.primary, why, entry)


def _contact(entry: Recipient, target: Address, first: Recipient) -> Resolved:
    """A contact or mail user is routed by its external address (B1, B10).

    So is the guide's placeholder, whose target is its own address in an accepted
    domain: no page says why, but vendors' set-ups rest on it (X-12, zivver#17).
    """
    why = f"{entry.kind} `{entry.name}`, {target}"
    return Resolved(Place.OUTSIDE, first.primary, target, why, entry)


def _without_object(
    shown: Address, address: Address, organization: Organization, choices: Choices
) -> Resolved:
    if organization.accepted_domains is None:
        fact = Fact("accepted domains", why="they were not exported")
        return _unknown(shown, address, fact)
    domain = accepted_domain(organization, address.domain_key)
    if domain is None:
        why = f"{address.domain} is no accepted domain"
        return Resolved(Place.OUTSIDE, shown, address, why)
    if domain.type is not DomainType.AUTHORITATIVE:
        why = f"{domain.domain} is {domain.type}: unknown recipients are passed on"
        if organization.directory is None or not organization.directory.is_whole:
            why += " (recipients not exported)"
        return Resolved(Place.OUTSIDE, shown, address, why)
    directory = organization.directory
    if directory is not None and directory.is_whole:
        why = f"no recipient in {domain.domain}, which is authoritative"
        return Resolved(Place.NOT_FOUND, shown, address, why, reply=NOT_FOUND)
    fact = Fact("recipient", str(address), why="the recipients were not exported")
    if choices.choose(fact, (_MAILBOX, _NOT_FOUND)) == _MAILBOX:
        return Resolved(Place.MAILBOX, shown, address, "taken for a mailbox")
    return Resolved(
        Place.NOT_FOUND, shown, address, "taken for nobody", reply=NOT_FOUND
    )


def _unknown(shown: Address, target: Address, fact: Fact) -> Resolved:
    return Resolved(Place.UNKNOWN, shown, target, fact.why, fact=fact)

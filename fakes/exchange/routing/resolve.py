"""Recipient resolution: what stands behind an address (exchange-routing#3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import (
    DomainType,
    RecipientKind,
    accepted_domain,
)
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, Recipient
    from fakes.mail.address import Address

# exchange-routing#1.7, field-cases#2
NOT_FOUND = reply(
    550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address"
)
LOOP = reply(554, "5.4.14", "Recipient loop detected")
_MAX_CHAIN = 10
_MAILBOX, _NOT_FOUND = "a mailbox", "not found"


class Place(StrEnum):
    """Where an address leads."""

    MAILBOX = "mailbox"
    GROUP = "group"
    OUTSIDE = "outside"
    NOT_FOUND = "not found"
    UNKNOWN = "unknown"


_ENDS: Mapping[RecipientKind, Place] = MappingProxyType(
    {
        RecipientKind.MAILBOX: Place.MAILBOX,
        RecipientKind.PUBLIC_FOLDER: Place.MAILBOX,
        RecipientKind.GROUP: Place.GROUP,
    }
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where an address leads: `address` is what rules see, `target` what is routed.

    `chain` are the objects on the way, the last one decides.
    """

    place: Place
    address: Address
    target: Address
    why: str
    chain: tuple[Recipient, ...] = ()
    reply: Reply | None = None
    fact: Fact | None = None

    @property
    def recipient(self) -> Recipient | None:
        """The object that decides, None where there is none."""
        return self.chain[-1] if self.chain else None


def resolve(address: Address, organization: Organization, choices: Choices) -> Resolved:
    """Look an address up; the last word on mailbox, group, outside, or nobody."""
    seen: set[Address] = set()
    chain: tuple[Recipient, ...] = ()
    current = address
    while len(seen) < _MAX_CHAIN:
        found = _objects(organization, current)
        if len(found) > 1:
            fact = Fact("recipient", str(current), why="two objects hold this address")
            return _unknown(address, current, fact)
        if not found:
            return _without_object(current, organization, choices)
        entry = found[0]
        chain = (*chain, entry)
        why = _why_unknown(entry)
        if why:
            fact = Fact("recipient", str(current), why=why)
            return _unknown(chain[0].primary, current, fact)
        if entry.external is None or entry.kind in _ENDS:
            return _here(entry, chain)
        own = {entry.primary, *entry.proxies, current}
        if entry.external in own or not _objects(organization, entry.external):
            return _contact(entry, entry.external, chain)
        seen.add(current)
        current = entry.external
        if current in seen:
            break
    return Resolved(
        Place.NOT_FOUND, address, current, "contacts point at each other", reply=LOOP
    )


def _objects(organization: Organization, address: Address) -> tuple[Recipient, ...]:
    directory = organization.directory
    return directory.by_address.get(address, ()) if directory else ()


def _why_unknown(entry: Recipient) -> str:
    """Say why nobody can tell what an object does with mail; empty if it is plain."""
    if entry.unjudged:
        return f"{', '.join(entry.unjudged)} is set and not judged"
    if entry.kind in _ENDS:
        return ""
    if entry.kind is RecipientKind.OTHER:
        return f"`{entry.name}` is an object of a kind that we do not know"
    if entry.external is None:
        return f"`{entry.name}` is a {entry.kind} without an external address"
    return ""


def _here(entry: Recipient, chain: tuple[Recipient, ...]) -> Resolved:
    why = f"{entry.kind} `{entry.name}`"
    return Resolved(_ENDS[entry.kind], chain[0].primary, entry.primary, why, chain)


def _contact(
    entry: Recipient, target: Address, chain: tuple[Recipient, ...]
) -> Resolved:
    """A contact or mail user is routed by its external address (B1, B10).

    So is the guide's placeholder, whose target is its own address in an accepted
    domain: no page says why, but vendors' set-ups rest on it (X-12, zivver#17).
    """
    why = f"{entry.kind} `{entry.name}`, {target}"
    return Resolved(Place.OUTSIDE, chain[0].primary, target, why, chain)


def _without_object(
    address: Address, organization: Organization, choices: Choices
) -> Resolved:
    if organization.accepted_domains is None:
        fact = Fact("accepted domains", why="they were not exported")
        return _unknown(address, address, fact)
    domain = accepted_domain(organization, address.domain_key)
    if domain is None:
        why = f"{address.domain} is no accepted domain"
        return Resolved(Place.OUTSIDE, address, address, why)
    if domain.type is not DomainType.AUTHORITATIVE:
        why = f"{domain.domain} is {domain.type}: unknown recipients are passed on"
        if organization.directory is None or not organization.directory.is_whole:
            why += " (recipients not exported)"
        return Resolved(Place.OUTSIDE, address, address, why)
    directory = organization.directory
    if directory is not None and directory.is_whole:
        why = f"no recipient in {domain.domain}, which is authoritative"
        return Resolved(Place.NOT_FOUND, address, address, why, reply=NOT_FOUND)
    fact = Fact("recipient", str(address), why="the recipients were not exported")
    if choices.choose(fact, (_MAILBOX, _NOT_FOUND)) == _MAILBOX:
        return Resolved(Place.MAILBOX, address, address, "taken for a mailbox")
    return Resolved(
        Place.NOT_FOUND, address, address, "taken for nobody", reply=NOT_FOUND
    )


def _unknown(shown: Address, target: Address, fact: Fact) -> Resolved:
    return Resolved(Place.UNKNOWN, shown, target, fact.why, fact=fact)

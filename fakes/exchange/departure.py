"""How a fork leaves: one hand-off of all legs that share a hop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.exchange.header_firewall import released
from fakes.exchange.hybrid import with_word_of_sender
from fakes.exchange.rules.fork import Leg, Way
from fakes.exchange.sending import Sending, source_of
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import DsnTerms, HandOff, Route

if TYPE_CHECKING:
    from fakes.exchange.organization import (
        Organization,
        OutboundConnector,
        SendConnector,
    )
    from fakes.exchange.routing.next_hop import Hop
    from fakes.exchange.rules.fork import Fork
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A hand-off with the legs that leave by it."""

    handoff: HandOff
    legs: tuple[Leg, ...]


def depart(
    fork: Fork,
    group: list[tuple[Leg, Hop]],
    organization: Organization,
    *,
    is_internal: bool,
    sending: Sending,
) -> Outgoing:
    """Make one hand-off of all legs of a fork that share a hop (X-16) and a name."""
    hop = group[0][1]
    content = fork.item.content
    if hop.route is Route.ACROSS:
        content = with_word_of_sender(
            content, hop, organization, is_internal=is_internal
        )
    recipients = tuple(dict.fromkeys(entry.recipient for _, entry in group))
    handoff = HandOff(
        Envelope(sending.reverse_path, recipients),
        released(content, carries=_carries_headers(hop, organization)),
        hop.hosts,
        hop.port,
        hop.tls,
        hop.route,
        hop.connector,
        hop.auth,
        hop.manner.helo or organization.helo,
        hop.manner,
        dsn=_dsn_terms(group),
        source=source_of(sending.pool, organization),
    )
    legs = tuple(
        leg if leg.address == entry.recipient else _retargeted(leg, entry.recipient)
        for leg, entry in group
    )
    return Outgoing(handoff, legs)


def _carries_headers(hop: Hop, organization: Organization) -> bool:
    connectors: tuple[OutboundConnector | SendConnector, ...] = (
        *(organization.outbound_connectors or ()),
        *(organization.send_connectors or ()),
    )
    return any(c.carries_headers for c in connectors if c.name == hop.connector)


def _dsn_terms(group: list[tuple[Leg, Hop]]) -> DsnTerms | None:
    """Tell of addresses that Exchange put in the place of others.

    exchange-routing#4.1, exchange-routing#B12: of an alias the old address goes along;
    of a rule's redirect nobody knows it (X-14).
    """
    originals = tuple(
        (hop.recipient, leg.original)
        for leg, hop in group
        if leg.original and Way.PROXY in leg.ways and Way.REDIRECT not in leg.ways
    )
    return DsnTerms(originals=originals) if originals else None


def _retargeted(leg: Leg, address: Address) -> Leg:
    return replace(leg, address=address, ways=(*leg.ways, Way.CONTACT))


def item_key(item: MailItem) -> Address:
    """Give one fixed recipient, so that hops compare without theirs."""
    return item.envelope.recipients[0]

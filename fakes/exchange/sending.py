"""In whose name and from which addresses a mail leaves Exchange Online.

What the receiver's SPF then says follows from the two (exchange-routing#7). A server
sends everything from its own address, in the name that the mail came with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.arrival import is_from_own_servers
from fakes.exchange.authentication import passes_dkim, passes_spf
from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.routing.outbound_connector import named_connector
from fakes.exchange.rules.fork import Way
from fakes.exchange.sender_rewriting import is_rewriting, rewritten
from fakes.mail.handoff import Route
from fakes.mail.item import OF_PEOPLE, ItemKind
from fakes.mail.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fakes.exchange.organization import Organization
    from fakes.exchange.routing.hop import Around, Hop
    from fakes.exchange.rules.fork import Leg
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from fakes.mail.session import IpAddress


class Pool(StrEnum):
    """The pools of addresses that Exchange Online sends from (exchange-routing#7.2)."""

    NORMAL = "normal"
    HIGH_RISK = "high-risk"
    RELAY = "relay"


# The relay pool is 40.95.0.0/16, and in no SPF record. The high-risk pool fails SPF,
# and nobody publishes it: an address that is nobody's stands for it.
_SOURCES: Mapping[Pool, IpAddress] = MappingProxyType(
    {
        Pool.RELAY: ip_address("40.95.0.1"),
        Pool.HIGH_RISK: ip_address("240.0.0.1"),
    }
)
# exchange-routing#E10: all reports; field-cases#X-23.
_HIGH_RISK = frozenset({ItemKind.NDR, ItemKind.AUTO_REPLY})
# exchange-routing#7.1: by mailboxes, groups, contacts and rules.
_SENT_ON = frozenset({Way.CONTACT, Way.REDIRECT, Way.COPY, Way.FORWARD, Way.GROUP})
_SENT_ON_BY_MAILBOX = frozenset({ItemKind.FORWARD, ItemKind.REDIRECT})


@dataclass(frozen=True, slots=True)
class Sending:
    """The reverse-path of what leaves, and the pool that it leaves from."""

    reverse_path: Address | None
    pool: Pool = Pool.NORMAL


def sending_of(
    leg: Leg, hop: Hop, item: MailItem, around: Around, *, at: datetime
) -> Sending:
    """Say how one leg of a mail is sent."""
    organization, choices = around.organization, around.choices
    path = item.envelope.reverse_path
    # exchange-routing#7.1: the other side of a hybrid is inside the trust boundary.
    if organization.platform is Platform.SERVER or hop.route is Route.ACROSS:
        return Sending(path)
    # field-cases#X-23: the pool goes by the mail, whatever connector it takes.
    if item.kind in _HIGH_RISK or (path and not _has_host(path, around)):
        return Sending(path, Pool.HIGH_RISK)
    if _is_ours(item, organization):
        return Sending(path)
    # exchange-routing#E9: what could show nothing is not sent in our name.
    if not passes_spf(item, choices):
        is_signed = passes_dkim(item, choices)
        return Sending(path, Pool.NORMAL if is_signed else Pool.RELAY)
    is_sent_on = (
        hop.recipient != leg.address
        or not _SENT_ON.isdisjoint(leg.ways)
        or item.kind in _SENT_ON_BY_MAILBOX
    )
    is_relayed = is_from_own_servers(item.submission, organization, choices)
    connector = named_connector(organization, hop.connector) if hop.connector else None
    if (
        path
        and (is_sent_on or is_relayed)
        and is_rewriting(connector, organization, choices)
    ):
        # An inbox rule sends in the name of its mailbox.
        by_rule = item.submission.authenticated
        forwarder = by_rule or (leg.original if is_sent_on else None)
        return Sending(rewritten(path, forwarder, organization, at))
    return Sending(path)


def source_of(pool: Pool, organization: Organization) -> IpAddress | None:
    """Give the address that a pool sends from, None where it is not modelled."""
    return _SOURCES.get(pool, organization.source)


def _has_host(path: Address, around: Around) -> bool:
    """Say whether mail can be sent to the sender's domain (exchange-routing#E11).

    Of a domain of which nobody told, it is taken for granted.
    """
    return not isinstance(around.mx(path.domain_key), Reply)


def _is_ours(item: MailItem, organization: Organization) -> bool:
    """Say whether the sender is verified: one of ours, or Exchange itself."""
    if item.kind not in OF_PEOPLE:
        return True
    if item.kind is ItemKind.MAIL and item.submission.authenticated is not None:
        return True
    path = item.envelope.reverse_path
    return bool(path and accepted_domain(organization, path.domain_key))

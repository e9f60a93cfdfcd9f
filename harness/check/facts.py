"""What derived mails need to know of a tenant: who is there, and who may relay."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    AcceptedDomain,
    DomainType,
    InboundConnector,
    RecipientKind,
    SendConnector,
)
from fakes.mail.address import Address, domain_key, is_within
from fakes.mail.session import IpAddress
from fakes.zivver.service import AccountState, ZivverService, find_accounts
from harness.check.kinds import KindOfPerson, partners_of, recipients_of_kinds
from harness.policy.noun import is_own

if TYPE_CHECKING:
    from harness.world import World

# RFC 5737: addresses of nobody.
_STRANGERS = tuple(
    ip_address(text) for text in ("203.0.113.9", "198.51.100.9", "192.0.2.9")
)


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """A tenant as its correspondents know it.

    `own_domains` is None when the accepted domains were not exported; `people` are
    mailboxes, those of this side of a hybrid first, then those with a Zivver account;
    `aliases` their other addresses.
    `application` is a client address that an inbound or receive connector knows;
    `stranger` one that none knows. `placeholders` are addresses of ours that a send
    connector takes to Zivver; `large` is the size of a mail that is too large for that
    connector and not for another one, None where there is none. `kinds` is a recipient
    of each kind, `partners` somebody in each domain that has a connector of its own;
    `senders` are people of ours who are not like the others.
    """

    own_domains: tuple[str, ...] | None
    people: tuple[Address, ...] = ()
    aliases: tuple[tuple[Address, tuple[Address, ...]], ...] = ()
    groups: frozenset[Address] = frozenset()
    application: IpAddress | None = None
    stranger: IpAddress = _STRANGERS[0]
    placeholders: tuple[Address, ...] = ()
    large: int | None = None
    kinds: tuple[KindOfPerson, ...] = ()
    partners: tuple[KindOfPerson, ...] = ()
    senders: tuple[KindOfPerson, ...] = ()
    everybody: frozenset[Address] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Index the people once: there may be many."""
        object.__setattr__(self, "everybody", frozenset(self.people))


def facts_of(world: World) -> TenantFacts:
    """Read the facts from a world."""
    objects = tuple(
        entry
        for side in world.organizations
        for entry in (side.directory.recipients if side.directory else ())
    )
    directory = world.organization.directory
    here = {
        entry.primary
        for entry in (directory.recipients if directory else ())
        if entry.kind is RecipientKind.MAILBOX
    }
    mailboxes = [o for o in objects if o.kind is RecipientKind.MAILBOX]
    people = sorted(
        (box.primary for box in mailboxes if not box.unjudged),
        key=lambda address: (
            address not in here,
            not _has_account(address, world.zivver),
        ),
    )
    aliases = tuple(
        (box.primary, tuple(p for p in box.proxies if p != box.primary))
        for box in mailboxes
    )
    groups = frozenset(
        address
        for entry in objects
        if entry.kind is RecipientKind.GROUP
        for address in (entry.primary, *entry.proxies)
    )
    own = own_domains_of(world)
    placeholders = placeholders_of(world)

    def is_inside(address: Address) -> bool:
        return own is not None and is_own(address.domain_key, own)

    def is_of_relay(kind: KindOfPerson) -> bool:
        domains = {address.domain_key for address in placeholders}
        relays = relay_connectors(world)
        is_taken = any(is_taken_by(kind.address, one) for one in relays)
        return is_taken or kind.address.domain_key in domains

    def kept(kinds: tuple[KindOfPerson, ...]) -> tuple[KindOfPerson, ...]:
        return tuple(k for k in kinds if own is not None and not is_of_relay(k))

    return TenantFacts(
        own,
        tuple(people),
        aliases,
        groups,
        _application(world),
        _stranger(world),
        placeholders,
        _large(world),
        kept(recipients_of_kinds(world.organization, is_inside)),
        kept(partners_of(world.organization, is_inside)),
        _senders(tuple(people), world),
    )


def _senders(people: tuple[Address, ...], world: World) -> tuple[KindOfPerson, ...]:
    """Find who differs from the first of the people: by account, by domain."""
    first = people[:1]
    found = [
        KindOfPerson("without-account", "somebody without an account at Zivver", who)
        for who in people
        if world.zivver.accounts is not None and not _has_account(who, world.zivver)
    ][:1]
    for who in people:
        if any(who.domain_key != other.domain_key for other in first):
            says = f"somebody in another domain of ours ({who.domain})"
            found.append(KindOfPerson("other-domain", says, who))
            break
    return tuple(found)


def relay_connectors(world: World) -> tuple[SendConnector, ...]:
    """Give the send connectors that lead to Zivver, whether they are on or off."""
    host = domain_key(world.zivver.host)
    return tuple(
        connector
        for connector in world.organization.send_connectors or ()
        if host in map(domain_key, connector.smart_hosts)
    )


def placeholders_of(world: World) -> tuple[Address, ...]:
    """Give the contacts whose very domain a connector takes to Zivver.

    exchange-routing#3.3: a connector for every domain makes no placeholder.
    """
    directory = world.organization.directory
    relays = relay_connectors(world)
    return tuple(
        entry.primary
        for entry in (directory.recipients if directory else ())
        if entry.external and any(is_taken_by(entry.external, one) for one in relays)
    )


def is_taken_by(address: Address, connector: SendConnector) -> bool:
    """Say whether a connector is for the domain of an address, not for every one."""
    domain = address.domain_key
    return any(
        space.domain == domain
        or (space.domain.startswith("*.") and is_within(domain, space.domain[2:]))
        for space in connector.address_spaces
    )


def _large(world: World) -> int | None:
    relays = relay_connectors(world)
    limits = [c.max_size for c in relays if c.max_size is not None]
    others = [
        connector.max_size
        for connector in world.organization.send_connectors or ()
        if connector not in relays and connector.is_enabled and connector.is_size_told
    ]
    least = min(limits, default=None)
    if least is None or not any(size is None or size > least for size in others):
        return None
    return least + 1


def own_domains_of(world: World) -> tuple[str, ...] | None:
    """Give the accepted domains, but for those whose mail is only passed on."""
    domains: list[AcceptedDomain] = []
    for side in world.organizations:
        if side.accepted_domains is None:
            return None
        domains.extend(side.accepted_domains)
    own: list[str] = []
    for entry in domains:
        if entry.type is DomainType.EXTERNAL_RELAY or entry.domain == "*":
            continue
        own.append(entry.domain)
        if entry.covers_subdomains:
            own.append(f"*.{entry.domain}")
    return tuple(dict.fromkeys(own))


def _has_account(address: Address, zivver: ZivverService) -> bool:
    accounts = find_accounts(zivver, address)
    return any(account.state is AccountState.ACTIVE for account in accounts)


def _application(world: World) -> IpAddress | None:
    """Take the first client address that a connector of its own is there for."""
    for connector in _inbound(world):
        if not connector.is_enabled or connector.unjudged:
            continue
        for network in connector.networks:
            # A network of everybody is the front door, not an application's.
            if network.prefixlen:
                return network[1] if network.num_addresses > 2 else network[0]
    return None


def _stranger(world: World) -> IpAddress:
    known = [
        network
        for connector in _inbound(world)
        for network in connector.networks
        if network.prefixlen
    ]
    free = (
        address
        for address in _STRANGERS
        if not any(address in n for n in known if n.version == address.version)
    )
    return next(free, _STRANGERS[0])


def _inbound(world: World) -> tuple[InboundConnector, ...]:
    sides = world.organizations
    return tuple(c for side in sides for c in side.inbound_connectors or ())

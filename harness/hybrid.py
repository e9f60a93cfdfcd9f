"""A hybrid as a mail meets it: by which side it comes in, and how it crosses over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.choices import ChoicesApart, Fact
from fakes.exchange.hybrid import Peer, certificate_of, shown_certificate
from fakes.exchange.organization import Organization, Platform, RecipientKind
from fakes.exchange.reception import receiver_of
from fakes.internet.hosts import host_of, mail_hosts
from fakes.mail.address import domain_key
from fakes.mail.session import Certificate, ServerTls
from harness.world import turned

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from fakes.mail.receiver import Receiver
    from fakes.mail.session import IpAddress
    from harness.world import World

ONLINE, ON_PREMISES = "online", "on-premises"


def side_of(world: World) -> str:
    """Name the side that a hybrid is seen from; empty where there is only one."""
    return name_of(world.organization) if world.other else ""


def name_of(organization: Organization) -> str:
    """Name one side of a hybrid."""
    return ONLINE if organization.platform is Platform.ONLINE else ON_PREMISES


def entered(item: MailItem, world: World, choices: Choices) -> World:
    """Give the world as the side sees it by which a mail comes in.

    A user submits where his mailbox is, an application where a connector knows its
    address, and a stranger where the MX of the domain points.
    """
    if world.other is None:
        return world
    who, source = item.submission.authenticated, item.submission.source
    if who is not None:
        found = _by_mailbox(who, world)
        fact = Fact("mailbox", str(who), why="no export tells on which side it is")
    else:
        found = _by_address(source, world) or _by_mx(item, world)
        fact = Fact("mail from outside", why="no MX tells to which side it comes")
    if found is None:
        name = choices.choose(fact, (ONLINE, ON_PREMISES))
        found = next(each for each in world.organizations if name_of(each) == name)
    return world if found is world.organization else turned(world)


def across(world: World, choices: Choices) -> tuple[World, Choices]:
    """Give the world as the other side sees it, and its own choices.

    What is unknown of the one side is another fact than what is unknown of the other.
    """
    there = turned(world)
    return there, ChoicesApart(choices, side_of(there))


def receiver_across(
    world: World, host: str, port: int, choices: Choices
) -> Receiver[MailItem | None]:
    """Give the other side as the server behind a host name."""
    there, own = across(world, choices)
    tls = tls_across(world, host)
    peer = peer_of(world, own)
    return receiver_of(there.organization, lambda: own, tls=tls, peer=peer, port=port)


def peer_of(world: World, choices: Choices) -> Peer:
    """Give what one side shows of itself to the other."""
    there = turned(world).organization
    return Peer(shown_certificate(world.organization, there, choices))


def tls_across(world: World, host: str) -> ServerTls:
    """Say how the other side does STARTTLS: as described, else with its own names."""
    key = domain_key(host)
    if any(domain_key(known.name) == key for known in world.internet.hosts):
        return host_of(world.internet, host).tls
    own = certificate_of(turned(world).organization)
    names = (host, *((own,) if own else ()))
    return ServerTls(is_offered=True, certificate=Certificate(names))


def _by_mailbox(who: Address, world: World) -> Organization | None:
    """Find the side that holds a mailbox; the other has a mail user for it."""
    held = {name_of(side): _holds(side, who) for side in world.organizations}
    holding = [side for side in world.organizations if held[name_of(side)]]
    if len(holding) == 1:
        return holding[0]
    if not holding and False in held.values():
        others = [s for s in world.organizations if held[name_of(s)] is None]
        return others[0] if len(others) == 1 else None
    return None


def _holds(organization: Organization, who: Address) -> bool | None:
    """Whether a side holds the mailbox; None when it knows nothing of the address."""
    directory = organization.directory
    found = directory.by_address.get(who, ()) if directory else ()
    if not found:
        return None
    return any(entry.kind is RecipientKind.MAILBOX for entry in found)


def _by_address(source: IpAddress | None, world: World) -> Organization | None:
    """Find the one side of which a connector knows the client's address."""
    found = [
        side
        for side in world.organizations
        if source is not None
        and any(
            # A network of everybody is the front door.
            network.prefixlen and source in network
            for connector in side.inbound_connectors or ()
            if connector.is_enabled
            for network in connector.networks
        )
    ]
    return found[0] if len(found) == 1 else None


def _by_mx(item: MailItem, world: World) -> Organization | None:
    """Find the side to which the MX of the first recipient's domain points."""
    domain = item.envelope.recipients[0].domain_key
    hosts = mail_hosts(world.internet, domain)
    names = {domain_key(host) for host in hosts} if isinstance(hosts, tuple) else set()
    for side in (world, turned(world)):
        if names & turned(side).organization.other_side:
            return side.organization
    return None

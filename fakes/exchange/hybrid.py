"""The two sides of a hybrid: which hop leads across, and what the headers carry.

The cloud and the servers are two organizations that trust each other through their
connectors: a certificate says who connects, a header says whether the sender is inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from fakes.choices import Fact
from fakes.exchange.organization import Platform, accepted_domain
from fakes.mail.address import domain_key, is_within
from fakes.mail.content import Content, make_field, parse, remove_fields
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import (
        Organization,
        OutboundConnector,
        SendConnector,
    )
    from fakes.exchange.routing.hop import Hop

C = TypeVar("C", "OutboundConnector", "SendConnector")
ONLINE_CERTIFICATE = "mail.protection.outlook.com"
# Remote mailboxes are routed by an address in such a domain of the tenant.
REMOTE_ROUTING = ".mail.onmicrosoft.com"
# exchange-routing#8: 30 on servers; the number of the cloud is not told.
HOP_LIMIT = 30
TOO_MANY_HOPS = reply(554, "5.4.6", "Hop count exceeded - possible mail loop")
_CLOUD = "onmicrosoft.com"
# exchange-routing#1.2, exchange-routing#8
MAIL_LOOP = reply(554, "5.4.14", "Hop count exceeded - possible mail loop ATTR34")
_AUTH_AS = "X-MS-Exchange-CrossPremises-AuthAs"
_INSIDE, _OUTSIDE = "Internal", "Anonymous"
_EXPECTED, _OTHER = "the expected name", "another name"


@dataclass(frozen=True, slots=True)
class Peer:
    """The other side as a client; `certificate` is the name in what it shows."""

    certificate: str | None


def leads_across(hop: Hop, organization: Organization) -> bool:
    """Say whether a hop leads to the other side of a hybrid.

    By the connector that the wizard made or that carries headers to the cloud, by the
    tenant's own routing domain, or by the name of the host.
    """
    if organization.other_side & {domain_key(host) for host in hop.hosts}:
        return True
    if organization.platform is Platform.ONLINE:
        outbound = _named(organization.outbound_connectors, hop.connector)
        return outbound is not None and (outbound.is_hybrid or outbound.is_central)
    domain = hop.recipient.domain_key
    if domain.endswith(REMOTE_ROUTING) and accepted_domain(organization, domain):
        return True
    sending = _named(organization.send_connectors, hop.connector)
    return sending is not None and sending.carries_headers


def leads_home(hop: Hop, organization: Organization) -> bool:
    """Say whether a hop of the cloud leads to its own mail servers."""
    hosts = {domain_key(host) for host in hop.hosts}
    # Most hops lead elsewhere, and nobody goes through all the domains for them.
    if organization.platform is not Platform.ONLINE or not all(
        is_within(host, ONLINE_CERTIFICATE) for host in hosts
    ):
        return False
    domains = organization.accepted_domains or ()
    return hosts <= {cloud_host(entry.domain) for entry in domains}


def is_hop_count(said: Reply | None) -> bool:
    """Say whether a mail was refused since it goes round and round."""
    return (said is not None and said.text == TOO_MANY_HOPS.text) or said == MAIL_LOOP


def with_word_of_sender(
    content: Content, hop: Hop, organization: Organization, *, is_internal: bool
) -> Content:
    """Say in a header whether the sender is inside, where the connector carries it.

    exchange-routing#4.2, exchange-routing#E5: without CloudServicesMailEnabled the
    headers that cross the premises are removed.
    """
    content = remove_fields(content, _AUTH_AS)
    connector = _named(organization.outbound_connectors, hop.connector) or _named(
        organization.send_connectors, hop.connector
    )
    if connector is None or not connector.carries_headers:
        return content
    field = make_field(_AUTH_AS, _INSIDE if is_internal else _OUTSIDE)
    return Content(field.raw + content.raw)


def is_vouched(content: Content) -> bool:
    """Say whether the other side says that the sender is inside."""
    said = parse(content).named(_AUTH_AS)
    return any(field.unfolded == _INSIDE for field in said)


def as_arrived(content: Content, *, sender: str, receiver: str) -> Content:
    """Note the hop, and take out what was meant for the receiving server."""
    trace = make_field("Received", f"from {sender} by {receiver} with ESMTPS")
    return Content(trace.raw + remove_fields(content, _AUTH_AS).raw)


def hop_trouble(content: Content, organization: Organization) -> Reply | None:
    """Refuse what has gone round too often (exchange-routing#E14).

    Online's own limit is not stated (exchange-routing#X-24); that of servers is taken.
    """
    if len(parse(content).named("Received")) < HOP_LIMIT:
        return None
    is_online = organization.platform is Platform.ONLINE
    return MAIL_LOOP if is_online else TOO_MANY_HOPS


def online_hosts(domain: str) -> tuple[str, ...] | None:
    """Name the cloud's mail servers for one of its own domains; None for any other.

    exchange-routing#1.2: a tenant's `onmicrosoft.com` is the cloud's, whoever asks.
    """
    is_clouds = is_within(domain, _CLOUD)
    return (cloud_host(domain),) if is_clouds else None


def cloud_host(domain: str) -> str:
    """Name the cloud's mail server for a domain of a tenant: what its MX points to."""
    return f"{domain.replace('.', '-')}.{ONLINE_CERTIFICATE}"


def certificate_of(organization: Organization) -> str | None:
    """Give the name in the certificate of one side; the cloud has one for all."""
    if organization.platform is Platform.ONLINE:
        return ONLINE_CERTIFICATE
    return organization.certificate


def shown_certificate(
    sender: Organization, receiver: Organization, choices: Choices
) -> str | None:
    """Give the name in the certificate that one side shows the other.

    When no export names that of the servers, it may be the one by which a connector of
    the receiver knows them, or another.
    """
    known = certificate_of(sender)
    if known is not None:
        return known
    wanted = [c.certificate for c in receiver.inbound_connectors or () if c.certificate]
    if not wanted:
        return None
    fact = Fact("certificate of the servers", why="no export names it")
    is_right = choices.choose(fact, (_EXPECTED, _OTHER)) == _EXPECTED
    return wanted[0] if is_right else None


def _named(connectors: tuple[C, ...] | None, name: str | None) -> C | None:
    return next((c for c in connectors or () if c.name == name), None)

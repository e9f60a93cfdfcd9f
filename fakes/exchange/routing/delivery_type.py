"""The queues of a mail on its way to a send connector (exchange-routing#2.2).

What it says is the DeliveryType of Get-Queue; it decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization, SendConnector
    from fakes.exchange.sites import Sites


def queues_to(
    connector: SendConnector, organization: Organization, server: str | None
) -> tuple[str, ...]:
    """Name the queues from the server that categorises to the connector's hosts.

    exchange-routing#A15: where that server is no source server of the connector, the
    mail goes to one that is, and leaves from there.
    """
    kind = "Dns" if connector.uses_dns or not connector.smart_hosts else "SmartHost"
    last = f"{kind}ConnectorDelivery"
    sites, sources = organization.sites, connector.source_servers
    if sites is None or server is None or not sources or server in sources:
        return (last,)
    first = _relayed(sites, sources, server)
    return (f"{first} from {server.upper()} for `{connector.name}`", last)


def _relayed(sites: Sites, sources: tuple[str, ...], server: str) -> str:
    subscribed = dict(sites.edges)
    edges = [subscribed[source] for source in sources if source in subscribed]
    if not edges:
        return "SmtpRelayToConnectorSourceServers"
    if sites.site_of(server) in edges:
        return "SmtpRelayWithinAdSiteToEdge"
    return "SmtpRelayToRemoteActiveDirectorySite"

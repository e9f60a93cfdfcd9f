"""The two sides of a hybrid: `online/` and `onpremises/`, and how they know each other.

Neither export names the other side as such. The cloud's connectors that the hybrid
wizard made lead to the servers; the MX of its own domains leads to the cloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from fakes.exchange.hybrid import cloud_host
from fakes.exchange.organization import Organization, Platform
from fakes.mail.address import domain_key
from harness.exports.problems import ExportError

_PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {"online": Platform.ONLINE, "onpremises": Platform.SERVER}
)
SIDES = tuple(_PLATFORMS)


def check_side(folder: str, organization: Organization) -> None:
    """Refuse an export that stands in the folder of the other side.

    Raises:
        ExportError: it does.

    """
    if organization.platform is not _PLATFORMS[folder]:
        raise ExportError(
            folder,
            f"files of {organization.platform}, expected {_PLATFORMS[folder]}",
        )


def side_word(organization: Organization) -> str:
    """Name the folder of a side."""
    return next(name for name, p in _PLATFORMS.items() if p is organization.platform)


def joined(halves: tuple[Organization, ...]) -> tuple[Organization, ...]:
    """Let two sides know by which names, and by which certificate, they meet."""
    if len(halves) == 1:
        return halves
    online, server = halves
    own_name = {domain_key(server.helo)}
    to_servers = {
        domain_key(host)
        for connector in online.outbound_connectors or ()
        if connector.is_hybrid or connector.is_central
        for host in connector.smart_hosts
    }
    domains = (*(online.accepted_domains or ()), *(server.accepted_domains or ()))
    to_cloud = frozenset(cloud_host(entry.domain) for entry in domains)
    shown = [c.certificate for c in server.send_connectors or () if c.carries_headers]
    certificate = next(filter(None, shown), None)
    return (
        replace(online, other_side=frozenset(own_name | to_servers)),
        replace(server, other_side=to_cloud, certificate=certificate),
    )

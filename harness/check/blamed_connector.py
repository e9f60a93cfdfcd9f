"""Which setting of a connector explains a finding."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import OutboundConnector, Platform
from fakes.exchange.routing.outbound_connector import named_connector
from fakes.internet.hosts import gateway_of
from fakes.mail.handoff import TlsLevel
from harness.check.blamed import Blame
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.organization import Organization, SendConnector
    from fakes.exchange.rules.rule import Rule
    from harness.outcome import Delivery
    from harness.world import World

_ROUTE = "RouteMessageOutboundConnector"
_SETTING = MappingProxyType(
    {Platform.ONLINE: "TlsSettings", Platform.SERVER: "TlsAuthLevel"}
)
_LEAVES_OPEN: Mapping[TlsLevel, str] = MappingProxyType(
    {
        TlsLevel.NEVER: "TLS is never used (IgnoreSTARTTLS)",
        TlsLevel.OPPORTUNISTIC: "without {setting}, TLS is used only if it is offered",
        TlsLevel.ENCRYPTION_ONLY: "any certificate will do (EncryptionOnly)",
        TlsLevel.CERTIFICATE_VALIDATION: (
            "{setting} CertificateValidation looks at no name in the certificate"
        ),
    }
)


def find_connector(
    organization: Organization, name: str
) -> OutboundConnector | SendConnector | None:
    """Find a connector, of either kind, by name."""
    if organization.platform is Platform.ONLINE:
        return named_connector(organization, name)
    known = organization.send_connectors or ()
    return next((one for one in known if one.name == name), None)


def blame_of_terms(delivery: Delivery, world: World) -> Blame:
    """Blame what a connector asks of TLS for what may happen on the way to Zivver."""
    organization = world.organization
    level = delivery.tls or TlsLevel.OPPORTUNISTIC
    why = _LEAVES_OPEN[level].format(setting=_SETTING[organization.platform])
    connector = find_connector(organization, delivery.connector or "")
    if connector is None:
        return Blame(why=f"no connector leads there; {why}")
    gateways = (gateway_of(world.internet, host) for host in connector.smart_hosts)
    gateway = next((found.name for found in gateways if found), "")
    return Blame(
        why=why, connector=connector.name, place=connector.place, gateway=gateway
    )


def why_past_zivver(rule: Rule, world: World) -> tuple[str, str] | None:
    """Name the connector of a rule, and why mail does not go to Zivver by it."""
    names = [a.operand for a in rule.actions if a.name == _ROUTE]
    if not names:
        return None
    connector = named_connector(world.organization, names[0])
    if connector is None:
        return names[0], "it matched, and the connector that it names does not exist"
    why = _flaw(connector, world)
    return (connector.name, f"it matched, and its connector {why}") if why else None


def blame_of_closer(delivery: Delivery, world: World) -> Blame | None:
    """Blame a connector that is closer than the one which leads to Zivver."""
    organization = world.organization
    taken = find_connector(organization, delivery.connector or "")
    if not isinstance(taken, OutboundConnector):
        return None
    for other in organization.outbound_connectors or ():
        if other is not taken and not other.is_rule_scoped and not _flaw(other, world):
            domains = ", ".join(taken.recipient_domains)
            why = f"it is for {domains}, which is closer than connector `{other.name}`"
            return Blame(why=why, connector=taken.name, place=taken.place)
    return None


def _flaw(connector: OutboundConnector, world: World) -> str:
    """Say what keeps a connector from leading to Zivver; empty if nothing does."""
    if not connector.is_enabled:
        return "is off"
    if connector.is_in_test_mode:
        return "is in test mode"
    if connector.uses_mx:
        return "uses the MX of the recipient's domain (UseMXRecord)"
    others = [
        host
        for host in connector.smart_hosts
        if not leads_to_zivver(world, host) and not gateway_of(world.internet, host)
    ]
    if others:
        return f"has a smart host that is not Zivver's: {', '.join(others)}"
    return ""

"""Lints of the connectors that lead to Zivver, on either platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    ConnectorType,
    OutboundConnector,
    Platform,
    SmartHostAuth,
)
from fakes.internet.hosts import gateway_of
from fakes.mail.handoff import TlsLevel
from harness.check.lints.noun import Ground, LintRow, Severity, Spot, at_connector
from harness.check.relays import outbound_relays, send_relays
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import SendConnector
    from harness.world import World

_ONLINE = frozenset({Platform.ONLINE})
_SERVER = frozenset({Platform.SERVER})
_WEAK = frozenset({None, TlsLevel.NEVER, TlsLevel.OPPORTUNISTIC})


def _relays(ground: Ground) -> tuple[OutboundConnector | SendConnector, ...]:
    if ground.organization.platform is Platform.ONLINE:
        return outbound_relays(ground.world)
    return send_relays(ground.world)


def _unscoped(ground: Ground) -> Iterator[Spot]:
    for one in outbound_relays(ground.world):
        if not one.is_rule_scoped:
            domains = ", ".join(one.recipient_domains) or "no domain"
            yield at_connector(one, f"it is for {domains}, not for rules only")


def _off(ground: Ground) -> Iterator[Spot]:
    for one in _relays(ground):
        if not one.is_enabled:
            yield at_connector(one, "it is off")


def _test_mode(ground: Ground) -> Iterator[Spot]:
    for one in outbound_relays(ground.world):
        if one.is_in_test_mode:
            yield at_connector(one, "it is in test mode")


def _uses_mx(ground: Ground) -> Iterator[Spot]:
    for one in outbound_relays(ground.world):
        if one.uses_mx:
            yield at_connector(one, "UseMXRecord: mail goes to the recipient's own MX")
    for send in send_relays(ground.world):
        if send.uses_dns:
            yield at_connector(
                send, "DNSRoutingEnabled: mail goes by MX, not to Zivver"
            )


def _type(ground: Ground) -> Iterator[Spot]:
    for one in outbound_relays(ground.world):
        if one.type is ConnectorType.ON_PREMISES:
            yield at_connector(
                one, "ConnectorType OnPremises is for servers of your own"
            )


def _host(ground: Ground) -> Iterator[Spot]:
    for one in _relays(ground):
        wrong = [host for host in one.smart_hosts if not _is_there(host, ground.world)]
        if wrong:
            yield at_connector(one, f"{', '.join(wrong)} is not Zivver's")


def _is_there(host: str, world: World) -> bool:
    return leads_to_zivver(world, host) or gateway_of(world.internet, host) is not None


def enforces_tls(connector: OutboundConnector | SendConnector) -> bool:
    """Say whether no mail leaves by a connector without TLS."""
    has_level = connector.tls not in _WEAK
    if isinstance(connector, OutboundConnector):
        return has_level
    is_asked = connector.requires_tls or connector.auth is SmartHostAuth.BASIC_TLS
    return (has_level or is_asked) and not connector.ignores_starttls


def _tls(ground: Ground) -> Iterator[Spot]:
    for one in _relays(ground):
        if not enforces_tls(one):
            yield at_connector(one, "it does not insist on TLS")


def _tls_name(ground: Ground) -> Iterator[Spot]:
    for one in _relays(ground):
        if enforces_tls(one) and one.tls is not TlsLevel.DOMAIN_VALIDATION:
            level = one.tls.value if one.tls else "no level"
            yield at_connector(
                one, f"TLS with {level}: it looks at no name in the certificate"
            )


def _port(ground: Ground) -> Iterator[Spot]:
    for one in send_relays(ground.world):
        if one.port not in ground.world.zivver.ports:
            known = " or ".join(map(str, ground.world.zivver.ports))
            yield at_connector(one, f"port {one.port}; Zivver listens at {known}")


def _auth(ground: Ground) -> Iterator[Spot]:
    for one in send_relays(ground.world):
        if one.auth is SmartHostAuth.BASIC:
            yield at_connector(one, "it logs in before TLS has begun")
        elif one.auth is not SmartHostAuth.BASIC_TLS and not _is_on_allowlist(ground):
            yield at_connector(
                one, f"SmartHostAuthMechanism {one.auth.value}: no login"
            )
        elif one.auth is SmartHostAuth.BASIC_TLS and one.has_credential is False:
            yield at_connector(one, "it has no AuthenticationCredential")


def _is_on_allowlist(ground: Ground) -> bool:
    """Servers may do without a login where SPF admits them (zivver#4)."""
    return bool(ground.world.zivver.spf_allowlist)


def _one_server(ground: Ground) -> Iterator[Spot]:
    for one in send_relays(ground.world):
        if len(one.source_servers) == 1:
            yield at_connector(
                one,
                f"{one.source_servers[0]} alone sends by it: when it is down, "
                "mail waits",
            )


def _scoped(ground: Ground) -> Iterator[Spot]:
    sites = ground.organization.sites
    if sites is None or len({site for _, site in sites.servers}) < 2:
        return
    for one in send_relays(ground.world):
        if one.is_scoped:
            yield at_connector(
                one, "IsScopedConnector: servers of other sites take another way"
            )


def _closer(ground: Ground) -> Iterator[Spot]:
    organization = ground.organization
    relays = send_relays(ground.world)
    for one in relays:
        for other in organization.send_connectors or ():
            if other in relays or not other.is_enabled:
                continue
            shared = {
                space.domain
                for space in one.address_spaces
                for rival in other.address_spaces
                if rival.domain == space.domain and rival.cost <= space.cost
            }
            if shared:
                yield at_connector(
                    one,
                    f'connector "{other.name}" is for {", ".join(sorted(shared))} too, '
                    "and costs no more",
                )


def _wide(ground: Ground) -> Iterator[Spot]:
    for one in send_relays(ground.world):
        if any(space.domain == "*" for space in one.address_spaces):
            yield at_connector(one, "its address space is *: it takes every mail")


def _size(ground: Ground) -> Iterator[Spot]:
    others = [
        other
        for other in ground.organization.send_connectors or ()
        if other not in send_relays(ground.world)
        and other.is_enabled
        and other.is_size_told
    ]
    for one in send_relays(ground.world):
        limit = one.max_size
        larger = [o for o in others if o.max_size is None or o.max_size > (limit or 0)]
        if limit is not None and larger:
            yield at_connector(
                one,
                f'a mail of over {limit:,} octets takes connector "{larger[0].name}" '
                "instead",
            )


CONNECTORS = (
    LintRow(
        "CONNECTOR-UNSCOPED",
        Severity.WARNING,
        "A connector to Zivver that is not for rules only.",
        "Set-OutboundConnector -IsTransportRuleScoped $true -RecipientDomains $null",
        "zivver#F33",
        _unscoped,
        _ONLINE,
    ),
    LintRow(
        "CONNECTOR-OFF",
        Severity.WARNING,
        "A connector to Zivver that is off.",
        "set Enabled to $true",
        "zivver#F32",
        _off,
    ),
    LintRow(
        "CONNECTOR-TEST-MODE",
        Severity.WARNING,
        "A connector to Zivver in test mode.",
        "Set-OutboundConnector -TestMode $false",
        "exchange-routing#1.1",
        _test_mode,
        _ONLINE,
    ),
    LintRow(
        "CONNECTOR-MX",
        Severity.WARNING,
        "A connector to Zivver that goes by MX.",
        "let it use the smart host smtp.zivver.com",
        "zivver#F35",
        _uses_mx,
    ),
    LintRow(
        "CONNECTOR-TYPE",
        Severity.WARNING,
        "A connector to Zivver of the type for own servers.",
        "Set-OutboundConnector -ConnectorType Partner",
        "exchange-routing#1.1",
        _type,
        _ONLINE,
    ),
    LintRow(
        "CONNECTOR-HOST",
        Severity.WARNING,
        "A connector to Zivver with another smart host.",
        "let SmartHosts be smtp.zivver.com",
        "zivver#F34",
        _host,
    ),
    LintRow(
        "CONNECTOR-NO-TLS",
        Severity.WARNING,
        "A connector to Zivver that can do without TLS.",
        "TlsSettings CertificateValidation or DomainValidation; on a server RequireTLS",
        "zivver#F37",
        _tls,
    ),
    LintRow(
        "CONNECTOR-NO-NAME",
        Severity.HINT,
        "A connector to Zivver that looks at no name in the certificate.",
        "ask Zivver for the name, then set DomainValidation with that TlsDomain",
        "zivver#F38",
        _tls_name,
    ),
    LintRow(
        "CONNECTOR-PORT",
        Severity.WARNING,
        "A send connector to Zivver with a port where Zivver does not listen.",
        "Set-SendConnector -Port 587 (or 25)",
        "zivver#3",
        _port,
        _SERVER,
    ),
    LintRow(
        "CONNECTOR-LOGIN",
        Severity.WARNING,
        "A send connector to Zivver that does not log in, or not behind TLS.",
        "Set-SendConnector -SmartHostAuthMechanism BasicAuthRequireTLS "
        "-AuthenticationCredential (Get-Credential)",
        "zivver#F50",
        _auth,
        _SERVER,
    ),
    LintRow(
        "CONNECTOR-ONE-SERVER",
        Severity.HINT,
        "A send connector to Zivver with one source server.",
        "Set-SendConnector -SourceTransportServers, with a second server",
        "exchange-routing#2.1",
        _one_server,
        _SERVER,
    ),
    LintRow(
        "CONNECTOR-SCOPED",
        Severity.WARNING,
        "A send connector to Zivver that not all servers can use.",
        "Set-SendConnector -IsScopedConnector $false",
        "zivver#F42",
        _scoped,
        _SERVER,
    ),
    LintRow(
        "CONNECTOR-RIVAL",
        Severity.WARNING,
        "Another send connector for the addresses of the one to Zivver.",
        "let the other one cost more, or take the address space out of it",
        "zivver#F43",
        _closer,
        _SERVER,
    ),
    LintRow(
        "CONNECTOR-WIDE",
        Severity.WARNING,
        "A send connector to Zivver for every address.",
        "let its address space be the placeholder domain",
        "exchange-routing#2.2",
        _wide,
        _SERVER,
    ),
    LintRow(
        "CONNECTOR-SIZE",
        Severity.WARNING,
        "A send connector to Zivver that takes smaller mail than another one.",
        "give both the same MaxMessageSize",
        "exchange-routing#A12",
        _size,
        _SERVER,
    ),
)

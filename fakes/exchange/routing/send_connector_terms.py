"""On what terms a send connector speaks, and which settings Exchange does not take.

exchange-routing#2.1: each function is one column of its table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import SMTP, SmartHostAuth
from fakes.mail.handoff import AuthTerms, Manner, TlsLevel, TlsTerms

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.exchange.organization import Organization, SendConnector
    from fakes.mail.address import Address

ASSUMED_USER = "(credentials not given)"
_LOGS_IN = frozenset({SmartHostAuth.BASIC, SmartHostAuth.BASIC_TLS})


def tls_terms(
    connector: SendConnector, target: Address, *, requires_tls: bool
) -> TlsTerms:
    """Turn RequireTLS, TlsAuthLevel, IgnoreSTARTTLS and the mechanism into terms.

    exchange-routing#2.1: with BasicAuthRequireTLS the smart host's certificate must
    bear the very name that is configured as smart host. DomainValidation without
    TlsDomain compares the recipient's domain where DNS leads the way.
    """
    if connector.auth is SmartHostAuth.BASIC_TLS:
        return TlsTerms(TlsLevel.DOMAIN_VALIDATION)
    if connector.ignores_starttls:
        return TlsTerms(TlsLevel.NEVER)
    level = connector.tls or TlsLevel.OPPORTUNISTIC
    if level is TlsLevel.OPPORTUNISTIC and (connector.requires_tls or requires_tls):
        level = TlsLevel.ENCRYPTION_ONLY
    if level is not TlsLevel.DOMAIN_VALIDATION:
        return TlsTerms(level)
    of_recipient = str(target.domain) if connector.uses_dns else None
    return TlsTerms(level, connector.tls_domain or of_recipient)


def auth_terms(
    connector: SendConnector, organization: Organization
) -> tuple[AuthTerms | None, tuple[str, ...]]:
    """Say with which credentials it logs in, and what is taken for granted of them.

    None and ExternalAuthoritative do not log in (exchange-routing#2.1).
    """
    if connector.auth not in _LOGS_IN:
        return None, ()
    needs_tls = connector.auth is SmartHostAuth.BASIC_TLS
    given = organization.credentials.get(connector.name)
    if given:
        return AuthTerms(given.user, given.password, needs_tls), ()
    # No export carries the password: it is taken to be the right one, and said so.
    return AuthTerms(ASSUMED_USER, "", needs_tls), ("the credentials of the connector",)


def manner(connector: SendConnector) -> Manner:
    """Say how it greets, and whether a name that does not exist may yet do so.

    exchange-routing#D21: DowngradeDnsFailures makes every error of DNS a transient one.
    """
    return Manner(connector.fqdn, connector.forces_helo, connector.waits_for_dns)


def why_refused(connector: SendConnector) -> str:
    """Say why Exchange would not take these settings; empty if it would."""
    return next((why for holds, why in _REFUSED if holds(connector)), "")


def _has_other_space(connector: SendConnector) -> bool:
    return any(space.kind != SMTP for space in connector.address_spaces)


# exchange-routing#2.1, and the vectors that have one.
_REFUSED: tuple[tuple[Callable[[SendConnector], bool], str], ...] = (
    (
        # exchange-routing#A20
        lambda c: bool(c.smart_hosts) and c.uses_dns,
        "`SmartHosts` are set beside `DNSRoutingEnabled` true, expected one of both",
    ),
    (
        lambda c: not c.smart_hosts and not c.uses_dns,
        "`DNSRoutingEnabled` is false and there are no `SmartHosts`, expected one",
    ),
    (
        # exchange-routing#A21
        lambda c: (
            c.tls is TlsLevel.DOMAIN_VALIDATION and not c.uses_dns and not c.tls_domain
        ),
        "`TlsAuthLevel` is DomainValidation for smart hosts, expected a `TlsDomain`",
    ),
    (
        lambda c: c.ignores_starttls and c.requires_tls,
        "`IgnoreSTARTTLS` and `RequireTLS` are both true, expected one of them",
    ),
    (
        # exchange-routing#A22
        lambda c: c.tls is not None and not c.requires_tls,
        "`TlsAuthLevel` is set and `RequireTLS` is false, expected true",
    ),
    (
        # exchange-routing#A23
        lambda c: c.auth in _LOGS_IN and c.has_credential is False,
        "`SmartHostAuthMechanism` logs in, expected an `AuthenticationCredential`",
    ),
    (
        lambda c: c.auth is not SmartHostAuth.NONE and c.uses_dns,
        (
            "`SmartHostAuthMechanism` is set beside `DNSRoutingEnabled` true, "
            "expected smart hosts"
        ),
    ),
    (
        lambda c: c.is_domain_secure and (not c.uses_dns or c.ignores_starttls),
        (
            "`DomainSecureEnabled` is true, expected `DNSRoutingEnabled` true and "
            "`IgnoreSTARTTLS` false"
        ),
    ),
    (
        lambda c: _has_other_space(c) and c.uses_dns,
        (
            "`AddressSpaces` holds a type other than SMTP, expected smart hosts and "
            "`DNSRoutingEnabled` false"
        ),
    ),
)

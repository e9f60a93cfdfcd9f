"""The way out of Exchange Server: the closest send connector."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import accepted_domain
from fakes.exchange.routing.hop import (
    Around,
    Routed,
    by_mx,
    by_smart_hosts,
    settled,
    unknown,
    who,
    why_not_judged,
)
from fakes.exchange.routing.send_connector import select_send_connector
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg
from fakes.mail.handoff import AuthTerms, TlsLevel, TlsTerms
from fakes.mail.reply import reply
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization, SendConnector
    from fakes.mail.address import Address

_TOO_LARGE = reply(552, "5.3.4", "Message size exceeds fixed maximum message size")
_NO_CONNECTOR = reply(450, "4.4.4", "No matching connector")
ASSUMED_USER = "(credentials not given)"


def route_on_server(leg: Leg, fork: Fork, around: Around) -> Routed:
    """Decide where one leg leaves (exchange-routing#2.2)."""
    organization, choices = around.organization, around.choices
    if fork.connector is not None:
        why = "Exchange Server has no action that names a connector"
        return unknown(leg, Fact("connector", fork.connector, why=why))
    found = settled(leg, organization, choices)
    if isinstance(found, Routed):
        return found
    target = found
    if organization.send_connectors is None:
        return unknown(leg, Fact("send connectors", why="they were not exported"))
    size = len(fork.item.content.raw)
    selected = select_send_connector(organization, target.domain_key, size=size)
    connector = selected.connector
    if connector is None:
        reason = _TOO_LARGE if selected.is_size else _NO_CONNECTOR
        kind = EndKind.REJECTED if selected.is_size else EndKind.WAITING
        step = Step(
            StepKind.CONNECTOR, "none", Answer.NO, selected.why, recipients=who(leg)
        )
        return Routed(leg, Ending(kind, selected.why, reason), step)
    return _through_send_connector(connector, leg, target, fork, around)


def _through_send_connector(
    connector: SendConnector,
    leg: Leg,
    target: Address,
    fork: Fork,
    around: Around,
) -> Routed:
    organization, choices = around.organization, around.choices
    unjudged = connector.unjudged
    if connector.ignores_starttls and "IgnoreSTARTTLS" not in unjudged:
        unjudged = (*unjudged, "IgnoreSTARTTLS")
    fact = why_not_judged(connector.name, unjudged, choices)
    if fact:
        return unknown(leg, fact)
    assumed: tuple[str, ...] = ()
    if connector.is_scoped:
        assumed += ("one Active Directory site",)
    if accepted_domain(organization, target.domain_key):
        assumed += ("a contact in an accepted domain leaves by its own address",)
    tls = _server_tls(connector, fork)
    if connector.uses_dns or not connector.smart_hosts:
        why = f"send connector `{connector.name}` uses DNS"
        routed = by_mx(
            leg,
            target,
            why,
            tls,
            around,
            connector=connector.name,
            port=connector.port,
        )
        return Routed(leg, routed.end, routed.step, routed.assumed + assumed)
    auth, more = _auth_terms(connector, organization)
    routed = by_smart_hosts(
        connector, leg, target, tls, around, port=connector.port, auth=auth
    )
    return replace(routed, assumed=assumed + more)


def _server_tls(connector: SendConnector, fork: Fork) -> TlsTerms:
    """Turn RequireTLS, TlsAuthLevel and the AUTH mechanism into terms.

    exchange-routing#2.1: with BasicAuthRequireTLS the smart host's certificate must
    bear the very name that is configured as smart host; without a domain in the terms
    it is the name of the host that is tried.
    """
    level = connector.tls or TlsLevel.OPPORTUNISTIC
    if connector.requires_tls or fork.requires_tls:
        level = level if connector.tls else TlsLevel.ENCRYPTION_ONLY
    domain = connector.tls_domain if level is TlsLevel.DOMAIN_VALIDATION else None
    if connector.auth == "BasicAuthRequireTLS":
        level = TlsLevel.DOMAIN_VALIDATION
    return TlsTerms(level, domain)


def _auth_terms(
    connector: SendConnector, organization: Organization
) -> tuple[AuthTerms | None, tuple[str, ...]]:
    if connector.auth not in {"BasicAuth", "BasicAuthRequireTLS"}:
        return None, ()
    needs_tls = connector.auth == "BasicAuthRequireTLS"
    given = organization.credentials.get(connector.name)
    if given:
        return AuthTerms(given.user, given.password, needs_tls), ()
    # No export carries the password: it is taken to be the right one, and said so.
    return AuthTerms(ASSUMED_USER, "", needs_tls), ("the credentials of the connector",)

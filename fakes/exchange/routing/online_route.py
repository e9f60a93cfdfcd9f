"""The way out of Exchange Online: a rule's connector, the closest one, or MX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.arrival import is_from_own_servers
from fakes.exchange.hybrid import MAIL_LOOP
from fakes.exchange.organization import OutboundConnector
from fakes.exchange.readings import ask
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
from fakes.exchange.routing.outbound_connector import (
    central_connectors,
    named_connector,
    select_central_connector,
    select_outbound_connector,
    why_unusable,
)
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.mail.handoff import TlsLevel, TlsTerms
from fakes.mail.item import ItemKind
from fakes.mail.reply import reply
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.mail.address import Address

# Where none takes the mail: every property as it is unless somebody sets it.
_NO_CONNECTOR = OutboundConnector("none")
_UNUSABLE = reply(550, "5.4.4", "The connector cannot be used")
_WAITS = reply(450, "4.4.3", "The connector cannot be used")


def route_online(leg: Leg, fork: Fork, around: Around) -> Routed:
    """Decide where one leg leaves (exchange-routing#1.2, exchange-routing#1.3)."""
    organization, choices = around.organization, around.choices
    name = _connector_of(leg, fork, organization, choices)
    if name is None:
        return _online_default(leg, fork, around)
    return _online_by_rule(name, leg, fork, around)


def _connector_of(
    leg: Leg, fork: Fork, organization: Organization, choices: Choices
) -> str | None:
    if fork.connector is None:
        return None
    if Way.COPY in leg.ways:
        answer = ask(organization.readings, choices, "added_follow_connector")
        return fork.connector if answer == "yes" else None
    if Way.REDIRECT in leg.ways:
        answer = ask(organization.readings, choices, "route_with_redirect")
        return fork.connector if answer == "routed" else None
    return fork.connector


def _online_by_rule(name: str, leg: Leg, fork: Fork, around: Around) -> Routed:
    """Take the connector that a rule named, mailbox or not (exchange-routing#C7)."""
    organization, choices = around.organization, around.choices
    if organization.outbound_connectors is None:
        fact = Fact("connector", name, why="the connectors were not exported")
        return unknown(leg, fact)
    central = _central(settled(leg, organization, choices), leg, fork, around)
    if central:
        # field-cases#X-3: nobody has told which of the two wins.
        answer = ask(organization.readings, choices, "centralised_transport")
        if answer == "on-premises":
            return central
    connector = named_connector(organization, name)
    readings = organization.readings
    problem = why_unusable(connector, readings, choices)
    if not problem and connector and not connector.is_rule_scoped:
        answer = ask(readings, choices, "unscoped_connector")
        problem = "" if answer == "allowed" else "it is not made for rules"
    if connector and not problem:
        return _through(connector, leg, leg.address, fork, around)
    why = f"a rule names connector `{name}`: {problem}"
    answer = ask(readings, choices, "unusable_connector")
    if answer == "ordinary-routing":
        return _online_default(leg, fork, around)
    if answer == "ndr":
        ending = Ending(EndKind.REJECTED, why, _UNUSABLE)
    else:
        ending = Ending(EndKind.WAITING, why, _WAITS)
    step = Step(StepKind.CONNECTOR, name, Answer.NO, why, recipients=who(leg))
    return Routed(leg, ending, step)


def _online_default(leg: Leg, fork: Fork, around: Around) -> Routed:
    organization, choices = around.organization, around.choices
    found = settled(leg, organization, choices)
    central = _central(found, leg, fork, around)
    if central:
        return central
    if isinstance(found, Routed):
        return found
    target = found
    if organization.outbound_connectors is None:
        return unknown(leg, Fact("connectors", why="they were not exported"))
    connector = select_outbound_connector(organization, target.domain_key, choices)
    if connector:
        return _through(connector, leg, target, fork, around)
    why = f"no rule named a connector and none is for {target.domain}"
    tls = _tls_terms(_NO_CONNECTOR, target.domain_key, fork, around)
    return by_mx(leg, target, why, tls, around)


def _central(
    found: Address | Routed, leg: Leg, fork: Fork, around: Around
) -> Routed | None:
    """Take the way of centralised mail transport; None where it has no say.

    exchange-routing#1.2: it takes all that is for outside the cloud organization, mail
    from the Internet whoever gets it, and never what came from the own servers (C14).
    """
    organization, choices = around.organization, around.choices
    if not central_connectors(organization):
        return None
    item = fork.item
    is_inbound = item.kind is ItemKind.MAIL and item.submission.authenticated is None
    if isinstance(found, Routed) and not (is_inbound and _is_at_home(found)):
        return None
    if is_from_own_servers(item.submission, organization, choices):
        return None
    target = leg.address if isinstance(found, Routed) else found
    connector = select_central_connector(organization, target.domain_key, choices)
    if connector:
        return _through(connector, leg, target, fork, around)
    # A connector of theirs that is for some domains only is a misconfiguration.
    why = f"centralised transport is on, and none of its connectors is for {target}"
    step = Step(StepKind.CONNECTOR, "none", Answer.NO, why, recipients=who(leg))
    return Routed(leg, Ending(EndKind.REJECTED, why, MAIL_LOOP), step)


def _is_at_home(routed: Routed) -> bool:
    return isinstance(routed.end, Ending) and routed.end.kind is EndKind.MAILBOX


def _through(
    connector: OutboundConnector,
    leg: Leg,
    target: Address,
    fork: Fork,
    around: Around,
) -> Routed:
    choices = around.choices
    by_hosts = connector.smart_hosts if not connector.uses_mx else ()
    next_hop = by_hosts[0] if by_hosts else target.domain_key
    tls = _tls_terms(connector, next_hop, fork, around)
    fact = why_not_judged(connector.name, connector.unjudged, choices)
    if fact:
        return unknown(leg, fact)
    if not by_hosts:
        why = f"connector `{connector.name}` uses the MX of the recipient's domain"
        return by_mx(leg, target, why, tls, around, connector=connector.name)
    # exchange-routing#1.5: Exchange Online knows no other port
    return by_smart_hosts(connector, leg, target, tls, around, port=25)


def _tls_terms(
    connector: OutboundConnector, next_hop: str, fork: Fork, around: Around
) -> TlsTerms:
    """Combine the connector's terms with what a rule demands (exchange-rules#R-54).

    The next hop is the domain whose MTA-STS policy counts: the recipient's, or the
    smart host (RFC 8461 3.4).
    """
    level = connector.tls or TlsLevel.OPPORTUNISTIC
    if fork.requires_tls and level is TlsLevel.OPPORTUNISTIC:
        readings, both = around.organization.readings, True
        if connector is not _NO_CONNECTOR:
            both = ask(readings, around.choices, "tls_with_connector") == "both"
        level = TlsLevel.ENCRYPTION_ONLY if both else level
    return TlsTerms(
        level,
        connector.tls_domain,
        dane=connector.dane,
        policy_domain=next_hop if connector.follows_mta_sts else None,
    )

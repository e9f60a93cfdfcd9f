"""The way out of Exchange Online: a rule's connector, the closest one, or MX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.readings import ask
from fakes.exchange.routing.hop import (
    NOTHING,
    SOMETHING,
    Around,
    Routed,
    by_mx,
    settled,
    smart_hop,
    to_smart_hosts,
    unknown,
    who,
    why_not_judged,
)
from fakes.exchange.routing.outbound_connector import (
    named_connector,
    select_outbound_connector,
    why_unusable,
)
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.mail.handoff import TlsLevel, TlsTerms
from fakes.mail.reply import reply
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, OutboundConnector
    from fakes.mail.address import Address

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
    central = _centralised(organization)
    if central:
        # field-cases#X-3: nobody has told which of the two wins.
        why = "RouteAllMessagesViaOnPremises may beat a connector that a rule names"
        fact = Fact("connector", central, why=why)
        if choices.choose(fact, (NOTHING, SOMETHING)) == SOMETHING:
            return unknown(leg, fact)
    connector = named_connector(organization, name)
    problem = why_unusable(connector)
    readings = organization.readings
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
    if isinstance(found, Routed):
        return found
    target = found
    if organization.outbound_connectors is None:
        return unknown(leg, Fact("connectors", why="they were not exported"))
    central = _centralised(organization)
    if central:
        why = "RouteAllMessagesViaOnPremises is set and not judged"
        return unknown(leg, Fact("connector", central, why=why))
    connector = select_outbound_connector(organization, target.domain_key, choices)
    if connector:
        return _through(connector, leg, target, fork, around)
    why = f"no rule named a connector and none is for {target.domain}"
    tls = _tls_terms(None, fork, around)
    return by_mx(leg, target, why, tls, around)


def _centralised(organization: Organization) -> str:
    for connector in organization.outbound_connectors or ():
        if connector.is_enabled and "RouteAllMessagesViaOnPremises" in (
            connector.unjudged
        ):
            return connector.name
    return ""


def _through(
    connector: OutboundConnector,
    leg: Leg,
    target: Address,
    fork: Fork,
    around: Around,
) -> Routed:
    choices = around.choices
    tls = _tls_terms(connector, fork, around)
    fact = why_not_judged(connector.name, connector.unjudged, choices)
    if fact:
        return unknown(leg, fact)
    if connector.uses_mx or not connector.smart_hosts:
        why = f"connector `{connector.name}` uses the MX of the recipient's domain"
        return by_mx(leg, target, why, tls, around, connector=connector.name)
    # exchange-routing#1.5: Exchange Online knows no other port
    hop = smart_hop(connector, target, tls, choices, port=25)
    return Routed(leg, hop, to_smart_hosts(connector, leg))


def _tls_terms(
    connector: OutboundConnector | None, fork: Fork, around: Around
) -> TlsTerms:
    """Combine the connector's terms with what a rule demands (exchange-rules#R-54)."""
    level = (connector.tls if connector else None) or TlsLevel.OPPORTUNISTIC
    if fork.requires_tls and level is TlsLevel.OPPORTUNISTIC:
        readings, both = around.organization.readings, True
        if connector:
            both = ask(readings, around.choices, "tls_with_connector") == "both"
        level = TlsLevel.ENCRYPTION_ONLY if both else level
    return TlsTerms(level, connector.tls_domain if connector else None)

"""Which rules and connectors are there to take mail to Zivver, be they right or wrong.

A rule whose connector was mistyped takes no mail to Zivver and is meant to: where the
way itself does not tell, a name that says Zivver does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.routing.outbound_connector import named_connector
from fakes.internet.hosts import gateway_of
from harness.check.facts import is_taken_by
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import (
        OutboundConnector,
        Recipient,
        SendConnector,
    )
    from fakes.exchange.rules.rule import Rule
    from harness.world import World

ROUTE, REDIRECT = "RouteMessageOutboundConnector", "RedirectMessageTo"
_NAME = "zivver"


def relay_rules(world: World) -> tuple[Rule, ...]:
    """Give the rules that are there to take mail to Zivver, by priority."""
    rules = sorted(world.organization.rules or (), key=lambda rule: rule.priority)
    return tuple(rule for rule in rules if is_relay(rule, world))


def is_relay(rule: Rule, world: World) -> bool:
    """Say whether a rule is there to take mail to Zivver, on or off."""
    if world.organization.platform is Platform.ONLINE:
        return any(_is_way(name, rule, world) for name in routes_of(rule))
    return any(True for _ in relay_contacts(rule, world)) or (
        _says_zivver(rule.name) and _redirects(rule)
    )


def routes_of(rule: Rule) -> tuple[str, ...]:
    """Name the connectors that a rule sends mail to."""
    return tuple(
        name
        for action in rule.actions
        if action.name == ROUTE
        for name in action.values[0]
    )


def relay_contacts(rule: Rule, world: World) -> Iterator[Recipient]:
    """Give the contacts of a rule that stand for Zivver: of a domain that is ours."""
    directory = world.organization.directory
    for action in rule.actions:
        if action.name != REDIRECT or not action.targets or not directory:
            continue
        for address in sorted(action.targets.addresses, key=str):
            for found in directory.by_address.get(address, ()):
                if _is_placeholder(found, world):
                    yield found


def outbound_relays(world: World) -> tuple[OutboundConnector, ...]:
    """Give the outbound connectors that lead to Zivver or are meant to."""
    organization = world.organization
    named = {
        found.name
        for rule in relay_rules(world)
        for name in routes_of(rule)
        if (found := named_connector(organization, name))
    }
    return tuple(
        connector
        for connector in organization.outbound_connectors or ()
        if connector.name in named or leads(connector, world)
    )


def send_relays(world: World) -> tuple[SendConnector, ...]:
    """Give the send connectors that lead to Zivver or are meant to."""
    return tuple(
        connector
        for connector in world.organization.send_connectors or ()
        if leads(connector, world)
    )


def leads(connector: OutboundConnector | SendConnector, world: World) -> bool:
    """Say whether a connector leads to Zivver, by a gateway too, or is called so."""
    return _says_zivver(connector.name) or any(
        leads_to_zivver(world, host) or gateway_of(world.internet, host)
        for host in connector.smart_hosts
    )


def _is_way(name: str, rule: Rule, world: World) -> bool:
    connector = named_connector(world.organization, name)
    if connector is None:
        return _says_zivver(name) or _says_zivver(rule.name)
    return leads(connector, world) or _says_zivver(rule.name)


def _redirects(rule: Rule) -> bool:
    return any(action.name == REDIRECT for action in rule.actions)


def _is_placeholder(found: Recipient, world: World) -> bool:
    """An address outside Exchange of a domain that is ours, or that leads to Zivver."""
    if found.external is None:
        return False
    domain = found.external.domain_key
    return accepted_domain(world.organization, domain) is not None or any(
        is_taken_by(found.external, relay) for relay in send_relays(world)
    )


def _says_zivver(name: str) -> bool:
    return _NAME in name.lower()

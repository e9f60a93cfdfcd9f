"""Outbound connectors of Exchange Online: by rule, else the most specific one.

Centralised mail transport comes before the latter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    ConnectorType,
    OutboundConnector,
    accepted_domain,
)
from fakes.exchange.readings import ask, settle
from fakes.mail.address import domain_key, is_within

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.readings import Readings

_EXACT, _LISTED_ACCEPTED, _WILDCARD, _ACCEPTED, _ALL = 5, 4, 3, 2, 1
_NONE = (0, 0)
_READINGS = (
    "test_mode_connector",
    "connector_choice",
    "connector_wildcard",
    "connector_tie",
)


def named_connector(organization: Organization, name: str) -> OutboundConnector | None:
    """Find the connector that a rule names, by name, DN or GUID."""
    wanted = name.lower()
    for connector in organization.outbound_connectors or ():
        if wanted in {connector.name.lower(), *(n.lower() for n in connector.names)}:
            return connector
    return None


def why_unusable(
    connector: OutboundConnector | None, readings: Readings, choices: Choices
) -> str:
    """Say why a connector that a rule names cannot be used; empty if it can."""
    if connector is None:
        return "the connector does not exist"
    if not connector.is_enabled:
        return "the connector is off"
    if connector.is_in_test_mode:
        is_used = ask(readings, choices, "test_mode_connector") == "used"
        return "" if is_used else "the connector is in test mode"
    return ""


def select_outbound_connector(
    organization: Organization, domain: str, choices: Choices
) -> OutboundConnector | None:
    """Pick the connector for a (folded) domain when no rule named one.

    exchange-routing#1.2: exact domain, then wildcard, then all accepted domains,
    as the documented example has it; the list in the same text has the last two
    the other way round (X-1). One made for rules is never picked (C4). What
    centralised transport has left over came from the own servers and does not go
    back there (C14).
    """
    central = central_connectors(organization)
    candidates = [
        connector
        for connector in organization.outbound_connectors or ()
        if connector.is_enabled
        and not connector.is_rule_scoped
        and connector not in central
    ]
    return _settled_pick(candidates, domain, organization, choices)


def central_connectors(organization: Organization) -> list[OutboundConnector]:
    """Give the connectors of centralised mail transport that are in use.

    exchange-routing#1.1: the property is one of the type OnPremises only.
    """
    return [
        connector
        for connector in organization.outbound_connectors or ()
        if connector.is_central and connector.type is ConnectorType.ON_PREMISES
        if connector.is_enabled and not connector.is_in_test_mode
    ]


def select_central_connector(
    organization: Organization, domain: str, choices: Choices
) -> OutboundConnector | None:
    """Pick the connector of centralised transport that covers a (folded) domain."""
    central = central_connectors(organization)
    return _settled_pick(central, domain, organization, choices)


def _settled_pick(
    candidates: list[OutboundConnector],
    domain: str,
    organization: Organization,
    choices: Choices,
) -> OutboundConnector | None:
    readings = settle(
        organization.readings,
        choices,
        _READINGS,
        lambda taken: _pick(candidates, domain, organization, taken),
    )
    return _pick(candidates, domain, organization, readings)


def _pick(
    candidates: list[OutboundConnector],
    domain: str,
    organization: Organization,
    readings: Readings,
) -> OutboundConnector | None:
    """Pick the closest, by one answer to each open question."""
    is_own = accepted_domain(organization, domain) is not None
    if readings.test_mode_connector == "not-used":
        candidates = [c for c in candidates if not c.is_in_test_mode]
    ranks = {c.name: _rank(c, domain, readings, is_own=is_own) for c in candidates}
    best = max(ranks.values(), default=_NONE)
    if best == _NONE:
        return None
    tied = sorted((c for c in candidates if ranks[c.name] == best), key=_by_name)
    return tied[0] if readings.connector_tie == "first-by-name" else tied[-1]


def _rank(
    connector: OutboundConnector, domain: str, readings: Readings, *, is_own: bool
) -> tuple[int, int]:
    ranks = [_NONE]
    is_listed = readings.connector_choice == "listed-order"
    for entry in connector.recipient_domains:
        folded = domain_key(entry)
        if folded == "*":
            ranks.append((_ALL, 0))
        elif folded == domain:
            ranks.append((_EXACT, len(folded)))
        elif folded.startswith("*.") and is_within(domain, folded[2:]):
            is_apex = domain == folded[2:]
            if not (is_apex and readings.connector_wildcard == "subdomains-only"):
                ranks.append((_WILDCARD, len(folded)))
    # field-cases#X-2: the flag and the list of one connector are ORed.
    if connector.covers_accepted_domains and is_own:
        ranks.append((_LISTED_ACCEPTED if is_listed else _ACCEPTED, 0))
    return max(ranks)


def _by_name(connector: OutboundConnector) -> str:
    return connector.name.lower()

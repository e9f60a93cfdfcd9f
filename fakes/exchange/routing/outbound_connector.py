"""Outbound connectors of Exchange Online: by rule, else the most specific one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import OutboundConnector, accepted_domain
from fakes.exchange.readings import ask
from fakes.mail.address import domain_key, is_within

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization

_EXACT, _WILDCARD, _ACCEPTED, _ALL = 4, 3, 2, 1


def named_connector(organization: Organization, name: str) -> OutboundConnector | None:
    """Find the connector that a rule names, by name, DN or GUID."""
    wanted = name.lower()
    for connector in organization.outbound_connectors or ():
        if wanted in {connector.name.lower(), *(n.lower() for n in connector.names)}:
            return connector
    return None


def why_unusable(connector: OutboundConnector | None) -> str:
    """Say why a connector that a rule names cannot be used; empty if it can."""
    if connector is None:
        return "the connector does not exist"
    if not connector.is_enabled:
        return "the connector is off"
    if connector.is_in_test_mode:
        return "the connector is in test mode"
    return ""


def select_outbound_connector(
    organization: Organization, domain: str, choices: Choices
) -> OutboundConnector | None:
    """Pick the connector for a (folded) domain when no rule named one.

    exchange-routing#1.2: exact domain, then wildcard, then all accepted domains,
    as the documented example has it; the list in the same text has the last two
    the other way round (X-1). One made for rules is never picked (C4).
    """
    candidates = [
        c
        for c in organization.outbound_connectors or ()
        if c.is_enabled and not c.is_rule_scoped and not c.is_in_test_mode
    ]
    ranks = {c.name: _rank(c, domain, organization, choices) for c in candidates}
    covering = [c for c in candidates if ranks[c.name] > (0, 0)]
    if not covering:
        return None
    if {ranks[c.name][0] for c in covering} >= {_WILDCARD, _ACCEPTED}:
        order = ask(organization.readings, choices, "connector_choice")
        if order == "listed-order":
            ranks = {n: (_listed(rank), length) for n, (rank, length) in ranks.items()}
    best = max(ranks[c.name] for c in covering)
    tied = sorted((c for c in covering if ranks[c.name] == best), key=_by_name)
    if len(tied) == 1:
        return tied[0]
    answer = ask(organization.readings, choices, "connector_tie")
    return tied[0] if answer == "first-by-name" else tied[-1]


def _rank(
    connector: OutboundConnector,
    domain: str,
    organization: Organization,
    choices: Choices,
) -> tuple[int, int]:
    ranks = [(0, 0)]
    for entry in connector.recipient_domains:
        folded = domain_key(entry)
        if folded == "*":
            ranks.append((_ALL, 0))
        elif folded == domain:
            ranks.append((_EXACT, len(folded)))
        elif folded.startswith("*.") and is_within(domain, folded[2:]):
            if domain == folded[2:]:
                answer = ask(organization.readings, choices, "connector_wildcard")
                if answer == "subdomains-only":
                    continue
            ranks.append((_WILDCARD, len(folded)))
    if connector.covers_accepted_domains and accepted_domain(organization, domain):
        ranks.append((_ACCEPTED, 0))
    return max(ranks)


def _listed(rank: int) -> int:
    return {_WILDCARD: _ACCEPTED, _ACCEPTED: _WILDCARD}.get(rank, rank)


def _by_name(connector: OutboundConnector) -> str:
    return connector.name.lower()

"""Names that nothing bears, or several things: connectors and people of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.rules.values import Recipients
from fakes.mail.address import AddressError, parse_address
from harness.check.lints.noun import Ground, LintRow, Severity, Spot, at_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.rule import Rule

_ROUTE = "RouteMessageOutboundConnector"


def _connector(ground: Ground) -> Iterator[Spot]:
    """A connector that the export of connectors does not show."""
    connectors = ground.organization.outbound_connectors
    if connectors is None:
        return
    known = {
        name.lower() for entry in connectors for name in (entry.name, *entry.names)
    }
    for rule in ground.rules:
        for action in rule.actions:
            named = action.values[0] if action.name == _ROUTE else ()
            for name in named:
                if name.lower() not in known:
                    why = f"{_ROUTE}: no outbound connector is called `{name}`"
                    yield at_rule(rule, why)


def _recipient(ground: Ground) -> Iterator[Spot]:
    """People whom no exported object carries: names, and addresses of our own."""
    directory = ground.organization.directory
    if directory is None or not directory.is_whole:
        return
    for rule in ground.rules:
        for parameter, value in _people(rule):
            for text in value.operands:
                is_missing = _is_missing(text, ground.organization)
                if text in value.unresolved or is_missing:
                    yield at_rule(rule, f"{parameter}: no recipient `{text}`")


def _ambiguous(ground: Ground) -> Iterator[Spot]:
    """Names that several objects bear: nobody tells which of them is meant."""
    directory = ground.organization.directory
    if directory is None:
        return
    for rule in ground.rules:
        for parameter, value in _people(rule):
            for text in value.operands:
                found = directory.by_name.get(text.lower(), ())
                if len(found) > 1:
                    who = " and ".join(str(entry.primary) for entry in found[:2])
                    why = f"{parameter}: `{text}` is the name of {who}"
                    yield at_rule(rule, why)


def _people(rule: Rule) -> Iterator[tuple[str, Recipients]]:
    for prefix, tests in (("", rule.conditions), ("ExceptIf", rule.exceptions)):
        for test in tests:
            if isinstance(test.value, Recipients):
                yield f"{prefix}{test.predicate}", test.value
    for action in rule.actions:
        if action.targets:
            yield action.name, action.targets


def _is_missing(text: str, organization: Organization) -> bool:
    """Whether it is an address of an accepted domain that nobody has."""
    directory = organization.directory
    try:
        address = parse_address(text)
    except AddressError:
        return False
    is_ours = accepted_domain(organization, address.domain_key) is not None
    return is_ours and directory is not None and address not in directory.by_address


REFERENCES = (
    LintRow(
        "REF-CONNECTOR",
        Severity.WARNING,
        "A rule that names a connector which is not there.",
        "name the connector as Get-OutboundConnector -IsTransportRuleScoped $true "
        "shows it",
        "exchange-rules#8",
        _connector,
        frozenset({Platform.ONLINE}),
        is_refused=True,
    ),
    LintRow(
        "REF-RECIPIENT",
        Severity.WARNING,
        "A rule that names a person, group or contact who is not there.",
        "name somebody who is there, or take the name out of the rule",
        "exchange-rules#2.4",
        _recipient,
        is_refused=True,
    ),
    LintRow(
        "REF-AMBIGUOUS",
        Severity.WARNING,
        "A rule that names somebody by a name which several bear.",
        "name the person by the primary address",
        "exchange-rules#2.4",
        _ambiguous,
    ),
)

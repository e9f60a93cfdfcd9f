"""What of a tenant a check does not judge, and what its export lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    InboundConnector,
    Organization,
    OutboundConnector,
    Platform,
    SendConnector,
)
from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.patterns import Pattern
from fakes.exchange.rules.values import NotJudged, Patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.rules.rule import Condition, Rule


def not_judged(organization: Organization) -> tuple[str, ...]:
    """Name the conditions, actions and settings that carry a value nobody judges."""
    found: list[str] = []
    for rule in organization.rules or ():
        if rule.is_enabled:
            found.extend(_of_rule(rule))
    connectors: tuple[OutboundConnector | SendConnector | InboundConnector, ...] = (
        *(organization.outbound_connectors or ()),
        *(organization.send_connectors or ()),
        *(organization.inbound_connectors or ()),
    )
    for connector in connectors:
        if connector.is_enabled:
            found.extend(
                f'connector "{connector.name}": {n}' for n in connector.unjudged
            )
    objects = organization.directory.recipients if organization.directory else ()
    for entry in objects:
        found.extend(f'recipient "{entry.name}": {name}' for name in entry.unjudged)
    for inbox_rule in organization.inbox_rules or ():
        if inbox_rule.is_enabled and inbox_rule.has_targets:
            what = f'inbox rule "{inbox_rule.name}" of {inbox_rule.mailbox}'
            found.extend(f"{what}: {name}" for name in inbox_rule.conditions)
    return tuple(dict.fromkeys(found))


def not_exported(organization: Organization) -> tuple[str, ...]:
    """Name the parts of the configuration that the export lacks."""
    is_online = organization.platform is Platform.ONLINE
    parts = (
        ("mail flow rules", organization.rules),
        ("accepted domains", organization.accepted_domains),
        ("recipients", organization.directory),
        ("outbound connectors", organization.outbound_connectors if is_online else ()),
        ("send connectors", () if is_online else organization.send_connectors),
        (
            "inbound connectors" if is_online else "receive connectors",
            organization.inbound_connectors,
        ),
    )
    absent = [name for name, part in parts if part is None]
    directory = organization.directory
    if directory is not None and not directory.is_whole:
        absent.append("some recipients")
    return tuple(absent)


def _of_rule(rule: Rule) -> Iterator[str]:
    name = f'rule {rule.priority} "{rule.name}"'
    for prefix, tests in (("", rule.conditions), ("ExceptIf", rule.exceptions)):
        for test in tests:
            if _is_not_judged(test):
                yield f"{name}: {prefix}{test.predicate}"
    for action in rule.actions:
        if action.row.effect is Effect.UNKNOWN:
            yield f"{name}: {action.name}"


def _is_not_judged(test: Condition) -> bool:
    value = test.value
    if isinstance(value, Patterns):
        return any(_has_problem(pattern) for pattern in value.patterns)
    return isinstance(value, NotJudged)


def _has_problem(pattern: Pattern) -> bool:
    return bool(pattern.problem)

"""A mail flow rule as Get-TransportRule shows it: what `make_rule` would read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_tree import Dialect
from fakes.exchange.rules.values import NotJudged, Patterns
from fakes.exchange.rules.values_people import Between
from harness.exports.commands import shown_as

if TYPE_CHECKING:
    from fakes.exchange.rules.rule import Condition, Moment, Rule

Properties = dict[str, object]
_EXCEPT = "ExceptIf"


def rule_shown(rule: Rule) -> Properties:
    """Give the properties of a rule that carry a value."""
    found: Properties = {
        "Name": rule.name,
        "Priority": rule.priority,
        "State": "Enabled" if rule.is_enabled else "Disabled",
        "Mode": rule.mode.value,
        "RuleErrorAction": rule.error_action,
        "SenderAddressLocation": rule.sender_location,
        "RecipientAddressType": rule.recipient_address_type,
        "StopRuleProcessing": rule.stops,
        "Comments": rule.comments,
        "ActivationDate": _moment(rule.starts),
        "ExpiryDate": _moment(rule.ends),
        "Size": rule.size,
        "WhenChanged": _moment(rule.changed),
        "UseLegacyRegex": any(map(_is_legacy, (*rule.conditions, *rule.exceptions))),
    }
    for prefix, tests in (("", rule.conditions), (_EXCEPT, rule.exceptions)):
        for test in tests:
            found |= _condition(test, prefix)
    for action in rule.actions:
        names = action.row.parameters or (action.name,)
        for name, values in zip(names, action.values, strict=True):
            value = True if action.row.is_flag else _one_or_more(values)
            found[shown_as(name)] = value
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _condition(test: Condition, prefix: str) -> Properties:
    names = [prefix + name for name in test.row.parameters]
    value = test.value
    if not names:
        return {test.predicate: list(value.operands)}
    if isinstance(value, Between):
        both = (value.first.operands, value.second.operands)
        return {name: list(each) for name, each in zip(names, both, strict=True)}
    found: Properties = {names[-1]: list(value.operands)}
    if len(names) > 1:
        found[names[0]] = test.header
    return found


def _is_legacy(test: Condition) -> bool:
    """Say whether patterns are those of 2010, as one property says of them all."""
    value = test.value
    if isinstance(value, Patterns):
        return any(pattern.dialect is Dialect.LEGACY for pattern in value.patterns)
    return isinstance(value, NotJudged) and test.predicate.endswith("Patterns")


def _one_or_more(values: tuple[str, ...]) -> object:
    return values[0] if len(values) == 1 else list(values)


def _moment(when: Moment | None) -> str | None:
    if when is None:
        return None
    return (when.at if when.has_zone else when.at.replace(tzinfo=None)).isoformat()

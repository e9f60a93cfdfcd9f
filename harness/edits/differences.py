"""What is different between two states of an organization, in the terms of cmdlets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

from fakes.exchange.organization import AddressSpace, Organization
from fakes.exchange.rules.rule import Moment
from harness.edits.tables import (
    DOMAIN_FIELDS,
    INBOUND_FIELDS,
    OUTBOUND_FIELDS,
    RULE_FIELDS,
    SEND_FIELDS,
)

if TYPE_CHECKING:
    from fakes.exchange.organization import Recipient
    from fakes.exchange.rules.rule import Condition, Rule

NOTHING = "(nothing)"
_PRIORITY = "Priority"
# What goes without saying of an object that is new or gone.
_USUAL = frozenset({"$false", "Header", "Resolved"})


class How(StrEnum):
    """What happened to an object."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One property as it was and as it is; `(nothing)` where it is not set."""

    property: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One object: what sort of thing it is, its name, and what is different of it."""

    what: str
    name: str
    how: How
    changes: tuple[Change, ...]


def differences(before: Organization, after: Organization) -> tuple[Difference, ...]:
    """Name everything that is different, sort by sort."""
    return tuple(
        difference
        for sort in _SORTS
        if sort.of(before) is not sort.of(after)
        for difference in _of_sort(sort, sort.of(before), sort.of(after))
    )


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of objects: how it is called, where they are, what they say."""

    what: str
    of: Callable[[Organization], Iterable[Any]]
    name: Callable[[Any], str]
    properties: Callable[[Any], Mapping[str, str]]


def _of_sort(
    sort: _Sort, before: Iterable[Any], after: Iterable[Any]
) -> Iterator[Difference]:
    old = {sort.name(one): sort.properties(one) for one in before}
    new = {sort.name(one): sort.properties(one) for one in after}
    common = [name for name in old if name in new]
    # Who is pushed down by a new one keeps its place among the others.
    is_same_order = common == [name for name in new if name in old]
    for name in (*old, *(name for name in new if name not in old)):
        had, has = old.get(name, {}), new.get(name, {})
        if is_same_order and name in old and name in new:
            has = {**has, _PRIORITY: had[_PRIORITY]} if _PRIORITY in had else has
        how = How.GONE if name not in new else How.CHANGED
        how = How.NEW if name not in old else how
        changes = tuple(
            Change(key, had.get(key, NOTHING), has.get(key, NOTHING))
            for key in dict.fromkeys((*had, *has))
            if had.get(key, NOTHING) != has.get(key, NOTHING)
            if how is How.CHANGED or {**had, **has}[key] not in _USUAL
        )
        if changes or how is not How.CHANGED:
            yield Difference(sort.what, name, how, changes)


def _of_rule(rule: Rule) -> Mapping[str, str]:
    fields = _of_fields(rule, RULE_FIELDS, leaving_out=frozenset(["Name", "Enabled"]))
    fields["State"] = "Enabled" if rule.is_enabled else "Disabled"
    fields.pop("WhenChanged", None)
    return {
        _PRIORITY: str(rule.priority),
        **fields,
        **dict(_of_tests("", rule.conditions)),
        **dict(_of_tests("ExceptIf", rule.exceptions)),
        **{action.name: _operand(action.operand) for action in rule.actions},
    }


def _of_tests(prefix: str, tests: Iterable[Condition]) -> Iterator[tuple[str, str]]:
    for test in tests:
        name = f"{prefix}{test.predicate}"
        yield f"{name} {test.header}".strip(), _operand(", ".join(test.value.operands))


def _operand(text: str) -> str:
    return "$true" if text in {"", "True"} else text


def _of_contact(recipient: Recipient) -> Mapping[str, str]:
    return {
        "ExternalEmailAddress": _text(recipient.external),
        "RequireSenderAuthenticationEnabled": _text(
            recipient.needs_authenticated_sender
        ),
    }


def _of_fields(
    thing: object, table: Mapping[str, str], leaving_out: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Give the fields of a table by the name of their parameter, those that are set."""
    said = {
        parameter: _text(getattr(thing, field.split()[0]))
        for parameter, field in table.items()
        if parameter not in leaving_out
    }
    return {parameter: text for parameter, text in said.items() if text != NOTHING}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, Moment):
        value = value.at
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, AddressSpace):
        return f"{value.kind.upper()}:{value.domain};{value.cost}"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (tuple, frozenset)):
        return ", ".join(map(_text, value)) or NOTHING
    return NOTHING if value is None or value == "" else str(value)


def _by_fields(table: Mapping[str, str]) -> Callable[[object], Mapping[str, str]]:
    return lambda thing: _of_fields(thing, table)


def _name(thing: Any) -> str:  # noqa: ANN401  a rule, a connector or a recipient
    return str(thing.name)


_SORTS = (
    _Sort("rule", lambda o: o.rules or (), _name, _of_rule),
    _Sort(
        "outbound connector",
        lambda o: o.outbound_connectors or (),
        _name,
        _by_fields(OUTBOUND_FIELDS),
    ),
    _Sort(
        "send connector",
        lambda o: o.send_connectors or (),
        _name,
        _by_fields(SEND_FIELDS),
    ),
    _Sort(
        "inbound connector",
        lambda o: o.inbound_connectors or (),
        _name,
        _by_fields(INBOUND_FIELDS),
    ),
    _Sort(
        "accepted domain",
        lambda o: o.accepted_domains or (),
        lambda domain: str(domain.domain),
        _by_fields(DOMAIN_FIELDS),
    ),
    _Sort(
        "recipient",
        lambda o: o.directory.recipients if o.directory else (),
        _name,
        _of_contact,
    ),
)

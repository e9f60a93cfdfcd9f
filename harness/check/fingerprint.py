"""Fingerprints: of a configuration as it is judged, and of what a check finds.

Two exports of the same tenant have the same fingerprint, whatever their format and the
order of their objects; whatever is judged and differs gives another. Where a finding
stands in a file, and which priority its rule has, does not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
)
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

from fakes.exchange.organization import (
    Directory,
    InboundConnector,
    Organization,
    OutboundConnector,
    Recipient,
    SendConnector,
)
from fakes.exchange.rules.action import Action, ActionRow
from fakes.exchange.rules.rule import Rule
from fakes.exchange.rules.values import Recipients
from fakes.internet.hosts import Internet
from fakes.mail.address import Address
from fakes.zivver.service import ZivverService
from harness.policy.noun import Policy

if TYPE_CHECKING:
    from harness.check.report import FoundIn, Sort
    from harness.world import World

# Of the form below: one that makes other fingerprints of the same gets the next number.
_VERSION = "1"
_LONG, _SHORT = 32, 16
_Plain: TypeAlias = "dict[str, _Plain] | list[_Plain] | str | int | float | bool | None"
_TEXTS = (date, IPv4Address, IPv6Address, IPv4Network, IPv6Network)
# The first that fits: an enumeration is a text as well, a truth a number.
_SPELT: tuple[tuple[tuple[type, ...], Callable[[Any], _Plain]], ...] = (
    ((Enum,), lambda one: str(one.value)),
    ((str, int, float, NoneType), lambda one: one),
    ((Address,), lambda one: "@".join(one.key)),
    ((ActionRow,), lambda one: one.name),
    ((timedelta,), timedelta.total_seconds),
    (_TEXTS, str),
    ((bytes,), bytes.hex),
)

# What says nothing about any mail: where a thing was read; by what other names it is
# known (a reference is resolved); what formats do not all carry (exports#2.1).
_PLACE = "place"
_LEFT_OUT: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        Organization: frozenset({"name"}),
        Rule: frozenset({"size", "changed", "comments"}),
        OutboundConnector: frozenset({"names"}),
        Recipient: frozenset({"names"}),
        Recipients: frozenset({"ids"}),
        Policy: frozenset({"remarks"}),
    }
)
# What Exchange does not keep in an order, or what has it written on it (priority).
_IN_ANY_ORDER: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        Organization: frozenset(
            {
                *("rules", "accepted_domains", "outbound_connectors", "journal_rules"),
                *("send_connectors", "inbound_connectors", "remote_domains"),
                *("auto_forwarding", "inbox_rules", "auto_replies"),
            }
        ),
        Directory: frozenset({"recipients"}),
        Recipient: frozenset(
            {"proxies", "members", "attributes", "owners", "unjudged"}
        ),
        OutboundConnector: frozenset(
            {"recipient_domains", "validation_recipients", "unjudged"}
        ),
        SendConnector: frozenset({"address_spaces", "source_servers", "unjudged"}),
        InboundConnector: frozenset({"networks", "unjudged"}),
        Rule: frozenset({"conditions", "exceptions", "actions"}),
        ZivverService: frozenset({"accounts", "credentials"}),
        Internet: frozenset({"hosts", "gateways", "policies"}),
    }
)
# The values of a condition are alternatives (exchange-rules#1).
_OF_CONDITIONS = "fakes.exchange.rules.values"


def of_world(world: World) -> str:
    """Give the fingerprint of everything about a tenant that decides about mail."""
    parts = {
        "organizations": [_plain(each) for each in world.organizations],
        "zivver": _plain(world.zivver),
        "internet": _plain(world.internet),
    }
    return f"{_VERSION}-{_digest(parts, _LONG)}"


def of_policy(policy: Policy) -> str:
    """Give the fingerprint of what was intended, however it was typed."""
    return f"{_VERSION}-{_digest(_plain(policy), _LONG)}"


def of_sort(sort: Sort) -> str:
    """Give the fingerprint of a cause: stays when rules are moved or exported anew."""
    blame = sort.blame
    # A connector is one cause for all of its rows; they come and go with the mails.
    rows = sorted(sort.rows) if blame.rule or not blame.connector else []
    key: list[_Plain] = [sort.kind.value, sort.is_beyond_rules, *rows, ""]
    key += [blame.side, blame.rule, blame.connector, blame.test, blame.why]
    return _digest([*key, blame.is_exception, *sorted(blame.looked_for)], _SHORT)


def of_finding(found: FoundIn, sort: Sort) -> str:
    """Give the fingerprint of one finding: its cause, its mail, its recipient."""
    recipient = found.finding.recipient
    return _digest(
        [of_sort(sort), found.mail.id, _plain(recipient), found.finding.kind.value],
        _SHORT,
    )


def _plain(value: object) -> _Plain:
    """Give a value without what does not count, in one order.

    Raises:
        AssertionError: the value is of a kind that nothing here knows.

    """
    kind: type = type(value)
    spell = _speller(kind)
    if spell:
        return spell(value)
    if isinstance(value, Mapping):
        return _sorted([[_plain(k), _plain(v)] for k, v in value.items()])
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    if isinstance(value, (set, frozenset)):
        return _sorted([_plain(entry) for entry in value])
    return _object(value)


@lru_cache(maxsize=256)
def _speller(kind: type) -> Callable[[Any], _Plain] | None:
    return next((spell for types, spell in _SPELT if issubclass(kind, types)), None)


def _object(value: object) -> _Plain:
    if not is_dataclass(value):
        message = f"no fingerprint for {type(value).__name__}"
        raise AssertionError(message)
    kind: type = type(value)
    found: dict[str, _Plain] = {"": kind.__name__}
    for field, is_loose in _fields(kind):
        entry = getattr(value, field.name)
        # What is as it always was is not said, so that a new field changes nothing.
        if not _is_default(field, entry):
            plain = _plain(entry)
            found[field.name] = _sorted(plain) if is_loose else plain
    if isinstance(value, Action):
        found["values"] = _values(value)
    return found


def _values(action: Action) -> _Plain:
    """People are their addresses, however the rule names them."""
    return None if action.targets else [[*map(_plain, each)] for each in action.values]


@lru_cache(maxsize=256)
def _fields(kind: type) -> tuple[tuple[Field[object], bool], ...]:
    """Give the fields that count, and whether their order does not."""
    assert is_dataclass(kind)  # noqa: S101  narrows the type
    left_out = _LEFT_OUT.get(kind, frozenset())
    loose = _IN_ANY_ORDER.get(kind, frozenset())
    is_value = kind.__module__.startswith(_OF_CONDITIONS)
    return tuple(
        (field, is_value or field.name in loose)
        for field in fields(kind)
        if field.name not in {*left_out, _PLACE} and field.init
    )


def _is_default(field: Field[object], value: object) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default)
    if field.default_factory is not MISSING:
        return bool(value == field.default_factory())
    return False


def _sorted(values: _Plain) -> _Plain:
    """Put what is a list into one order."""
    return sorted(values, key=_spelt) if isinstance(values, list) else values


def _spelt(value: _Plain) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _digest(value: object, length: int) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:length]

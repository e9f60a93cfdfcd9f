"""Results as data for programs: what `--json` gives.

Values become objects with the names of their fields; an address is its text, a span of
time its seconds. What a rule found in a body is left out: no report holds a body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from fakes.mail.address import Address
from fakes.trace import Detail
from harness.report.told import reads_body

Json: TypeAlias = (
    "dict[str, Json] | list[Json] | str | int | float | bool | None"  # a tree of these
)
_TEXTS = (Address, date, IPv4Address, IPv6Address)
_LEFT_OUT = "(text of the body, not printed)"


def as_data(value: object) -> Json:
    """Give a value of the model as data.

    Raises:
        AssertionError: the value is of a kind that nothing here knows.

    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, _TEXTS):
        return str(value)
    if isinstance(value, Mapping):
        return {str(as_data(key)): as_data(entry) for key, entry in value.items()}
    if isinstance(value, frozenset):
        # In one order, whatever that of the set was.
        return sorted((as_data(entry) for entry in value), key=str)
    if isinstance(value, frozenset):
        value = sorted(value, key=str)
    if isinstance(value, (tuple, list)):
        return [as_data(entry) for entry in value]
    return _object(value)


def _object(value: object) -> Json:
    if not is_dataclass(value):
        message = f"no JSON for {type(value).__name__}"
        raise AssertionError(message)
    found: dict[str, Json] = {
        f.name: as_data(getattr(value, f.name)) for f in fields(value)
    }
    if isinstance(value, Detail) and value.found and reads_body(value):
        found["found"] = [_LEFT_OUT]
    return found

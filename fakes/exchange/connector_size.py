"""How large a mail a send connector takes, told or not."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.organization import SendConnector
    from fakes.exchange.readings import Readings

# exchange-routing#X-9: what three pages of Microsoft name, and one of them of a usage.
_UNTOLD: Mapping[str, int | None] = MappingProxyType(
    {
        "35-megabytes": 36_700_160,
        "25-megabytes": 26_214_400,
        "10-megabytes": 10_485_760,
        "unlimited": None,
    }
)


def takes(connector: SendConnector, size: int, readings: Readings) -> bool:
    """Say whether a connector takes a mail of that size."""
    limit = connector.max_size
    if not connector.is_size_told:
        limit = _UNTOLD[readings.connector_size]
    return limit is None or limit >= size


def takes_each_way(connector: SendConnector, size: int) -> tuple[bool, ...]:
    """Say the same for each answer to what a connector takes that does not tell."""
    if connector.is_size_told:
        return (connector.max_size is None or connector.max_size >= size,)
    return tuple(limit is None or limit >= size for limit in _UNTOLD.values())

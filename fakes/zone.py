"""DNS as a value: what a resolver would answer, passed in and never asked for.

A name that the zone does not hold is unknown, not absent: `NXDOMAIN` must be said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.address import domain_key

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Answer",
    "Status",
    "Zone",
    "look_up",
    "zone",
]


class Status(StrEnum):
    """What a resolver says of a name and type."""

    FOUND = "found"
    EMPTY = "no data"
    NXDOMAIN = "no such domain"
    FAILED = "server failure"
    UNKNOWN = "not given"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, and the records as text (`10 mx.example` for MX)."""

    status: Status
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """Records by folded name and type (`TXT`, `A`, `AAAA`, `MX`, `PTR`).

    A name with a key but without that type has no data; names in `absent` do not
    exist; names in `failing` are answered by a server failure; any other name is
    unknown.
    """

    records: Mapping[tuple[str, str], tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    absent: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash((frozenset(self.records.items()), self.absent, self.failing))

    @property
    def names(self) -> frozenset[str]:
        """The names that the zone says something about."""
        return frozenset(name for name, _ in self.records) | self.absent | self.failing


def zone(
    records: Mapping[tuple[str, str], tuple[str, ...]],
    *,
    absent: frozenset[str] = frozenset(),
    failing: frozenset[str] = frozenset(),
) -> Zone:
    """Build a zone from records by name and type."""
    folded = {(domain_key(n), t.upper()): tuple(v) for (n, t), v in records.items()}
    return Zone(
        MappingProxyType(folded),
        frozenset(domain_key(name) for name in absent),
        frozenset(domain_key(name) for name in failing),
    )


def look_up(source: Zone, name: str, rtype: str) -> Answer:
    """Ask the zone for a name and a type."""
    key = domain_key(name)
    if key in source.failing:
        return Answer(Status.FAILED)
    if key in source.absent:
        return Answer(Status.NXDOMAIN)
    found = source.records.get((key, rtype))
    if found:
        return Answer(Status.FOUND, found)
    if any(known == key for known, _ in source.records):
        return Answer(Status.EMPTY)
    return Answer(Status.UNKNOWN)

"""Property types that are numbers: addresses of hosts, sizes, spam confidence."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from fakes.exchange.rules.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.values import Seen
    from fakes.mail.session import IpAddress

KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class IpRanges:
    """`IPAddressRanges`: first and last address of each (exchange-rules#2.4)."""

    typed: tuple[str, ...]
    ranges: tuple[tuple[IpAddress, IpAddress], ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The ranges as typed."""
        return self.typed

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare with the last hop; addresses of the other family are elsewhere."""
        if seen.missing:
            return Verdict.UNKNOWN
        # exchange-rules#R-16
        families = (4, 6) if readings.ipv6_ranges == "taken" else (4,)
        return verdict_of(
            any(
                first.version == address.version in families
                and int(first) <= int(address) <= int(last)
                for address in map(plain_address, seen.texts)
                for first, last in self.ranges
            )
        )

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Whether IPv6 is compared at all."""
        is_open = any(plain_address(text).version == 6 for text in seen.texts)
        return ("ipv6_ranges",) if is_open else ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Ranges are always judged on what can be seen."""
        return seen.missing


@dataclass(frozen=True, slots=True)
class SizeOver:
    """`ByteQuantifiedSize`: at least so many octets (exchange-rules#R-25)."""

    typed: tuple[str, ...]
    limit: int

    @property
    def operands(self) -> tuple[str, ...]:
        """The size as typed."""
        return self.typed

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare; a limit below a kilobyte may be rounded up (exchange-rules#2.4)."""
        if seen.missing:
            return Verdict.UNKNOWN
        size = max((int(text) for text in seen.texts), default=-1)
        if self.limit <= size < KILOBYTE:
            return Verdict.UNKNOWN
        is_just = readings.size_limit == "at-least"
        return verdict_of(size >= self.limit if is_just else size > self.limit)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Only the size itself can be disputed."""
        return ("size_limit",) if str(self.limit) in seen.texts else ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Say what cannot be told."""
        return seen.missing or "a size below 1 KB may be rounded up"


@dataclass(frozen=True, slots=True)
class SclOver:
    """`SclValue`: stamped at least so high (exchange-rules#v85)."""

    limit: int

    @property
    def operands(self) -> tuple[str, ...]:
        """The limit."""
        return (str(self.limit),)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare with the stamp."""
        del readings
        if seen.missing:
            return Verdict.UNKNOWN
        return verdict_of(any(int(text) >= self.limit for text in seen.texts))

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Numbers leave no open question."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Say why there is no stamp to see."""
        return seen.missing


def plain_address(text: str) -> IpAddress:
    """Read an address; an IPv4 address in IPv6 clothes is the IPv4 address."""
    found = ip_address(text)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found

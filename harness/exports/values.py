"""The values of exported properties, in every shape that cmdlets give them.

exports#2.4, exports#2.5: a list may be a list, one value, or null; an enum may be a
text or an object; what is none of the known shapes is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import (
    IPv4Network,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import TypeVar

from fakes.mail.address import Address, AddressError, parse_address
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

Network = IPv4Network | IPv6Network
E = TypeVar("E", bound=StrEnum)

# What an object is called in one word, by the types of Exchange: enum, proxy
# address, IP range, size, recipient, domain.
_NAMES = (
    "Value",
    "value",
    "ProxyAddressString",
    "Expression",
    "RawIdentity",
    "SmtpAddress",
    "IPAddressToString",
    "Address",
    "Name",
)
_BYTES = re.compile(r"\(([\d.,\u00a0\u202f' ]+) bytes\)", re.IGNORECASE)
_UNIT = re.compile(r"(\d+)\s*(B|KB|MB|GB|TB)?", re.IGNORECASE)
_FACTORS = {"": 1, "B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
_NO_GUID = "00000000-0000-0000-0000-000000000000"


def plain(value: object, place: str, name: str) -> str:
    """Give one value as text.

    Raises:
        ExportError: it is an object of a shape that we do not know.

    """
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, dict):
        for key in _NAMES:
            if isinstance(value.get(key), str):
                return str(value[key])
        local, domain = value.get("Local"), value.get("Domain")
        if isinstance(local, str) and isinstance(domain, str):
            return f"{local}@{domain}"
    found = "a list in a list" if value else "nothing"
    if isinstance(value, dict):
        found = "an object"
    raise ExportError(place, f"`{name}` holds {found}, expected a text or a number")


def flat(value: object) -> tuple[object, ...]:
    """Give a multi-value property as values: list, one value, or null."""
    if value is None or value == "":
        return ()
    if isinstance(value, list):
        return tuple(entry for entry in value if entry is not None)
    return (value,)


def texts(entry: Exported, name: str) -> tuple[str, ...]:
    """Give a multi-value property as texts, without blanks around."""
    value = entry.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        said = value.strip()
        return (said,) if said else ()
    place = entry.place
    found = [plain(one, place, name).strip() for one in flat(value)]
    return tuple([said for said in found if said])


def text(entry: Exported, name: str) -> str | None:
    """Give a property as one text; None when absent, null or empty.

    Raises:
        ExportError: it holds several values.

    """
    found = texts(entry, name)
    if len(found) > 1:
        raise ExportError(
            entry.place, f"`{name}` holds {len(found)} values, expected one"
        )
    return found[0] if found else None


def flag(entry: Exported, name: str) -> bool | None:
    """Give a property as true or false; None when absent or null.

    Raises:
        ExportError: it is neither.

    """
    value = entry.get(name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict) and isinstance(value.get("IsPresent"), bool):
        return bool(value["IsPresent"])
    said = plain(value, entry.place, name).strip().lower().lstrip("$")
    if said in {"true", "false"}:
        return said == "true"
    raise ExportError(
        entry.place, f"`{name}` is `{shown(said)}`, expected true or false"
    )


def choice(entry: Exported, name: str, kind: type[E]) -> E | None:
    """Give a property as one of Exchange's words; None when absent or null.

    Raises:
        ExportError: Exchange knows no such word, or it stands there as a number.

    """
    said = text(entry, name)
    if said is None:
        return None
    for member in kind:
        if member.value.lower() == said.lower():
            return member
    expected = ", ".join(member.value for member in kind)
    hint = "; export again with `-EnumsAsStrings`" if said.isdecimal() else ""
    raise ExportError(
        entry.place, f"`{name}` is `{shown(said)}`, expected {expected}{hint}"
    )


def number(entry: Exported, name: str, *, low: int, high: int) -> int | None:
    """Give a property as a whole number in a range; None when absent or null.

    Raises:
        ExportError: it is no such number.

    """
    said = text(entry, name)
    if said is None:
        return None
    if re.fullmatch(r"-?[0-9]{1,9}", said) and low <= int(said) <= high:
        return int(said)
    raise ExportError(
        entry.place, f"`{name}` is `{shown(said)}`, expected {low} to {high}"
    )


def size(entry: Exported, name: str) -> int | None:
    """Give a size in octets; None is no limit (or absent, or null).

    `35 MB (36,700,160 bytes)`, `25MB`, `23592960`, `Unlimited` (exports#2.4).

    Raises:
        ExportError: it is no size.

    """
    value = entry.get(name)
    if isinstance(value, dict) and value.get("IsUnlimited") is True:
        return None
    if isinstance(value, dict) and isinstance(value.get("Value"), dict):
        value = value["Value"].get("Value", value["Value"])
    if value is None or value == "":
        return None
    said = plain(value, entry.place, name).strip()
    if said.lower() == "unlimited":
        return None
    exact = _BYTES.search(said)
    digits = re.sub(r"\D", "", exact[1]) if exact else ""
    if digits and len(digits) <= 18:
        return int(digits)
    short = _UNIT.fullmatch(said)
    if short and len(short[1]) <= 18:
        return int(short[1]) * _FACTORS[(short[2] or "").upper()]
    raise ExportError(
        entry.place,
        f"`{name}` is `{shown(said)}`, expected a size such as "
        "`35 MB (36,700,160 bytes)`, or Unlimited",
    )


def address(said: str, place: str, name: str) -> Address:
    """Read one mail address.

    Raises:
        ExportError: it is none.

    """
    try:
        return parse_address(said)
    except AddressError as problem:
        raise ExportError(place, f"`{name}`: {problem}") from None


def proxies(values: Iterable[str], place: str, name: str) -> tuple[Address, ...]:
    """Read the SMTP ones among proxy addresses, the primary (`SMTP:`) first.

    Raises:
        ExportError: an SMTP proxy is no address.

    """
    primary: list[Address] = []
    others: list[Address] = []
    for value in values:
        prefix, colon, rest = value.partition(":")
        if not colon:
            prefix, rest = "smtp", value
        if prefix.lower() == "smtp" and "@" in rest:
            target = primary if prefix == "SMTP" else others
            target.append(address(rest.strip(), place, name))
    return tuple(dict.fromkeys((*primary, *others)))


def networks(entry: Exported, name: str) -> tuple[Network, ...]:
    """Read addresses, ranges (`10.0.0.1-10.0.0.9`) and CIDR blocks.

    Raises:
        ExportError: it is none of them.

    """
    found: list[Network] = []
    for said in texts(entry, name):
        try:
            found.extend(_network(said))
        except (ValueError, TypeError):
            raise ExportError(
                entry.place,
                f"`{name}` holds `{shown(said)}`, expected an address, a range or CIDR",
            ) from None
    return tuple(found)


def _network(said: str) -> Iterable[Network]:
    first, dash, last = said.partition("-")
    if not dash:
        return (ip_network(said, strict=False),)
    low, high = ip_address(first.strip()), ip_address(last.strip())
    if low.version == 4 and high.version == 4:
        return summarize_address_range(low, high)
    return summarize_address_range(low, high)


def names(entry: Exported, properties: tuple[str, ...]) -> tuple[str, ...]:
    """Collect the texts by which cmdlets know an object."""
    found = [
        said
        for name in entry.among(properties)
        for said in texts(entry, name)
        if said != _NO_GUID
    ]
    return tuple(dict.fromkeys(found))

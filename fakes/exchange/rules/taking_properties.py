"""How the values of message properties are taken in: ranges, sizes, enumerations."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING

from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.values import Words
from fakes.exchange.rules.values_kinds import CharacterSets, OneOf
from fakes.exchange.rules.values_numbers import (
    IpRanges,
    SclOver,
    SizeOver,
    plain_address,
)
from fakes.exchange.rules.words import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.exchange.organization import Directory
    from fakes.exchange.rules.values import PropertyType
    from fakes.mail.session import IpAddress

MESSAGE_TYPES = (
    "OOF",
    "AutoForward",
    "Encrypted",
    "Calendaring",
    "PermissionControlled",
    "Voicemail",
    "Signed",
    "ApprovalRequest",
    "ReadReceipt",
)
IMPORTANCES = ("Low", "Normal", "High")
RELATIONSHIPS = ("Manager", "DirectReport")
_SIZE = re.compile(r"(\d+)\s*(B|KB|MB|GB|TB)?", re.IGNORECASE)
# How an object of a size writes itself: `25 MB (26,214,400 bytes)` (exports#2.5).
_EXACT = re.compile(r"\(([\d.,'\u00a0\u202f ]+) bytes\)", re.IGNORECASE)
_FACTORS = {"": 1, "B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
_LEAST_SCL, _MOST_SCL = -1, 9


def ip_ranges(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make ranges: `192.0.2.1`, `192.0.2.1-192.0.2.9`, `192.0.2.1/25`, IPv6 alike.

    Raises:
        ValueProblem: the text is no range.

    """
    del directory
    typed = [part.strip() for value in values for part in value.split(",")]
    return IpRanges(values, tuple(_range(text) for text in typed if text))


def _range(text: str) -> tuple[IpAddress, IpAddress]:
    start, dash, end = text.partition("-")
    try:
        if "/" in text:
            # exchange-rules#2.4: a network with host bits set is taken.
            network = ip_network(text, strict=False)
            return network[0], network[-1]
        first = plain_address(start.strip())
        last = plain_address(end.strip()) if dash else first
    except ValueError:
        message = f"`{text}` is no IP address, range or network"
        raise ValueProblem(message) from None
    if first.version != last.version or int(first) > int(last):
        message = f"`{text}` ends before it starts"
        raise ValueProblem(message)
    return first, last


def size_over(values: tuple[str, ...], directory: Directory | None) -> SizeOver:
    """Make a size in octets: `10MB`, `1024`, `25 MB (26,214,400 bytes)`.

    Raises:
        ValueProblem: the text is no size.

    """
    del directory
    text = values[0].strip()
    exact = _EXACT.search(text)
    if exact:
        return SizeOver(values, int(re.sub(r"\D", "", exact[1])))
    plain = _SIZE.fullmatch(text)
    if plain is None:
        message = f"`{text}` is no size, expected one such as 10MB"
        raise ValueProblem(message)
    return SizeOver(values, int(plain[1]) * _FACTORS[(plain[2] or "").upper()])


def scl_over(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make a spam confidence level.

    Raises:
        ValueProblem: it is not -1 to 9.

    """
    del directory
    text = values[0].strip()
    is_number = re.fullmatch(r"-?\d{1,2}", text, re.ASCII)
    if not is_number or not _LEAST_SCL <= int(text) <= _MOST_SCL:
        message = f"`{text}` is no spam confidence level, expected -1 to 9"
        raise ValueProblem(message)
    return SclOver(int(text))


def one_of(
    *known: str,
) -> Callable[[tuple[str, ...], Directory | None], PropertyType]:
    """Give the builder of a value that is one word of an enumeration."""

    def build(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
        del directory
        spelt = {entry.lower(): entry for entry in known}
        if len(values) > 1 or values[0].lower() not in spelt:
            message = f"`{', '.join(values)}`, expected one of {', '.join(known)}"
            raise ValueProblem(message)
        return OneOf(spelt[values[0].lower()])

    return build


def character_sets(
    values: tuple[str, ...], directory: Directory | None
) -> PropertyType:
    """Make character sets: `Chinese/big5` is the set big5 (exchange-rules#2.4).

    Raises:
        ValueProblem: there is no name behind the language.

    """
    del directory
    names = [value.rpartition("/")[2].strip() for value in values]
    for name, value in zip(names, values, strict=True):
        if not name:
            message = f"`{value}` names no character set"
            raise ValueProblem(message)
    return CharacterSets(values, Words(tuple(word(name) for name in names)))

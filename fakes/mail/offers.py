"""What a peer says that it can do: the lines of its EHLO reply, read once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Extension(StrEnum):
    """An extension of SMTP that needs nothing but its name (exchange-routing#5.2)."""

    PIPELINING = "PIPELINING"
    DSN = "DSN"
    STATUS = "ENHANCEDSTATUSCODES"
    EIGHT_BIT = "8BITMIME"
    CHUNKING = "CHUNKING"
    UTF8 = "SMTPUTF8"


# What any server of today offers.
USUAL = frozenset(Extension) - {Extension.DSN, Extension.CHUNKING}
ALL = frozenset(Extension)


@dataclass(frozen=True, slots=True)
class Offers:
    """The keywords of a peer.

    `size` is the largest mail that it takes, None where it names no limit;
    `mechanisms` are those of AUTH.
    """

    keywords: frozenset[str] = frozenset()
    size: int | None = None
    mechanisms: frozenset[str] = frozenset()

    def __contains__(self, keyword: str) -> bool:
        """Say whether that keyword was offered."""
        return keyword in self.keywords


NOTHING = Offers()


def read_offers(lines: Iterable[str]) -> Offers:
    """Read `KEYWORD [parameters]` lines; what means nothing to us stays a keyword."""
    keywords: set[str] = set()
    mechanisms: set[str] = set()
    size = None
    for line in lines:
        keyword, *rest = line.upper().split() or ("",)
        keywords.add(keyword)
        if keyword == "AUTH":
            mechanisms.update(rest)
        # RFC 1870 4: 0 and nothing mean that no limit is known.
        if keyword == "SIZE" and rest and rest[0].isdecimal():
            size = int(rest[0]) or None
    return Offers(frozenset(keywords), size, frozenset(mechanisms))

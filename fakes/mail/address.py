"""Addresses as RFC 5321 and RFC 5322 spell them, and as exports really hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.headerregistry import HeaderRegistry
from functools import lru_cache
from typing import TYPE_CHECKING

import idna

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LENGTH = 1000
# The parser takes time by the square of what it must tell apart. What is longer is
# said to be unreadable; Exchange itself takes 1000 recipients.
MAX_ADDRESS_FIELD = 262_144
MAX_ADDRESS_SIGNS = 8000
MAX_BETWEEN_COMMAS = 4096

# atext of RFC 5322 with the octets of RFC 6532; a dot may stand anywhere between.
_DOT_STRING = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,\"]+", re.ASCII)
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"', re.ASCII)
_LABEL = re.compile(r"[^\s\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]+", re.ASCII)
_LITERAL = re.compile(r"\[[0-9A-Za-z.:]+\]", re.ASCII)


class AddressError(ValueError):
    """The text is no mail address; the message says what was found."""


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """One mailbox address; two are equal when Exchange would treat them as one.

    The text stays as it was given; case and the two spellings of an
    internationalised domain do not count.
    """

    local: str
    domain: str
    key: tuple[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Fold once what every comparison needs."""
        key = (self.local.lower(), domain_key(self.domain))
        object.__setattr__(self, "key", key)

    def __eq__(self, other: object) -> bool:
        """Compare without case, as Exchange does."""
        return isinstance(other, Address) and self.key == other.key

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.key)

    def __str__(self) -> str:
        """Give the address as it was written."""
        return f"{self.local}@{self.domain}"

    @property
    def domain_key(self) -> str:
        """The domain in lower case and A-labels."""
        return self.key[1]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that stands before it in a header field."""

    display_name: str
    address: Address


@dataclass(frozen=True, slots=True)
class AddressList:
    """What an address field holds; `is_whole` is false when a part was unreadable."""

    mailboxes: tuple[Mailbox, ...]
    is_whole: bool = True

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses in order, as often as they occur."""
        return tuple(mailbox.address for mailbox in self.mailboxes)


def parse_address(text: str) -> Address:
    """Read `local-part "@" domain` (RFC 5321 4.1.2), as tolerant as exports need.

    Underscores, single labels, `.local` and UTF-8 are accepted; blanks, control
    characters and route syntax are not.

    Raises:
        AddressError: the text is not an address.

    """
    if len(text) > MAX_LENGTH:
        message = f"an address of {len(text)} characters, at most {MAX_LENGTH}"
        raise AddressError(message)
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        message = f"`{_shown(text)}` is no address, expected name@domain"
        raise AddressError(message)
    if not (_DOT_STRING.fullmatch(local) or _QUOTED.fullmatch(local)):
        message = f"`{_shown(text)}` is no address: `{_shown(local)}` before the @"
        raise AddressError(message)
    if not is_domain(domain):
        message = f"`{_shown(text)}` is no address: `{_shown(domain)}` is no domain"
        raise AddressError(message)
    return Address(local, domain)


def is_domain(text: str) -> bool:
    """Say whether the text can stand behind an @."""
    if _LITERAL.fullmatch(text):
        return True
    labels = text.removesuffix(".").split(".")
    return all(_LABEL.fullmatch(label) for label in labels)


@lru_cache(maxsize=4096)
def domain_key(domain: str) -> str:
    """Fold a domain for comparison: lower case, A-labels, no final dot."""
    folded = domain.removesuffix(".").lower()
    if folded.isascii():
        return folded
    try:
        return idna.encode(folded, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return folded


def is_within(domain: str, parent: str) -> bool:
    """Say whether a domain is the parent or below it (both as `domain_key` gives)."""
    return domain == parent or domain.endswith("." + parent)


def parse_address_list(values: Iterable[str]) -> AddressList:
    """Read the addresses of To, Cc, From: groups expanded, comments dropped.

    The values are unfolded and not yet decoded: encoded words in display names
    are decoded after the structure is read, as RFC 2047 5 demands.
    """
    mailboxes: list[Mailbox] = []
    is_whole = True
    for value in values:
        part = _parse_one_list(value) if _is_fit(value) else _UNREAD
        mailboxes.extend(part.mailboxes)
        is_whole = is_whole and part.is_whole
    return AddressList(tuple(mailboxes), is_whole)


_UNREAD = AddressList((), is_whole=False)


def _is_fit(value: str) -> bool:
    """Say whether the parser is done with it in time."""
    return (
        len(value) <= MAX_ADDRESS_FIELD
        and sum(value.count(sign) for sign in '",;:()<>\\') <= MAX_ADDRESS_SIGNS
        and max(map(len, value.split(","))) <= MAX_BETWEEN_COMMAS
    )


@lru_cache(maxsize=512)
def _parse_one_list(value: str) -> AddressList:
    if not value.strip():
        return AddressList(())
    try:
        header = HeaderRegistry()("To", value)
        found = [(a.display_name, a.addr_spec) for a in header.addresses]  # type: ignore[attr-defined]
        defects = list(header.defects)
    except Exception:  # noqa: BLE001  the library raises at random on hostile text
        return _UNREAD
    mailboxes = []
    is_whole = not any("Invalid" in type(defect).__name__ for defect in defects)
    for name, spec in found:
        try:
            mailboxes.append(Mailbox(name, parse_address(spec)))
        except AddressError:
            is_whole = False
    return AddressList(tuple(mailboxes), is_whole)


def _shown(text: str) -> str:
    cut = text if len(text) <= 60 else text[:57] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in cut)

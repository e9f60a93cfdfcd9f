"""What a policy is made of: rows that each name one sign of mail that must be secure.

A policy speaks of what a person sees and means, never of what a mail flow rule does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from fakes.mail.address import Address, is_within
from harness.duty import FindingKind, Inside
from harness.world import Settled


class PolicyError(ValueError):
    """The policy cannot be read; one line: file, line, found, expected."""


class Audience(StrEnum):
    """To whom mail must go for a row to speak of it."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    ANYONE = "anyone"


class LabelOn(StrEnum):
    """Where a label counts."""

    MAIL = "mail"
    ATTACHMENT = "attachment"


class Kind(StrEnum):
    """Mail that nobody wrote by hand, and that a policy may except."""

    AUTOMATIC_REPLY = "automatic-reply"
    CALENDAR = "calendar"
    RECEIPT = "receipt"
    ZIVVER = "zivver"


class Relayed(StrEnum):
    """Mail that goes to Zivver by itself, and that a policy may allow (zivver#7)."""

    ZIVVER_RELAY = "zivver-relay"
    DIRECT_REPLY = "direct-reply"
    PLUG_IN = "plug-in"


@dataclass(frozen=True, slots=True)
class SubjectHas:
    """The subject has one of these words or phrases."""

    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The mail, or a file attached to it, carries one of these labels."""

    guids: tuple[str, ...]
    on: frozenset[LabelOn] = frozenset({LabelOn.MAIL})


@dataclass(frozen=True, slots=True)
class SentBy:
    """One of these addresses stands in From."""

    addresses: tuple[Address, ...]


Trigger: TypeAlias = SubjectHas | Labelled | SentBy


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Without `senders` (addresses or domains) it speaks of everybody.

    `after` are rules whose effect the mail must show when Zivver gets it;
    `also_through` connectors by which it should go as well, which none can.
    """

    name: str
    trigger: Trigger
    senders: tuple[Address | str, ...] = ()
    to: Audience = Audience.OUTSIDE
    place: str = ""
    after: tuple[str, ...] = ()
    also_through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that somebody answers for, until a day; empty fields do not narrow.

    `mail` is the id of a mail, with `*` for any letters.
    """

    kinds: frozenset[FindingKind]
    reason: str
    owner: str
    until: date
    row: str = ""
    mail: str = ""
    rule: str = ""
    connector: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole intent; what no row speaks of must be plain.

    `own_domains` is None when the tenant's accepted domains are meant. `remarks` are
    warnings about what somebody typed, `settled` the open questions that somebody has
    answered on the tenant. `is_reviewed` is false for an intent that was drawn from the
    rules themselves. `may_be_secure` is other mail that may go to Zivver,
    `expected_copies` who may get copies; `expects_dlp`: the mail is to be looked at by
    Zivver's DLP, which the relay has not.
    """

    rows: tuple[Row, ...]
    exempt: frozenset[Kind] = frozenset()
    inside: Inside = Inside.EITHER
    own_domains: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()
    settled: tuple[Settled, ...] = ()
    is_reviewed: bool = True
    may_be_secure: frozenset[Relayed] = frozenset()
    expected_copies: frozenset[Address] = frozenset()
    expects_dlp: bool = False
    accepted: tuple[Accepted, ...] = ()


def is_own(domain: str, own_domains: tuple[str, ...]) -> bool:
    """Say whether a (folded) domain is one of these; `*.x` is what lies below x."""
    exact, above = _sorted_out(own_domains)
    return domain in exact or any(
        is_within(domain, own) and domain != own for own in above
    )


@lru_cache(maxsize=64)
def _sorted_out(own: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Give the domains, and those below which others are: there may be thousands."""
    above = tuple(one[2:] for one in own if one.startswith("*."))
    return frozenset(one for one in own if not one.startswith("*.")), above


def is_one_of(address: Address, entries: tuple[Address | str, ...]) -> bool:
    """Say whether an address, or its domain, is among these."""
    return any(
        address == entry
        if isinstance(entry, Address)
        else is_own(address.domain_key, (entry,))
        for entry in entries
    )

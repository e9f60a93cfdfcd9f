"""What a policy is made of: rows that each name one sign of mail that must be secure.

A policy speaks of what a person sees and means, never of what a mail flow rule does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from fakes.mail.address import Address, is_within
from harness.duty import Inside
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
    """One row. Without `senders` (addresses or domains) it speaks of everybody."""

    name: str
    trigger: Trigger
    senders: tuple[Address | str, ...] = ()
    to: Audience = Audience.OUTSIDE
    place: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole intent; what no row speaks of must be plain.

    `own_domains` is None when the tenant's accepted domains are meant. `remarks` are
    warnings about what somebody typed, `settled` the open questions that somebody has
    answered on the tenant.
    """

    rows: tuple[Row, ...]
    exempt: frozenset[Kind] = frozenset()
    inside: Inside = Inside.EITHER
    own_domains: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()
    settled: tuple[Settled, ...] = ()


def is_own(domain: str, own_domains: tuple[str, ...]) -> bool:
    """Say whether a (folded) domain is one of these; `*.x` is what lies below x."""
    return any(
        is_within(domain, own[2:]) and domain != own[2:]
        if own.startswith("*.")
        else domain == own
        for own in own_domains
    )


def is_one_of(address: Address, entries: tuple[Address | str, ...]) -> bool:
    """Say whether an address, or its domain, is among these."""
    return any(
        address == entry
        if isinstance(entry, Address)
        else is_own(address.domain_key, (entry,))
        for entry in entries
    )

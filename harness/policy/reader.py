"""Reads values of a policy, and complains with file and line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from fakes.mail.address import (
    Address,
    AddressError,
    domain_key,
    is_domain,
    parse_address,
)
from fakes.mail.labels import bare_guid, is_guid
from harness.policy.noun import PolicyError
from harness.policy.places import Places

_E = TypeVar("_E", bound=StrEnum)

# The texts of email-validator that speak of a name reserved for private networks or
# of one without a dot; such domains are in use inside organisations.
_PRIVATE = ("special-use", "should have a period")


@dataclass(frozen=True, slots=True)
class Spot:
    """One key: its table, which of that name, and the key."""

    table: str = ""
    index: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values and complains with their place.

    `top` are the keys that stand above all tables; `remarks` collects warnings.
    """

    places: Places
    top: tuple[str, ...]
    remarks: list[str] = field(default_factory=list)

    def said(self, table: Mapping[str, object], key: str, spot: Spot) -> str:
        """Take one text that may not be empty."""
        value = table[key]
        named = f"`{key}` of `{spot.key}`" if spot.key != key else f"`{key}`"
        if not isinstance(value, str):
            raise self.problem(spot, f"{named} is {sort_of(value)}, expected a text")
        text = " ".join(value.split())
        if not text or not text.isprintable():
            raise self.problem(spot, f"{named} is empty or no line of text")
        return text

    def day(self, value: object, spot: Spot, named: str) -> date:
        """Take a day, without a time."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise self.problem(
            spot,
            f"{named} is {sort_of(value)}, expected a day such as"
            " 2026-11-20 (without quotes)",
        )

    def table(
        self, data: Mapping[str, object], name: str, keys: tuple[str, ...]
    ) -> Mapping[str, object] | None:
        """Take a table that needs all of its keys; None where there is none."""
        if name not in data:
            return None
        table = data[name]
        if not isinstance(table, dict):
            raise self.problem(
                Spot(key=name), f"`{name}` is {sort_of(table)}, expected a table"
            )
        self.know(table, keys, Spot(name))
        absent = [key for key in keys if key not in table]
        if absent:
            raise self.problem(
                Spot(name), f"`[{name}]` is empty, expected `{absent[0]}`"
            )
        return table

    def texts(self, value: object, spot: Spot) -> tuple[str, ...]:
        """Take a text or a list of texts; neither may be empty."""
        values: list[object] = value if isinstance(value, list) else [value]
        found: list[str] = []
        for entry in values:
            if not isinstance(entry, str):
                what = f"`{spot.key}` holds {sort_of(entry)}"
                raise self.problem(spot, f"{what}, expected texts in quotes")
            if not entry.strip():
                raise self.problem(spot, f"`{spot.key}` holds an empty text")
            found.append(" ".join(entry.split()))
        if not values:
            raise self.problem(
                spot, f"`{spot.key}` is empty, expected at least one text"
            )
        texts = tuple(dict.fromkeys(found))
        for text in texts:
            if not text.isprintable():
                raise self.problem(spot, f"`{spot.key}` holds a control character")
        return texts

    def phrase(self, text: str, spot: Spot) -> str:
        """Hold a text to being a word or phrase."""
        if not any(char.isalnum() for char in text):
            raise self.problem(
                spot,
                f"`{text}` has neither letter nor digit, expected a word or phrase",
            )
        return text

    def guid(self, text: str, spot: Spot) -> str:
        """Hold a text to being the GUID of a label."""
        guid = bare_guid(text)
        if is_guid(guid):
            return guid
        raise self.problem(
            spot,
            f"`{cut(text)}` is no GUID of a label, expected 8-4-4-4-12"
            " hexadecimal digits as `Get-Label | Select-Object Guid` gives them",
        )

    def address(self, text: str, spot: Spot) -> Address:
        """Hold a text to being an address; a private domain is remarked on."""
        try:
            address = parse_address(text)
        except AddressError as problem:
            raise self.problem(spot, str(problem)) from None
        try:
            validate_email(text, check_deliverability=False)
        except EmailNotValidError as problem:
            said = " ".join(str(problem).split()).rstrip(".")
            what = f"`{cut(text)}`: {said[:1].lower()}{said[1:]}"
            if not any(part in said for part in _PRIVATE):
                raise self.problem(spot, f"{what}, expected name@domain") from None
            self.remarks.append(f"{self.place(spot)}: {what}; taken as it is")
        return address

    def domain(self, text: str, spot: Spot) -> str:
        """Hold a text to being a domain, or `*.` and one."""
        bare = text.removeprefix("*.")
        if is_domain(bare) and "@" not in text and not bare.startswith("["):
            return text[: len(text) - len(bare)] + domain_key(bare)
        raise self.problem(
            spot, f"`{cut(text)}` is no domain, expected one as in `contoso.example`"
        )

    def one(self, kind: type[_E], value: object, spot: Spot) -> _E:
        """Take one of the words of a kind."""
        known = [member.value for member in kind]
        if value in known:
            return kind(value)
        if not isinstance(value, str):
            what = f"`{spot.key}` is {sort_of(value)}"
            raise self.problem(spot, f"{what}, expected one of {listed(known)}")
        raise self.problem(
            spot,
            f"unknown value `{cut(value)}` of `{spot.key}`"
            f"{hint(value, known) or f', expected one of {listed(known)}'}",
        )

    def know(
        self, table: Mapping[str, object], known: tuple[str, ...], spot: Spot
    ) -> None:
        """Refuse keys that are not known."""
        for key in table:
            if key not in known:
                at = Spot(spot.table, spot.index, key)
                # A table of that name stands in a line of its own.
                if not spot.table and isinstance(table[key], (dict, list)):
                    at = Spot(key) if self.places.of(key) != self.places.file else at
                if spot.table and key in self.top:
                    what = f"`{key}` stands inside `[{spot.table}]`"
                    raise self.problem(at, f"{what}, expected above the first table")
                expected = hint(key, known) or f", expected {listed(known)}"
                raise self.problem(at, f"unknown key `{cut(key)}`{expected}")

    def place(self, spot: Spot) -> str:
        """Give file and line."""
        return self.places.of(spot.table, spot.index, spot.key)

    def problem(self, spot: Spot, message: str) -> PolicyError:
        """Make the error of a place."""
        return PolicyError(f"{self.place(spot)}: {message}")

    def flag(self, data: Mapping[str, object], key: str, *, default: bool) -> bool:
        """Take true or false."""
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        spot = Spot(key=key)
        raise self.problem(spot, f"`{key}` is {sort_of(value)}, expected true or false")

    def tables(
        self, data: Mapping[str, object], name: str
    ) -> list[Mapping[str, object]] | None:
        """Take the tables of `[[name]]`; None where there are none."""
        found = data.get(name)
        if found is None or found == []:
            return None
        if isinstance(found, list) and all(isinstance(row, dict) for row in found):
            return found
        raise self.problem(
            Spot(name), f"`{name}` is one table, expected rows: `[[{name}]]`"
        )


_SORTS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a table"),
)


def sort_of(value: object) -> str:
    """Name the sort of a TOML value."""
    return next(
        (name for kind, name in _SORTS if isinstance(value, kind)), "a date or time"
    )


def hint(text: str, known: tuple[str, ...] | list[str]) -> str:
    """Name the nearest of what is known, if there is one near enough."""
    folded = {name.lower(): name for name in known}
    found = difflib.get_close_matches(text.lower(), folded, 1, 0.6)
    return f", did you mean `{folded[found[0]]}`?" if found else ""


def listed(names: tuple[str, ...] | list[str]) -> str:
    """Join names, each in backticks."""
    return ", ".join(f"`{name}`" for name in names)


def cut(text: str) -> str:
    """Give a text short and printable."""
    short = text if len(text) <= 60 else text[:57] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in short)

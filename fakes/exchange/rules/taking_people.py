"""How values that rest on the directory are taken in: groups, attributes."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import RecipientKind
from fakes.exchange.rules import taking
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.values import NotJudged
from fakes.exchange.rules.values_people import (
    AttributeValues,
    Between,
    Comparison,
    GroupMembers,
    PatternValues,
)
from fakes.mail.address import Address, AddressError, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.exchange.organization import Directory, Recipient
    from fakes.exchange.rules.values import PropertyType

# exchange-rules#2.4
ATTRIBUTES = (
    "City",
    "Company",
    "Country",
    *(f"CustomAttribute{number}" for number in range(1, 16)),
    "Department",
    "DisplayName",
    "Email",
    "FaxNumber",
    "FirstName",
    "HomePhoneNumber",
    "Initials",
    "LastName",
    "Manager",
    "MobileNumber",
    "Notes",
    "Office",
    "OtherFaxNumber",
    "OtherHomePhoneNumber",
    "OtherPhoneNumber",
    "PagerNumber",
    "PhoneNumber",
    "POBox",
    "State",
    "Street",
    "Title",
    "UserLogonName",
    "ZipCode",
)
_SPELT: Mapping[str, str] = MappingProxyType({a.lower(): a for a in ATTRIBUTES})
_COMMA_INSIDE = re.compile(r"[{\[(][^}\])]*,|\\,")


def members(values: tuple[str, ...], directory: Directory | None) -> GroupMembers:
    """Find the members of groups, nested ones included; cycles end where they began.

    A group that was deleted has none (exchange-rules#v52).
    """
    addresses: set[Address] = set()
    aliases: set[Address] = set()
    gaps: list[str] = []
    waiting = list(_groups(values, directory, gaps))
    met = set(waiting)
    while waiting:
        group = waiting.pop()
        if group.members is None:
            gaps.append(f"the members of `{group.name}` were not exported")
        for name in group.members or ():
            objects = _named(name, directory)
            if not objects and (plain := _as_address(name)):
                addresses.add(plain)
            elif not objects:
                gaps.append(f"no exported recipient is called `{name}`")
            for entry in objects:
                addresses.add(entry.primary)
                aliases.update(entry.proxies)
                if entry.external:
                    addresses.add(entry.external)
                if entry.kind is RecipientKind.GROUP and entry not in met:
                    met.add(entry)
                    waiting.append(entry)
    found = frozenset(addresses)
    return GroupMembers(values, found, frozenset(aliases) - found, tuple(gaps))


def _groups(
    values: tuple[str, ...], directory: Directory | None, gaps: list[str]
) -> tuple[Recipient, ...]:
    """The groups that a rule names; `gaps` takes those that nobody knows."""
    found: list[Recipient] = []
    for value in values:
        objects = _named(value, directory)
        groups = [entry for entry in objects if entry.kind is RecipientKind.GROUP]
        found.extend(groups)
        if objects and not groups:
            gaps.append(f"`{value}` is no group")
        if not objects and not _is_deleted(value, directory):
            gaps.append(f"no exported group is called `{value}`")
    return tuple(dict.fromkeys(found))


def _is_deleted(value: str, directory: Directory | None) -> bool:
    """Whether a group is gone for sure: by its address a whole export would show it.

    Of its other names an export may hold one or another only.
    """
    is_whole = directory is not None and directory.is_whole
    return is_whole and _as_address(value) is not None


def _named(name: str, directory: Directory | None) -> tuple[Recipient, ...]:
    if directory is None:
        return ()
    address = _as_address(name)
    by_address = directory.by_address.get(address, ()) if address else ()
    return directory.by_name.get(name.lower(), ()) or by_address


def _as_address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except AddressError:
        return None


def between(
    first: tuple[str, ...], second: tuple[str, ...], directory: Directory | None
) -> PropertyType:
    """Make the two sides of BetweenMemberOf1 and BetweenMemberOf2."""
    return Between(members(first, directory), members(second, directory))


def comparison(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make the operator of ADComparisonAttribute.

    Raises:
        ValueProblem: there is no such operator.

    """
    del directory
    known = {"equal": "Equal", "notequal": "NotEqual"}
    if values[0].lower() not in known:
        message = f"`{values[0]}`, expected Equal or NotEqual"
        raise ValueProblem(message)
    return Comparison(known[values[0].lower()])


def attribute_words(
    values: tuple[str, ...], directory: Directory | None
) -> PropertyType:
    """Make words in attributes.

    Raises:
        ValueProblem: it is not `Attribute:word,word`, or Exchange takes no such word.

    """
    return AttributeValues(values, _wanted(values, directory, taking.words))


def attribute_patterns(
    values: tuple[str, ...], directory: Directory | None
) -> PropertyType:
    """Make patterns in attributes.

    Raises:
        ValueProblem: it is not `Attribute:pattern`.

    """
    if any(_COMMA_INSIDE.search(value.partition(":")[2]) for value in values):
        # The comma parts patterns, and nobody says how one inside a pattern is kept.
        return NotJudged(values, "a pattern with a comma inside")
    return PatternValues(values, _wanted(values, directory, taking.patterns))


def _wanted(
    values: tuple[str, ...],
    directory: Directory | None,
    build: Callable[[tuple[str, ...], Directory | None], PropertyType],
) -> tuple[tuple[str, PropertyType], ...]:
    found = []
    for value in values:
        name, colon, rest = value.partition(":")
        spelt = _SPELT.get(name.strip().lower())
        if not colon or spelt is None:
            message = f"`{value}`, expected an attribute as in `City:New Orleans`"
            raise ValueProblem(message)
        words = tuple(word.strip() for word in rest.split(","))
        found.append((spelt, build(words, directory)))
    return tuple(found)

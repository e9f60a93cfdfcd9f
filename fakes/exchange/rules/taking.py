"""How the values of a condition are taken in: checked as Exchange would, and typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules import parts
from fakes.exchange.rules.dotnet_tree import Dialect
from fakes.exchange.rules.patterns import pattern
from fakes.exchange.rules.predicate import ValueProblem
from fakes.exchange.rules.values import (
    Domains,
    NotJudged,
    Patterns,
    PropertyType,
    Recipients,
    Scope,
    Words,
)
from fakes.exchange.rules.words import word
from fakes.mail.address import Address, AddressError, is_domain, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.exchange.organization import Directory

MAX_WORD = 128


def words(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make Words.

    Raises:
        ValueProblem: a blank at an end, or more than 128 characters (v12, v13).

    """
    del directory
    for value in values:
        if not value:
            message = "an empty word"
            raise ValueProblem(message)
        if value != value.strip():
            message = f"the word `{value}` begins or ends with a blank"
            raise ValueProblem(message)
        # exchange-rules#R-02: 128 characters a value.
        if len(value) > MAX_WORD:
            message = f"a word of {len(value)} characters, at most {MAX_WORD}"
            raise ValueProblem(message)
    return Words(tuple(word(value) for value in values))


def patterns(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make Patterns; one that is not judged stays in, by name."""
    del directory
    return Patterns(tuple(pattern(value) for value in values))


def legacy(predicate: str, value: PropertyType) -> PropertyType:
    """Read patterns in the dialect of 2010; what holds none stays as it is."""
    if isinstance(value, Patterns):
        return Patterns(tuple(pattern(p.text, Dialect.LEGACY) for p in value.patterns))
    if predicate.endswith("Patterns"):
        return NotJudged(value.operands, "patterns of 2010 in attributes")
    return value


def domains(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make Domains.

    Raises:
        ValueProblem: the text is no domain (exchange-rules#v32).

    """
    del directory
    for value in values:
        if not value.isascii() or not is_domain(value) or value.startswith("*"):
            message = (
                f"`{value}` is no domain; subdomains are covered without a pattern"
            )
            raise ValueProblem(message)
    return Domains(values)


def scope(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make a scope; the partner scopes of servers are not judged.

    Raises:
        ValueProblem: Exchange knows no such scope.

    """
    del directory
    value = values[0]
    known = {"inorganization": parts.INSIDE, "notinorganization": parts.OUTSIDE}
    if value.lower() in known:
        return Scope(known[value.lower()])
    if value.lower() in {"externalpartner", "externalnonpartner"}:
        return NotJudged(values, "who is a partner is not known")
    message = f"unknown scope `{value}`, expected InOrganization or NotInOrganization"
    raise ValueProblem(message)


def recipients(values: tuple[str, ...], directory: Directory | None) -> Recipients:
    """Resolve the recipients that a rule names to primary addresses.

    exchange-rules#2.4: name, alias, distinguished name, address or GUID.
    """
    found: set[Address] = set()
    unresolved: list[str] = []
    for value in values:
        known = _known(value, directory)
        if known is None:
            unresolved.append(value)
        else:
            found.update(known)
    return Recipients(values, frozenset(found), tuple(unresolved))


def _known(value: str, directory: Directory | None) -> set[Address] | None:
    if directory:
        objects = directory.by_name.get(value.lower(), ())
        if objects:
            return {entry.primary for entry in objects}
    try:
        address = parse_address(value)
    except AddressError:
        return None
    objects = directory.by_address.get(address, ()) if directory else ()
    return {entry.primary for entry in objects} or {address}


def not_judged(why: str) -> Callable[[tuple[str, ...], Directory | None], NotJudged]:
    """Give the builder of a condition that we do not judge, and why."""

    def build(values: tuple[str, ...], directory: Directory | None) -> NotJudged:
        del directory
        return NotJudged(values, why)

    return build

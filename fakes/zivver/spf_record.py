"""The grammar of an SPF record: text in, a checked value out (RFC 7208 4.5 to 7.1).

A record is read whole before anything of it is evaluated: an error in its last
term is an error, whatever its first term would match (RFC 7208 4.6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import assert_never

IpNetwork = IPv4Network | IPv6Network

VERSION = "v=spf1"

# RFC 7208 7.1: macro-expand, macro-literal, and domain-spec made of them. `c`, `r`
# and `t` belong to explanations only.
_MACRO = r"%(?:\{[slodiphv](?:0*[1-9][0-9]*)?r?[.\-+,/_=]*\}|[%_\-])"
_ANY_MACRO = r"%(?:\{[slodiphvcrt](?:0*[1-9][0-9]*)?r?[.\-+,/_=]*\}|[%_\-])"
_LITERAL = r"[\x21-\x24\x26-\x7e]"
_TOP_LABEL = r"(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9\-]*[a-z0-9])"
_DOMAIN_SPEC = re.compile(
    rf"(?:{_MACRO}|{_LITERAL})*(?:\.{_TOP_LABEL}\.?|{_MACRO})", re.IGNORECASE
)
_MACRO_STRING = re.compile(rf"(?:{_ANY_MACRO}|{_LITERAL})*", re.IGNORECASE)
_EXPLAIN_STRING = re.compile(rf"(?:{_ANY_MACRO}|{_LITERAL}| )*", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9\-_.]*)=(.*)", re.IGNORECASE)
_DIRECTIVE = re.compile(
    r"([+\-?~]?)(all|include|a|mx|ptr|ip4|ip6|exists)((?:[:/].*)?)", re.IGNORECASE
)
_DUAL_CIDR = re.compile(r"(.*?)(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?")
_CIDR = re.compile(r"(.*?)(?:/(0|[1-9][0-9]{0,2}))?")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class SpfSyntaxError(ValueError):
    """The record is not what RFC 7208 allows; the message says where."""


class Mechanism(StrEnum):
    """The mechanisms of RFC 7208 5."""

    ALL = "all"
    INCLUDE = "include"
    A = "a"
    MX = "mx"
    PTR = "ptr"
    IP4 = "ip4"
    IP6 = "ip6"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Directive:
    """One mechanism with its qualifier; `text` is the term as written."""

    qualifier: str
    mechanism: Mechanism
    text: str
    domain_spec: str | None = None
    network: IpNetwork | None = None
    prefix4: int = 32
    prefix6: int = 128


@dataclass(frozen=True, slots=True)
class Record:
    """The directives in order, and the two modifiers that RFC 7208 6 defines."""

    directives: tuple[Directive, ...]
    redirect: str | None = None
    explanation: str | None = None


def is_spf(text: str) -> bool:
    """Say whether a TXT record is an SPF record (RFC 7208 4.5)."""
    head, _, _ = text.partition(" ")
    return head.lower() == VERSION


def is_explanation(text: str) -> bool:
    """Say whether a text is words and macros, as an explanation is (RFC 7208 6.2)."""
    return _EXPLAIN_STRING.fullmatch(text) is not None


# The same few records are asked for mail after mail: to read one takes longer than to
# evaluate it.
@lru_cache(maxsize=1024)
def parse_record(text: str) -> Record:
    """Read `version *(1*SP (directive / modifier)) *SP` (RFC 7208 4.6.1).

    Raises:
        SpfSyntaxError: a term is malformed, or a modifier stands twice.

    """
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in text[len(VERSION) :].split(" "):
        if not term:
            continue
        if not _VISIBLE.fullmatch(term):
            raise SpfSyntaxError(f"`{term!a}` is not visible ASCII")
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            _add_modifier(modifiers, modifier[1].lower(), modifier[2])
        else:
            directives.append(_directive(term))
    return Record(tuple(directives), modifiers.get("redirect"), modifiers.get("exp"))


def _add_modifier(modifiers: dict[str, str], name: str, value: str) -> None:
    if name in {"redirect", "exp"}:
        # RFC 7208 6: each of the two at most once.
        if name in modifiers:
            raise SpfSyntaxError(f"`{name}=` stands twice")
        _demand_domain_spec(f"{name}=", value)
        modifiers[name] = value
    elif not _MACRO_STRING.fullmatch(value):
        raise SpfSyntaxError(f"`{name}={value}` holds a malformed macro")


def _directive(term: str) -> Directive:
    match = _DIRECTIVE.fullmatch(term)
    if not match:
        raise SpfSyntaxError(f"`{term}` is no mechanism")
    qualifier = match[1] or "+"
    mechanism = Mechanism(match[2].lower())
    rest = match[3]
    match mechanism:
        case Mechanism.ALL:
            if rest:
                raise SpfSyntaxError(f"`{term}`: `all` takes no argument")
            return Directive(qualifier, mechanism, term)
        case Mechanism.IP4 | Mechanism.IP6:
            network = _network(mechanism, term, rest)
            return Directive(qualifier, mechanism, term, network=network)
        case Mechanism.A | Mechanism.MX:
            return _host_directive(qualifier, mechanism, term, rest)
        case Mechanism.INCLUDE | Mechanism.EXISTS | Mechanism.PTR:
            if rest or mechanism is not Mechanism.PTR:
                _demand_domain_spec(term, rest[1:] if rest[:1] == ":" else "")
            return Directive(qualifier, mechanism, term, rest[1:] or None)
        case _:
            assert_never(mechanism)


def _host_directive(
    qualifier: str, mechanism: Mechanism, term: str, rest: str
) -> Directive:
    match = _DUAL_CIDR.fullmatch(rest)
    target, four, six = match.groups() if match else (rest, None, None)
    if target:
        _demand_domain_spec(term, target[1:] if target[:1] == ":" else "")
    prefix4 = int(four) if four else 32
    prefix6 = int(six) if six else 128
    if prefix4 > 32 or prefix6 > 128:
        raise SpfSyntaxError(f"`{term}`: the prefix is longer than an address")
    return Directive(
        qualifier,
        mechanism,
        term,
        target[1:] or None,
        prefix4=prefix4,
        prefix6=prefix6,
    )


def _network(mechanism: Mechanism, term: str, rest: str) -> IpNetwork:
    match = _CIDR.fullmatch(rest[1:])
    address, prefix = match.groups() if match else ("", None)
    kind = IPv4Network if mechanism is Mechanism.IP4 else IPv6Network
    longest = 32 if mechanism is Mechanism.IP4 else 128
    try:
        if rest[:1] != ":" or "%" in address or "/" in address:
            raise SpfSyntaxError(f"`{term}` names no network")
        return kind((address, int(prefix) if prefix else longest), strict=False)
    except ValueError:
        raise SpfSyntaxError(f"`{term}` names no network") from None


def _demand_domain_spec(term: str, text: str) -> None:
    if not _DOMAIN_SPEC.fullmatch(text):
        raise SpfSyntaxError(f"`{term}` names no domain")

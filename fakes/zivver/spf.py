"""SPF as RFC 7208 has it, on DNS that is passed in.

`check_host` gives the seven results of the RFC, and an eighth of ours: UNKNOWN,
when a name that is needed is not in the zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import quote

from fakes.mail.address import Address, domain_key, is_within
from fakes.mail.session import IpAddress
from fakes.trace import Answer, Detail
from fakes.zivver.spf_record import (
    Directive,
    Mechanism,
    Record,
    SpfSyntaxError,
    is_explanation,
    is_spf,
    parse_record,
)
from fakes.zone import Status, Zone, look_up

# RFC 7208 4.6.4: terms that ask DNS, answers without data, names per mx and ptr.
MAX_TERMS = 10
MAX_VOID = 2
MAX_NAMES = 10

_MAX_DOMAIN = 253
_MACRO = re.compile(r"%(?:\{([a-zA-Z])([0-9]*)(r?)([^}]*)\}|([%_\-]))", re.IGNORECASE)
_ESCAPES = MappingProxyType({"%": "%", "_": " ", "-": "%20"})


class Spf(StrEnum):
    """The results of RFC 7208 2.6; `UNKNOWN` is ours."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105  a result, not a secret
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"
    UNKNOWN = "unknown"


_QUALIFIERS = MappingProxyType(
    {"+": Spf.PASS, "-": Spf.FAIL, "~": Spf.SOFTFAIL, "?": Spf.NEUTRAL}
)


@dataclass(frozen=True, slots=True)
class SpfResult:
    """The result, the reason for the operator, and the terms that were tried.

    `explanation` is what the domain itself has to say of a fail (RFC 7208 6.2).
    """

    result: Spf
    why: str
    trace: tuple[Detail, ...] = ()
    explanation: str | None = None


def check_host(
    zone: Zone,
    *,
    ip: IpAddress,
    domain: str,
    sender: Address | None,
    helo: str,
    receiver: str = "unknown",
    at: datetime | None = None,
) -> SpfResult:
    """Evaluate SPF (RFC 7208 4). A `sender` of None is the null reverse-path.

    For it the identity is `postmaster@` the HELO name (RFC 7208 2.4), and `domain`
    is what `identity_domain` gives. `receiver` (who checks) and `at` (an aware time)
    may stand in the explanation of a fail; without `at`, one that tells the time is
    left out.
    """
    client = _unmapped(ip)
    query = _Query(zone, client, sender, helo, receiver, at, str(client))
    try:
        result, why = _check(query, domain_key(domain))
    except _Ended as ended:
        result, why = ended.result, ended.why
    trace = tuple(query.trace)
    explanation = _explanation(query) if result is Spf.FAIL else None
    return SpfResult(result, why, trace, explanation)


def identity_domain(sender: Address | None, helo: str) -> str:
    """Give the domain whose SPF record counts (RFC 7208 2.4)."""
    return sender.domain_key if sender else domain_key(helo)


@dataclass(slots=True)
class _Query:
    """One evaluation: what it is asked of, and how much it has asked so far.

    `shown` is the address as text, which every step of the trace holds.
    """

    zone: Zone
    ip: IpAddress
    sender: Address | None
    helo: str
    receiver: str
    at: datetime | None
    shown: str
    terms: int = 0
    voids: int = 0
    decided: tuple[str, Record] | None = None
    trace: list[Detail] = field(default_factory=list)

    @property
    def address_type(self) -> str:
        return "A" if isinstance(self.ip, IPv4Address) else "AAAA"

    @property
    def local(self) -> str:
        return self.sender.local if self.sender else "postmaster"

    @property
    def sender_domain(self) -> str:
        return identity_domain(self.sender, self.helo)


class _Ended(Exception):  # noqa: N818  the way out of nested records, not an error
    def __init__(self, result: Spf, why: str) -> None:
        super().__init__(why)
        self.result = result
        self.why = why


def _check(query: _Query, domain: str) -> tuple[Spf, str]:
    # RFC 7208 4.3: a malformed or single-label domain has no policy.
    if not _is_queryable(domain) or "." not in domain:
        return Spf.NONE, f"`{domain}` is no domain that could have an SPF record"
    text = _record_text(query, domain)
    if text is None:
        return Spf.NONE, f"{domain} has no SPF record"
    try:
        record = parse_record(text)
    except SpfSyntaxError as error:
        _end(Spf.PERMERROR, f"the SPF record of {domain} is malformed: {error}")
    return _evaluate(query, domain, record)


def _record_text(query: _Query, domain: str) -> str | None:
    answer = look_up(query.zone, domain, "TXT")
    if answer.status is Status.UNKNOWN:
        _end(Spf.UNKNOWN, f"what DNS holds for TXT of {domain} was not given")
    if answer.status is Status.FAILED:
        _end(Spf.TEMPERROR, f"DNS fails for TXT of {domain}")
    found = [text for text in answer.records if is_spf(text)]
    if len(found) > 1:
        _end(Spf.PERMERROR, f"{domain} has {len(found)} SPF records, one is allowed")
    return found[0] if found else None


def _evaluate(query: _Query, domain: str, record: Record) -> tuple[Spf, str]:
    for directive in record.directives:
        is_match = _matches(query, domain, directive)
        answer = Answer.YES if is_match else Answer.NO
        detail = Detail(directive.text, answer, found=(query.shown,), why=domain)
        query.trace.append(detail)
        if is_match:
            query.decided = (domain, record)
            result = _QUALIFIERS[directive.qualifier]
            return result, f"`{directive.text}` of {domain} matches {query.shown}"
    if record.redirect is None:
        return Spf.NEUTRAL, f"no mechanism of {domain} matches {query.shown}"
    _count_term(query, f"redirect={record.redirect}", domain)
    target = _expand(query, domain, record.redirect)
    result, why = _check(query, target)
    if result is Spf.NONE:
        # RFC 7208 6.1
        _end(Spf.PERMERROR, f"{domain} redirects to {target}, and {why}")
    return result, why


def _matches(query: _Query, domain: str, directive: Directive) -> bool:
    match directive.mechanism:
        case Mechanism.ALL:
            return True
        case Mechanism.IP4 | Mechanism.IP6:
            return directive.network is not None and query.ip in directive.network
        case _:
            _count_term(query, directive.text, domain)
            spec = directive.domain_spec
            target = domain if spec is None else _expand(query, domain, spec)
            return _asks_dns(query, directive, target)


def _asks_dns(query: _Query, directive: Directive, target: str) -> bool:
    match directive.mechanism:
        case Mechanism.INCLUDE:
            return _include(query, directive, target)
        case Mechanism.A:
            return _is_covered(query, directive, _addresses(query, target))
        case Mechanism.MX:
            hosts = _ask(query, target, "MX")
            if len(hosts) > MAX_NAMES:
                _end(Spf.PERMERROR, f"{target} has more than {MAX_NAMES} MX records")
            # RFC 7208 5.4: an address look-up on each name, then the comparison.
            found = [_addresses(query, host.rpartition(" ")[2]) for host in hosts]
            return any(_is_covered(query, directive, each) for each in found)
        case Mechanism.PTR:
            names = _validated_names(query, target)
            return any(is_within(domain_key(name), target) for name in names)
        case Mechanism.EXISTS:
            # RFC 7208 5.7: an A look-up, whatever the client's address family.
            return bool(_ask(query, target, "A"))
        case _:  # pragma: no cover  `_matches` has answered for `all`, ip4 and ip6
            raise AssertionError(directive)


def _include(query: _Query, directive: Directive, target: str) -> bool:
    # RFC 7208 5.2: only pass matches; no policy at all is an error.
    result, why = _check(query, target)
    if result is Spf.NONE:
        _end(Spf.PERMERROR, f"`{directive.text}`: {why}")
    return result is Spf.PASS


def _is_covered(
    query: _Query, directive: Directive, addresses: tuple[IpAddress, ...]
) -> bool:
    is_four = isinstance(query.ip, IPv4Address)
    prefix = directive.prefix4 if is_four else directive.prefix6
    return any(
        query.ip in ip_network((address, prefix), strict=False) for address in addresses
    )


def _addresses(query: _Query, name: str) -> tuple[IpAddress, ...]:
    found = _ask(query, name, query.address_type)
    try:
        return tuple(ip_address(text) for text in found)
    except ValueError:
        _end(Spf.UNKNOWN, f"the given address of {name} is unreadable")


def _ask(query: _Query, name: str, rtype: str) -> tuple[str, ...]:
    # RFC 7208 4.8 leaves names that DNS cannot hold to us: nothing is there.
    if not _is_queryable(name):
        return ()
    answer = look_up(query.zone, name, rtype)
    if answer.status is Status.UNKNOWN:
        _end(Spf.UNKNOWN, f"what DNS holds for {rtype} of {name} was not given")
    if answer.status is Status.FAILED:
        _end(Spf.TEMPERROR, f"DNS fails for {rtype} of {name}")
    if answer.status is not Status.FOUND:
        query.voids += 1
        if query.voids > MAX_VOID:
            _end(
                Spf.PERMERROR,
                f"more than {MAX_VOID} look-ups without data, {name} the last",
            )
    return answer.records


def _validated_names(query: _Query, domain: str) -> tuple[str, ...]:
    """Give the client's names that point back to it (RFC 7208 5.5)."""
    try:
        names = _ask(query, query.ip.reverse_pointer, "PTR")[:MAX_NAMES]
    except _Ended as ended:
        if ended.result is not Spf.TEMPERROR:
            raise
        return ()
    valid = []
    for name in names:
        try:
            if query.ip in _addresses(query, name):
                valid.append(name.removesuffix("."))
        except _Ended as ended:
            if ended.result is not Spf.TEMPERROR:
                raise
    # RFC 7208 7.3: the domain itself is preferred, then what is below it.
    valid.sort(key=lambda name: _distance(domain_key(name), domain))
    return tuple(valid)


def _distance(name: str, domain: str) -> int:
    if name == domain:
        return 0
    return 1 if is_within(name, domain) else 2


def _count_term(query: _Query, term: str, domain: str) -> None:
    query.terms += 1
    if query.terms > MAX_TERMS:
        _end(
            Spf.PERMERROR,
            f"more than {MAX_TERMS} terms that ask DNS, `{term}` of {domain} the last",
        )


def _explanation(query: _Query) -> str | None:
    """Read what a domain says of its fail; any trouble means nothing (RFC 7208 6.2)."""
    domain, record = query.decided or ("", Record(()))
    if record.explanation is None:
        return None
    name = _expand(query, domain, record.explanation)
    answer = look_up(query.zone, name, "TXT") if _is_queryable(name) else None
    if answer is None or len(answer.records) != 1:
        return None
    (text,) = answer.records
    tells_time = any((macro[1] or "").lower() == "t" for macro in _MACRO.finditer(text))
    if not text.isascii() or not is_explanation(text) or (tells_time and not query.at):
        return None
    return _expanded(query, domain, text)


def _expanded(query: _Query, domain: str, text: str) -> str:
    return _MACRO.sub(lambda macro: _macro(query, domain, macro), text)


def _expand(query: _Query, domain: str, spec: str) -> str:
    """Expand the macros of a domain-spec (RFC 7208 7.3)."""
    name = domain_key(_expanded(query, domain, spec))
    while len(name) > _MAX_DOMAIN and "." in name:
        name = name.partition(".")[2]
    return name


def _macro(query: _Query, domain: str, macro: re.Match[str]) -> str:
    letter, digits, is_reversed, delimiters, escape = macro.groups()
    if escape:
        return _ESCAPES[escape]
    parts = re.split(f"[{re.escape(delimiters or '.')}]", _value(query, domain, letter))
    if is_reversed:
        parts.reverse()
    if digits:
        parts = parts[-int(digits) :]
    joined = ".".join(parts)
    return quote(joined, safe="") if letter.isupper() else joined


def _value(query: _Query, domain: str, letter: str) -> str:
    return _VALUES[letter.lower()](query, domain)


def _one_name(query: _Query, domain: str) -> str:
    names = _validated_names(query, domain)
    return names[0] if names else "unknown"


def _dotted(ip: IpAddress) -> str:
    if isinstance(ip, IPv4Address):
        return str(ip)
    return ".".join(ip.exploded.replace(":", ""))


# RFC 7208 7.2; the grammar keeps `c`, `r` and `t` to explanations.
_VALUES: Mapping[str, Callable[[_Query, str], str]] = MappingProxyType(
    {
        "s": lambda query, _: f"{query.local}@{query.sender_domain}",
        "l": lambda query, _: query.local,
        "o": lambda query, _: query.sender_domain,
        "d": lambda _, domain: domain,
        "i": lambda query, _: _dotted(query.ip),
        "p": _one_name,
        "v": lambda query, _: "in-addr" if query.ip.version == 4 else "ip6",
        "h": lambda query, _: query.helo,
        "c": lambda query, _: query.shown,
        "r": lambda query, _: query.receiver,
        "t": lambda query, _: f"{query.at.timestamp():.0f}" if query.at else "",
    }
)


def _is_queryable(name: str) -> bool:
    labels = name.removesuffix(".").split(".")
    return all(0 < len(label) <= 63 for label in labels) and len(name) <= _MAX_DOMAIN


def _unmapped(ip: IpAddress) -> IpAddress:
    # RFC 7208 5: an IPv4-mapped address is its IPv4 address.
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return ip.ipv4_mapped
    return ip


def _end(result: Spf, why: str) -> NoReturn:
    raise _Ended(result, why)

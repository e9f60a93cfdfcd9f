"""Property types: the values of conditions, which own the comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fakes.exchange.rules.patterns import Pattern, as_observed, is_found
from fakes.exchange.rules.verdict import Verdict, any_of, verdict_of
from fakes.exchange.rules.words import Word, occurs, open_readings, stands
from fakes.mail.address import (
    Address,
    AddressError,
    domain_key,
    is_within,
    parse_address,
)

if TYPE_CHECKING:
    from fakes.exchange.readings import Readings


@dataclass(frozen=True, slots=True)
class Seen:
    """What a part of the mail holds; `missing` says why it cannot be told."""

    texts: tuple[str, ...]
    missing: str = ""
    others: tuple[str, ...] = ()


class PropertyType(Protocol):
    """The value of a condition."""

    @property
    def operands(self) -> tuple[str, ...]:
        """What the rule looks for, as typed."""
        ...

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare with what was seen."""
        ...

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Name the readings that could change the verdict."""
        ...

    def why_unknown(self, seen: Seen, /) -> str:
        """Say why the verdict is UNKNOWN, empty if it is not the value's doing."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """`Word[]`: any of the words (exchange-rules#2.1)."""

    words: tuple[Word, ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The words."""
        return tuple(entry.text for entry in self.words)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Look for each word in each text."""
        texts = seen.texts
        if readings.html_words == "text-and-source":
            texts += seen.others
        found = any(occurs(w, text, readings) for text in texts for w in self.words)
        if not found and seen.missing:
            return Verdict.UNKNOWN
        return verdict_of(found)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Only where the letters of a word stand can a reading matter."""
        names: set[str] = set()
        for text in seen.texts:
            for entry in self.words:
                names.update(open_readings(entry, text))
        for text in seen.others:
            for entry in self.words:
                if stands(entry, text):
                    names.update(open_readings(entry, text), {"html_words"})
        return tuple(sorted(names))

    def why_unknown(self, seen: Seen, /) -> str:
        """Words are always judged on what can be seen."""
        return seen.missing


@dataclass(frozen=True, slots=True)
class Patterns:
    """`Pattern[]`: any of the patterns, searched anywhere (exchange-rules#2.2).

    `is_online` where Exchange Online searches: its dialect is an open question (R-10).
    """

    patterns: tuple[Pattern, ...]
    is_online: bool = False

    @property
    def operands(self) -> tuple[str, ...]:
        """The patterns."""
        return tuple(entry.text for entry in self.patterns)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Search each pattern in each text."""
        patterns = self.patterns
        if self.is_online and readings.online_patterns == "as-observed":
            patterns = tuple(map(as_observed, patterns))
        verdicts = [
            Verdict.UNKNOWN if found is None else verdict_of(found)
            for text in seen.texts
            for found in (is_found(entry, text) for entry in patterns)
        ]
        if seen.missing:
            verdicts.append(Verdict.UNKNOWN)
        return any_of(verdicts)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Only where a pattern has what Online was seen to take otherwise."""
        del seen
        if self.is_online and any(as_observed(p) != p for p in self.patterns):
            return ("online_patterns",)
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Name the first pattern that is not judged."""
        problems = (f"{p.text}: {p.problem}" for p in self.patterns if p.problem)
        return next(problems, seen.missing or "the search took too long")


@dataclass(frozen=True, slots=True)
class Recipients:
    """`RecipientIdParameter[]`: primary addresses only (exchange-rules#2.4).

    `unresolved` are names that no exported object carries.
    """

    ids: tuple[str, ...]
    addresses: frozenset[Address]
    unresolved: tuple[str, ...] = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """The recipients as the rule names them."""
        return self.ids

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare addresses; a name that nobody knows could be anybody."""
        del readings
        if any(_address(text) in self.addresses for text in seen.texts):
            return Verdict.MATCH
        if seen.missing or (self.unresolved and seen.texts):
            return Verdict.UNKNOWN
        return Verdict.NO_MATCH

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Addresses leave no open question."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Name the recipients that were not exported."""
        if self.unresolved:
            names = ", ".join(f"`{name}`" for name in self.unresolved)
            return f"no exported recipient is called {names}"
        return seen.missing


@dataclass(frozen=True, slots=True)
class Domains:
    """`DomainName`: the domain and every subdomain (exchange-rules#v30, v31)."""

    domains: tuple[str, ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The domains."""
        return self.domains

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare folded domains."""
        del readings
        found = any(
            is_within(domain_key(text), domain_key(domain))
            for text in seen.texts
            for domain in self.domains
        )
        if not found and seen.missing:
            return Verdict.UNKNOWN
        return verdict_of(found)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Domains leave no open question."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Domains are always judged on what can be seen."""
        return seen.missing


@dataclass(frozen=True, slots=True)
class Scope:
    """`FromUserScope` and `ToUserScope` (exchange-rules#3.3)."""

    scope: str

    @property
    def operands(self) -> tuple[str, ...]:
        """The scope."""
        return (self.scope,)

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Compare with the scope that was found; the two are each other's negation."""
        del readings
        if seen.missing:
            return Verdict.UNKNOWN
        return verdict_of(self.scope in seen.texts)

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """What is open is open in the part, not in the comparison."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Scopes are always judged on what can be seen."""
        return seen.missing


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A condition that we do not judge: always UNKNOWN, and why."""

    values: tuple[str, ...]
    why: str

    @property
    def operands(self) -> tuple[str, ...]:
        """The values as typed."""
        return self.values

    def matches(self, seen: Seen, readings: Readings, /) -> Verdict:
        """Never guess."""
        del seen, readings
        return Verdict.UNKNOWN

    def open_readings(self, seen: Seen, /) -> tuple[str, ...]:
        """Nothing is known, so nothing is open."""
        del seen
        return ()

    def why_unknown(self, seen: Seen, /) -> str:
        """Say why."""
        del seen
        return self.why


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except AddressError:
        return None

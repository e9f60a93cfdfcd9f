"""Patterns: .NET's regular expressions, searched as .NET would.

What cannot be said in another engine's words is UNKNOWN, never something near
(exchange-rules#2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from fakes.exchange.rules import dotnet_case as case
from fakes.exchange.rules.dotnet_syntax import parse, parse_observed
from fakes.exchange.rules.dotnet_translate import Translation, translate
from fakes.exchange.rules.dotnet_tree import Dialect, NotTranslated, PatternRefused
from fakes.exchange.rules.legacy_syntax import parse_legacy

if TYPE_CHECKING:
    from fakes.exchange.rules.dotnet_tree import Node

TIMEOUT_SECONDS = 1.0


_PARSERS = {
    Dialect.DOTNET: parse,
    Dialect.OBSERVED: parse_observed,
    Dialect.LEGACY: parse_legacy,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern; `problem` says why it is not judged, empty if it is.

    Where `is_refused`, Exchange itself would not take it.
    """

    text: str
    problem: str
    is_refused: bool = False
    dialect: Dialect = Dialect.DOTNET


@dataclass(frozen=True, slots=True)
class _Prepared:
    translation: Translation
    compiled: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in code units, as it is and in lower case."""

    plain: str
    lowered: str
    is_odd: bool
    has_unsettled_category: bool
    has_unsettled_kind: bool

    def can_be_told(self, translation: Translation) -> bool:
        """Say whether all of it is the same in every year's tables."""
        is_open = translation.has_categories and self.has_unsettled_category
        is_open |= translation.has_kinds and self.has_unsettled_kind
        return not (self.is_odd or is_open)


@lru_cache(maxsize=2048)
def pattern(text: str, dialect: Dialect = Dialect.DOTNET) -> Pattern:
    """Make a pattern; whether it can be judged is found once."""
    if not text:
        return Pattern(text, "an empty pattern", dialect=dialect)
    try:
        _prepared(text, dialect)
    except PatternRefused as problem:
        why = f"no regular expression to .NET: {problem}"
        return Pattern(text, why, is_refused=True, dialect=dialect)
    except NotTranslated as problem:
        return Pattern(text, str(problem), dialect=dialect)
    except regex.error as problem:
        why = f"it may mean something else in .NET ({problem})"
        return Pattern(text, why, dialect=dialect)
    return Pattern(text, "", dialect=dialect)


@lru_cache(maxsize=2048)
def as_observed(entry: Pattern) -> Pattern:
    """Give a pattern as Exchange Online was seen to take it (exchange-rules#R-10).

    The same one where that makes no difference, or where it is not judged anyway.
    """
    if entry.problem or entry.dialect is not Dialect.DOTNET:
        return entry
    text = case.units(entry.text)
    if parse(text) == parse_observed(text):
        return entry
    return pattern(entry.text, Dialect.OBSERVED)


def tree_of(entry: Pattern) -> Node | None:
    """Give the tree of a pattern; None of one that is not judged."""
    if entry.problem:
        return None
    return _PARSERS[entry.dialect](case.units(entry.text))


def is_found(
    entry: Pattern, text: str, *, timeout: float = TIMEOUT_SECONDS
) -> bool | None:
    """Search the text; None when we cannot tell.

    `timeout` is in seconds; a search that takes longer is given up and cannot be
    told, never "not found".
    """
    if entry.problem:
        return None
    found = _prepared(entry.text, entry.dialect)
    seen = _text(text)
    if not seen.can_be_told(found.translation):
        return None
    units = seen.lowered if found.translation.is_lowered else seen.plain
    try:
        return found.compiled.search(units, timeout=timeout) is not None
    except TimeoutError:
        return None


@lru_cache(maxsize=2048)
def _prepared(text: str, dialect: Dialect) -> _Prepared:
    # exchange-rules#R-09: no multi-line mode, `^` and `$` hold on the whole value
    # (field-cases#anchors); exchange-rules#2.2: not case-sensitive, unanchored.
    found = translate(_PARSERS[dialect](case.units(text)))
    return _Prepared(found, regex.compile(found.source, regex.VERSION0))


@lru_cache(maxsize=16)
def _text(text: str) -> _Text:
    plain = case.units(text)
    return _Text(
        plain,
        case.lower(plain),
        case.is_odd(plain),
        case.has_unsettled_category(plain),
        case.has_unsettled_kind(plain),
    )

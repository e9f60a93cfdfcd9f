"""Characters as .NET sees them: UTF-16 code units, their case, their categories.

.NET compares without regard to case by turning each unit of pattern and text to its
lower case, one by one. Where its tables and ours part (they are of other years), or
where two editions of .NET part, a character is odd: nobody here can tell.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from fakes.exchange.rules.dotnet_tree import Span

# Capital letters that .NET leaves alone, or adds to no class that holds them.
_ODD = (
    "0130 01A6 01C5 01C8 01CB 01F2 01F6-01F7 0220 023A-0245 037F 03CF 03F4 03F9 "
    "03FD-0400 04C0 0524-052F 10A0-10CF 13A0-13FF 1C80-1CBF 1E9E 2126 212A-212B 2132 "
    "2C00-2C2F 2C62-2C64 2C6D-2C70 2C7E-2C7F 2CEB-2CF3 A660-A661 A698-A69B A77D "
    "A78D-A7FF AB30-ABBF"
)
_OLD = unicodedata.ucd_3_2_0


def codes(ranges: str) -> frozenset[int]:
    """Give what a list of code units and ranges holds, in hex."""
    found: set[int] = set()
    for entry in ranges.split():
        first, _, last = entry.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


ODD = codes(_ODD)
# 0130 is odd by itself, and yet a range that holds it holds the letter i too.
_DOTTED = 0x0130


def units(text: str) -> str:
    """Give a text as .NET has it: characters beyond FFFF are two units."""
    if text.isascii():
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(
        chr(data[index] | data[index + 1] << 8) for index in range(0, len(data), 2)
    )


def lower(text: str) -> str:
    """Turn units to lower case one by one, as `ToLowerInvariant` does."""
    if text.isascii():
        return text.lower()
    return "".join(_lower_one(unit) for unit in text)


def is_odd(text: str) -> bool:
    """Say whether a unit stands in it whose lower case nobody can tell."""
    return not text.isascii() and any(ord(unit) in ODD for unit in text)


def has_unsettled_category(text: str) -> bool:
    """Say whether a unit has other categories in other years."""
    return not text.isascii() and any(map(_is_unsettled, frozenset(text)))


def has_unsettled_kind(text: str) -> bool:
    """Say whether a unit was no word's, digit or blank in some years, and is now."""
    return not text.isascii() and any(map(_is_unsettled_kind, frozenset(text)))


def kind_of(category: str) -> str:
    r"""Give what a category is to `\w`, `\d` and `\s`."""
    letters = "word" if category[0] == "L" else "blank" if category[0] == "Z" else ""
    return {"Mn": "word", "Pc": "word", "Nd": "digit"}.get(category, letters)


def with_lower(span: Span) -> tuple[Span, ...]:
    """Give what stands in a span and the lower case of it, as classes hold both."""
    if span.first == span.last:
        code = ord(_lower_one(chr(span.first)))
        return (Span(code, code),)
    found = {
        ord(low)
        for code, low in _lowered()
        if span.first <= code <= span.last and not span.first <= ord(low) <= span.last
    }
    return (span, *(Span(code, code) for code in sorted(found)))


def with_upper(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Add every unit whose lower case stands in one of the spans."""
    found = {
        code
        for code, low in _lowered()
        if code != _DOTTED and any(s.first <= ord(low) <= s.last for s in spans)
    }
    return (*spans, *(Span(code, code) for code in sorted(found)))


def _lower_one(unit: str) -> str:
    low = unit.lower()
    return unit if len(low) != 1 or ord(unit) in ODD else low


@lru_cache(maxsize=1)
def _lowered() -> tuple[tuple[int, str], ...]:
    pairs = ((code, _lower_one(chr(code))) for code in range(0x10000))
    return (*((code, low) for code, low in pairs if chr(code) != low), (_DOTTED, "i"))


@lru_cache(maxsize=4096)
def _is_unsettled(unit: str) -> bool:
    now = unicodedata.category(unit)
    return now == "Cn" or now != _OLD.category(unit)


@lru_cache(maxsize=4096)
def _is_unsettled_kind(unit: str) -> bool:
    now = unicodedata.category(unit)
    return now == "Cn" or kind_of(now) != kind_of(_OLD.category(unit))

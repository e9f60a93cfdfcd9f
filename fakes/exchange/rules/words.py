"""Words: whole words and phrases, never parts of words (exchange-rules#2.1)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.readings import Readings

# Letters whose upper case is ASCII although .NET's ordinal comparison keeps them
# apart: dotless i, long s.
_KEPT = frozenset("\u0131\u017f")
_CJK_FIRST = 0x2E80
_ASCII = 0x80
_READINGS = ("underscore", "word_edge", "unicode_punctuation", "cjk", "phrase_blanks")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Fold case one character to one, as .NET's ordinal comparison does.

    exchange-rules#2.1: never `casefold`, which would turn one letter into two.
    """
    if text.isascii():
        return text.upper()
    return "".join(_fold_one(char) for char in text)


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase, with its folded form."""

    text: str
    folded: str


def word(text: str) -> Word:
    """Make a word; its text is literal, an asterisk is an asterisk."""
    return Word(text, fold(text))


def occurs(entry: Word, text: str, readings: Readings) -> bool:
    """Say whether the word stands in the text with a boundary at both ends."""
    folded = fold(text)
    return any(
        _is_edge(folded, start - 1, entry.folded[0], readings)
        and _is_edge(folded, end, entry.folded[-1], readings)
        for start, end in _places(entry, folded, readings)
    )


def open_readings(entry: Word, text: str) -> tuple[str, ...]:
    """Name the readings that could matter; none if the letters do not stand there."""
    folded = fold(text)
    if entry.folded in folded:
        return _READINGS
    if " " in entry.folded and _squeeze(entry.folded) in _squeeze(folded):
        return _READINGS
    return ()


def _places(entry: Word, folded: str, readings: Readings) -> Iterator[tuple[int, int]]:
    """Find where the letters stand, boundaries left aside."""
    if readings.phrase_blanks == "flexible" and " " in entry.folded:
        yield from _phrase_places(entry.folded.split(), folded)
        return
    start = folded.find(entry.folded)
    while start >= 0:
        yield start, start + len(entry.folded)
        start = folded.find(entry.folded, start + 1)


def _phrase_places(parts: list[str], folded: str) -> Iterator[tuple[int, int]]:
    start = folded.find(parts[0])
    while start >= 0:
        end = _phrase_end(folded, start, parts)
        if end is not None:
            yield start, end
        start = folded.find(parts[0], start + 1)


def _phrase_end(folded: str, start: int, parts: list[str]) -> int | None:
    """Follow the parts of a phrase from a start on, blanks between them."""
    end = start + len(parts[0])
    for part in parts[1:]:
        after = end
        while after < len(folded) and folded[after].isspace():
            after += 1
        if after == end or not folded.startswith(part, after):
            return None
        end = after + len(part)
    return end


def _is_edge(text: str, index: int, edge: str, readings: Readings) -> bool:
    """Say whether the word may end beside the character at that index."""
    if not 0 <= index < len(text):
        return True
    if readings.word_edge == "only-letters" and not edge.isalnum():
        return True
    return _is_boundary(text[index], readings)


def _is_boundary(char: str, readings: Readings) -> bool:
    if char == "_":
        return readings.underscore == "boundary"
    if ord(char) < _ASCII:
        return not char.isalnum()
    # exchange-rules#2.1: letters and decimal digits of any script are no boundary;
    # other signs (marks and numerals such as a half sign too) nobody has tested.
    category = unicodedata.category(char)
    if category[0] == "L" or category == "Nd":
        is_cjk = ord(char) >= _CJK_FIRST and category == "Lo"
        return is_cjk and readings.cjk == "boundary"
    return readings.unicode_punctuation == "boundary"


def _fold_one(char: str) -> str:
    upper = char.upper()
    return char if len(upper) != 1 or char in _KEPT else upper


def _squeeze(text: str) -> str:
    return " ".join(text.split())

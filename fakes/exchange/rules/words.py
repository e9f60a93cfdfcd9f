"""Words: whole words and phrases, never parts of words (exchange-rules#2.1)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_case import codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.readings import Readings

# Letters that .NET's ordinal comparison keeps apart from what Unicode calls their
# upper case: dotless i, long s, final sigma, and alphabets that got case later.
_KEPT = codes(
    "00B5 0131 017F 019B 01C5 01C8 01CB 01F2 023F-0240 0252 025C 0261 0264-0266 026A "
    "026C 0282 0287 029D-029E 0345 03C2 03D0-03D1 03D5-03D6 03F0-03F1 03F3 03F5 "
    "0525-052F 10D0-10FF 13F8-13FD 1C80-1C8F 1D8E 1E9B 1FBE 2C5F 2CEC-2CF3 2D27 2D2D "
    "A661 A699-A69B A791-A7FF AB30-ABBF"
)
_CJK_FIRST = 0x2E80
_ASCII = 0x80
_READINGS = ("underscore", "word_edge", "unicode_punctuation", "cjk", "phrase_blanks")


# Few: a mail's texts and the words of a rule; a text may be a whole body.
@lru_cache(maxsize=256)
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
    """Name the readings that could matter where the letters stand, in fixed order."""
    folded = fold(text)
    exact = set(_exact_places(entry.folded, folded))
    flexible = set(_flexible_places(entry.folded, folded))
    names = {"phrase_blanks"} if exact != flexible else set()
    if exact | flexible and not (entry.folded[0] + entry.folded[-1]).isalnum():
        names.add("word_edge")
    for start, end in exact | flexible:
        for index in (start - 1, end):
            if 0 <= index < len(folded):
                names.update(_asked_of(folded[index]))
    return tuple(name for name in _READINGS if name in names)


def stands(entry: Word, text: str) -> bool:
    """Say whether the letters stand in the text under some reading."""
    folded = fold(text)
    return entry.folded in folded or any(_flexible_places(entry.folded, folded))


def pieces(folded: str) -> list[str]:
    """Cut a folded text at all that might end a word, whatever the readings.

    What is left are runs of characters of which none ever ends a word. Where a word
    stands in a text, with a boundary at both ends, its runs are runs of the text:
    within the word the same characters cut both; at an end, the text goes on with a
    boundary, which cuts, and if no boundary is needed there (exchange-rules#R-07) the
    word ends in punctuation, which cuts.
    """
    return folded.translate(_CUTS).split()


class _Cuts(dict[int, str]):
    """Each character, or a blank in the place of what might end a word."""

    def __missing__(self, code: int) -> str:
        """Look a character up once."""
        char = chr(code)
        is_kept = _is_letter(char) and not _is_cjk(char)
        self[code] = char if is_kept else " "
        return self[code]


_CUTS = _Cuts()


def _asked_of(char: str) -> tuple[str, ...]:
    """Name the reading that says whether the character ends a word beside it."""
    if char == "_":
        return ("underscore",)
    if ord(char) < _ASCII:
        return ()
    if not _is_letter(char):
        return ("unicode_punctuation",)
    return ("cjk",) if _is_cjk(char) else ()


def _places(entry: Word, folded: str, readings: Readings) -> Iterator[tuple[int, int]]:
    """Find where the letters stand, boundaries left aside."""
    if readings.phrase_blanks == "flexible":
        return _flexible_places(entry.folded, folded)
    return _exact_places(entry.folded, folded)


def _exact_places(sought: str, folded: str) -> Iterator[tuple[int, int]]:
    start = folded.find(sought)
    while start >= 0:
        yield start, start + len(sought)
        start = folded.find(sought, start + 1)


def _flexible_places(sought: str, folded: str) -> Iterator[tuple[int, int]]:
    if " " not in sought:
        yield from _exact_places(sought, folded)
        return
    parts = sought.split()
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
    if _is_letter(char):
        return _is_cjk(char) and readings.cjk == "boundary"
    return readings.unicode_punctuation == "boundary"


def _is_letter(char: str) -> bool:
    # exchange-rules#2.1: letters and decimal digits of any script are no boundary;
    # other signs (marks and numerals such as a half sign too) nobody has tested.
    category = unicodedata.category(char)
    return category[0] == "L" or category == "Nd"


def _is_cjk(char: str) -> bool:
    return ord(char) >= _CJK_FIRST and unicodedata.category(char) == "Lo"


def _fold_one(char: str) -> str:
    if ord(char) in _KEPT:
        return char
    # Some Greek letters have an upper case of two characters, and a title of one.
    found = (char.upper(), char.title(), char)
    return next(case for case in found if len(case) == 1)

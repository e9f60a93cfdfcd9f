"""Where a text that was looked for and the text that was found part company."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

# A likeness shorter than this is chance.
_MIN_COMMON = 4
_LONG = 2000


@dataclass(frozen=True, slots=True)
class Caret:
    """A place in the found text, that in the other, and what is to be said of it."""

    place: int
    within: int
    says: str


def nearest(looked_for: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, str]:
    """Pick the pair that is most alike, of all that was looked for and found."""
    pairs = [(want, text) for want in looked_for for text in found]
    if not pairs:
        return ", ".join(looked_for), ", ".join(found)
    return max(pairs, key=lambda pair: _common(*pair)[1] / max(len(pair[0]), 1))


def likeness(looked_for: tuple[str, ...], found: tuple[str, ...]) -> float:
    """Say how much of a text that was looked for is there, from 0 to 1."""
    want, text = nearest(looked_for, found)
    return _common(want, text)[1] / len(want) if want and text else 0.0


def caret(looked_for: str, found: str) -> Caret | None:
    """Point at the first character that differs, if the texts are alike at all."""
    start, length = _common(looked_for, found)
    if length < min(_MIN_COMMON, len(looked_for)):
        return None
    end = start + length
    if length == len(looked_for):
        return _at_an_edge(looked_for, found, start, end)
    want, have = _word_at(looked_for, length), _word_at(found, end)
    if want and have and want != have:
        return Caret(end, length, f"here it says {have}, not {want}")
    wanted, there = looked_for[length], found[end : end + 1] or "the end"
    return Caret(end, length, f"here stands {there}, not {wanted}")


def _at_an_edge(looked_for: str, found: str, start: int, end: int) -> Caret | None:
    """The whole text is there, so a word around it must be longer."""
    after, before = found[end : end + 1], found[start - 1 : start] if start else ""
    word = looked_for
    if after.isalnum() or after == "_":
        return Caret(
            end, len(word), f"the word goes on here: {_around(found, start, end)}"
        )
    if before.isalnum() or before == "_":
        return Caret(
            start, 0, f"{word} is the end of a word: {_around(found, start, end)}"
        )
    return None


def _around(text: str, start: int, end: int) -> str:
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[start:end]


def _common(looked_for: str, found: str) -> tuple[int, int]:
    """Find where the found text agrees longest with the beginning of the other.

    Of places that agree equally long, the one whose rest is most alike.
    """
    want, text = looked_for.lower(), found.lower()[:_LONG]
    if len(text) != len(found[:_LONG]) or len(want) != len(looked_for):
        # Lower case has another length in some languages: places would shift.
        want, text = looked_for, found[:_LONG]
    best, places = 0, [0]
    for start in range(len(text)):
        length = _prefix(want, text, start)
        if length > best:
            best, places = length, [start]
        elif length == best and best:
            places.append(start)
    if len(places) == 1:
        return places[0], best
    likeness = difflib.SequenceMatcher(b=want, autojunk=False)

    def alike(start: int) -> float:
        likeness.set_seq1(text[start : start + len(want)])
        return likeness.ratio()

    return max(places[:50], key=alike), best


def _prefix(want: str, text: str, start: int) -> int:
    length = 0
    for wanted, have in zip(want, text[start : start + len(want)], strict=False):
        if wanted != have:
            break
        length += 1
    return length


def _word_at(text: str, place: int) -> str:
    """Give the run of letters that ends at, or runs through, a place."""
    start = end = place
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[start:end]

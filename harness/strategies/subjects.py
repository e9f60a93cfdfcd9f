"""Subjects as mail clients write them: chains of answers, prefixes, emoji, encodings.

Each knows whether a person reads the word in it; what it looks like on the wire is
drawn apart, since the same subject comes in many encodings (RFC 2047).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.charset import BASE64, QP, Charset
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from harness.strategies.people import names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CHAINS = ("RE: ", "FW: ", "AW: ", "Antw: ", "WG: ", "TR: ", "Re: RE: ", "Doorst: ")
_TAGS = ("[EXTERNAL] ", "[EXT] ", "*** SPAM *** ", "Geaccepteerd: ", "Accepted: ")
_TOPICS = (
    "uitslag onderzoek",
    "afspraak morgen",
    "minutes of the meeting",
    "factuur 2026-0117",
    "verslag über Äpfel",
    "Überweisung",
    "patiënt: café-overleg",
    "offer \N{EN DASH} second version",
    "\N{PARTY POPPER} jarig",
)
_AROUND = ("", " ", ": ", " - ", "(", ")", "!", ",", ".")
# A letter before or behind makes another word of it.
_LETTERS = ("x", "ig", "heid", "on", "é")
_SHAPES: tuple[Callable[[str], str], ...] = (
    str.strip,
    str.lower,
    str.upper,
    str.capitalize,
    str.swapcase,
)
# What a person does not see, and what looks like another letter.
_HOSTILE = ("\u200b", "\u00ad", "\u2060", "\ufeff")
_TWINS = str.maketrans({"e": "\u0435", "i": "\u0456", "o": "\u043e", "a": "\u0430"})
# Those in use for Western mail, in the order in which they are tried.
_CHARSETS = ("us-ascii", "iso-8859-1", "windows-1252", "utf-8")
# Characters in an encoded word: short enough for a line in any charset (RFC 2047 2).
_USUAL = 10


@dataclass(frozen=True, slots=True)
class DrawnSubject:
    """A subject: what a person reads, whether the word is in it, the field as sent."""

    text: str
    has_word: bool
    raw: bytes


@st.composite
def subjects(draw: st.DrawFn, word: str = "", *, hostile: bool = False) -> DrawnSubject:
    """Draw a subject that has the word, all but has it, or has nothing of it.

    `hostile` adds what hides a word from a rule: zero-width characters within it,
    letters of another script, encoded words cut in the middle.
    """
    kind = draw(st.sampled_from(_kinds(word, hostile=hostile)))
    text, has_word = draw(_KINDS[kind](word))
    chain = "".join(draw(st.lists(_without_word(_CHAINS, word), max_size=2)))
    tag = draw(_without_word(("", "", *_TAGS), word))
    whole = f"{chain}{tag}{text}"
    return DrawnSubject(whole, has_word, draw(fields(whole, is_cut=hostile)))


def _kinds(word: str, *, hostile: bool) -> tuple[str, ...]:
    if not word:
        return ("none",)
    return ("has", "has", "near", "none", *(("hidden", "twin") if hostile else ()))


def _without_word(texts: Sequence[str], word: str) -> st.SearchStrategy[str]:
    """Draw one of the texts that have nothing of the word."""
    return st.sampled_from([text for text in texts if not _in(word, text)])


@st.composite
def _topics(draw: st.DrawFn, word: str) -> str:
    topic = draw(_without_word(_TOPICS, word))
    if not draw(st.booleans()):
        return topic
    return f"{topic} {draw(names().map(lambda n: n if not _in(word, n) else ''))}"


def _in(word: str, text: str) -> bool:
    return bool(word) and word.casefold() in text.casefold()


@st.composite
def _with_word(draw: st.DrawFn, word: str) -> tuple[str, bool]:
    shaped = draw(st.sampled_from(_SHAPES))(word)
    before, after = draw(st.sampled_from(_AROUND)), draw(st.sampled_from(_AROUND))
    first, last = draw(_topics(word)), draw(st.one_of(st.just(""), _topics(word)))
    placed = f"{before}{shaped}{after}"
    texts = (f"{placed} {first}", f"{first} {placed} {last}".strip())
    return draw(st.sampled_from(texts)), True


@st.composite
def _near(draw: st.DrawFn, word: str) -> tuple[str, bool]:
    """Another word: with a letter more where the word ends in one, or one less."""
    letter = draw(st.sampled_from(_LETTERS))
    first = next((n for n, char in enumerate(word) if char.isalnum()), 0)
    others = [word[:first] + word[first + 1 :]]
    if word[-1].isalnum():
        others.append(f"{word}{letter}")
    if word[0].isalnum():
        others.append(f"{letter}{word}")
    other = draw(st.sampled_from(others))
    return f"{other} {draw(_topics(word))}".strip(), False


@st.composite
def _without(draw: st.DrawFn, word: str) -> tuple[str, bool]:
    return draw(_topics(word)), False


@st.composite
def _hidden(draw: st.DrawFn, word: str) -> tuple[str, bool]:
    """A person reads the word; a rule that compares characters does not."""
    place = draw(st.integers(1, max(1, len(word) - 1)))
    sign = draw(st.sampled_from(_HOSTILE))
    return f"{word[:place]}{sign}{word[place:]} {draw(_topics(word))}", True


@st.composite
def _twin(draw: st.DrawFn, word: str) -> tuple[str, bool]:
    """Letters of another script: another word, whatever it looks like."""
    other = word.translate(_TWINS)
    return f"{other} {draw(_topics(word))}", other == word


_KINDS = {
    "has": _with_word,
    "near": _near,
    "none": _without,
    "hidden": _hidden,
    "twin": _twin,
}


@st.composite
def fields(draw: st.DrawFn, text: str, *, is_cut: bool = False) -> bytes:
    """Draw the `Subject` field of a text: charset, B or Q, and where it is cut."""
    charset = draw(st.sampled_from([name for name in _CHARSETS if _fits(text, name)]))
    if charset == "us-ascii" and draw(st.integers(0, 3)) < 3:
        return f"Subject: {text}\r\n".encode()
    writer = Charset(charset)
    writer.header_encoding = draw(st.sampled_from((BASE64, QP)))
    size = draw(st.integers(1, _USUAL)) if is_cut else _USUAL
    parts = [text[n : n + size] for n in range(0, len(text), size)] or [""]
    words = (writer.header_encode(part).encode() for part in parts)
    return b"Subject: " + b"\r\n ".join(words) + b"\r\n"


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True

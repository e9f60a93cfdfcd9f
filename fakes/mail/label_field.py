"""One raw header field for a label's text, in the encodings and folds of real mail.

Bytes are written here by hand, because the email package encodes or re-folds long
values on its own account (msip-labels#2.5).
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from string import ascii_letters, digits
from types import MappingProxyType
from typing import Final
from unicodedata import category

FIELD_NAME: Final = "msip_labels"

_CUT: Final = re.compile(r"(?<! )(?= +[^ ])")
_TOKEN: Final = re.compile(r"[!-9;-~]+")
# RFC 5322, 2.1.1: a line must not, and should not, be longer.
_MUST_WIDTH: Final = 998
_SHOULD_WIDTH: Final = 78
# RFC 2047, 2: the longest encoded word.
_WORD_WIDTH: Final = 75
_Q_PLAIN: Final = frozenset(f"{ascii_letters}{digits}!*+-/;.,:".encode("ascii"))


class Encoding(StrEnum):
    """How the characters of the value reach the wire (msip-labels#1.5)."""

    PLAIN = "plain"
    UTF_8 = "utf-8"
    UTF_8_LAST_WORD_Q = "utf-8, last word Q"
    ISO_2022_JP = "iso-2022-jp"
    QUESTION_MARK = "question mark"
    SIGN_EXTENDED = "sign-extended"


class Folding(StrEnum):
    """Where the field is cut into lines (msip-labels#1.4).

    Encoded words stand one a line; for them only the `AFTER_COLON` forms differ.
    An empty value has a blank after the colon, or none in the `AFTER_COLON` forms.
    """

    ONE_LINE = "one line"
    AFTER_COLON = "after colon"
    AFTER_EACH_SEMICOLON = "after each semicolon"
    AT_BLANKS = "at blanks"
    AT_BLANKS_AND_COLON = "at blanks and colon"


def write_field(
    value: str,
    *,
    encoding: Encoding = Encoding.PLAIN,
    folding: Folding = Folding.ONE_LINE,
    name: str = FIELD_NAME,
) -> bytes:
    """Write any text as one raw header field, no line over 998 octets if blanks allow.

    Raises ValueError for text that the encoding has no form for, for control
    characters, and for a field name that is none.
    """
    if _TOKEN.fullmatch(name) is None:
        msg = f"`{name!a}` is no name of a header field"
        raise ValueError(msg)
    if any(category(c) in {"Cc", "Cs"} for c in value):
        msg = "the value holds a control character or half a character"
        raise ValueError(msg)
    text = _MISTAKES.get(encoding, str)(value)
    write_words = _WORDS.get(encoding)
    # msip-labels#1.5: sign-extended text is encoded only if anything was extended.
    if not text or (encoding is Encoding.SIGN_EXTENDED and text.isascii()):
        write_words = None
    if write_words is not None:
        start = f"{name}:" if folding in _EMPTY_FIRST_LINE else f"{name}: "
        lines: Iterable[str] = _stack(start, write_words(text))
    elif text.isascii():
        lines = _fold(name, text, folding)
    else:
        msg = "the value is not ASCII and needs encoded words"
        raise ValueError(msg)
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _question_marks(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _sign_extended(text: str) -> str:
    # msip-labels#1.5: each octet of UTF-8 from 0x80 on becomes U+FF00 plus the octet.
    return "".join(chr(o if o < 0x80 else 0xFF00 + o) for o in text.encode())


# msip-labels#1.5: two wrong encodings that real mail holds.
_MISTAKES: Final[Mapping[Encoding, Callable[[str], str]]] = MappingProxyType(
    {Encoding.QUESTION_MARK: _question_marks, Encoding.SIGN_EXTENDED: _sign_extended}
)
_EMPTY_FIRST_LINE: Final = frozenset({Folding.AFTER_COLON, Folding.AT_BLANKS_AND_COLON})
_NARROW: Final = frozenset({Folding.AT_BLANKS, Folding.AT_BLANKS_AND_COLON})


def _utf_8(text: str) -> tuple[str, ...]:
    return tuple(_word_b("utf-8", chunk) for chunk in _octets(text, "utf-8", 45))


def _utf_8_last_q(text: str) -> tuple[str, ...]:
    chunks = _octets(text, "utf-8", 45)
    last = _word_q(chunks[-1])
    if len(last) > _WORD_WIDTH:
        return _utf_8(text)
    return (*(_word_b("utf-8", chunk) for chunk in chunks[:-1]), last)


def _iso_2022_jp(text: str) -> tuple[str, ...]:
    chunks = _octets(text, "iso-2022-jp", 42)
    return tuple(_word_b("iso-2022-jp", chunk) for chunk in chunks)


# msip-labels#1.5: 60 base64 characters a word in utf-8, 56 in iso-2022-jp.
_WORDS: Final[Mapping[Encoding, Callable[[str], tuple[str, ...]]]] = MappingProxyType(
    {
        Encoding.UTF_8: _utf_8,
        Encoding.UTF_8_LAST_WORD_Q: _utf_8_last_q,
        Encoding.ISO_2022_JP: _iso_2022_jp,
        Encoding.SIGN_EXTENDED: _utf_8,
    }
)


def _octets(text: str, charset: str, most: int) -> tuple[bytes, ...]:
    """Cut text into encoded chunks; each holds whole characters (RFC 2047, 5).

    Each chunk is encoded on its own, so one in iso-2022-jp starts and ends in ASCII.
    """
    chunks: list[bytes] = []
    start = 0
    for end in range(1, len(text) + 1):
        if len(text[start:end].encode(charset)) > most:
            chunks.append(text[start : end - 1].encode(charset))
            start = end - 1
    return (*chunks, text[start:].encode(charset))


def _word_b(charset: str, octets: bytes) -> str:
    return f"=?{charset}?B?{base64.b64encode(octets).decode('ascii')}?="


def _word_q(octets: bytes) -> str:
    # msip-labels#1.5: a semicolon stays, an equals sign is `=3D`.
    text = "".join(chr(o) if o in _Q_PLAIN else f"={o:02X}" for o in octets)
    return f"=?utf-8?Q?{text.replace('=20', '_')}?="


def _stack(start: str, words: tuple[str, ...]) -> tuple[str, ...]:
    # RFC 2047, 2 wants lines of at most 76; Exchange puts the first word behind the
    # name all the same (msip-labels#1.5).
    if start.endswith(" "):
        return (start + words[0], *(f" {word}" for word in words[1:]))
    return (start, *(f" {word}" for word in words))


def _fold(name: str, text: str, folding: Folding) -> Iterator[str]:
    # msip-labels#1.4: folds stand only at blanks that exist, but for list servers,
    # which cut after each semicolon and add the blank.
    width = _SHOULD_WIDTH if folding in _NARROW else _MUST_WIDTH
    runs = [text]
    if folding is Folding.AFTER_EACH_SEMICOLON:
        runs = re.split(r"(?<=;) *(?=[^ ;])", text)
    line = f"{name}:"
    if folding not in _EMPTY_FIRST_LINE or not text.strip(" "):
        blank = "" if folding in _EMPTY_FIRST_LINE else " "
        yield from _lines(f"{line}{blank}{runs.pop(0)}", width, keep=len(line) + 1)
    else:
        yield line
    for run in runs:
        yield from _lines(f" {run.lstrip(' ')}", width, keep=1)


def _lines(text: str, width: int, *, keep: int) -> Iterator[str]:
    """Cut at blanks before the width is passed, never within the first `keep`."""
    pieces = _CUT.split(text[keep:])
    line = text[:keep] + pieces[0]
    for piece in pieces[1:]:
        if len(line) + len(piece) > width:
            yield line
            line = piece
        else:
            line += piece
    yield line

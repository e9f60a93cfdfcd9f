"""The octets of an exported file to text: byte order marks, and what has none.

exports#0: what a prolog says of the encoding is not asked, only the octets are.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from harness.exports.problems import ExportError

# As many octets as tell what a file is.
START = 4


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file of the folder, before anybody looked into it.

    `problem` says why nobody could; a name that ends in `/` is a folder.
    """

    name: str
    octets: bytes
    problem: str = ""

    def __repr__(self) -> str:
        """Keep content out of traces."""
        return f"RawFile({self.name!r}, {len(self.octets)} octets)"

    @property
    def start(self) -> bytes:
        """How it begins."""
        return self.octets[:START]


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before the mark of UTF-16, which is its beginning.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = frozenset({"utf-16-le", "utf-16-be"})
_PROBE, _FEWEST = 16, 4
# So many letters in a row whose both octets are ASCII: no language writes so.
_RUN = 40
_ASCII_RUN = re.compile(rb"[\t\r\n\x20-\x7e]{%d}" % (2 * _RUN))
_AGAIN = "export it again with `Out-File -Encoding utf8`"
_APPENDED = "was something appended with `>>`?"


def decode(raw: RawFile) -> str:
    """Give the text of a file: by its byte order mark, by its NULs, else UTF-8.

    Raises:
        ExportError: the octets are no such text, or text in two encodings.

    """
    octets = raw.octets
    codec, skip = _codec(octets)
    try:
        text = codecs.decode(memoryview(octets)[skip:], codec)
    except UnicodeDecodeError as problem:
        place = problem.start + skip
        raise ExportError(raw.name, _why_broken(octets, codec, place)) from None
    run = _ASCII_RUN.search(octets, skip) if codec in _WIDE else None
    if run:
        what = f"UTF-16 up to byte {run.start()}, then single octets; {_APPENDED}"
        raise ExportError(raw.name, what)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ExportError(f"{raw.name}:{line}", _why_nul(text))
    return text


def decode_table(raw: RawFile) -> tuple[str, str]:
    """Give the text of a table, and what had to be assumed of its encoding.

    Excel writes the code page of its Windows, and nothing says which it is
    (exports#2.2); most of Western Europe has the one that is taken here.

    Raises:
        ExportError: the octets are no such text.

    """
    octets = raw.octets
    try:
        return decode(raw), ""
    except ExportError:
        if _codec(octets)[0] != "utf-8" or b"\0" in octets:
            raise
        try:
            text = octets.decode("cp1252")
        except UnicodeDecodeError:
            text = ""
        if not text:
            raise
        return text, "not UTF-8, taken for Windows-1252 as Excel writes it"


def _codec(octets: bytes) -> tuple[str, int]:
    """Name the encoding, and give the length of its mark."""
    for bom, name in _BOMS:
        if octets.startswith(bom):
            return name, len(bom)
    # What cmdlets write begins in ASCII, so that every other octet is zero.
    head = octets[:_PROBE]
    even, odd = head[::2], head[1::2]
    if len(head) >= _FEWEST and not any(odd) and all(even):
        return "utf-16-le", 0
    if len(head) >= _FEWEST and not any(even) and all(odd):
        return "utf-16-be", 0
    return "utf-8", 0


def _why_broken(octets: bytes, codec: str, place: int) -> str:
    tail = octets[place : place + _RUN]
    if codec == "utf-8" and tail.count(0) > len(tail) // 4 >= 2:
        return f"UTF-8 up to byte {place}, then another encoding; {_APPENDED}"
    return f"no {codec.upper()} at byte {place}; {_AGAIN}"


def _why_nul(text: str) -> str:
    start = text.index("\0")
    tail = text[start - 1 : start + _RUN]
    if start and tail[1::2].count("\0") > len(tail) // 3:
        return f"UTF-8 up to here, then UTF-16; {_APPENDED}"
    return "a NUL character, so this is no text (UTF-16 needs a byte order mark)"

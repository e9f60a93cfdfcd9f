"""The content (P2): bytes that stay as they are, and a parsed view beside them.

Edits splice raw lines: every octet that an action did not touch stays. Header
text is what Exchange searches: unfolded and decoded (`exchange-rules#2.3`).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import Header, decode_header
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CRLF = b"\r\n"
_FIELD_START = re.compile(rb"^([\x21-\x39\x3b-\x7e]+)[ \t]*:", re.MULTILINE)
# A run of blanks is tried from its first: else it takes time by the square.
_FOLD = re.compile(rb"(?:(?<![ \t])[ \t]+)?\r?\n[ \t]+")
_PLAIN = re.compile(r"[\t\x20-\x7e]*")
# What is larger is not kept: somebody could send it 256 times.
_KEPT = 65_536
# As many characters the library decodes at once; more take time by the square.
_PIECE = 32_768
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t]+(=\?)")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name as written and its raw lines, line end included."""

    name: str
    raw: bytes

    @property
    def key(self) -> str:
        """The name without case (RFC 5322 names are case-blind)."""
        return self.name.lower()

    @property
    def unfolded(self) -> str:
        """The value on one line, encoded words as they are."""
        kept = _unfolded if len(self.raw) <= _KEPT else _unfold
        return kept(self.raw)

    @property
    def decoded(self) -> str:
        """The value as a person reads it: unfolded, encoded words decoded."""
        return decode_words(self.unfolded)


def _unfold(raw: bytes) -> str:
    value = raw.partition(b":")[2]
    return _text(_FOLD.sub(b" ", value).strip(b" \t\r\n"))


# Every rule asks for the same few fields.
_unfolded = lru_cache(maxsize=256)(_unfold)


@dataclass(frozen=True, slots=True)
class Content:
    """The octets between DATA and the final dot, dot-stuffing removed."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """Header fields in order, and where the body begins; the body is untouched."""

    fields: tuple[Field, ...]
    preamble: bytes
    separator: bytes
    body: bytes

    def named(self, name: str) -> tuple[Field, ...]:
        """Give the fields of that name, in order."""
        key = name.lower()
        return tuple(field for field in self.fields if field.key == key)

    def values(self, name: str) -> tuple[str, ...]:
        """Give the decoded values of the fields of that name."""
        return tuple(field.decoded for field in self.named(name))

    def unfolded(self, name: str) -> tuple[str, ...]:
        """Give the values of that name with their encoded words."""
        return tuple(field.unfolded for field in self.named(name))

    @property
    def subject(self) -> str:
        """The decoded subject; an absent field reads as empty."""
        values = self.values("Subject")
        return values[0] if values else ""


def parse(content: Content) -> Parsed:
    """Split the content into header fields and body; never raises.

    A line that is no field and no continuation ends the header section, as
    every MIME reader has it; what stands before the first field is kept.
    """
    kept = _parsed if len(content.raw) <= _KEPT else _parsed_big
    return kept(content)


def _parse(content: Content) -> Parsed:
    raw = content.raw
    position, fields = 0, list[Field]()
    preamble = b""
    while position < len(raw):
        end = raw.find(b"\n", position)
        line_end = len(raw) if end < 0 else end + 1
        line = raw[position:line_end]
        if line in {b"\r\n", b"\n"}:
            body = raw[line_end:]
            return Parsed(tuple(fields), preamble, line, body)
        match = _FIELD_START.match(line)
        if match:
            fields.append(Field(match[1].decode("ascii"), line))
        elif line[:1] in {b" ", b"\t"} and fields:
            line_end = _continuation_end(raw, position)
            last = fields[-1]
            fields[-1] = Field(last.name, last.raw + raw[position:line_end])
        elif not fields and not preamble:
            preamble = line
        else:
            return Parsed(tuple(fields), preamble, b"", raw[position:])
        position = line_end
    return Parsed(tuple(fields), preamble, b"", b"")


# One mail is looked at again and again, and a few are on their way at a time.
_parsed = lru_cache(maxsize=256)(_parse)
_parsed_big = lru_cache(maxsize=4)(_parse)


def compose(parsed: Parsed) -> Content:
    """Give the bytes back; `compose(parse(c)) == c`."""
    header = b"".join(field.raw for field in parsed.fields)
    return Content(parsed.preamble + header + parsed.separator + parsed.body)


def set_field(content: Content, name: str, value: str) -> Content:
    """Write one field, over the first of that name if there is one.

    exchange-rules#5: SetHeader adds the field or overwrites it; the last writer
    wins and no second instance stays (exchange-rules#v59).
    """
    parsed = parse(content)
    new = make_field(name, value)
    fields: list[Field] = []
    is_written = False
    for field in parsed.fields:
        if field.key != name.lower():
            fields.append(field)
        elif not is_written:
            fields.append(new)
            is_written = True
    if not is_written:
        fields.append(new)
    return _with_fields(parsed, fields)


def remove_fields(content: Content, name: str, *, only_first: bool = False) -> Content:
    """Drop the fields of that name, or the first of them only."""
    parsed = parse(content)
    fields: list[Field] = []
    removed = 0
    for field in parsed.fields:
        if field.key == name.lower() and not (only_first and removed):
            removed += 1
        else:
            fields.append(field)
    return _with_fields(parsed, fields)


def append_addresses(
    content: Content, name: str, addresses: tuple[str, ...]
) -> Content:
    """Write addresses behind those of a field, what stands there stays as it is."""
    if not addresses:
        return content
    parsed = parse(content)
    present = [field for field in parsed.named(name) if field.unfolded]
    if not present:
        return set_field(content, name, ", ".join(addresses))
    old = present[-1]
    more = "".join(f",\r\n {address}" for address in addresses).encode()
    new = Field(old.name, old.raw.rstrip() + more + CRLF)
    fields = [new if field is old else field for field in parsed.fields]
    return _with_fields(parsed, fields)


def prepend_subject(content: Content, prefix: str) -> Content:
    """Put a text in front of the subject exactly as typed, no separator added."""
    parsed = parse(content)
    subjects = parsed.named("Subject")
    if not subjects:
        return set_field(content, "Subject", prefix)
    value = subjects[0].unfolded
    head, colon, rest = subjects[0].raw.partition(b":")
    # A value that begins on the second line would keep its fold as a blank.
    is_folded_first = bool(value) and rest.lstrip(b" \t")[:1] in {b"\r", b"\n"}
    is_plain = (prefix + value).isascii() and "=?" not in prefix + value
    if is_plain and not is_folded_first:
        blank = rest[: len(rest) - len(rest.lstrip(b" \t"))] or b" "
        raw = head + colon + blank + prefix.encode() + rest.lstrip(b" \t")
        new = Field(subjects[0].name, raw)
    else:
        new = make_field(subjects[0].name, prefix + subjects[0].decoded)
    fields = [new if field is subjects[0] else field for field in parsed.fields]
    return _with_fields(parsed, fields)


def make_field(name: str, value: str) -> Field:
    """Write a field; a value outside ASCII becomes RFC 2047 encoded words."""
    if _PLAIN.fullmatch(value) and "=?" not in value:
        return Field(name, f"{name}: {value}".encode("ascii") + CRLF)
    encoded = Header(value.replace("\r", " ").replace("\n", " "), "utf-8", 72, name)
    return Field(
        name, f"{name}: {encoded.encode(linesep=chr(13) + chr(10))}".encode() + CRLF
    )


def decode_words(text: str) -> str:
    """Decode RFC 2047 encoded words; adjacent ones join, broken ones stay as text.

    exchange-rules#R-13: Exchange searches the decoded text; joining and
    unfolding follow RFC 2047 and RFC 5322.
    """
    if "=?" not in text:
        return text
    if len(text) > _PIECE:
        return "".join(map(_decode, _pieces(_BETWEEN_WORDS.sub(r"\1\2", text))))
    return _decoded(text)


@lru_cache(maxsize=4096)
def _decoded(text: str) -> str:
    return _decode(_BETWEEN_WORDS.sub(r"\1\2", text), text)


def _decode(joined: str, otherwise: str | None = None) -> str:
    """Decode a text whose adjacent words are joined; else give the other text."""
    undecoded = joined if otherwise is None else otherwise
    try:
        chunks = decode_header(joined)
    except (HeaderParseError, binascii.Error, ValueError):
        return undecoded
    parts = []
    for chunk, charset in chunks:
        if isinstance(chunk, str):
            parts.append(chunk)
            continue
        try:
            parts.append(chunk.decode(charset or "ascii", "replace"))
        except LookupError:
            return undecoded
    return "".join(parts)


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text, between two encoded words where there are such."""
    position = 0
    while position < len(text):
        end = position + _PIECE
        between = text.rfind("?==?", position, end) if end < len(text) else -1
        cut = end if between < 0 else between + 2
        yield text[position:cut]
        position = cut


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _continuation_end(raw: bytes, position: int) -> int:
    """Find the end of a run of continuation lines, without a copy for each."""
    while position < len(raw) and raw[position : position + 1] in {b" ", b"\t"}:
        end = raw.find(b"\n", position)
        position = len(raw) if end < 0 else end + 1
    return position


def _with_fields(parsed: Parsed, fields: list[Field]) -> Content:
    separator = parsed.separator
    body = parsed.body
    if not separator:
        separator = CRLF if body or not parsed.fields else b""
    # Whatever comes to stand before something else ends its line.
    ended = [Field(field.name, _line(field.raw)) for field in fields[:-1]]
    last = [Field(f.name, _line(f.raw) if separator else f.raw) for f in fields[-1:]]
    preamble = _line(parsed.preamble) if fields else parsed.preamble
    return compose(Parsed((*ended, *last), preamble, separator, body))


def _line(raw: bytes) -> bytes:
    return raw if not raw or raw.endswith(b"\n") else raw + CRLF

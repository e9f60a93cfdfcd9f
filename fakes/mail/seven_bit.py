"""A mail re-encoded for a host that takes 7-bit content only (`exchange-routing#E20`).

Leaf parts with octets above 127 become quoted-printable or base64; their header fields
but for the encoding, and every other octet, stay as they are.
"""

from __future__ import annotations

import base64
import binascii
import re
from email.message import Message
from typing import TYPE_CHECKING

from fakes.mail.content import CRLF, Content, Field, Parsed, compose, make_field, parse
from fakes.mail.mime import is_readable_mime

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENCODING, _TYPE, _VERSION = (
    "Content-Transfer-Encoding",
    "Content-Type",
    "MIME-Version",
)
_PLAIN_ENCODINGS = {"", "7bit", "8bit", "binary"}
# A signature would not hold any more.
_SEALED = {"multipart/signed", "multipart/encrypted"}
# RFC 1428 3
_UNTOLD = 'text/plain; charset="unknown-8bit"'
_ABOVE_127 = re.compile(rb"[\x80-\xff]")
_DEPTH = 20


class _CannotError(Exception):
    """The mail cannot be re-encoded without harm."""


def as_seven_bit(content: Content) -> Content | None:
    """Give the mail with a body of 7-bit lines; None for what no host may re-encode.

    That is signed or encrypted mail, a part that is encoded already and holds other
    octets nevertheless, and a structure that cannot be read. The header stays.
    """
    whole = parse(content)
    if whole.body.isascii():
        return content
    if not is_readable_mime(content.raw):
        return None
    try:
        return compose(_part(whole, 0, is_top=True))
    except _CannotError:
        return None


def _part(part: Parsed, depth: int, *, is_top: bool = False) -> Parsed:
    if part.body.isascii():
        return part
    kind = _kind(part)
    encoding = "".join(part.unfolded(_ENCODING)[:1]).lower().strip()
    if depth > _DEPTH or kind.get_content_type() in _SEALED:
        raise _CannotError
    if encoding not in _PLAIN_ENCODINGS:
        raise _CannotError
    boundary = kind.get_boundary()
    if kind.get_content_maintype() == "multipart" and boundary:
        return _with(part, "7bit", _joined(part.body, boundary.encode(), depth))
    if kind.get_content_maintype() == "message":
        inner = _part(parse(Content(part.body)), depth + 1, is_top=True)
        body = compose(inner).raw
        if not body.isascii():
            raise _CannotError
        return _with(part, "7bit", body)
    if is_top and not part.named(_VERSION):
        part = _named_as_mime(part)
    if kind.get_content_maintype() == "text":
        return _with(part, "quoted-printable", _quoted(part.body))
    return _with(part, "base64", _in_base64(part.body))


def _kind(part: Parsed) -> Message:
    """Read the type of a part; one that says nothing is plain text."""
    kind = Message()
    for value in part.unfolded(_TYPE)[:1]:
        kind[_TYPE] = value
    return kind


def _joined(body: bytes, boundary: bytes, depth: int) -> bytes:
    """Re-encode the parts between the delimiters."""
    line = re.compile(
        rb"(?:\A|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r\n|\Z)"
    )
    found = list(line.finditer(body))
    if not found:
        raise _CannotError
    return b"".join(_pieces(body, found, depth))


def _pieces(
    body: bytes, delimiters: list[re.Match[bytes]], depth: int
) -> Iterator[bytes]:
    yield _cleared(body[: delimiters[0].start()])
    starts = [each.start() for each in delimiters[1:]]
    for delimiter, end in zip(delimiters, [*starts, len(body)], strict=True):
        yield delimiter[0]
        piece = body[delimiter.end() : end]
        if delimiter[1]:
            # What stands behind the last delimiter is for nobody.
            yield _cleared(piece)
            return
        # The line end before a delimiter is the delimiter's.
        inner = piece.removesuffix(CRLF)
        new = compose(_part(parse(Content(inner)), depth + 1)).raw
        if not new.isascii():
            # A field of the part is no ASCII.
            raise _CannotError
        yield new + piece[len(inner) :]


def _cleared(octets: bytes) -> bytes:
    return _ABOVE_127.sub(b"?", octets)


def _with(part: Parsed, encoding: str, body: bytes) -> Parsed:
    """Put in the new body and say how it is encoded."""
    new = make_field(_ENCODING, encoding)
    fields = [new if f.key == new.key else f for f in part.fields]
    if new not in fields:
        fields.append(new)
    return Parsed(tuple(_ended(fields)), part.preamble, part.separator or CRLF, body)


def _named_as_mime(part: Parsed) -> Parsed:
    more = [make_field(_VERSION, "1.0")]
    if not part.named(_TYPE):
        more.append(make_field(_TYPE, _UNTOLD))
    return Parsed((*part.fields, *more), part.preamble, part.separator, part.body)


def _ended(fields: list[Field]) -> Iterator[Field]:
    for field in fields:
        raw = field.raw if field.raw.endswith(b"\n") else field.raw + CRLF
        yield Field(field.name, raw)


def _quoted(body: bytes) -> bytes:
    """Encode line by line, so that line ends stay what they are (RFC 2045 6.7)."""
    lines = (binascii.b2a_qp(line, istext=True) for line in body.split(CRLF))
    return CRLF.join(line.replace(b"=\n", b"=" + CRLF) for line in lines)


def _in_base64(body: bytes) -> bytes:
    return base64.encodebytes(body).replace(b"\n", CRLF)

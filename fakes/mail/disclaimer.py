"""A disclaimer written into the text parts of a mail; every other octet stays.

exchange-rules#5: HTML into HTML parts, its text into plain parts. A mail that is
signed, encrypted or otherwise closed cannot be changed.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from base64 import encodebytes
from enum import Enum
from typing import TYPE_CHECKING

from fakes.mail.content import CRLF, Content, parse, set_field
from fakes.mail.html_text import text_of_html
from fakes.mail.mime import is_readable_mime

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

_MAX_DEPTH = 20
_CLOSED = frozenset(
    {
        "multipart/signed",
        "multipart/encrypted",
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/x-microsoft-rpmsg-message",
        "application/ms-tnef",
    }
)
_AS_IS = frozenset({"", "7bit", "8bit", "binary"})
_LAST = re.compile(r"</body\s*>|</html\s*>", re.IGNORECASE)
_FIRST = re.compile(r"<body\b[^>]*>|<html\b[^>]*>", re.IGNORECASE)
# What a wrapper keeps of the mail that it holds, beside what transport writes.
_ENVELOPE_FIELDS = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "date", "subject", "message-id"}
)
_TRANSPORT_FIELDS = "x-ms-exchange-"


class Refusal(Enum):
    """Why a disclaimer was not written."""

    CLOSED = "the body is signed, encrypted or cannot be read"
    NO_TEXT = "no part of the body is text"


def add_disclaimer(content: Content, html: str, *, at_end: bool) -> Content | Refusal:
    """Write a disclaimer at the end or the beginning of the body."""
    if not is_readable_mime(content.raw):
        return Refusal.CLOSED
    try:
        done = _edited(content, html, at_end=at_end, depth=0)
    except Exception:  # noqa: BLE001  the library raises at random on hostile MIME
        return Refusal.CLOSED
    if isinstance(done, Content) and not parse(done).named("MIME-Version"):
        fields = parse(done).named("Content-Transfer-Encoding")
        return set_field(done, "MIME-Version", "1.0") if fields else done
    return done


def wrap(content: Content, html: str, *, keeps_all: bool) -> Content:
    """Attach a mail to a new one that bears the disclaimer and its address fields.

    `keeps_all` takes every header field along, and not only those of a letter.
    """
    parsed = parse(content)
    kept = b"".join(
        field.raw if field.raw.endswith(b"\n") else field.raw + CRLF
        for field in parsed.fields
        if not field.key.startswith("content-")
        and field.key != "mime-version"
        and (
            keeps_all
            or field.key in _ENVELOPE_FIELDS
            or field.key.startswith(_TRANSPORT_FIELDS)
        )
    )
    boundary = "wrap-" + hashlib.sha256(content.raw + html.encode()).hexdigest()[:24]
    head = (
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    middle = (
        f"\r\n--{boundary}\r\nContent-Type: message/rfc822\r\n"
        "Content-Disposition: attachment\r\n\r\n"
    )
    return Content(
        kept
        + head.encode()
        + _base64(html)
        + middle.encode()
        + content.raw
        + f"\r\n--{boundary}--\r\n".encode()
    )


def _edited(
    entity: Content, html: str, *, at_end: bool, depth: int
) -> Content | Refusal:
    head = _head(entity)
    kind = head.get_content_type()
    if kind in _CLOSED or depth > _MAX_DEPTH:
        return Refusal.CLOSED
    if head.get_content_maintype() == "multipart":
        return _edited_parts(entity, head, html, at_end=at_end, depth=depth)
    # What a meeting request says to programs is no text that anybody reads.
    is_for_programs = kind == "text/calendar"
    if head.get_content_maintype() != "text" or head.is_attachment() or is_for_programs:
        return Refusal.NO_TEXT
    if kind == "text/html":
        return _with_text(
            entity, head, lambda text: _in_html(text, html, at_end=at_end)
        )
    plain = text_of_html(html, between_blocks="\r\n").strip()
    return _with_text(
        entity,
        head,
        lambda text: f"{text}\r\n{plain}\r\n" if at_end else f"{plain}\r\n{text}",
    )


def _edited_parts(
    entity: Content, head: EmailMessage, html: str, *, at_end: bool, depth: int
) -> Content | Refusal:
    """Write into every alternative, or else into the first part that has text."""
    parsed = parse(entity)
    spans = _spans(parsed.body, head.get_boundary() or "")
    is_alternative = head.get_content_subtype() == "alternative"
    pieces: list[bytes] = []
    position, is_done = 0, False
    for start, end in spans:
        part = Content(parsed.body[start:end])
        pieces.append(parsed.body[position:start])
        position = end
        done: Content | Refusal = Refusal.NO_TEXT
        if is_alternative or not is_done:
            done = _edited(part, html, at_end=at_end, depth=depth + 1)
        if done is Refusal.CLOSED:
            return done
        is_done = is_done or isinstance(done, Content)
        pieces.append(done.raw if isinstance(done, Content) else part.raw)
    if not is_done:
        return Refusal.NO_TEXT
    pieces.append(parsed.body[position:])
    header = entity.raw[: len(entity.raw) - len(parsed.body)]
    return Content(header + b"".join(pieces))


def _spans(body: bytes, boundary: str) -> list[tuple[int, int]]:
    """Where the parts stand between the lines of a boundary."""
    if not boundary:
        return []
    line = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    spans: list[tuple[int, int]] = []
    begin = -1
    for found in line.finditer(body):
        if begin >= 0:
            spans.append((min(begin, found.start()), found.start()))
        if found[1]:
            return spans
        newline = body.find(b"\n", found.end())
        begin = len(body) if newline < 0 else newline + 1
    if begin >= 0:
        spans.append((begin, len(body)))
    return spans


def _with_text(
    entity: Content, head: EmailMessage, change: Callable[[str], str]
) -> Content | Refusal:
    """Change the text of a part, in its own encoding where that can hold it."""
    body = parse(entity).body
    head.set_payload(body.decode("ascii", "surrogateescape"))
    octets = head.get_payload(decode=True)
    charset = head.get_content_charset("utf-8" if _is_utf8(body) else "latin-1")
    try:
        text = (octets if isinstance(octets, bytes) else b"").decode(charset)
    except (LookupError, UnicodeDecodeError):
        return Refusal.CLOSED
    new = change(text)
    is_as_is = str(head.get("Content-Transfer-Encoding", "")).lower() in _AS_IS
    if is_as_is and (new.isascii() or head.get_content_charset()):
        try:
            return Content(_header_of(entity) + new.encode(charset))
        except UnicodeEncodeError:
            pass
    kind = f"{head.get_content_type()}; charset=utf-8"
    done = set_field(Content(_header_of(entity)), "Content-Type", kind)
    done = set_field(done, "Content-Transfer-Encoding", "base64")
    return Content(_header_of(done) + _base64(new))


def _header_of(entity: Content) -> bytes:
    """The header section with the empty line that ends it."""
    parsed = parse(entity)
    header = entity.raw[: len(entity.raw) - len(parsed.body)]
    if parsed.separator:
        return header
    return header + (CRLF if not header or header.endswith(b"\n") else CRLF + CRLF)


def _in_html(text: str, html: str, *, at_end: bool) -> str:
    if at_end:
        found = list(_LAST.finditer(text))
        place = found[0].start() if found else len(text)
    else:
        first = [match.end() for match in _FIRST.finditer(text)]
        place = first[-1] if first else 0
    return text[:place] + html + text[place:]


def _head(entity: Content) -> EmailMessage:
    """Read the header fields of an entity alone."""
    raw = b"".join(field.raw for field in parse(entity).fields)
    message: EmailMessage = email.message_from_bytes(
        raw + CRLF, policy=email.policy.default
    )
    return message


def _base64(text: str) -> bytes:
    return encodebytes(text.encode()).replace(b"\n", CRLF)


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True

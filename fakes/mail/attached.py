"""Attachments of a mail: which parts are, and their bytes. Never raises."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import SMTP
from typing import TYPE_CHECKING, Final

from fakes.mail.mime import is_readable_mime

if TYPE_CHECKING:
    from collections.abc import Iterator

# What is parsed is never written again (msip-labels#2.5).
_POLICY: Final = SMTP.clone(refold_source="none")
# What the email package raises on hostile headers, each seen or in its tracker.
_MAIL_FAILURES: Final = (
    AssertionError,
    AttributeError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
_REPORTS: Final = frozenset({"message/delivery-status", "message/feedback-report"}) | {
    "message/disposition-notification",
    "message/global-delivery-status",
    "message/global-disposition-notification",
}


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """One attachment: its name (empty when it has none), declared type and bytes."""

    filename: str
    content_type: str
    payload: bytes


def attachments(raw: bytes) -> tuple[AttachmentPart, ...]:
    """Take the attachments out of a mail; never raises.

    An attachment is a part with a file name or an attachment disposition, an attached
    mail as a whole, and any other part that is neither text nor a report. A mail that
    cannot be taken apart is one attachment itself, so that it is not passed over.
    """
    return tuple(part for part, is_attached in taken_apart(raw) if is_attached)


def taken_apart(raw: bytes) -> tuple[tuple[AttachmentPart, bool], ...]:
    """Give the attachments and the texts of a mail, and which is which."""
    whole = ((AttachmentPart("", "message/rfc822", raw), True),)
    if not is_readable_mime(raw):
        return whole
    try:
        root = BytesParser(EmailMessage, policy=_POLICY).parsebytes(raw)
        return tuple(_parts(root))
    except _MAIL_FAILURES:
        return whole


def _parts(root: EmailMessage) -> Iterator[tuple[AttachmentPart, bool]]:
    waiting: list[tuple[EmailMessage, bool]] = [(root, False)]
    while waiting:
        part, inside = waiting.pop()
        kind = part.get_content_type()
        attached = inside or part.get_content_disposition() == "attachment"
        children = part.get_payload()
        if kind.startswith("multipart/") and isinstance(children, list):
            inner = (c for c in reversed(children) if isinstance(c, EmailMessage))
            waiting += [(child, attached) for child in inner]
            continue
        filename = part.get_filename() or ""
        is_attached = attached or bool(filename) or _is_attachment_by_type(kind)
        if is_attached or kind.startswith("text/"):
            yield AttachmentPart(filename, kind, _octets(part)), is_attached


def _is_attachment_by_type(kind: str) -> bool:
    # A multipart that arrives here could not be taken apart.
    return not kind.startswith("text/") and kind not in _REPORTS


def _octets(part: EmailMessage) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = (p for p in payload if isinstance(p, Message))
        return b"".join(p.as_bytes(policy=_POLICY) for p in inner)
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""

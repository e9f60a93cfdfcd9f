"""Attachments of a mail, and the sensitivity label inside them.

Whether a file is labelled has three answers: these labels, none, or unknown and why.
Nothing here raises on hostile bytes, and nothing here guesses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import SMTP
from types import MappingProxyType
from typing import Final, TypeAlias

from fakes.mail.labels import Label
from fakes.mail.mime import is_readable_mime
from fakes.mail.office_documents import (
    DocumentKind,
    LabelPlace,
    labelled_document,
    office_document,
)
from fakes.mail.office_labels import UnreadableError, labels_of_office_file

__all__ = [
    "AttachmentLabels",
    "AttachmentPart",
    "DocumentKind",
    "LabelPlace",
    "LabelsFound",
    "LabelsUnknown",
    "Limits",
    "NoLabels",
    "attachments",
    "labelled_document",
    "labels_inside",
    "office_document",
]

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


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """One attachment: its name (empty when it has none), declared type and bytes."""

    filename: str
    content_type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before the answer is unknown: octets, octets, entries."""

    payload: int = 64 * 1024 * 1024
    part: int = 1024 * 1024
    entries: int = 20_000


@dataclass(frozen=True, slots=True)
class LabelsFound:
    """The file carries these labels, at least one, on or off."""

    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class NoLabels:
    """The file was wholly read for labels and has none, or has no place for one."""

    why: str


@dataclass(frozen=True, slots=True)
class LabelsUnknown:
    """The file may carry a label; why that was not judged."""

    why: str


AttachmentLabels: TypeAlias = LabelsFound | NoLabels | LabelsUnknown


# Prefixes of what is recognised and not opened.
_NOT_OPENED: Final[Mapping[bytes, str]] = MappingProxyType(
    {
        b"%PDF": "a PDF is not read",  # msip-labels#4.5
        # msip-labels#4.3, msip-labels#4.4, msip-labels#4.7
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
            "a compound file (old Office, encrypted Office, Outlook item) is not read"
        ),
        b".pfile": "a protected file is not read",  # msip-labels#4.6
        b"PK\x05\x06": "an archive is not opened",
        b"PK\x07\x08": "an archive is not opened",
        b"Rar!": "an archive is not opened",
        b"7z\xbc\xaf\x27\x1c": "an archive is not opened",
        b"\x1f\x8b": "an archive is not opened",
        b"BZh": "an archive is not opened",
        b"\xfd7zXZ": "an archive is not opened",
        b"MSCF": "an archive is not opened",
        b"\x78\x9f\x3e\x22": "a TNEF container is not opened",
        b"{\\rtf": "rich text is not read",
    }
)
# msip-labels#4.6: images and plain text have no place for a label without encryption.
_IMAGES: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
)
_TEXT_TYPES: Final = frozenset({"text/plain", "text/csv"})
_TEXT_ENDINGS: Final = (".txt", ".csv", ".log")
_TEXT_CONTROLS: Final = frozenset("\t\n\r\f\x1a")
_REPORTS: Final = frozenset({"message/delivery-status", "message/feedback-report"}) | {
    "message/disposition-notification",
    "message/global-delivery-status",
    "message/global-disposition-notification",
}


def attachments(raw: bytes) -> tuple[AttachmentPart, ...]:
    """Take the attachments out of a mail; never raises.

    An attachment is a part with a file name or an attachment disposition, an attached
    mail as a whole, and any other part that is neither text nor a report. A mail that
    cannot be taken apart is one attachment itself, so that it is not passed over.
    """
    if not is_readable_mime(raw):
        return (AttachmentPart("", "message/rfc822", raw),)
    try:
        root = BytesParser(EmailMessage, policy=_POLICY).parsebytes(raw)
        return tuple(_parts(root))
    except _MAIL_FAILURES:
        return (AttachmentPart("", "message/rfc822", raw),)


def labels_inside(
    part: AttachmentPart, *, limits: Limits | None = None
) -> AttachmentLabels:
    """Say which labels an attachment carries; never raises.

    Read are Office Open XML files (msip-labels#4.1, msip-labels#4.2).
    """
    bounds = limits or Limits()
    payload = part.payload
    why = _why_not_opened(part, bounds)
    if why is not None:
        return LabelsUnknown(why)
    if payload.startswith(b"PK\x03\x04"):
        return _labels_of_zip(payload, bounds)
    if payload.startswith(_IMAGES):
        return NoLabels("an image has no place for a label")
    if _is_called_text(part) and _is_text(payload):
        return NoLabels("plain text has no place for a label")
    return LabelsUnknown("the format is not known")


def _parts(root: EmailMessage) -> Iterator[AttachmentPart]:
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
        if attached or filename or _is_attachment_by_type(kind):
            yield AttachmentPart(filename, kind, _octets(part))


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


def _is_called_text(part: AttachmentPart) -> bool:
    name = part.filename.casefold()
    if part.content_type in _TEXT_TYPES:
        return name.endswith(_TEXT_ENDINGS) or "." not in name
    return name.endswith(_TEXT_ENDINGS)


def _is_text(payload: bytes) -> bool:
    wide = payload.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = payload.decode("utf-16" if wide else "latin-1", "replace")
    return all(c >= " " or c in _TEXT_CONTROLS for c in text)


def _why_not_opened(part: AttachmentPart, limits: Limits) -> str | None:
    if len(part.payload) > limits.payload:
        return f"more than {limits.payload} octets"
    if part.content_type.startswith(("message/", "multipart/")):
        # msip-labels#4.7: it has a field of its own, and attachments of its own.
        return "an attached mail is not opened"
    found = (
        why for start, why in _NOT_OPENED.items() if part.payload.startswith(start)
    )
    return next(found, None)


def _labels_of_zip(payload: bytes, limits: Limits) -> AttachmentLabels:
    try:
        labels = labels_of_office_file(
            payload, most_entries=limits.entries, most_octets=limits.part
        )
    except UnreadableError as error:
        return LabelsUnknown(str(error))
    return LabelsFound(labels) if labels else NoLabels("no label in an Office file")

"""From the words of a case to the octets of its mail."""

from __future__ import annotations

import base64
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fakes.mail.content import Content, make_field
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from fakes.mail.labels import build_field
from harness.scenario.attach import label_spec, octets_of
from harness.scenario.case import FileGiven

if TYPE_CHECKING:
    from harness.scenario.case import Attached, LabelWritten, Mail

# RFC 5737: an address for documentation, from which mail of strangers comes.
STRANGER = ip_address("203.0.113.25")
_BOUNDARY = "relay-harness-part"
_CRLF = b"\r\n"


def compose(mail: Mail) -> MailItem:
    """Make the mail item."""
    raw = mail.raw if mail.raw is not None else _octets(mail)
    source = mail.source_address
    if mail.is_inbound and source is None:
        source = STRANGER
    return MailItem(
        Envelope(mail.mail_from, mail.rcpt_to),
        Content(raw),
        Submission(
            authenticated=mail.authenticated,
            source=source,
            certificate=mail.certificate,
        ),
    )


def _octets(mail: Mail) -> bytes:
    given = {line.partition(":")[0].strip().lower() for line in mail.headers}
    lines: list[bytes] = []
    sender = "" if mail.mail_from is None else str(mail.mail_from)
    shown = tuple(str(address) for address in mail.rcpt_to)
    fields = (
        ("From", (sender,) if mail.from_ is None else mail.from_),
        ("To", (", ".join(shown),) if mail.to is None else mail.to),
        ("Cc", mail.cc),
        ("Subject", () if mail.subject is None else (mail.subject,)),
        ("Date", ("Mon, 02 Mar 2026 09:00:00 +0000",)),
        ("Message-ID", ("<1@client.example>",)),
        ("MIME-Version", ("1.0",)),
    )
    for name, values in fields:
        if name.lower() not in given:
            lines.extend(_field(name, value) for value in values if value)
    if mail.label is not None:
        lines.append(_label_field(mail.label))
    lines.extend(_raw_line(line) for line in mail.headers)
    return b"".join(lines) + _body(mail)


def _field(name: str, value: str) -> bytes:
    # Address fields are written as they stand: their encoded words are the case's.
    if name in {"From", "To", "Cc"}:
        return f"{name}: {value}".encode() + _CRLF
    return make_field(name, value).raw


def _raw_line(line: str) -> bytes:
    text = line.replace("\r\n", "\n").rstrip("\n").replace("\n", "\r\n")
    return text.encode("utf-8") + _CRLF


def _label_field(label: LabelWritten) -> bytes:
    return build_field(
        label.profile,
        label_spec(label),
        encoding=label.encoding,
        folding=label.folding,
        name=label.field,
    )


def _body(mail: Mail) -> bytes:
    text = mail.html or mail.body or "See the subject."
    kind = "html" if mail.html else "plain"
    part = f"Content-Type: text/{kind}; charset=utf-8\r\n"
    part += "Content-Transfer-Encoding: base64\r\n\r\n"
    part += base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    files = [*_single(mail.attachment), *mail.attachments]
    if not files:
        return part.encode()
    parts = "".join(f"--{_BOUNDARY}\r\n{_attached(file)}\r\n" for file in files)
    return (
        f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"\r\n\r\n'
        f"--{_BOUNDARY}\r\n{part}\r\n{parts}--{_BOUNDARY}--\r\n"
    ).encode()


def _single(attached: Attached | None) -> tuple[FileGiven, ...]:
    if attached is None:
        return ()
    return (FileGiven(f"document.{attached.kind.value}", document=attached),)


def _attached(file: FileGiven) -> str:
    disposition = f'Content-Disposition: attachment; filename="{file.name}"\r\n'
    if file.message:
        text = file.message.replace("\r\n", "\n").replace("\n", "\r\n")
        return f"Content-Type: message/rfc822\r\n{disposition}\r\n{text}"
    coded = base64.encodebytes(octets_of(file)).decode().replace("\n", "\r\n")
    return (
        f'Content-Type: application/octet-stream; name="{file.name}"\r\n'
        f"{disposition}Content-Transfer-Encoding: base64\r\n\r\n{coded}"
    )

"""Drafts: a mail in the terms of a person who writes it, and the real MIME of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from fakes.mail.address import Address
from fakes.mail.content import Content, make_field
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from fakes.mail.session import IpAddress
from harness.check.target import Target
from harness.duty import Obligation
from harness.policy.noun import Row

_DATE = b"Mon, 02 Mar 2026 09:00:00 +0000"
_BOUNDARY = "=_part_0001"
_TEXT = "Good morning,\r\n\r\nplease find the details below.\r\n\r\nKind regards\r\n"


class ReversePath(Enum):
    """A reverse-path that is not spelt out."""

    SENDER = "the address in From"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart mail: its fields (without encoding) and its octets."""

    content_type: str
    octets: bytes
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to be, with what it is for.

    `subject` is written as a client writes it; `raw_subject` is the whole field where
    the octets matter. `fields` are further raw fields. Who is in `bcc` stands in the
    envelope only. Without `authenticated` it comes from `source`, anonymously.
    `row` is the policy row that it is about, `near_miss_of` what it only resembles.
    Without `obligation` it is whatever the policy says of it: of mail that was written
    for a rule (`target`) nobody knows beforehand. `at` is when it is sent, None at any
    time.
    """

    id: str
    sort: str
    sender: Address
    to: tuple[Address, ...]
    subject: str
    obligation: Obligation | None
    row: Row | None = None
    near_miss_of: str = ""
    why: str = ""
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    display_name: str | None = None
    raw_subject: bytes = b""
    fields: tuple[bytes, ...] = ()
    text: str = _TEXT
    parts: tuple[Part, ...] = ()
    multipart: str = "multipart/mixed"
    reverse_path: Address | ReversePath | None = ReversePath.SENDER
    authenticated: Address | None = None
    source: IpAddress | None = None
    target: Target | None = None
    at: datetime | None = None

    @property
    def recipients(self) -> tuple[Address, ...]:
        """All recipients of the envelope."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.bcc)))


def write(draft: Draft) -> MailItem:
    """Make the mail."""
    is_own = draft.reverse_path is ReversePath.SENDER
    path = draft.sender if is_own else draft.reverse_path
    assert not isinstance(path, ReversePath)  # noqa: S101  narrows the type
    # A stranger is a decent one; what DNS says of him goes before.
    passes = None if draft.authenticated else True
    return MailItem(
        Envelope(path, draft.recipients),
        Content(_head(draft) + _body(draft)),
        Submission(draft.authenticated, draft.source, passes_spf=passes),
    )


def _head(draft: Draft) -> bytes:
    name = draft.display_name
    if name is None:
        name = draft.sender.local.replace(".", " ").title()
    fields = [
        f'From: "{name}" <{draft.sender}>\r\n'.encode(),
        _addresses("To", draft.to),
        _addresses("Cc", draft.cc),
        draft.raw_subject or make_field("Subject", draft.subject).raw,
        b"Date: " + _DATE + b"\r\n",
        f"Message-ID: <{draft.id}@{draft.sender.domain}>\r\n".encode(),
        b"MIME-Version: 1.0\r\n",
        *draft.fields,
    ]
    return b"".join(fields)


def _addresses(name: str, addresses: tuple[Address, ...]) -> bytes:
    if not addresses:
        return b""
    return f"{name}: {', '.join(map(str, addresses))}\r\n".encode()


def _body(draft: Draft) -> bytes:
    if not draft.parts:
        return _text_part(draft.text)
    pieces = [_text_part(draft.text), *(_part(part) for part in draft.parts)]
    mark = f"--{_BOUNDARY}\r\n".encode()
    head = f'Content-Type: {draft.multipart}; boundary="{_BOUNDARY}"\r\n\r\n'
    inner = b"".join(mark + piece for piece in pieces)
    return head.encode() + inner + f"--{_BOUNDARY}--\r\n".encode()


def _text_part(text: str) -> bytes:
    head = b"Content-Type: text/plain; charset=utf-8\r\n"
    if text.isascii():
        return head + b"Content-Transfer-Encoding: 7bit\r\n\r\n" + text.encode()
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + _base64(text.encode())


def _part(part: Part) -> bytes:
    head = f"Content-Type: {part.content_type}\r\n"
    if part.filename:
        head += f'Content-Disposition: attachment; filename="{part.filename}"\r\n'
    # RFC 2046 5.2, RFC 8098 3: reports and calendars are read as they are.
    if part.octets.isascii() and not part.filename:
        return head.encode() + b"\r\n" + part.octets
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + _base64(part.octets)


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")

"""Non-delivery reports as real mail: RFC 3464, null reverse-path, headers only."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from fakes.exchange.organization import default_domain
from fakes.mail.address import Address
from fakes.mail.content import CRLF, Content, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import Carries, ItemKind, MailItem, Submission

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.exchange.organization import Organization
    from fakes.mail.reply import Reply


_REPORT_TYPE = "Content-Type: multipart/report; report-type=delivery-status"


def non_delivery_report(
    item: MailItem,
    failed: tuple[tuple[Address, Reply], ...],
    organization: Organization,
    *,
    at: datetime,
) -> MailItem | None:
    """Write the report to the sender; None for a mail that nobody is told about.

    exchange-routing#6.2: one report lists all failed recipients; a report about a
    report, or about mail with a null reverse-path, is not made.
    """
    sender = item.envelope.reverse_path
    if sender is None or item.kind is ItemKind.NDR:
        return None
    domain = default_domain(organization)
    digest = hashlib.sha256(item.content.raw + repr(failed).encode()).hexdigest()[:24]
    boundary = f"ndr-{digest}"
    parsed = parse(item.content)
    subject = b"".join(field.raw for field in parsed.named("Subject")[:1])
    headers = b"".join(field.raw for field in parsed.fields)
    notes = "".join(f"{who}: {said}\r\n" for who, said in failed)
    status = "".join(_status(who, said) for who, said in failed)
    lines = [
        f"From: Microsoft Outlook <postmaster@{domain}>",
        f"To: {sender}",
        f"Date: {at:%a, %d %b %Y %H:%M:%S +0000}",
        f"Message-ID: <{digest}@{domain}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'{_REPORT_TYPE}; boundary="{boundary}"',
    ]
    head = "\r\n".join(lines).encode("utf-8", "replace") + CRLF
    head += subject.replace(b"Subject:", b"Subject: Undeliverable:", 1)
    body = (
        f"\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{notes}"
        f"\r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns;{domain}\r\n\r\n{status}"
        f"\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    )
    raw = head + body.encode("utf-8", "replace") + headers
    raw += f"\r\n--{boundary}--\r\n".encode()
    return MailItem(
        Envelope(None, (sender,)),
        Content(raw),
        Submission(authenticated=Address("postmaster", domain)),
        kind=ItemKind.NDR,
        parent=item.parent,
        generation=item.generation + 1,
        carries=Carries.SUBJECT,
    )


def _status(who: Address, said: Reply) -> str:
    status = str(said.status) if said.status else f"{said.code // 100}.0.0"
    return (
        f"Final-Recipient: rfc822;{who}\r\nAction: failed\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp;{said}\r\n\r\n"
    )

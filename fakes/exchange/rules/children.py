"""Mails that a rule makes of a mail: incident report, notification, approval request.

Their null reverse-path keeps them from being answered. field-cases#system-mail: they
count as from outside, and all but the approval request meet the rules.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.organization import default_domain
from fakes.mail.content import CRLF, Content, make_field, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import Carries, ItemKind, MailItem, Submission

if TYPE_CHECKING:
    from fakes.exchange.rules.action import Context
    from fakes.exchange.rules.fork import Fork
    from fakes.mail.address import Address


@dataclass(frozen=True, slots=True)
class _Letter:
    """What is written to whom."""

    kind: ItemKind
    to: Address
    subject: str
    note: str
    carries: Carries


def incident_report(
    fork: Fork, to: Address, carries: Carries, context: Context
) -> MailItem:
    """Write an incident report, with the mail in it where it carries the whole."""
    note = f"Rule detected: {context.rule}\r\nMessage ID: {_message_id(fork)}\r\n"
    if carries is not Carries.NOTHING:
        note += f"Subject: {parse(fork.item.content).subject}\r\n"
    subject = f"Rule: {context.rule}"
    letter = _Letter(ItemKind.REPORT, to, subject, note, carries)
    return _mail(letter, fork, context)


def notification(fork: Fork, to: Address, text: str, context: Context) -> MailItem:
    """Write a notification to one of the recipients that a rule matched."""
    parsed = parse(fork.item.content)
    values = {
        "%%From%%": ", ".join(parsed.values("From")),
        "%%To%%": ", ".join(parsed.values("To")),
        "%%Cc%%": ", ".join(parsed.values("Cc")),
        "%%Subject%%": parsed.subject,
        "%%Headers%%": "".join(f"{f.name}: {f.decoded}\r\n" for f in parsed.fields),
        "%%MessageDate%%": ", ".join(parsed.values("Date")),
    }
    for token, value in values.items():
        text = text.replace(token, value)
    # exchange-rules#v57: it bears the subject that the mail has by then.
    letter = _Letter(ItemKind.NOTIFICATION, to, parsed.subject, text, Carries.SUBJECT)
    return _mail(letter, fork, context)


def approval_request(fork: Fork, to: Address, context: Context) -> MailItem:
    """Ask a moderator; the mail is attached (exchange-rules#5)."""
    subject = f"Approve: {parse(fork.item.content).subject}"
    note = "A message needs your approval.\r\n"
    letter = _Letter(ItemKind.APPROVAL, to, subject, note, Carries.WHOLE)
    return _mail(letter, fork, context)


def _mail(letter: _Letter, fork: Fork, context: Context) -> MailItem:
    content = fork.item.content
    domain = default_domain(context.organization)
    parts = (context.rule, str(letter.to), letter.kind, letter.note)
    named = "\0".join(parts).encode("utf-8", "replace")
    digest = hashlib.sha256(named + content.raw).hexdigest()[:24]
    fields = (
        make_field("From", f"Microsoft Outlook <postmaster@{domain}>"),
        make_field("To", str(letter.to)),
        make_field("Subject", letter.subject),
        make_field("Message-ID", f"<{digest}@{domain}>"),
        make_field("Auto-Submitted", "auto-generated"),
        make_field("MIME-Version", "1.0"),
        make_field("Content-Type", f'multipart/mixed; boundary="child-{digest}"'),
    )
    mark = f"--child-{digest}".encode()
    text_type = b"Content-Type: text/plain; charset=utf-8"
    note = letter.note.encode("utf-8", "replace")
    body = CRLF.join((b"", mark, text_type, b"", note))
    if letter.carries is Carries.WHOLE:
        body += CRLF + mark + CRLF + b"Content-Type: message/rfc822" + CRLF * 2
        body += content.raw
    raw = b"".join(field.raw for field in fields) + body + CRLF + mark + b"--" + CRLF
    return MailItem(
        Envelope(None, (letter.to,)),
        Content(raw),
        Submission(),
        kind=letter.kind,
        parent=_message_id(fork) or None,
        generation=fork.item.generation + 1,
        carries=letter.carries,
    )


def _message_id(fork: Fork) -> str:
    return next(iter(parse(fork.item.content).values("Message-ID")), "")

"""Mails that Exchange writes of itself: their header, their note, the mail they hold.

Their null reverse-path keeps them from being answered. field-cases#system-mail: those
that come from nobody's mailbox count as from outside.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.organization import default_domain
from fakes.mail.content import CRLF, Content, Field, make_field, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import Carries, ItemKind, MailItem, Submission

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from fakes.mail.address import Address


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written to whom, and because of what (`cause`).

    `author` is the mailbox that writes it, None for Exchange itself; `returns_to` is
    the reverse-path.
    """

    kind: ItemKind
    to: Address
    subject: str
    note: str
    carries: Carries
    cause: str = ""
    author: Address | None = None
    returns_to: Address | None = None
    fields: tuple[Field, ...] = ()


def write(letter: Letter, item: MailItem, organization: Organization) -> MailItem:
    """Write a letter about a mail, with the mail in it where it carries the whole."""
    domain = default_domain(organization)
    parts = (letter.cause, str(letter.to), letter.kind, letter.note)
    named = "\0".join(parts).encode("utf-8", "replace")
    digest = hashlib.sha256(named + item.content.raw).hexdigest()[:24]
    author = letter.author or f"Microsoft Outlook <postmaster@{domain}>"
    fields = (
        make_field("From", str(author)),
        make_field("To", str(letter.to)),
        make_field("Subject", letter.subject),
        make_field("Message-ID", f"<{digest}@{domain}>"),
        *(letter.fields or (make_field("Auto-Submitted", "auto-generated"),)),
        make_field("MIME-Version", "1.0"),
        make_field("Content-Type", f'multipart/mixed; boundary="child-{digest}"'),
    )
    mark = f"--child-{digest}".encode()
    text_type = b"Content-Type: text/plain; charset=utf-8"
    note = letter.note.encode("utf-8", "replace")
    body = CRLF.join((b"", mark, text_type, b"", note))
    if letter.carries is Carries.WHOLE:
        body += CRLF + mark + CRLF + b"Content-Type: message/rfc822" + CRLF * 2
        body += item.content.raw
    raw = b"".join(field.raw for field in fields) + body + CRLF + mark + b"--" + CRLF
    return MailItem(
        Envelope(letter.returns_to, (letter.to,)),
        Content(raw),
        Submission(authenticated=letter.author),
        kind=letter.kind,
        parent=message_id(item) or None,
        generation=item.generation + 1,
        carries=letter.carries,
    )


def approval_request(
    item: MailItem, to: Address, cause: str, organization: Organization
) -> MailItem:
    """Ask a moderator; the mail is attached (exchange-rules#5)."""
    subject = f"Approve: {parse(item.content).subject}"
    note = "A message needs your approval.\r\n"
    letter = Letter(ItemKind.APPROVAL, to, subject, note, Carries.WHOLE, cause)
    return write(letter, item, organization)


def message_id(item: MailItem) -> str:
    """Give the Message-ID of a mail, empty if it has none."""
    return next(iter(parse(item.content).values("Message-ID")), "")

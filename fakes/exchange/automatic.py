"""What a mailbox answers by itself: automatic replies and receipts.

They hold the subject only and have the null reverse-path
(field-cases#null-reverse-path-on-ordinary-mail), so that nothing answers them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.letters import Letter, write
from fakes.exchange.named import is_named
from fakes.exchange.organization import accepted_domain
from fakes.exchange.remote_domain import remote_domain
from fakes.mail.address import parse_address_list
from fakes.mail.content import make_field, parse
from fakes.mail.item import OF_PEOPLE, Carries, ItemKind, MailItem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fakes.exchange.organization import Organization, Recipient
    from fakes.mail.address import Address

_RECEIPTS = (
    ("Disposition-Notification-To", "Read"),
    ("Return-Receipt-To", "Delivered"),
)


class Audience(StrEnum):
    """Who outside gets automatic replies: ExternalAudience."""

    NONE = "None"
    KNOWN = "Known"
    ALL = "All"


@dataclass(frozen=True, slots=True)
class AutoReply:
    """Get-MailboxAutoReplyConfiguration of a mailbox that answers, as exported.

    `starts` and `ends` are None for one that answers at any time. Known are those in
    the contacts of the mailbox, which no export shows: they are taken to be all.
    """

    mailbox: str
    starts: datetime | None = None
    ends: datetime | None = None
    audience: Audience = Audience.ALL


def answers(
    box: Recipient, item: MailItem, organization: Organization, *, at: datetime
) -> tuple[MailItem, ...]:
    """Write what a mailbox answers to a mail that it has got; `at` is aware."""
    sender = item.envelope.reverse_path
    if sender is None or item.kind not in OF_PEOPLE:
        return ()
    return (
        *_replies(box, sender, item, organization, at),
        *_receipts(box, item, organization),
    )


def _replies(
    box: Recipient,
    sender: Address,
    item: MailItem,
    organization: Organization,
    at: datetime,
) -> Iterator[MailItem]:
    parsed = parse(item.content)
    # RFC 3834 2: what a program sent is not answered.
    is_automatic = any(
        text.strip().lower() != "no" for text in parsed.values("Auto-Submitted")
    )
    suppressed = ",".join(parsed.values("X-Auto-Response-Suppress")).lower()
    if is_automatic or "oof" in suppressed or "all" in suppressed:
        return
    for reply in organization.auto_replies or ():
        if _is_due(reply, box, sender, organization, at):
            subject = f"Automatic reply: {parsed.subject}"
            yield _letter(ItemKind.AUTO_REPLY, subject, sender, box, item, organization)


def _is_due(
    reply: AutoReply,
    box: Recipient,
    sender: Address,
    organization: Organization,
    at: datetime,
) -> bool:
    own = (box.primary, *box.proxies)
    # One that cannot be told shows nobody anything but a subject.
    if is_named(own, (reply.mailbox,), organization.directory) is not True:
        return False
    if (reply.starts and at < reply.starts) or (reply.ends and at >= reply.ends):
        return False
    if accepted_domain(organization, sender.domain_key) is not None:
        return True
    allowed = remote_domain(organization, sender.domain_key)
    is_allowed = allowed is None or allowed.replies
    return is_allowed and reply.audience is not Audience.NONE


def _receipts(
    box: Recipient, item: MailItem, organization: Organization
) -> Iterator[MailItem]:
    """Write the receipts that the mail asks for; its reader is taken to agree."""
    parsed = parse(item.content)
    for field, word in _RECEIPTS:
        for asked in parse_address_list(parsed.unfolded(field)).addresses:
            subject = f"{word}: {parsed.subject}"
            yield _letter(ItemKind.RECEIPT, subject, asked, box, item, organization)


def _letter(
    kind: ItemKind,
    subject: str,
    to: Address,
    box: Recipient,
    item: MailItem,
    organization: Organization,
) -> MailItem:
    fields = (make_field("Auto-Submitted", "auto-replied"),)
    letter = Letter(
        kind, to, subject, subject, Carries.SUBJECT, author=box.primary, fields=fields
    )
    return write(letter, item, organization)

"""What Zivver mails because of a mail: notices and direct copies, as real mail.

They leave from Zivver's own domain and bear its header, by which rules can tell them
(zivver#7). That they quote the subject is likely and not documented (zivver#9); their
texts are ours.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from fakes.mail.content import CRLF, Content, Field, make_field, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import Carries, ItemKind, MailItem, Submission
from fakes.zivver.delivery import ZivverDelivery, ZivverState
from fakes.zivver.receiver import TRANSPORT_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.zivver.ledger import Transaction
    from fakes.zivver.service import ZivverService

# The form of a UUID, which is all that is known of an organisation's mark (zivver#7).
_GROUPS = re.compile(r"(.{8})(.{4})(.{4})(.{4})(.{12})")
CONVERSATION_HEADER = "x-zivver-conversationid"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of Zivver's, and the state of the recipients that it is about."""

    state: ZivverState
    item: MailItem

    @property
    def to(self) -> Address:
        """Whom it is for."""
        return self.item.envelope.recipients[0]

    @property
    def is_notice(self) -> bool:
        """Whether it tells the sender what did not become of his mail."""
        return self.state in _TO_SENDER


def letters(
    transaction: Transaction, content: Content, service: ZivverService
) -> tuple[Letter, ...]:
    """Write what Zivver mails because of an accepted mail (zivver#8, zivver#9).

    A recipient gets a notification, which carries the subject, or the mail itself;
    the sender hears of what was held, bounced or dropped with a notice to him, once
    for each kind. `content` is the mail that the transaction is of.
    """
    if not transaction.is_accepted:
        return ()
    desk = _Desk(transaction, content, service)
    own = [
        Letter(end.state, desk.write(_TO_RECIPIENT[end.state], end.address, (end,)))
        for end in transaction.deliveries
        if end.state in _TO_RECIPIENT
    ]
    author = transaction.author
    if author is None:
        return tuple(own)
    for state, kind in _TO_SENDER.items():
        ends = tuple(e for e in transaction.deliveries if e.state is state)
        if any(end.is_told for end in ends):
            own.append(Letter(state, desk.write(kind, author, ends)))
    return tuple(own)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One sort of letter; `prefix` stands before the subject of the mail."""

    prefix: str
    note: str
    carries: Carries
    is_from_nobody: bool = False


_TO_RECIPIENT = {
    ZivverState.NOTIFICATION: _Kind(
        "Secure message: ", "A secure message waits for you.", Carries.SUBJECT
    ),
    ZivverState.DIRECT: _Kind("", "", Carries.WHOLE),
    ZivverState.PLAIN: _Kind("", "", Carries.WHOLE),
}
_TO_SENDER = {
    # zivver#F72
    ZivverState.HELD: _Kind(
        "Add verification details: ", "Nobody has received it yet.", Carries.SUBJECT
    ),
    ZivverState.BOUNCED: _Kind(
        "Undeliverable: ",
        "It could not be delivered.",
        Carries.SUBJECT,
        is_from_nobody=True,
    ),
    ZivverState.DROPPED: _Kind(
        "Not sent: ", "It was not sent on.", Carries.SUBJECT, is_from_nobody=True
    ),
}


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the letters of one mail are written."""

    transaction: Transaction
    content: Content
    service: ZivverService

    def write(
        self, kind: _Kind, to: Address, ends: tuple[ZivverDelivery, ...]
    ) -> MailItem:
        domain = self.service.host.partition(".")[2] or self.service.host
        sender = None if kind.is_from_nobody else Address("noreply", domain)
        whole = kind.carries is Carries.WHOLE
        raw = self._copy(to) if whole else self._notice(kind, to, domain, ends)
        return MailItem(
            Envelope(self._reverse_path() if whole else sender, (to,)),
            Content(raw),
            Submission(helo=self.service.host),
            kind=ItemKind.MAIL,
            parent=self.transaction.message_id or None,
            generation=1,
            carries=kind.carries,
        )

    def _notice(
        self,
        kind: _Kind,
        to: Address,
        domain: str,
        ends: tuple[ZivverDelivery, ...],
    ) -> bytes:
        mark = self._mark(str(to), kind.prefix)
        fields = (
            make_field("From", f"Zivver <noreply@{domain}>"),
            make_field("To", str(to)),
            make_field("Subject", f"{kind.prefix}{parse(self.content).subject}"),
            make_field("Message-ID", f"<{mark}@{domain}>"),
            make_field("Auto-Submitted", "auto-generated"),
            make_field(TRANSPORT_HEADER, mark),
            make_field(CONVERSATION_HEADER, self._mark("conversation")),
            make_field("MIME-Version", "1.0"),
            make_field("Content-Type", "text/plain; charset=utf-8"),
        )
        told = [f"{end.address}: {end.why}" for end in ends if end.is_told]
        body = "\r\n".join([kind.note, *told]).encode("utf-8", "replace")
        return _joined(fields) + CRLF + body + CRLF

    def _copy(self, to: Address) -> bytes:
        """Set Zivver's two marks before the mail itself; replies inherit the second."""
        mark = hashlib.sha256(self._organisation().encode("utf-8", "replace"))
        organisation = _GROUPS.sub(r"\1-\2-\3-\4-\5", mark.hexdigest()[:32])
        fields = (
            make_field(TRANSPORT_HEADER, self._mark(str(to))),
            make_field("References", f"<zivver-sdr-{organisation}>"),
        )
        return _joined(fields) + self.content.raw

    def _reverse_path(self) -> Address | None:
        return self.transaction.author or self.transaction.envelope.reverse_path

    def _organisation(self) -> str:
        author = self.transaction.author
        return author.domain_key if author else self.service.host

    def _mark(self, *more: str) -> str:
        named = "\0".join((self.transaction.sha256, *more))
        return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:24]


def _joined(fields: Iterable[Field]) -> bytes:
    return b"".join(field.raw for field in fields)

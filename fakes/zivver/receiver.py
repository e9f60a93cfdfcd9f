"""Zivver as a receiver: every decision of a session, bound to one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fakes.choices import Choices
from fakes.mail.address import Address
from fakes.mail.content import Content, Parsed, parse
from fakes.mail.envelope import Envelope
from fakes.mail.receiver import Receipt, Receiver
from fakes.mail.receiving import Wording
from fakes.mail.reply import Reply
from fakes.mail.session import Session
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.zivver.admission import (
    Assumed,
    Decision,
    decide_auth,
    decide_connect,
    decide_mail,
    decide_recipient,
    said_by,
)
from fakes.zivver.delivery import ZivverDelivery, ZivverState, deliver
from fakes.zivver.ledger import Refusal, Transaction, digest
from fakes.zivver.message_settings import MessageSettings, message_settings
from fakes.zivver.readings import EmptyRecipients, MissingAccount, settle
from fakes.zivver.recipients import Recipients, resolve_recipients
from fakes.zivver.replies import REPLIES, Reason
from fakes.zivver.sender import find_sender
from fakes.zivver.service import Fault, ZivverService, reply_for
from fakes.zone import Zone

# zivver#7: present on mail that has left Zivver.
TRANSPORT_HEADER = "X-Zivver-Transport"

Note = Callable[[Refusal], None]
Clock = Callable[[], datetime | None]


def not_told() -> None:
    """Be the clock of a run in which nobody tells the time."""


def receiver(
    service: ZivverService,
    zone: Zone,
    port: int,
    choices: Choices,
    *,
    note: Note | None = None,
    clock: Clock = not_told,
) -> Receiver[Transaction]:
    """Bind the decisions of a service to one of its ports.

    `note` hears of every refusal before the end of data; `clock` tells the time.

    Raises:
        ValueError: the service does not listen on that port.

    """
    if port not in service.ports:
        # zivver#3: 465 among them.
        raise ValueError(f"{service.host} does not listen on port {port}")
    desk = _Desk(service, zone, port, choices, note, clock)
    return Receiver(
        name=service.host,
        port=port,
        tls=service.tls,
        needs_tls=True,
        size_limit=service.size_limit,
        connect=desk.connect,
        mail=desk.mail,
        recipient=desk.recipient,
        message=desk.message,
        authenticate=desk.authenticate,
        offers=service.offers,
        wording=Wording(
            said_by(service, Reason.NO_TLS),
            said_by(service, Reason.AUTH_BEFORE_TLS),
            said_by(service, Reason.SIZE_DECLARED),
            said_by(service, Reason.TOO_BIG),
        ),
    )


def find_receiver(
    service: ZivverService,
    zone: Zone,
    port: int,
    choices: Choices,
    *,
    note: Note | None = None,
    clock: Clock = not_told,
) -> Receiver[Transaction] | Reply:
    """Give the receiver at a port, or why nobody answers there."""
    if service.is_down or port not in service.ports:
        return CONNECTION_REFUSED
    return receiver(service, zone, port, choices, note=note, clock=clock)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A service at one port, in one run."""

    service: ZivverService
    zone: Zone
    port: int
    choices: Choices
    note: Note | None
    clock: Clock

    def connect(self, session: Session) -> Reply | None:
        decision = decide_connect(
            self.service, session, zone=self.zone, choices=self.choices
        )
        self._note(session, decision)
        said = reply_for(self.service, decision.reason)
        if said is not None and said is REPLIES[Reason.WELCOME].reply:
            return replace(said, text=f"{self.service.host} ESMTP")
        return said

    def authenticate(self, session: Session, user: str, password: str) -> Reply:
        return self._answer(session, decide_auth(self.service, session, user, password))

    def mail(self, session: Session, sender: Address | None, size: int | None) -> Reply:
        decision = decide_mail(self.service, session, sender, size, zone=self.zone)
        return self._answer(session, decision)

    def recipient(
        self, session: Session, sender: Address | None, recipient: Address, taken: int
    ) -> Reply:
        del sender  # a recipient does not depend on it
        decision = decide_recipient(self.service, recipient, taken)
        return self._answer(session, decision, recipient)

    def message(
        self, session: Session, envelope: Envelope, content: Content
    ) -> Receipt[Transaction]:
        sender = envelope.reverse_path
        admitted = decide_mail(self.service, session, sender, None, zone=self.zone)
        if admitted.is_positive:
            end = decide_message(
                self.service,
                envelope,
                content,
                zone=self.zone,
                choices=self.choices,
                at=self.clock(),
            )
            decision = end.decision
        else:
            end = End(admitted)
            decision = admitted
        sha256 = digest(content)
        reply = said_by(self.service, decision.reason)
        if reply.is_positive:
            reply = replace(reply, text=f"{reply.text} {sha256[:12]}")
        parsed = parse(content)
        transaction = Transaction(
            self.port,
            session,
            envelope,
            decision.reason,
            reply,
            sha256,
            why=decision.why,
            author=end.author,
            account=end.account,
            sent_by=end.sent_by,
            recipients=end.recipients,
            deliveries=end.deliveries,
            asked=end.asked,
            assumed=tuple(dict.fromkeys((*admitted.assumed, *decision.assumed))),
            is_returning=bool(parsed.named(TRANSPORT_HEADER)),
            message_id="".join(parsed.unfolded("Message-ID")[:1]).strip(),
        )
        is_cut = Fault.CUT in self.service.faults
        return Receipt(reply, transaction, is_unsaid=is_cut)

    def _answer(
        self, session: Session, decision: Decision, about: Address | None = None
    ) -> Reply:
        self._note(session, decision, about)
        return said_by(self.service, decision.reason)

    def _note(
        self, session: Session, decision: Decision, about: Address | None = None
    ) -> None:
        if self.note is None or decision.is_positive:
            return
        stage = decision.row.stage
        reply = reply_for(self.service, decision.reason)
        reason, why = decision.reason, decision.why
        self.note(Refusal(self.port, session, stage, reason, reply, why, about))


@dataclass(frozen=True, slots=True)
class End:
    """What the end of data brings: the decision, and what was found on the way."""

    decision: Decision
    author: Address | None = None
    account: Address | None = None
    sent_by: Address | None = None
    recipients: Recipients | None = None
    deliveries: tuple[ZivverDelivery, ...] = ()
    asked: MessageSettings | None = None


def decide_message(
    service: ZivverService,
    envelope: Envelope,
    content: Content,
    *,
    zone: Zone,
    choices: Choices,
    at: datetime | None = None,
) -> End:
    """Decide on a whole mail of an admitted sender (zivver#12, zivver#8)."""
    if Fault.STORE_DOWN in service.faults:
        return End(Decision(Reason.STORE_DOWN, "the message store is down"))
    if len(content.raw) > service.size_limit:
        why = f"{len(content.raw)} octets, at most {service.size_limit}"
        return End(Decision(Reason.TOO_BIG, why))
    parsed = parse(content)
    sender = find_sender(parsed, service, choices)
    author, account = sender.author, sender.account
    if author is None:
        return End(Decision(Reason.BAD_FROM, sender.trouble))
    if sender.trouble:
        end = _without_account(
            service, envelope, parsed, why=sender.trouble, choices=choices
        )
        return replace(end, author=author, sent_by=sender.sent_by)
    found = resolve_recipients(envelope, parsed, service=service, choices=choices)
    assumed = sender.assumed
    end = End(
        Decision(Reason.ACCEPTED, assumed=assumed),
        author,
        account.address if account else None,
        sender.sent_by,
        found,
    )
    if not found.resolved:
        reason, why = _without_recipients(service, found, choices)
        return replace(end, decision=Decision(reason, why, assumed))
    asked = message_settings(parsed)
    end = replace(end, asked=asked)
    result = deliver(
        found.resolved, asked, service=service, zone=zone, choices=choices, at=at
    )
    if result.is_verification_assumed:
        assumed = (*assumed, Assumed.VERIFICATION)
        end = replace(end, decision=Decision(Reason.ACCEPTED, assumed=assumed))
    return replace(end, deliveries=result.deliveries)


def _without_account(
    service: ZivverService,
    envelope: Envelope,
    parsed: Parsed,
    *,
    why: str,
    choices: Choices,
) -> End:
    answer = settle(service.missing_account, MissingAccount, choices)
    if answer is MissingAccount.REJECT:
        return End(Decision(Reason.NO_ACCOUNT, why))
    is_told = answer is MissingAccount.ACCEPT_THEN_NOTIFY
    reason = Reason.NO_ACCOUNT_NOTIFIED if is_told else Reason.NO_ACCOUNT_DROPPED
    found = resolve_recipients(envelope, parsed, service=service, choices=choices)
    dropped = tuple(
        ZivverDelivery(address, ZivverState.DROPPED, why, is_told)
        for address in found.resolved
    )
    return End(Decision(reason, why), recipients=found, deliveries=dropped)


def _without_recipients(
    service: ZivverService, found: Recipients, choices: Choices
) -> tuple[Reason, str]:
    why = "To and Cc count, and name nobody"
    if found.unread:
        why = f"To and Cc count, and {' and '.join(found.unread)} cannot be read"
    answer = settle(service.empty_recipients, EmptyRecipients, choices)
    if answer is EmptyRecipients.REFUSE:
        return Reason.NO_RECIPIENTS, why
    return Reason.NO_RECIPIENTS_BOUNCED, why

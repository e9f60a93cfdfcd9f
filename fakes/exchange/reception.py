"""How Exchange answers whoever connects: the few decisions of a submission.

The server behind sockets and the computed conversation of a hybrid's two sides call
the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.arrival import refuse_content, refuse_recipient
from fakes.exchange.hybrid import as_arrived, hop_trouble, is_vouched
from fakes.mail.address import AddressError, parse_address
from fakes.mail.item import MailItem, Submission
from fakes.mail.offers import ALL
from fakes.mail.receiver import Receipt, Receiver
from fakes.mail.reply import reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.choices import Choices
    from fakes.exchange.hybrid import Peer
    from fakes.exchange.organization import Organization
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.reply import Reply
    from fakes.mail.session import ServerTls, Session

SMTP_PORT, SUBMISSION_PORT = 25, 587
# exchange-routing#5.1: 150 MB is the most that an organisation can allow.
SIZE_LIMIT = 157_286_400
SENDER_OK = reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = reply(250, "2.1.5", "Recipient OK")
QUEUED = reply(250, "2.6.0", "Queued mail for delivery")
LOGGED_IN = reply(235, "2.7.0", "Authentication successful")
NOT_LOGGED_IN = reply(535, "5.7.3", "Authentication unsuccessful")
NOT_AUTHENTICATED = reply(530, "5.7.57", "Client was not authenticated to send mail")
# exchange-routing#5.1
TOO_MANY_RECIPIENTS = reply(452, "4.5.3", "Too many recipients")


@dataclass(frozen=True, slots=True)
class ReceiveLimits:
    """How much a listener takes: octets of a mail, recipients of one (None: any)."""

    size: int = SIZE_LIMIT
    recipients: int | None = None


NO_LIMITS = ReceiveLimits()


def receiver_of(
    organization: Organization,
    choices: Callable[[], Choices],
    *,
    tls: ServerTls,
    peer: Peer | None = None,
    port: int = SMTP_PORT,
    limits: ReceiveLimits = NO_LIMITS,
) -> Receiver[MailItem | None]:
    """Bind the decisions of a submission to an organization.

    Args:
        organization: who receives.
        choices: gives the choices of one mail.
        tls: how STARTTLS is done, and with what certificate.
        peer: the other side of a hybrid if nobody else connects here.
        port: where it listens; who does not log in is a stranger at 25 and nobody
            at 587.
        limits: how much is taken.

    """
    greeting = reply(220, "", f"{organization.helo} ESMTP")

    def mail(session: Session, _sender: Address | None, _size: int | None) -> Reply:
        is_nobody = port == SUBMISSION_PORT and session.identity is None
        return NOT_AUTHENTICATED if is_nobody else SENDER_OK

    def recipient(
        session: Session, sender: Address | None, address: Address, taken: int
    ) -> Reply:
        if limits.recipients is not None and taken >= limits.recipients:
            return TOO_MANY_RECIPIENTS
        submission = _submission(session, peer)
        refused = refuse_recipient(
            address, submission, organization, choices(), sender=sender
        )
        return refused or RECIPIENT_OK

    def message(
        session: Session, envelope: Envelope, content: Content
    ) -> Receipt[MailItem | None]:
        trouble = hop_trouble(content, organization) or refuse_content(
            content, _submission(session, peer), organization
        )
        if trouble:
            return Receipt(trouble, None)
        if peer is None:
            submission = _submission(session, None)
        else:
            submission = _submission(session, peer, is_vouched=is_vouched(content))
            content = as_arrived(
                content, sender=session.helo, receiver=organization.helo
            )
        return Receipt(QUEUED, MailItem(envelope, content, submission))

    return Receiver(
        name=organization.helo,
        port=port,
        tls=tls,
        needs_tls=False,
        size_limit=limits.size,
        connect=lambda _session: greeting,
        mail=mail,
        recipient=recipient,
        message=message,
        authenticate=None if peer else _authenticate,
        # exchange-routing#5.2
        offers=ALL,
    )


def _authenticate(_session: Session, user: str, _password: str) -> Reply:
    try:
        parse_address(user)
    except AddressError:
        return NOT_LOGGED_IN
    return LOGGED_IN


def _submission(
    session: Session, peer: Peer | None, *, is_vouched: bool = False
) -> Submission:
    who = parse_address(session.identity) if session.identity else None
    # A certificate is shown within TLS only.
    certificate = peer.certificate if peer and session.is_encrypted else None
    if certificate is None and session.certificate:
        certificate = session.certificate[0]
    return Submission(who, session.source, session.helo, certificate, is_vouched)

"""How Exchange answers whoever connects: the few decisions of a submission.

The server behind sockets and the computed conversation of a hybrid's two sides call
the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.arrival import refuse_recipient
from fakes.exchange.hybrid import as_arrived, hop_trouble, is_vouched
from fakes.mail.address import AddressError, parse_address
from fakes.mail.item import MailItem, Submission
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

# exchange-routing#5.1: 150 MB is the most that an organisation can allow.
SIZE_LIMIT = 157_286_400
SENDER_OK = reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = reply(250, "2.1.5", "Recipient OK")
QUEUED = reply(250, "2.6.0", "Queued mail for delivery")
LOGGED_IN = reply(235, "2.7.0", "Authentication successful")
NOT_LOGGED_IN = reply(535, "5.7.3", "Authentication unsuccessful")


def receiver_of(
    organization: Organization,
    choices: Callable[[], Choices],
    *,
    tls: ServerTls,
    peer: Peer | None = None,
    port: int = 25,
) -> Receiver[MailItem | None]:
    """Bind the decisions of a submission to an organization.

    Args:
        organization: who receives.
        choices: gives the choices of one mail.
        tls: how STARTTLS is done, and with what certificate.
        peer: the other side of a hybrid if nobody else connects here.
        port: where it listens.

    """
    greeting = reply(220, "", f"{organization.helo} ESMTP")

    def recipient(
        session: Session, _sender: Address | None, address: Address, _taken: int
    ) -> Reply:
        submission = _submission(session, peer)
        refused = refuse_recipient(address, submission, organization, choices())
        return refused or RECIPIENT_OK

    def message(
        session: Session, envelope: Envelope, content: Content
    ) -> Receipt[MailItem | None]:
        trouble = hop_trouble(content)
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
        size_limit=SIZE_LIMIT,
        connect=lambda _session: greeting,
        mail=lambda _session, _sender, _size: SENDER_OK,
        recipient=recipient,
        message=message,
        authenticate=None if peer else _authenticate,
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
    return Submission(who, session.source, session.helo, certificate, is_vouched)

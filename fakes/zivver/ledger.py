"""What Zivver writes down: one entry for a mail, one for a refused session.

No body, no password: of a mail's bytes the SHA-256 only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fakes.mail.address import Address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import Stage
from fakes.mail.reply import Reply
from fakes.mail.session import Session
from fakes.zivver.admission import Assumed
from fakes.zivver.delivery import ZivverDelivery
from fakes.zivver.message_settings import MessageSettings
from fakes.zivver.recipients import Recipients
from fakes.zivver.replies import Reason


@dataclass(frozen=True, slots=True)
class Transaction:
    """One mail that came to its end of data, accepted or not.

    `author` is the address in From:, None when there is not exactly one; `account`
    the main address of the account that it belongs to; `sent_by` who stands in Sender:
    in its name. `asked` is what header fields asked for, None where Zivver did not come
    as far. `is_returning` marks a mail that Zivver itself had sent.
    """

    port: int
    session: Session
    envelope: Envelope
    reason: Reason
    reply: Reply
    sha256: str
    why: str = ""
    author: Address | None = None
    account: Address | None = None
    sent_by: Address | None = None
    recipients: Recipients | None = None
    deliveries: tuple[ZivverDelivery, ...] = ()
    asked: MessageSettings | None = None
    assumed: tuple[Assumed, ...] = ()
    is_returning: bool = False
    message_id: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the client was told that the mail is Zivver's now."""
        return self.reply.is_positive

    @property
    def is_encrypted(self) -> bool:
        """Whether the session was under TLS."""
        return self.session.is_encrypted

    @property
    def identity(self) -> str | None:
        """The user name of the login, if there was one."""
        return self.session.identity


@dataclass(frozen=True, slots=True)
class Refusal:
    """A session that was refused before its mail; a `reply` of None is silence."""

    port: int
    session: Session
    stage: Stage
    reason: Reason
    reply: Reply | None
    why: str = ""
    about: Address | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was written so far, each in the order in which it came."""

    transactions: tuple[Transaction, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def digest(content: Content) -> str:
    """Give the SHA-256 of a mail's bytes."""
    return hashlib.sha256(content.raw).hexdigest()

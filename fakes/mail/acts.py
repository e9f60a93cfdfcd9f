"""What a sender does in a session, act by act, and what comes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.session import Certificate


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect and hear the greeting."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Greet:
    """Say EHLO or HELO."""

    verb: str
    name: str


@dataclass(frozen=True, slots=True)
class AskTls:
    """Say STARTTLS."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """Begin TLS; `verifies` asks whether the certificate holds."""

    verifies: bool


@dataclass(frozen=True, slots=True)
class LogIn:
    """Say AUTH LOGIN, as Exchange does (`field-cases#3`)."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveSender:
    """Say MAIL; a `size` of None leaves SIZE and all other parameters out."""

    reverse_path: Address | None
    size: int | None


@dataclass(frozen=True, slots=True)
class GiveRecipient:
    """Say RCPT."""

    recipient: Address


@dataclass(frozen=True, slots=True)
class AskData:
    """Say DATA."""


@dataclass(frozen=True, slots=True)
class GiveContent:
    """Send the content and the final dot."""

    content: Content


@dataclass(frozen=True, slots=True)
class Leave:
    """Say QUIT if there is still a session; nothing is to be heard."""


Speech = (
    Greet
    | AskTls
    | Handshake
    | LogIn
    | GiveSender
    | GiveRecipient
    | AskData
    | GiveContent
)
Act = Dial | Speech | Leave


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an act.

    `is_lost`: the peer said nothing, there is no session (any more), and the reply
    is a trouble of our own table. `offers` are the lines of an EHLO reply. The
    `certificate` is what a handshake has shown; None is a handshake that failed.
    """

    reply: Reply
    is_lost: bool = False
    offers: tuple[str, ...] = ()
    certificate: Certificate | None = None


# A handshake has no reply of its own: the certificate is what counts.
SHAKEN = reply(220, "", "TLS")

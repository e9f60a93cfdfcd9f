"""What a sender does in a session, act by act, and what comes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.handoff import OpenSession
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
    """Say AUTH with that mechanism, LOGIN or PLAIN."""

    user: str
    password: str = field(repr=False)
    mechanism: str = "LOGIN"


@dataclass(frozen=True, slots=True)
class GiveSender:
    """Say MAIL; a `size` of None leaves SIZE out. `words` are further parameters."""

    reverse_path: Address | None
    size: int | None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GiveRecipient:
    """Say RCPT, with parameters."""

    recipient: Address
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskData:
    """Say DATA."""


@dataclass(frozen=True, slots=True)
class GiveContent:
    """Send the content and the final dot, or all of it in one chunk (RFC 3030)."""

    content: Content
    is_chunk: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """Say RSET: what was begun is forgotten."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Say QUIT if there is still a session; nothing is to be heard."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave the session open for the next mail; nothing is to be heard."""

    session: OpenSession


Speech = (
    Greet
    | AskTls
    | Handshake
    | LogIn
    | GiveSender
    | GiveRecipient
    | AskData
    | GiveContent
    | Reset
)
Act = Dial | Speech | Leave | Keep
# What is said at once, before any reply is awaited; nearly always one act.
Acts = tuple[Act, ...]


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

    @property
    def is_end(self) -> bool:
        """Whether nothing more can be heard: the session is lost or was closed."""
        return self.is_lost or self.reply.code == CLOSING


CLOSING = 421
# A handshake has no reply of its own: the certificate is what counts.
SHAKEN = reply(220, "", "TLS")

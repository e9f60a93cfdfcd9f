"""What a receiving server decides, stage by stage, as typed callables.

The server behind sockets and the computed conversation call the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from fakes.mail.offers import USUAL, Extension
from fakes.mail.receiving import USUAL_WORDING, Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.reply import Reply
    from fakes.mail.session import ServerTls, Session

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Receipt(Generic[R_co]):
    """The reply at the end of data, and what the receiver writes in its ledger.

    `is_unsaid`: the connection breaks before the reply is heard (zivver#12).
    """

    reply: Reply
    record: R_co
    is_unsaid: bool = False


class HangUpError(Exception):
    """Raised by any decision of a receiver: the connection breaks there and then.

    `said` is what is said before it breaks; nothing, if it is None.
    """

    def __init__(self, said: Reply | None = None) -> None:
        """Keep the last words."""
        super().__init__("the connection breaks")
        self.said = said


@dataclass(frozen=True, slots=True)
class Receiver(Generic[R_co]):
    """One server's decisions.

    `connect` may answer None: nothing is said and the client waits until it gives
    up. `recipient` is told the reverse-path, the recipient, and how many were
    accepted before. `authenticate` is None when AUTH is not offered. `message` sees
    a whole mail with the recipients that were accepted. `size_limit` is in octets;
    `announced_size` is what EHLO names instead, where that differs.
    `hello`, `starttls` and `data` are for servers that refuse there; None goes on.
    A reply 421 ends the session. `wording` is what is said before any of them is asked.
    """

    name: str
    port: int
    tls: ServerTls
    needs_tls: bool
    size_limit: int
    connect: Callable[[Session], Reply | None]
    mail: Callable[[Session, Address | None, int | None], Reply]
    recipient: Callable[[Session, Address | None, Address, int], Reply]
    message: Callable[[Session, Envelope, Content], Receipt[R_co]]
    authenticate: Callable[[Session, str, str], Reply] | None = None
    hello: Callable[[Session], Reply | None] | None = None
    starttls: Callable[[Session], Reply | None] | None = None
    data: Callable[[Session, Envelope], Reply | None] | None = None
    offers: frozenset[Extension] = USUAL
    announced_size: int | None = None
    wording: Wording = USUAL_WORDING

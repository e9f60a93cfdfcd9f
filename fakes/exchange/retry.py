"""What Exchange does with each reply: the matrix (exchange-routing#6.3), as a table.

The order of a session (which host comes next, who is settled) is the conversation's;
here stands what the queue does afterwards, and a test holds both to the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.mail import troubles
from fakes.mail.handoff import Stage
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.mail.handoff import Said, Transmission


class Trouble(StrEnum):
    """What kind of answer it was, or why there was none."""

    NO_NAME = "the name does not exist"
    NO_DNS = "DNS does not answer"
    REFUSED = "the connection is refused"
    SILENT = "no answer in time"
    LOST = "the connection is lost"
    CLOSING = "421"
    LATER = "4xx"
    NEVER = "5xx"
    OURS = "not on our terms"


class Next(StrEnum):
    """What Exchange does next."""

    QUEUE = "the whole queue waits"
    MESSAGE = "this mail waits"
    RECIPIENT = "this recipient waits"
    RETURN = "the mail goes back to the sender"
    RETURN_RECIPIENT = "the sender is told of this recipient"
    AGAIN = "the queue waits; the mail may have been taken, and then arrives twice"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what a server does, what Exchange Online does, whether others are tried.

    `has_other` says that the next host of the list is tried at once.
    """

    server: Next
    online: Next
    has_other: bool = False

    def on(self, platform: Platform) -> Next:
        """Give what that platform does."""
        return self.online if platform is Platform.ONLINE else self.server


_T, _N, _S = Trouble, Next, Stage
_QUEUE = Row(_N.QUEUE, _N.QUEUE)
_OTHER = Row(_N.QUEUE, _N.QUEUE, has_other=True)
_MESSAGE = Row(_N.MESSAGE, _N.MESSAGE)
_RETURN = Row(_N.RETURN, _N.RETURN)
_TWICE = Row(_N.AGAIN, _N.AGAIN)
_LOST_MIDWAY = {_T.LOST: _OTHER, _T.SILENT: _OTHER, _T.CLOSING: _OTHER}

# exchange-routing#6.3, row by row.
MATRIX: Mapping[Stage, Mapping[Trouble, Row]] = MappingProxyType(
    {
        _S.LOOK_UP: {
            _T.NO_NAME: Row(_N.RETURN, _N.QUEUE, has_other=True),
            _T.NO_DNS: _OTHER,
        },
        _S.CONNECT: {
            _T.REFUSED: _OTHER,
            _T.SILENT: _OTHER,
            _T.LOST: _OTHER,
            _T.CLOSING: _OTHER,
            _T.LATER: _OTHER,
            # exchange-routing#X-21: a reading, see `fakes.exchange.queue`
            _T.NEVER: _OTHER,
        },
        # RFC 5321 3.2: HELO is tried after a 5xx; this is what HELO comes to.
        _S.EHLO: {**_LOST_MIDWAY, _T.LATER: _OTHER, _T.NEVER: _OTHER},
        _S.STARTTLS: {
            **_LOST_MIDWAY,
            _T.LATER: _QUEUE,
            _T.NEVER: _QUEUE,
            _T.OURS: _QUEUE,
        },
        # field-cases#X-30: never a report before the expiry
        _S.AUTH: {
            **_LOST_MIDWAY,
            _T.LATER: _QUEUE,
            _T.NEVER: _QUEUE,
            _T.OURS: _QUEUE,
        },
        _S.MAIL: {**_LOST_MIDWAY, _T.LATER: _MESSAGE, _T.NEVER: _RETURN},
        _S.RCPT: {
            **_LOST_MIDWAY,
            _T.LATER: Row(_N.RECIPIENT, _N.RECIPIENT),
            _T.NEVER: Row(_N.RETURN_RECIPIENT, _N.RETURN_RECIPIENT),
        },
        _S.DATA: {**_LOST_MIDWAY, _T.LATER: _MESSAGE, _T.NEVER: _RETURN},
        _S.DONE: {
            # Another host would make a duplicate for certain.
            _T.LOST: _TWICE,
            _T.SILENT: _TWICE,
            _T.CLOSING: _OTHER,
            _T.LATER: _MESSAGE,
            _T.NEVER: _RETURN,
        },
    }
)
_KNOWN: Mapping[Reply, Trouble] = MappingProxyType(
    {
        troubles.NO_SUCH_HOST: _T.NO_NAME,
        troubles.LOOK_UP_FAILED: _T.NO_DNS,
        troubles.CONNECTION_REFUSED: _T.REFUSED,
        troubles.TIMED_OUT: _T.SILENT,
        troubles.CONNECTION_LOST: _T.LOST,
    }
)
# What we say ourselves of a peer that does not meet our terms.
_OF_OURS = frozenset({Stage.STARTTLS, Stage.AUTH})
_OUR_CODES = frozenset({troubles.TLS_NOT_OFFERED.status, troubles.WRONG_NAME.status})


@dataclass(frozen=True, slots=True)
class Heard:
    """What kept a recipient from being taken: when, what, and what follows of it."""

    stage: Stage
    trouble: Trouble
    reply: Reply
    next: Next

    @property
    def is_of_queue(self) -> bool:
        """Whether the next hop was not reached at all, and its queue waits."""
        return self.next in {Next.QUEUE, Next.AGAIN}


def heard(
    transmission: Transmission, recipient: Address, platform: Platform
) -> Heard | None:
    """Find the row for a recipient that was not taken; None if he was."""
    if recipient in transmission.accepted:
        return None
    for said in reversed(transmission.said):
        if said.reply.is_positive or said.about not in {None, recipient}:
            continue
        trouble = _trouble(said)
        row = MATRIX[said.stage].get(trouble, _OTHER)
        return Heard(said.stage, trouble, said.reply, row.on(platform))
    # Nobody was dialled, for there was no host.
    return Heard(Stage.LOOK_UP, Trouble.NO_DNS, troubles.LOOK_UP_FAILED, Next.QUEUE)


def _trouble(said: Said) -> Trouble:
    known = _KNOWN.get(said.reply)
    if known is not None:
        return known
    if said.stage in _OF_OURS and said.reply.status in _OUR_CODES:
        return Trouble.OURS
    if said.reply.code == 421:
        return Trouble.CLOSING
    return Trouble.LATER if said.reply.is_transient else Trouble.NEVER


# What a notice says of a mail that waits inside, where nobody has said anything.
WAITS = reply(450, "4.4.7", "Delivery is delayed")
# exchange-routing#6.1, exchange-routing#D17: 550, with a detail of class 4.
_EXPIRED_ON_SERVER = reply(550, "4.4.7", "QUEUE.Expired; message expired")
_EXPIRED_ONLINE = "5.4.300", "Message expired"
# exchange-routing#1.7: 4.4.31x of the last attempt becomes 5.4.31x.
_CAUSES = range(312, 319)
_LONGEST = 400


def expired(platform: Platform, last: Reply | None) -> Reply:
    """Say that the queue gives up, as each platform words it, with the last cause."""
    if platform is Platform.SERVER:
        return _EXPIRED_ON_SERVER
    status, text = _EXPIRED_ONLINE
    if last is None:
        return reply(550, status, text)
    found = last.status
    if found and (found.class_, found.subject) == (4, 4) and found.detail in _CAUSES:
        status = f"5.4.{found.detail}"
        plain = last.text.replace(" [Message=", "(").removesuffix("]")
        closed = ")" if plain != last.text else ""
        text = f"{text}, {plain[:1].lower()}{plain[1:]}{closed}"
    return reply(550, status, f"{text} -> {last}"[:_LONGEST])

"""Faults on demand: a script of when, how often and what, laid over a receiver.

The same script gives the same run. A line is spent when it has been met `times`
times; of several that fit, the first that is not spent acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from fakes.mail.handoff import Stage
from fakes.mail.receiver import Receipt, Receiver
from fakes.mail.reply import Reply, reply
from fakes.zivver.delivery import ZivverDelivery, ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.replies import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.session import Session

_UNAVAILABLE = reply(421, "4.3.0", "Service not available, closing channel")


class Deed(StrEnum):
    """What a fault does.

    ANSWER: say its reply instead of what was decided. SILENT: say nothing. TAKE: take
    the mail, and say its reply nevertheless. HOLD, BOUNCE: say yes, and then hold or
    return the mail.
    """

    ANSWER = "answer"
    SILENT = "silent"
    TAKE = "take"
    HOLD = "hold"
    BOUNCE = "bounce"


# Where each deed can be done; elsewhere it would mean nothing.
STAGES_OF = {
    Deed.ANSWER: frozenset(
        {
            Stage.CONNECT,
            Stage.EHLO,
            Stage.AUTH,
            Stage.MAIL,
            Stage.RCPT,
            Stage.DATA,
            Stage.DONE,
        }
    ),
    Deed.SILENT: frozenset({Stage.CONNECT}),
    Deed.TAKE: frozenset({Stage.DONE}),
    Deed.HOLD: frozenset({Stage.DONE}),
    Deed.BOUNCE: frozenset({Stage.DONE}),
}
_NEEDS_REPLY = frozenset({Deed.ANSWER, Deed.TAKE})
_NEVER_POSITIVE = "a fault says 4xx or 5xx"


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One line of a script: at which stage, what, and how often.

    `about` narrows RCPT to one recipient; the first `after` times it passes by, then
    it acts `times` times (None: for ever).

    Raises:
        ValueError: the parts do not fit together.

    """

    stage: Stage
    deed: Deed = Deed.ANSWER
    reply: Reply | None = None
    about: Address | None = None
    after: int = 0
    times: int | None = 1

    def __post_init__(self) -> None:
        """Refuse a line that could never act."""
        stages = STAGES_OF[self.deed]
        if self.stage not in stages:
            known = ", ".join(sorted(stage.value for stage in stages))
            raise ValueError(f"`{self.deed}` goes with {known}, not {self.stage.value}")
        if (self.deed in _NEEDS_REPLY) != (self.reply is not None):
            need = "needs a reply" if self.deed in _NEEDS_REPLY else "takes no reply"
            raise ValueError(f"`{self.deed}` {need}")
        if self.reply is not None and self.reply.is_positive:
            raise ValueError(f"`{self.reply}`: {_NEVER_POSITIVE}")
        if self.about is not None and self.stage is not Stage.RCPT:
            raise ValueError(f"{self.stage.value} is not about one recipient")
        if self.after < 0 or (self.times is not None and self.times < 1):
            raise ValueError("a fault acts at least once, after 0 times or more")

    def fits(self, stage: Stage, about: Address | None) -> bool:
        """Say whether the line is about this moment."""
        return self.stage is stage and self.about in {None, about}


class FaultDesk:
    """A script at work: it counts how often each line was met.

    Receivers ask it in their loop; any thread may add, which is one append.
    """

    def __init__(self, script: Iterable[FaultLine] = ()) -> None:
        self._met: list[tuple[FaultLine, int]] = [(line, 0) for line in script]

    def add(self, line: FaultLine) -> None:
        """Put one more line at the end of the script."""
        self._met.append((line, 0))

    def take(self, stage: Stage, about: Address | None = None) -> FaultLine | None:
        """Give the line that acts now, and count it as met."""
        for index, (line, met) in enumerate(self._met):
            is_spent = line.times is not None and met >= line.after + line.times
            if line.fits(stage, about) and not is_spent:
                self._met[index] = (line, met + 1)
                return line if met >= line.after else None
        return None

    @property
    def waiting(self) -> tuple[FaultLine, ...]:
        """The lines that have not yet done what they are there for."""
        return tuple(
            line
            for line, met in self._met
            if met < line.after + (1 if line.times is None else line.times)
        )


def with_faults(
    receiver: Receiver[Transaction], desk: FaultDesk
) -> Receiver[Transaction]:
    """Lay a script over a receiver: its decisions stay, what is said changes."""
    layer = _Layer(receiver, desk)
    return replace(
        receiver,
        connect=layer.connect,
        hello=layer.hello,
        mail=layer.mail,
        recipient=layer.recipient,
        data=layer.data,
        message=layer.message,
        authenticate=layer.authenticate if receiver.authenticate else None,
    )


@dataclass(frozen=True, slots=True)
class _Layer:
    """A receiver and the script over it."""

    below: Receiver[Transaction]
    desk: FaultDesk

    def connect(self, session: Session) -> Reply | None:
        line = self.desk.take(Stage.CONNECT)
        return line.reply if line else self.below.connect(session)

    def hello(self, session: Session) -> Reply | None:
        below = self.below.hello
        return self._said(Stage.EHLO) or (below(session) if below else None)

    def authenticate(self, session: Session, user: str, password: str) -> Reply:
        said = self._said(Stage.AUTH)
        below = self.below.authenticate
        return said or (below(session, user, password) if below else _UNAVAILABLE)

    def mail(self, session: Session, sender: Address | None, size: int | None) -> Reply:
        return self._said(Stage.MAIL) or self.below.mail(session, sender, size)

    def recipient(
        self, session: Session, sender: Address | None, address: Address, taken: int
    ) -> Reply:
        said = self._said(Stage.RCPT, address)
        return said or self.below.recipient(session, sender, address, taken)

    def data(self, session: Session, envelope: Envelope) -> Reply | None:
        below = self.below.data
        return self._said(Stage.DATA) or (below(session, envelope) if below else None)

    def message(
        self, session: Session, envelope: Envelope, content: Content
    ) -> Receipt[Transaction]:
        line = self.desk.take(Stage.DONE)
        receipt = self.below.message(session, envelope, content)
        return _instead(line, receipt) if line else receipt

    def _said(self, stage: Stage, about: Address | None = None) -> Reply | None:
        line = self.desk.take(stage, about)
        return line.reply if line else None


def _instead(line: FaultLine, receipt: Receipt[Transaction]) -> Receipt[Transaction]:
    """Do at the end of data what a line says; a mail refused anyhow stays refused."""
    record = receipt.record
    if line.deed is Deed.ANSWER and line.reply:
        refused = replace(
            record, reason=Reason.FAULT, reply=line.reply, deliveries=(), why=_ORDERED
        )
        return Receipt(line.reply, refused)
    if not record.is_accepted:
        return receipt
    if line.reply:
        # The client hears no, the ledger knows better: a duplicate comes of it.
        return Receipt(line.reply, replace(record, why=_ORDERED))
    state = _STATES[line.deed]
    ends = tuple(
        ZivverDelivery(end.address, state, _ORDERED, is_told=True)
        for end in record.deliveries
    )
    return Receipt(receipt.reply, replace(record, deliveries=ends))


_ORDERED = "a fault was ordered"
_STATES = {Deed.HOLD: ZivverState.HELD, Deed.BOUNCE: ZivverState.BOUNCED}

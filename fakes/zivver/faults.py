"""Faults on demand: a script of when, how often and what, laid over a receiver.

The same script gives the same run. A line is spent when it has been met `times`
times; of several that fit, the first that is not spent acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from fakes.mail.address import Address
from fakes.mail.handoff import Stage
from fakes.mail.receiver import HangUpError, Receipt, Receiver
from fakes.mail.receiving import READY_FOR_TLS, showing
from fakes.mail.reply import Reply, dripping, reply
from fakes.mail.session import Certificate
from fakes.zivver.delivery import ZivverDelivery, ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.receiver import Clock, not_told
from fakes.zivver.replies import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.session import Session

A = TypeVar("A", bound=Reply | None)


class Deed(StrEnum):
    """What a fault does.

    ANSWER: say its reply instead of what was decided. SILENT: say nothing. HANG_UP:
    break the connection; at STARTTLS after the yes, in the midst of the handshake.
    DRIP: say what was decided, octet by octet. TAKE: take the mail, and say its reply
    nevertheless; without a reply, break the connection. HOLD, BOUNCE: say yes, and then
    hold or return the mail. SHOW: show another certificate.
    """

    ANSWER = "answer"
    SILENT = "silent"
    HANG_UP = "hang up"
    DRIP = "drip"
    TAKE = "take"
    HOLD = "hold"
    BOUNCE = "bounce"
    SHOW = "show"


# Where each deed can be done; elsewhere it would mean nothing.
_EVERY = frozenset(Stage) - {Stage.LOOK_UP}
STAGES_OF = {
    Deed.ANSWER: _EVERY,
    Deed.SILENT: frozenset({Stage.CONNECT}),
    Deed.HANG_UP: _EVERY,
    Deed.DRIP: _EVERY - {Stage.STARTTLS, Stage.DATA},
    Deed.TAKE: frozenset({Stage.DONE}),
    Deed.HOLD: frozenset({Stage.DONE}),
    Deed.BOUNCE: frozenset({Stage.DONE}),
    Deed.SHOW: frozenset({Stage.STARTTLS}),
}
_NEEDS_REPLY = frozenset({Deed.ANSWER})
_MAY_REPLY = _NEEDS_REPLY | {Deed.TAKE}
_NEVER_POSITIVE = "a fault says 4xx or 5xx"


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One line of a script: at which stage, what, and how often.

    `about` narrows RCPT to one recipient, `beyond` to those behind so many that were
    taken; the first `after` times it passes by, then it acts `times` times (None: for
    ever). From `begins` on and before `ends` it counts at all. `pause` are the seconds
    between the octets of DRIP; `certificate` is that of SHOW, one without names has
    those of the usual one.

    Raises:
        ValueError: the parts do not fit together.

    """

    stage: Stage
    deed: Deed = Deed.ANSWER
    reply: Reply | None = None
    about: Address | None = None
    after: int = 0
    times: int | None = 1
    beyond: int = 0
    pause: float = 0.0
    certificate: Certificate | None = None
    begins: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a line that could never act."""
        stages = STAGES_OF[self.deed]
        if self.stage not in stages:
            known = ", ".join(sorted(stage.value for stage in stages))
            raise ValueError(f"`{self.deed}` goes with {known}, not {self.stage.value}")
        if self.deed in _NEEDS_REPLY and self.reply is None:
            raise ValueError(f"`{self.deed}` needs a reply")
        if self.deed not in _MAY_REPLY and self.reply is not None:
            raise ValueError(f"`{self.deed}` takes no reply")
        if self.reply is not None and self.reply.is_positive:
            raise ValueError(f"`{self.reply}`: {_NEVER_POSITIVE}")
        if (self.deed is Deed.SHOW) != (self.certificate is not None):
            raise ValueError(f"`{Deed.SHOW}` goes with a certificate")
        if self.begins and self.ends and self.ends <= self.begins:
            raise ValueError("a fault ends after it begins")
        is_narrow = self.about is not None or self.beyond > 0
        if is_narrow and self.stage is not Stage.RCPT:
            raise ValueError(f"{self.stage.value} is not about one recipient")
        if self.after < 0 or (self.times is not None and self.times < 1):
            raise ValueError("a fault acts at least once, after 0 times or more")

    def fits(
        self, stage: Stage, about: Address | None, taken: int, at: datetime | None
    ) -> bool:
        """Say whether the line is about this moment."""
        is_his = self.about in {None, about}
        is_its = self.stage is stage and is_his and taken >= self.beyond
        return is_its and self._is_on(at)

    def _is_on(self, at: datetime | None) -> bool:
        if at is None:
            return self.begins is None
        has_begun = self.begins is None or at >= self.begins
        return has_begun and (self.ends is None or at < self.ends)


class FaultDesk:
    """A script at work: it counts how often each line was met.

    Receivers ask it in their loop; any thread may add, which is one append.
    """

    def __init__(self, script: Iterable[FaultLine] = ()) -> None:
        self._met: list[tuple[FaultLine, int]] = [(line, 0) for line in script]

    def add(self, line: FaultLine) -> None:
        """Put one more line at the end of the script."""
        self._met.append((line, 0))

    def take(
        self,
        stage: Stage,
        about: Address | None = None,
        taken: int = 0,
        at: datetime | None = None,
    ) -> FaultLine | None:
        """Give the line that acts now, and count it as met."""
        for index, (line, met) in enumerate(self._met):
            is_spent = line.times is not None and met >= line.after + line.times
            if line.fits(stage, about, taken, at) and not is_spent:
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
    receiver: Receiver[Transaction], desk: FaultDesk, *, clock: Clock = not_told
) -> Receiver[Transaction]:
    """Lay a script over a receiver: its decisions stay, what is said changes."""
    layer = _Layer(receiver, desk, clock)
    return replace(
        receiver,
        connect=layer.connect,
        hello=layer.hello,
        starttls=layer.starttls,
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
    clock: Clock

    def connect(self, session: Session) -> Reply | None:
        line = self._acting(Stage.CONNECT)
        if line and line.deed is Deed.SILENT:
            return None
        return _said(line, lambda: self.below.connect(session))

    def hello(self, session: Session) -> Reply | None:
        below = self.below.hello
        usual = reply(250, "", self.below.name)
        line = self._acting(Stage.EHLO)
        return _said(line, lambda: (below(session) if below else None) or usual)

    def starttls(self, session: Session) -> Reply | None:
        below = self.below.starttls
        line = self._acting(Stage.STARTTLS)
        if line and line.certificate:
            usual = self.below.tls.certificate.names
            names = line.certificate.names or usual
            return showing(replace(line.certificate, names=names))
        return _said(line, lambda: below(session) if below else None)

    def authenticate(self, session: Session, user: str, password: str) -> Reply:
        below = self.below.authenticate
        assert below is not None  # noqa: S101  or there would be no such layer
        return _said(self._acting(Stage.AUTH), lambda: below(session, user, password))

    def mail(self, session: Session, sender: Address | None, size: int | None) -> Reply:
        line = self._acting(Stage.MAIL)
        return _said(line, lambda: self.below.mail(session, sender, size))

    def recipient(
        self, session: Session, sender: Address | None, address: Address, taken: int
    ) -> Reply:
        line = self._acting(Stage.RCPT, address, taken)
        return _said(
            line, lambda: self.below.recipient(session, sender, address, taken)
        )

    def data(self, session: Session, envelope: Envelope) -> Reply | None:
        below = self.below.data
        line = self._acting(Stage.DATA)
        return _said(line, lambda: below(session, envelope) if below else None)

    def message(
        self, session: Session, envelope: Envelope, content: Content
    ) -> Receipt[Transaction]:
        line = self._acting(Stage.DONE)
        receipt = self.below.message(session, envelope, content)
        return _instead(line, receipt) if line else receipt

    def _acting(
        self, stage: Stage, about: Address | None = None, taken: int = 0
    ) -> FaultLine | None:
        """Give the line that acts here; one that breaks the connection does so."""
        line = self.desk.take(stage, about, taken, self.clock())
        if line and line.deed is Deed.HANG_UP:
            raise HangUpError(READY_FOR_TLS if stage is Stage.STARTTLS else None)
        return line


def _said(line: FaultLine | None, below: Callable[[], A]) -> A | Reply:
    """Say what a line orders instead of what is decided, or say that slowly."""
    if line is None:
        return below()
    if line.deed is Deed.DRIP:
        decided = below()
        if isinstance(decided, Reply):
            return dripping(decided, line.pause)
        return decided
    assert line.reply is not None  # noqa: S101  no other deed comes as far
    return line.reply


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
    if line.deed is Deed.TAKE:
        # The client hears no, or nothing; the ledger knows better. It comes twice.
        taken = replace(record, why=_ORDERED)
        said = line.reply or receipt.reply
        return Receipt(said, taken, is_unsaid=line.reply is None)
    if line.deed is Deed.DRIP:
        return replace(receipt, reply=dripping(receipt.reply, line.pause))
    state = _STATES[line.deed]
    ends = tuple(
        ZivverDelivery(end.address, state, _ORDERED, is_told=True)
        for end in record.deliveries
    )
    return Receipt(receipt.reply, replace(record, deliveries=ends))


_ORDERED = "a fault was ordered"
_STATES = {Deed.HOLD: ZivverState.HELD, Deed.BOUNCE: ZivverState.BOUNCED}

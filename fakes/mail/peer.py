"""The other end of a computed conversation: receivers that answer act by act."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar, assert_never

from fakes.mail import troubles
from fakes.mail.acts import (
    SHAKEN,
    Act,
    Acts,
    AskData,
    AskTls,
    Dial,
    GiveContent,
    GiveRecipient,
    GiveSender,
    Greet,
    Handshake,
    Heard,
    Keep,
    Leave,
    LogIn,
    Reset,
    Speech,
)
from fakes.mail.offers import Extension
from fakes.mail.receiver import HangUpError, Receiver
from fakes.mail.receiving import OK
from fakes.mail.reception import Reception
from fakes.mail.reply import Reply, read_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.mail.handoff import OpenSession
    from fakes.mail.session import IpAddress

R = TypeVar("R")


class Peer(Generic[R]):
    """Answers the acts from receivers, as a server behind a socket would.

    `record` is what the last receiver wrote down, `kept` the session that the sender
    left open.
    """

    def __init__(
        self,
        find: Callable[[str, int], Receiver[R] | Reply],
        source: IpAddress | None,
    ) -> None:
        self._find = find
        self._source = source
        self._reception: Reception[R] | None = None
        self.record: R | None = None
        self.kept: OpenSession | None = None

    def hear(self, acts: Acts) -> tuple[Heard, ...]:
        """Answer acts that are said at once; behind an end nothing is heard."""
        heard: list[Heard] = []
        for act in acts:
            heard.append(self._hear(act))
            if heard[-1].is_end:
                break
        return tuple(heard)

    def _hear(self, act: Act) -> Heard:
        if isinstance(act, Dial):
            return self._dial(act)
        if isinstance(act, Keep):
            self.kept = act.session
            return Heard(OK)
        if isinstance(act, Leave) or self._reception is None:
            is_shaking = isinstance(act, Handshake)
            self._reception = self.kept = None
            lost = troubles.TLS_FAILED if is_shaking else troubles.CONNECTION_LOST
            return Heard(lost, is_lost=True)
        try:
            heard = self._answer(act, self._reception)
        except HangUpError as end:
            self._reception = None
            if end.said is None:
                return Heard(troubles.CONNECTION_LOST, is_lost=True)
            heard = Heard(end.said)
        # What is heard is what a client reads: no trailing blanks, no tabs.
        return replace(heard, reply=read_reply(str(heard.reply)))

    def _dial(self, act: Dial) -> Heard:
        found = self._find(act.host, act.port)
        self._reception = None
        if isinstance(found, Reply):
            return Heard(found, is_lost=True)
        reception = Reception(found, self._source)
        try:
            said = reception.connect()
        except HangUpError:
            return Heard(troubles.CONNECTION_LOST, is_lost=True)
        if said is None:
            return Heard(troubles.TIMED_OUT, is_lost=True)
        self._reception = reception
        return Heard(read_reply(str(said)))

    def _answer(  # noqa: PLR0911  one for each act
        self, act: Speech, reception: Reception[R]
    ) -> Heard:
        match act:
            case Greet():
                said = reception.hello(act.name)
                is_extended = said.is_positive and act.verb == "EHLO"
                return Heard(said, offers=reception.offers if is_extended else ())
            case AskTls():
                return Heard(reception.starttls())
            case Handshake():
                return self._shake(reception)
            case LogIn():
                return Heard(reception.log_in(act.user, act.password))
            case GiveSender():
                is_utf8 = Extension.UTF8 in act.words
                return Heard(
                    reception.mail(act.reverse_path, act.size, is_utf8=is_utf8)
                )
            case GiveRecipient():
                return Heard(reception.recipient(act.recipient))
            case AskData():
                return Heard(reception.data())
            case GiveContent():
                return self._message(act, reception)
            case Reset():
                reception.reset()
                return Heard(OK)
            case _:
                assert_never(act)

    def _shake(self, reception: Reception[R]) -> Heard:
        tls = reception.receiver.tls
        if tls.is_outdated:
            self._reception = None
            return Heard(troubles.TLS_FAILED, is_lost=True)
        reception.secured()
        return Heard(SHAKEN, certificate=reception.shown or tls.certificate)

    def _message(self, act: GiveContent, reception: Reception[R]) -> Heard:
        refusal = reception.chunk() if act.is_chunk else None
        answer = refusal or reception.message(act.content)
        if isinstance(answer, Reply):
            return Heard(answer)
        self.record = answer.record
        if answer.is_unsaid:
            self._reception = None
            return Heard(troubles.CONNECTION_LOST, is_lost=True)
        return Heard(answer.reply)

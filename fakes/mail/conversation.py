"""The session that Exchange holds with a next hop: the steps once, and computed.

`steps` is the sender without I/O: it says what to do next and is told what came of
it. `converse` answers it from receivers, `fakes.smtp.client` from sockets; so the
order, the conditions and the codes stand here only.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar, assert_never

from fakes.mail import troubles
from fakes.mail.acts import (
    SHAKEN,
    Act,
    AskData,
    AskTls,
    Dial,
    GiveContent,
    GiveRecipient,
    GiveSender,
    Greet,
    Handshake,
    Heard,
    Leave,
    LogIn,
    Speech,
)
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Said, Stage, TlsLevel, TlsTerms, Transmission
from fakes.mail.receiver import Receipt, Receiver
from fakes.mail.receiving import (
    answer_data,
    answer_hello,
    answer_mail,
    answer_message,
    answer_starttls,
    as_sent,
    extensions,
)
from fakes.mail.reply import Reply, read_reply
from fakes.mail.session import Certificate, CertificateFault, IpAddress, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fakes.mail.address import Address

R = TypeVar("R")

_LEVELS_THAT_VERIFY = {TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION}
_LEVELS_WITHOUT = {TlsLevel.NEVER, TlsLevel.OPPORTUNISTIC}
# exchange-routing#6.3: what is refused before MAIL is quoted in a deferral of our own
_BEFORE_MAIL = {Stage.CONNECT, Stage.EHLO, Stage.STARTTLS}
_CLOSING = 421

Steps = Generator[Act, Heard, "Transmission"]
_Step = Generator[Act, Heard, Heard]
_Part = Generator[Act, Heard, None]


def converse(
    handoff: HandOff,
    find: Callable[[str, int], Receiver[R] | Reply],
    *,
    source: IpAddress | None,
) -> tuple[Transmission, R | None]:
    """Compute the session of a hand-off, and what the receiver wrote down of it.

    `find` gives the server of a name and a port, or why there is none.
    """
    peer = _Peer(find, source)
    conversation = steps(handoff)
    try:
        act = next(conversation)
        while True:
            act = conversation.send(peer.hear(act))
    except StopIteration as stop:
        transmission: Transmission = stop.value
        return transmission, peer.record


def steps(handoff: HandOff) -> Steps:
    """Say what a sender does, act by act, and what came of the hand-off."""
    notes = _Notes(handoff, list(handoff.envelope.recipients))
    for host in handoff.hosts if notes.pending else ():
        is_over = yield from _try_host(notes, host)
        if is_over:
            break
    return notes.close()


# ------------------------------------------------------------------- the sender


class _GiveUpError(Exception):
    """This host does not get the mail; `elsewhere`: the next one is tried."""

    def __init__(self, why: Reply, *, elsewhere: bool) -> None:
        super().__init__(str(why))
        self.why = why
        self.elsewhere = elsewhere


@dataclass(slots=True)
class _Notes:
    """What the sender has written down so far."""

    handoff: HandOff
    pending: list[Address]
    host: str | None = None
    is_encrypted: bool = False
    is_verified: bool = False
    said: list[Said] = field(default_factory=list)
    accepted: list[Address] = field(default_factory=list)
    deferred: list[tuple[Address, Reply]] = field(default_factory=list)
    refused: list[tuple[Address, Reply]] = field(default_factory=list)
    why: Reply | None = None

    def settle(self, recipients: Sequence[Address], said: Reply) -> None:
        """Close the account of some recipients with one reply."""
        if said.is_positive:
            self.accepted.extend(recipients)
        elif said.is_permanent:
            self.refused.extend((each, said) for each in recipients)
        else:
            self.deferred.extend((each, said) for each in recipients)

    def give_up(self, why: Reply) -> None:
        """Remember why a host failed; one that may come back outweighs one gone."""
        if self.why is None or why.is_transient:
            self.why = why

    def close(self) -> Transmission:
        """Settle those whom no host took, and give the account."""
        self.settle(self.pending, self.why or troubles.LOOK_UP_FAILED)
        return Transmission(
            self.handoff,
            self.host,
            is_encrypted=self.is_encrypted,
            is_verified=self.is_verified,
            said=tuple(self.said),
            accepted=tuple(self.accepted),
            deferred=tuple(self.deferred),
            refused=tuple(self.refused),
        )


def _try_host(notes: _Notes, host: str) -> Generator[Act, Heard, bool]:
    """Offer the mail to one host, and say whether that was the end of it."""
    try:
        yield from _connect(notes, host)
        offers = yield from _greet(notes)
        offers = yield from _secure(notes, host, offers)
        yield from _log_in(notes, offers)
        yield from _hand_over(notes, offers)
    except _GiveUpError as end:
        notes.give_up(end.why)
        if end.elsewhere:
            yield Leave()
            return False
    yield Leave()
    return True


def _connect(notes: _Notes, host: str) -> _Part:
    heard = yield Dial(host, notes.handoff.port)
    if heard.is_lost:
        is_silent = heard.reply in troubles.CONNECT_TROUBLES
        stage = Stage.CONNECT if is_silent else Stage.LOOK_UP
        notes.said.append(Said(stage, heard.reply))
        # exchange-routing#D21
        waits = notes.handoff.manner.waits_for_dns and stage is Stage.LOOK_UP
        why = troubles.LOOK_UP_FAILED if waits else heard.reply
        raise _GiveUpError(why, elsewhere=True)
    notes.host, notes.is_encrypted, notes.is_verified = host, False, False
    notes.said.append(Said(Stage.CONNECT, heard.reply))
    if not heard.reply.is_positive:
        # For a 5xx this is undocumented; we take it as trouble at connect, which
        # waits (exchange-routing#X-21).
        raise _GiveUpError(troubles.cannot_connect(heard.reply), elsewhere=True)


def _greet(notes: _Notes) -> Generator[Act, Heard, tuple[str, ...]]:
    name = notes.handoff.helo
    # exchange-routing#2.1: with ForceHELO nothing is ever offered.
    verb = "HELO" if notes.handoff.manner.forces_helo else "EHLO"
    heard = yield from _step(notes, Stage.EHLO, Greet(verb, name))
    if heard.reply.is_permanent and verb == "EHLO":
        heard = yield from _step(notes, Stage.EHLO, Greet("HELO", name))
    if not heard.reply.is_positive:
        raise _GiveUpError(troubles.cannot_connect(heard.reply), elsewhere=True)
    return heard.offers


def _secure(
    notes: _Notes, host: str, offers: tuple[str, ...]
) -> Generator[Act, Heard, tuple[str, ...]]:
    """Begin TLS as the terms demand (`exchange-routing#1.6`)."""
    terms, auth = notes.handoff.tls, notes.handoff.auth
    if "STARTTLS" not in offers or terms.level is TlsLevel.NEVER:
        if terms.level in _LEVELS_WITHOUT and not (auth and auth.needs_tls):
            return offers
        raise _decide(notes, Stage.STARTTLS, troubles.TLS_NOT_OFFERED)
    heard = yield from _step(notes, Stage.STARTTLS, AskTls())
    if not heard.reply.is_positive:
        # Offered and failing: the mail waits, never in clear (field-cases#X-8).
        raise _GiveUpError(troubles.cannot_connect(heard.reply), elsewhere=False)
    verifies = terms.level in _LEVELS_THAT_VERIFY
    heard = yield Handshake(verifies)
    if heard.certificate is None:
        raise _decide(notes, Stage.STARTTLS, heard.reply)
    trouble = _distrust(terms, host, heard.certificate) if verifies else None
    if trouble:
        raise _decide(notes, Stage.STARTTLS, trouble)
    notes.is_encrypted, notes.is_verified = True, verifies
    return (yield from _greet(notes))


def _distrust(terms: TlsTerms, host: str, shown: Certificate) -> Reply | None:
    """Say why a certificate does not meet the terms."""
    if shown.fault is not CertificateFault.NONE:
        return troubles.bad_certificate(shown.fault)
    is_named = terms.level is TlsLevel.DOMAIN_VALIDATION
    if is_named and not _bears(shown, terms.domain or host):
        return troubles.WRONG_NAME
    return None


def _bears(shown: Certificate, wanted: str) -> bool:
    # The domain of the terms may be a wildcard itself (exchange-routing#D5).
    if not wanted.startswith("*."):
        return shown.covers(wanted)
    suffix = wanted[1:].lower()
    names = (name.lower().removeprefix("*") for name in shown.names)
    return any(name.endswith(suffix) or "." + name == suffix for name in names)


def _log_in(notes: _Notes, offers: tuple[str, ...]) -> _Part:
    auth = notes.handoff.auth
    if auth is None:
        return
    mechanisms = {word for line in offers for word in _mechanisms(line)}
    if "LOGIN" not in mechanisms:
        raise _decide(notes, Stage.AUTH, troubles.AUTH_NOT_OFFERED)
    heard = yield from _step(notes, Stage.AUTH, LogIn(auth.user, auth.password))
    if not heard.reply.is_positive:
        # All of it waits, whatever the class of the reply (field-cases#X-30).
        raise _GiveUpError(troubles.not_logged_in(heard.reply), elsewhere=False)


def _mechanisms(line: str) -> tuple[str, ...]:
    keyword, _, rest = line.partition(" ")
    return tuple(rest.split()) if keyword == "AUTH" else ()


def _hand_over(notes: _Notes, offers: tuple[str, ...]) -> _Part:
    """Give envelope and content; the recipients are settled one by one."""
    envelope = notes.handoff.envelope
    content = as_sent(notes.handoff.content)
    # exchange-routing#5.1: SIZE is declared as RFC 1870 has it
    has_size = any(line.partition(" ")[0] == "SIZE" for line in offers)
    size = len(content.raw) if has_size else None
    sender = GiveSender(envelope.reverse_path, size)
    heard = yield from _step(notes, Stage.MAIL, sender)
    if heard.reply.is_positive:
        taken = yield from _offer_recipients(notes)
        if not taken:
            return
        heard = yield from _step(notes, Stage.DATA, AskData())
        if heard.reply.is_positive:
            heard = yield from _step(notes, Stage.DONE, GiveContent(content))
    notes.settle(notes.pending, heard.reply)
    notes.pending.clear()


def _offer_recipients(notes: _Notes) -> Generator[Act, Heard, bool]:
    """Say RCPT for each; whoever is not taken is settled (`exchange-routing#D18`)."""
    taken: list[Address] = []
    for recipient in tuple(notes.pending):
        act = GiveRecipient(recipient)
        heard = yield from _step(notes, Stage.RCPT, act, recipient)
        if heard.reply.is_positive:
            taken.append(recipient)
        else:
            # Not by equality: an address may stand in the envelope twice.
            notes.pending.pop(len(taken))
            notes.settle((recipient,), heard.reply)
    return bool(taken)


def _step(notes: _Notes, stage: Stage, act: Act, about: Address | None = None) -> _Step:
    """Do one act and note what was said; a session that ends goes to the next host."""
    heard = yield act
    notes.said.append(Said(stage, heard.reply, about))
    if heard.is_lost:
        # exchange-routing#6.3: after the final dot the mail may have been taken; a
        # second host would make a duplicate for certain.
        raise _GiveUpError(heard.reply, elsewhere=stage is not Stage.DONE)
    if heard.reply.code == _CLOSING:
        is_early = stage in _BEFORE_MAIL
        why = troubles.cannot_connect(heard.reply) if is_early else heard.reply
        raise _GiveUpError(why, elsewhere=True)
    return heard


def _decide(notes: _Notes, stage: Stage, why: Reply) -> _GiveUpError:
    """Note a trouble that we found ourselves; the queue waits."""
    notes.said.append(Said(stage, why))
    return _GiveUpError(why, elsewhere=False)


# ------------------------------------------------------------------ the receiver


class _Peer(Generic[R]):
    """Answers the acts from receivers, as a server behind a socket would."""

    def __init__(
        self,
        find: Callable[[str, int], Receiver[R] | Reply],
        source: IpAddress | None,
    ) -> None:
        self._find = find
        self._source = source
        self._receiver: Receiver[R] | None = None
        self._session = Session(source, "")
        self._envelope = Envelope(None, ())
        self.record: R | None = None

    def hear(self, act: Act) -> Heard:
        """Answer one act."""
        if isinstance(act, Dial):
            return self._dial(act)
        if isinstance(act, Leave) or self._receiver is None:
            self._receiver = None
            return Heard(troubles.CONNECTION_LOST, is_lost=True)
        heard = self._answer(act, self._receiver)
        # What is heard is what a client reads: no trailing blanks, no tabs.
        return replace(heard, reply=read_reply(str(heard.reply)))

    def _dial(self, act: Dial) -> Heard:
        found = self._find(act.host, act.port)
        self._session = Session(self._source, "")
        self._receiver = None
        if isinstance(found, Reply):
            return Heard(found, is_lost=True)
        said = found.connect(self._session)
        if said is None:
            return Heard(troubles.TIMED_OUT, is_lost=True)
        self._receiver = found
        return Heard(read_reply(str(said)))

    def _answer(  # noqa: PLR0911  one for each act
        self, act: Speech, receiver: Receiver[R]
    ) -> Heard:
        match act:
            case Greet():
                return self._greet(act, receiver)
            case AskTls():
                return Heard(answer_starttls(receiver))
            case Handshake():
                self._session = Session(self._source, "", is_encrypted=True)
                return Heard(SHAKEN, certificate=receiver.tls.certificate)
            case LogIn():
                return Heard(self._log_in(act, receiver))
            case GiveSender():
                self._envelope = Envelope(act.reverse_path, ())
                session, size = self._session, act.size
                return Heard(answer_mail(receiver, session, act.reverse_path, size))
            case GiveRecipient():
                return Heard(self._recipient(act, receiver))
            case AskData():
                return Heard(answer_data(receiver, self._session, self._envelope))
            case GiveContent():
                return Heard(self._message(act, receiver))
            case _:
                assert_never(act)

    def _greet(self, act: Greet, receiver: Receiver[R]) -> Heard:
        self._session = replace(self._session, helo=act.name)
        said = answer_hello(receiver, self._session)
        is_extended = said.is_positive and act.verb == "EHLO"
        offers = extensions(receiver, self._session) if is_extended else ()
        return Heard(said, offers=offers)

    def _log_in(self, act: LogIn, receiver: Receiver[R]) -> Reply:
        assert receiver.authenticate is not None  # noqa: S101  AUTH was offered
        said = receiver.authenticate(self._session, act.user, act.password)
        if said.is_positive:
            self._session = replace(self._session, identity=act.user)
        return said

    def _recipient(self, act: GiveRecipient, receiver: Receiver[R]) -> Reply:
        sender, taken = self._envelope.reverse_path, self._envelope.recipients
        said = receiver.recipient(self._session, sender, act.recipient, len(taken))
        if said.is_positive:
            self._envelope = Envelope(sender, (*taken, act.recipient))
        return said

    def _message(self, act: GiveContent, receiver: Receiver[R]) -> Reply:
        answer = answer_message(receiver, self._session, self._envelope, act.content)
        if isinstance(answer, Receipt):
            self.record = answer.record
            return answer.reply
        return answer

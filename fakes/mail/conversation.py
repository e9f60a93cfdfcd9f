"""The session that Exchange holds with a next hop: the steps once, and computed.

`steps` is the sender without I/O: it says what to do next and is told what came of
it. `converse` answers it from receivers, `fakes.smtp.client` from sockets; so the
order, the conditions and the codes stand here only.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from fakes.mail import troubles
from fakes.mail.acts import (
    CLOSING,
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
)
from fakes.mail.habits import HEEDED, NDR, Habit, Habits, by_default
from fakes.mail.handoff import (
    Demand,
    HandOff,
    OpenSession,
    Said,
    Stage,
    TlsLevel,
    TlsTerms,
    Transmission,
)
from fakes.mail.offers import Extension, Offers, read_offers
from fakes.mail.parameters import dsn_of_recipient, dsn_of_sender, needs_utf8
from fakes.mail.peer import Peer
from fakes.mail.receiver import Receiver
from fakes.mail.receiving import as_sent
from fakes.mail.reply import Reply
from fakes.mail.session import Certificate, CertificateFault, IpAddress
from fakes.mail.seven_bit import as_seven_bit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fakes.mail.address import Address
    from fakes.mail.content import Content

R = TypeVar("R")

_LEVELS_THAT_VERIFY = {TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION}
_LEVELS_WITHOUT = {TlsLevel.NEVER, TlsLevel.OPPORTUNISTIC}
# exchange-routing#6.3: what is refused before MAIL is quoted in a deferral of our own
_BEFORE_MAIL = {Stage.CONNECT, Stage.EHLO, Stage.STARTTLS}
# How many recipients are named before their replies are awaited.
_FLIGHT = 100
# exchange-routing#2.1: SmtpMaxMessagesPerConnection
MOST_MAILS = 20

Steps = Generator[Acts, "tuple[Heard, ...]", "Transmission"]
_Step = Generator[Acts, "tuple[Heard, ...]", Heard]
_Part = Generator[Acts, "tuple[Heard, ...]", None]


def converse(
    handoff: HandOff,
    find: Callable[[str, int], Receiver[R] | Reply],
    *,
    source: IpAddress | None,
    habits: Habits = by_default,
) -> tuple[Transmission, R | None]:
    """Compute the session of a hand-off, and what the receiver wrote down of it.

    `find` gives the server of a name and a port, or why there is none.
    """
    peer = Peer(find, source)
    return perform(steps(handoff, habits), peer), peer.record


def perform(conversation: Steps, peer: Peer[R]) -> Transmission:
    """Let a computed peer answer a sender to the end."""
    try:
        acts = next(conversation)
        while True:
            acts = conversation.send(peer.hear(acts))
    except StopIteration as stop:
        transmission: Transmission = stop.value
        return transmission


def steps(
    handoff: HandOff,
    habits: Habits = by_default,
    *,
    kept: OpenSession | None = None,
    keeps: bool = False,
) -> Steps:
    """Say what a sender does, act by act, and what came of the hand-off.

    `kept` is a session that an earlier mail on the same terms left open; `keeps` leaves
    this one open too, if it can be.
    """
    notes = _Notes(handoff, list(handoff.envelope.recipients), habits, keeps=keeps)
    hosts = handoff.hosts if notes.pending else ()
    if kept is not None and notes.pending:
        is_over = yield from _go_on(notes, kept)
        hosts = () if is_over else hosts
    for host in hosts:
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
    habits: Habits
    keeps: bool
    mails: int = 0
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


def _try_host(notes: _Notes, host: str) -> Generator[Acts, tuple[Heard, ...], bool]:
    """Offer the mail to one host, and say whether that was the end of it."""
    notes.mails = 0
    try:
        yield from _connect(notes, host)
        offers = yield from _greet(notes)
        offers = yield from _secure(notes, host, offers)
        yield from _log_in(notes, offers)
        yield from _hand_over(notes, offers)
        yield from _part_from(notes, offers)
    except _GiveUpError as end:
        notes.give_up(end.why)
        yield (Leave(),)
        return not end.elsewhere
    return True


def _go_on(
    notes: _Notes, kept: OpenSession
) -> Generator[Acts, tuple[Heard, ...], bool]:
    """Offer the mail in a session that is open, and say whether that was the end."""
    notes.host, notes.mails = kept.host, kept.mails
    notes.is_encrypted, notes.is_verified = kept.is_encrypted, kept.is_verified
    try:
        yield from _hand_over(notes, kept.offers)
        yield from _part_from(notes, kept.offers)
    except _GiveUpError as end:
        notes.give_up(end.why)
        yield (Leave(),)
        return not end.elsewhere
    return True


def _part_from(notes: _Notes, offers: Offers) -> _Part:
    """Say QUIT, or leave the session to the next mail."""
    mails = notes.mails + 1
    if not notes.keeps or mails >= MOST_MAILS:
        yield (Leave(),)
        return
    assert notes.host is not None  # noqa: S101  there is a session
    encrypted, verified = notes.is_encrypted, notes.is_verified
    yield (Keep(OpenSession(notes.host, offers, encrypted, verified, mails)),)


def _connect(notes: _Notes, host: str) -> _Part:
    heard = yield from _do(Dial(host, notes.handoff.port))
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


def _greet(notes: _Notes) -> Generator[Acts, tuple[Heard, ...], Offers]:
    name = notes.handoff.helo
    # exchange-routing#2.1: with ForceHELO nothing is ever offered.
    verb = "HELO" if notes.handoff.manner.forces_helo else "EHLO"
    heard = yield from _step(notes, Stage.EHLO, Greet(verb, name))
    if heard.reply.is_permanent and verb == "EHLO":
        heard = yield from _step(notes, Stage.EHLO, Greet("HELO", name))
    if not heard.reply.is_positive:
        raise _GiveUpError(troubles.cannot_connect(heard.reply), elsewhere=True)
    return read_offers(heard.offers)


def _secure(
    notes: _Notes, host: str, offers: Offers
) -> Generator[Acts, tuple[Heard, ...], Offers]:
    """Begin TLS as the terms demand (`exchange-routing#1.6`)."""
    terms, auth = notes.handoff.tls, notes.handoff.auth
    demand = terms.demand(host)
    if demand:
        terms = _raised(terms, demand)
    if "STARTTLS" not in offers or terms.level is TlsLevel.NEVER:
        if terms.level in _LEVELS_WITHOUT and not (auth and auth.needs_tls):
            return offers
        missing = demand.missing if demand else troubles.TLS_NOT_OFFERED
        raise _decide(notes, Stage.STARTTLS, missing)
    heard = yield from _step(notes, Stage.STARTTLS, AskTls())
    if not heard.reply.is_positive:
        if terms.falls_back:
            return offers
        # Offered and failing: the mail waits, never in clear (field-cases#X-8).
        raise _GiveUpError(troubles.cannot_connect(heard.reply), elsewhere=False)
    verifies = terms.level in _LEVELS_THAT_VERIFY
    heard = yield from _do(Handshake(verifies))
    if heard.certificate is None:
        if terms.falls_back:
            return (yield from _begin_again(notes, host, heard.reply))
        raise _decide(notes, Stage.STARTTLS, heard.reply)
    trouble = _distrust(terms, host, heard.certificate) if verifies else None
    trouble = trouble or (demand.refusal if demand else None)
    if trouble:
        raise _decide(notes, Stage.STARTTLS, trouble)
    notes.is_encrypted, notes.is_verified = True, verifies
    return (yield from _greet(notes))


def _raised(terms: TlsTerms, demand: Demand) -> TlsTerms:
    """Give the terms that a demand makes of those of the sender."""
    if demand.names_host and terms.level is not TlsLevel.DOMAIN_VALIDATION:
        return TlsTerms(TlsLevel.DOMAIN_VALIDATION, demand.host)
    is_open = terms.level in _LEVELS_WITHOUT
    return replace(terms, level=TlsLevel.ENCRYPTION_ONLY) if is_open else terms


def _begin_again(
    notes: _Notes, host: str, why: Reply
) -> Generator[Acts, tuple[Heard, ...], Offers]:
    """Connect once more, to go on in clear (exchange-routing#X-8)."""
    notes.said.append(Said(Stage.STARTTLS, why))
    yield (Leave(),)
    yield from _connect(notes, host)
    return (yield from _greet(notes))


def _distrust(terms: TlsTerms, host: str, shown: Certificate) -> Reply | None:
    """Say why a certificate does not meet the terms."""
    is_bad = shown.fault is not CertificateFault.NONE
    if is_bad and shown.fault not in terms.tolerates:
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


def _log_in(notes: _Notes, offers: Offers) -> _Part:
    auth = notes.handoff.auth
    if auth is None:
        return
    mechanism = next((m for m in auth.mechanisms if m in offers.mechanisms), None)
    if mechanism is None:
        raise _decide(notes, Stage.AUTH, troubles.AUTH_NOT_OFFERED)
    act = LogIn(auth.user, auth.password, mechanism)
    heard = yield from _step(notes, Stage.AUTH, act)
    if not heard.reply.is_positive:
        # All of it waits, whatever the class of the reply (field-cases#X-30).
        raise _GiveUpError(troubles.not_logged_in(heard.reply), elsewhere=False)


def _hand_over(notes: _Notes, offers: Offers) -> _Part:
    """Give envelope and content; the recipients are settled one by one."""
    fitted = _fitted(notes, offers)
    if isinstance(fitted, Reply):
        notes.said.append(Said(Stage.MAIL, fitted))
        notes.settle(notes.pending, fitted)
        notes.pending.clear()
        return
    is_refused = yield from _offer(notes, fitted, offers)
    if is_refused:
        # exchange-routing#6.3: nobody was taken, so there is no DATA
        yield from _do(Reset())
        return
    if Extension.CHUNKING in offers:
        act = GiveContent(fitted.content, is_chunk=True)
        heard = yield from _step(notes, Stage.DONE, act)
    else:
        heard = yield from _step(notes, Stage.DATA, AskData())
        if heard.reply.is_positive:
            act = GiveContent(fitted.content)
            heard = yield from _step(notes, Stage.DONE, act)
    notes.settle(notes.pending, heard.reply)
    notes.pending.clear()


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The mail as this peer can take it."""

    content: Content
    sender: GiveSender


def _fitted(notes: _Notes, offers: Offers) -> _Fitted | Reply:
    """Make the mail what the peer can take, or say why it cannot take it."""
    envelope = notes.handoff.envelope
    content = as_sent(notes.handoff.content)
    words: list[str] = []
    if not content.raw.isascii() and Extension.EIGHT_BIT in offers:
        words.append("BODY=8BITMIME")
    if needs_utf8(envelope, content):
        if Extension.UTF8 in offers:
            words.append("SMTPUTF8")
        elif (
            # A peer that does not offer it takes no such sender either way.
            not str(envelope.reverse_path).isascii() or notes.habits(Habit.UTF8) == NDR
        ):
            # RFC 6531 3.5: who cannot pass it on sends it back
            return troubles.UTF8_NOT_OFFERED
    if not content.raw.isascii() and Extension.EIGHT_BIT not in offers:
        encoded = as_seven_bit(content)
        if encoded is None and notes.habits(Habit.EIGHT_BIT) == NDR:
            return troubles.EIGHT_BIT_NOT_OFFERED
        content = encoded or content
    # exchange-routing#5.1: SIZE is declared as RFC 1870 has it
    size = len(content.raw) if "SIZE" in offers else None
    if offers.size is not None and len(content.raw) > offers.size:
        if notes.habits(Habit.SIZE) == HEEDED:
            return troubles.TOO_BIG_FOR_PEER
        size = None
    if notes.handoff.dsn and Extension.DSN in offers:
        words.extend(dsn_of_sender(notes.handoff.dsn))
    return _Fitted(content, GiveSender(envelope.reverse_path, size, tuple(words)))


def _offer(
    notes: _Notes, fitted: _Fitted, offers: Offers
) -> Generator[Acts, tuple[Heard, ...], bool]:
    """Say MAIL and RCPT for each; whoever is not taken is settled.

    Say whether nobody was taken. Where the peer offers PIPELINING, they are said at
    once; DATA waits until somebody was taken, as RFC 2920 allows.
    """
    is_pipelining = Extension.PIPELINING in offers
    recipients = tuple(notes.pending)
    flight = recipients[:_FLIGHT] if is_pipelining else ()
    given = tuple(_given(notes, each, offers) for each in recipients)
    heard = yield (fitted.sender, *given[: len(flight)])
    _note(notes, Stage.MAIL, heard[0])
    if not heard[0].reply.is_positive:
        # What was heard of the recipients echoes it.
        notes.settle(notes.pending, heard[0].reply)
        notes.pending.clear()
        return bool(flight)
    taken: list[Address] = []
    _settle(notes, flight, heard[1:], taken)
    step = _FLIGHT if is_pipelining else 1
    for start in range(len(flight), len(recipients), step):
        end = start + step
        heard = yield given[start:end]
        _settle(notes, recipients[start:end], heard, taken)
    return not taken


def _given(notes: _Notes, recipient: Address, offers: Offers) -> GiveRecipient:
    dsn = notes.handoff.dsn
    if dsn is None or Extension.DSN not in offers:
        return GiveRecipient(recipient)
    return GiveRecipient(recipient, dsn_of_recipient(dsn, recipient))


def _settle(
    notes: _Notes,
    recipients: tuple[Address, ...],
    heard: tuple[Heard, ...],
    taken: list[Address],
) -> None:
    """Settle whom the peer did not take (`exchange-routing#D18`)."""
    # After the end of a session nothing more is heard.
    for recipient, answer in zip(recipients, heard, strict=False):
        _note(notes, Stage.RCPT, answer, recipient)
        if answer.reply.is_positive:
            taken.append(recipient)
        else:
            # Not by equality: an address may stand in the envelope twice.
            notes.pending.pop(len(taken))
            notes.settle((recipient,), answer.reply)


def _do(act: Act) -> _Step:
    (heard,) = yield (act,)
    return heard


def _step(notes: _Notes, stage: Stage, act: Act) -> _Step:
    """Do one act and note what was said; a session that ends goes to the next host."""
    heard = yield from _do(act)
    _note(notes, stage, heard)
    return heard


def _note(
    notes: _Notes, stage: Stage, heard: Heard, about: Address | None = None
) -> None:
    """Note what was said.

    Raises:
        _GiveUpError: the session is over.

    """
    notes.said.append(Said(stage, heard.reply, about))
    if heard.is_lost:
        # exchange-routing#6.3: after the final dot the mail may have been taken; a
        # second host would make a duplicate for certain.
        raise _GiveUpError(heard.reply, elsewhere=stage is not Stage.DONE)
    if heard.reply.code == CLOSING:
        is_early = stage in _BEFORE_MAIL
        why = troubles.cannot_connect(heard.reply) if is_early else heard.reply
        raise _GiveUpError(why, elsewhere=True)


def _decide(notes: _Notes, stage: Stage, why: Reply) -> _GiveUpError:
    """Note a trouble that we found ourselves; the queue waits."""
    notes.said.append(Said(stage, why))
    return _GiveUpError(why, elsewhere=False)

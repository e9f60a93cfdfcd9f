"""Whether a mail that was observed went as the computed one did, and where not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from fakes.exchange.ledger import EndedInside, Passed, Told, Transmitted
from fakes.internet.hosts import Arrival
from fakes.mail.receiving import as_sent
from fakes.zivver.ledger import Transaction
from harness.story import Crossing, Relayed, Story

if TYPE_CHECKING:
    from fakes.exchange.ledger import Record
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.handoff import HandOff, Transmission
    from fakes.mail.reply import Reply
    from fakes.mail.session import Session
    from harness.story import Mailed, Posted, Receipt

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Facet(Generic[T]):
    """One thing that must be the same on both sides, with its name."""

    name: str
    of: Callable[[T], object]


def agree(computed: Story, observed: Story) -> tuple[str, ...]:
    """Say in words where two stories of one mail differ; nothing means nowhere."""
    return (
        *_differences("the mail", _STORY, computed, observed),
        *(
            words
            for number, (ours, theirs) in enumerate(
                zip(computed.exchange, observed.exchange, strict=False), 1
            )
            for words in _records(f"record {number}", ours, theirs)
        ),
        *(
            words
            for number, (ours, theirs) in enumerate(
                zip(computed.receipts, observed.receipts, strict=False), 1
            )
            for words in _receipts(f"receipt {number}", ours, theirs)
        ),
        *(
            words
            for number, (ours, theirs) in enumerate(
                zip(computed.posted, observed.posted, strict=False), 1
            )
            for words in (
                *_differences(
                    f"letter {number} outside",
                    _MADE,
                    ours.transmission,
                    theirs.transmission,
                ),
                *_receipts(f"letter {number} outside", ours.arrival, theirs.arrival),
            )
        ),
        *(
            f"letter {number}: {words}"
            for number, (ours, theirs) in enumerate(
                zip(computed.letters, observed.letters, strict=False), 1
            )
            for words in agree(ours.story, theirs.story)
        ),
    )


def _records(where: str, computed: Record, observed: Record) -> tuple[str, ...]:
    match computed, observed:
        case Passed(), Passed():
            return _differences(f"{where}, a pass", _PASSED, computed, observed)
        case EndedInside(), EndedInside():
            return _differences(f"{where}, an end", _ENDED, computed, observed)
        case Told(), Told():
            return _differences(f"{where}, a report", _REPORTED, computed, observed)
        case Transmitted(), Transmitted():
            place = f"{where}, a hand-off"
            return (
                *_differences(place, _SENT, computed, observed),
                *_differences(
                    place, _MADE, computed.transmission, observed.transmission
                ),
            )
        case _:
            return (_words(where, "kind", _kind(computed), _kind(observed)),)


def _receipts(where: str, computed: Receipt, observed: Receipt) -> tuple[str, ...]:
    match computed, observed:
        case None, None:
            return ()
        case Transaction(), Transaction():
            return _differences(f"{where}, Zivver's", _ZIVVER, computed, observed)
        case Arrival(), Arrival():
            return _differences(f"{where}, a host's", _ARRIVAL, computed, observed)
        case Relayed(), Relayed():
            return _passages(where, computed, observed)
        case Crossing(), Crossing():
            place = f"{where}, on the other side"
            inner = agree(computed.story, observed.story)
            return tuple(f"{place}: {words}" for words in inner)
        case _:
            return (_words(where, "kind", _kind(computed), _kind(observed)),)


def _passages(where: str, computed: Relayed, observed: Relayed) -> tuple[str, ...]:
    """Compare what a gateway took, what it made of it, and what came of that."""
    pairs = enumerate(zip(computed.onward, observed.onward, strict=False), 1)
    return (
        *_receipts(where, computed.arrival, observed.arrival),
        *_differences(f"{where}, a gateway's", _RELAYED, computed, observed),
        *(
            words
            for number, (ours, theirs) in pairs
            for words in (
                *_differences(
                    f"{where}, hand-off {number}",
                    _MADE,
                    ours.transmission,
                    theirs.transmission,
                ),
                *_receipts(f"{where}, receipt {number}", ours.receipt, theirs.receipt),
            )
        ),
    )


def _differences(
    where: str, facets: tuple[_Facet[T], ...], computed: T, observed: T
) -> tuple[str, ...]:
    pairs = ((facet.name, facet.of(computed), facet.of(observed)) for facet in facets)
    return tuple(
        _words(where, name, ours, theirs)
        for name, ours, theirs in pairs
        if ours != theirs
    )


def _words(where: str, what: str, computed: object, observed: object) -> str:
    return f"{where}: {what}: computed {_text(computed)}, observed {_text(observed)}"


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(_text(each) for each in value) or "nothing"
    return "nothing" if value is None else str(value)


def _kind(record: Record | Receipt) -> str:
    return "nothing" if record is None else type(record).__name__


def _sha256(content: Content) -> str:
    return hashlib.sha256(as_sent(content).raw).hexdigest()


def _envelope(envelope: Envelope) -> tuple[str, ...]:
    """Give the texts, since two addresses are equal in whatever case."""
    return (f"from {envelope.reverse_path}", *map(str, envelope.recipients))


def _letter(mailed: Mailed | Posted) -> tuple[str, ...]:
    item = mailed.letter.item
    return (
        mailed.letter.state.value,
        *_envelope(item.envelope),
        f"SHA-256 {_sha256(item.content)}",
    )


def _session(session: Session) -> tuple[str, ...]:
    return (
        f"source {session.source}",
        f"HELO {session.helo}",
        f"TLS {session.is_encrypted}",
        f"AUTH {session.identity}",
    )


def _said(transmission: Transmission) -> tuple[str, ...]:
    return tuple(
        f"{said.stage.value}{f' {said.about}' if said.about else ''}: {said.reply}"
        for said in transmission.said
    )


def _told(pairs: tuple[tuple[Address, Reply], ...]) -> tuple[str, ...]:
    return tuple(sorted(f"{who}: {said}" for who, said in pairs))


def _left(handoff: HandOff) -> tuple[str, ...]:
    """What Exchange asks of a hand-off, the password left out."""
    auth = handoff.auth
    return (
        f"to {', '.join(handoff.hosts)} port {handoff.port} ({handoff.route.value})",
        f"connector {handoff.connector}",
        f"TLS {handoff.tls.level.value} {handoff.tls.domain}",
        f"AUTH {auth.user if auth else None}",
        f"HELO {handoff.helo}",
        f"at {handoff.at}",
        *_envelope(handoff.envelope),
        f"SHA-256 {_sha256(handoff.content)}",
    )


_STORY: tuple[_Facet[Story], ...] = (
    _Facet("side", lambda story: story.side),
    _Facet("submission", lambda story: story.item.submission),
    _Facet("refused", lambda story: _told(story.refused)),
    _Facet("Exchange's records", lambda story: tuple(map(_kind, story.exchange))),
    _Facet("receipts", lambda story: tuple(map(_kind, story.receipts))),
    _Facet("letters", lambda story: tuple(map(_letter, story.letters))),
    _Facet("letters outside", lambda story: tuple(map(_letter, story.posted))),
)
_PASSED: tuple[_Facet[Passed], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("submission", lambda record: record.item.submission),
    _Facet("envelope", lambda record: _envelope(record.item.envelope)),
    _Facet("SHA-256", lambda record: _sha256(record.item.content)),
    _Facet("steps", lambda record: record.result.steps),
    _Facet("ended", lambda record: record.result.ended),
    _Facet("assumed", lambda record: record.result.assumed),
    _Facet("time", lambda record: record.at),
)
_REPORTED: tuple[_Facet[Told], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("legs", lambda record: record.legs),
    _Facet("action", lambda record: record.action),
    _Facet("time", lambda record: record.at),
)
_ENDED: tuple[_Facet[EndedInside], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("leg", lambda record: record.leg),
    _Facet("ending", lambda record: record.ending),
    _Facet("time", lambda record: record.at),
)
_SENT: tuple[_Facet[Transmitted], ...] = (
    _Facet("number", lambda record: record.number),
    _Facet("legs", lambda record: record.legs),
)
_MADE: tuple[_Facet[Transmission], ...] = (
    _Facet("terms", lambda made: _left(made.handoff)),
    _Facet("host", lambda made: made.host),
    _Facet("encrypted", lambda made: made.is_encrypted),
    _Facet("certificate checked", lambda made: made.is_verified),
    _Facet("replies", _said),
    _Facet("accepted", lambda made: made.accepted),
    _Facet("deferred", lambda made: _told(made.deferred)),
    _Facet("refused", lambda made: _told(made.refused)),
)
_RELAYED: tuple[_Facet[Relayed], ...] = (
    _Facet("source", lambda receipt: receipt.passage.source),
    _Facet("why", lambda receipt: receipt.passage.why),
    _Facet("kept", lambda receipt: receipt.passage.kept),
    _Facet("hand-offs", lambda receipt: len(receipt.onward)),
)
_ZIVVER: tuple[_Facet[Transaction], ...] = (
    _Facet("port", lambda receipt: receipt.port),
    _Facet("session", lambda receipt: _session(receipt.session)),
    _Facet("envelope", lambda receipt: _envelope(receipt.envelope)),
    _Facet("SHA-256", lambda receipt: receipt.sha256),
    _Facet("reply", lambda receipt: receipt.reply),
    _Facet("reason", lambda receipt: (receipt.reason, receipt.why)),
    _Facet(
        "account", lambda receipt: (receipt.author, receipt.account, receipt.sent_by)
    ),
    _Facet("recipients", lambda receipt: receipt.recipients),
    _Facet("deliveries", lambda receipt: receipt.deliveries),
    _Facet("assumed", lambda receipt: receipt.assumed),
    _Facet("returning", lambda receipt: receipt.is_returning),
)
_ARRIVAL: tuple[_Facet[Arrival], ...] = (
    _Facet("host", lambda receipt: receipt.host),
    _Facet("session", lambda receipt: _session(receipt.session)),
    _Facet("envelope", lambda receipt: _envelope(receipt.envelope)),
    _Facet("SHA-256", lambda receipt: receipt.sha256),
    _Facet("reply", lambda receipt: receipt.reply),
)

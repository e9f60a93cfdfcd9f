"""The course of a mail in time: what was tried when, what followed, who was told."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from fakes.exchange.dsn import Action
from fakes.exchange.ledger import EndedInside, Passed, Record, Told, Transmitted
from fakes.exchange.retry import heard
from fakes.exchange.rules.fork import EndKind
from harness.outcome import Happened, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fakes.exchange.organization import Platform
    from fakes.exchange.rules.fork import Leg
    from fakes.mail.address import Address

_TOLD: Mapping[Action, Happened] = MappingProxyType(
    {
        Action.DELAYED: Happened.TOLD_OF_DELAY,
        Action.FAILED: Happened.TOLD_OF_FAILURE,
    }
)
_ENDS: Mapping[EndKind, Happened] = MappingProxyType(
    {EndKind.WAITING: Happened.PARKED, EndKind.EXPIRED: Happened.GIVEN_UP}
)
_TAKEN = "taken"


def course(records: Iterable[Record], platform: Platform) -> tuple[Moment, ...]:
    """Give what happened to a mail itself, in order; its children are others."""
    own = (record for record in records if not record.number)
    return tuple(moment for record in own for moment in _moments(record, platform))


def _moments(record: Record, platform: Platform) -> Iterator[Moment]:
    match record:
        case Passed(at=at, item=item) if at is not None:
            who = item.envelope.recipients
            yield Moment(at, Happened.CATEGORIZED, who)
        case EndedInside(at=at, leg=leg, ending=ending) if at is not None:
            if ending.kind in _ENDS:
                yield Moment(at, _ENDS[ending.kind], _who((leg,)), said=ending.why)
        case Transmitted():
            yield from _tries(record, platform)
        case Told():
            yield Moment(record.at, _TOLD[record.action], _who(record.legs))
        case Passed() | EndedInside():
            pass
        case _:
            assert_never(record)


def _tries(record: Transmitted, platform: Platform) -> Iterator[Moment]:
    """Give one attempt, a moment for each answer that it got."""
    transmission = record.transmission
    handoff = transmission.handoff
    if handoff.at is None:
        return
    host = transmission.host or ", ".join(handoff.hosts)
    answers: dict[tuple[str, str], list[Leg]] = {}
    for leg in record.legs:
        why = heard(transmission, leg.address, platform)
        answer = (str(why.reply), why.next.value) if why else (_TAKEN, "")
        answers.setdefault(answer, []).append(leg)
    for (said, what_next), legs in answers.items():
        who = _who(legs)
        where = f"{host}:{handoff.port}"
        yield Moment(handoff.at, Happened.TRIED, who, where, said, what_next)


def _who(legs: Iterable[Leg]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(leg.original or leg.address for leg in legs))

"""What Zivver mails to somebody outside: to whose host, on what terms, what came of it.

A letter that is refused bounces, and one that must wait waits at Zivver; nothing else
changes what was decided of a mail (zivver#8, zivver#9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.internet.hosts import Arrival
from fakes.mail.handoff import HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.reply import Reply
from fakes.zivver.delivery import ZivverDelivery, ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.letters import letters
from harness.mailed_back import at_zivver, is_own
from harness.story import Posted, Relayed
from harness.world import direct_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fakes.mail.handoff import Transmission
    from fakes.zivver.letters import Letter
    from harness.story import Onward, Receipt, Story
    from harness.world import World

__all__ = ["Outgoing", "outgoing", "posted", "with_posted"]

_SMTP_PORT = 25
# zivver#8: direct delivery goes by TLS that is checked; other mail by what there is.
_TLS = {ZivverState.DIRECT: TlsTerms(TlsLevel.DOMAIN_VALIDATION)}
_USUAL = TlsTerms(TlsLevel.OPPORTUNISTIC)
_WHAT = {
    ZivverState.NOTIFICATION: "the notification",
    ZivverState.DIRECT: "the mail itself",
    ZivverState.PLAIN: "the mail itself, as ordinary mail",
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter of Zivver's to somebody outside, and how it is handed over."""

    transaction: Transaction
    letter: Letter
    handoff: HandOff


def outgoing(story: Story, world: World) -> Iterator[Outgoing]:
    """Give the letters that Zivver mails to recipients outside because of a mail."""
    for made, taken in at_zivver(story):
        outside = [
            end
            for end in taken.deliveries
            if end.state in _WHAT and not is_own(end.address, world)
        ]
        # Letters are long to write; most mails have some, those that loop have none.
        if not outside or taken.is_returning:
            continue
        for letter in letters(taken, made.handoff.content, world.zivver):
            if letter.state in _WHAT and not is_own(letter.to, world):
                yield Outgoing(taken, letter, _handoff(letter, world, made.handoff.at))


def posted(out: Outgoing, made: Transmission, arrival: object) -> Posted:
    """Say what came of a letter."""
    came = arrival if isinstance(arrival, Arrival) else None
    return Posted(out.transaction, out.letter, made, came)


def with_posted(story: Story, sent: tuple[Posted, ...]) -> Story:
    """Give the story with what Zivver learnt of its letters."""
    if not sent:
        return story
    receipts = tuple(_learnt_by(receipt, sent) for receipt in story.receipts)
    return replace(story, receipts=receipts, posted=sent)


def _handoff(letter: Letter, world: World, at: datetime | None) -> HandOff:
    domain = letter.to.domain_key
    hosts = direct_hosts(world, domain, at)
    if hosts is None:
        # Nobody described the domain: its mail goes to a decent host of its name.
        hosts = (domain,)
    return HandOff(
        letter.item.envelope,
        letter.item.content,
        () if isinstance(hosts, Reply) else hosts,
        _SMTP_PORT,
        _TLS.get(letter.state, _USUAL),
        Route.MX,
        helo=world.zivver.host,
        at=at,
    )


def _learnt_by(receipt: Receipt, sent: tuple[Posted, ...]) -> Receipt:
    if isinstance(receipt, Relayed):
        return replace(receipt, onward=tuple(_onward(o, sent) for o in receipt.onward))
    return _learnt(receipt, sent) if isinstance(receipt, Transaction) else receipt


def _onward(onward: Onward, sent: tuple[Posted, ...]) -> Onward:
    if not isinstance(onward.receipt, Transaction):
        return onward
    return replace(onward, receipt=_learnt(onward.receipt, sent))


def _learnt(taken: Transaction, sent: tuple[Posted, ...]) -> Transaction:
    own = {one.letter.to: one for one in sent if one.transaction == taken}
    if not own:
        return taken
    ends = (
        _end(end, own[end.address]) if end.address in own else end
        for end in taken.deliveries
    )
    return replace(taken, deliveries=tuple(ends))


def _end(end: ZivverDelivery, one: Posted) -> ZivverDelivery:
    """Say what a recipient gets, now that his host has spoken."""
    made, address = one.transmission, end.address
    host = made.host or address.domain_key
    if one.is_taken:
        told = f"{host} took {_WHAT[end.state]}, {_how(made)}"
        return replace(end, mailed=told)
    said = dict(made.refused).get(address)
    if said is not None:
        why = f"{host} refused {_WHAT[end.state]}: {said}"
        return ZivverDelivery(address, ZivverState.BOUNCED, why, is_told=True)
    said = dict(made.deferred)[address]
    why = f"{_WHAT[end.state]} waits at Zivver: {said}"
    return ZivverDelivery(address, ZivverState.WAITING, why)


def _how(made: Transmission) -> str:
    if not made.is_encrypted:
        return "without TLS"
    return "by TLS, certificate checked" if made.is_verified else "by TLS"

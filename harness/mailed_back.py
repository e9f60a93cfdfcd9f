"""What Zivver mails back into the organization: when it does, and what that tells.

A letter never changes what became of the mail itself. It may go round (zivver#F85), be
lost, so that nobody hears of a failure, or show the whole mail to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.ledger import Transmitted
from fakes.exchange.organization import DomainType, accepted_domain
from fakes.mail.item import Carries
from fakes.zivver.delivery import ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.letters import letters
from harness.handed_off import Copy
from harness.outcome import FAILED, Delivery, Disposition
from harness.story import Mailed, Relayed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from fakes.mail.address import Address
    from fakes.mail.handoff import Transmission
    from fakes.zivver.letters import Letter
    from harness.story import Receipt, Story
    from harness.world import World

__all__ = [
    "OF_ZIVVER",
    "ROUNDS",
    "Due",
    "Heard",
    "at_zivver",
    "due",
    "hear",
    "is_own",
    "untold",
]

# zivver#F85: repeated until some limit. That it goes round shows in the first round.
ROUNDS = 3
# What is unknown of a letter is another fact than what is unknown of the mail.
OF_ZIVVER = "of Zivver's mail"
PASSES = "what Zivver itself mails passes SPF where it arrives"
_NAMES: Mapping[ZivverState, str] = MappingProxyType(
    {
        ZivverState.NOTIFICATION: "Zivver's notification",
        ZivverState.DIRECT: "Zivver's direct copy",
        ZivverState.PLAIN: "Zivver's ordinary copy",
        ZivverState.HELD: "Zivver's notice that it is held",
        ZivverState.BOUNCED: "Zivver's bounce",
        ZivverState.DROPPED: "Zivver's notice that it was not sent",
    }
)
_NOT_THERE = FAILED | {Disposition.REFUSED, Disposition.LOOPED}


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that Zivver mails into the organization; `at` is when, if told."""

    transaction: Transaction
    letter: Letter
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a letter tells of the mail: copies of it, and whether it arrived."""

    copies: tuple[Copy, ...]
    has_arrived: bool
    assumed: tuple[str, ...]


def due(story: Story, world: World) -> Iterator[Due]:
    """Give the letters that Zivver mails into the organization because of a mail.

    Those to somebody outside are for `harness.mailed_out`.
    """
    generation = story.item.generation + 1
    if generation > ROUNDS:
        return
    for made, taken in at_zivver(story):
        if not any(is_own(who, world) for who in _concerned(taken)):
            continue
        for letter in letters(taken, made.handoff.content, world.zivver):
            if is_own(letter.to, world):
                # Nobody tells from which address it comes: see PASSES.
                came = replace(letter.item.submission, passes_spf=True)
                item = replace(letter.item, submission=came, generation=generation)
                yield Due(taken, replace(letter, item=item), made.handoff.at)


def hear(mailed: Mailed, copies: Iterable[Copy]) -> Heard:
    """Judge a letter by what became of its own copies."""
    letter, name = mailed.letter, _NAMES[mailed.letter.state]
    to, every = letter.to, tuple(copies)
    own = [copy for copy in every if copy.owner == to]
    has_arrived = any(c.delivery.disposition not in _NOT_THERE for c in own)
    looped = [c for c in every if c.delivery.disposition is Disposition.LOOPED]
    found = [_looping(mailed, copy) for copy in looped[:1]]
    if not (has_arrived or found or letter.is_notice):
        found.extend(_within(copy, name, f"does not reach {to}") for copy in own[:1])
    if letter.item.carries is Carries.WHOLE:
        # The copy of its own recipient is his delivery, and no second one.
        found.extend(
            _within(copy, name, "holds the whole mail")
            for copy in every
            if copy.delivery.disposition not in _NOT_THERE
            and copy.delivery.reached != to
        )
    is_open = any(c.delivery.disposition is Disposition.UNDETERMINED for c in own)
    assumed = (PASSES, *((f"{name} reaches {to}",) if is_open else ()))
    return Heard(tuple(found), has_arrived, assumed)


def untold(receipt: Receipt, lost: tuple[Mailed, ...]) -> Receipt:
    """Say of what Zivver told in letters that did not arrive that nobody was told."""
    if not lost:
        return receipt
    if isinstance(receipt, Relayed):
        onward = (
            replace(one, receipt=_untold(one.receipt, lost))
            if isinstance(one.receipt, Transaction)
            else one
            for one in receipt.onward
        )
        return replace(receipt, onward=tuple(onward))
    return _untold(receipt, lost) if isinstance(receipt, Transaction) else receipt


def _untold(receipt: Transaction, lost: tuple[Mailed, ...]) -> Transaction:
    about = {one.letter.state for one in lost if one.transaction == receipt}
    ends = (
        replace(end, is_told=False, why=f"{end.why}; its notice of that never arrives")
        if end.state in about
        else end
        for end in receipt.deliveries
    )
    return replace(receipt, deliveries=tuple(ends))


def _looping(mailed: Mailed, copy: Copy) -> Copy:
    rounds = max(1, _rounds(mailed.story))
    times = "once" if rounds == 1 else f"{rounds} times"
    letter = mailed.letter
    more = ", and would go on" if letter.item.generation + rounds > ROUNDS else ""
    name, to = _NAMES[letter.state], letter.to
    why = f"{name} to {to} came back to Zivver {times}{more}: {copy.delivery.why}"
    delivery = Delivery(
        None,
        None,
        Disposition.LOOPED,
        why,
        via=copy.delivery.via,
        connector=copy.delivery.connector,
        is_encrypted=copy.delivery.is_encrypted,
        within=name,
    )
    return Copy(None, delivery, copy.steps)


def _rounds(story: Story) -> int:
    """Count how often a letter and what came of it was at Zivver again."""
    if not any(taken.is_returning for _, taken in at_zivver(story)):
        return 0
    return 1 + max((_rounds(one.story) for one in story.letters), default=0)


def _within(copy: Copy, name: str, what: str) -> Copy:
    delivery = copy.delivery
    why = f"{name} {what}: {delivery.why}"
    within = replace(delivery, original=None, why=why, within=name)
    return Copy(None, within, copy.steps)


def at_zivver(story: Story) -> Iterator[tuple[Transmission, Transaction]]:
    """Give what Zivver accepted, with the hand-off by which it came."""
    made = (one.transmission for one in story.exchange if isinstance(one, Transmitted))
    for transmission, receipt in zip(made, story.receipts, strict=True):
        pairs = (
            [(one.transmission, one.receipt) for one in receipt.onward]
            if isinstance(receipt, Relayed)
            else [(transmission, receipt)]
        )
        for handed, taken in pairs:
            if isinstance(taken, Transaction) and taken.is_accepted:
                yield handed, taken


def _concerned(taken: Transaction) -> Iterator[Address]:
    """Give to whom Zivver may write because of a mail."""
    for end in taken.deliveries:
        if end.state is not ZivverState.IN_APP:
            yield end.address
        if end.is_told and taken.author:
            yield taken.author


def is_own(who: Address, world: World) -> bool:
    """Say whether mail for an address comes to Exchange first.

    exchange-rules#3.3: somebody in an external relay domain is outside.
    """
    found = (accepted_domain(each, who.domain_key) for each in world.organizations)
    return any(one and one.type is not DomainType.EXTERNAL_RELAY for one in found)

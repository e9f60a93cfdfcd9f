"""From ledgers to an outcome: what each recipient's copies came to.

Computed and observed mail go through the same fold, so that they compare.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from fakes.exchange.ledger import EndedInside, Passed, Record, Transmitted
from fakes.exchange.rules.fork import EndKind, Leg, Way
from fakes.mail.item import Carries
from fakes.trace import Answer, Step, StepKind
from harness.handed_off import Copy, assumed_of, transmitted
from harness.outcome import Delivery, Disposition, Fate, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.mail.reply import Reply
    from harness.story import Receipt, Story
    from harness.world import World

_INSIDE: Mapping[EndKind, Disposition] = MappingProxyType(
    {
        EndKind.MAILBOX: Disposition.INTERNAL,
        EndKind.REJECTED: Disposition.REJECTED,
        EndKind.DELETED: Disposition.DELETED,
        EndKind.QUARANTINED: Disposition.QUARANTINED,
        EndKind.MODERATED: Disposition.MODERATED,
        EndKind.WAITING: Disposition.DEFERRED,
        EndKind.EXPIRED: Disposition.EXPIRED,
        EndKind.UNKNOWN: Disposition.UNDETERMINED,
    }
)
_FAILED = frozenset(
    {
        Disposition.REJECTED,
        Disposition.DELETED,
        Disposition.QUARANTINED,
        Disposition.EXPIRED,
        Disposition.BOUNCED,
        Disposition.LOST,
    }
)
_REDIRECTED_TO_NOBODY = "the redirect took it away and no copy came to this recipient"


def fold(story: Story, world: World) -> Outcome:
    """Give the outcome of one mail for its original recipients.

    Mails that come of it are its children: one that carries the whole of it is a copy
    for somebody else, the others are none.
    """
    originals = tuple(dict.fromkeys(story.item.envelope.recipients))
    copies = [_refused(address, said) for address, said in story.refused]
    receipts = iter(story.receipts)
    trails: dict[Address, tuple[Step, ...]] = {}
    assumed: list[str] = []
    waiting: dict[tuple[Address | None, Address], Copy] = {}
    children = _Children(world)
    for record in story.exchange:
        receipt = next(receipts) if isinstance(record, Transmitted) else None
        if record.number:
            children.take(record, receipt)
            continue
        match record:
            case Passed():
                trails.update(record.result.steps)
                assumed.extend(record.result.assumed)
            case EndedInside():
                waiting.pop((record.leg.original, record.leg.address), None)
                ended = _ended(record, originals)
                if not _is_told_by_loop(ended, copies):
                    copies.append(ended)
            case Transmitted():
                for leg in record.legs:
                    waiting.pop((leg.original, leg.address), None)
                done, still = transmitted(record, receipt, originals, world)
                copies.extend(done)
                waiting.update(still)
                assumed.extend(assumed_of(receipt))
            case _:
                assert_never(record)
    copies.extend(waiting.values())
    copies.extend(_missing(originals, copies))
    copies.extend(children.copies())
    fates = [_fate(original, copies, trails) for original in originals]
    if any(copy.owner is None for copy in copies):
        fates.append(_fate(None, copies, trails))
    return Outcome(tuple(fates), tuple(dict.fromkeys(assumed)))


class _Children:
    """The children that carry the whole mail, and where they came to."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kinds: dict[int, str] = {}
        self._copies: list[Copy] = []
        self._waiting: dict[tuple[int, Address], Copy] = {}

    def take(self, record: Record, receipt: Receipt) -> None:
        """Fold one record of a child; the mail's own recipients are not its."""
        number = record.number
        match record:
            case Passed():
                if record.item.carries is Carries.WHOLE:
                    self._kinds[number] = record.item.kind.value
            case EndedInside() if number in self._kinds:
                leg = _as_copy(record.leg)
                self._waiting.pop((number, leg.address), None)
                self._keep(number, _ended(replace(record, leg=leg), ()))
            case Transmitted() if number in self._kinds:
                legs = tuple(_as_copy(leg) for leg in record.legs)
                for leg in legs:
                    self._waiting.pop((number, leg.address), None)
                own = replace(record, legs=legs)
                done, still = transmitted(own, receipt, (), self._world)
                for copy in done:
                    self._keep(number, copy)
                for (_, address), copy in still.items():
                    self._waiting[number, address] = self._named(number, copy)
            case _:
                pass

    def copies(self) -> tuple[Copy, ...]:
        """Give what reached somebody, or may still do so."""
        return (*self._copies, *self._waiting.values())

    def _keep(self, number: int, copy: Copy) -> None:
        # A child that fails takes the mail from nobody.
        if copy.delivery.disposition not in _FAILED:
            self._copies.append(self._named(number, copy))

    def _named(self, number: int, copy: Copy) -> Copy:
        why = f"the {self._kinds[number]} holds the whole mail: {copy.delivery.why}"
        return replace(copy, delivery=replace(copy.delivery, why=why))


def _as_copy(leg: Leg) -> Leg:
    """Give a leg of a child as one of nobody in the envelope."""
    ways = tuple(way for way in leg.ways if way is not Way.REDIRECT)
    return Leg(None, leg.address, (Way.REPORT, *ways))


def _fate(
    recipient: Address | None,
    copies: list[Copy],
    trails: dict[Address, tuple[Step, ...]],
) -> Fate:
    own = [copy for copy in copies if copy.owner == recipient]
    steps = trails.get(recipient, ()) if recipient else ()
    more = tuple(step for copy in own for step in copy.steps)
    deliveries = tuple(dict.fromkeys(copy.delivery for copy in own))
    return Fate(recipient, deliveries, steps + tuple(dict.fromkeys(more)))


def _refused(address: Address, said: Reply) -> Copy:
    why = f"Exchange refused the recipient: {said}"
    step = Step(StepKind.SUBMITTED, "submission", Answer.NO, why)
    delivery = Delivery(address, None, Disposition.REFUSED, why, is_told=True)
    return Copy(address, delivery, (step,))


def _ended(record: EndedInside, originals: tuple[Address, ...]) -> Copy:
    leg, ending = record.leg, record.ending
    disposition = _INSIDE[ending.kind]
    is_told = ending.is_told
    reached = leg.address if disposition is Disposition.INTERNAL else None
    owner = leg.original
    if Way.REDIRECT in leg.ways and reached is not None and reached != leg.original:
        owner = reached if reached in originals else None
        if owner is None:
            disposition = Disposition.MISDIRECTED
    delivery = Delivery(owner, reached, disposition, ending.why, is_told=is_told)
    answer = Answer.CANNOT_TELL if ending.fact else Answer.DONE
    step = Step(StepKind.ENDED, ending.kind.value, answer, ending.why)
    return Copy(owner, delivery, (step,))


def _is_told_by_loop(ended: Copy, copies: list[Copy]) -> bool:
    """Whether a refusal is that of a copy which the loop accounts for already."""
    return ended.delivery.disposition is Disposition.REJECTED and any(
        copy.owner == ended.owner and copy.delivery.disposition is Disposition.LOOPED
        for copy in copies
    )


def _missing(originals: tuple[Address, ...], copies: list[Copy]) -> list[Copy]:
    """Original recipients of whom no record speaks."""
    owners = {copy.owner for copy in copies}
    return [
        Copy(
            who,
            Delivery(who, None, Disposition.LOST, _REDIRECTED_TO_NOBODY),
            (Step(StepKind.ENDED, "lost", Answer.NO, _REDIRECTED_TO_NOBODY),),
        )
        for who in originals
        if who not in owners
    ]

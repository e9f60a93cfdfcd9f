"""From ledgers to an outcome: what each recipient's copies came to.

Computed and observed mail go through the same fold, so that they compare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from fakes.exchange.dsn import first_word
from fakes.exchange.hybrid import is_hop_count
from fakes.exchange.ledger import EndedInside, Passed, Record, Told, Transmitted
from fakes.exchange.organization import Platform
from fakes.exchange.rules.fork import EndKind, Leg, Way
from fakes.mail.item import Carries, ItemKind
from fakes.trace import Answer, Step, StepKind
from fakes.zivver.ledger import Transaction
from harness.handed_off import Copy, assumed_of, handed_step, transmitted
from harness.mailed_back import hear, untold
from harness.outcome import FAILED, Delivery, Disposition, Fate, Outcome
from harness.story import Crossing
from harness.timeline import course

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fakes.mail.address import Address
    from fakes.mail.reply import Reply
    from harness.story import Mailed, Receipt, Story
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
        EndKind.NOBODY: Disposition.LOST,
    }
)
_SPELT: Mapping[str, str] = MappingProxyType({ItemKind.NDR: "report to the sender"})
# Of these Exchange's own reports tell.
_REPORTED = frozenset({Disposition.REJECTED, Disposition.EXPIRED, Disposition.DEFERRED})
_REDIRECTED_TO_NOBODY = "the redirect took it away and no copy came to this recipient"


def fold(story: Story, world: World) -> Outcome:
    """Give the outcome of one mail for its original recipients.

    Mails that come of it are its children: one that carries the whole of it is a copy
    for somebody else, the others are none.
    """
    originals = tuple(dict.fromkeys(story.item.envelope.recipients))
    told = _told(story, world, originals, originals)
    fates = [_fate(original, told.copies, told.trails) for original in originals]
    if any(copy.owner is None for copy in told.copies):
        fates.append(_fate(None, told.copies, told.trails))
    granted = tuple(dict.fromkeys(told.assumed))
    platform = world.organization.platform
    return Outcome(tuple(fates), granted, moments=course(story.exchange, platform))


@dataclass(slots=True)
class _Told:
    """What the story of one organization tells: copies, trails, what is assumed."""

    copies: list[Copy]
    trails: dict[Address, tuple[Step, ...]]
    assumed: list[str]


def _told(
    story: Story,
    world: World,
    own: tuple[Address, ...],
    known: tuple[Address, ...],
) -> _Told:
    """Fold one organization's story.

    A copy must be found for each of `own`; it is meant for all that are `known`.
    """
    copies = [_refused(address, said) for address, said in story.refused]
    told = _Told(copies, {}, [])
    letters, lost = _letters(story, world, told.assumed)
    receipts = iter([untold(receipt, lost) for receipt in story.receipts])
    waiting: dict[tuple[Address | None, Address], Copy] = {}
    children = _Children(world)
    foreseen = first_word(story.item, world.organization)
    clock = _Clock(story.exchange, foreseen)
    for record in story.exchange:
        receipt = next(receipts) if isinstance(record, Transmitted) else None
        if record.number:
            children.take(record, receipt)
            continue
        match record:
            case Passed():
                children.begin(record)
                told.trails.update(record.result.steps)
                told.assumed.extend(record.result.assumed)
            case EndedInside():
                ended = clock.dated(_ended(record, known), record.at)
                _settle(record, ended, copies, waiting)
            case Transmitted():
                for leg in record.legs:
                    waiting.pop((leg.original, leg.address), None)
                done, still = transmitted(record, receipt, known, world)
                when = record.transmission.handoff.at
                copies.extend(clock.dated(copy, when) for copy in done)
                waiting.update(still)
                told.assumed.extend(assumed_of(receipt))
                told.assumed.extend(_assumed_of_spf(receipt, world))
                if isinstance(receipt, Crossing):
                    more, assumed = _crossed(record, receipt, known, world)
                    copies.extend(clock.later(copy, when) for copy in more)
                    told.assumed.extend(assumed)
            case Told():
                clock.hear(record)
            case _:
                assert_never(record)
    copies.extend(waiting.values())
    copies = [clock.informed(copy) for copy in copies]
    copies.extend(_missing(own, copies))
    copies.extend(children.copies())
    copies.extend(letters)
    told = replace(told, copies=copies)
    return _on_side(told, story.side) if story.side else told


def _letters(
    story: Story, world: World, assumed: list[str]
) -> tuple[list[Copy], tuple[Mailed, ...]]:
    """Fold what Zivver mailed back: what it tells of the mail, and what got lost."""
    found: list[Copy] = []
    lost: list[Mailed] = []
    for one in story.letters:
        to = (one.letter.to,)
        there = _told(one.story, world, to, to)
        heard = hear(one, there.copies)
        found.extend(heard.copies)
        assumed.extend((*there.assumed, *heard.assumed))
        if one.letter.is_notice and not heard.has_arrived:
            lost.append(one)
    return found, tuple(lost)


class _Clock:
    """How long after its submission things happen to a mail; who hears of it when."""

    def __init__(self, records: tuple[Record, ...], foreseen: timedelta | None) -> None:
        self._foreseen = foreseen
        first = (one.at for one in records if isinstance(one, Passed))
        self._began = next(first, None)
        self._told: dict[Address, timedelta] = {}

    def dated(self, copy: Copy, at: datetime | None) -> Copy:
        """Say how long it took until this became of a copy."""
        after = self._after(at)
        is_waiting = copy.delivery.disposition is Disposition.DEFERRED
        if not after or is_waiting:
            return copy
        return replace(copy, delivery=replace(copy.delivery, after=after))

    def hear(self, record: Told) -> None:
        """Note a report to the sender; the first one about somebody counts."""
        after = self._after(record.at)
        for leg in record.legs:
            if leg.original is not None and after is not None:
                self._told.setdefault(leg.original, after)

    def informed(self, copy: Copy) -> Copy:
        """Say of a copy that failed or waits when the sender heard of it."""
        delivery = copy.delivery
        told = self._told.get(copy.owner) if copy.owner is not None else None
        # Exchange is done with what waits at Zivver, and tells nothing of it.
        is_beyond = delivery.via == "zivver"
        if delivery.disposition not in _REPORTED or is_beyond:
            return copy
        if told is not None:
            heard = replace(delivery, is_told=True, told_after=told)
            return replace(copy, delivery=heard)
        if delivery.disposition is Disposition.DEFERRED:
            return replace(copy, delivery=replace(delivery, told_after=self._foreseen))
        return copy

    def later(self, copy: Copy, at: datetime | None) -> Copy:
        """Count what took its time on the other side from here on."""
        before, delivery = self._after(at), copy.delivery
        if not before or delivery.disposition is Disposition.DEFERRED:
            return copy
        since = (delivery.after or timedelta(0)) + before
        told = delivery.told_after
        heard = None if told is None else told + before
        later = replace(delivery, after=since, told_after=heard)
        return replace(copy, delivery=later)

    def _after(self, at: datetime | None) -> timedelta | None:
        return at - self._began if at and self._began else None


def _settle(
    record: EndedInside,
    ended: Copy,
    copies: list[Copy],
    waiting: dict[tuple[Address | None, Address], Copy],
) -> None:
    """Put an end inside Exchange where it belongs; who waits may end yet."""
    key = record.leg.original, record.leg.address
    before = waiting.pop(key, None)
    if record.ending.kind is EndKind.WAITING:
        waiting[key] = ended
    elif not _is_told_by_loop(ended, copies):
        copies.append(_since(before, ended))


def _since(before: Copy | None, ended: Copy) -> Copy:
    """Keep the steps of the last attempt with the end that came of waiting."""
    return replace(ended, steps=before.steps + ended.steps) if before else ended


def _crossed(
    record: Transmitted, receipt: Crossing, known: tuple[Address, ...], world: World
) -> tuple[list[Copy], list[str]]:
    """Fold what became of a mail on the other side, in the names of this one's legs."""
    own = tuple(leg.address for leg in record.legs if not _is_redirected(leg))
    there = _told(receipt.story, world, own, tuple(dict.fromkeys((*own, *known))))
    handed = handed_step(record.transmission)
    copies = []
    for copy in there.copies:
        who = copy.owner
        steps = (handed, *(there.trails.get(who, ()) if who else ()), *copy.steps)
        legs = [leg for leg in record.legs if leg.address == who]
        for owner, delivery in [_owned(copy.delivery, leg, known) for leg in legs] or [
            (who, copy.delivery)
        ]:
            copies.append(Copy(owner, replace(delivery, original=owner), steps))
    return copies, there.assumed


def _owned(
    delivery: Delivery, leg: Leg, known: tuple[Address, ...]
) -> tuple[Address | None, Delivery]:
    """Say whose copy it is: of a redirect, his who got it, if he is one of them."""
    if not (_is_redirected(leg) and delivery.reached):
        return leg.original, delivery
    if delivery.reached in known:
        return delivery.reached, delivery
    return None, replace(delivery, disposition=Disposition.MISDIRECTED)


def _is_redirected(leg: Leg) -> bool:
    return Way.REDIRECT in leg.ways and leg.address != leg.original


def _on_side(told: _Told, side: str) -> _Told:
    """Say of each step that nobody has placed yet on which side it was."""

    def placed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(s if s.side else replace(s, side=side) for s in steps)

    copies = [replace(copy, steps=placed(copy.steps)) for copy in told.copies]
    trails = {who: placed(steps) for who, steps in told.trails.items()}
    return _Told(copies, trails, told.assumed)


def _assumed_of_spf(receipt: Receipt, world: World) -> tuple[str, ...]:
    """Say what an admission by SPF rests on where many send from the same addresses.

    exchange-routing#7.3, exchange-routing#E12: SPF passes for every tenant alike.
    """
    if not isinstance(receipt, Transaction) or receipt.identity is not None:
        return ()
    is_online = world.organization.platform is Platform.ONLINE
    if is_online and receipt.is_accepted:
        return ("no other tenant of Exchange Online sends in this one's name",)
    return ()


class _Children:
    """The children that carry the whole mail, and where they came to."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kinds: dict[int, str] = {}
        self._is_of_outside = False
        self._copies: list[Copy] = []
        self._waiting: dict[tuple[int, Address], Copy] = {}

    def begin(self, mail: Passed) -> None:
        """Note how the mail itself came in."""
        steps = (step for _, trail in mail.result.steps for step in trail)
        submitted = (step for step in steps if step.kind is StepKind.SUBMITTED)
        self._is_of_outside = any(step.answer is Answer.NO for step in submitted)

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
                if isinstance(receipt, Crossing):
                    done.extend(_crossed(own, receipt, (), self._world)[0])
                for copy in done:
                    self._keep(number, copy)
                if self._kinds[number] != ItemKind.NDR:
                    for (_, address), copy in still.items():
                        self._waiting[number, address] = self._named(number, copy)
            case _:
                pass

    def copies(self) -> tuple[Copy, ...]:
        """Give what reached somebody, or may still do so."""
        return (*self._copies, *self._waiting.values())

    def _keep(self, number: int, copy: Copy) -> None:
        # A child that fails takes the mail from nobody; a report that gives somebody
        # his own mail back, inside or where it came from, shows it to nobody else.
        is_returned = self._kinds[number] == ItemKind.NDR and (
            self._is_of_outside or not copy.delivery.left_plain
        )
        if copy.delivery.disposition not in FAILED and not is_returned:
            self._copies.append(self._named(number, copy))

    def _named(self, number: int, copy: Copy) -> Copy:
        within = self._kinds[number]
        name = _SPELT.get(within, within)
        why = f"the {name} holds the whole mail: {copy.delivery.why}"
        return replace(copy, delivery=replace(copy.delivery, why=why, within=within))


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
    if ending.kind is EndKind.REJECTED and is_hop_count(ending.reply):
        disposition = Disposition.LOOPED
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

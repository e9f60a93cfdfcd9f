"""From ledgers to an outcome: what each recipient's copies came to.

Computed and observed mail go through the same fold, so that they compare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from fakes.exchange.ledger import EndedInside, Passed, Record, Transmitted
from fakes.exchange.rules.fork import EndKind, Leg, Way
from fakes.internet.hosts import Arrival
from fakes.mail.address import domain_key
from fakes.mail.content import parse
from fakes.mail.handoff import Route, Stage, TlsLevel
from fakes.mail.item import Carries
from fakes.trace import Answer, Detail, Step, StepKind
from fakes.zivver.delivery import ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.receiver import TRANSPORT_HEADER
from fakes.zivver.replies import Reason
from harness.outcome import Delivery, Disposition, Fate, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.mail.handoff import Transmission
    from fakes.mail.item import MailItem
    from fakes.mail.reply import Reply
    from fakes.zivver.recipients import Recipients
    from harness.world import World

Receipt = Transaction | Arrival | None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that was written down about one mail.

    `receipts` stand beside the `Transmitted` records of `exchange`, in their order.
    """

    item: MailItem
    refused: tuple[tuple[Address, Reply], ...] = ()
    exchange: tuple[Record, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Copy:
    """A delivery and the steps that led to it."""

    owner: Address | None
    delivery: Delivery
    steps: tuple[Step, ...] = ()


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
_AT_ZIVVER: Mapping[ZivverState, Disposition] = MappingProxyType(
    {
        ZivverState.IN_APP: Disposition.SECURE_IN_APP,
        ZivverState.DIRECT: Disposition.SECURE_DIRECT,
        ZivverState.NOTIFICATION: Disposition.SECURE_NOTIFICATION,
        ZivverState.HELD: Disposition.HELD,
        ZivverState.BOUNCED: Disposition.BOUNCED,
        ZivverState.PLAIN: Disposition.PLAIN,
        ZivverState.DROPPED: Disposition.LOST,
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
_UNCHECKED = "nobody poses as Zivver (its certificate is not checked)"
_NAME_UNCHECKED = "nobody poses as Zivver (the name in its certificate is not checked)"
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
    waiting: dict[tuple[Address | None, Address], _Copy] = {}
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
                done, still = _transmitted(record, receipt, originals, world)
                copies.extend(done)
                waiting.update(still)
                assumed.extend(_assumed(record.transmission, receipt))
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
        self._copies: list[_Copy] = []
        self._waiting: dict[tuple[int, Address], _Copy] = {}

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
                done, still = _transmitted(own, receipt, (), self._world)
                for copy in done:
                    self._keep(number, copy)
                for (_, address), copy in still.items():
                    self._waiting[number, address] = self._named(number, copy)
            case _:
                pass

    def copies(self) -> tuple[_Copy, ...]:
        """Give what reached somebody, or may still do so."""
        return (*self._copies, *self._waiting.values())

    def _keep(self, number: int, copy: _Copy) -> None:
        # A child that fails takes the mail from nobody.
        if copy.delivery.disposition not in _FAILED:
            self._copies.append(self._named(number, copy))

    def _named(self, number: int, copy: _Copy) -> _Copy:
        why = f"the {self._kinds[number]} holds the whole mail: {copy.delivery.why}"
        return replace(copy, delivery=replace(copy.delivery, why=why))


def _as_copy(leg: Leg) -> Leg:
    """Give a leg of a child as one of nobody in the envelope."""
    ways = tuple(way for way in leg.ways if way is not Way.REDIRECT)
    return Leg(None, leg.address, (Way.REPORT, *ways))


def _fate(
    recipient: Address | None,
    copies: list[_Copy],
    trails: dict[Address, tuple[Step, ...]],
) -> Fate:
    own = [copy for copy in copies if copy.owner == recipient]
    steps = trails.get(recipient, ()) if recipient else ()
    more = tuple(step for copy in own for step in copy.steps)
    deliveries = tuple(dict.fromkeys(copy.delivery for copy in own))
    return Fate(recipient, deliveries, steps + tuple(dict.fromkeys(more)))


def _refused(address: Address, said: Reply) -> _Copy:
    why = f"Exchange refused the recipient: {said}"
    step = Step(StepKind.SUBMITTED, "submission", Answer.NO, why)
    delivery = Delivery(address, None, Disposition.REFUSED, why, is_told=True)
    return _Copy(address, delivery, (step,))


def _ended(record: EndedInside, originals: tuple[Address, ...]) -> _Copy:
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
    return _Copy(owner, delivery, (step,))


def _transmitted(
    record: Transmitted,
    receipt: Receipt,
    originals: tuple[Address, ...],
    world: World,
) -> tuple[list[_Copy], dict[tuple[Address | None, Address], _Copy]]:
    """Fold one attempt: what was accepted, what waits, what was refused."""
    transmission = record.transmission
    handed = _handed_step(transmission)
    is_zivver = _is_zivver(transmission, world)
    is_returning = is_zivver and _is_returning(transmission)
    done: list[_Copy] = []
    waiting: dict[tuple[Address | None, Address], _Copy] = {}
    accepted = set(transmission.accepted)
    deferred = dict(transmission.deferred)
    refused = dict(transmission.refused)
    if isinstance(receipt, Transaction) and accepted:
        done.extend(_at_zivver(record, receipt, originals, handed))
    for leg in record.legs:
        if leg.address in accepted and not isinstance(receipt, Transaction):
            done.append(_at_host(leg, originals, transmission, handed))
        elif leg.address in deferred:
            said = deferred[leg.address]
            why = f"it waits in the queue: {said}"
            waiting[leg.original, leg.address] = _failed(
                leg, transmission, Disposition.DEFERRED, why, handed
            )
        elif leg.address in refused and is_returning:
            why = f"it came back to Zivver, which had sent it: {refused[leg.address]}"
            done.append(_failed(leg, transmission, Disposition.LOOPED, why, handed))
    return done, waiting


def _failed(
    leg: Leg,
    transmission: Transmission,
    disposition: Disposition,
    why: str,
    handed: Step,
) -> _Copy:
    delivery = Delivery(
        leg.original,
        None,
        disposition,
        why,
        via=_via(transmission),
        connector=transmission.handoff.connector,
    )
    return _Copy(leg.original, delivery, (handed,))


def _at_host(
    leg: Leg,
    originals: tuple[Address, ...],
    transmission: Transmission,
    handed: Step,
) -> _Copy:
    """A copy that somebody else's server took: it left as ordinary mail."""
    why = f"{transmission.host} took it as ordinary mail"
    owner = leg.original
    disposition = Disposition.PLAIN
    if Way.REDIRECT in leg.ways and leg.address != leg.original:
        owner = leg.address if leg.address in originals else None
        disposition = Disposition.PLAIN if owner else Disposition.MISDIRECTED
    delivery = Delivery(
        owner,
        leg.address,
        disposition,
        why,
        via=_via(transmission),
        connector=transmission.handoff.connector,
        left_plain=True,
        is_encrypted=transmission.is_encrypted,
    )
    return _Copy(owner, delivery, (handed,))


def _at_zivver(
    record: Transmitted,
    receipt: Transaction,
    originals: tuple[Address, ...],
    handed: Step,
) -> list[_Copy]:
    """What Zivver did with an accepted mail, address by address."""
    transmission = record.transmission
    owners = {
        leg.address: leg.original
        for leg in record.legs
        if Way.REDIRECT not in leg.ways or leg.address == leg.original
    }
    admission = _admission_step(receipt)
    copies = []
    for entry in receipt.deliveries:
        disposition = _AT_ZIVVER[entry.state]
        is_known = entry.address in owners or entry.address in originals
        owner = owners.get(entry.address)
        if owner is None and entry.address in originals:
            owner = entry.address
        left_plain = disposition is Disposition.PLAIN
        has_reached = disposition not in {Disposition.BOUNCED, Disposition.LOST}
        if receipt.is_returning:
            disposition = Disposition.LOOPED
        elif not is_known:
            disposition = Disposition.MISDIRECTED
        delivery = Delivery(
            owner,
            entry.address if has_reached else None,
            disposition,
            f"Zivver: {entry.why}",
            via="zivver",
            connector=transmission.handoff.connector,
            is_told=entry.is_told,
            left_plain=left_plain,
            is_encrypted=transmission.is_encrypted,
        )
        step = Step(StepKind.DELIVERY, entry.state.value, Answer.DONE, entry.why)
        copies.append(_Copy(owner, delivery, (handed, admission, step)))
    if receipt.recipients and receipt.recipients.is_ignoring:
        reached = {copy.owner for copy in copies}
        rest = _left_out(record, receipt, receipt.recipients, originals)
        steps = (handed, admission)
        copies.extend(
            _Copy(gone.original, gone, steps)
            for gone in rest
            if gone.original not in reached
        )
    return copies


def _left_out(
    record: Transmitted,
    receipt: Transaction,
    found: Recipients,
    originals: tuple[Address, ...],
) -> list[Delivery]:
    """What comes of whom To and Cc do not name, now that they count (zivver#6)."""
    if found.unread:
        fields = " and ".join(found.unread)
        why = f"Zivver reads its recipients from {fields}, part of which cannot be read"
        end, whom, is_told = Disposition.UNDETERMINED, originals, False
    elif receipt.reason is Reason.NO_RECIPIENTS_BOUNCED:
        # zivver#F67
        why = "Zivver: To and Cc count, and name nobody: it goes back to the sender"
        end, whom, is_told = Disposition.BOUNCED, _originals(record), True
    else:
        # zivver#F64
        why = "Zivver: To and Cc count, and this recipient does not stand there"
        end, whom, is_told = Disposition.LOST, _originals(record), False
    connector = record.transmission.handoff.connector
    return [
        Delivery(who, None, end, why, "zivver", connector, is_told=is_told)
        for who in whom
    ]


def _originals(record: Transmitted) -> tuple[Address, ...]:
    found = (leg.original for leg in record.legs)
    return tuple(dict.fromkeys(who for who in found if who is not None))


def _is_told_by_loop(ended: _Copy, copies: list[_Copy]) -> bool:
    """Whether a refusal is that of a copy which the loop accounts for already."""
    return ended.delivery.disposition is Disposition.REJECTED and any(
        copy.owner == ended.owner and copy.delivery.disposition is Disposition.LOOPED
        for copy in copies
    )


def _missing(originals: tuple[Address, ...], copies: list[_Copy]) -> list[_Copy]:
    """Original recipients of whom no record speaks."""
    owners = {copy.owner for copy in copies}
    return [
        _Copy(
            who,
            Delivery(who, None, Disposition.LOST, _REDIRECTED_TO_NOBODY),
            (Step(StepKind.ENDED, "lost", Answer.NO, _REDIRECTED_TO_NOBODY),),
        )
        for who in originals
        if who not in owners
    ]


def _assumed(transmission: Transmission, receipt: Receipt) -> tuple[str, ...]:
    if not isinstance(receipt, Transaction):
        return ()
    found = tuple(f"Zivver: {name}" for name in receipt.assumed)
    # zivver#F37, zivver#F38: the wire of the fakes has no impostor on it.
    if not transmission.is_verified:
        found += (_UNCHECKED,)
    elif transmission.handoff.tls.level is not TlsLevel.DOMAIN_VALIDATION:
        found += (
            "nobody poses as Zivver (the name in its certificate is not checked)",
        )
    if receipt.recipients and receipt.recipients.bcc:
        found += ("Zivver: how Bcc recipients are shown",)
    return found


def _is_zivver(transmission: Transmission, world: World) -> bool:
    host = domain_key(world.zivver.host)
    return any(domain_key(name) == host for name in transmission.handoff.hosts)


def _is_returning(transmission: Transmission) -> bool:
    return bool(parse(transmission.handoff.content).named(TRANSPORT_HEADER))


def _via(transmission: Transmission) -> str:
    return "mx" if transmission.handoff.route is Route.MX else "connector"


def _handed_step(transmission: Transmission) -> Step:
    details = tuple(
        Detail(
            said.stage.value,
            Answer.YES if said.reply.is_positive else Answer.NO,
            found=(str(said.reply),),
            about=said.about,
        )
        for said in transmission.said
    )
    host = transmission.host or ", ".join(transmission.handoff.hosts)
    answer = Answer.YES if transmission.accepted else Answer.NO
    return Step(
        StepKind.HANDED_OFF,
        f"{host}:{transmission.handoff.port}",
        answer,
        _tls_words(transmission),
        details,
    )


def _tls_words(transmission: Transmission) -> str:
    if not transmission.is_encrypted:
        refused = any(said.stage is Stage.STARTTLS for said in transmission.said)
        return "no TLS came about" if refused else "without TLS"
    checked = "checked" if transmission.is_verified else "not checked"
    return f"TLS, certificate {checked} ({transmission.handoff.tls.level.value})"


def _admission_step(receipt: Transaction) -> Step:
    who = f"account {receipt.account}" if receipt.account else "no account known"
    how = f"logged in as {receipt.identity}" if receipt.identity else "by SPF allowlist"
    answer = Answer.YES if receipt.is_accepted else Answer.NO
    why = f"{receipt.reason.value}; {how}; {who}"
    return Step(StepKind.ADMISSION, "Zivver", answer, why)

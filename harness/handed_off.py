"""What came of one hand-off: a copy for each address that was taken, or waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.fork import Leg, Way
from fakes.internet.gateway import KeptKind
from fakes.internet.hosts import Arrival
from fakes.mail.content import parse
from fakes.mail.handoff import Route, Stage
from fakes.trace import Answer, Detail, Step, StepKind
from fakes.zivver.delivery import ZivverState
from fakes.zivver.ledger import Transaction
from fakes.zivver.receiver import TRANSPORT_HEADER
from fakes.zivver.replies import Reason
from harness.outcome import Delivery, Disposition
from harness.story import Relayed
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.ledger import Transmitted
    from fakes.mail.address import Address
    from fakes.mail.handoff import Transmission
    from fakes.zivver.recipients import Recipients
    from harness.story import Onward, Receipt
    from harness.world import World

__all__ = ["Copy", "assumed_of", "handed_step", "transmitted"]

_AT_ZIVVER: Mapping[ZivverState, Disposition] = MappingProxyType(
    {
        ZivverState.IN_APP: Disposition.SECURE_IN_APP,
        ZivverState.DIRECT: Disposition.SECURE_DIRECT,
        ZivverState.NOTIFICATION: Disposition.SECURE_NOTIFICATION,
        ZivverState.HELD: Disposition.HELD,
        ZivverState.BOUNCED: Disposition.BOUNCED,
        ZivverState.PLAIN: Disposition.PLAIN,
        ZivverState.DROPPED: Disposition.LOST,
        ZivverState.WAITING: Disposition.DEFERRED,
    }
)
_NOT_REACHED = frozenset({Disposition.BOUNCED, Disposition.LOST, Disposition.DEFERRED})
_KEPT: Mapping[KeptKind, Disposition] = MappingProxyType(
    {
        KeptKind.WAITS: Disposition.DEFERRED,
        KeptKind.REFUSED: Disposition.REJECTED,
        KeptKind.UNKNOWN: Disposition.UNDETERMINED,
    }
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A delivery and the steps that led to it."""

    owner: Address | None
    delivery: Delivery
    steps: tuple[Step, ...] = ()


def transmitted(
    record: Transmitted,
    receipt: Receipt,
    originals: tuple[Address, ...],
    world: World,
) -> tuple[list[Copy], dict[tuple[Address | None, Address], Copy]]:
    """Fold one attempt: what was accepted, what waits, what was refused."""
    transmission = record.transmission
    handed = handed_step(transmission)
    is_zivver = _is_zivver(transmission, world)
    is_returning = is_zivver and _is_returning(transmission)
    done: list[Copy] = []
    waiting: dict[tuple[Address | None, Address], Copy] = {}
    accepted = _taken(transmission, receipt)
    deferred = dict(transmission.deferred)
    refused = dict(transmission.refused)
    if isinstance(receipt, Transaction) and accepted:
        done.extend(
            _at_zivver(record, receipt, originals, handed, _shown(receipt, world))
        )
    if isinstance(receipt, Relayed):
        done.extend(_relayed(record, receipt, originals, world, handed))
    for leg in record.legs:
        if leg.address in accepted and isinstance(receipt, Arrival | None):
            done.append(_at_host(leg, originals, transmission, handed))
        if leg.address in deferred:
            said = deferred[leg.address]
            why = f"it waits in the queue: {said}"
            waiting[leg.original, leg.address] = _failed(
                leg, transmission, Disposition.DEFERRED, why, (handed,)
            )
        elif leg.address in refused and is_returning:
            why = f"it came back to Zivver, which had sent it: {refused[leg.address]}"
            done.append(_failed(leg, transmission, Disposition.LOOPED, why, (handed,)))
    return done, waiting


def _taken(transmission: Transmission, receipt: Receipt) -> frozenset[Address]:
    """Give whom the peer took, also where the connection broke before it said so.

    exchange-routing#6.3: the queue tries these again, and they get it twice.
    """
    own = receipt.arrival if isinstance(receipt, Relayed) else receipt
    heard = frozenset(transmission.accepted)
    if heard or not isinstance(own, Arrival | Transaction) or not own.is_accepted:
        return heard
    return frozenset(own.envelope.recipients)


def assumed_of(receipt: Receipt) -> tuple[str, ...]:
    """Name what an end at Zivver rests on, and what one behind a gateway does."""
    if isinstance(receipt, Relayed):
        onward = (assumed_of(o.receipt) for o in receipt.onward)
        passage = receipt.passage
        told = [f"{passage.gateway} does what is said of it"]
        if any(isinstance(o.receipt, Transaction) for o in receipt.onward):
            # No export tells what a gateway asks of TLS (zivver#F37, zivver#F38).
            told.append(f"nobody poses as Zivver to {passage.gateway}")
        return (*told, *passage.assumed, *chain.from_iterable(onward))
    if not isinstance(receipt, Transaction):
        return ()
    found = tuple(f"Zivver: {name}" for name in receipt.assumed)
    if receipt.recipients and receipt.recipients.bcc:
        found += ("Zivver: how Bcc recipients are shown",)
    if receipt.asked:
        found += tuple(
            f"Zivver: that `{field}` asks for nothing" for field in receipt.asked.wrong
        )
    return found


def _failed(
    leg: Leg,
    transmission: Transmission,
    disposition: Disposition,
    why: str,
    steps: tuple[Step, ...] = (),
    *,
    is_told: bool = False,
) -> Copy:
    delivery = Delivery(
        leg.original,
        None,
        disposition,
        why,
        via=_via(transmission),
        connector=transmission.handoff.connector,
        is_told=is_told,
    )
    return Copy(leg.original, delivery, steps)


def _at_host(
    leg: Leg,
    originals: tuple[Address, ...],
    transmission: Transmission,
    handed: Step,
) -> Copy:
    """A copy that somebody else's server took: it left as ordinary mail."""
    if transmission.handoff.route is Route.ACROSS:
        why = f"the other side of the hybrid ({transmission.host}) was not exported"
        return _failed(leg, transmission, Disposition.UNDETERMINED, why, (handed,))
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
    return Copy(owner, delivery, (handed,))


def _relayed(
    record: Transmitted,
    relayed: Relayed,
    originals: tuple[Address, ...],
    world: World,
    handed: Step,
) -> list[Copy]:
    """What came of a mail behind the gateway that took it."""
    passage = relayed.passage
    is_open = any(kept.kind is KeptKind.UNKNOWN for kept in passage.kept)
    answer = Answer.CANNOT_TELL if is_open else Answer.DONE
    step = Step(StepKind.GATEWAY, passage.gateway, answer, passage.why)
    copies = [
        _failed(
            leg,
            record.transmission,
            _KEPT[kept.kind],
            kept.why,
            is_told=_is_told(record, kept.kind),
        )
        for kept in passage.kept
        for leg in record.legs
        if leg.address == kept.recipient
    ]
    for onward in relayed.onward:
        copies.extend(_onward(record, onward, originals, world))
    return [_behind(copy, record.transmission, (handed, step)) for copy in copies]


def _onward(
    record: Transmitted,
    onward: Onward,
    originals: tuple[Address, ...],
    world: World,
) -> list[Copy]:
    """Fold the gateway's own hand-off; what is refused there it sends back."""
    made = onward.transmission
    own = tuple(
        leg for leg in record.legs if leg.address in made.handoff.envelope.recipients
    )
    second = replace(record, legs=own, transmission=made)
    done, waiting = transmitted(second, onward.receipt, originals, world)
    copies = [*done, *waiting.values()]
    if _is_zivver(made, world) and _is_returning(made):
        return copies
    refused = dict(made.refused)
    is_told = _is_told(record, KeptKind.REFUSED)
    copies.extend(
        _failed(
            leg, made, Disposition.REJECTED, f"{made.host} said {said}", is_told=is_told
        )
        for leg in own
        if (said := refused.get(leg.address))
    )
    return copies


def _is_told(record: Transmitted, kind: KeptKind) -> bool:
    """Whether the gateway tells the sender: of what it gives up, if it knows whom."""
    reverse_path = record.transmission.handoff.envelope.reverse_path
    return kind is KeptKind.REFUSED and reverse_path is not None


def _behind(copy: Copy, first: Transmission, steps: tuple[Step, ...]) -> Copy:
    """Say of a copy that it came by a gateway: both ways count."""
    delivery = replace(
        copy.delivery,
        via=copy.delivery.via if copy.delivery.via == "zivver" else "gateway",
        connector=first.handoff.connector,
        is_encrypted=copy.delivery.is_encrypted and first.is_encrypted,
        tls=first.handoff.tls.level if copy.delivery.tls else None,
    )
    return Copy(copy.owner, delivery, (*steps, *copy.steps))


def _at_zivver(
    record: Transmitted,
    receipt: Transaction,
    originals: tuple[Address, ...],
    handed: Step,
    shown: frozenset[Address],
) -> list[Copy]:
    """What Zivver did with an accepted mail, address by address."""
    transmission = record.transmission
    owners = _owners(record.legs)
    admission = _admission_step(receipt)
    copies = []
    shares = (
        (entry, owner)
        for entry in receipt.deliveries
        for owner in owners.get(entry.address, (None,))
    )
    for entry, known_owner in shares:
        disposition = _AT_ZIVVER[entry.state]
        is_known = entry.address in owners or entry.address in originals
        owner = known_owner
        if owner is None and entry.address in originals:
            owner = entry.address
        left_plain = disposition is Disposition.PLAIN
        has_reached = disposition not in _NOT_REACHED
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
            tls=transmission.handoff.tls.in_force(transmission.host),
            is_shown=entry.address in shown,
        )
        why = "; ".join(filter(None, (entry.why, entry.mailed)))
        step = Step(StepKind.DELIVERY, entry.state.value, Answer.DONE, why)
        copies.append(Copy(owner, delivery, (handed, admission, step)))
    if receipt.recipients and receipt.recipients.is_ignoring:
        reached = {copy.owner for copy in copies}
        rest = _left_out(record, receipt, receipt.recipients, originals)
        steps = (handed, admission)
        copies.extend(
            Copy(gone.original, gone, steps)
            for gone in rest
            if gone.original not in reached
        )
    return copies


def _shown(receipt: Transaction, world: World) -> frozenset[Address]:
    """Give the Bcc recipients whom the others see, once that is settled (zivver#F65).

    Until then it is named as what the answer rests on.
    """
    found, settled = receipt.recipients, world.zivver.bcc_mode
    return frozenset(found.exposed if found and settled else ())


def _owners(legs: tuple[Leg, ...]) -> dict[Address, tuple[Address | None, ...]]:
    """Say whose copies an address gets: by himself, by a group, by a forward."""
    found: dict[Address, tuple[Address | None, ...]] = {}
    for leg in legs:
        if Way.REDIRECT not in leg.ways or leg.address == leg.original:
            found[leg.address] = (*found.get(leg.address, ()), leg.original)
    return found


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


def _is_zivver(transmission: Transmission, world: World) -> bool:
    return any(leads_to_zivver(world, name) for name in transmission.handoff.hosts)


def _is_returning(transmission: Transmission) -> bool:
    return bool(parse(transmission.handoff.content).named(TRANSPORT_HEADER))


def _via(transmission: Transmission) -> str:
    return "mx" if transmission.handoff.route is Route.MX else "connector"


def handed_step(transmission: Transmission) -> Step:
    """Tell of a hand-off: to whom, on what terms, and what was said."""
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
    # zivver#7: the sender believes that he has asked for something.
    wrong = receipt.asked.wrong if receipt.asked else ()
    details = tuple(
        Detail(field, Answer.NO, why="Zivver does not understand this header field")
        for field in wrong
    )
    return Step(StepKind.ADMISSION, "Zivver", answer, why, details=details)

"""Faults at run time: what becomes of secure mail, and who hears of it when.

Each fault lies on every mail that must be secure and goes securely while nothing is
wrong. The law is that none of it leaves in clear; only a rule that is told to ignore
its own failing breaks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fakes.exchange.queue_settings import default_settings
from fakes.internet.outages import Outage
from fakes.mail.handoff import Stage as Moment
from fakes.zivver.faults import Deed, FaultLine
from harness.compare import FindingKind
from harness.duty import Obligation
from harness.failures.bench import Bench, set_up
from harness.failures.noun import Edit, Staged, staged_world
from harness.failures.routing import connectors, looks_at_certificate
from harness.failures.submission import by_spf, logs_in
from harness.outcome import FAILED, SECURE, Delivery, Disposition
from harness.rehearse.follow import follow_one, found_in, yet_to_come
from harness.world import turned

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.outcome import Outcome
    from harness.policy.noun import Policy
    from harness.world import World

# Longer than any queue waits unless somebody has said so (exchange-routing#6.1).
PATIENCE = timedelta(days=4)
_HOURS = timedelta(hours=4)
_SELDOM = timedelta(hours=6)
_NOBODY_HAS = FAILED | {Disposition.DEFERRED, Disposition.HELD, Disposition.MODERATED}


@dataclass(frozen=True, slots=True)
class Drill:
    """One fault. `stage` gives None where it cannot happen, for want of `needs`.

    Of one that `lasts`, it makes no difference how often the queue tries.
    """

    name: str
    stage: Callable[[Bench], Staged | None]
    needs: str = "a connector to Zivver"
    lasts: bool = True
    may_leak: bool = False


@dataclass(frozen=True, slots=True)
class Drilled:
    """What became of the mails while the fault lay on them.

    `ends` counts copies by where they ended; `told` are the shortest and the longest
    time after which somebody heard of a copy that failed or waits, `untold` are the
    mails of which nobody did. `plain` are the mails of which a copy left in clear,
    `open` those of which it cannot be told.
    """

    drill: Drill
    mails: int = 0
    ends: tuple[tuple[Disposition, int], ...] = ()
    late: timedelta | None = None
    told: tuple[timedelta, timedelta] | None = None
    untold: tuple[DerivedMail, ...] = ()
    plain: tuple[DerivedMail, ...] = ()
    open: tuple[DerivedMail, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether the fault can happen here."""
        return self.mails > 0

    @property
    def breaks_the_law(self) -> bool:
        """Whether mail left in clear that must not."""
        return bool(self.plain) and not self.drill.may_leak


def drill(
    world: World, policy: Policy, mails: tuple[DerivedMail, ...], *, at: datetime
) -> tuple[Drilled, ...]:
    """Lay each fault on the secure mail of a tenant."""
    mails = yet_to_come(mails, at)
    outcomes = {mail.id: follow_one(mail, world, at=at) for mail in mails}
    secure = tuple(mail for mail in mails if _goes_securely(mail, outcomes[mail.id]))
    sides = (world, turned(world)) if world.other else (world,)
    benches = tuple(set_up(side, policy, mails, outcomes, at=at) for side in sides)
    return tuple(_drilled(one, benches, secure, at) for one in DRILLS)


def _goes_securely(mail: DerivedMail, outcome: Outcome) -> bool:
    """Whether it must be secure and all is well with it."""
    must = any(duty.obligation is Obligation.MUST_BE_SECURE for duty in mail.duties)
    ends = {copy.disposition for copy in outcome.deliveries}
    found = {finding.kind for finding in found_in(mail, outcome)}
    return must and bool(ends & SECURE) and FindingKind.LEAK not in found


def _drilled(
    one: Drill,
    benches: tuple[Bench, ...],
    mails: tuple[DerivedMail, ...],
    at: datetime,
) -> Drilled:
    world = _afflicted(one, benches)
    if world is None:
        return Drilled(one)
    ends: Counter[Disposition] = Counter()
    late: list[timedelta] = []
    told: list[timedelta] = []
    plain: list[DerivedMail] = []
    unsure: list[DerivedMail] = []
    untold: list[DerivedMail] = []
    for mail in mails:
        outcome = follow_one(mail, world, at=at, patience=PATIENCE)
        found = found_in(mail, outcome)
        if any(f.delivery and f.delivery.left_plain for f in found):
            plain.append(mail)
        elif any(f.kind is FindingKind.UNDETERMINED for f in found):
            unsure.append(mail)
        for copy in _of_secure(mail, outcome):
            ends[copy.disposition] += 1
            if copy.disposition in SECURE:
                late += [copy.after] if copy.after else []
            elif copy.told_after is not None:
                told.append(copy.told_after)
            elif copy.disposition in _NOBODY_HAS and not copy.is_told:
                untold.append(mail)
    return Drilled(
        one,
        len(mails),
        tuple(ends.most_common()),
        max(late, default=None),
        (min(told), max(told)) if told else None,
        tuple(dict.fromkeys(untold)),
        tuple(plain),
        tuple(unsure),
    )


def _of_secure(mail: DerivedMail, outcome: Outcome) -> Iterator[Delivery]:
    """Give the copies of the recipients who must get it securely."""
    for duty in mail.duties:
        fate = outcome.fate(duty.recipient)
        if fate and duty.obligation is Obligation.MUST_BE_SECURE:
            yield from fate.deliveries


def _afflicted(one: Drill, benches: tuple[Bench, ...]) -> World | None:
    """Let the fault happen on each side; None where it can on neither."""
    world: World | None = None
    for number, bench in enumerate(benches):
        staged = one.stage(bench)
        if staged is None:
            continue
        seen = bench.world if world is None else (turned(world) if number else world)
        if world is not None:
            # What lies on Zivver lies there already.
            staged = replace(staged, faults=(), outages=())
        changed = staged_world(seen, staged)
        world = turned(changed) if number else changed
    return _patient(world) if world and one.lasts else world


def _patient(world: World) -> World:
    """Let the queues try seldom; when they tell the sender and give up stays."""
    sides = tuple(
        replace(
            side,
            queue=replace(
                side.queue or default_settings(side.platform),
                connection_waits=(_SELDOM,),
                message_waits=(_SELDOM,),
            ),
        )
        for side in world.organizations
    )
    return replace(world, organization=sides[0], other=sides[1] if sides[1:] else None)


def _down(span: timedelta | None, bench: Bench) -> Staged | None:
    if not connectors(bench):
        return None
    ends = bench.at + span if span else None
    return Staged("", outages=(Outage(bench.world.zivver.host, bench.at, ends),))


def _edited(
    edit: Edit, holds: Callable[[Bench], object], bench: Bench
) -> Staged | None:
    return Staged("", (edit,)) if holds(bench) else None


def _reply_lost(bench: Bench) -> Staged | None:
    line = FaultLine(Moment.DONE, Deed.TAKE)
    return Staged("", faults=(line,)) if connectors(bench) else None


def _failing(action: str, bench: Bench) -> Staged | None:
    edits: list[Edit] = []
    for rule in bench.relays:
        edits.append({"set_rule": rule.name, "RuleErrorAction": action})
        edits.append({"fail_rule": rule.name})
    return Staged("", tuple(edits)) if edits else None


_TLS: Edit = {"zivver_tls": {"starttls": "refused"}}
_EXPIRED: Edit = {"zivver_tls": {"certificate": "expired"}}
_NO_LOGIN: Edit = {"zivver": {"credential": []}}
_MOVED: Edit = {"internet": {"outbound_address": "203.0.113.77"}}
DRILLS: tuple[Drill, ...] = (
    Drill("Zivver is down for 4 hours", partial(_down, _HOURS), lasts=False),
    Drill("Zivver is down for good", partial(_down, None)),
    Drill("Zivver refuses TLS", partial(_edited, _TLS, connectors)),
    Drill(
        "Zivver's certificate has expired",
        partial(_edited, _EXPIRED, looks_at_certificate),
        "a connector that looks at the certificate",
    ),
    Drill(
        "the credentials are revoked",
        partial(_edited, _NO_LOGIN, logs_in),
        "a relay that logs in at Zivver",
    ),
    Drill(
        "SPF no longer names our address",
        partial(_edited, _MOVED, by_spf),
        "a relay that Zivver admits by SPF",
    ),
    Drill("Zivver takes a mail, and its reply is lost", _reply_lost, lasts=False),
    Drill(
        "the relay rules fail, and RuleErrorAction is Defer",
        partial(_failing, "Defer"),
        "a relay rule in force",
    ),
    Drill(
        "the relay rules fail, and RuleErrorAction is Ignore",
        partial(_failing, "Ignore"),
        "a relay rule in force",
        may_leak=True,
    ),
)

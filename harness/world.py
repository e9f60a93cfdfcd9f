"""The world that a mail meets: an organization, a Zivver service, the Internet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fakes.exchange.drive import Intervention
from fakes.exchange.organization import Organization
from fakes.exchange.readings import QUESTIONS, with_answers
from fakes.internet.hosts import Internet, host_of, is_sound, mail_hosts
from fakes.internet.outages import Outage, outage_of
from fakes.mail.address import domain_key
from fakes.zivver.faults import FaultLine
from fakes.zivver.nta import nta_domains, nta_record
from fakes.zivver.readings import READINGS
from fakes.zivver.service import ZivverService
from fakes.zone import look_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from fakes.mail.reply import Reply

__all__ = [
    "ANSWERS",
    "Settled",
    "World",
    "direct_hosts",
    "leads_to_zivver",
    "outage_at",
    "turned",
    "with_answers_pinned",
    "with_readings",
    "zivver_of",
]

# Every open question with its answers, the one that is taken first.
ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: asked.alternatives for name, asked in QUESTIONS.items()}
    | {
        reading.name: (str(reading.default), *map(str, reading.alternatives))
        for reading in READINGS.values()
    }
)
_OF_ZIVVER = MappingProxyType(
    {reading.name: (kind, reading.field) for kind, reading in READINGS.items()}
)


@dataclass(frozen=True, slots=True)
class Settled:
    """An open question that somebody has settled on this tenant, and by what."""

    name: str
    answer: str
    by: str
    on: date
    evidence: str

    @property
    def told(self) -> str:
        """Say who settled it, when, and by what."""
        return f"settled by {self.by} on {self.on}: {self.evidence}"


@dataclass(frozen=True, slots=True)
class World:
    """Everything that decides what becomes of a mail, beside the mail itself.

    `zivver_faults` are counted, from the first mail of a run on;
    `outages` say when a host is not what it is otherwise, `interventions` what an
    administrator does while mail waits. `settled` decides nothing: it says who answered
    which open question. `other` is the second organization of a hybrid; `turned` gives
    the world as that one sees it.
    """

    organization: Organization
    zivver: ZivverService = field(default_factory=ZivverService)
    internet: Internet = field(default_factory=Internet)
    settled: tuple[Settled, ...] = ()
    outages: tuple[Outage, ...] = ()
    zivver_faults: tuple[FaultLine, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    other: Organization | None = None

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """The organization, and the other one of a hybrid."""
        return (self.organization, *((self.other,) if self.other else ()))


def turned(world: World) -> World:
    """Give a hybrid as its other side sees it; a world of one stays as it is.

    What the administrator of this side does while mail waits is not done on that one.
    """
    if world.other is None:
        return world
    return replace(
        world,
        organization=world.other,
        other=world.organization,
        interventions=(),
    )


def leads_to_zivver(world: World, name: str) -> bool:
    """Say whether a host name or an address is Zivver's, by its name and by DNS."""
    key, host = domain_key(name), domain_key(world.zivver.host)
    zone = world.internet.zone
    if key == host or host not in zone.names:
        return key == host
    own = {
        record for kind in ("A", "AAAA") for record in look_up(zone, host, kind).records
    }
    if key in own or any(own & {*look_up(zone, key, k).records} for k in ("A", "AAAA")):
        return True
    mail_hosts = (record.split()[-1] for record in look_up(zone, host, "MX").records)
    return key in {domain_key(each) for each in mail_hosts}


def zivver_of(world: World) -> ZivverService:
    """Give the service with what its TLS check finds at the hosts of the Internet.

    zivver#8: direct delivery needs TLS 1.2 and a certificate that PKIX takes; a host
    that nobody described has both.
    """
    service = world.zivver
    settings, zone = service.delivering, world.internet.zone
    able = settings.nta_domains | nta_domains(zone)
    odd = _unfit(settings.odd_domains - settings.odd_unfit, world)
    nta = _unfit(able - settings.nta_unfit, world)
    if not (odd or nta):
        return service
    found = replace(
        settings,
        odd_unfit=settings.odd_unfit | odd,
        nta_unfit=settings.nta_unfit | nta,
    )
    return replace(service, delivering=found)


def direct_hosts(
    world: World, domain: str, at: datetime | None = None
) -> tuple[str, ...] | Reply | None:
    """Say who takes Zivver's mail for a domain: with NTA 7516 its own (zivver#16)."""
    declared = nta_record(world.internet.zone, domain)
    if declared is not None and declared.hosts and not declared.refusal(at):
        return declared.hosts
    return mail_hosts(world.internet, domain)


def _unfit(domains: frozenset[str], world: World) -> frozenset[str]:
    return frozenset(
        domain
        for domain in domains
        if isinstance(hosts := direct_hosts(world, domain), tuple)
        and not all(is_sound(host_of(world.internet, host)) for host in hosts)
    )


def outage_at(world: World, host: str, at: datetime | None) -> Outage | None:
    """Find what lies on a host at a time; Zivver's counts under all of its names."""
    name = world.zivver.host if leads_to_zivver(world, host) else host
    return outage_of(world.outages, name, at)


def with_answers_pinned(world: World, answers: Mapping[str, str]) -> World:
    """Give the world in which these open questions have one answer each."""
    zivver: dict[str, Any] = {
        _OF_ZIVVER[name][1]: _OF_ZIVVER[name][0](answer)
        for name, answer in answers.items()
        if name in _OF_ZIVVER
    }
    pinned = {name: a for name, a in answers.items() if name not in _OF_ZIVVER}
    first, *more = (_pinned(each, pinned) for each in world.organizations)
    return replace(
        world,
        organization=first,
        other=more[0] if more else None,
        zivver=replace(world.zivver, **zivver),
    )


def _pinned(organization: Organization, answers: Mapping[str, str]) -> Organization:
    old = organization.readings
    readings = replace(
        with_answers(old, answers), settled=old.settled | frozenset(answers)
    )
    return replace(organization, readings=readings)


def with_readings(world: World, settled: Iterable[Settled]) -> World:
    """Give the world in which somebody has settled these questions."""
    every = tuple(settled)
    answered = with_answers_pinned(world, {one.name: one.answer for one in every})
    names = {one.name for one in every}
    others = tuple(one for one in world.settled if one.name not in names)
    return replace(answered, settled=(*others, *every))

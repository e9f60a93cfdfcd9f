"""Everybody else's mail servers as values: what DNS says, and how each host behaves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, assert_never

from fakes.internet.gateway import Gateway, is_called
from fakes.mail.address import domain_key
from fakes.mail.handoff import Stage
from fakes.mail.offers import USUAL, Extension
from fakes.mail.receiver import HangUpError, Receipt, Receiver
from fakes.mail.receiving import GO_AHEAD
from fakes.mail.reply import Reply, reply
from fakes.mail.session import Certificate, CertificateFault, ServerTls
from fakes.mail.troubles import CONNECTION_REFUSED, LOOK_UP_FAILED
from fakes.zone import Status, Zone, look_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.session import Session

# RFC 7505 4.2
NULL_MX = reply(556, "5.1.10", "The domain does not accept mail")
HELLO = reply(250, "", "Hello")
SENDER_OK = reply(250, "2.1.0", "Ok")
RECIPIENT_OK = reply(250, "2.1.5", "Ok")
TAKEN = reply(250, "2.0.0", "Ok: queued")
LOGGED_IN = reply(235, "2.7.0", "Authentication successful")
UNKNOWN_RECIPIENT = reply(550, "5.1.1", "No such recipient here")
BUSY_RECIPIENT = reply(450, "4.2.1", "The mailbox is busy, try again later")
DEFAULT_SIZE = 150_000_000
_REFUSABLE = frozenset(Stage) - {Stage.LOOK_UP, Stage.STARTTLS}


class Presence(StrEnum):
    """Whether anybody is there."""

    TALKS = "talks"
    DOWN = "down"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Host:
    """One mail server of somebody else.

    `refuses` holds the reply of each stage at which it does not agree (STARTTLS
    stands in `tls`); `unknown` are recipients it does not have, `busy` those who must
    wait. `offers` are its
    extensions of SMTP, `announced_size` is the SIZE that it names where that is not
    its limit. At `hangs_up` the connection breaks instead of a reply.
    """

    name: str
    tls: ServerTls
    presence: Presence = Presence.TALKS
    refuses: tuple[tuple[Stage, Reply], ...] = ()
    unknown: frozenset[Address] = frozenset()
    size_limit: int = DEFAULT_SIZE
    offers: frozenset[Extension] = USUAL
    announced_size: int | None = None
    hangs_up: Stage | None = None
    busy: frozenset[Address] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a fault that no server can have."""
        for stage, said in self.refuses:
            if stage not in _REFUSABLE or said.is_positive:
                message = f"{self.name} cannot refuse {stage.value} with {said}"
                raise ValueError(message)
        if self.hangs_up is not None and self.hangs_up not in _REFUSABLE:
            message = f"{self.name} cannot hang up at {self.hangs_up.value}"
            raise ValueError(message)

    def refusal(self, stage: Stage) -> Reply | None:
        """Give the reply with which it refuses that stage."""
        return next((said for known, said in self.refuses if known is stage), None)

    def answer(self, stage: Stage, otherwise: Reply) -> Reply:
        """Give the reply of that stage.

        Raises:
            HangUpError: there is none.

        """
        if self.hangs_up is stage:
            raise HangUpError
        return self.refusal(stage) or otherwise


class StsMode(StrEnum):
    """How a domain wants its MTA-STS policy to be taken (RFC 8461)."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class StsPolicy:
    """The MTA-STS policy of a domain: the names that its hosts may have."""

    domain: str
    mode: StsMode
    mx: tuple[str, ...]

    def allows(self, host: str) -> bool:
        """Say whether a host is one of the policy's."""
        return Certificate(self.mx).covers(host)


@dataclass(frozen=True, slots=True)
class Internet:
    """DNS, the hosts that are not plain decent servers, and gateways to Zivver."""

    zone: Zone = field(default_factory=Zone)
    hosts: tuple[Host, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    policies: tuple[StsPolicy, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail that somebody else's server took or refused at the end of data."""

    host: str
    session: Session
    envelope: Envelope
    sha256: str
    content: Content
    reply: Reply

    @property
    def is_accepted(self) -> bool:
        """Whether the server has the mail now."""
        return self.reply.is_positive


def decent_host(name: str) -> Host:
    """Make a server that does TLS well and takes everything."""
    return Host(name, ServerTls(is_offered=True, certificate=Certificate((name,))))


def host_of(internet: Internet, name: str) -> Host:
    """Find the host of a name; whom nobody described is decent."""
    key = domain_key(name)
    known = (host for host in internet.hosts if domain_key(host.name) == key)
    return next(known, None) or decent_host(key)


def is_sound(host: Host) -> bool:
    """Say whether a client that checks its name and certificate gets TLS there."""
    tls = host.tls
    is_valid = tls.certificate.fault is CertificateFault.NONE
    is_there = tls.is_offered and not tls.is_failing
    return is_there and is_valid and tls.certificate.covers(host.name)


def gateway_of(internet: Internet, name: str) -> Gateway | None:
    """Find the gateway of a name."""
    return next((g for g in internet.gateways if is_called(name, g.hosts)), None)


def policy_of(internet: Internet, domain: str) -> StsPolicy | None:
    """Find the MTA-STS policy of a domain."""
    return next((p for p in internet.policies if is_called(domain, (p.domain,))), None)


def is_described(internet: Internet, name: str, domains: Iterable[str]) -> bool:
    """Say whether it is known what a host does with mail for these domains.

    It is if somebody described it, or if it is the mail server of all of them.
    """
    if any(is_called(name, (host.name,)) for host in internet.hosts):
        return True
    served = [mail_hosts(internet, domain) for domain in domains]
    return bool(served) and all(
        isinstance(hosts, tuple) and is_called(name, hosts) for hosts in served
    )


def receiver_of(
    internet: Internet,
    name: str,
    port: int,
    *,
    nxdomain: Reply = LOOK_UP_FAILED,
) -> Receiver[Arrival] | Reply:
    """Give the server behind a host name, or why there is none.

    `nxdomain` is what the asker makes of an absent name: Exchange Online waits,
    on-premises it is `NO_SUCH_HOST` (`exchange-routing#6.3`).
    """
    trouble = None if _is_literal(name) else _address_trouble(internet, name, nxdomain)
    host = host_of(internet, name)
    if trouble is None and host.presence is Presence.DOWN:
        trouble = CONNECTION_REFUSED
    return trouble or _receiver(host, port)


def mail_hosts(
    internet: Internet, domain: str, *, nxdomain: Reply = LOOK_UP_FAILED
) -> tuple[str, ...] | Reply | None:
    """Say who takes mail for a domain (RFC 5321 5.1), best preference first.

    None when the zone says nothing of the domain. Hosts of equal preference keep
    the order of the zone.
    """
    answer = look_up(internet.zone, domain, "MX")
    match answer.status:
        case Status.UNKNOWN:
            return None
        case Status.FAILED:
            return LOOK_UP_FAILED
        case Status.NXDOMAIN:
            return nxdomain
        case Status.FOUND:
            return _by_preference(answer.records)
        case Status.EMPTY:
            return _address_trouble(internet, domain, nxdomain) or (domain,)
        case _:
            assert_never(answer.status)


def _by_preference(records: tuple[str, ...]) -> tuple[str, ...] | Reply:
    pairs = [record.split() for record in records]
    if any(len(pair) != 2 or not pair[0].isdecimal() for pair in pairs):
        return LOOK_UP_FAILED
    ordered = sorted(pairs, key=lambda pair: int(pair[0]))
    hosts = tuple(name.removesuffix(".") for _, name in ordered)
    # RFC 7505: a single MX that names the root
    return NULL_MX if hosts == ("",) else tuple(filter(None, hosts))


def _address_trouble(internet: Internet, name: str, nxdomain: Reply) -> Reply | None:
    """Say why a name has no address; a name that nobody described has one."""
    statuses = {look_up(internet.zone, name, kind).status for kind in ("A", "AAAA")}
    if Status.FOUND in statuses or Status.UNKNOWN in statuses:
        return None
    return nxdomain if Status.NXDOMAIN in statuses else LOOK_UP_FAILED


def _is_literal(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _receiver(host: Host, port: int) -> Receiver[Arrival]:
    greeting = reply(220, "", f"{host.name} ESMTP")
    is_silent = host.presence is Presence.SILENT
    bad_login = host.refusal(Stage.AUTH)

    def recipient(
        _session: Session, _sender: Address | None, address: Address, _count: int
    ) -> Reply:
        if address in host.unknown:
            return UNKNOWN_RECIPIENT
        if address in host.busy:
            return BUSY_RECIPIENT
        return host.answer(Stage.RCPT, RECIPIENT_OK)

    def message(
        session: Session, envelope: Envelope, content: Content
    ) -> Receipt[Arrival]:
        said = host.refusal(Stage.DONE) or TAKEN
        digest = hashlib.sha256(content.raw).hexdigest()
        arrival = Arrival(host.name, session, envelope, digest, content, said)
        return Receipt(said, arrival, is_unsaid=host.hangs_up is Stage.DONE)

    return Receiver(
        name=host.name,
        port=port,
        tls=host.tls,
        needs_tls=False,
        size_limit=host.size_limit,
        connect=lambda _session: (
            None if is_silent else host.answer(Stage.CONNECT, greeting)
        ),
        hello=lambda _session: host.answer(Stage.EHLO, HELLO),
        mail=lambda _session, _sender, _size: host.answer(Stage.MAIL, SENDER_OK),
        recipient=recipient,
        data=lambda _session, _envelope: host.answer(Stage.DATA, GO_AHEAD),
        message=message,
        offers=host.offers,
        announced_size=host.announced_size,
        # Other people's servers know nobody's password; one that refuses AUTH has one.
        authenticate=(lambda _session, _user, _word: bad_login) if bad_login else None,
    )

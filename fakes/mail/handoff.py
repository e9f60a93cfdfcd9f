"""One transmission: these recipients, to that next hop, on these terms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.mail.session import CertificateFault

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.offers import Offers
    from fakes.mail.reply import Reply
    from fakes.mail.session import IpAddress


class TlsLevel(StrEnum):
    """How much a sender asks of TLS (exchange-routing#1.6, exchange-routing#2.1)."""

    NEVER = "Never"
    OPPORTUNISTIC = "Opportunistic"
    ENCRYPTION_ONLY = "EncryptionOnly"
    CERTIFICATE_VALIDATION = "CertificateValidation"
    DOMAIN_VALIDATION = "DomainValidation"


class DaneMode(StrEnum):
    """SmtpDaneMode of a connector (exchange-routing#1.1)."""

    OPPORTUNISTIC = "Opportunistic"
    MANDATORY = "Mandatory"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class Demand:
    """What DNS or a policy demands of one host, whatever the sender asks for.

    `missing` is said where there is no STARTTLS, `refusal` where the certificate (or
    the host) is not what was demanded. `names_host`: the certificate bears its name.
    """

    host: str
    missing: Reply
    refusal: Reply | None = None
    names_host: bool = False


@dataclass(frozen=True, slots=True)
class TlsTerms:
    """The TLS level, and the name that a certificate must bear for the last one.

    `tolerates` are faults of a certificate that this sender lets pass. `falls_back`:
    where TLS is not demanded and fails, the mail goes in clear (exchange-routing#X-8).
    `dane` and `policy_domain` (MTA-STS) say which demands count, `demands` are those
    that there are.
    """

    level: TlsLevel
    domain: str | None = None
    tolerates: frozenset[CertificateFault] = frozenset()
    falls_back: bool = False
    dane: DaneMode = DaneMode.NONE
    policy_domain: str | None = None
    demands: tuple[Demand, ...] = ()

    def demand(self, host: str) -> Demand | None:
        """Find what is demanded of a host."""
        return next((one for one in self.demands if one.host == host), None)

    def in_force(self, host: str | None) -> TlsLevel:
        """Say how well a session with a host is kept: a demand that was met is all."""
        is_met = host is not None and self.demand(host) is not None
        return TlsLevel.DOMAIN_VALIDATION if is_met else self.level


@dataclass(frozen=True, slots=True)
class AuthTerms:
    """User name and password, whether they wait for TLS, and how they may be said.

    Exchange says LOGIN and nothing else (field-cases#3); others say what is offered,
    the first of theirs.
    """

    user: str
    password: str
    needs_tls: bool = True
    mechanisms: tuple[str, ...] = ("LOGIN",)

    def __repr__(self) -> str:
        """Keep the password out of every trace and message."""
        return f"AuthTerms(user={self.user!r}, needs_tls={self.needs_tls})"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sender greets, and what it makes of a name that does not exist.

    `helo` None is the name of the organisation's own server.
    """

    helo: str | None = None
    forces_helo: bool = False
    waits_for_dns: bool = False


PLAIN_MANNER = Manner()


class Route(StrEnum):
    """Why a hand-off goes to its hosts."""

    SMART_HOST = "smart host"
    MX = "mx"
    ACROSS = "the other side"


@dataclass(frozen=True, slots=True)
class DsnTerms:
    """What a sender asks of reports (RFC 3461); said only where DSN is offered.

    `returns` is FULL or HDRS; `notify` holds for every recipient; `originals` are
    pairs of a recipient and the address that the mail was first written to.
    """

    returns: str | None = None
    envelope_id: str | None = None
    notify: tuple[str, ...] = ()
    originals: tuple[tuple[Address, Address], ...] = ()


@dataclass(frozen=True, slots=True)
class HandOff:
    """One transmission to be made. `hosts` are tried in order until one talks.

    `at` is the (virtual) time of the attempt; None until it is made.
    `source` is the address that it is sent from, None for the sender's usual one.
    """

    envelope: Envelope
    content: Content
    hosts: tuple[str, ...]
    port: int
    tls: TlsTerms
    route: Route
    connector: str | None = None
    auth: AuthTerms | None = None
    helo: str = "mail.example"
    manner: Manner = PLAIN_MANNER
    dsn: DsnTerms | None = None
    at: datetime | None = None
    source: IpAddress | None = None


class Stage(StrEnum):
    """The moment of a session at which something was said."""

    LOOK_UP = "look-up"
    CONNECT = "connect"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DONE = "end of data"


@dataclass(frozen=True, slots=True)
class Said:
    """One reply and when it came; `about` is the recipient at RCPT."""

    stage: Stage
    reply: Reply
    about: Address | None = None


@dataclass(frozen=True, slots=True)
class Transmission:
    """What came of a hand-off: who was taken, who must wait, who was refused."""

    handoff: HandOff
    host: str | None
    is_encrypted: bool
    is_verified: bool
    said: tuple[Said, ...]
    accepted: tuple[Address, ...]
    deferred: tuple[tuple[Address, Reply], ...] = ()
    refused: tuple[tuple[Address, Reply], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that stayed open behind a mail, for the next one on the same terms."""

    host: str
    offers: Offers
    is_encrypted: bool
    is_verified: bool
    mails: int

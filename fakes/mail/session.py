"""What a receiver sees of a session, and how a server presents itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

IpAddress = IPv4Address | IPv6Address


class CertificateFault(StrEnum):
    """What is wrong with a server's certificate."""

    NONE = "none"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SELF_SIGNED = "self-signed"
    UNTRUSTED = "untrusted"
    INCOMPLETE_CHAIN = "incomplete-chain"
    REVOKED = "revoked"
    WEAK_KEY = "weak-key"


class Tlsa(StrEnum):
    """What signed DNS says of a server's certificate (DANE, RFC 7672).

    BOGUS: its signature does not hold.
    """

    MATCHES = "matches"
    DIFFERS = "differs"
    BOGUS = "bogus"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a client can find out about a certificate: its names and its fault."""

    names: tuple[str, ...]
    fault: CertificateFault = CertificateFault.NONE

    def covers(self, name: str) -> bool:
        """Say whether one of the names is that name, or a wildcard for it."""
        wanted = name.lower().rstrip(".")
        return any(_covers(known.lower(), wanted) for known in self.names)


@dataclass(frozen=True, slots=True)
class ServerTls:
    """How a server does STARTTLS: offered or not, willing or not, with what.

    `is_outdated`: it speaks nothing newer than TLS 1.1. `tlsa` is None where nobody
    told what DNS says of it.
    """

    is_offered: bool
    certificate: Certificate
    is_refused: bool = False
    is_outdated: bool = False
    tlsa: Tlsa | None = None

    @property
    def is_failing(self) -> bool:
        """Whether it is offered and does not come about."""
        return self.is_offered and (self.is_refused or self.is_outdated)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What two peers agreed on under TLS, as OpenSSL names it: `TLSv1.3` and so on."""

    version: str
    cipher: str


@dataclass(frozen=True, slots=True)
class Session:
    """What a receiver knows of the client before a mail arrives.

    `source` is None when it was not modelled; `identity` is the user name of a
    successful AUTH; `certificate` are the names in the one that the client showed.
    `agreed` is seen on a socket only, and does not tell two sessions apart.
    """

    source: IpAddress | None
    helo: str
    is_encrypted: bool = False
    identity: str | None = None
    certificate: tuple[str, ...] = ()
    agreed: Agreed | None = field(default=None, compare=False)


def _covers(known: str, wanted: str) -> bool:
    if known.startswith("*."):
        return wanted.partition(".")[2] == known[2:]
    return known == wanted

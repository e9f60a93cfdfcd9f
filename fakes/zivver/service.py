"""The settings of a Zivver service, as one value.

A setting of None was not given. Facts (accounts, credentials, allowlist,
verification) are then assumed in the sender's favour, and every result names the
assumption; open behaviour is a reading (`fakes.zivver.readings`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from fakes.mail.address import Address, domain_key
from fakes.mail.offers import Extension
from fakes.mail.reply import Reply
from fakes.mail.session import Certificate, ServerTls
from fakes.zivver.readings import (
    BccMode,
    Delegates,
    EmptyRecipients,
    IgnoreValue,
    MissingAccount,
    NotAllowlisted,
    NtaUnfit,
    TrustedOverSmtp,
)
from fakes.zivver.replies import REPLIES, Reason, check_reply

# zivver#3: the host and the ports of the relay.
HOST = "smtp.zivver.com"
PORTS = (25, 587)
TLS = ServerTls(is_offered=True, certificate=Certificate((HOST,)))
# zivver#12: no SMTPUTF8, no CHUNKING, no DSN; SIZE, STARTTLS and AUTH are beside these.
OFFERS = frozenset({Extension.PIPELINING, Extension.EIGHT_BIT, Extension.STATUS})
# zivver#10: not documented; our defaults.
SIZE_LIMIT = 157_286_400
RECIPIENT_LIMIT = 1000


class AccountKind(StrEnum):
    """A person, or a shared mailbox (zivver#5)."""

    USER = "user"
    FUNCTIONAL = "functional"


class AccountState(StrEnum):
    """Only an active account may send (zivver#5)."""

    ACTIVE = "active"
    INVITED = "invited"
    SUSPENDED = "suspended"


class CredentialState(StrEnum):
    """Whether a credential still works."""

    ACTIVE = "active"
    REVOKED = "revoked"


class Verification(IntEnum):
    """How a recipient proves who he is, weakest first (zivver#8)."""

    NOT_REQUIRED = 0
    EMAIL = 1
    ACCESS_CODE = 2
    SMS = 3


class Fault(StrEnum):
    """What may be wrong with the service at the time (zivver#12)."""

    OVERLOADED = "overloaded"
    AUTH_DOWN = "authentication backend down"
    STORE_DOWN = "message store down"
    CUT = "connection cut before the reply"


@dataclass(frozen=True, slots=True)
class Account:
    """One Zivver account of the sending organisation.

    `delegates` may send in its name; None when nobody told who they are.
    """

    address: Address
    aliases: tuple[Address, ...] = ()
    kind: AccountKind = AccountKind.USER
    state: AccountState = AccountState.ACTIVE
    delegates: tuple[Address, ...] | None = None

    @property
    def addresses(self) -> tuple[Address, ...]:
        """All addresses that a From: may bear."""
        return (self.address, *self.aliases)


@dataclass(frozen=True, slots=True)
class Credential:
    """SMTP credentials; of the password its SHA-256 only, so that none can leak."""

    user: str
    sha256: str
    state: CredentialState = CredentialState.ACTIVE

    def __repr__(self) -> str:
        """Keep even the digest out of traces."""
        return f"Credential(user={self.user!r}, state={self.state.value!r})"

    def fits(self, user: str, password: str) -> bool:
        """Say whether these are the user name and the password."""
        found = _digest(password)
        return self.user == user and hmac.compare_digest(self.sha256.lower(), found)


def credential(
    user: str, password: str, *, state: CredentialState = CredentialState.ACTIVE
) -> Credential:
    """Make a credential from its password, which is not kept."""
    return Credential(user, _digest(password), state)


def _folded(domains: frozenset[str]) -> frozenset[str]:
    return frozenset(domain_key(domain) for domain in domains)


_DOMAINS = (
    "odd_domains",
    "odd_unfit",
    "nta_domains",
    "nta_unfit",
    "trusted_domains",
    "refusing",
)


@dataclass(frozen=True, slots=True)
class Delivering:
    """How Zivver reaches recipients (zivver#8).

    `minimum` is the weakest verification that the organisation's policy allows,
    None when that was not given. `odd_unfit` are the domains of `odd_domains` that
    fail Zivver's TLS check, `nta_unfit` those that are able to do NTA 7516 and fail it;
    `nta_domains` are so beside those that DNS names; `refusing` are the domains whose
    host refuses mail.
    """

    minimum: Verification | None = None
    known: tuple[tuple[Address, Verification], ...] = ()
    members: frozenset[Address] = frozenset()
    odd_domains: frozenset[str] = frozenset()
    odd_unfit: frozenset[str] = frozenset()
    nta_domains: frozenset[str] = frozenset()
    nta_unfit: frozenset[str] = frozenset()
    trusted_domains: frozenset[str] = frozenset()
    refusing: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Fold the domains."""
        for name in _DOMAINS:
            object.__setattr__(self, name, _folded(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class ZivverService:
    """A Zivver service; None means not given, or left open (see the module).

    `replies` stand in for rows of the table of replies, whose texts and codes Zivver
    does not document (zivver#21).

    Raises:
        ReplyError: a reply makes another thing of its row.

    """

    host: str = HOST
    ports: tuple[int, ...] = PORTS
    tls: ServerTls = TLS
    accounts: tuple[Account, ...] | None = None
    credentials: tuple[Credential, ...] | None = None
    spf_allowlist: frozenset[str] | None = None
    delivering: Delivering = Delivering()
    size_limit: int = SIZE_LIMIT
    recipient_limit: int = RECIPIENT_LIMIT
    offers: frozenset[Extension] = OFFERS
    is_down: bool = False
    faults: frozenset[Fault] = frozenset()
    missing_account: MissingAccount | None = None
    ignore_value: IgnoreValue | None = None
    empty_recipients: EmptyRecipients | None = None
    not_allowlisted: NotAllowlisted | None = None
    bcc_mode: BccMode | None = None
    trusted_over_smtp: TrustedOverSmtp | None = None
    nta_unfit: NtaUnfit | None = None
    delegates: Delegates | None = None
    replies: Mapping[Reason, Reply] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )

    def __post_init__(self) -> None:
        """Fold the domains of the allowlist, and look at the replies."""
        for reason, said in self.replies.items():
            check_reply(reason, said)
        if self.spf_allowlist is not None:
            object.__setattr__(self, "spf_allowlist", _folded(self.spf_allowlist))


def reply_for(service: ZivverService, reason: Reason) -> Reply | None:
    """Give what the client hears: of the service's own, else of the table."""
    return service.replies.get(reason, REPLIES[reason].reply)


def find_accounts(service: ZivverService, address: Address) -> tuple[Account, ...]:
    """Give the accounts with that address or alias, whatever their state."""
    return tuple(
        account for account in service.accounts or () if address in account.addresses
    )


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()

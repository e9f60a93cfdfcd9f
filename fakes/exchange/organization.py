"""An organization's configuration as a snapshot: what its exports say.

None stands for "not exported" wherever it can: absent is not empty.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.readings import Readings
from fakes.mail.handoff import DaneMode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

    from fakes.exchange.automatic import AutoReply
    from fakes.exchange.inbox import InboxRule
    from fakes.exchange.journal import JournalRule
    from fakes.exchange.limits import Limits
    from fakes.exchange.queue_settings import QueueSettings
    from fakes.exchange.remote_domain import RemoteDomain
    from fakes.exchange.rules.rule import Rule
    from fakes.exchange.sites import Sites
    from fakes.mail.address import Address
    from fakes.mail.handoff import AuthTerms, TlsLevel
    from fakes.mail.session import IpAddress


class Platform(StrEnum):
    """Whose machines run the rules: Microsoft's, or the organisation's own."""

    ONLINE = "Exchange Online"
    SERVER = "Exchange Server"


class Edition(StrEnum):
    """Where a rule can be made (exchange-rules#3, 9)."""

    ONLINE = "Exchange Online"
    SERVER_2013 = "Exchange Server 2013"
    SERVER_2016 = "Exchange Server 2016"
    SERVER_2019 = "Exchange Server 2019"
    SERVER_SE = "Exchange Server SE"
    EDGE = "Edge Transport role"

    @property
    def platform(self) -> Platform:
        """The platform that it is an edition of."""
        return Platform.ONLINE if self is Edition.ONLINE else Platform.SERVER


# What it can be where nobody tells, and where it is told.
_OF_PLATFORM: Mapping[Platform, frozenset[Edition]] = MappingProxyType(
    {p: frozenset(e for e in Edition if e.platform is p) for p in Platform}
)
_ALONE: Mapping[Edition, frozenset[Edition]] = MappingProxyType(
    {edition: frozenset({edition}) for edition in Edition}
)


class Moderators(StrEnum):
    """What moderators do with what is laid before them (exchange-rules#5.2)."""

    WAIT = "wait"
    APPROVE = "approve"
    REFUSE = "refuse"


class DomainType(StrEnum):
    """What an accepted domain means for unknown recipients (exchange-routing#3.1)."""

    AUTHORITATIVE = "Authoritative"
    INTERNAL_RELAY = "InternalRelay"
    EXTERNAL_RELAY = "ExternalRelay"


@dataclass(frozen=True, slots=True)
class AcceptedDomain:
    """An accepted domain, folded; `covers_subdomains` for `*.x` and MatchSubDomains."""

    domain: str
    type: DomainType
    covers_subdomains: bool = False
    is_default: bool = False
    place: str = field(default="", compare=False)


class RecipientKind(StrEnum):
    """What stands behind an address of the organisation."""

    MAILBOX = "mailbox"
    MAIL_USER = "mail user"
    MAIL_CONTACT = "mail contact"
    GROUP = "group"
    PUBLIC_FOLDER = "public folder"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """To whom a mailbox forwards all of its mail, as exported."""

    to: str
    keeps_copy: bool = False


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Who may write to a recipient, and what: all names as exported.

    Nobody but those whom `accepts` names may if it names anybody; a group stands for
    its members. `max_size` is in octets. `moderators` are asked first if the recipient
    is moderated, but for whom `unmoderated` names.
    """

    accepts: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    max_size: int | None = None
    is_moderated: bool = False
    moderators: tuple[str, ...] = ()
    unmoderated: tuple[str, ...] = ()


class ReportsTo(StrEnum):
    """Who hears of it when a mail to a group cannot be given to a member."""

    SENDER = "the sender"
    MANAGER = "the group's manager"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient object. `names` are all the texts by which a cmdlet knows it.

    `unjudged` names properties that carry a value and that we do not judge.
    `members` and `owners` (of a group) and `manager` are spelt as exported, None where
    no export tells; so are `restrictions` and `reports_to`. `attributes` are pairs of
    an AD attribute of rules and its value, which is empty for one that is not set and
    absent for one that was not exported. `takes_rich_text` is UseMapiRichTextFormat
    Always, of a contact or mail user; `max_send` is MaxSendSize of a mailbox, in
    octets (None: no limit of its own).
    """

    name: str
    kind: RecipientKind
    primary: Address
    proxies: tuple[Address, ...] = ()
    external: Address | None = None
    names: tuple[str, ...] = ()
    needs_authenticated_sender: bool = False
    unjudged: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    manager: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    forwarding: Forwarding | None = None
    restrictions: Restrictions | None = None
    owners: tuple[str, ...] | None = None
    reports_to: ReportsTo | None = None
    takes_rich_text: bool = False
    max_send: int | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Directory:
    """Recipient objects with their index.

    `is_whole` says that none is missing, `knows_forwarding` that mailboxes which
    forward their mail say so (`Recipient.forwarding`).
    """

    recipients: tuple[Recipient, ...]
    is_whole: bool = True
    knows_forwarding: bool = False
    by_address: Mapping[Address, tuple[Recipient, ...]] = field(
        init=False, compare=False, repr=False
    )
    by_name: Mapping[str, tuple[Recipient, ...]] = field(
        init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        """Index the objects once."""
        addresses: dict[Address, tuple[Recipient, ...]] = {}
        names: dict[str, tuple[Recipient, ...]] = {}
        for entry in self.recipients:
            for address in {entry.primary, *entry.proxies}:
                addresses[address] = (*addresses.get(address, ()), entry)
            for name in {entry.name.lower(), *(n.lower() for n in entry.names)}:
                names[name] = (*names.get(name, ()), entry)
        object.__setattr__(self, "by_address", MappingProxyType(addresses))
        object.__setattr__(self, "by_name", MappingProxyType(names))


class ConnectorType(StrEnum):
    """Whether a connector is for the organisation's own servers or for partners."""

    PARTNER = "Partner"
    ON_PREMISES = "OnPremises"


@dataclass(frozen=True, slots=True)
class OutboundConnector:
    """Get-OutboundConnector (exchange-routing#1.1). `tls` None is opportunistic.

    `is_central` is RouteAllMessagesViaOnPremises; `validation_recipients` get the mail
    that validates the connector.
    `is_hybrid`: the hybrid wizard made it, for the organisation's own servers;
    `carries_headers` is CloudServicesMailEnabled, `rewrites_sender`
    SenderRewritingEnabled.
    """

    name: str
    is_enabled: bool = True
    type: ConnectorType = ConnectorType.PARTNER
    recipient_domains: tuple[str, ...] = ()
    uses_mx: bool = True
    smart_hosts: tuple[str, ...] = ()
    tls: TlsLevel | None = None
    tls_domain: str | None = None
    is_rule_scoped: bool = False
    covers_accepted_domains: bool = False
    is_in_test_mode: bool = False
    is_central: bool = False
    follows_mta_sts: bool = True
    dane: DaneMode = DaneMode.OPPORTUNISTIC
    rewrites_sender: bool = False
    validation_recipients: tuple[Address, ...] = ()
    is_hybrid: bool = False
    carries_headers: bool = False
    names: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    place: str = ""


SMTP = "smtp"


@dataclass(frozen=True, slots=True)
class AddressSpace:
    """`Type:Space;Cost` of a send connector; a domain of SMTP may begin with *.

    `kind` is folded; the space of another kind than SMTP is kept as it is spelt.
    """

    domain: str
    cost: int = 1
    kind: str = SMTP


class SmartHostAuth(StrEnum):
    """How a send connector logs in to its smart host (exchange-routing#2.1)."""

    NONE = "None"
    BASIC = "BasicAuth"
    BASIC_TLS = "BasicAuthRequireTLS"
    EXCHANGE_SERVER = "ExchangeServer"
    EXTERNAL = "ExternalAuthoritative"


@dataclass(frozen=True, slots=True)
class SendConnector:
    """Get-SendConnector (exchange-routing#2.1). Sizes in octets, None is no limit.

    `is_size_told` is false where the export has no MaxMessageSize; `has_credential`
    None where it has no AuthenticationCredential. Names of servers are folded, none
    where they were not exported.
    `carries_headers` is CloudServicesMailEnabled: it leads to Exchange Online.
    `certificate` is the name in what it shows as a client, None where none tells.
    """

    name: str
    address_spaces: tuple[AddressSpace, ...]
    is_enabled: bool = True
    is_scoped: bool = False
    source_servers: tuple[str, ...] = ()
    smart_hosts: tuple[str, ...] = ()
    uses_dns: bool = True
    port: int = 25
    requires_tls: bool = False
    ignores_starttls: bool = False
    tls: TlsLevel | None = None
    tls_domain: str | None = None
    is_domain_secure: bool = False
    auth: SmartHostAuth = SmartHostAuth.NONE
    has_credential: bool | None = None
    forces_helo: bool = False
    fqdn: str | None = None
    waits_for_dns: bool = False
    max_size: int | None = None
    is_size_told: bool = True
    carries_headers: bool = False
    certificate: str | None = None
    unjudged: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class InboundConnector:
    """How a session from given addresses is trusted.

    Get-InboundConnector of Exchange Online, or a receive connector of a server
    (its remote ranges; externally secured or anonymous). `relays` says whether its
    sessions may write to outside recipients, None when no export tells.
    `certificate` is the name by which it knows servers that show one, and
    `carries_headers` whether it believes what these say of their senders. A receive
    connector listens at `ports` (at any where they were not told), may want a login,
    and takes mail of up to `max_size`.
    """

    name: str
    is_enabled: bool
    networks: tuple[IPv4Network | IPv6Network, ...]
    treats_as_internal: bool
    relays: bool | None = True
    certificate: str | None = None
    carries_headers: bool = False
    unjudged: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    admits_anonymous: bool = True
    max_size: int | None = None


class AutoForwarding(StrEnum):
    """Whether mailboxes may forward to the outside: AutoForwardingMode."""

    AUTOMATIC = "Automatic"
    OFF = "Off"
    ON = "On"


@dataclass(frozen=True, slots=True)
class Organization:
    """One Exchange organization as exported. `edition` is None where none tells it.

    `auto_forwarding` are the modes of all outbound spam policies. `failing_rules` names
    rules that cannot be processed, and `moderators` says what they do: no
    configuration, but what happens to it. `added_recipients_limit` is how many
    recipients rules may add to one mail; `own_hosts` are names of its servers beside
    `helo`. `queue` None: the times of its platform. `certificate` is the name in what
    its servers show when they connect, None when no export tells; `other_side` are the
    names under which the other half of a hybrid is reached, if they are known.
    """

    name: str
    platform: Platform
    rules: tuple[Rule, ...] | None = None
    accepted_domains: tuple[AcceptedDomain, ...] | None = None
    directory: Directory | None = None
    outbound_connectors: tuple[OutboundConnector, ...] | None = None
    send_connectors: tuple[SendConnector, ...] | None = None
    inbound_connectors: tuple[InboundConnector, ...] | None = None
    remote_domains: tuple[RemoteDomain, ...] | None = None
    auto_forwarding: tuple[AutoForwarding, ...] | None = None
    inbox_rules: tuple[InboxRule, ...] | None = None
    journal_rules: tuple[JournalRule, ...] | None = None
    auto_replies: tuple[AutoReply, ...] | None = None
    credentials: Mapping[str, AuthTerms] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    sites: Sites | None = None
    limits: Limits | None = None
    own_hosts: frozenset[str] = frozenset()
    source: IpAddress | None = None
    helo: str = "mail.outbound.example"
    readings: Readings = field(default_factory=Readings)
    # exchange-rules#R-48: the number that is usually quoted.
    added_recipients_limit: int = 100
    failing_rules: frozenset[str] = frozenset()
    queue: QueueSettings | None = None
    moderators: Moderators = Moderators.WAIT
    edition: Edition | None = None
    certificate: str | None = None
    other_side: frozenset[str] = frozenset()
    domains_by_name: Mapping[str, AcceptedDomain] = field(
        init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        """Index the accepted domains once; of two that are alike the first counts."""
        named = {entry.domain: entry for entry in reversed(self.accepted_domains or ())}
        object.__setattr__(self, "domains_by_name", MappingProxyType(named))

    @property
    def editions(self) -> frozenset[Edition]:
        """The editions that it may be."""
        if self.edition is None:
            return _OF_PLATFORM[self.platform]
        return _ALONE[self.edition]


def with_readings(organization: Organization, readings: Readings) -> Organization:
    """Give it with other answers to what is open; its index of domains is kept."""
    made = copy(organization)
    object.__setattr__(made, "readings", readings)
    return made


def named(editions: frozenset[Edition]) -> str:
    """Name the edition, or the platform where it may be any of several."""
    edition, *others = editions
    return edition.platform if others else edition


def accepted_domain(organization: Organization, domain: str) -> AcceptedDomain | None:
    """Find the accepted domain that covers a (folded) domain, the closest first."""
    known = organization.domains_by_name
    found = known.get(domain)
    above = domain
    while found is None and "." in above:
        above = above.partition(".")[2]
        found = _if_it_covers(known.get(above))
    return found or _if_it_covers(known.get("*"))


def _if_it_covers(entry: AcceptedDomain | None) -> AcceptedDomain | None:
    return entry if entry and entry.covers_subdomains else None


def default_domain(organization: Organization) -> str:
    """The domain that Exchange's own reports come from."""
    domains = organization.accepted_domains or ()
    marked = [entry.domain for entry in domains if entry.is_default]
    plain = [entry.domain for entry in domains]
    return (marked or plain or [organization.name])[0]

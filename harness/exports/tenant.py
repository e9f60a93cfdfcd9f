"""A tenant: the files of one folder to an organization, with the account of them.

Absent is not empty: a cmdlet that was not exported is None in the organization and
stands in `missing`; one that gave nothing is an empty tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from fakes.exchange.organization import (
    AcceptedDomain,
    Edition,
    InboundConnector,
    Organization,
    OutboundConnector,
    Platform,
    SendConnector,
)
from fakes.exchange.sites import Sites
from fakes.internet.hosts import Internet
from fakes.mail.handoff import AuthTerms
from fakes.zivver.service import ZivverService
from harness.exports.account import Account, Ledger
from harness.exports.archives import Unpacking, base_name, is_archive, unpack
from harness.exports.arrivals import own_hosts_of, read_inbound, read_receive
from harness.exports.cmdlets import Cmdlet
from harness.exports.connectors import read_outbound
from harness.exports.domains import read_domain
from harness.exports.encodings import RawFile
from harness.exports.formats import Exported
from harness.exports.intake import (
    INTERNET_FILE,
    ZIVVER_FILE,
    Folder,
    hold_to_manifests,
    take,
)
from harness.exports.labels import ExportedLabel, read_label
from harness.exports.limits import SizeLimits
from harness.exports.manifest import MANIFEST, Manifest, check_one_tenant, hash_of
from harness.exports.missing import Missing, missing_beside, missing_of
from harness.exports.onward import (
    read_auto_reply,
    read_inbox_rule,
    read_journal_rule,
    read_spam_policy,
)
from harness.exports.problems import ExportError, ExportErrors, each, shown
from harness.exports.queues import read_limits, read_queues
from harness.exports.recipients import read_directory
from harness.exports.remote_domains import read_remote_domain
from harness.exports.rules import read_rules
from harness.exports.send_connectors import read_send
from harness.exports.servers import read_edition
from harness.exports.sides import SIDES, check_side, joined, side_word
from harness.exports.sites import sites_exported
from harness.exports.zivver import ZivverFile
from harness.world import World

T = TypeVar("T")
C = TypeVar("C", OutboundConnector, SendConnector)

_USUAL = SizeLimits()
_HELO = "mail.outbound.example"
# Which of them tells Exchange Online from a server.
_ONLINE = (Cmdlet.OUTBOUND_CONNECTORS, Cmdlet.INBOUND_CONNECTORS)
_SERVER = (Cmdlet.SEND_CONNECTORS, Cmdlet.RECEIVE_CONNECTORS, Cmdlet.SERVERS)
# exports#2.1: a rule of a server has none of these.
_ONLINE_RULE = ("CreatedBy", "LastModifiedBy", "RemoveOMEv2")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation's configuration as exported, and how it was understood.

    Of a hybrid, `organization` is the cloud's and `other` that of the servers.
    `labels` is None where they were not exported; `manifests` tell of exports by the
    script.
    """

    name: str
    organization: Organization
    zivver: ZivverService = field(default_factory=ZivverService)
    internet: Internet = field(default_factory=Internet)
    account: Account = field(default_factory=Account)
    policies: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    missing: tuple[Missing, ...] = ()
    source: str = ""
    other: Organization | None = None
    labels: tuple[ExportedLabel, ...] | None = None
    manifests: tuple[Manifest, ...] = ()

    @property
    def world(self) -> World:
        """The world that a mail of this tenant meets."""
        return World(self.organization, self.zivver, self.internet, other=self.other)


class TenantError(ExportErrors):
    """What is wrong with the files of a tenant, and the account of all of them."""

    def __init__(
        self, name: str, faults: tuple[ExportError, ...], account: Account
    ) -> None:
        """Keep what could be read beside what could not."""
        super().__init__(faults)
        self.name = name
        self.account = account


def make_tenant(
    name: str,
    files: Iterable[RawFile],
    *,
    source: str = "",
    limits: SizeLimits = _USUAL,
) -> Tenant:
    """Make a tenant of the files of its folder, and of the zips among them.

    Raises:
        TenantError: files are not what they say, no known cmdlet is among them, or
            they come from two platforms.

    """
    top, halves = _folders(files, limits)
    faults = top.faults
    made = faults.ask(lambda: _read_halves(name, top, halves))
    # What comes of something wrong may be wrong only because of it.
    found = None if faults.found else faults.ask(lambda: _tenant(name, made or (), top))
    if found is None:
        raise TenantError(name, tuple(faults.found), top.ledger.close())
    return replace(found, source=source or name)


def _read_halves(
    name: str, top: Folder, halves: dict[str, Folder]
) -> tuple[_Half, ...]:
    if not halves:
        return (_read_half(name, top),)
    if top.found:
        cmdlet = next(iter(top.found))
        both = " and ".join(f"`{side}`" for side in halves)
        raise ExportError(name, f"`{cmdlet}` beside {both}, expected it in one of them")
    made = []
    for side, folder in halves.items():
        _check_half(side, folder)
        folder.zivver = top.zivver
        half = _read_half(f"{name}/{side}", folder)
        if not top.faults.found:
            check_side(side, half.organization)
        made.append(half)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Half:
    """One organization of a tenant, and what its export lacks."""

    organization: Organization
    missing: tuple[Missing, ...]
    labels: tuple[ExportedLabel, ...] | None = None
    manifests: tuple[Manifest, ...] = ()


def _folders(
    files: Iterable[RawFile], limits: SizeLimits
) -> tuple[Folder, dict[str, Folder]]:
    """Put each file into its folder: that of the tenant, or of one side of it."""
    top = Folder()
    halves: dict[str, Folder] = {}
    unpacking = Unpacking(limits, top.faults)
    every = sorted(files, key=lambda one: one.name)
    for given in every:
        inside = _unpacked(given, unpacking)
        is_listed = any(base_name(raw.name) == MANIFEST for raw in (*every, *inside))
        for raw in inside:
            side, slash, rest = raw.name.partition("/")
            is_of_side = slash and rest and side in SIDES
            empty = Folder(ledger=top.ledger, faults=top.faults)
            folder = halves.setdefault(side, empty) if is_of_side else top
            take(raw, folder)
            if is_listed and not raw.problem:
                folder.hashes[raw.name] = hash_of(raw.octets)
    for folder in (top, *halves.values()):
        top.faults.ask(partial(check_one_tenant, folder.manifests, folder.found))
        hold_to_manifests(folder)
    return top, halves


def _unpacked(raw: RawFile, unpacking: Unpacking) -> tuple[RawFile, ...]:
    """Give the files of a zip, or the file itself."""
    try:
        packed = is_archive(raw.start)
    except ExportError as problem:
        return (RawFile(raw.name, b"", problem.message),)
    return unpack(raw, unpacking) if packed else (raw,)


def _read_half(name: str, folder: Folder) -> _Half:
    if not folder.found and not folder.faults.found:
        expected = f"`{Cmdlet.RULES} | ConvertTo-Json`"
        raise ExportError(
            name, f"no file of a known cmdlet, expected one such as {expected}"
        )
    platform = _platform(name, folder)
    organization = _organization(name, platform, folder)
    _check_credentials(organization)
    labels = _each(folder, Cmdlet.LABELS, read_label)
    missing = missing_of(
        organization,
        found=folder.found,
        cut=folder.cut,
        failed=folder.failed,
        has_labels=labels is not None,
    )
    return _Half(organization, missing, labels, tuple(folder.manifests))


def _check_half(side: str, folder: Folder) -> None:
    """Let a side say of itself only whence it connects and how it greets."""
    internet = folder.internet.internet
    has_more = folder.policies or folder.zivver != ZivverFile()
    if has_more or internet != Internet():
        raise ExportError(
            side,
            f"what is true for both sides stands beside `{side}`: policies, "
            f"`{ZIVVER_FILE}`, and all of `{INTERNET_FILE}` but `outbound_address` "
            "and `helo`",
        )


def _tenant(name: str, halves: tuple[_Half, ...], top: Folder) -> Tenant:
    first, *more = joined(tuple(half.organization for half in halves))
    sides = [f"{side_word(half.organization)}: " * bool(more) for half in halves]
    missing = tuple(
        replace(one, fact=side + one.fact)
        for side, half in zip(sides, halves, strict=True)
        for one in half.missing
    )
    manifests = (one for half in halves for one in half.manifests)
    return Tenant(
        name=name,
        organization=first,
        zivver=top.zivver.service,
        internet=top.internet.internet,
        account=top.ledger.close(),
        policies=MappingProxyType(top.policies),
        missing=missing + _missing_beside(top),
        manifests=tuple(dict.fromkeys((*top.manifests, *manifests))),
        other=more[0] if more else None,
        labels=next((h.labels for h in halves if h.labels is not None), None),
    )


def _missing_beside(top: Folder) -> tuple[Missing, ...]:
    return missing_beside(
        has_zivver=top.zivver != ZivverFile(),
        has_internet=top.internet.internet != Internet(),
    )


def _platform(name: str, folder: Folder) -> Platform:
    found = folder.found
    online = [str(cmdlet) for cmdlet in _ONLINE if cmdlet in found]
    server = [str(cmdlet) for cmdlet in _SERVER if cmdlet in found]
    if online and server:
        raise ExportError(
            name,
            f"`{online[0]}` of Exchange Online beside `{server[0]}` of a server, "
            "expected one platform a folder",
        )
    rules = found.get(Cmdlet.RULES, ())
    if server:
        return Platform.SERVER
    if online or any(rule.has(mark) for rule in rules for mark in _ONLINE_RULE):
        return Platform.ONLINE
    if folder.faults.found:
        # A file that would tell may be the one that is broken: this is not the fault.
        return Platform.ONLINE
    raise ExportError(
        name,
        "nothing tells Exchange Online from a server, expected "
        f"`{Cmdlet.OUTBOUND_CONNECTORS}` or `{Cmdlet.SEND_CONNECTORS}`",
    )


def _organization(name: str, platform: Platform, folder: Folder) -> Organization:
    found, ledger, ask = folder.found, folder.ledger, folder.faults.ask
    cut = frozenset(folder.cut)
    directory = ask(lambda: read_directory(found, ledger, cut=cut))
    domains = _each(folder, Cmdlet.ACCEPTED_DOMAINS, read_domain)
    rules = found.get(Cmdlet.RULES)
    config = found.get(Cmdlet.TRANSPORT_CONFIG, ())
    services = found.get(Cmdlet.TRANSPORT_SERVICES, ())
    return Organization(
        name=_name(name, domains),
        platform=platform,
        edition=ask(lambda: _edition(name, platform, folder)),
        rules=None
        if rules is None
        else ask(lambda: read_rules(rules, directory, ledger)),
        accepted_domains=domains,
        directory=directory,
        outbound_connectors=_connectors(
            folder, Cmdlet.OUTBOUND_CONNECTORS, read_outbound
        ),
        send_connectors=_connectors(folder, Cmdlet.SEND_CONNECTORS, read_send),
        inbound_connectors=ask(lambda: _inbound(found, ledger)),
        own_hosts=own_hosts_of(found.get(Cmdlet.RECEIVE_CONNECTORS, ())),
        remote_domains=_each(folder, Cmdlet.REMOTE_DOMAINS, read_remote_domain),
        auto_forwarding=_each(folder, Cmdlet.SPAM_POLICIES, read_spam_policy),
        inbox_rules=_each(folder, Cmdlet.INBOX_RULES, read_inbox_rule),
        journal_rules=_each(folder, Cmdlet.JOURNAL_RULES, read_journal_rule),
        auto_replies=_each(folder, Cmdlet.AUTO_REPLIES, read_auto_reply),
        queue=ask(lambda: read_queues(platform, config, services, ledger))
        or read_queues(platform, (), (), ledger),
        credentials=_credentials(platform, folder),
        sites=ask(lambda: _sites(folder)),
        limits=ask(lambda: read_limits(config)),
        source=folder.internet.outbound_address,
        helo=folder.internet.helo or _HELO,
    )


def _edition(name: str, platform: Platform, folder: Folder) -> Edition | None:
    """What somebody says of it, else what its servers are."""
    said = folder.internet.edition
    if said is None:
        return read_edition(folder.found.get(Cmdlet.SERVERS, ()), folder.ledger)
    if said.platform is not platform:
        raise ExportError(
            INTERNET_FILE, f"`edition` is `{said}`, and {name} is {platform}"
        )
    return said


def _credentials(platform: Platform, folder: Folder) -> Mapping[str, AuthTerms]:
    """Only a send connector logs in: those of a hybrid are of its servers."""
    is_server = platform is Platform.SERVER
    return folder.zivver.credentials if is_server else MappingProxyType({})


def _each(
    folder: Folder, cmdlet: Cmdlet, read: Callable[[Exported, Ledger], T | None]
) -> tuple[T, ...] | None:
    """Read every object of a cmdlet; None if it was not exported."""
    if cmdlet not in folder.found:
        return None
    entries, ledger = folder.found[cmdlet], folder.ledger
    made = folder.faults.ask(lambda: each(lambda one: read(one, ledger), entries))
    return tuple(one for one in made or () if one is not None)


def _connectors(
    folder: Folder, cmdlet: Cmdlet, read: Callable[[Exported, Ledger], C]
) -> tuple[C, ...] | None:
    """Read the connectors of a cmdlet, each name once; None if not exported."""
    found = _each(folder, cmdlet, read)
    folder.faults.ask(lambda: _check_names((c.name, c.place) for c in found or ()))
    return found


def _name(name: str, domains: tuple[AcceptedDomain, ...] | None) -> str:
    marked = [domain.domain for domain in domains or () if domain.is_default]
    return marked[0] if marked else name


def _inbound(
    found: Mapping[Cmdlet, tuple[Exported, ...]], ledger: Ledger
) -> tuple[InboundConnector, ...] | None:
    entries = found.get(Cmdlet.INBOUND_CONNECTORS)
    if entries is not None:
        return each(lambda entry: read_inbound(entry, ledger), entries)
    receive = found.get(Cmdlet.RECEIVE_CONNECTORS)
    return None if receive is None else read_receive(receive, ledger)


def _sites(folder: Folder) -> Sites | None:
    """What somebody says of the sites, else what is exported."""
    servers = folder.found.get(Cmdlet.SERVERS)
    links = folder.found.get(Cmdlet.SITE_LINKS)
    said = folder.internet.sites
    if said is None:
        return sites_exported(servers, links, folder.ledger)
    for entry in links or ():
        folder.ledger.note_unused(entry, f"{INTERNET_FILE} tells the sites")
    return said


def _check_names(named: Iterable[tuple[str, str]]) -> None:
    places: dict[str, str] = {}
    for name, place in named:
        key = name.lower()
        if key in places:
            raise ExportError(
                place, f"connector `{shown(name)}` stands twice, see {places[key]}"
            )
        places[key] = place


def _check_credentials(organization: Organization) -> None:
    if organization.send_connectors is None:
        return
    names = {connector.name for connector in organization.send_connectors}
    for name in organization.credentials:
        if name not in names:
            known = ", ".join(f"`{one}`" for one in sorted(names)) or "none"
            raise ExportError(
                ZIVVER_FILE,
                f"credentials for `{shown(name)}`, which is no send connector; "
                f"there is {known[:200]}",
            )

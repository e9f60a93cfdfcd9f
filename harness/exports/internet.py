"""`internet.toml`: what DNS says, and other people's servers.

    outbound_address = "192.0.2.25"        # whence Exchange connects
    helo = "mail.outbound.example"
    absent = ["zivver.org"]                # names that do not exist
    failing = []                           # names that no server answers for

    [dns."contoso.example"]
    TXT = ["v=spf1 ip4:192.0.2.0/24 -all"]
    MX = ["10 mail.contoso.example"]

    [[host]]                               # one that is not plain and decent
    name = "mx.fabrikam.example"
    starttls = "missing"                   # offered, missing, refused, outdated
    certificate = "expired"
    offers = ["8BITMIME", "PIPELINING"]    # its extensions of SMTP
    size_limit = 50_000_000                # and announced_size, if EHLO names another
    hangs_up = "end of data"               # the connection breaks instead of a reply

    tlsa = "matches"                       # signed DNS of it: differs, bogus, none

    [[host.refuses]]
    stage = "RCPT"
    reply = "550 5.7.1 not from you"

    [[mta_sts]]                            # what a domain wants of its own hosts
    domain = "fabrikam.example"
    mode = "enforce"                       # testing, none
    mx = ["*.fabrikam.example"]

    [gateway]                              # a server between Exchange and the others
    hosts = ["seg.contoso.example"]        # (harness.exports.gateway tells the rest)

A name that does not stand here is unknown, not absent. Active Directory sites stand
here too (`harness.exports.sites`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address

from fakes.exchange.organization import Edition
from fakes.exchange.sites import Sites
from fakes.internet.hosts import (
    DEFAULT_SIZE,
    Host,
    Internet,
    Presence,
    StsMode,
    StsPolicy,
)
from fakes.mail.address import domain_key
from fakes.mail.handoff import Stage
from fakes.mail.offers import USUAL, Extension
from fakes.mail.reply import Reply, read_reply
from fakes.mail.session import (
    Certificate,
    CertificateFault,
    IpAddress,
    ServerTls,
    Tlsa,
)
from fakes.zone import Zone, zone
from harness.exports.gateway import read_gateways
from harness.exports.problems import shown
from harness.exports.sites import sites_told
from harness.exports.toml_tables import Table, read_toml

_BIG = 10**12


class RecordType(StrEnum):
    """The kinds of DNS records that anybody asks for."""

    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    TXT = "TXT"
    PTR = "PTR"


class StartTls(StrEnum):
    """How a host does STARTTLS."""

    OFFERED = "offered"
    MISSING = "missing"
    REFUSED = "refused"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class InternetFile:
    """The Internet, and where Exchange stands in it."""

    internet: Internet = field(default_factory=Internet)
    outbound_address: IpAddress | None = None
    helo: str | None = None
    edition: Edition | None = None
    sites: Sites | None = None


def read_internet(file: str, text: str) -> InternetFile:
    """Read an `internet.toml`.

    Raises:
        ExportError: a key is unknown or a value ill-formed; with file and line.

    """
    top = read_toml(file, text)
    top.only(
        "outbound_address",
        "helo",
        "edition",
        "absent",
        "failing",
        "dns",
        "host",
        "gateway",
        "sites",
        "mta_sts",
    )
    hosts = tuple(_host(table) for table in top.tables("host") or ())
    sites = top.table("sites")
    return InternetFile(
        Internet(_zone(top), hosts, read_gateways(top), _policies(top)),
        _address(top),
        top.text("helo"),
        top.choice("edition", Edition),
        sites_told(sites) if sites else None,
    )


def _address(top: Table) -> IpAddress | None:
    said = top.text("outbound_address")
    if said is None:
        return None
    try:
        return ip_address(said)
    except ValueError:
        raise top.fail(
            "outbound_address",
            f"`outbound_address` is `{shown(said)}`, expected an address",
        ) from None


def _zone(top: Table) -> Zone:
    records: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, table in top.named("dns"):
        table.only(*RecordType)
        for kind in table.values:
            found = table.texts(kind) or ()
            for record in found:
                _check(table, kind, record)
            records[name, kind] = found
    return zone(
        records,
        absent=frozenset(top.texts("absent") or ()),
        failing=frozenset(top.texts("failing") or ()),
    )


def _check(table: Table, kind: str, record: str) -> None:
    if kind in {"A", "AAAA"}:
        version = 4 if kind == "A" else 6
        try:
            is_right = ip_address(record).version == version
        except ValueError:
            is_right = False
        if not is_right:
            raise table.fail(kind, f"`{shown(record)}` is no IPv{version} address")
    if kind == "MX":
        preference, _, host = record.partition(" ")
        if not preference.isdecimal() or not host.strip():
            raise table.fail(
                kind, f"`{shown(record)}` is no MX record, expected `10 mx.example`"
            )


def _policies(top: Table) -> tuple[StsPolicy, ...]:
    """Read the MTA-STS policies of domains."""
    found = []
    for table in top.tables("mta_sts") or ():
        table.only("domain", "mode", "mx")
        mode = table.choice("mode", StsMode) or StsMode.ENFORCE
        mx = table.texts("mx") or ()
        found.append(StsPolicy(domain_key(table.needed("domain")), mode, mx))
    return tuple(found)


def _host(table: Table) -> Host:
    table.only(
        "name",
        "presence",
        "starttls",
        "certificate",
        "certificate_names",
        "tlsa",
        "size_limit",
        "announced_size",
        "unknown",
        "busy",
        "offers",
        "hangs_up",
        "refuses",
    )
    name = table.needed("name")
    starttls = table.choice("starttls", StartTls) or StartTls.OFFERED
    fault = table.choice("certificate", CertificateFault) or CertificateFault.NONE
    names = table.texts("certificate_names") or (name,)
    tls = ServerTls(
        is_offered=starttls is not StartTls.MISSING,
        certificate=Certificate(names, fault),
        is_refused=starttls is StartTls.REFUSED,
        is_outdated=starttls is StartTls.OUTDATED,
        tlsa=table.choice("tlsa", Tlsa),
    )
    refuses = tuple(_refusal(one) for one in table.tables("refuses") or ())
    presence = table.choice("presence", Presence) or Presence.TALKS
    unknown = frozenset(table.addresses("unknown"))
    limit = table.number("size_limit", low=1, high=_BIG) or DEFAULT_SIZE
    offers = table.words("offers", Extension)
    announced = table.number("announced_size", low=1, high=_BIG)
    hangs_up, busy = table.choice("hangs_up", Stage), frozenset(table.addresses("busy"))
    try:
        return Host(
            name,
            tls,
            presence,
            refuses,
            unknown,
            limit,
            USUAL if offers is None else offers,
            announced,
            hangs_up,
            busy,
        )
    except ValueError as problem:
        raise table.fail("refuses", shown(str(problem))) from None


def _refusal(table: Table) -> tuple[Stage, Reply]:
    table.only("stage", "reply")
    stage = table.word("stage", table.needed("stage"), Stage)
    said = table.needed("reply")
    try:
        return stage, read_reply(said)
    except ValueError as problem:
        raise table.fail("reply", f"`reply`: {shown(str(problem))}") from None

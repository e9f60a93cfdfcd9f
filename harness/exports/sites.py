"""Active Directory sites: of `internet.toml`, or of the cmdlets that tell of them.

    [sites]
    mailbox_server = "EX01"            # takes the mail, where several could
    servers = { EX01 = "Amsterdam", EX02 = "Rotterdam" }
    edges = { EDGE01 = "Amsterdam" }   # subscribed to that site

    [[sites.link]]
    between = ["Amsterdam", "Rotterdam"]
    cost = 10
    max_message_size = "10 MB"

Get-ExchangeServer names the site of each server, Get-AdSiteLink the links.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakes.exchange.sites import SiteLink, Sites, way_between
from harness.exports import values
from harness.exports.account import Ledger, marks_of, used, without_effect
from harness.exports.account import Table as Rows
from harness.exports.connector_tables import ABOUT_ITSELF, ITSELF
from harness.exports.connectors import named
from harness.exports.formats import Exported, row_of
from harness.exports.problems import ExportError, shown
from harness.exports.send_connectors import server_name
from harness.exports.servers import is_edge
from harness.exports.toml_tables import Table

# The most that the cost of a link can be (Set-AdSiteLink).
_MAX_COST = 2**31 - 1


def sites_told(table: Table) -> Sites:
    """Read the table `[sites]` of `internet.toml`.

    Raises:
        ExportError: a key is unknown, a server or site is not named, or no link joins
            two sites.

    """
    table.only("mailbox_server", "servers", "edges", "link")
    servers, edges = _places(table, "servers"), _places(table, "edges")
    if not servers:
        raise table.fail("servers", "`servers` is missing: servers with their sites")
    said = table.text("mailbox_server")
    known = dict(servers)
    if said is not None and said.lower() not in known:
        message = f"`{shown(said)}` does not stand in `servers`"
        raise table.fail("mailbox_server", message)
    links = tuple(_link(one) for one in table.tables("link") or ())
    sites = Sites(servers, edges, links, said.lower() if said else _only(servers))
    _check_joined(sites, table)
    return sites


_LINKS = ("ADCost", "ExchangeCost", "Cost", "Sites", "MaxMessageSize")
LINK = Rows(
    used("exchange-routing#2.2", " ".join(_LINKS))
    | without_effect(ITSELF, "exports#4", ABOUT_ITSELF + " Name IsValid")
)


def sites_exported(
    servers: tuple[Exported, ...] | None,
    links: tuple[Exported, ...] | None,
    ledger: Ledger,
) -> Sites | None:
    """Read the objects of Get-ExchangeServer and Get-AdSiteLink.

    None where they do not name the site of every server.

    Raises:
        ExportError: a property is ill-formed.

    """
    for entry in links or ():
        name = values.text(entry, "Name") or entry.place
        ledger.note(entry, name, marks_of(entry, LINK))
    mailbox: list[tuple[str, str]] = []
    edges: list[tuple[str, str]] = []
    for entry in servers or ():
        site = values.text(entry, "Site")
        if site is None:
            return None
        pair = (server_name(named(entry)), server_name(site))
        (edges if is_edge(entry) else mailbox).append(pair)
    if not mailbox:
        return None
    joined = None if links is None else tuple(_exported_link(one) for one in links)
    return Sites(tuple(mailbox), tuple(edges), joined, _only(tuple(mailbox)))


def _only(servers: tuple[tuple[str, str], ...]) -> str | None:
    """Give the server that takes the mail where no other could."""
    return servers[0][0] if len(servers) == 1 else None


def _places(table: Table, key: str) -> tuple[tuple[str, str], ...]:
    inner = table.table(key)
    if inner is None:
        return ()
    return tuple((name.lower(), inner.needed(name).lower()) for name in inner.values)


def _link(table: Table) -> SiteLink:
    table.only("between", "cost", "max_message_size")
    between = table.texts("between") or ()
    if len(between) < 2:
        raise table.fail("between", "`between`: expected two sites or more")
    cost = table.number("cost", low=1, high=_MAX_COST)
    said = table.text("max_message_size")
    file, _, line = table.place("max_message_size").rpartition(":")
    size = row_of(file, int(line), {"max_message_size": said})
    return SiteLink(_folded(between), cost or 1, values.size(size, "max_message_size"))


def _exported_link(entry: Exported) -> SiteLink:
    # Exchange's own cost stands for that of Active Directory where it is set.
    cost = values.text(entry, "ExchangeCost") or values.text(entry, "ADCost")
    if cost is None:
        cost = values.text(entry, "Cost")
    if cost is None or not cost.isdecimal():
        raise ExportError(entry.place, "a link without a `Cost`")
    sites = (server_name(said) for said in values.texts(entry, "Sites"))
    return SiteLink(_folded(sites), int(cost), values.size(entry, "MaxMessageSize"))


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _check_joined(sites: Sites, table: Table) -> None:
    first = sites.servers[0][1]
    for _, site in (*sites.servers, *sites.edges):
        if way_between(sites, first, site) is None:
            message = f"no link joins the sites `{shown(first)}` and `{shown(site)}`"
            raise table.fail("link", message)

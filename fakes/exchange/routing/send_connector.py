"""Send connector selection of Exchange Server (exchange-routing#2.2).

First what is too small for the mail falls out, then what is off, out of scope, or for
other addresses. Of the rest the closest address space wins, then the lowest cost (of
the address space and of the way to the source servers together), then the fewest hops,
then the name. Whether the way out works does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.connector_size import takes
from fakes.exchange.organization import SMTP
from fakes.exchange.sites import NO_WAY, Way, way_between
from fakes.mail.address import is_within
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from fakes.exchange.organization import AddressSpace, Organization, SendConnector
    from fakes.exchange.readings import Readings
    from fakes.exchange.sites import Sites

TOO_LARGE = reply(552, "5.3.4", "Message size exceeds fixed maximum message size")
NO_CONNECTOR = reply(450, "4.4.4", "No matching connector")
# exchange-routing#A18
NO_CONNECTOR_FOR_TYPE = reply(554, "5.4.4", "No connector for this type of address")

_EXACT = 1_000_000
_HERE, _IN_SITE, _ELSEWHERE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Selected:
    """The connector taken, or None and why nobody takes it, with what Exchange says."""

    connector: SendConnector | None
    why: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to leave: to which (folded) domain, how large, from which server.

    `server` is None where no sites were told of: then every connector is at hand.
    `kind` is the type of the address; one that is not SMTP stands in `domain` whole.
    """

    domain: str
    size: int
    server: str | None = None
    kind: str = SMTP


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far it is to the source servers of a connector."""

    way: Way
    hops: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A connector that would take it, and by how close it is."""

    rank: tuple[int, int, int, str]
    connector: SendConnector
    way: Way


def select_send_connector(
    organization: Organization, wanted: Wanted, readings: Readings
) -> Selected:
    """Pick the connector for a mail (exchange-routing#2.2).

    Too small connectors fall out before anything else, so that a large mail can
    slip to a less specific one (exchange-routing#A12).
    """
    connectors = organization.send_connectors or ()
    fitting = [c for c in connectors if takes(c, wanted.size, readings)]
    found = _candidates(fitting, wanted, organization.sites)
    if found:
        best = min(found, key=lambda candidate: candidate.rank)
        if best.way.max_size is not None and best.way.max_size < wanted.size:
            # exchange-routing#2.2: of a link between sites; no other way is tried.
            why = f"the way to `{best.connector.name}` does not take so large a mail"
            return Selected(None, why, TOO_LARGE)
        why = "for every domain" if best.rank[0] == 0 else f"for {wanted.domain}"
        return Selected(best.connector, f"the closest address space, {why}")
    if _candidates(list(connectors), wanted, organization.sites):
        why = "the mail is larger than every connector takes"
        return Selected(None, why, TOO_LARGE)
    if wanted.kind != SMTP:
        why = f"no connector is for addresses of type {wanted.kind.upper()}"
        return Selected(None, why, NO_CONNECTOR_FOR_TYPE)
    # exchange-routing#A16
    why = "A matching connector cannot be found to route the external recipient"
    return Selected(None, why, NO_CONNECTOR)


def differ_by_site(organization: Organization, wanted: Wanted) -> bool:
    """Say whether sites of which nobody told could lead to another connector.

    Where one connector is scoped to a site, or several are equally close and do not
    have the same source servers.
    """
    found = _candidates(list(organization.send_connectors or ()), wanted, None)
    closest = max((-candidate.rank[0] for candidate in found), default=0)
    equal = [c.connector for c in found if -c.rank[0] == closest]
    return any(c.connector.is_scoped for c in found) or (
        len({frozenset(connector.source_servers) for connector in equal}) > 1
    )


def _candidates(
    connectors: list[SendConnector], wanted: Wanted, sites: Sites | None
) -> list[_Candidate]:
    """Give what is on, in scope and for that address; each by its closest space."""
    found = []
    for connector in connectors:
        if not connector.is_enabled:
            continue
        reach = _reach(connector, wanted.server, sites)
        if reach is None:
            continue
        for space in connector.address_spaces:
            specificity = _specificity(space, wanted)
            if specificity is not None:
                cost = space.cost + reach.way.cost
                key = (-specificity, cost, reach.hops, connector.name.lower())
                found.append(_Candidate(key, connector, reach.way))
    return found


def _reach(
    connector: SendConnector, server: str | None, sites: Sites | None
) -> _Reach | None:
    """Say how far a connector is; None when it is out of scope or out of reach."""
    if sites is None or server is None or not connector.source_servers:
        return _Reach(NO_WAY, _HERE)
    here = sites.site_of(server)
    found: list[tuple[int, int, Way]] = []
    for source in connector.source_servers:
        there = sites.site_of(source)
        if source == server:
            found.append((0, _HERE, NO_WAY))
        elif here is None or there is None or there == here:
            found.append((0, _IN_SITE, NO_WAY))
        elif not connector.is_scoped:
            # exchange-routing#A14: one that is scoped is for its own site only.
            way = way_between(sites, here, there)
            if way is not None:
                found.append((way.cost, _ELSEWHERE, way))
    if not found:
        return None
    _, hops, way = min(found, key=lambda entry: entry[:2])
    return _Reach(way, hops)


def _specificity(space: AddressSpace, wanted: Wanted) -> int | None:
    """Rate how close an address space is; None when it does not cover the address."""
    if space.kind != wanted.kind:
        return None
    name = space.domain
    if name == "*":
        return 0
    if wanted.kind == SMTP and name.startswith("*."):
        # exchange-routing#A4: the wildcard covers the domain itself.
        return len(name) if is_within(wanted.domain, name[2:]) else None
    return _EXACT if name == wanted.domain else None

"""Active Directory sites: which server stands where, and what the way between costs.

All names are folded. exchange-routing#2.2: the cost of the way to a connector's source
servers is added to that of its address space.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteLink:
    """An IP site link: the sites that it joins, its cost, the largest mail it takes."""

    sites: frozenset[str]
    cost: int
    max_size: int | None = None


@dataclass(frozen=True, slots=True)
class Sites:
    """Servers with the site of each, and the links; None where nobody told of them.

    `edges` are Edge servers with the site that they are subscribed to; `mailbox_server`
    is the server that takes and categorises mail, None where it was not told.
    """

    servers: tuple[tuple[str, str], ...]
    edges: tuple[tuple[str, str], ...] = ()
    links: tuple[SiteLink, ...] | None = None
    mailbox_server: str | None = None

    def site_of(self, server: str) -> str | None:
        """Say in which site a server stands."""
        return dict(self.edges + self.servers).get(server)


@dataclass(frozen=True, slots=True)
class Way:
    """The cheapest way between two sites, and the largest mail that it takes."""

    cost: int
    max_size: int | None = None


NO_WAY = Way(0)


def way_between(sites: Sites, start: str, end: str) -> Way | None:
    """Find the cheapest way; None when no link leads there.

    Where no link was told of, every way costs the same.
    """
    if sites.links is None or start == end:
        return NO_WAY
    queue: list[tuple[int, str, tuple[int, ...]]] = [(0, start, ())]
    done: set[str] = set()
    while queue:
        cost, site, sizes = heapq.heappop(queue)
        if site == end:
            return Way(cost, min(sizes, default=None))
        if site in done:
            continue
        done.add(site)
        for link in sites.links:
            if site not in link.sites:
                continue
            limit = () if link.max_size is None else (link.max_size,)
            for other in link.sites - done:
                heapq.heappush(queue, (cost + link.cost, other, sizes + limit))
    return None

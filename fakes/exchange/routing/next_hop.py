"""The next hop of one leg: a mailbox, a connector's hosts, or the recipient's MX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.routing.hop import Around, Hop, MxTable, Routed
from fakes.exchange.routing.online_route import route_online
from fakes.exchange.routing.server_route import ASSUMED_USER, route_on_server

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.fork import Fork, Leg

__all__ = ["ASSUMED_USER", "Hop", "MxTable", "Routed", "next_hop"]


def next_hop(
    leg: Leg,
    fork: Fork,
    organization: Organization,
    *,
    mx: MxTable,
    choices: Choices,
    original_size: int,
) -> Routed:
    """Decide where one leg goes (exchange-routing#1.2, exchange-routing#1.3, 2.2)."""
    around = Around(organization, mx, choices, original_size)
    if organization.platform is Platform.SERVER:
        return route_on_server(leg, fork, around)
    return route_online(leg, fork, around)

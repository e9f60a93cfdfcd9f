"""The next hop of one leg: a mailbox, a connector's hosts, or the recipient's MX."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.exchange.hybrid import MAIL_LOOP, leads_across, leads_home
from fakes.exchange.organization import Platform
from fakes.exchange.routing.hop import Around, Hop, MxTable, Routed
from fakes.exchange.routing.online_route import route_online
from fakes.exchange.routing.server_route import ASSUMED_USER, route_on_server
from fakes.exchange.rules.fork import Ending, EndKind
from fakes.mail.handoff import Route
from fakes.trace import Answer

if TYPE_CHECKING:
    from fakes.exchange.rules.fork import Fork, Leg

__all__ = ["ASSUMED_USER", "Around", "Hop", "MxTable", "Routed", "next_hop"]


def next_hop(leg: Leg, fork: Fork, around: Around) -> Routed:
    """Decide where one leg goes (exchange-routing#1.2, exchange-routing#1.3, 2.2)."""
    organization = around.organization
    is_server = organization.platform is Platform.SERVER
    routed = (route_on_server if is_server else route_online)(leg, fork, around)
    hop = routed.end
    if isinstance(hop, Hop) and leads_home(hop, organization):
        why = f"{hop.hosts[0]} is the cloud itself: it goes round"
        step = replace(routed.step, answer=Answer.NO, why=why)
        return replace(routed, end=Ending(EndKind.REJECTED, why, MAIL_LOOP), step=step)
    if isinstance(hop, Hop) and leads_across(hop, organization):
        return replace(routed, end=replace(hop, route=Route.ACROSS))
    return routed

"""Why mail for the relay's own address leaves by another connector (zivver#F43)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.check.blamed import Blame
from harness.check.facts import is_taken_by, relay_connectors

if TYPE_CHECKING:
    from fakes.exchange.organization import SendConnector
    from fakes.mail.item import MailItem
    from harness.outcome import Delivery
    from harness.world import World


def blame_of_slip(delivery: Delivery, item: MailItem, world: World) -> Blame | None:
    """Blame the connector to Zivver that did not take a mail, or the one that did."""
    reached = delivery.reached
    if reached is None or not delivery.connector:
        return None
    for relay in relay_connectors(world):
        if relay.name == delivery.connector or not is_taken_by(reached, relay):
            continue
        why = _why_not(relay, len(item.content.raw))
        if why:
            why = f"{why}: mail for {reached.domain} leaves by `{delivery.connector}`"
            return Blame(why=why, connector=relay.name, place=relay.place)
        why = f"it is closer to {reached.domain} or cheaper than `{relay.name}`"
        return Blame(why=why, connector=delivery.connector)
    return None


def _why_not(relay: SendConnector, size: int) -> str:
    if not relay.is_enabled:
        return "it is off"
    if relay.max_size is not None and relay.max_size < size:
        return f"it takes no mail of more than {relay.max_size} octets (MaxMessageSize)"
    if relay.is_scoped:
        return "it is for servers of its own site only (IsScopedConnector)"
    return ""

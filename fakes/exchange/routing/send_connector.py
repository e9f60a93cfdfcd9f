"""Send connector selection of Exchange Server (exchange-routing#2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.mail.address import is_within

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization, SendConnector


@dataclass(frozen=True, slots=True)
class Selected:
    """The connector taken, or None and why nobody takes it; `is_size` for its size."""

    connector: SendConnector | None
    why: str
    is_size: bool = False


def select_send_connector(
    organization: Organization, domain: str, *, size: int
) -> Selected:
    """Pick the connector for a (folded) domain and a mail of `size` octets.

    Too small connectors fall out before anything else, so that a large mail can
    slip to a less specific one (exchange-routing#A12). One site is assumed: a
    scoped connector is in reach. Health does not count.
    """
    connectors = organization.send_connectors or ()
    fitting = [c for c in connectors if c.max_size is None or c.max_size >= size]
    ranked = sorted(_ranks(fitting, domain))
    if ranked:
        name = ranked[0][-1]
        best = next(c for c in fitting if c.name == name)
        space = -ranked[0][0]
        why = "for every domain" if space == 0 else f"for {domain}"
        return Selected(best, f"the closest address space, {why}")
    if _ranks(connectors, domain):
        return Selected(None, "the mail is larger than every connector takes", True)  # noqa: FBT003
    # exchange-routing#A16
    why = "A matching connector cannot be found to route the external recipient"
    return Selected(None, why)


def _ranks(
    connectors: tuple[SendConnector, ...] | list[SendConnector], domain: str
) -> list[tuple[int, int, str, str]]:
    """Give specificity (closest first), cost, folded name, name."""
    ranks = []
    for connector in connectors:
        if not connector.is_enabled:
            continue
        for space in connector.address_spaces:
            specificity = _specificity(space.domain, domain)
            if specificity is not None:
                name = connector.name
                ranks.append((-specificity, space.cost, name.lower(), name))
    return ranks


def _specificity(space: str, domain: str) -> int | None:
    """Rate how close an address space is; None when it does not cover the domain."""
    if space == "*":
        return 0
    if space.startswith("*."):
        # exchange-routing#A4: the wildcard covers the domain itself.
        return len(space) if is_within(domain, space[2:]) else None
    return 1_000_000 if space == domain else None

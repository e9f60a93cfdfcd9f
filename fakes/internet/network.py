"""Names and ports of the modelled world, and the loopback ports that stand for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.address import domain_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.mail.reply import Reply

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Network:
    """Who is where; the keys are a folded host name and a modelled port."""

    places: Mapping[Place, Place] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(frozenset(self.places.items()))


def network(places: Mapping[Place, Place]) -> Network:
    """Build a network from modelled places and the loopback places for them."""
    folded = {(domain_key(name), port): here for (name, port), here in places.items()}
    return Network(MappingProxyType(folded))


def locator(
    known: Network, otherwise: Callable[[str, int], Place | Reply]
) -> Callable[[str, int], Place | Reply]:
    """Give the look-up of a sender: the network first, then everybody else."""

    def locate(name: str, port: int) -> Place | Reply:
        return known.places.get((domain_key(name), port)) or otherwise(name, port)

    return locate

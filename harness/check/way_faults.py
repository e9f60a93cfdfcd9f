"""Known faults of the way to Zivver: of send connectors, and of the placeholder.

Each gives the changes that an administrator would make; `remedy` tries them.
"""

from __future__ import annotations

from collections.abc import Iterator

from fakes.exchange.organization import SMTP, AddressSpace, SendConnector
from harness.check.facts import placeholders_of, relay_connectors
from harness.world import World

SET_CONTACT = "Set-MailContact"
_SET_CONNECTOR = "Set-SendConnector"
_DEAREST = 100
# What is changed by name, the parameters, what that is, and the cmdlet.
Change = tuple[str, tuple[tuple[str, object], ...], str, str]


def changes_of_the_way(world: World) -> Iterator[Change]:
    """Give the changes of the connectors to Zivver, and of what lies beside them."""
    for relay in relay_connectors(world):
        for parameters, says in _of_relay(relay, world):
            yield _of_connector(relay, parameters, says)
        for other in _beside(relay, world):
            spaces = tuple(_dearer(space, relay) for space in other.address_spaces)
            says = "another connector for the same addresses costs more than this one"
            yield _of_connector(other, {"AddressSpaces": spelt_spaces(spaces)}, says)
    for address in placeholders_of(world):
        says = "nobody from outside can write to the relay's own address"
        given = (("RequireSenderAuthenticationEnabled", True),)
        yield str(address), given, says, SET_CONTACT


def _of_relay(
    relay: SendConnector, world: World
) -> Iterator[tuple[dict[str, object], str]]:
    if not relay.is_enabled:
        yield {"Enabled": True}, "the connector to Zivver is in force"
    if relay.is_scoped:
        yield {"IsScopedConnector": False}, "every server may use the connector"
    limits = [c.max_size for c in world.organization.send_connectors or ()]
    if relay.max_size is not None:
        # exchange-routing#A12: what is larger takes another connector.
        larger = [size for size in limits if size is not None and size > relay.max_size]
        said = f"{max(larger)}B" if larger and None not in limits else "Unlimited"
        if larger or None in limits:
            says = "no other connector takes a larger mail"
            yield {"MaxMessageSize": said}, says
    domains = dict.fromkeys(a.domain_key for a in placeholders_of(world))
    known = {space.domain for space in relay.address_spaces}
    missing = [AddressSpace(domain) for domain in domains if domain not in known]
    if missing:
        spaces = spelt_spaces((*relay.address_spaces, *missing))
        yield {"AddressSpaces": spaces}, "no other connector is closer to the relay"


def _beside(relay: SendConnector, world: World) -> Iterator[SendConnector]:
    """Give the connectors that are as close, and may win by cost or name."""
    names = {space.domain for space in relay.address_spaces}
    for other in world.organization.send_connectors or ():
        spaces = {space.domain for space in other.address_spaces}
        if other is not relay and other.is_enabled and names & spaces:
            yield other


def _dearer(space: AddressSpace, relay: SendConnector) -> AddressSpace:
    is_shared = space.domain in {own.domain for own in relay.address_spaces}
    return AddressSpace(space.domain, _DEAREST, space.kind) if is_shared else space


def spelt_spaces(spaces: tuple[AddressSpace, ...]) -> tuple[str, ...]:
    """Spell address spaces as Set-SendConnector takes them."""
    kinds = {SMTP: "SMTP"}
    return tuple(
        f"{kinds.get(space.kind, space.kind)}:{space.domain};{space.cost}"
        for space in spaces
    )


def _of_connector(
    connector: SendConnector, parameters: dict[str, object], says: str
) -> Change:
    return connector.name, tuple(parameters.items()), says, _SET_CONNECTOR

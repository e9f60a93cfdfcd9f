"""Smart hosts: names, addresses and ranges of a connector, to hosts in order.

Both kinds of Exchange: MX first, an address only where there is none, then in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.mail.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Network, IPv6Network

    from fakes.choices import Choices


@dataclass(frozen=True, slots=True)
class SmartHosts:
    """Where a connector leads: the hosts to try in order, or what is not known."""

    hosts: tuple[str, ...] = ()
    fact: Fact | None = None


def find_smart_hosts(
    name: str,
    given: tuple[str, ...],
    mx: Callable[[str], tuple[str, ...] | Reply | None],
    choices: Choices,
) -> SmartHosts:
    """Resolve what a connector called `name` has as smart hosts.

    A name that nobody described stays, and so does one that does not resolve: whoever
    dials it hears that, and goes on to the next.
    """
    for one in given:
        network = network_of(one)
        if network is not None and network.num_addresses > 1:
            # exchange-routing#X-7
            why = f"nobody knows which address of the range {one} is taken"
            return SmartHosts(fact=Fact("smart host", name, why=why))
    hosts = tuple(
        host for one in _in_turn(name, given, choices) for host in _resolved(one, mx)
    )
    return SmartHosts(tuple(dict.fromkeys(hosts)))


def network_of(smart_host: str) -> IPv4Network | IPv6Network | None:
    """Read an address, bare or in brackets, or a range; None is a name."""
    try:
        bare = smart_host.removeprefix("[").removesuffix("]")
        return ip_network(bare, strict=False)
    except ValueError:
        return None


def _in_turn(name: str, hosts: tuple[str, ...], choices: Choices) -> tuple[str, ...]:
    """Begin with any of several smart hosts: Exchange takes them in turn.

    exchange-routing#1.4: the first is random, the next ones follow round and round.
    """
    if len(hosts) == 1:
        return hosts
    fact = Fact("first smart host", name, why="Exchange takes several in turn")
    first = hosts.index(choices.choose(fact, hosts))
    return hosts[first:] + hosts[:first]


def _resolved(
    smart_host: str, mx: Callable[[str], tuple[str, ...] | Reply | None]
) -> tuple[str, ...]:
    """Give the hosts behind one smart host (exchange-routing#1.4)."""
    network = network_of(smart_host)
    if network is not None:
        return (str(network.network_address),)
    found = mx(smart_host)
    return (smart_host,) if found is None or isinstance(found, Reply) else found

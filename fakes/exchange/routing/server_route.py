"""The way out of Exchange Server: the closest send connector."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import accepted_domain
from fakes.exchange.readings import settle
from fakes.exchange.routing.delivery_type import queues_to
from fakes.exchange.routing.hop import (
    Around,
    Routed,
    by_mx,
    by_smart_hosts,
    settled,
    unknown,
    who,
    why_not_judged,
)
from fakes.exchange.routing.send_connector import (
    Selected,
    Wanted,
    differ_by_site,
    select_send_connector,
)
from fakes.exchange.routing.send_connector_terms import (
    ASSUMED_USER,
    auth_terms,
    manner,
    tls_terms,
)
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, SendConnector
    from fakes.exchange.readings import Readings
    from fakes.mail.address import Address
    from fakes.mail.reply import Reply

__all__ = ["ASSUMED_USER", "route_on_server"]

_ONE_SITE = "one Active Directory site"
_EQUAL_LINKS = "equal costs of all links between Active Directory sites"


def route_on_server(leg: Leg, fork: Fork, around: Around) -> Routed:
    """Decide where one leg leaves (exchange-routing#2.2)."""
    organization, choices = around.organization, around.choices
    if fork.connector is not None:
        why = "Exchange Server has no action that names a connector"
        return unknown(leg, Fact("connector", fork.connector, why=why))
    target = settled(leg, organization, choices)
    if isinstance(target, Routed):
        return target
    if organization.send_connectors is None:
        return unknown(leg, Fact("send connectors", why="they were not exported"))
    # exchange-routing#A19: what rules add to a mail does not count.
    size = min(len(fork.item.content.raw), around.original_size)
    wanted = Wanted(target.domain_key, size)
    selected, server = _selected(wanted, organization, choices)
    assumed = _assumed_of_sites(organization, wanted, selected)
    connector = selected.connector
    if connector is None:
        return _not_routed(leg, selected.why, selected.reply, assumed)
    routed = _through(connector, leg, target, fork, around)
    queues = queues_to(connector, organization, server)
    step = routed.step
    if len(queues) > 1:
        step = replace(step, why=f"{step.why}; in the queues {', then '.join(queues)}")
    return replace(routed, step=step, assumed=routed.assumed + assumed)


def _selected(
    wanted: Wanted, organization: Organization, choices: Choices
) -> tuple[Selected, str | None]:
    """Pick the connector, as the server sees it that categorises the mail."""
    sites = organization.sites
    if sites is None:
        servers: tuple[str | None, ...] = (None,)
    elif sites.mailbox_server:
        servers = (sites.mailbox_server,)
    else:
        servers = tuple(name for name, _ in sites.servers)

    def pick(server: str | None, readings: Readings) -> Selected:
        return select_send_connector(
            organization, replace(wanted, server=server), readings
        )

    readings = settle(
        organization.readings,
        choices,
        ("connector_size",),
        lambda taken: tuple(pick(server, taken) for server in servers),
    )
    first: dict[Selected, str | None] = {}
    for server in servers:
        first.setdefault(pick(server, readings), server)
    if len(first) == 1:
        (selected,) = first
        return selected, servers[0] if len(servers) == 1 else None
    # One server for each way that it can go.
    ways = {str(server): selected for selected, server in first.items()}
    fact = Fact("mailbox server", why="which one takes the mail was not told")
    chosen = choices.choose(fact, tuple(ways))
    return ways[chosen], chosen


def _assumed_of_sites(
    organization: Organization, wanted: Wanted, selected: Selected
) -> tuple[str, ...]:
    """Name what is taken for granted of sites, where it could matter."""
    sites = organization.sites
    if sites is None:
        is_open = differ_by_site(organization, wanted)
        return (_ONE_SITE,) if is_open else ()
    is_far = len({site for _, site in sites.servers}) > 1
    is_open = is_far and sites.links is None and selected.connector is not None
    return (_EQUAL_LINKS,) if is_open and differ_by_site(organization, wanted) else ()


def _not_routed(
    leg: Leg, why: str, said: Reply | None, assumed: tuple[str, ...]
) -> Routed:
    is_over = said is not None and said.is_permanent
    ending = Ending(EndKind.REJECTED if is_over else EndKind.WAITING, why, said)
    step = Step(StepKind.CONNECTOR, "none", Answer.NO, why, recipients=who(leg))
    return Routed(leg, ending, step, assumed)


def _through(
    connector: SendConnector,
    leg: Leg,
    target: Address,
    fork: Fork,
    around: Around,
) -> Routed:
    organization, choices = around.organization, around.choices
    unjudged = connector.unjudged
    if fork.requires_tls and connector.ignores_starttls:
        unjudged = (*unjudged, "IgnoreSTARTTLS beside a rule that demands TLS")
    fact = why_not_judged(connector.name, unjudged, choices)
    if fact:
        return unknown(leg, fact)
    assumed: tuple[str, ...] = ()
    if accepted_domain(organization, target.domain_key):
        assumed += ("a contact in an accepted domain leaves by its own address",)
    tls = tls_terms(connector, target, requires_tls=fork.requires_tls)
    if connector.uses_dns or not connector.smart_hosts:
        why = f"send connector `{connector.name}` uses DNS"
        routed = by_mx(
            leg,
            target,
            why,
            tls,
            around,
            connector=connector.name,
            port=connector.port,
            manner=manner(connector),
        )
        return replace(routed, assumed=routed.assumed + assumed)
    auth, more = auth_terms(connector, organization)
    routed = by_smart_hosts(
        connector,
        leg,
        target,
        tls,
        around,
        port=connector.port,
        auth=auth,
        manner=manner(connector),
    )
    return replace(routed, assumed=assumed + more)

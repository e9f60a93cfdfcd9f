"""A hop: where a leg leaves, and what both kinds of Exchange share to find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.hybrid import MAIL_LOOP
from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.routing.resolve import Place, resolve
from fakes.exchange.routing.smart_hosts import find_smart_hosts
from fakes.exchange.rules.fork import Ending, EndKind, Leg
from fakes.mail.address import domain_key
from fakes.mail.handoff import (
    PLAIN_MANNER,
    AuthTerms,
    Manner,
    Route,
    TlsLevel,
    TlsTerms,
)
from fakes.mail.reply import Reply, reply
from fakes.mail.troubles import NO_SUCH_HOST
from fakes.trace import Answer, Step, StepKind

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import (
        Organization,
        OutboundConnector,
        SendConnector,
    )
    from fakes.mail.address import Address

# What MX look-ups say: hosts in order, a reply when they fail, None when nobody knows.
MxTable = Callable[[str], tuple[str, ...] | Reply | None]

_RESOLVES, _DOES_NOT = "resolves", "does not resolve"
# exchange-routing#B20, field-cases#mx-loopback: a server sees itself among the hosts,
# Exchange Online meets the mail again and again.
_LOOPS: Mapping[Platform, Reply] = MappingProxyType(
    {
        Platform.ONLINE: MAIL_LOOP,
        Platform.SERVER: reply(554, "5.4.4", "SMTPSEND.DNS.MxLoopback"),
    }
)
_ONLINE_MX = ".mail.protection.outlook.com"
NOTHING, SOMETHING = "nothing", "something"


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a leg leaves: everything of a hand-off that recipients can share."""

    hosts: tuple[str, ...]
    port: int
    tls: TlsTerms
    route: Route
    connector: str | None
    auth: AuthTerms | None
    recipient: Address
    manner: Manner = PLAIN_MANNER


@dataclass(frozen=True, slots=True)
class Around:
    """What every decision here may ask; `original_size` is how large the mail came."""

    organization: Organization
    mx: MxTable
    choices: Choices
    original_size: int


@dataclass(frozen=True, slots=True)
class Routed:
    """A leg's hop or its ending, with the step that says why."""

    leg: Leg
    end: Hop | Ending
    step: Step
    assumed: tuple[str, ...] = ()


def by_smart_hosts(
    connector: OutboundConnector | SendConnector,
    leg: Leg,
    target: Address,
    tls: TlsTerms,
    around: Around,
    *,
    port: int,
    auth: AuthTerms | None = None,
    manner: Manner = PLAIN_MANNER,
) -> Routed:
    """Make the hop to the smart hosts of a connector."""
    given = connector.smart_hosts
    found = find_smart_hosts(connector.name, given, around.mx, around.choices)
    if found.fact:
        return unknown(leg, found.fact)
    if tls.level is TlsLevel.DOMAIN_VALIDATION and len(given) == 1:
        # exchange-routing#2.1: the name that is configured, not that of its MX
        tls = replace(tls, domain=tls.domain or given[0])
    via = "" if set(found.hosts) == set(given) else f" ({', '.join(found.hosts)})"
    step = Step(
        StepKind.CONNECTOR,
        connector.name,
        Answer.YES,
        f"to {', '.join(given)}{via}",
        recipients=who(leg),
        place=connector.place,
    )
    hop = Hop(
        found.hosts,
        port,
        tls,
        Route.SMART_HOST,
        connector.name,
        auth,
        target,
        manner,
    )
    return Routed(leg, hop, step)


def why_not_judged(
    name: str, unjudged: tuple[str, ...], choices: Choices
) -> Fact | None:
    """Ask whether what a connector sets and we do not judge does something."""
    if not unjudged:
        return None
    fact = Fact("connector", name, why=f"{', '.join(unjudged)} is not judged")
    is_harmless = choices.choose(fact, (NOTHING, SOMETHING)) == NOTHING
    return None if is_harmless else fact


def settled(leg: Leg, organization: Organization, choices: Choices) -> Address | Routed:
    """Resolve the leg: an ending inside, or the address that is to be routed."""
    found = resolve(leg.address, organization, choices)
    if found.place is Place.OUTSIDE:
        return found.target
    if found.place is Place.UNKNOWN:
        return unknown(leg, found.fact or Fact("recipient", str(leg.address)))
    if found.place is Place.MAILBOX:
        ending = Ending(EndKind.MAILBOX, found.why)
        step = Step(
            StepKind.ENDED,
            str(found.target),
            Answer.DONE,
            found.why,
            recipients=who(leg),
        )
        return Routed(leg, ending, step)
    ending = Ending(EndKind.REJECTED, found.why, found.reply)
    step = Step(
        StepKind.RESOLVED, str(leg.address), Answer.NO, found.why, recipients=who(leg)
    )
    return Routed(leg, ending, step)


def by_mx(
    leg: Leg,
    target: Address,
    why: str,
    tls: TlsTerms,
    around: Around,
    *,
    connector: str | None = None,
    port: int = 25,
    manner: Manner = PLAIN_MANNER,
) -> Routed:
    """Make the hop to the mail servers of a domain, or the ending when it has none."""
    organization, choices = around.organization, around.choices
    domain = target.domain_key
    found = around.mx(domain)
    assumed: tuple[str, ...] = ()
    if found is None:
        # An address elsewhere is taken to be somebody's; whether an own domain that
        # is a placeholder resolves on the Internet decides between leak and loss.
        if accepted_domain(organization, domain) is None:
            found, assumed = (f"mx.{domain}",), ("other people's mail servers",)
        else:
            fact = Fact("DNS", domain, why="whether it resolves was not given")
            ways = (_DOES_NOT, _RESOLVES)
            is_there = choices.choose(fact, ways) == _RESOLVES
            found = (f"mx.{domain}",) if is_there else NO_SUCH_HOST
    elif not isinstance(found, Reply) and _leads_back(domain, found, organization):
        found = _LOOPS[organization.platform]
    subject = connector or "none"
    if isinstance(found, Reply):
        waits = found.is_transient or (found == NO_SUCH_HOST and manner.waits_for_dns)
        kind = EndKind.WAITING if waits else EndKind.REJECTED
        ending = Ending(kind, f"{why}; {found.text}", found)
        step = Step(
            StepKind.CONNECTOR, subject, Answer.NO, ending.why, recipients=who(leg)
        )
        return Routed(leg, ending, step)
    hop = Hop(found, port, tls, Route.MX, connector, None, target, manner)
    answer = Answer.YES if connector else Answer.NO
    step = Step(
        StepKind.CONNECTOR,
        subject,
        answer,
        f"{why}; the mail servers of {domain}",
        recipients=who(leg),
    )
    return Routed(leg, hop, step, assumed)


def _leads_back(
    domain: str, hosts: tuple[str, ...], organization: Organization
) -> bool:
    """Say whether the mail servers of a domain are Exchange itself."""
    found = {domain_key(host) for host in hosts}
    if organization.platform is Platform.ONLINE:
        # Other tenants have their mail servers there too.
        is_ours = accepted_domain(organization, domain) is not None
        return is_ours and any(host.endswith(_ONLINE_MX) for host in found)
    own = {domain_key(name) for name in (organization.helo, *organization.own_hosts)}
    return not own.isdisjoint(found)


def unknown(leg: Leg, fact: Fact) -> Routed:
    """End a leg of which nobody can tell where it goes."""
    ending = Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact)
    step = Step(
        StepKind.CONNECTOR,
        str(fact),
        Answer.CANNOT_TELL,
        fact.why,
        recipients=who(leg),
    )
    return Routed(leg, ending, step)


def who(leg: Leg) -> tuple[Address, ...]:
    """Name whom a step is about."""
    return (leg.original or leg.address,)

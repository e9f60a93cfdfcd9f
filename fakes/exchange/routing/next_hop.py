"""The next hop of one leg: a mailbox, a connector's hosts, or the recipient's MX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.readings import ask
from fakes.exchange.routing.outbound_connector import (
    named_connector,
    select_outbound_connector,
    why_unusable,
)
from fakes.exchange.routing.resolve import Place, resolve
from fakes.exchange.routing.send_connector import select_send_connector
from fakes.exchange.rules.fork import Ending, EndKind, Fork, Leg, Way
from fakes.mail.handoff import AuthTerms, Route, TlsLevel, TlsTerms
from fakes.mail.reply import Reply, reply
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

_TOO_LARGE = reply(552, "5.3.4", "Message size exceeds fixed maximum message size")
_UNUSABLE = reply(550, "5.4.4", "The connector cannot be used")
_WAITS = reply(450, "4.4.3", "The connector cannot be used")
_NO_CONNECTOR = reply(450, "4.4.4", "No matching connector")
_RESOLVES, _DOES_NOT = "resolves", "does not resolve"
_NO_SUCH_DOMAIN = reply(554, "5.4.4", "SMTPSEND.DNS.NonExistentDomain")
_NOTHING, _SOMETHING = "nothing", "something"


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


@dataclass(frozen=True, slots=True)
class _Around:
    """What every decision here may ask."""

    organization: Organization
    mx: MxTable
    choices: Choices


@dataclass(frozen=True, slots=True)
class Routed:
    """A leg's hop or its ending, with the step that says why."""

    leg: Leg
    end: Hop | Ending
    step: Step
    assumed: tuple[str, ...] = ()


def next_hop(
    leg: Leg, fork: Fork, organization: Organization, *, mx: MxTable, choices: Choices
) -> Routed:
    """Decide where one leg goes (exchange-routing#1.2, exchange-routing#1.3, 2.2)."""
    around = _Around(organization, mx, choices)
    if organization.platform is Platform.SERVER:
        return _on_server(leg, fork, around)
    name = _connector_of(leg, fork, organization, choices)
    if name is None:
        return _online_default(leg, fork, around)
    return _online_by_rule(name, leg, fork, around)


def _connector_of(
    leg: Leg, fork: Fork, organization: Organization, choices: Choices
) -> str | None:
    if fork.connector is None:
        return None
    if Way.COPY in leg.ways:
        answer = ask(organization.readings, choices, "added_follow_connector")
        return fork.connector if answer == "yes" else None
    if Way.REDIRECT in leg.ways:
        answer = ask(organization.readings, choices, "route_with_redirect")
        return fork.connector if answer == "routed" else None
    return fork.connector


def _online_by_rule(name: str, leg: Leg, fork: Fork, around: _Around) -> Routed:
    """Take the connector that a rule named, mailbox or not (exchange-routing#C7)."""
    organization, choices = around.organization, around.choices
    if organization.outbound_connectors is None:
        fact = Fact("connector", name, why="the connectors were not exported")
        return _unknown(leg, fact)
    central = _centralised(organization)
    if central:
        # field-cases#X-3: nobody has told which of the two wins.
        why = "RouteAllMessagesViaOnPremises may beat a connector that a rule names"
        fact = Fact("connector", central, why=why)
        if choices.choose(fact, (_NOTHING, _SOMETHING)) == _SOMETHING:
            return _unknown(leg, fact)
    connector = named_connector(organization, name)
    problem = why_unusable(connector)
    readings = organization.readings
    if not problem and connector and not connector.is_rule_scoped:
        answer = ask(readings, choices, "unscoped_connector")
        problem = "" if answer == "allowed" else "it is not made for rules"
    if connector and not problem:
        return _through(connector, leg, leg.address, fork, around)
    why = f"a rule names connector `{name}`: {problem}"
    answer = ask(readings, choices, "unusable_connector")
    if answer == "ordinary-routing":
        return _online_default(leg, fork, around)
    if answer == "ndr":
        ending = Ending(EndKind.REJECTED, why, _UNUSABLE)
    else:
        ending = Ending(EndKind.WAITING, why, _WAITS)
    step = Step(StepKind.CONNECTOR, name, Answer.NO, why, recipients=_who(leg))
    return Routed(leg, ending, step)


def _online_default(leg: Leg, fork: Fork, around: _Around) -> Routed:
    organization, choices = around.organization, around.choices
    found = _settled(leg, organization, choices)
    if isinstance(found, Routed):
        return found
    target = found
    if organization.outbound_connectors is None:
        return _unknown(leg, Fact("connectors", why="they were not exported"))
    central = _centralised(organization)
    if central:
        why = "RouteAllMessagesViaOnPremises is set and not judged"
        return _unknown(leg, Fact("connector", central, why=why))
    connector = select_outbound_connector(organization, target.domain_key, choices)
    if connector:
        return _through(connector, leg, target, fork, around)
    why = f"no rule named a connector and none is for {target.domain}"
    tls = _tls_terms(None, fork, around)
    return _by_mx(leg, target, why, tls, around)


def _centralised(organization: Organization) -> str:
    for connector in organization.outbound_connectors or ():
        if connector.is_enabled and "RouteAllMessagesViaOnPremises" in (
            connector.unjudged
        ):
            return connector.name
    return ""


def _through(
    connector: OutboundConnector,
    leg: Leg,
    target: Address,
    fork: Fork,
    around: _Around,
) -> Routed:
    choices = around.choices
    tls = _tls_terms(connector, fork, around)
    fact = _why_not_judged(connector.name, connector.unjudged, choices)
    if fact:
        return _unknown(leg, fact)
    if connector.uses_mx or not connector.smart_hosts:
        why = f"connector `{connector.name}` uses the MX of the recipient's domain"
        return _by_mx(leg, target, why, tls, around, connector=connector.name)
    # exchange-routing#1.5: Exchange Online knows no other port
    hop = _smart_hop(connector, target, tls, choices, port=25)
    return Routed(leg, hop, _to_smart_hosts(connector, leg))


def _smart_hop(
    connector: OutboundConnector | SendConnector,
    target: Address,
    tls: TlsTerms,
    choices: Choices,
    *,
    port: int,
    auth: AuthTerms | None = None,
) -> Hop:
    hosts = _in_turn(connector.name, connector.smart_hosts, choices)
    return Hop(hosts, port, tls, Route.SMART_HOST, connector.name, auth, target)


def _to_smart_hosts(connector: OutboundConnector | SendConnector, leg: Leg) -> Step:
    return Step(
        StepKind.CONNECTOR,
        connector.name,
        Answer.YES,
        "to " + ", ".join(connector.smart_hosts),
        recipients=_who(leg),
        place=connector.place,
    )


def _why_not_judged(
    name: str, unjudged: tuple[str, ...], choices: Choices
) -> Fact | None:
    """Ask whether what a connector sets and we do not judge does something."""
    if not unjudged:
        return None
    fact = Fact("connector", name, why=f"{', '.join(unjudged)} is not judged")
    is_harmless = choices.choose(fact, (_NOTHING, _SOMETHING)) == _NOTHING
    return None if is_harmless else fact


def _in_turn(name: str, hosts: tuple[str, ...], choices: Choices) -> tuple[str, ...]:
    """Begin with any of several smart hosts: Exchange takes them in turn.

    exchange-routing#1.4: the first is random, the next ones follow round and round.
    """
    if len(hosts) == 1:
        return hosts
    fact = Fact("first smart host", name, why="Exchange takes several in turn")
    first = hosts.index(choices.choose(fact, hosts))
    return hosts[first:] + hosts[:first]


def _tls_terms(
    connector: OutboundConnector | None, fork: Fork, around: _Around
) -> TlsTerms:
    """Combine the connector's terms with what a rule demands (exchange-rules#R-54)."""
    level = (connector.tls if connector else None) or TlsLevel.OPPORTUNISTIC
    if fork.requires_tls and level is TlsLevel.OPPORTUNISTIC:
        readings, both = around.organization.readings, True
        if connector:
            both = ask(readings, around.choices, "tls_with_connector") == "both"
        level = TlsLevel.ENCRYPTION_ONLY if both else level
    return TlsTerms(level, connector.tls_domain if connector else None)


def _on_server(leg: Leg, fork: Fork, around: _Around) -> Routed:
    organization, choices = around.organization, around.choices
    if fork.connector is not None:
        why = "Exchange Server has no action that names a connector"
        return _unknown(leg, Fact("connector", fork.connector, why=why))
    found = _settled(leg, organization, choices)
    if isinstance(found, Routed):
        return found
    target = found
    if organization.send_connectors is None:
        return _unknown(leg, Fact("send connectors", why="they were not exported"))
    size = len(fork.item.content.raw)
    selected = select_send_connector(organization, target.domain_key, size=size)
    connector = selected.connector
    if connector is None:
        reason = _TOO_LARGE if selected.is_size else _NO_CONNECTOR
        kind = EndKind.REJECTED if selected.is_size else EndKind.WAITING
        step = Step(
            StepKind.CONNECTOR, "none", Answer.NO, selected.why, recipients=_who(leg)
        )
        return Routed(leg, Ending(kind, selected.why, reason), step)
    return _through_send_connector(connector, leg, target, fork, around)


def _through_send_connector(
    connector: SendConnector,
    leg: Leg,
    target: Address,
    fork: Fork,
    around: _Around,
) -> Routed:
    organization, choices = around.organization, around.choices
    unjudged = connector.unjudged
    if connector.ignores_starttls and "IgnoreSTARTTLS" not in unjudged:
        unjudged = (*unjudged, "IgnoreSTARTTLS")
    fact = _why_not_judged(connector.name, unjudged, choices)
    if fact:
        return _unknown(leg, fact)
    assumed: tuple[str, ...] = ()
    if connector.is_scoped:
        assumed += ("one Active Directory site",)
    if accepted_domain(organization, target.domain_key):
        assumed += ("a contact in an accepted domain leaves by its own address",)
    tls = _server_tls(connector, fork)
    if connector.uses_dns or not connector.smart_hosts:
        why = f"send connector `{connector.name}` uses DNS"
        routed = _by_mx(
            leg,
            target,
            why,
            tls,
            around,
            connector=connector.name,
            port=connector.port,
        )
        return Routed(leg, routed.end, routed.step, routed.assumed + assumed)
    auth, more = _auth_terms(connector, organization)
    hop = _smart_hop(connector, target, tls, choices, port=connector.port, auth=auth)
    return Routed(leg, hop, _to_smart_hosts(connector, leg), assumed + more)


def _server_tls(connector: SendConnector, fork: Fork) -> TlsTerms:
    """Turn RequireTLS, TlsAuthLevel and the AUTH mechanism into terms.

    exchange-routing#2.1: with BasicAuthRequireTLS the smart host's certificate must
    bear the very name that is configured as smart host; without a domain in the terms
    it is the name of the host that is tried.
    """
    level = connector.tls or TlsLevel.OPPORTUNISTIC
    if connector.requires_tls or fork.requires_tls:
        level = level if connector.tls else TlsLevel.ENCRYPTION_ONLY
    domain = connector.tls_domain if level is TlsLevel.DOMAIN_VALIDATION else None
    if connector.auth == "BasicAuthRequireTLS":
        level = TlsLevel.DOMAIN_VALIDATION
    return TlsTerms(level, domain)


def _auth_terms(
    connector: SendConnector, organization: Organization
) -> tuple[AuthTerms | None, tuple[str, ...]]:
    if connector.auth not in {"BasicAuth", "BasicAuthRequireTLS"}:
        return None, ()
    needs_tls = connector.auth == "BasicAuthRequireTLS"
    given = organization.credentials.get(connector.name)
    if given:
        return AuthTerms(given.user, given.password, needs_tls), ()
    # No export carries the password: it is taken to be the right one, and said so.
    return AuthTerms(ASSUMED_USER, "", needs_tls), ("the credentials of the connector",)


ASSUMED_USER = "(credentials not given)"


def _settled(
    leg: Leg, organization: Organization, choices: Choices
) -> Address | Routed:
    """Resolve the leg: an ending inside, or the address that is to be routed."""
    found = resolve(leg.address, organization, choices)
    if found.place is Place.OUTSIDE:
        return found.target
    if found.place is Place.UNKNOWN:
        return _unknown(leg, found.fact or Fact("recipient", str(leg.address)))
    if found.place is Place.MAILBOX:
        ending = Ending(EndKind.MAILBOX, found.why)
        step = Step(
            StepKind.ENDED,
            str(found.target),
            Answer.DONE,
            found.why,
            recipients=_who(leg),
        )
        directory = organization.directory
        is_known = directory is not None and directory.knows_forwarding
        assumed = () if is_known else ("no mailbox forwards its mail",)
        return Routed(leg, ending, step, assumed)
    ending = Ending(EndKind.REJECTED, found.why, found.reply)
    step = Step(
        StepKind.RESOLVED, str(leg.address), Answer.NO, found.why, recipients=_who(leg)
    )
    return Routed(leg, ending, step)


def _by_mx(
    leg: Leg,
    target: Address,
    why: str,
    tls: TlsTerms,
    around: _Around,
    *,
    connector: str | None = None,
    port: int = 25,
) -> Routed:
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
            found = (f"mx.{domain}",) if is_there else _NO_SUCH_DOMAIN
    subject = connector or "none"
    if isinstance(found, Reply):
        kind = EndKind.WAITING if found.is_transient else EndKind.REJECTED
        ending = Ending(kind, f"{why}; {found.text}", found)
        step = Step(
            StepKind.CONNECTOR, subject, Answer.NO, ending.why, recipients=_who(leg)
        )
        return Routed(leg, ending, step)
    hop = Hop(found, port, tls, Route.MX, connector, None, target)
    answer = Answer.YES if connector else Answer.NO
    step = Step(
        StepKind.CONNECTOR,
        subject,
        answer,
        f"{why}; the mail servers of {domain}",
        recipients=_who(leg),
    )
    return Routed(leg, hop, step, assumed)


def _unknown(leg: Leg, fact: Fact) -> Routed:
    ending = Ending(EndKind.UNKNOWN, f"{fact}: {fact.why}", fact=fact)
    step = Step(
        StepKind.CONNECTOR,
        str(fact),
        Answer.CANNOT_TELL,
        fact.why,
        recipients=_who(leg),
    )
    return Routed(leg, ending, step)


def _who(leg: Leg) -> tuple[Address, ...]:
    return (leg.original or leg.address,)

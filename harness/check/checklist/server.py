"""The guide's placeholder and send connector of servers, step by step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    SMTP,
    DomainType,
    RecipientKind,
    SmartHostAuth,
    accepted_domain,
)
from fakes.zone import Status, look_up
from harness.check.checklist.noun import Chapter, Instruction, Look, State
from harness.check.checklist.told import (
    NOT_EXPORTED,
    absent,
    met_if,
    named_connector,
    of_connector,
    of_each,
)
from harness.check.lints.placeholder import placeholder_domains
from harness.check.relays import relay_contacts, relay_rules, send_relays
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import Recipient, SendConnector
    from harness.check.lints.noun import Ground

_PORTS = (25, 587)
_INTERNET = "internet.toml"
_KNOWN = (Status.NXDOMAIN, Status.EMPTY)


# ---------------------------------------------------------------- the placeholder


def _domain(ground: Ground) -> Iterator[Look]:
    domains = placeholder_domains(ground)
    known = ground.organization.accepted_domains
    for domain in domains:
        found = accepted_domain(ground.organization, domain)
        if known is None:
            yield Look(State.CANNOT_TELL, NOT_EXPORTED, domain)
        elif found is None:
            yield Look(State.NOT_MET, "it is no accepted domain", domain)
        else:
            yield Look(State.MET, "it is an accepted domain", domain, found.place)
    if not domains:
        yield absent(known, "no domain stands for Zivver")


def _authoritative(ground: Ground) -> Iterator[Look]:
    for domain in placeholder_domains(ground):
        found = accepted_domain(ground.organization, domain)
        if found:
            is_met = found.type is DomainType.AUTHORITATIVE
            yield Look(met_if(is_met), found.type, domain, found.place)


def _nobody_has_it(ground: Ground) -> Iterator[Look]:
    for domain in placeholder_domains(ground):
        answers = [
            look_up(ground.world.internet.zone, domain, kind) for kind in ("MX", "A")
        ]
        records = [record for answer in answers for record in answer.records]
        if records:
            yield Look(
                State.NOT_MET,
                f"DNS knows it: {records[0]}",
                domain,
                _INTERNET,
                "a name below a domain of your own that DNS does not know",
            )
        elif any(answer.status not in _KNOWN for answer in answers):
            yield Look(State.CANNOT_TELL, f"{_INTERNET} does not say", domain)
        else:
            yield Look(State.MET, "DNS does not know it", domain, _INTERNET)


def _contacts(ground: Ground) -> tuple[Recipient, ...]:
    found = (
        contact
        for rule in relay_rules(ground.world)
        for contact in relay_contacts(rule, ground.world)
    )
    return tuple(dict.fromkeys(found))


def _contact(ground: Ground) -> Iterator[Look]:
    contacts = _contacts(ground)
    for one in contacts:
        is_met = one.kind is RecipientKind.MAIL_CONTACT
        state = met_if(is_met, otherwise=State.DIFFERENT)
        yield Look(state, f"a {one.kind}", one.name, one.place)
    if not contacts:
        yield absent(ground.organization.directory, "no rule redirects to a contact")


def _external(ground: Ground) -> Iterator[Look]:
    for one in _contacts(ground):
        yield Look(met_if(one.external), str(one.external), one.name, one.place)


def _closed(ground: Ground) -> Iterator[Look]:
    """The guide leaves the contact open to anybody (exchange-routing#3.3)."""
    for one in _contacts(ground):
        if one.needs_authenticated_sender:
            found = "only to senders who have logged in, and so it is right"
            yield Look(State.DIFFERENT, found, one.name, one.place)
        else:
            yield Look(
                State.MET,
                "it is open to anybody",
                one.name,
                one.place,
                "Set-MailContact -RequireSenderAuthenticationEnabled $true, which no "
                "step asks for",
            )


# ------------------------------------------------------------------ the connector


def _create(ground: Ground) -> Iterator[Look]:
    relays = send_relays(ground.world)
    for one in relays:
        state = State.MET if one.is_enabled else State.DIFFERENT
        yield of_connector(one, state, "it is there" if one.is_enabled else "it is off")
    if not relays:
        known = ground.organization.send_connectors
        yield absent(known, "no send connector leads to Zivver")


def _others(ground: Ground) -> Iterator[Look]:
    """Connectors for the same addresses; those for others do not meet the mail."""
    connectors = ground.organization.send_connectors
    if connectors is None:
        yield Look(State.CANNOT_TELL, NOT_EXPORTED)
        return
    relays = send_relays(ground.world)
    spaces = {space.domain for one in relays for space in one.address_spaces}
    others = [
        one
        for one in connectors
        if one not in relays
        and one.is_enabled
        and spaces & {space.domain for space in one.address_spaces}
    ]
    for one in others:
        yield of_connector(
            one,
            State.DIFFERENT,
            "it is for the same addresses",
            instead="let it cost more: a mail takes one connector only",
        )
    if not others:
        yield Look(State.MET, "no other connector is for the same addresses")


_each = partial(of_each, send_relays)


def _usage(one: SendConnector, ground: Ground) -> Look:
    del ground
    return of_connector(one, State.CANNOT_TELL, "no export of it tells the usage")


def _smart_host(one: SendConnector, ground: Ground) -> Look:
    hosts = ", ".join(one.smart_hosts) or "none"
    said = "DNSRoutingEnabled True" if one.uses_dns else hosts
    is_met = not one.uses_dns and any(
        leads_to_zivver(ground.world, host) for host in one.smart_hosts
    )
    return of_connector(one, met_if(is_met), said)


def _port(one: SendConnector, ground: Ground) -> Look:
    """No step of the wizard sets it: then it is 25 (zivver#3)."""
    del ground
    instead = "" if one.port in _PORTS else "Set-SendConnector -Port 587, or 25"
    return of_connector(
        one, met_if(one.port in _PORTS), f"port {one.port}", instead=instead
    )


def _basic(one: SendConnector, ground: Ground) -> Look:
    del ground
    is_met = one.auth in (SmartHostAuth.BASIC, SmartHostAuth.BASIC_TLS)
    return of_connector(one, met_if(is_met), f"SmartHostAuthMechanism {one.auth}")


def _after_tls(one: SendConnector, ground: Ground) -> Look:
    del ground
    is_met = one.auth is SmartHostAuth.BASIC_TLS
    return of_connector(one, met_if(is_met), f"SmartHostAuthMechanism {one.auth}")


def _credentials(one: SendConnector, ground: Ground) -> Look:
    terms = ground.organization.credentials.get(one.name)
    known = ground.world.zivver.credentials
    if one.has_credential is False:
        return of_connector(one, State.NOT_MET, "it has no credential")
    if terms is None or known is None:
        found = "it has one; zivver.toml does not say whether Zivver knows it"
        return of_connector(one, State.CANNOT_TELL, found)
    fits = any(each.fits(terms.user, terms.password) for each in known)
    found = "Zivver knows it" if fits else "Zivver does not know it"
    return of_connector(one, met_if(fits), found)


def _space(one: SendConnector, ground: Ground) -> Look:
    wanted = {c.external.domain_key for c in _contacts(ground) if c.external}
    spaces = [s for s in one.address_spaces if s.kind == SMTP]
    found = ", ".join(f"{space.domain} (cost {space.cost})" for space in spaces)
    has = {space.domain for space in spaces}
    is_met = has <= wanted and has if wanted else has
    return of_connector(one, met_if(is_met), found or "none")


def _cost(one: SendConnector, ground: Ground) -> Look:
    del ground
    costs = sorted({space.cost for space in one.address_spaces})
    state = met_if(costs == [1], otherwise=State.DIFFERENT)
    return of_connector(one, state, f"cost {', '.join(map(str, costs))}")


def _scoped(one: SendConnector, ground: Ground) -> Look:
    """Right with one site, wrong with several (zivver#F42)."""
    sites = ground.organization.sites
    names = {site for _, site in sites.servers} if sites else set()
    instead = ""
    if one.is_scoped and len(names) > 1:
        instead = "Set-SendConnector -IsScopedConnector $false: there are more sites"
    state = met_if(one.is_scoped, otherwise=State.DIFFERENT)
    return of_connector(
        one, state, f"IsScopedConnector {one.is_scoped}", instead=instead
    )


def _servers(one: SendConnector, ground: Ground) -> Look:
    del ground
    if not one.source_servers:
        return of_connector(one, State.CANNOT_TELL, NOT_EXPORTED)
    return of_connector(one, State.MET, ", ".join(one.source_servers))


def _named(ground: Ground) -> Iterator[Look]:
    for one in send_relays(ground.world):
        yield Look(State.MET, one.name, named_connector(one), one.place)


SERVER_DOMAIN = tuple(
    Instruction(id_, Chapter.SERVER_DOMAIN, step, says, look)
    for id_, step, says, look in (
        ("SERVER-DOMAIN", "7", "a placeholder domain is accepted", _domain),
        ("SERVER-TYPE", "8", "it is authoritative", _authoritative),
        ("SERVER-NOBODY", "first", "nobody has that domain", _nobody_has_it),
    )
)
SERVER_CONTACT = tuple(
    Instruction(id_, Chapter.SERVER_CONTACT, step, says, look)
    for id_, step, says, look in (
        ("SERVER-CONTACT", "5", "a mail contact is created", _contact),
        ("SERVER-ADDRESS", "9", "its address is of the placeholder domain", _external),
        ("SERVER-OPEN", "no step", "nothing is said of who may write to it", _closed),
    )
)
SERVER_CONNECTOR = tuple(
    Instruction(id_, Chapter.SERVER_CONNECTOR, step, says, look)
    for id_, step, says, look in (
        ("SERVER-CONNECTOR", "5", "a send connector is created", _create),
        ("SERVER-OTHERS", "before", "no other connector takes the mail", _others),
        ("SERVER-NAME", "6", "it has a name", _named),
        ("SERVER-USAGE", "7", "its type is Custom or Partner", _each(_usage)),
        ("SERVER-HOST", "11", "its smart host is smtp.zivver.com", _each(_smart_host)),
        ("SERVER-PORT", "no step", "the port is 25 or 587", _each(_port)),
        ("SERVER-BASIC", "15", "it logs in by basic authentication", _each(_basic)),
        ("SERVER-AFTER-TLS", "16", "only after TLS has started", _each(_after_tls)),
        ("SERVER-CREDENTIALS", "17", "with Zivver's credentials", _each(_credentials)),
        ("SERVER-SPACE", "23", "it is for the placeholder domain", _each(_space)),
        ("SERVER-COST", "24", "its cost is 1", _each(_cost)),
        ("SERVER-SCOPED", "26", "it is scoped", _each(_scoped)),
        ("SERVER-SOURCE", "29", "a source server is selected", _each(_servers)),
    )
)

"""The guide's connector of Exchange Online, step by step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fakes.exchange.organization import ConnectorType
from fakes.mail.handoff import TlsLevel
from harness.check.checklist.noun import Chapter, Instruction, Look, State
from harness.check.checklist.told import (
    NOT_EXPORTED,
    absent,
    met_if,
    named_connector,
    of_connector,
    of_each,
)
from harness.check.lints.connectors import enforces_tls
from harness.check.relays import outbound_relays
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.organization import OutboundConnector
    from harness.check.lints.noun import Ground

_TRUSTED = (TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION)


def _create(ground: Ground) -> Iterator[Look]:
    relays = outbound_relays(ground.world)
    for one in relays:
        state = State.MET if one.is_enabled else State.DIFFERENT
        yield of_connector(one, state, "it is there" if one.is_enabled else "it is off")
    if not relays:
        known = ground.organization.outbound_connectors
        yield absent(known, "no connector leads to Zivver")


def _others(ground: Ground) -> Iterator[Look]:
    connectors = ground.organization.outbound_connectors
    if connectors is None:
        yield Look(State.CANNOT_TELL, NOT_EXPORTED)
        return
    relays = outbound_relays(ground.world)
    others = [one for one in connectors if one not in relays and one.is_enabled]
    for one in others:
        yield of_connector(
            one,
            State.DIFFERENT,
            "it is there too",
            instead="see that no mail needs it and Zivver: a mail takes one only",
        )
    if not others:
        yield Look(State.MET, "there is no other connector")


_each = partial(of_each, outbound_relays)


def _partner(one: OutboundConnector, ground: Ground) -> Look:
    del ground
    return of_connector(one, met_if(one.type is ConnectorType.PARTNER), one.type)


def _scoped(one: OutboundConnector, ground: Ground) -> Look:
    del ground
    found = f"IsTransportRuleScoped {one.is_rule_scoped}"
    return of_connector(one, met_if(one.is_rule_scoped), found)


def _smart_hosts(one: OutboundConnector, ground: Ground) -> Look:
    # zivver#finding-12: the guide asks for smart hosts and names none.
    said = "UseMXRecord True" if one.uses_mx else ", ".join(one.smart_hosts) or "none"
    hosts = [host for host in one.smart_hosts if leads_to_zivver(ground.world, host)]
    is_right = bool(hosts) and len(hosts) == len(one.smart_hosts) and not one.uses_mx
    instead = "" if is_right else f"{ground.world.zivver.host}, which no step names"
    state = met_if(not one.uses_mx and one.smart_hosts)
    return of_connector(one, state, said, instead=instead)


def _tls(one: OutboundConnector, ground: Ground) -> Look:
    del ground
    return of_connector(one, met_if(enforces_tls(one)), _level(one))


def _trusted(one: OutboundConnector, ground: Ground) -> Look:
    del ground
    has_name = one.tls is TlsLevel.DOMAIN_VALIDATION
    instead = (
        ""
        if has_name
        else "DomainValidation with the name that Zivver tells: a trusted certificate "
        "of anybody passes"
    )
    found = f"{_level(one)} {one.tls_domain or ''}".rstrip()
    return of_connector(one, met_if(one.tls in _TRUSTED), found, instead=instead)


def _level(one: OutboundConnector) -> str:
    return f"TlsSettings {one.tls.value if one.tls else 'none'}"


def _validated(one: OutboundConnector, ground: Ground) -> Look:
    del ground
    if not one.validation_recipients:
        return of_connector(one, State.CANNOT_TELL, "no address for it is exported")
    whom = ", ".join(map(str, one.validation_recipients))
    # field-cases#X-28: the flag of the export says nothing.
    return of_connector(one, State.MET, f"validated with {whom}")


def _named(ground: Ground) -> Iterator[Look]:
    for one in outbound_relays(ground.world):
        yield Look(State.MET, one.name, named_connector(one), one.place)


ONLINE_CONNECTOR = tuple(
    Instruction(id_, Chapter.ONLINE_CONNECTOR, step, says, look)
    for id_, step, says, look in (
        ("ONLINE-CONNECTOR", "1", "a connector to Zivver is created", _create),
        ("ONLINE-OTHERS", "before", "no other connector needs the same mail", _others),
        ("ONLINE-PARTNER", "6", "it is for a partner organization", _each(_partner)),
        ("ONLINE-NAME", "8", "it has a name", _named),
        ("ONLINE-SCOPED", "10", "only rules send mail to it", _each(_scoped)),
        ("ONLINE-HOSTS", "12", "it routes through smart hosts", _each(_smart_hosts)),
        ("ONLINE-TLS", "14", "it always uses TLS", _each(_tls)),
        ("ONLINE-TRUSTED", "15", "a trusted authority issued it", _each(_trusted)),
        ("ONLINE-VALIDATE", "17", "it is validated with an address", _each(_validated)),
    )
)

"""Edits of connectors, outbound and inbound, of both platforms."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from fakes.exchange.organization import (
    InboundConnector,
    OutboundConnector,
    Platform,
    SendConnector,
)
from harness.edits.basis import Parameters, exported, fields_of, find, with_changes
from harness.edits.tables import (
    INBOUND_DEFAULTS,
    INBOUND_FIELDS,
    OUTBOUND_DEFAULTS,
    OUTBOUND_FIELDS,
    SEND_DEFAULTS,
    SEND_FIELDS,
)
from harness.exports.account import Ledger
from harness.exports.arrivals import read_inbound
from harness.exports.connectors import read_outbound, why_refused
from harness.exports.problems import ExportError
from harness.exports.send_connectors import check_send, read_send

if TYPE_CHECKING:
    from harness.world import World

C = TypeVar("C", OutboundConnector, SendConnector, InboundConnector)


def set_connector(world: World, name: str, parameters: Parameters) -> World:
    """Change a connector as Set-OutboundConnector or Set-SendConnector does.

    Raises:
        EditError: there is no such connector, or no such parameter.
        ExportError: Exchange would not take the parameters.

    """
    organization = world.organization
    if organization.platform is Platform.ONLINE:
        entry = exported("Set-OutboundConnector", name, parameters)
        outbound = _altered(
            organization.outbound_connectors,
            name,
            read_outbound(entry, Ledger()),
            fields_of(parameters, OUTBOUND_FIELDS),
        )
        altered = find(outbound, name, "connector", lambda connector: connector.name)
        problem = why_refused(altered)
        if problem:
            raise ExportError("", problem)
        return with_changes(world, outbound_connectors=outbound)
    entry = exported("Set-SendConnector", name, parameters)
    sending = _altered(
        organization.send_connectors,
        name,
        read_send(entry, Ledger()),
        fields_of(parameters, SEND_FIELDS),
    )
    check_send(find(sending, name, "connector", lambda connector: connector.name))
    return with_changes(world, send_connectors=sending)


def disable_connector(world: World, name: str) -> World:
    """Turn a connector off."""
    return set_connector(world, name, {"Enabled": False})


def add_connector(world: World, parameters: Parameters) -> World:
    """Make a connector; what is not given has Exchange's default."""
    organization = world.organization
    if organization.platform is Platform.ONLINE:
        given = {**OUTBOUND_DEFAULTS, **parameters}
        outbound = read_outbound(exported("New-OutboundConnector", "", given), Ledger())
        known = organization.outbound_connectors or ()
        return with_changes(world, outbound_connectors=(*known, outbound))
    given = {**SEND_DEFAULTS, **parameters}
    sending = read_send(exported("New-SendConnector", "", given), Ledger())
    return with_changes(
        world, send_connectors=(*(organization.send_connectors or ()), sending)
    )


def remove_connector(world: World, name: str) -> World:
    """Delete a connector."""
    organization = world.organization
    field = "send_connectors"
    if organization.platform is Platform.ONLINE:
        field = "outbound_connectors"
    known: tuple[OutboundConnector | SendConnector, ...] = (
        getattr(organization, field) or ()
    )
    gone = find(known, name, "connector", lambda connector: connector.name)
    return with_changes(world, **{field: tuple(c for c in known if c is not gone)})


def add_inbound_connector(world: World, parameters: Parameters) -> World:
    """Make an inbound connector (of a server: one externally secured or not)."""
    entry = exported("New-InboundConnector", "", {**INBOUND_DEFAULTS, **parameters})
    made: InboundConnector = read_inbound(entry, Ledger())
    known = world.organization.inbound_connectors or ()
    return with_changes(world, inbound_connectors=(*known, made))


def set_inbound_connector(world: World, name: str, parameters: Parameters) -> World:
    """Change an inbound connector as Set-InboundConnector does.

    Raises:
        EditError: there is no such connector, or no such parameter.
        ExportError: a parameter is ill-formed.

    """
    entry = exported("Set-InboundConnector", name, {**INBOUND_DEFAULTS, **parameters})
    altered = _altered(
        world.organization.inbound_connectors,
        name,
        read_inbound(entry, Ledger()),
        fields_of(parameters, INBOUND_FIELDS),
    )
    return with_changes(world, inbound_connectors=altered)


def remove_inbound_connector(world: World, name: str) -> World:
    """Delete an inbound connector."""
    known = world.organization.inbound_connectors or ()
    gone = find(known, name, "connector", lambda connector: connector.name)
    kept = tuple(connector for connector in known if connector is not gone)
    return with_changes(world, inbound_connectors=kept)


def _altered(
    known: tuple[C, ...] | None, name: str, probe: C, changed: tuple[str, ...]
) -> tuple[C, ...]:
    """Take the changed fields from the probe; what it says is judged stays judged."""
    old = find(known, name, "connector", lambda connector: connector.name)
    names = {field.name for field in fields(old)}
    values = {field: getattr(probe, field) for field in changed if field in names}
    return tuple(
        replace(entry, **values) if entry is old else entry for entry in known or ()
    )

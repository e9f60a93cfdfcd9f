"""Who is inside: inbound connectors, and receive connectors of a server."""

from __future__ import annotations

from fakes.exchange.organization import ConnectorType, InboundConnector
from harness.exports import values
from harness.exports.account import Ledger, Mark, Understood, marks_of, unjudged
from harness.exports.connector_tables import INBOUND, RECEIVE
from harness.exports.connectors import named
from harness.exports.formats import Exported

_EXTERNALLY_SECURED = "externalauthoritative"


def read_inbound(entry: Exported, ledger: Ledger) -> InboundConnector:
    """Read one object of Get-InboundConnector.

    Raises:
        ExportError: a property is ill-formed.

    """
    name = named(entry)
    kind = values.choice(entry, "ConnectorType", ConnectorType)
    marks = marks_of(entry, INBOUND, rest=Understood.NOT_UNDERSTOOD)
    ledger.note(entry, name, marks)
    return InboundConnector(
        name=name,
        is_enabled=values.flag(entry, "Enabled") is not False,
        networks=values.networks(entry, "SenderIPAddresses"),
        treats_as_internal=values.flag(entry, "TreatMessagesAsInternal") is True,
        # exchange-routing#7.4: only the type OnPremises grants relay rights.
        relays=kind is ConnectorType.ON_PREMISES if kind else None,
        unjudged=unjudged(marks),
    )


def read_receive(
    entries: tuple[Exported, ...], ledger: Ledger
) -> tuple[InboundConnector, ...]:
    """Read the objects of Get-ReceiveConnector.

    Externally secured ones make their remote ranges inside. Any other one treats a
    session as the anonymous session that it is, and is kept only where it cuts a
    piece out of an externally secured range.

    Raises:
        ExportError: a property is ill-formed.

    """
    found = tuple(_receive(entry, ledger) for entry in entries)
    trusted = [network for c in found if c.treats_as_internal for network in c.networks]
    return tuple(
        connector
        for connector in found
        if connector.treats_as_internal
        or any(
            mine.version == theirs.version and mine.overlaps(theirs)
            for mine in connector.networks
            for theirs in trusted
        )
    )


def _receive(entry: Exported, ledger: Ledger) -> InboundConnector:
    name = named(entry)
    marks = marks_of(entry, RECEIVE, rest=Understood.NOT_UNDERSTOOD)
    mechanisms = {
        part.strip().lower()
        for said in values.texts(entry, "AuthMechanism")
        for part in said.split(",")
    }
    is_trusted = _EXTERNALLY_SECURED in mechanisms
    if any(part.isdecimal() for part in mechanisms):
        # A number is a sum of flags that we do not take apart.
        marks += (Mark("AuthMechanism", Understood.NOT_JUDGED, "a number"),)
    ledger.note(entry, name, marks)
    return InboundConnector(
        name=name,
        is_enabled=values.flag(entry, "Enabled") is not False,
        networks=values.networks(entry, "RemoteIPRanges"),
        treats_as_internal=is_trusted,
        # Whether anonymous sessions may relay is an AD permission, in no export.
        relays=True if is_trusted else None,
        unjudged=unjudged(marks),
    )

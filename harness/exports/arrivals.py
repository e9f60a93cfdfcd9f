"""Who is inside: inbound connectors, and receive connectors of a server."""

from __future__ import annotations

from collections.abc import Iterator

from fakes.exchange.organization import ConnectorType, InboundConnector
from harness.exports import values
from harness.exports.account import (
    Ledger,
    Mark,
    Understood,
    changed,
    marks_of,
    unjudged,
)
from harness.exports.connector_tables import INBOUND, RECEIVE
from harness.exports.connectors import certificate_name, named
from harness.exports.formats import Exported
from harness.exports.problems import each

_CAPABILITIES = "TlsDomainCapabilities"
_EXTERNALLY_SECURED = "externalauthoritative"
_TYPE = "ConnectorType"
# What the hybrid wizard sets on the front door (exchange-routing#8).
_CLOUD_MAIL = "acceptcloudservicesmail"
_INTERNAL = "TreatMessagesAsInternal"


def read_inbound(entry: Exported, ledger: Ledger) -> InboundConnector:
    """Read one object of Get-InboundConnector.

    Raises:
        ExportError: a property is ill-formed.

    """
    name = named(entry)
    kind = values.choice(entry, _TYPE, ConnectorType)
    carries_headers = values.flag(entry, "CloudServicesMailEnabled") is True
    marks = marks_of(entry, INBOUND)
    if carries_headers:
        marks = changed(marks, Mark(_TYPE, Understood.USED))
    ledger.note(entry, name, marks)
    # Absent is not false: without it nobody knows whom the connector makes inside.
    is_silent = kind is not ConnectorType.PARTNER and not entry.has(_INTERNAL)
    return InboundConnector(
        name=name,
        is_enabled=values.flag(entry, "Enabled") is not False,
        networks=values.networks(entry, "SenderIPAddresses"),
        treats_as_internal=values.flag(entry, _INTERNAL) is True,
        # exchange-routing#7.4: only the type OnPremises grants relay rights.
        relays=kind is ConnectorType.ON_PREMISES if kind else None,
        certificate=certificate_name(entry, "TlsSenderCertificateName"),
        carries_headers=carries_headers,
        unjudged=unjudged(marks) + ((f"{_INTERNAL} (not exported)",) * is_silent),
    )


def read_receive(
    entries: tuple[Exported, ...], ledger: Ledger
) -> tuple[InboundConnector, ...]:
    """Read the objects of Get-ReceiveConnector.

    Externally secured ones make their remote ranges inside; any other one treats a
    session as the anonymous session that it is. Whether such a session may write to
    the outside is an AD permission, in no export: it cannot be told, but for the
    connectors that are open to every address, which would be open relays.

    Raises:
        ExportError: a property is ill-formed.

    """
    return each(lambda entry: _receive(entry, ledger), entries)


def own_hosts_of(entries: tuple[Exported, ...]) -> frozenset[str]:
    """Read the names by which receive connectors greet: those of our own servers."""
    return frozenset(name for one in entries for name in values.texts(one, "Fqdn"))


def _receive(entry: Exported, ledger: Ledger) -> InboundConnector:
    name = named(entry)
    marks = marks_of(entry, RECEIVE)
    mechanisms = {
        part.strip().lower()
        for said in values.texts(entry, "AuthMechanism")
        for part in said.split(",")
    }
    cloud, unread = _cloud(entry)
    is_trusted = _EXTERNALLY_SECURED in mechanisms
    if any(part.isdecimal() for part in mechanisms):
        # A number is a sum of flags that we do not take apart.
        unread += (Mark("AuthMechanism", Understood.NOT_JUDGED, "a number"),)
    marks = changed(marks, *unread)
    ledger.note(entry, name, marks)
    networks = values.networks(entry, "RemoteIPRanges")
    is_for_all = any(network.prefixlen == 0 for network in networks)
    return InboundConnector(
        name=name,
        is_enabled=values.flag(entry, "Enabled") is not False,
        networks=networks,
        treats_as_internal=is_trusted,
        relays=is_trusted if is_trusted or is_for_all else None,
        certificate=cloud,
        carries_headers=cloud is not None,
        unjudged=unjudged(marks),
        ports=frozenset(_ports(entry)),
        admits_anonymous=is_trusted or _admits_anonymous(entry),
        max_size=values.size(entry, "MaxMessageSize"),
    )


def _ports(entry: Exported) -> Iterator[int]:
    """Read `0.0.0.0:25`, `[::]:25`."""
    for said in values.texts(entry, "Bindings"):
        port = said.rpartition(":")[2]
        if port.isdecimal():
            yield int(port)


def _admits_anonymous(entry: Exported) -> bool:
    """Say whether somebody without a login may send; also where it was not told."""
    said = ",".join(values.texts(entry, "PermissionGroups")).lower()
    # Custom is a permission by permission, which no export has.
    words = {part.strip() for part in said.split(",")}
    is_untold = not said or "custom" in words or any(map(str.isdecimal, words))
    return is_untold or "anonymoususers" in words


def _cloud(entry: Exported) -> tuple[str | None, tuple[Mark, ...]]:
    """Read TlsDomainCapabilities: `domain:capability`, one that speaks of the cloud."""
    cloud, unread = None, []
    for said in values.texts(entry, _CAPABILITIES):
        domain, _, able = said.partition(":")
        if able.strip().lower() == _CLOUD_MAIL and cloud is None:
            cloud = domain.strip()
        else:
            unread.append(said)
    if not unread:
        return cloud, ()
    return cloud, (Mark(_CAPABILITIES, Understood.NOT_JUDGED, ", ".join(unread)),)

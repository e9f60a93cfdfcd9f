"""Changes of a connector that may cure known faults of it; they are to be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from fakes.exchange.organization import OutboundConnector, SendConnector
from fakes.internet.hosts import gateway_of
from fakes.mail.handoff import TlsLevel
from harness.world import leads_to_zivver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.world import World

    # The cmdlet, its parameters, what it is.
    Change: TypeAlias = tuple[str, tuple[tuple[str, object], ...], str]

_SET_OUTBOUND, _SET_SEND = "Set-OutboundConnector", "Set-SendConnector"
_CHECKED = TlsLevel.CERTIFICATE_VALIDATION.value
_TRUSTED = "only a certificate that is trusted will do"


def connector_changes(
    connector: OutboundConnector | SendConnector, world: World
) -> Iterator[Change]:
    """Give the changes that this connector may need to keep mail on its way to Zivver.

    No name of a certificate is given: nobody but Zivver knows it, and with a wrong one
    all mail waits.
    """
    if isinstance(connector, SendConnector):
        yield from _send(connector)
        return
    if not connector.is_enabled:
        yield _SET_OUTBOUND, (("Enabled", True),), "the connector is on"
    if connector.is_in_test_mode:
        yield _SET_OUTBOUND, (("TestMode", False),), "the connector is in use"
    hosts = connector.smart_hosts
    is_elsewhere = any(
        not leads_to_zivver(world, host) and not gateway_of(world.internet, host)
        for host in hosts
    )
    if connector.uses_mx or is_elsewhere:
        yield (
            _SET_OUTBOUND,
            (("UseMXRecord", False), ("SmartHosts", world.zivver.host)),
            "the connector leads to Zivver",
        )
    if connector.tls in {None, TlsLevel.ENCRYPTION_ONLY}:
        yield _SET_OUTBOUND, (("TlsSettings", _CHECKED),), _TRUSTED


def _send(connector: SendConnector) -> Iterator[Change]:
    if not connector.is_enabled:
        yield _SET_SEND, (("Enabled", True),), "the connector is on"
    if connector.tls in {None, TlsLevel.ENCRYPTION_ONLY}:
        parameters = (("RequireTLS", True), ("TlsAuthLevel", _CHECKED))
        yield _SET_SEND, parameters, _TRUSTED

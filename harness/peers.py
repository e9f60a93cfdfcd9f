"""What open questions mean for a hand-off, seen what its peers show of TLS.

They are asked only where the peer has what they are about.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.readings import ask
from fakes.mail.handoff import HandOff, TlsLevel
from fakes.mail.reply import Reply
from fakes.mail.session import CertificateFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.choices import Choices
    from fakes.exchange.readings import Readings
    from fakes.mail.receiver import Receiver
    from fakes.mail.session import ServerTls

_VERIFY = frozenset({TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION})
_OF_CERTIFICATES: Mapping[CertificateFault, str] = MappingProxyType(
    {
        CertificateFault.REVOKED: "revoked_certificate",
        CertificateFault.WEAK_KEY: "weak_certificate",
    }
)


def on_terms(
    handoff: HandOff,
    find: Callable[[str, int], Receiver[object] | Reply],
    *,
    readings: Readings,
    choices: Choices,
) -> HandOff:
    """Give the hand-off on the terms that the answers of this run make of it."""
    terms = handoff.tls
    shown = _shown(handoff, find)
    if terms.level is TlsLevel.OPPORTUNISTIC and any(tls.is_failing for tls in shown):
        answer = ask(readings, choices, "failing_tls")
        return replace(handoff, tls=replace(terms, falls_back=answer == "in-clear"))
    if terms.level not in _VERIFY:
        return handoff
    faults = {tls.certificate.fault for tls in shown}
    tolerated = frozenset(
        fault
        for fault, name in _OF_CERTIFICATES.items()
        if fault in faults and ask(readings, choices, name) == "taken"
    )
    return replace(handoff, tls=replace(terms, tolerates=tolerated))


def _shown(
    handoff: HandOff, find: Callable[[str, int], Receiver[object] | Reply]
) -> tuple[ServerTls, ...]:
    found = (find(host, handoff.port) for host in handoff.hosts)
    return tuple(peer.tls for peer in found if not isinstance(peer, Reply))

"""What a hand-off is held to, seen what its peers show of TLS.

Open questions are asked only where the peer has what they are about; DANE and MTA-STS
are what DNS and the policy of a domain demand.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.choices import Fact
from fakes.exchange.readings import ask
from fakes.internet.hosts import StsMode, policy_of
from fakes.mail import troubles
from fakes.mail.handoff import DaneMode, Demand, HandOff, TlsLevel
from fakes.mail.reply import Reply
from fakes.mail.session import CertificateFault, Tlsa

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.choices import Choices
    from fakes.exchange.readings import Readings
    from fakes.internet.hosts import Internet
    from fakes.mail.receiver import Receiver
    from fakes.mail.session import ServerTls

_VERIFY = frozenset({TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION})
# What is said of a certificate that is not as DNS has it; None of one that is.
_TLSA: Mapping[Tlsa | None, Reply | None] = MappingProxyType(
    {
        Tlsa.MATCHES: None,
        Tlsa.DIFFERS: troubles.TLSA_INVALID,
        Tlsa.BOGUS: troubles.DNSSEC_INVALID,
    }
)
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
    internet: Internet,
    readings: Readings,
    choices: Choices,
) -> HandOff:
    """Give the hand-off on the terms that the answers of this run make of it."""
    shown = _shown(handoff, find)
    demands = tuple(
        demand
        for host, tls in shown.items()
        if (demand := _demand(host, tls, handoff, internet, choices))
    )
    terms = replace(handoff.tls, demands=demands)
    handoff = replace(handoff, tls=terms)
    return _on_answers(handoff, tuple(shown.values()), readings, choices)


def _demand(
    host: str,
    tls: ServerTls,
    handoff: HandOff,
    internet: Internet,
    choices: Choices,
) -> Demand | None:
    """Say what DNS, or else the policy of the domain, demands of a host.

    exchange-routing#1.1: what fails there waits.
    """
    terms = handoff.tls
    tlsa = tls.tlsa if terms.dane is not DaneMode.NONE else Tlsa.NONE
    if tlsa is None and terms.dane is DaneMode.MANDATORY:
        fact = Fact("TLSA", host, why="what DNS says of its certificate was not given")
        tlsa = Tlsa(choices.choose(fact, (Tlsa.MATCHES, Tlsa.NONE)))
    if tlsa in _TLSA:
        return Demand(host, troubles.NO_TLS_FOR_DANE, _TLSA[tlsa])
    if terms.dane is DaneMode.MANDATORY:
        return Demand(host, troubles.NO_TLS_FOR_DANE, troubles.TLSA_INVALID)
    policy = policy_of(internet, terms.policy_domain) if terms.policy_domain else None
    if policy is None or policy.mode is not StsMode.ENFORCE:
        return None
    refusal = None if policy.allows(host) else troubles.STS_FAILED
    return Demand(host, troubles.STS_FAILED, refusal, names_host=True)


def _on_answers(
    handoff: HandOff,
    shown: tuple[ServerTls, ...],
    readings: Readings,
    choices: Choices,
) -> HandOff:
    terms = handoff.tls
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
) -> dict[str, ServerTls]:
    found = ((host, find(host, handoff.port)) for host in handoff.hosts)
    return {host: peer.tls for host, peer in found if not isinstance(peer, Reply)}

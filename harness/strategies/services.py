"""Zivver services in every state, connectors as they are typed, and fault scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.exchange.organization import Organization, Platform, RecipientKind
from fakes.mail.handoff import Stage
from fakes.mail.reply import Reply, read_reply
from fakes.mail.session import Certificate, CertificateFault
from fakes.zivver.faults import STAGES_OF, Deed, FaultLine
from fakes.zivver.service import (
    Account,
    AccountKind,
    AccountState,
    Delivering,
    Verification,
    ZivverService,
)
from harness.strategies.organizations import SMART_HOST
from harness.strategies.people import PARTNER, STRANGERS

if TYPE_CHECKING:
    from collections.abc import Mapping

Parameters = dict[str, object]
_STATES = (AccountState.ACTIVE,) * 6 + (AccountState.INVITED, AccountState.SUSPENDED)
_TLS = ("EncryptionOnly", "CertificateValidation", "DomainValidation")
_REPLIES = tuple(
    read_reply(text)
    for text in (
        "421 4.3.2 try again later",
        "451 4.7.0 not now",
        "454 4.7.0 temporary failure",
        "535 5.7.8 no",
        "550 5.7.1 not from here",
        "552 5.3.4 too large",
        "554 5.6.0 no",
    )
)
_FEW = st.integers(0, 2)


@st.composite
def zivver_services(
    draw: st.DrawFn, organization: Organization, *, is_healthy: bool = False
) -> ZivverService:
    """Draw the service of an organization; a healthy one takes all of its mail."""
    if is_healthy:
        return ZivverService(
            accounts=tuple(_accounts(organization)),
            delivering=Delivering(minimum=Verification.NOT_REQUIRED),
        )
    accounts = tuple(
        Account(
            each.address,
            each.aliases,
            each.kind,
            draw(st.sampled_from(_STATES)),
            draw(st.sampled_from((None, ()))),
        )
        for each in _accounts(organization)
        if draw(st.integers(0, 9))
    )
    domains = frozenset(draw(st.sets(st.sampled_from((*STRANGERS, PARTNER)))))
    return ZivverService(
        accounts=draw(st.sampled_from((accounts, None))),
        delivering=Delivering(
            minimum=draw(st.sampled_from((None, *Verification))),
            odd_domains=domains if draw(st.booleans()) else frozenset(),
            trusted_domains=domains if not draw(_FEW) else frozenset(),
        ),
        is_down=draw(st.integers(0, 19)) == 19,
    )


def _accounts(organization: Organization) -> list[Account]:
    directory = organization.directory
    return [
        Account(entry.primary, entry.proxies, AccountKind.USER)
        for entry in (directory.recipients if directory else ())
        if entry.kind is RecipientKind.MAILBOX
    ]


@st.composite
def connectors(
    draw: st.DrawFn, platform: Platform = Platform.ONLINE, *, name: str = "Drawn"
) -> Mapping[str, object]:
    """Draw the parameters of New-OutboundConnector or New-SendConnector."""
    found: Parameters = {"Name": name, "Enabled": draw(st.integers(0, 4)) > 0}
    if platform is Platform.SERVER:
        spaces = (["SMTP:*;1"], [f"SMTP:{PARTNER};5"], [f"SMTP:*.{PARTNER};1"])
        found["AddressSpaces"] = draw(st.sampled_from(spaces))
        if draw(st.booleans()):
            found |= {"SmartHosts": [SMART_HOST], "DNSRoutingEnabled": False}
            found["RequireTLS"] = draw(st.booleans())
        return found
    found["RecipientDomains"] = draw(st.sampled_from(([], ["*"], [PARTNER])))
    found["IsTransportRuleScoped"] = draw(st.booleans())
    if draw(st.booleans()):
        found |= {"UseMXRecord": False, "SmartHosts": [SMART_HOST]}
        found["TlsSettings"] = draw(st.sampled_from((None, *_TLS)))
        if found["TlsSettings"] == "DomainValidation":
            found["TlsDomain"] = SMART_HOST
    return found


@st.composite
def fault_scripts(draw: st.DrawFn, *, most: int = 3) -> tuple[FaultLine, ...]:
    """Draw what goes wrong at Zivver, where, and how often."""
    return tuple(draw(st.lists(_fault_lines(), min_size=1, max_size=most)))


@st.composite
def _fault_lines(draw: st.DrawFn) -> FaultLine:
    deed = draw(st.sampled_from(tuple(Deed)))
    stage = draw(st.sampled_from(sorted(STAGES_OF[deed])))
    reply: Reply | None = None
    if deed is Deed.ANSWER or (deed is Deed.TAKE and draw(st.booleans())):
        reply = draw(st.sampled_from(_REPLIES))
    certificate = None
    if deed is Deed.SHOW:
        certificate = Certificate((), draw(st.sampled_from(tuple(CertificateFault))))
    return FaultLine(
        stage,
        deed,
        reply,
        certificate=certificate,
        after=draw(_FEW),
        times=draw(st.sampled_from((1, 1, 2, None))),
        beyond=draw(_FEW) if stage is Stage.RCPT else 0,
    )

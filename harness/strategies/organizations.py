"""Organizations: domains, recipients and connectors in every state, no rules yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
    ConnectorType,
    Directory,
    DomainType,
    Organization,
    OutboundConnector,
    Platform,
    Recipient,
    RecipientKind,
    SendConnector,
)
from fakes.mail.handoff import TlsLevel
from harness.strategies.people import (
    ALIAS_OF_BOB,
    AUDIT,
    BOB,
    BRANCH,
    CONTACT,
    HOME,
    INSIDE,
    NOTARY,
    PARTNER,
    RELAY,
)

if TYPE_CHECKING:
    from fakes.mail.address import Address

RELAY_CONNECTOR = "Secure relay"
OTHER_CONNECTOR = "Archive"
SMART_HOST = "smtp.zivver.com"


@st.composite
def organizations(
    draw: st.DrawFn, platform: Platform | None = None, *, is_healthy: bool = False
) -> Organization:
    """Draw an organization; a healthy one has its relay connector in good order."""
    where = platform or draw(st.sampled_from(tuple(Platform)))
    return Organization(
        "contoso",
        where,
        rules=(),
        accepted_domains=draw(_domains(where)),
        directory=Directory(_people(where)),
        outbound_connectors=draw(_outbound(is_healthy=is_healthy)),
        send_connectors=draw(_send(is_healthy=is_healthy)),
        inbound_connectors=(),
    )


def _people(platform: Platform) -> tuple[Recipient, ...]:
    contact = Recipient("Notary", RecipientKind.MAIL_CONTACT, CONTACT, external=NOTARY)
    found = tuple(
        Recipient(
            who.local,
            RecipientKind.MAILBOX,
            who,
            proxies=(ALIAS_OF_BOB,) if who == BOB else (),
        )
        for who in (*INSIDE, AUDIT)
    )
    if platform is Platform.SERVER:
        return (*found, contact, _placeholder(RELAY))
    return (*found, contact)


def _placeholder(address: Address) -> Recipient:
    """The relay's contact: its target is its own address (exchange-routing#B1)."""
    return Recipient("Relay", RecipientKind.MAIL_CONTACT, address, external=address)


@st.composite
def _domains(draw: st.DrawFn, platform: Platform) -> tuple[AcceptedDomain, ...]:
    found = [AcceptedDomain(HOME, DomainType.AUTHORITATIVE, is_default=True)]
    branch = draw(st.sampled_from((None, *DomainType)))
    if branch is not None:
        found.append(AcceptedDomain(BRANCH, branch))
    if platform is Platform.SERVER:
        kind = draw(st.sampled_from((DomainType.AUTHORITATIVE, *DomainType)))
        found.append(AcceptedDomain(RELAY.domain_key, kind))
    return tuple(found)


@st.composite
def _outbound(draw: st.DrawFn, *, is_healthy: bool) -> tuple[OutboundConnector, ...]:
    relay = OutboundConnector(
        RELAY_CONNECTOR,
        is_enabled=is_healthy or draw(st.integers(0, 7)) > 0,
        type=ConnectorType.ON_PREMISES,
        uses_mx=False,
        smart_hosts=(SMART_HOST,),
        tls=TlsLevel.CERTIFICATE_VALIDATION,
        is_rule_scoped=is_healthy or draw(st.integers(0, 5)) > 0,
    )
    domains = st.sampled_from(
        ((), ("*",), (PARTNER,), (f"*.{PARTNER}",), ("wingtip.example", PARTNER))
    )
    others = tuple(
        OutboundConnector(
            name,
            is_enabled=draw(st.integers(0, 4)) > 0,
            recipient_domains=draw(domains),
            uses_mx=name == OTHER_CONNECTOR,
            smart_hosts=() if name == OTHER_CONNECTOR else ("filter.example",),
            is_rule_scoped=draw(st.booleans()),
            covers_accepted_domains=draw(st.booleans()),
        )
        for name in (OTHER_CONNECTOR, "Filter")[: draw(st.integers(0, 2))]
    )
    return (relay, *others)


@st.composite
def _send(draw: st.DrawFn, *, is_healthy: bool) -> tuple[SendConnector, ...]:
    relay = SendConnector(
        RELAY_CONNECTOR,
        (AddressSpace(RELAY.domain_key),),
        is_enabled=is_healthy or draw(st.integers(0, 7)) > 0,
        smart_hosts=(SMART_HOST,),
        uses_dns=False,
        max_size=None if is_healthy else draw(st.sampled_from((None, None, 400))),
    )
    spaces = st.sampled_from(
        (
            AddressSpace("*"),
            AddressSpace("*", 5),
            AddressSpace(PARTNER, 9),
            AddressSpace(f"*.{PARTNER}"),
        )
    )
    others = tuple(
        SendConnector(
            name,
            tuple(draw(st.lists(spaces, min_size=1, max_size=2, unique=True))),
            is_enabled=draw(st.integers(0, 4)) > 0,
            max_size=draw(st.sampled_from((None, None, 400))),
        )
        for name in ("Beta", "Alpha")[: draw(st.integers(0, 2))]
    )
    return (relay, *others)

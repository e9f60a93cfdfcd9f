"""Organizations: domains, recipients and connectors in every state, no rules yet."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
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
    BOARD,
    BOB,
    BRANCH,
    CLEO,
    CONTACT,
    HOME,
    INSIDE,
    NOTARY,
    PARTNER,
    RELAY,
    SALES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address

RELAY_CONNECTOR = "Secure relay"
OTHER_CONNECTOR = "Archive"
SMART_HOST = "smtp.zivver.com"
# exchange-rules#2.4: some of the attributes; an empty one is not set.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Department": ("Sales", "Press Release", "", "sales-support"),
        "City": ("Delft", "New Orleans", ""),
    }
)
MANAGERS = ("", "anna", str(BOB), "Notary")
_MEMBERS = ("anna", str(BOB), str(CLEO), str(CONTACT), str(BOARD))
_EXTRA = Recipient(
    AUDIT.local,
    RecipientKind.MAILBOX,
    AUDIT,
    manager="",
    attributes=tuple((name, "") for name in ATTRIBUTES),
)


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
        directory=Directory(draw(_people(where))),
        outbound_connectors=draw(_outbound(is_healthy=is_healthy)),
        send_connectors=draw(_send(is_healthy=is_healthy)),
        inbound_connectors=(),
    )


@st.composite
def _people(draw: st.DrawFn, platform: Platform) -> tuple[Recipient, ...]:
    """Draw the cast: who is in which group, whose manager, of which department."""
    found = [
        Recipient(
            who.local,
            RecipientKind.MAILBOX,
            who,
            proxies=(ALIAS_OF_BOB,) if who == BOB else (),
            manager=draw(st.sampled_from(MANAGERS)),
            attributes=tuple(
                (name, draw(st.sampled_from(values)))
                for name, values in ATTRIBUTES.items()
            ),
        )
        for who in INSIDE
    ]
    found.append(replace(_EXTRA, name=AUDIT.local, primary=AUDIT))
    found += [
        replace(
            _EXTRA,
            name="Notary",
            kind=RecipientKind.MAIL_CONTACT,
            primary=CONTACT,
            external=NOTARY,
        ),
        _group(draw, "Sales", SALES, (*_MEMBERS, "partner@wingtip.example")),
        # A group in a group, and perhaps the other way round too.
        _group(draw, "Board", BOARD, (*_MEMBERS, "Sales")),
    ]
    return (*found, _placeholder(RELAY)) if platform is Platform.SERVER else (*found,)


def _group(
    draw: st.DrawFn, name: str, address: Address, who: tuple[str, ...]
) -> Recipient:
    members = draw(st.lists(st.sampled_from(who), max_size=3, unique=True))
    return Recipient(name, RecipientKind.GROUP, address, members=tuple(members))


def _placeholder(address: Address) -> Recipient:
    """The relay's contact: its target is its own address (exchange-routing#B1)."""
    return replace(
        _EXTRA,
        name="Relay",
        kind=RecipientKind.MAIL_CONTACT,
        primary=address,
        external=address,
    )


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

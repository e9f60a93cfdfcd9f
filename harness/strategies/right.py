"""Tenants that do what their policy says: nothing may be found in them.

All data are there, so nothing is unknown either. What varies is what varies between
organisations: the words, labels and senders, the people, harmless rules beside those of
the relay in any order, and connectors for other mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
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
    SmartHostAuth,
)
from fakes.internet.hosts import Internet
from fakes.mail.address import Address
from fakes.mail.handoff import AuthTerms, TlsLevel
from fakes.zivver import Account, ZivverService, credential
from fakes.zivver.service import Delivering, Verification
from fakes.zone import Zone
from harness.edits import rules_of, with_rules
from harness.policy import parse_policy
from harness.world import World

if TYPE_CHECKING:
    from harness.policy import Policy

Parameters = Mapping[str, object]

_HOMES = ("contoso.example", "zorg.contoso.example", "contoso-gemeente.example")
_WORDS = (
    "Secure",
    "Veilig",
    "Vertrouwelijk",
    "Beveiligd verzenden",
    "Confidential",
    "Geheim",
)
_NAMES = ("anna", "bob", "carla", "daan", "eva", "frits", "gert-jan", "h.de.boer")
_FIXED = ("payroll", "uitslagen", "no-reply", "planning")
_RELAY, _PLACEHOLDER = "Zivver", "relay.invalid"
_IGNORE = "x-zivver-ignore-smtp-recipients"
_SOURCE = "192.0.2.25"
_USER, _WORD = "relay", "correct horse"
_FOREIGN = "wingtip.example"
_OUTSIDE = {"SentToScope": "NotInOrganization"}
_NOT_AGAIN: Parameters = MappingProxyType(
    {
        "ExceptIfHeaderMatchesMessageHeader": "X-Zivver-Transport",
        "ExceptIfHeaderMatchesPatterns": ["..*."],
    }
)
# Rules that do no harm, whatever their place.
_HARMLESS: tuple[Parameters, ...] = (
    {
        "ApplyHtmlDisclaimerText": "<p>Think before you print.</p>",
        "ApplyHtmlDisclaimerLocation": "Append",
        "FromScope": "InOrganization",
    },
    {"SetHeaderName": "X-Department", "SetHeaderValue": "sales"},
    {"SetSCL": "-1", "FromScope": "InOrganization"},
    {"PrependSubject": "[EXT] ", "FromScope": "NotInOrganization"},
    {
        "RejectMessageReasonText": "no programs",
        "AttachmentExtensionMatchesWords": ["exe"],
        "FromScope": "NotInOrganization",
    },
    {"DeleteMessage": True, "State": "Disabled"},
    {"RejectMessageReasonText": "not by mail", "Mode": "Audit", **_OUTSIDE},
    {
        "SetHeaderName": "X-Partner",
        "SetHeaderValue": "wingtip",
        "RecipientDomainIs": [_FOREIGN],
    },
)


@dataclass(frozen=True, slots=True)
class RightTenant:
    """A world, and the policy that it fulfils."""

    world: World
    policy: Policy


@st.composite
def right_tenants(draw: st.DrawFn, platform: Platform = Platform.ONLINE) -> RightTenant:
    """Draw a tenant that fulfils its policy, with full data.

    Of servers two findings are in the design itself and are always there: somebody in
    Bcc gets nothing (zivver#F64), and somebody inside gets a mixed mail twice
    (zivver#F69).
    """
    home = draw(st.sampled_from(_HOMES))
    people = draw(st.lists(st.sampled_from(_NAMES), min_size=2, unique=True))
    fixed = draw(st.sampled_from(_FIXED))
    triggers = draw(_triggers(f"{fixed}@{home}"))
    bare = draw(_bare(platform, home, (*people, fixed)))
    rules = [draw(_relay_rule(trigger, platform)) for trigger in triggers]
    places = st.sampled_from(range(len(_HARMLESS)))
    others = draw(st.lists(places, max_size=4, unique=True))
    for number in others:
        at = draw(st.integers(0, len(rules)))
        rules.insert(at, {"Name": f"Other {number}", **_HARMLESS[number]})
    named = [{"Name": f"Relay {n}", **rule} for n, rule in enumerate(rules)]
    world = with_rules(bare, rules_of(bare, named, place="drawn"))
    return RightTenant(world, parse_policy(_policy(triggers), file="drawn.toml"))


@dataclass(frozen=True, slots=True)
class _Trigger:
    """What one row of the policy is about: its key, and what stands there."""

    key: str
    values: tuple[str, ...]


@st.composite
def _triggers(draw: st.DrawFn, fixed: str) -> list[_Trigger]:
    words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=2, unique=True)
    guids = st.lists(st.uuids().map(str), min_size=1, max_size=3, unique=True)
    every = [
        _Trigger("subject", tuple(draw(words))),
        _Trigger("label", tuple(draw(guids))),
        _Trigger("sender", (fixed,)),
    ]
    wanted = draw(
        st.lists(st.sampled_from(range(3)), min_size=1, max_size=3, unique=True)
    )
    return [every[number] for number in wanted]


def _policy(triggers: list[_Trigger]) -> str:
    rows = []
    for trigger in triggers:
        values = ", ".join(f'"{value}"' for value in trigger.values)
        rows.append(f'[[must_be_secure]]\n{trigger.key} = [{values}]\nto = "outside"\n')
    kinds = '[except]\nkinds = ["automatic-reply", "receipt", "zivver"]\n'
    return "".join(rows) + kinds + '[mixed]\ninside = "either"\n'


@st.composite
def _relay_rule(
    draw: st.DrawFn, trigger: _Trigger, platform: Platform
) -> dict[str, object]:
    """Make the rule of a trigger, in one of the ways that are right."""
    rule: dict[str, object] = {**_OUTSIDE, **_NOT_AGAIN}
    values = list(trigger.values)
    if trigger.key == "subject":
        rule["SubjectContainsWords"] = values
    elif trigger.key == "sender":
        rule["From"] = values
    else:
        rule["HeaderContainsMessageHeader"] = "msip_labels"
        ending = draw(st.sampled_from(("true", "True")))
        rule["HeaderContainsWords"] = [
            f"MSIP_Label_{guid}_Enabled={ending}" for guid in values
        ]
    rule["RuleErrorAction"] = "Defer"
    if platform is Platform.ONLINE:
        rule["RouteMessageOutboundConnector"] = _RELAY
    else:
        rule["RedirectMessageTo"] = [f"relay@{_PLACEHOLDER}"]
        rule["SetHeaderName"], rule["SetHeaderValue"] = _IGNORE, "true"
    return rule


@st.composite
def _bare(
    draw: st.DrawFn, platform: Platform, home: str, people: tuple[str, ...]
) -> World:
    """Draw everything but the rules."""
    domains = [AcceptedDomain(home, DomainType.AUTHORITATIVE, is_default=True)]
    if draw(st.booleans()):
        domains.append(AcceptedDomain(f"mail.{home}", DomainType.AUTHORITATIVE))
    boxes = [_mailbox(name, home) for name in people]
    organization = Organization(
        home,
        platform,
        accepted_domains=tuple(domains),
        inbound_connectors=(),
        remote_domains=(),
        auto_forwarding=(),
        inbox_rules=(),
        journal_rules=(),
        auto_replies=(),
        source=ip_address(_SOURCE),
    )
    if platform is Platform.ONLINE:
        connectors = draw(_outbound())
        organization = replace(organization, outbound_connectors=connectors)
    else:
        boxes.append(_contact())
        organization = replace(
            organization,
            accepted_domains=(*domains, _placeholder_domain()),
            send_connectors=draw(_sending()),
            credentials=MappingProxyType({_RELAY: AuthTerms(_USER, _WORD)}),
        )
    directory = Directory(tuple(boxes), knows_forwarding=True)
    organization = replace(organization, directory=directory)
    return World(organization, _service(people, home), Internet(_zone(home)))


def _mailbox(name: str, home: str) -> Recipient:
    address = Address(name, home)
    alias = Address(f"{name}.alias", home)
    return Recipient(name, RecipientKind.MAILBOX, address, (alias,), members=())


def _contact() -> Recipient:
    # exchange-routing#B9: nobody from outside may write to it.
    address = Address("relay", _PLACEHOLDER)
    return Recipient(
        "Relay",
        RecipientKind.MAIL_CONTACT,
        address,
        external=address,
        needs_authenticated_sender=True,
    )


def _placeholder_domain() -> AcceptedDomain:
    return AcceptedDomain(_PLACEHOLDER, DomainType.INTERNAL_RELAY)


@st.composite
def _outbound(draw: st.DrawFn) -> tuple[OutboundConnector, ...]:
    relay = OutboundConnector(
        _RELAY,
        type=draw(st.sampled_from(ConnectorType)),
        uses_mx=False,
        smart_hosts=("smtp.zivver.com",),
        tls=TlsLevel.DOMAIN_VALIDATION,
        tls_domain="smtp.zivver.com",
        is_rule_scoped=True,
    )
    other = OutboundConnector("Partner", recipient_domains=(_FOREIGN,))
    return (relay, other) if draw(st.booleans()) else (relay,)


@st.composite
def _sending(draw: st.DrawFn) -> tuple[SendConnector, ...]:
    relay = SendConnector(
        _RELAY,
        (AddressSpace(_PLACEHOLDER),),
        smart_hosts=("smtp.zivver.com",),
        uses_dns=False,
        auth=SmartHostAuth.BASIC_TLS,
        has_credential=True,
    )
    everybody = SendConnector("Internet", (AddressSpace("*"),))
    other = SendConnector("Partner", (AddressSpace(_FOREIGN),))
    some = (other,) if draw(st.booleans()) else ()
    return tuple(draw(st.permutations((relay, everybody, *some))))


def _service(people: tuple[str, ...], home: str) -> ZivverService:
    accounts = tuple(
        Account(Address(name, home), (Address(f"{name}.alias", home),))
        for name in people
    )
    return ZivverService(
        accounts=accounts,
        credentials=(credential(_USER, _WORD),),
        spf_allowlist=frozenset({home}),
        delivering=Delivering(minimum=Verification.EMAIL),
    )


def _zone(home: str) -> Zone:
    """Name us in DNS: a domain without a host of its own sends from another pool."""
    host = f"mx.{home}"
    records = {
        (home, "TXT"): (f"v=spf1 ip4:{_SOURCE} -all",),
        (home, "MX"): (f"10 {host}",),
        (host, "A"): (_SOURCE,),
    }
    return Zone(MappingProxyType(records), absent=frozenset({_PLACEHOLDER}))

"""Worlds for the tests of the check: the guide's tenants in miniature."""

from datetime import UTC, datetime
from types import MappingProxyType

from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
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
from fakes.mail.address import parse_address
from fakes.mail.handoff import AuthTerms, TlsLevel
from fakes.mail.labels import LabelSpec
from fakes.zivver import Account, ZivverService, credential
from harness.edits import rules_of, with_rules
from harness.policy import parse_policy
from harness.world import World

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
GUID = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
NAMES = ("anna", "bob", "payroll")
POLICY = parse_policy(f"""
[[must_be_secure]]
name = "word"
subject = "Secure"
[[must_be_secure]]
name = "label"
label = "{GUID}"
[[must_be_secure]]
name = "sender"
sender = "payroll@contoso.example"
[except]
kinds = ["automatic-reply", "calendar", "receipt", "zivver"]
""")

_TO_ZIVVER = {"RouteMessageOutboundConnector": "Zivver", "RuleErrorAction": "Defer"}
_TO_CONTACT = {
    "RedirectMessageTo": ["relay@relay.example"],
    "SetHeaderName": "x-zivver-ignore-smtp-recipients",
    "SetHeaderValue": "true",
}
CORRECTION = {
    "SentToScope": "NotInOrganization",
    "ExceptIfHeaderMatchesMessageHeader": "X-Zivver-Transport",
    "ExceptIfHeaderMatchesPatterns": ["..*."],
}
AS_WRITTEN = (
    {"Name": "Zivver word", "SubjectContainsWords": ["Secure"], **_TO_ZIVVER},
    {
        "Name": "Zivver label",
        "SentToScope": "NotInOrganization",
        "HeaderContainsMessageHeader": "msip_labels",
        "HeaderContainsWords": [f"MSIP_Labels_{GUID}_Enabled=True"],
        **_TO_ZIVVER,
    },
    {"Name": "Zivver sender", "From": ["payroll@contoso.example"], **_TO_ZIVVER},
)
AS_MEANT = tuple(
    {
        **rule,
        **CORRECTION,
        **(
            {"HeaderContainsWords": [f"MSIP_Label_{GUID}_Enabled=True"]}
            if "HeaderContainsWords" in rule
            else {}
        ),
    }
    for rule in AS_WRITTEN
)
AS_WRITTEN_SERVER = (
    {"Name": "Zivver word", "SubjectContainsWords": ["Secure"], **_TO_CONTACT},
    {"Name": "Zivver sender", "From": ["payroll@contoso.example"], **_TO_CONTACT},
)


def online(rules=AS_MEANT, **changes):
    """A tenant of Exchange Online with the guide's connector and these rules."""
    settings = {
        "name": "contoso.example",
        "platform": Platform.ONLINE,
        "accepted_domains": (domain("contoso.example"),),
        "directory": directory(),
        "outbound_connectors": (
            OutboundConnector(
                "Zivver",
                uses_mx=False,
                smart_hosts=("smtp.zivver.com",),
                tls=TlsLevel.DOMAIN_VALIDATION,
                tls_domain="smtp.zivver.com",
                is_rule_scoped=True,
            ),
        ),
        "inbound_connectors": (),
    }
    world = World(Organization(**(settings | changes)), service())
    return with_rules(world, rules_of(world, rules, place="rules"))


def server(rules=AS_WRITTEN_SERVER):
    """A tenant of Exchange Server with the guide's placeholder, contact, connector."""
    contact = parse_address("relay@relay.example")
    relay = Recipient("Relay", RecipientKind.MAIL_CONTACT, contact, external=contact)
    organization = Organization(
        "contoso.example",
        Platform.SERVER,
        accepted_domains=(domain("contoso.example"), domain("relay.example")),
        directory=directory(relay),
        send_connectors=(
            SendConnector(
                "Zivver",
                (AddressSpace("relay.example"),),
                smart_hosts=("smtp.zivver.com",),
                uses_dns=False,
                auth=SmartHostAuth.BASIC_TLS,
            ),
            SendConnector("Internet", (AddressSpace("*"),)),
        ),
        inbound_connectors=(),
        credentials=MappingProxyType({"Zivver": AuthTerms("user-1", "correct horse")}),
    )
    world = World(organization, service())
    return with_rules(world, rules_of(world, rules, place="rules"))


def domain(name):
    return AcceptedDomain(name, DomainType.AUTHORITATIVE)


def directory(*more):
    boxes = (
        Recipient(name, RecipientKind.MAILBOX, address(name), (alias(name),))
        for name in NAMES
    )
    return Directory((*boxes, *more))


def address(name):
    return parse_address(f"{name}@contoso.example")


def alias(name):
    return parse_address(f"{name}.alias@contoso.example")


def service():
    return ZivverService(
        accounts=tuple(Account(address(name)) for name in NAMES),
        credentials=(credential("user-1", "correct horse"),),
    )


def label_spec():
    return LabelSpec(
        GUID,
        site_id="7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162",
        name="Confidential",
        action_id="5a6b7c8d-0e1f-4a2b-9c3d-4e5f60718293",
        set_date=NOON,
    )

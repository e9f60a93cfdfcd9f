"""An organization that is written and read again is the same organization."""

from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given, settings

from fakes.exchange.organization import (
    AddressSpace,
    ConnectorType,
    Organization,
    Platform,
    SendConnector,
    SmartHostAuth,
)
from fakes.exchange.rules.actions import ACTIONS
from fakes.exchange.rules.rule import make_rule
from harness.check.fingerprint import of_world
from harness.exports import RawFile, make_tenant
from harness.exports.cmdlets import Cmdlet
from harness.exports.files import built_in_tenants, read_tenant
from harness.exports.writers import as_json, as_lines, as_rule_collection
from harness.strategies.tenants import relay_tenants
from harness.world import World
from tests.exports.shapes import (
    contact,
    domain,
    outbound,
    person,
    receive,
    rule,
    send,
    tenant,
)

HELO = Organization("x", Platform.ONLINE).helo


def files_of(texts):
    return [RawFile(name, text.encode()) for name, text in texts.items()]


def again(texts):
    return make_tenant("contoso", files_of(texts)).organization


def json_but(organization, *cmdlets):
    return {
        name: text
        for name, text in as_json(organization).items()
        if name.removesuffix(".json") not in cmdlets
    }


def in_lines(organization):
    """Write what lines can make as lines, and the rest as JSON."""
    made = as_lines(organization)
    script = "\n".join(line for lines in made.values() for line in lines)
    kinds = {*made} - {Cmdlet.CONTACTS}
    return {**json_but(organization, *kinds), "again.ps1": script}


def in_xml(organization):
    rules = {"rules.xml": as_rule_collection(organization)}
    return {
        **json_but(organization, Cmdlet.RULES),
        **(rules if organization.rules else {}),
    }


def fingerprint(organization):
    return of_world(World(organization))


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(relay_tenants(may_be_unknown=True).map(lambda drawn: taken(drawn.organization)))
def test_an_organization_survives_json_lines_and_xml(drawn):
    # An export knows an object by more than it was drawn with: that is the one.
    first = again(as_json(drawn))
    assert _without_places(drawn).rules == _without_places(first).rules
    for write in (as_json, in_lines, in_xml):
        read = again(write(first))
        assert fingerprint(first) == fingerprint(read), write
        assert _without_places(first).rules == _without_places(read).rules


def taken(organization):
    """Give what Exchange would take, with each thing called as an object calls it."""
    connectors = tuple(
        replace(
            one,
            covers_accepted_domains=one.covers_accepted_domains
            and one.type is ConnectorType.ON_PREMISES,
        )
        for one in organization.outbound_connectors or ()
    )
    row = ACTIONS["SenderNotificationType"]
    rules = tuple(
        replace(
            rule,
            actions=tuple(
                replace(act, row=row) if act.name == "NotifySender" else act
                for act in rule.actions
            ),
        )
        for rule in organization.rules or ()
    )
    return replace(organization, outbound_connectors=connectors, rules=rules)


def _without_places(organization):
    """Where a thing stands in a file, and when it changed, is not the organization."""
    rules = tuple(
        replace(rule, place="", size=None, changed=None)
        for rule in organization.rules or ()
    )
    return replace(organization, rules=rules)


@pytest.mark.parametrize("name", built_in_tenants())
@pytest.mark.parametrize("write", [as_json, in_lines, in_xml])
def test_the_built_in_tenants_survive(name, write):
    built_in = read_tenant(name)
    # What stands in the files that are ours.
    given = replace(built_in.organization, credentials={}, source=None, helo=HELO)
    assert fingerprint(given) == fingerprint(again(write(given)))


def test_odd_texts_survive_every_format():
    odd = (
        "it's",
        "a, b",
        "<b>&amp;",
        "]]>",
        "\u201cquoted\u201d and \u2019s",
        "$x `n",
        "-Enabled",
        "two  blanks",
        '"double"',
        "@{}",
        "#none",
        "%%Subject%%",
        "\u00e9\u4e2d\U0001f600",
    )
    rules = tuple(
        make_rule(
            {
                "Name": text,
                "SubjectContainsWords": [text, "plain"],
                "PrependSubject": text,
                "ActivationDate": when,
            },
            None,
            priority=n,
            place="",
        )
        for n, (text, when) in enumerate(
            zip(odd, cycle(("2026-03-03T01:15:23", "2026-03-03T01:15:23Z")))
        )
    )
    built_in = read_tenant("guide-online-as-written")
    given = replace(built_in.organization, source=None, helo=HELO, rules=rules)
    for write in (as_json, in_lines, in_xml):
        read = again(write(given))
        assert _without_places(given).rules == _without_places(read).rules


def test_a_connector_is_written_with_its_login_and_without_its_password():
    sends = SendConnector(
        "Zivver",
        (AddressSpace("zivver.org"),),
        smart_hosts=("smtp.zivver.com",),
        uses_dns=False,
        auth=SmartHostAuth.BASIC_TLS,
        has_credential=True,
    )
    built_in = read_tenant("guide-onpremises-as-written")
    given = replace(
        built_in.organization,
        send_connectors=(sends,),
        rules=(),
        credentials={},
        source=None,
        helo=HELO,
    )
    assert "(Get-Credential)" in as_lines(given)[Cmdlet.SEND_CONNECTORS][0]
    for write in (as_json, in_lines):
        assert fingerprint(given) == fingerprint(again(write(given)))
    untold = replace(given, send_connectors=(replace(sends, has_credential=None),))
    assert "AuthenticationCredential" not in as_json(untold)["Get-SendConnector.json"]
    no_size = replace(given, send_connectors=(replace(sends, is_size_told=False),))
    assert "MaxMessageSize" not in as_json(no_size)["Get-SendConnector.json"]


EVERYTHING = {
    "Get-TransportRule": [
        rule(
            BetweenMemberOf1=["sales"],
            BetweenMemberOf2=["sales"],
            WhenChanged="2026-03-03T01:15:23",
            DeleteMessage=True,
        ),
        rule(
            Name="2010", Priority=1, SubjectMatchesPatterns=["a"], UseLegacyRegex=True
        ),
        rule(
            Name="2010 too",
            Priority=2,
            SenderADAttributeMatchesPatterns=["City:a"],
            UseLegacyRegex=True,
        ),
    ],
    "Get-AcceptedDomain": [
        domain(),
        domain(DomainName="b.example", MatchSubDomains=True, Default=False),
    ],
    "Get-Recipient": [
        person(
            MaxReceiveSize="10 MB (10,485,760 bytes)",
            MaxSendSize="5MB",
            ModeratedBy=["bob"],
            Manager="bob",
            City="Delft",
            Department="",
        ),
        person("bob"),
        person(
            "sales",
            RecipientType="MailUniversalDistributionGroup",
            Members=["anna"],
            ManagedBy=["bob"],
            ReportToManagerEnabled=True,
            ReportToOriginatorEnabled=False,
        ),
        contact(UseMapiRichTextFormat="Always"),
    ],
    "Get-Mailbox": [
        person(ForwardingAddress="bob", DeliverToMailboxAndForward=True),
    ],
    "Get-RemoteDomain": [
        {"Name": "Default", "DomainName": "*", "AllowedOOFType": "None"},
        {"Name": "x", "DomainName": "*.x.example", "AutoForwardEnabled": False},
    ],
    "Get-InboxRule": [
        {
            "Name": "away",
            "MailboxOwnerId": "anna",
            "RuleIdentity": 1,
            "ForwardTo": ["bob"],
            "SubjectContainsWords": ["x"],
        }
    ],
    "Get-JournalRule": [
        {
            "Name": "all",
            "JournalEmailAddress": "archive@contoso.example",
            "Scope": "External",
            "Recipient": "anna@contoso.example",
        }
    ],
    "Get-MailboxAutoReplyConfiguration": [
        {
            "MailboxOwnerId": "anna",
            "AutoReplyState": "Scheduled",
            "StartTime": "2026-03-03T01:15:23Z",
            "EndTime": "2026-03-05T01:15:23Z",
            "ExternalAudience": "Known",
        },
        {"MailboxOwnerId": "bob", "AutoReplyState": "Enabled", "InternalMessage": "x"},
    ],
}
ONLINE = {
    "Get-OutboundConnector": [outbound(ValidationRecipients=["bob@contoso.example"])],
    "Get-InboundConnector": [
        {
            "Name": "ours",
            "ConnectorType": "OnPremises",
            "SenderIPAddresses": ["192.0.2.0/28"],
            "SenderDomains": ["smtp:*;1"],
            "TreatMessagesAsInternal": True,
        },
        {
            "Name": "untold",
            "SenderDomains": ["*"],
            "TreatMessagesAsInternal": True,
            "SenderIPAddresses": [],
        },
    ],
    "Get-HostedOutboundSpamFilterPolicy": [
        {"Name": "a", "AutoForwardingMode": "On", "RecipientLimitPerDay": 5}
    ],
    "Get-TransportConfig": [
        {
            "MaxSendSize": "35MB",
            "MaxReceiveSize": "Unlimited",
            "MaxRecipientEnvelopeLimit": 500,
            "ExternalPostmasterAddress": None,
        }
    ],
}
SERVERS = {
    "Get-SendConnector": [
        send(
            MaxMessageSize="Unlimited",
            AddressSpaces=["smtp:zivver.org;1", "X400:c=nl;2"],
            ErrorPolicies="DowngradeDnsFailures",
        )
    ],
    "Get-ReceiveConnector": [
        receive(Fqdn="ex01.contoso.example"),
        receive(
            Name="Cloud",
            AuthMechanism="Tls",
            PermissionGroups="AnonymousUsers",
            TlsDomainCapabilities=["mail.example:AcceptCloudServicesMail"],
        ),
    ],
}


@pytest.mark.parametrize("more", [ONLINE, SERVERS], ids=["online", "server"])
@pytest.mark.parametrize("write", [as_json, in_lines])
def test_every_kind_of_object_survives(more, write):
    files = {f"{name}.json": given for name, given in {**EVERYTHING, **more}.items()}
    if write is as_json:
        # No line has a parameter that nobody knows.
        one, *others = files["Get-TransportRule.json"]
        files["Get-TransportRule.json"] = [one | {"Novelty": ["x"]}, *others]
    first = tenant(files).organization
    # How long mail waits, nobody writes.
    first = replace(first, queue=None)
    read = replace(again(write(first)), queue=None)
    assert fingerprint(first) == fingerprint(read)
    assert _without_places(first).rules == _without_places(read).rules

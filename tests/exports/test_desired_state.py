"""Configuration as code is read as the objects that it describes, and never run."""

import pytest

from fakes.exchange.rules.action import Effect
from harness.exports import Understood
from tests.exports.shapes import domain, online, outbound, refusals, tenant

DSC = """# Generated with Microsoft365DSC
param ([parameter()] [System.Management.Automation.PSCredential] $Credential)
Configuration M365TenantConfig
{
    $OrganizationName = $Credential.UserName.Split('@')[1]
    Import-DscResource -ModuleName 'Microsoft365DSC' -ModuleVersion '1.24.0'
    Node localhost
    {
        EXOTransportRule "EXOTransportRule-Relay"
        {
            ApplyOME             = $False;
            Comments             = "two
lines";
            Credential           = $Credscredential;
            Enabled              = $True;
            Ensure               = "Present";
            From                 = @("anna@contoso.example","bob@$OrganizationName");
            Mode                 = "Enforce";
            Name                 = "Relay";
            Priority             = 0;
            RouteMessageOutboundConnector = "Zivver";
            SubjectContainsWords = @("Secure","it`"s");
            TenantId             = $OrganizationName;
        }
        EXOTransportRule "EXOTransportRule-Gone" { Name = "Gone"; Ensure = "Absent" }
        EXOTransportRule "EXOTransportRule-Off"
        {
            Enabled = $False; Name = "Off"; Priority = 1; SetSCL = -1
        }
        EXOOutboundConnector "EXOOutboundConnector-Zivver"
        {
            Enabled               = $True;
            Identity              = "Zivver";
            IsTransportRuleScoped = $True;
            RecipientDomains      = @();
            SmartHosts            = @("smtp.zivver.example");
            TlsSettings           = "EncryptionOnly";
            UseMxRecord           = $False;
        }
        EXOAcceptedDomain 710e9579-76a3-43e4-9658-b73f3b7c330e
        {
            DomainType = "Authoritative"; Identity = "contoso.example"
        }
        SCSensitivityLabel "SCSensitivityLabel-Personal"
        {
            AdvancedSettings = @(
                MSFT_SCLabelSetting
                {
                    Key   = 'isparent'
                    Value = 'False'
                }
            );
        }
    }
}
M365TenantConfig -ConfigurationData .\\ConfigurationData.psd1
"""


def read(text, name="M365TenantConfig.ps1"):
    return tenant({name: text})


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le"])
def test_an_export_of_microsoft365dsc_is_an_organization(codec):
    found = read(DSC.replace("\n", "\r\n").encode(codec), "tenant.txt")
    relay, off = list(found.organization.rules or ())
    assert ("Relay", "tenant.txt:9", True) == (
        relay.name,
        relay.place,
        relay.is_enabled,
    )
    assert ("Off", False, ("-1",)) == (
        off.name,
        off.is_enabled,
        off.actions[0].values[0],
    )
    (connector,) = list(found.organization.outbound_connectors or ())
    assert ("Zivver", ("smtp.zivver.example",), ()) == (
        connector.name,
        connector.smart_hosts,
        connector.unjudged,
    )
    (own,) = list(found.organization.accepted_domains or ())
    assert "contoso.example" == own.domain


def test_what_the_one_who_applies_it_fills_in_is_named_and_not_guessed():
    found = read(DSC)
    (rule_, _) = list(found.organization.rules or ())
    unknown = next(c for c in rule_.conditions if c.predicate == "From")
    assert ('"bob@$OrganizationName"',) == unknown.value.operands
    (line,) = [
        x for x in found.account.of(Understood.NOT_JUDGED) if x.property == "From"
    ]
    assert "fills in" in line.why


def test_other_resources_are_counted_by_name():
    (line,) = read(DSC).account.files
    assert "not looked into: 1 SCSensitivityLabel" == line.remark
    only = DSC[DSC.index("        SCSensitivityLabel") :]
    (line,) = [
        f for f in tenant(online(**{"a.ps1": only})).account.files if f.file == "a.ps1"
    ]
    assert "only resources that we do not know: 1 SCSensitivityLabel" == line.remark
    assert not line.is_read


def test_a_domain_that_nobody_knows_is_one_line():
    text = DSC.replace('Identity = "contoso.example"', 'Identity = "$OrganizationName"')
    (said,) = refusals(lambda: read(text))
    assert said.startswith(
        'M365TenantConfig.ps1:40: `DomainName` is `"$OrganizationName"`: a value that'
    )


def test_a_line_that_is_no_setting_of_a_resource_is_not_lost():
    odd = 'EXOTransportRule "x" { Name = "Odd"; SetSCL= Get-Random; From = "a" }\n'
    (rule_,) = list(
        tenant({"odd.ps1": odd, "c.json": [outbound()]}).organization.rules or ()
    )
    assert {"SetSCL": Effect.UNKNOWN} == {a.name: a.row.effect for a in rule_.actions}
    assert ["From"] == [c.predicate for c in rule_.conditions]


SNAPSHOT = {
    "displayName": "Snapshot",
    "resources": [
        {
            "displayName": "Relay",
            "resourceType": "microsoft.exchange.transportrule",
            "properties": {
                "Name": "Relay",
                "Enabled": "true",
                "Priority@odata.type": "#Int64",
                "Priority": 0,
                "FromScope": "InOrganization",
                "SubjectContainsWords": ["Secure"],
                "From": [],
                "RouteMessageOutboundConnector": "Zivver",
                "Ensure": "Present",
            },
        },
        {
            "displayName": "contoso.example",
            "resourceType": "microsoft.exchange.accepteddomain",
            "properties": {
                "Identity": "contoso.example",
                "DomainType": "Authoritative",
            },
        },
        {"resourceType": "microsoft.teams.meetingpolicy", "properties": {}},
        "no resource",
    ],
}
REPORT = [
    {
        "ResourceName": "EXOTransportRule",
        "ResourceInstanceName": "EXOTransportRule-Relay",
        "Name": "Relay",
        "Enabled": False,
        "SubjectContainsWords": ["Secure"],
    }
]


def test_a_snapshot_of_graph_holds_the_same():
    found = tenant({"snapshot.json": SNAPSHOT, "c.json": [outbound()]})
    (relay,) = list(found.organization.rules or ())
    assert ("Relay", True) == (relay.name, relay.is_enabled)
    assert 1 == len(found.organization.accepted_domains or ())
    (line,) = [f for f in found.account.files if f.file == "snapshot.json"]
    assert (
        "resources for Get-TransportRule, resources for Get-AcceptedDomain" == line.what
    )


def test_a_report_of_microsoft365dsc_as_json_too():
    found = tenant({"report.json": REPORT, "c.json": [outbound()]})
    (relay,) = list(found.organization.rules or ())
    assert not relay.is_enabled


def test_the_same_tenant_in_several_formats_is_one_tenant():
    plain = {
        "c.json": [
            outbound(SmartHosts=["smtp.zivver.example"], TlsSettings="EncryptionOnly")
        ],
        "d.json": [domain()],
    }
    found = tenant({"a.ps1": DSC, **plain})
    assert 1 == len(found.organization.outbound_connectors or ())
    assert 1 == len(found.organization.accepted_domains or ())
    assert ["Relay", "Off"] == [each.name for each in found.organization.rules or ()]

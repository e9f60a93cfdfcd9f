"""A hybrid's tenant: `online/` and `onpremises/`, and what is true for both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import harness.scenario.files
from fakes.exchange.organization import Platform
from harness.exports.encodings import RawFile
from harness.exports.files import read_tenant
from harness.exports.problems import ExportError
from harness.exports.tenant import make_tenant

FOLDER = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
OUT = {
    "Name": "Out",
    "Enabled": True,
    "RecipientDomains": [],
    "UseMXRecord": True,
    "SmartHosts": [],
    "TlsSettings": None,
    "IsTransportRuleScoped": False,
}
SEND = {
    "Name": "Send",
    "Enabled": True,
    "AddressSpaces": ["SMTP:*;1"],
    "DNSRoutingEnabled": True,
    "SmartHosts": [],
    "RequireTLS": False,
    "TlsAuthLevel": None,
    "SmartHostAuthMechanism": "None",
    "MaxMessageSize": "Unlimited",
}
RULE = {"Name": "x", "Priority": 0, "FromScope": None, "SubjectContainsWords": ["x"]}
CLOUD = "mail.protection.outlook.com"


def raw(name, value):
    text = value if isinstance(value, str) else json.dumps(value)
    return RawFile(name, text.encode())


def hybrid(*more, outbound=(), send=(), inbound=None, receive=None):
    files = [
        raw("online/Get-OutboundConnector.json", [{**OUT, **one} for one in outbound]),
        raw("onpremises/Get-SendConnector.json", [{**SEND, **one} for one in send]),
    ]
    if inbound:
        files.append(raw("online/Get-InboundConnector.json", [inbound]))
    if receive:
        files.append(raw("onpremises/Get-ReceiveConnector.json", [receive]))
    return make_tenant("contoso", [*files, *more])


def test_both_sides_are_read_and_what_is_true_for_both_once():
    tenant = read_tenant(str(FOLDER))
    sides = tenant.world.organizations
    assert [Platform.ONLINE, Platform.SERVER] == [side.platform for side in sides]
    assert ["Zivver in the cloud", "Zivver on the servers"] == [
        rule.name for side in sides for rule in side.rules or ()
    ]
    assert "online/Get-TransportRule.json" in {f.file for f in tenant.account.files}


def test_the_credentials_are_of_the_servers():
    online, server = read_tenant(str(FOLDER)).world.organizations
    assert not online.credentials
    assert {"Zivver Custom Relay"} == set(server.credentials)


def test_each_side_knows_the_names_of_the_other():
    online, server = read_tenant(str(FOLDER)).world.organizations
    assert {"mail.contoso.example"} == online.other_side
    assert "contoso-example.mail.protection.outlook.com" in server.other_side
    assert "mail.contoso.example" == server.certificate


def test_a_connector_of_the_wizard_names_the_servers_and_any_other_does_not():
    hosts = {"UseMXRecord": False, "ConnectorType": "OnPremises"}
    wizard = {"ConnectorSource": "HybridWizard", "SmartHosts": ["hub.contoso.example"]}
    by_hand = {"ConnectorSource": "Default", "SmartHosts": ["x.contoso.example"]}
    tenant = hybrid(outbound=[hosts | wizard, hosts | by_hand | {"Name": "Other"}])
    assert "hub.contoso.example" in tenant.organization.other_side
    assert "x.contoso.example" not in tenant.organization.other_side


def test_what_is_missing_says_on_which_side():
    facts = {missing.fact for missing in hybrid().missing}
    assert "online: mail flow rules" in facts
    assert "onpremises: receive connectors" in facts


def test_one_side_alone_is_an_organization_like_any_other():
    tenant = make_tenant("contoso", [raw("online/Get-OutboundConnector.json", [OUT])])
    assert None is tenant.other
    assert "mail flow rules" in {missing.fact for missing in tenant.missing}


@pytest.mark.parametrize(
    ("file", "value", "complaint"),
    [
        ("Get-TransportRule.json", [RULE], "beside `online` and `onpremises`"),
        ("online/zivver.toml", "allowlist = ['x.example']", "true for both sides"),
        ("online/policy.toml", "", "true for both sides"),
        ("onpremises/internet.toml", 'absent = ["x.example"]', "true for both sides"),
        ("online/Get-SendConnector.json", [SEND], "expected one platform a folder"),
    ],
)
def test_what_stands_in_the_wrong_folder_is_refused(file, value, complaint):
    with pytest.raises(ExportError, match=complaint):
        hybrid(raw(file, value), outbound=[{}], send=[{}])


def test_the_folder_of_a_side_holds_that_side():
    files = [raw("onpremises/Get-OutboundConnector.json", [OUT])]
    with pytest.raises(ExportError, match="files of Exchange Online, expected"):
        make_tenant("contoso", files)


def test_a_side_without_an_export_asks_for_one():
    files = [
        raw("online/Get-OutboundConnector.json", [OUT]),
        raw("onpremises/readme.md", "none yet"),
    ]
    with pytest.raises(ExportError, match="contoso/onpremises: no file of a known"):
        make_tenant("contoso", files)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("mail.contoso.example", "mail.contoso.example"),
        ("<I>CN=CA, O=x<S>CN=mail.contoso.example, O=y", "mail.contoso.example"),
        ("<I>CN=CA<S>O=nameless", None),
        (None, None),
    ],
)
def test_the_name_in_a_certificate_is_that_of_its_subject(said, name):
    sent = {"TlsCertificateName": said, "CloudServicesMailEnabled": True}
    other = hybrid(send=[sent]).other
    assert other is not None
    assert name == other.certificate


@pytest.mark.parametrize(
    ("capabilities", "certificate", "unjudged"),
    [
        ([f"{CLOUD}:AcceptCloudServicesMail"], CLOUD, ()),
        (["fabrikam.example:AcceptOorgHeader"], None, ("TlsDomainCapabilities",)),
        ([], None, ()),
    ],
)
def test_the_front_door_knows_the_cloud_by_its_certificate(
    capabilities, certificate, unjudged
):
    receive = {
        "Name": "Front",
        "RemoteIPRanges": ["0.0.0.0-255.255.255.255"],
        "AuthMechanism": "Tls",
        "PermissionGroups": "AnonymousUsers",
        "TlsDomainCapabilities": capabilities,
    }
    other = hybrid(receive=receive).other
    assert other is not None
    front = [(one.certificate, one.unjudged) for one in other.inbound_connectors or ()]
    assert [(certificate, unjudged)] == front


@pytest.mark.parametrize(
    ("carries", "unjudged"), [(True, ()), (False, ("ConnectorType",))]
)
def test_the_type_of_an_inbound_connector_is_judged_by_what_the_headers_say(
    carries, unjudged
):
    inbound = {
        "Name": "In",
        "ConnectorType": "OnPremises",
        "SenderDomains": ["smtp:*;1"],
        "SenderIPAddresses": [],
        "TreatMessagesAsInternal": False,
        "TlsSenderCertificateName": "mail.contoso.example",
        "CloudServicesMailEnabled": carries,
    }
    made = hybrid(inbound=inbound).organization.inbound_connectors or ()
    assert [(unjudged, carries)] == [(m.unjudged, m.carries_headers) for m in made]

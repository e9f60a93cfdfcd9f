"""Exports in every shape become one organization; absent is not empty."""

import json
from ipaddress import ip_address, ip_network

import pytest

from fakes.exchange.limits import Limits
from fakes.exchange.organization import AddressSpace, DomainType, Forwarding, Platform
from fakes.internet.gateway import Gateway, Unreachable
from fakes.internet.trigger import FieldText, LabelOn, SentBy, SubjectWord
from fakes.mail.address import parse_address
from fakes.mail.handoff import AuthTerms, TlsLevel, TlsTerms
from harness.exports import ExportError, RawFile, Understood
from tests.exports.shapes import (
    SHAPES,
    contact,
    domain,
    online,
    outbound,
    person,
    receive,
    rule,
    send,
    server,
    tenant,
)

ANNA = "anna@contoso.example"
MANY = [person(f"p{n}") for n in range(1000)]


def read(files, **more):
    return tenant(files, **more).organization


def is_whole(files):
    directory = read(files).directory
    assert directory is not None
    return directory.is_whole


@pytest.mark.parametrize("files", [online(), server()], ids=["online", "server"])
def test_every_shape_of_an_export_is_the_same_organization(files):
    first, *others = [read(files, write=shape) for shape in SHAPES]
    for other in others:
        assert _without_places(first) == _without_places(other)


def _without_places(organization):
    text = repr(organization)
    lines = [f".json:{n}'" for n in range(200)]
    for line in lines:
        text = text.replace(line, "'")
    return text


def test_the_platform_is_what_the_cmdlets_say():
    assert Platform.ONLINE is read(online()).platform
    assert Platform.SERVER is read(server()).platform
    assert Platform.ONLINE is read({"r.json": [rule(CreatedBy="Anna")]}).platform


def test_a_cmdlet_without_a_file_is_unknown_and_one_with_an_empty_list_is_empty():
    files = {"c.json": [outbound()], "Get-AcceptedDomain.json": []}
    found = tenant(files)
    assert found.organization.rules is None
    assert found.organization.directory is None
    assert () == found.organization.accepted_domains
    assert ["Get-TransportRule", "Get-InboundConnector", "Get-Recipient"] == [
        m.cmdlet for m in found.missing if m.cmdlet.startswith("Get-") and m.is_needed
    ]


@pytest.mark.parametrize("octets", [b"[]", b"[null]", b"null", b'{"value": []}'])
def test_an_empty_result_goes_by_the_name_of_its_file(octets):
    files = {"c.json": [outbound()], "Get-TransportRule.json": octets}
    assert () == read(files).rules


@pytest.mark.parametrize("octets", [b"", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_not_an_empty_result(octets):
    found = tenant({"c.json": [outbound()], "Get-TransportRule.json": octets})
    assert found.organization.rules is None
    (line,) = [f for f in found.account.files if f.file == "Get-TransportRule.json"]
    assert not line.is_read
    assert "write `[]`" in line.remark


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("SMTP:zivver.org;1", AddressSpace("zivver.org", 1)),
        ("SMTP:zivver.org; 5", AddressSpace("zivver.org", 5)),
        (" smtp : Zivver.org ; 5 ", AddressSpace("zivver.org", 5)),
        ("zivver.org", AddressSpace("zivver.org", 1)),
        ("SMTP:*;1", AddressSpace("*", 1)),
        ("Local:SMTP:*.zivver.org;2", AddressSpace("*.zivver.org", 2)),
        (
            {"Type": "SMTP", "Address": "*", "Cost": 3, "Domain": "*"},
            AddressSpace("*", 3),
        ),
    ],
)
def test_address_spaces(given, expected):
    (found,) = read(
        server(**{"send.json": [send(AddressSpaces=[given])]})
    ).send_connectors
    assert (expected,) == found.address_spaces


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("35 MB (36,700,160 bytes)", 36_700_160),
        ("35 MB (36.700.160 bytes)", 36_700_160),
        ("25MB", 25 * 2**20),
        ("23592960", 23_592_960),
        (23592960, 23_592_960),
        ("Unlimited", None),
        ({"IsUnlimited": True, "Value": {}}, None),
        ({"IsUnlimited": False, "Value": "35 MB (36,700,160 bytes)"}, 36_700_160),
        ({"IsUnlimited": False, "Value": {"Value": 36700160}}, 36_700_160),
        ({"IsUnlimited": False, "Value": {"Name": "25MB"}}, 25 * 2**20),
    ],
)
def test_sizes(given, expected):
    files = server(**{"send.json": [send(MaxMessageSize=given)]})
    (found,) = read(files).send_connectors
    assert expected == found.max_size


def test_spaces_of_other_types_are_kept_and_those_of_edge_servers_left_out():
    spaces = ["X400:c=NL;a= ;p=Contoso;3", "FAX:*", "SMTP:--;1", "SMTP:zivver.org;1"]
    files = server(**{"send.json": [send(AddressSpaces=spaces)]})
    (found,) = read(files).send_connectors
    assert (
        AddressSpace("c=NL;a= ;p=Contoso", 3, "x400"),
        AddressSpace("*", 1, "fax"),
        AddressSpace("zivver.org", 1),
    ) == found.address_spaces
    assert () == found.unjudged


@pytest.mark.parametrize(
    ("more", "field", "expected"),
    [
        (
            {"SourceTransportServers": ["EX01", "EX02"]},
            "source_servers",
            ("ex01", "ex02"),
        ),
        (
            {"SourceTransportServers": "CN=EX01,CN=Servers,DC=contoso,DC=example"},
            "source_servers",
            ("ex01",),
        ),
        ({"ForceHELO": True}, "forces_helo", True),
        ({"Fqdn": "mail.contoso.example"}, "fqdn", "mail.contoso.example"),
        ({"IgnoreSTARTTLS": True}, "ignores_starttls", True),
        ({"ErrorPolicies": "DowngradeDnsFailures"}, "waits_for_dns", True),
        ({"ErrorPolicies": "Default"}, "waits_for_dns", False),
        ({"AuthenticationCredential": {"UserName": "x"}}, "has_credential", True),
        (
            {"AuthenticationCredential": "System.Management.Automation.PSCredential"},
            "has_credential",
            True,
        ),
        ({}, "has_credential", None),
        ({}, "is_size_told", True),
    ],
)
def test_what_a_send_connector_says_of_its_way(more, field, expected):
    (found,) = read(server(**{"send.json": [send(**more)]})).send_connectors
    assert expected == getattr(found, field)
    assert () == found.unjudged


def test_a_size_that_was_not_exported_is_no_size_without_limit():
    given = send()
    del given["MaxMessageSize"]
    (found,) = read(server(**{"send.json": [given]})).send_connectors
    assert not found.is_size_told


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"ErrorPolicies": "UpgradeCustomFailures"}, "ErrorPolicies"),
        (
            {"SmartHostAuthMechanism": "ExchangeServer"},
            "SmartHostAuthMechanism ExchangeServer",
        ),
    ],
)
def test_what_nobody_judges_of_a_send_connector_is_named(more, expected):
    (found,) = read(server(**{"send.json": [send(**more)]})).send_connectors
    assert (expected,) == found.unjudged


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (False, False),
        ("False", False),
        ("$false", False),
        ("TRUE", True),
        ({"IsPresent": False}, False),
        ({"IsPresent": True}, True),
        (None, True),
    ],
)
def test_true_and_false_are_written_in_several_ways(value, expected):
    files = server(**{"send.json": [send(Enabled=value)]})
    assert expected is read(files).send_connectors[0].is_enabled


@pytest.mark.parametrize(
    "value", ["Authoritative", "authoritative", {"value": 0, "Value": "Authoritative"}]
)
def test_enums_are_texts_or_objects(value):
    files = online(**{"domains.json": [domain(DomainType=value)]})
    (found,) = read(files).accepted_domains
    assert DomainType.AUTHORITATIVE is found.type


@pytest.mark.parametrize(
    ("given", "name", "covers"),
    [
        ({"DomainName": "Contoso.Example"}, "contoso.example", False),
        ({"DomainName": "*.contoso.example"}, "contoso.example", True),
        ({"MatchSubDomains": True}, "contoso.example", True),
        ({"DomainName": "*"}, "*", True),
        (
            {"DomainName": {"Domain": "contoso.example", "IncludeSubDomains": True}},
            "contoso.example",
            True,
        ),
    ],
)
def test_accepted_domains_with_their_subdomains(given, name, covers):
    (found,) = read(online(**{"domains.json": [domain(**given)]})).accepted_domains
    assert (name, covers) == (found.domain, found.covers_subdomains)


def test_a_named_smart_host_is_not_the_address_zero_that_stands_beside_it():
    host = {
        "Address": "0.0.0.0",  # noqa: S104
        "IsIPAddress": False,
        "Domain": "smtp.zivver.com",
    }
    files = server(**{"send.json": [send(SmartHosts=[host])]})
    assert ("smtp.zivver.com",) == read(files).send_connectors[0].smart_hosts


def test_names_of_properties_go_without_regard_to_case():
    lower = {key.lower(): value for key, value in rule(mode="enforce").items()}
    lower.pop("mode")
    assert _without_places(read(online([rule()]))) == _without_places(
        read(online([{**lower, "MODE": "enforce"}]))
    )


def test_a_file_is_known_by_what_it_holds_and_not_by_its_name():
    shuffled = dict(
        zip(["c.json", "d.json", "a.txt", "b"], online().values(), strict=True)
    )
    files = {name: value for name, value in shuffled.items() if name.endswith(".json")}
    found = read(files)
    assert 1 == len(found.rules)
    assert 1 == len(found.outbound_connectors)


def test_proxies_are_smtp_ones_whatever_their_case():
    proxies = ["smtp:a@contoso.example", "SMTP:anna@contoso.example", "SIP:x@y.example"]
    proxies += ["X500:/o=Contoso/cn=anna", "SPO:SPO_1@SPO_2"]
    found = read(online(**{"people.json": [person(EmailAddresses=proxies)]}))
    (anna,) = found.directory.recipients
    assert parse_address("anna@contoso.example") == anna.primary
    assert (parse_address("a@contoso.example"),) == anna.proxies


def only(**more):
    entry = person(**more)
    (found,) = read(online(**{"people.json": [entry]})).directory.recipients
    return found


def test_an_address_may_be_an_object():
    parts = {"Local": "anna", "Domain": "contoso.example"}
    anna = only(PrimarySmtpAddress=parts, EmailAddresses=[])
    assert parse_address(ANNA) == anna.primary


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [([f"SMTP:{ANNA}"], ANNA), ([], "ann@contoso.example")],
)
def test_the_address_of_windows_counts_where_there_is_no_other(proxies, expected):
    anna = only(
        PrimarySmtpAddress=None,
        WindowsEmailAddress="ann@contoso.example",
        EmailAddresses=proxies,
    )
    assert parse_address(expected) == anna.primary


def test_a_recipient_without_a_mail_address_is_named_and_left_out():
    group = person("group", PrimarySmtpAddress=None, EmailAddresses=["X500:/o=C"])
    found = tenant(online(**{"people.json": [person(), group]}))
    assert found.organization.directory is not None
    assert ["anna"] == [r.name for r in found.organization.directory.recipients]
    (line,) = found.account.of(Understood.NOT_JUDGED)
    assert "no mail address" == line.why
    assert ("PrimarySmtpAddress", ("group",)) == (line.property, line.examples)


def test_the_same_recipient_twice_is_one_and_another_with_his_address_is_a_second():
    twice = [person(), person(Comment="x"), person("ann", PrimarySmtpAddress=ANNA)]
    found = read(online(**{"people.json": twice})).directory
    assert ["anna", "ann"] == [one.name for one in found.recipients]


def test_an_outside_address_that_is_not_for_smtp_is_not_judged():
    notes = contact(ExternalEmailAddress="NOTES:relay@zivver")
    (found,) = read(server(**{"contacts.json": [notes]})).directory.recipients[2:]
    assert (None, ("ExternalEmailAddress",)) == (found.external, found.unjudged)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("5 MB (5,242,880 bytes)", 5_242_880),
        ("Unlimited", None),
    ],
)
def test_a_recipient_says_how_large_a_mail_it_takes(limit, expected):
    # exchange-routing#B13
    assert expected == only(MaxReceiveSize=limit).restrictions.max_size


def selected(name, kind):
    return {"Name": name, "PrimarySmtpAddress": ANNA, "RecipientType": kind}


BOX, CONTACT = selected("anna", "UserMailbox"), selected("relay", "MailContact")
REMOTE = {"DomainName": "*", "Name": "x", "NDREnabled": True, "TNEFEnabled": None}


@pytest.mark.parametrize(
    ("name", "objects", "expected"),
    [
        ("x.json", [BOX], "Get-Mailbox"),
        ("x.json", [CONTACT], "Get-MailContact"),
        ("x.json", [BOX, CONTACT], "Get-Recipient"),
        ("Get-Recipient.json", [BOX], "Get-Recipient"),
        ("x.json", [BOX, contact()], "Get-Recipient"),
        ("Get-MailContact.json", [CONTACT, contact()], "Get-MailContact"),
        ("Get-AcceptedDomain.json", [BOX, contact()], "Get-Recipient"),
        ("x.json", [REMOTE], "Get-RemoteDomain"),
    ],
)
def test_a_list_of_people_goes_by_its_objects_and_its_name(name, objects, expected):
    files = {"c.json": [outbound()], name: objects}
    (line,) = [one for one in tenant(files).account.files if one.file == name]
    assert expected == line.what


def test_contacts_complete_the_recipients():
    entry = {**person("relay"), **contact(), "RecipientType": "MailContact"}
    for name in ("UsePreferMessageFormat", "MessageBodyFormat", "ExternalEmailAddress"):
        entry.pop(name)
    files = server(**{"people.json": [person(), entry]})
    found = read(files).directory
    assert found.is_whole
    assert 2 == len(found.recipients)
    assert parse_address("relay@zivver.org") == found.recipients[1].external


def test_contacts_alone_are_no_whole_directory():
    files = server()
    files.pop("people.json")
    found = tenant(files)
    assert not is_whole(files)
    assert "Get-Recipient" in [m.cmdlet for m in found.missing]


def test_a_thousand_recipients_are_probably_cut_off():
    files = online(**{"people.json": MANY})
    assert not is_whole(files)
    assert any("1,000 objects" in m.why for m in tenant(files).missing)
    assert is_whole(online(**{"people.json": MANY[1:]}))


def test_a_mailbox_says_where_it_forwards():
    box = {
        "Name": "anna",
        "PrimarySmtpAddress": "anna@contoso.example",
        "RecipientType": "UserMailbox",
        "ForwardingAddress": None,
        "ForwardingSmtpAddress": "smtp:anna@fabrikam.example",
        "DeliverToMailboxAndForward": True,
    }
    files = online(**{"boxes.json": [box]})
    anna = read(files).directory.recipients[0]
    assert Forwarding("anna@fabrikam.example", keeps_copy=True) == anna.forwarding
    assert () == anna.unjudged


def test_only_externally_secured_receive_connectors_make_a_session_inside():
    anybody = receive(
        Name="Default",
        RemoteIPRanges=["0.0.0.0-255.255.255.255"],
        AuthMechanism="Tls, Integrated",
    )
    found = read(server(**{"receive.json": [receive()]})).inbound_connectors
    assert ip_network("10.0.0.0/24") == found[0].networks[0]
    assert found[0].treats_as_internal
    (open_to_all,) = read(server(**{"receive.json": [anybody]})).inbound_connectors
    assert (False, False) == (open_to_all.treats_as_internal, open_to_all.relays)


def test_whether_an_anonymous_receive_connector_relays_is_in_no_export():
    printers = receive(Name="Printers", AuthMechanism="Tls")
    (found,) = read(server(**{"receive.json": [printers]})).inbound_connectors
    assert (False, None) == (found.treats_as_internal, found.relays)


@pytest.mark.parametrize(
    ("more", "field", "expected"),
    [
        ({}, "ports", {25}),
        ({"Bindings": ["[::]:587", "0.0.0.0:587"]}, "ports", {587}),
        ({"Bindings": ["odd"]}, "ports", set()),
        ({"MaxMessageSize": "36MB"}, "max_size", 36 * 2**20),
        ({"AuthMechanism": "Tls"}, "admits_anonymous", False),
        (
            {"AuthMechanism": "Tls", "PermissionGroups": "AnonymousUsers, Partners"},
            "admits_anonymous",
            True,
        ),
        (
            {"AuthMechanism": "Tls", "PermissionGroups": "Custom"},
            "admits_anonymous",
            True,
        ),
        ({"AuthMechanism": "Tls", "PermissionGroups": 13}, "admits_anonymous", True),
        ({}, "admits_anonymous", True),
    ],
)
def test_what_a_receive_connector_says_of_who_comes_in(more, field, expected):
    files = server(**{"receive.json": [receive(**more)]})
    (found,) = read(files).inbound_connectors
    assert expected == getattr(found, field)


def test_the_names_of_our_own_servers_stand_in_receive_connectors():
    files = server(**{"receive.json": [receive(Fqdn="ex01.contoso.example")]})
    assert {"ex01.contoso.example"} == read(files).own_hosts


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Limits(10 * 2**20, None, 500)),
        ({"MaxRecipientEnvelopeLimit": "Unlimited"}, Limits(10 * 2**20)),
    ],
)
def test_the_limits_of_the_organisation(more, expected):
    config = {
        "MaxSendSize": "10 MB (10,485,760 bytes)",
        "MaxReceiveSize": "Unlimited",
        "MaxRecipientEnvelopeLimit": "500",
        "ExternalDelayDsnEnabled": True,
        "InternalDelayDsnEnabled": True,
    }
    files = server(**{"Get-TransportConfig.json": [config | more]})
    assert expected == read(files).limits
    del config["MaxSendSize"]
    assert None is read(server(**{"Get-TransportConfig.json": [config]})).limits
    assert None is read(server()).limits


def test_an_inbound_connector_that_does_not_say_whom_it_makes_inside_is_not_judged():
    silent = {
        "Name": "From our servers",
        "ConnectorType": "OnPremises",
        "SenderIPAddresses": ["192.0.2.10"],
        "RestrictDomainsToIPAddresses": False,
    }
    (found,) = read(online(**{"inbound.json": [silent]})).inbound_connectors
    assert "TreatMessagesAsInternal (not exported)" in found.unjudged


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"ConnectorType": "OnPremises", "RouteAllMessagesViaOnPremises": True}, ()),
        ({"CloudServicesMailEnabled": True}, ()),
        ({"MtaStsMode": "Opportunistic", "SmtpDaneMode": "None"}, ()),
        ({"SmtpDaneMode": "Mandatory"}, ()),
        ({"SenderRewritingEnabled": True}, ()),
        (
            {"SenderRewritingEnabled": True, "ConnectorType": "OnPremises"},
            (),
        ),
        ({"IsValid": False}, ("IsValid",)),
        ({"IsValid": True}, ()),
        ({"IsValid": {"Value": "True"}}, ()),
        ({"SmtpDaneMode": ["None"]}, ()),
        ({"SmtpDaneMode": {"value": "Mandatory"}}, ()),
        ({"Novelty": "on"}, ("Novelty",)),
        ({"Novelty": False}, ()),
    ],
)
def test_connector_properties_that_could_matter_are_named(more, expected):
    (found,) = read(online(**{"connectors.json": outbound(**more)})).outbound_connectors
    assert expected == found.unjudged


def test_a_property_that_was_not_exported_is_not_false():
    entry = outbound()
    entry.pop("TlsSettings")
    (found,) = read(online(**{"connectors.json": entry})).outbound_connectors
    assert ("TlsSettings (not exported)",) == found.unjudged


def test_passwords_are_reported_and_not_kept():
    secret = {"UserName": "relay", "Password": "hunter2"}
    found = tenant(server(**{"send.json": [send(AuthenticationCredential=secret)]}))
    (line,) = found.account.of(Understood.SECRET)
    assert "AuthenticationCredential" == line.property
    assert "hunter2" not in repr(found)


def test_a_file_that_nobody_knows_is_listed():
    files = online(
        **{"notes.txt": "to do", "mail.eml": "From: x", "x.json": [{"a": 1}]}
    )
    found = tenant(files).account.files
    unread = [line.file for line in found if not line.is_read]
    assert ["mail.eml", "notes.txt", "x.json"] == unread


def test_every_property_is_accounted_for():
    files = online()
    found = tenant(files).account
    total = sum(len(one) for value in files.values() for one in value)
    assert total == sum(line.count for line in found.lines)


def test_what_is_not_judged_in_rules_is_named():
    more = {"HasSenderOverride": True, "ExceptIfHasClassification": "x", "Novelty": "x"}
    found = tenant(online([rule(**more)])).account
    named = {(line.property, line.how) for line in found.lines}
    assert ("HasSenderOverride", Understood.NOT_JUDGED) in named
    assert ("ExceptIfHasClassification", Understood.NOT_JUDGED) in named
    assert ("Novelty", Understood.NOT_UNDERSTOOD) in named


def test_a_pattern_that_is_nested_too_deeply_is_read_and_cannot_be_judged():
    nested = "(" * 15_000 + ")" * 15_000
    (found,) = read(
        online([rule(SubjectContainsWords=None, SubjectMatchesPatterns=[nested])])
    ).rules
    (condition,) = found.conditions
    (pattern,) = condition.value.patterns
    assert "groups nested too deeply" == pattern.problem


def test_priorities_decide_the_order_and_the_file_does_if_they_are_missing():
    two = [rule(Name="b", Priority=1), rule(Name="a", Priority=0)]
    assert ["a", "b"] == [r.name for r in read(online(two)).rules]
    for one in two:
        one.pop("Priority")
    assert ["b", "a"] == [r.name for r in read(online(two)).rules]


def test_a_rule_that_names_an_unknown_connector_asks_for_the_other_list():
    found = tenant(online([rule(RouteMessageOutboundConnector="Other")]))
    assert any("-IsTransportRuleScoped" in m.cmdlet for m in found.missing)


def test_the_rules_of_the_house_know_where_they_stand():
    assert "rules.json:2" == read(online()).rules[0].place


ZIVVER = """
allowlist = ["contoso.example"]
[[account]]
address = "anna@contoso.example"
state = "invited"
[[credential]]
user = "u"
password = "p"
[[connector_credential]]
connector = "Zivver"
user = "u"
password = "p"
[delivering]
minimum = "sms"
[delivering.known]
"bob@fabrikam.example" = "email"
[settings]
bcc_mode = "hidden"
size_limit = 5_000_000
"""
INTERNET = """
outbound_address = "192.0.2.25"
absent = ["zivver.org"]
[dns."contoso.example"]
TXT = ["v=spf1 ip4:192.0.2.0/24 -all"]
[[host]]
name = "mx.fabrikam.example"
starttls = "missing"
[[host.refuses]]
stage = "RCPT"
reply = "550 5.7.1 no"
"""


def test_our_own_files_say_what_no_cmdlet_does():
    files = server(**{"zivver.toml": ZIVVER, "internet.toml": INTERNET})
    found = tenant(files)
    assert frozenset({"contoso.example"}) == found.zivver.spf_allowlist
    assert "u" == found.organization.credentials["Zivver"].user
    assert 5_000_000 == found.zivver.size_limit
    assert [True] == [c.fits("u", "p") for c in found.zivver.credentials or ()]
    assert ip_address("192.0.2.25") == found.organization.source
    assert frozenset({"zivver.org"}) == found.internet.zone.absent
    assert not found.internet.hosts[0].tls.is_offered
    assert found.world.organization is found.organization


GATEWAY = """
[[gateway]]
hosts = ["seg.contoso.example", "192.0.2.40"]
addresses = "192.0.2.40"
reaches_zivver = true
zivver_port = 587
user = "relay"
password = "of a fake"
zivver_tls = "DomainValidation"
without_zivver = "wait"
strips = "X-Internal"
adds = "X-Scanned: yes"
[[gateway.trigger]]
subject = "Secure"
[[gateway.trigger]]
header = "X-Way"
contains = "zivver"
[[gateway.trigger]]
label = "{3DE9FAA6-9FE1-49B3-9A08-227A296B54A6}"
[[gateway.trigger]]
sender = "payroll@contoso.example"
"""
SAID = Gateway(
    ("seg.contoso.example", "192.0.2.40"),
    (ip_address("192.0.2.40"),),
    "seg.contoso.example",
    triggers=(
        SubjectWord("Secure"),
        FieldText("X-Way", "zivver"),
        LabelOn("3de9faa6-9fe1-49b3-9a08-227a296b54a6"),
        SentBy(parse_address("payroll@contoso.example")),
    ),
    reaches_zivver=True,
    port=587,
    auth=AuthTerms("relay", "of a fake"),
    tls=TlsTerms(TlsLevel.DOMAIN_VALIDATION),
    unreachable=Unreachable.WAIT,
    strips=("X-Internal",),
    adds=(("X-Scanned", "yes"),),
)
BARE = Gateway(("seg.example",), helo="seg.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GATEWAY, (SAID,)),
        ('[gateway]\nhosts = "seg.example"', (BARE,)),
        ("", ()),
    ],
)
def test_a_gateway_is_what_somebody_says_of_it(text, expected):
    assert expected == tenant(server(**{"internet.toml": text})).internet.gateways


def test_without_a_zivver_file_nothing_is_known_of_zivver():
    assert tenant(online()).zivver.accounts is None
    files = online(**{"zivver.toml": "account = []"})
    assert () == tenant(files).zivver.accounts


def test_two_files_of_one_cmdlet_are_one_list():
    again = [outbound(), outbound(Name="Other")]
    found = read(online(**{"more.json": again})).outbound_connectors
    assert ["Zivver", "Other"] == [c.name for c in found]


def test_a_list_that_the_server_cut_off_is_not_whole():
    octets = b'{"@odata.nextLink": "x", "value": [' + _json(person()) + b"]}"
    assert not is_whole(online(**{"people.json": octets}))


def _json(value):
    return json.dumps(value).encode()


def test_both_platforms_in_one_folder_are_refused():
    with pytest.raises(ExportError, match="expected one platform a folder"):
        tenant({**server(), **online()})


def test_objects_inside_something_else_are_named_and_not_read():
    files = online(**{"template.json": {"routing": [[rule()]]}})
    found = tenant(files)
    (line,) = [f for f in found.account.files if f.file == "template.json"]
    assert "`Get-TransportRule` in something else" in line.remark
    assert 1 == len(found.organization.rules or ())


def test_the_content_of_a_file_stays_out_of_traces():
    assert "RawFile('r.json', 6 octets)" == repr(RawFile("r.json", b"secret"))


def test_a_file_in_a_format_that_is_not_read_says_what_to_write_instead():
    found = tenant(online(**{"rules.csv": "Name,State", "rules.xml": "<other/>"}))
    remarks = {f.file: f.remark for f in found.account.files if not f.is_read}
    expected = "no rule collection; export with `ConvertTo-Json`"
    assert {
        "rules.csv": "not from a cmdlet that we know",
        "rules.xml": expected,
    } == remarks


MIXED = {
    "Name": "x",
    "RecipientDomains": [],
    "UseMXRecord": True,
    "SenderDomains": [],
    "SenderIPAddresses": [],
}


@pytest.mark.parametrize("name", ["Get-OutboundConnector", "Get-InboundConnector"])
def test_the_name_of_a_file_decides_where_its_objects_do_not(name):
    found = tenant(online(**{f"{name}.json": [MIXED]})).account
    assert name in [line.what for line in found.files if line.file == f"{name}.json"]


def test_objects_of_two_cmdlets_in_a_file_without_a_name_ask_for_one():
    said = "could be Get-OutboundConnector or Get-InboundConnector; call the file"
    with pytest.raises(ExportError, match=said):
        tenant(online(**{"x.json": [MIXED]}))


def test_an_authentication_mechanism_given_as_a_number_is_not_taken_apart():
    numbered = receive(Name="Numbered", AuthMechanism=32)
    (found,) = read(server(**{"receive.json": [numbered]})).inbound_connectors
    assert not found.treats_as_internal
    assert ("AuthMechanism",) == found.unjudged

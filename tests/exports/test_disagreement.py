"""Two files that hold the same object: once if they agree, one line if they do not."""

import pytest

from tests.exports.shapes import (
    domain,
    online,
    outbound,
    person,
    refusals,
    rule,
    send,
    server,
    tenant,
)

XML = """<?xml version="1.0" encoding="utf-16"?>
<rules name="TransportVersioned"><rule name="Relay" format="cmdlet"><version>
<commandBlock><![CDATA[New-TransportRule -Name 'Relay' -Mode Enforce {more} `
-SubjectContainsWords 'Secure' -RouteMessageOutboundConnector 'Zivver']]></commandBlock>
</version></rule></rules>"""


def test_a_rule_in_two_formats_is_one_rule():
    found = tenant(online(**{"rules.xml": XML.format(more="")}))
    (only,) = found.organization.rules or ()
    assert "rules.json:2" == only.place
    (again,) = {x.why for x in found.account.lines if x.file == "rules.xml"}
    assert "the same object stands in rules.json" == again


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            "-Enabled $false",
            "`State` of `Relay` is `disabled`, and in rules.json:2 it",
        ),
        (
            "-FromScope InOrganization",
            "`FromScope` of `Relay` is `inorganization`, and in rules.json:2 it",
        ),
    ],
)
def test_rules_that_differ_are_one_line(more, expected):
    (said,) = refusals(lambda: tenant(online(**{"rules.xml": XML.format(more=more)})))
    assert said.startswith("rules.xml:3: ")
    assert expected in said
    assert said.endswith("keep the export that is right")


def test_columns_that_were_not_chosen_are_no_disagreement():
    short = {
        "Name": "Zivver",
        "UseMXRecord": False,
        "TlsSettings": "certificatevalidation",
    }
    for first, second in (("a.json", "z.json"), ("z.json", "a.json")):
        files = online(**{first: [short], second: [outbound(Comment="new")]})
        del files["connectors.json"]
        (only,) = tenant(files).organization.outbound_connectors or ()
        assert ("smtp.zivver.com",) == only.smart_hosts


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            online(**{"x.json": [outbound(SmartHosts=["a.example", "b.example"])]}),
            "x.json:2: `SmartHosts` of `Zivver` is `a.example, b.example`, and in c",
        ),
        (
            online(**{"x.json": [domain(DomainType="InternalRelay")]}),
            "x.json:2: `DomainType` of `contoso.example` is `internalrelay`",
        ),
        (
            server(**{"x.json": [send(Enabled=False)]}),
            "x.json:2: `Enabled` of `Zivver` is not set, and in send.json:2 it is",
        ),
    ],
    ids=["connector", "domain", "server"],
)
def test_other_objects_that_differ_are_one_line(files, expected):
    (said,) = refusals(lambda: tenant(files))
    assert said.startswith(expected)


def test_what_was_lost_in_one_file_is_taken_from_the_other():
    table = "Name,UseMXRecord,SmartHosts\r\nZivver,False,System.Object[]\r\n"
    found = tenant(online(**{"a.csv": table})).organization
    (only,) = found.outbound_connectors or ()
    assert (("smtp.zivver.com",), ()) == (only.smart_hosts, only.unjudged)


def test_an_object_that_stands_in_one_file_twice_stays_a_fault_of_that_file():
    twice = [outbound(), outbound(Comment="x")]
    (said,) = refusals(lambda: tenant(online(**{"connectors.json": twice})))
    assert "stands twice" in said


def test_people_of_several_files_are_put_together_elsewhere():
    files = online(**{"more.json": [person("cleo"), person(Title="x")]})
    assert tenant(files).organization.directory is not None


def test_an_object_without_a_name_is_told_by_who_reads_it():
    files = online(**{"x.json": [rule(Name=None, Priority=1)]})
    (said,) = refusals(lambda: tenant(files))
    assert "an object without `Name`" in said

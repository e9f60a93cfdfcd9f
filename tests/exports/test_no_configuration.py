"""What lies beside exports and is none is known, named and left alone."""

import json

import pytest

from harness.exports import RawFile, make_tenant
from tests.exports.shapes import online, powershell, refusals, tenant

TRACE = {
    "MessageTraceId": "1",
    "MessageId": "<a@contoso.example>",
    "Received": "2026-07-23T22:01:22.0480000Z",
    "SenderAddress": "anna@contoso.example",
    "RecipientAddress": "bob@fabrikam.example",
}
LOG_LINE = "2026-01-25T15:16:09.843Z,,,,ex01," + "," * 30
LOG = f"#Software: Microsoft Exchange Server\n#Fields: date-time,client-ip\n{LOG_LINE}"
SUMMARY = "origin_timestamp,sender_address,recipient_status,message_subject\n"
AUDIT = {
    "CreationTime": "2026-01-01T10:00:00",
    "Operation": "New-TransportRule",
    "Parameters": [{"Name": "Name", "Value": "x"}],
}
MOF = "[ClassVersion(1.0.0)]\nclass MSFT_EXOAcceptedDomain : OMI_BaseResource\n{\n};"
SHAPE = {"_metadata": {"endpoint": "ListTransportRules"}, "shape": {"Mode": "string"}}
PAGE = "<!DOCTYPE html><html><head><title> Sign in to your account </title></head>"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("trace.json", [TRACE, TRACE], "mail that went"),
        ("trace.ndjson", f"{json.dumps(TRACE)}\n{json.dumps(TRACE)}", "mail that went"),
        ("tracking.log", LOG, "mail that went"),
        ("tracking.csv", LOG_LINE, "mail that went"),
        ("summary.csv", SUMMARY, "mail that went"),
        ("audit.json", [AUDIT], "changes that somebody made"),
        ("MSFT_EXOAcceptedDomain.schema.mof", MOF, "a description of types"),
        ("shape.json", SHAPE, "a description of types"),
        ("report.html", PAGE, "for people"),
        ("how-to.md", "Run New-TransportRule -Name x", "for people"),
    ],
)
def test_it_is_named_and_left_alone(name, value, expected):
    found = tenant(online(**{name: value}))
    (line,) = [line for line in found.account.files if line.file == name]
    assert expected in line.remark
    assert line.is_note
    assert 1 == len(found.organization.rules or ())


@pytest.mark.parametrize("name", ["rules.json", "rules.xml", "rules.csv", "x.ps1"])
def test_a_login_page_is_no_export(name):
    files = [RawFile(name, PAGE.encode()), RawFile("c.json", powershell([]))]
    said = refusals(lambda: make_tenant("contoso", files))
    expected = (
        f"{name}:1: a web page `Sign in to your account` instead of an export (the "
        "login ran out?); sign in and export again"
    )
    assert expected == said[0]


def test_a_page_without_a_title_is_none_either():
    (said,) = refusals(lambda: make_tenant("x", [RawFile("a.json", b"<html>")]))
    assert said.startswith("a.json:1: a web page instead of an export")


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "cc">]><rules>&b;</rules>'


@pytest.mark.parametrize("name", ["rules.xml", "x.clixml", "x.json"])
def test_a_document_type_is_no_export(name):
    said = refusals(lambda: tenant(online(**{name: BOMB.encode()})))
    expected = "a DOCTYPE, which no export has (entities hide in it); export it again"
    assert [f"{name}:1: {expected}"] == [one for one in said if one.startswith(name)]


def test_a_file_that_is_no_text_is_a_fault_only_where_an_export_was_meant():
    found = tenant(online(**{"logo.png": b"\x89PNG\r\n\x1a\n\0\0"}))
    (line,) = [line for line in found.account.files if line.file == "logo.png"]
    assert ("not understood", False) == (line.what, line.is_read)
    said = refusals(lambda: tenant(online(**{"rules.txt": b"\x89PNG\r\n"})))
    assert ["rules.txt: no UTF-8 at byte 0"] == [one.split(";")[0] for one in said]

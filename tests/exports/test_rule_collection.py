"""Export-TransportRuleCollection, as it is written and as people save it again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.exports.cmdlets import Cmdlet
from harness.exports.encodings import RawFile, decode
from harness.exports.problems import ExportError
from harness.exports.rule_collection import is_rule_collection, read_rule_collection
from harness.exports.tenant import make_tenant
from tests.real_samples import needs_samples, samples

HEAD = '<?xml version="1.0" encoding="utf-16" standalone="yes"?>\r\n'
TWO = (
    HEAD
    + """<rules name="TransportVersioned">
  <rule name="Zivver &amp; co" id="1" format="cmdlet">
    <version requiredMinVersion="15.0.3.0">
      <commandBlock><![CDATA[New-TransportRule -Name 'Zivver & co' -Comments '
' -Mode Enforce -SubjectContainsWords 'Secure' -SetSCL -1]]></commandBlock>
    </version>
  </rule>
  <rule name="Off" id="2" format="cmdlet">
    <version requiredMinVersion="15.0.3.0">
      <commandBlock><![CDATA[OFF]]></commandBlock>
    </version>
  </rule>
</rules>
"""
).replace("OFF", "New-TransportRule -Name 'Off' -Enabled $False")
CONNECTORS = b'[{"Name": "z", "UseMXRecord": true, "RecipientDomains": []}]'


def read(text):
    return [entry for _, entry in read_rule_collection("rules.xml", text)]


@pytest.mark.parametrize(
    "octets",
    [
        TWO.encode("utf-16"),
        b"\xff\xfe" + TWO.encode("utf-16-le"),
        TWO.encode(),
        b"\xef\xbb\xbf" + TWO.encode(),
        TWO.replace("\r\n", "\n").encode(),
    ],
    ids=["utf-16", "utf-16-le", "utf-8 that says utf-16", "utf-8 with a mark", "lf"],
)
def test_the_rules_are_read_whatever_the_prolog_says(octets):
    text = decode(RawFile("rules.xml", octets))
    assert is_rule_collection(text)
    first, second = read(text)
    assert ("Zivver & co", 0, "Enabled", -1) == tuple(
        first.get(name) for name in ("Name", "Priority", "State", "SetSCL")
    )
    assert ("Off", 1, "Disabled", None) == tuple(
        second.get(name) for name in ("Name", "Priority", "State", "SetSCL")
    )
    assert "\n" == first.get("Comments").replace("\r", "")
    assert ["rules.xml:5", "rules.xml:11"] == [first.place, second.place]


def test_a_folder_may_hold_it_beside_connectors():
    files = [
        RawFile("rules.xml", TWO.encode("utf-16")),
        RawFile("Get-OutboundConnector.json", CONNECTORS),
    ]
    tenant = make_tenant("contoso", files)
    rules = tenant.organization.rules
    assert rules is not None
    assert ["Zivver & co", "Off"] == [rule.name for rule in rules]
    (line,) = [f for f in tenant.account.files if f.file == "rules.xml"]
    assert (f"lines for {Cmdlet.RULES}", 2) == (line.what, line.count)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (TWO[:-40], "rules.xml:11", "no XML: the file ends too early; export it"),
        (TWO.replace("</version>", "", 1), "rules.xml:8", "no XML: mismatched tag"),
        (
            TWO.replace('"cmdlet"', '"internal"', 1),
            "rules.xml:3",
            "rule `Zivver & co` has the inner form; export it again with",
        ),
        (
            '<rules><rule format="cmdlet" name="x"></rule></rules>',
            "rules.xml:1",
            "a rule without a command",
        ),
        (
            TWO.replace("New-TransportRule -Name 'Off'", "Remove-It 'Off'"),
            "rules.xml:11",
            "no command that makes a rule",
        ),
        (
            HEAD + '<!DOCTYPE rules [<!ENTITY a "b">]><rules>&a;</rules>',
            "rules.xml:2",
            "a DOCTYPE, which no export has",
        ),
    ],
)
def test_what_is_wrong_is_one_line(text, where, what):
    with pytest.raises(ExportError, match=re.escape(what)) as caught:
        read(text)
    assert where == caught.value.place


@pytest.mark.parametrize("text", ["", "<html><rules/></html>", "[]", "<Objs/>"])
def test_other_texts_are_no_collection(text):
    assert not is_rule_collection(text)


@given(st.integers(0, len(TWO)), st.integers(0, 30), st.text(max_size=5))
def test_a_damaged_file_is_read_or_refused(place, length, text):
    damaged = TWO[:place] + text + TWO[place + length :]
    assert 1 >= len(said(damaged).splitlines())


def said(text):
    """Give what is said of a text that cannot be read."""
    try:
        read(text)
    except ExportError as problem:
        return str(problem)
    return ""


@needs_samples
@pytest.mark.parametrize(
    ("folder", "rules"), [("rule-collection-xml", 9), ("dlp-template", 2)]
)
def test_real_collections_are_read_whole(folder, rules):
    files = sorted(samples(folder).glob("*.xml"))
    found = [
        read_rule_collection(file.name, decode(RawFile(file.name, file.read_bytes())))
        for file in files
    ]
    assert rules == sum(len(entries) for entries in found)

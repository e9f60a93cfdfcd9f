"""Format-List text, as people paste it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.exports.cmdlets import Cmdlet, recognise
from harness.exports.encodings import RawFile, decode
from harness.exports.format_list import LOSSY, is_format_list, read_format_list
from harness.exports.problems import ExportError
from harness.exports.tenant import make_tenant
from tests.real_samples import needs_samples, samples

ONE = """Enabled          : True
UseMXRecord      : False
RecipientDomains : {}
SmartHosts       : {smtp.zivver.com, 192.0.2.1}
Comment          : a long
                   note
TlsDomain        :
Name             : Zivver
"""
RULES = b'[{"Name": "x", "CreatedBy": "a", "SubjectContainsWords": ["Secure"]}]'


def test_one_object_is_read():
    (entry,) = read_format_list("x.txt", ONE)
    assert {
        "Enabled": True,
        "UseMXRecord": False,
        "RecipientDomains": [],
        "SmartHosts": ["smtp.zivver.com", "192.0.2.1"],
        "Comment": "a long note",
        "TlsDomain": "",
        "Name": "Zivver",
    } == entry.properties


@pytest.mark.parametrize(
    "text",
    [
        ONE + "\n\n" + ONE,
        ONE + ONE,
        "PS C:\\> Get-OutboundConnector | fl\n\nName Enabled\n---- -------\n\n"
        + ONE
        + "\n"
        + ONE
        + "PS C:\\>\n",
    ],
    ids=["an empty line", "a name again", "a prompt around"],
)
def test_several_objects_are_told_apart(text):
    found = read_format_list("x.txt", text)
    assert ["Zivver", "Zivver"] == [entry.get("Name") for entry in found]
    assert found[0].line < found[1].line


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (ONE.replace("192.0.2.1", "192.0.2.1..."), "x.txt:1", "was cut by PowerShell"),
        (
            ONE.replace("smtp.zivver.com,", "smtp.ziv\n                   ver.com,"),
            "x.txt:5",
            "`SmartHosts` is wrapped",
        ),
        (ONE + "something else\n", "x.txt:9", "expected `Name : value`"),
    ],
)
def test_what_was_lost_is_one_line(text, where, what):
    with pytest.raises(ExportError, match=re.escape(what)) as caught:
        read_format_list("x.txt", text)
    assert where == caught.value.place


@pytest.mark.parametrize(
    "text", ["", "a note\nfor people\n", "a : b\nlonger : c\n", "x"]
)
def test_other_texts_are_none(text):
    assert not is_format_list(text)


def test_a_folder_may_hold_it_and_the_account_says_that_it_loses_something():
    files = [
        RawFile("rules.json", RULES),
        RawFile("outboundconnector.txt", ONE.encode("utf-16")),
    ]
    tenant = make_tenant("contoso", files)
    (connector,) = tenant.organization.outbound_connectors or ()
    assert ("smtp.zivver.com", "192.0.2.1") == connector.smart_hosts
    (line,) = [f for f in tenant.account.files if f.file == "outboundconnector.txt"]
    assert LOSSY == line.remark


@given(st.text(max_size=300), st.integers(0, len(ONE)))
def test_a_damaged_text_is_read_or_refused(text, place):
    assert 1 >= len(said(ONE[:place] + text + ONE[place:]).splitlines())


def said(text):
    """Give what is said of a text that cannot be read."""
    try:
        read_format_list("x.txt", text)
    except ExportError as problem:
        return str(problem)
    return ""


@needs_samples
def test_real_lists_are_read():
    files = sorted(samples("connector-format-list").glob("*.txt"))
    found = [
        recognise(
            file.name,
            read_format_list(file.name, decode(RawFile(file.name, file.read_bytes()))),
        )
        for file in files
    ]
    assert [Cmdlet.INBOUND_CONNECTORS, Cmdlet.OUTBOUND_CONNECTORS] == found

"""Export-Clixml, in a form of our own with the shapes of real files."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.exports.clixml import is_clixml, read_clixml
from harness.exports.cmdlets import Cmdlet, recognise
from harness.exports.encodings import RawFile, decode
from harness.exports.problems import ExportError
from tests.real_samples import needs_samples, samples

HEAD = (
    '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\n'
)


def one(properties):
    return (
        f'{HEAD}<Obj RefId="0">\n<TN RefId="0"><T>A.Type</T></TN>'
        f"<ToString>Zivver</ToString><Props>{properties}</Props></Obj></Objs>"
    )


def read(properties):
    (entry,) = read_clixml("x.xml", one(properties))
    return entry.properties


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ('<S N="Name">Zivver</S>', {"Name": "Zivver"}),
        ('<B N="Enabled">true</B>', {"Enabled": True}),
        ('<B N="Enabled">false</B>', {"Enabled": False}),
        ('<I32 N="Port">587</I32>', {"Port": 587}),
        ('<I32 N="Port">many</I32>', {"Port": "many"}),
        ('<Nil N="TlsDomain" />', {"TlsDomain": None}),
        ('<DT N="When">2026-03-02T09:00:00Z</DT>', {"When": "2026-03-02T09:00:00Z"}),
        ('<BA N="Blob">AAEAAAD</BA>', {"Blob": None}),
        ('<BA N="SerializationData">AAEAAAD</BA><S N="A">1</S>', {"A": "1"}),
        ('<S N="A_x000A_b">x_x0041_</S>', {"A\nb": "xA"}),
        (
            (
                '<Obj N="Type" RefId="1"><TN RefId="1"><T>E</T></TN>'
                "<ToString>Partner</ToString><I32>1</I32></Obj>"
            ),
            {"Type": "Partner"},
        ),
        (
            (
                '<Obj N="Hosts" RefId="1"><TNRef RefId="0"/><LST>'
                '<Obj RefId="2"><ToString>smtp.zivver.com</ToString><Props>'
                '<Obj N="Address" RefId="3"><ToString>0.0.0.0</ToString></Obj></Props>'
                "</Obj><S>192.0.2.1</S></LST></Obj>"
            ),
            {"Hosts": ["smtp.zivver.com", "192.0.2.1"]},
        ),
        ('<Obj N="Hosts" RefId="1"><LST /></Obj>', {"Hosts": []}),
        (
            '<Obj N="A" RefId="7"><ToString>x</ToString></Obj><Ref N="B" RefId="7"/>',
            {"A": "x", "B": "x"},
        ),
        ('<Obj N="Dict" RefId="1"><DCT /></Obj>', {"Dict": None}),
    ],
)
def test_a_property_is_read(properties, expected):
    assert expected == read(properties)


def test_note_properties_beside_the_others_are_read_and_lines_counted():
    text = f'{HEAD}<Obj RefId="0"><MS><S N="A">1</S></MS></Obj>\n\n<Obj RefId="1">'
    text += '<Props><S N="A">2</S></Props></Obj></Objs>'
    first, second = read_clixml("x.xml", '<?xml version="1.0"?>\n' + text)
    assert (("1", 3), ("2", 5)) == tuple(
        (entry.get("A"), entry.line) for entry in (first, second)
    )


def test_a_connector_is_known_by_what_it_holds():
    text = one(
        '<S N="Name">Zivver</S><B N="DNSRoutingEnabled">false</B>'
        '<Obj N="AddressSpaces" RefId="1"><LST><S>SMTP:zivver.example;1</S></LST></Obj>'
    )
    entries = read_clixml("connectors.xml", text)
    assert Cmdlet.SEND_CONNECTORS is recognise("connectors.xml", entries)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (one('<S N="A">x'), "x.xml:3", "no XML: mismatched tag"),
        (HEAD + "<Obj><ToString>a</ToString></Obj></Objs>", "x.xml:2", "no properties"),
        (
            '<!DOCTYPE Objs [<!ENTITY a "b">]>' + one(""),
            "x.xml:1",
            "a DOCTYPE, which no export has",
        ),
        (HEAD + "<Obj>" * 70, "x.xml:2", "nested too deeply"),
        (one('<S N="A">1</S><S N="a">2</S>'), "x.xml:2", "upper and lower case only"),
    ],
)
def test_what_is_wrong_is_one_line(text, where, what):
    with pytest.raises(ExportError, match=re.escape(what)) as caught:
        read_clixml("x.xml", text)
    assert where == caught.value.place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD, True),
        ('\ufeff<?xml version="1.0"?>\r\n' + HEAD, True),
        ("<rules/>", False),
        ("[]", False),
    ],
)
def test_clixml_is_known_by_its_root(text, expected):
    assert expected == is_clixml(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_")))
def test_a_text_comes_back_as_it_was(text):
    assert {"A": text} == read(f'<S N="A">{escape(text)}</S>')


@needs_samples
def test_real_files_are_read_whole():
    files = sorted(samples("clixml").glob("*.clixml"))
    found = {
        file.name: recognise(
            file.name,
            read_clixml(file.name, decode(RawFile(file.name, file.read_bytes()))),
        )
        for file in files
    }
    assert [Cmdlet.ACCEPTED_DOMAINS] * 2 + [None, Cmdlet.SEND_CONNECTORS] == list(
        found.values()
    )

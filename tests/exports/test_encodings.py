"""Octets become text by what they are, and never by what somebody says they are."""

import json

import pytest

from harness.exports import ExportError, RawFile
from harness.exports.encodings import decode, decode_table
from tests.exports.shapes import online, tenant

TEXT = '[{"Name": "Zivver über"}]'


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_text_is_read_with_its_mark_or_without(codec):
    assert decode(RawFile("a", TEXT.encode(codec))) == TEXT


def test_text_of_the_rarer_encodings_is_read():
    assert TEXT == decode(RawFile("a", TEXT.encode("utf-16-be")))
    assert TEXT == decode(RawFile("a", b"\xff\xfe\0\0" + TEXT.encode("utf-32-le")))


def test_a_tenant_in_utf_16_without_marks_is_the_same_tenant():
    files = {n: json.dumps(v).encode("utf-16-le") for n, v in online().items()}
    plain = {n: json.dumps(v).encode() for n, v in online().items()}
    assert tenant(plain).organization == tenant(files).organization


NARROW, WIDE = b'[{"Name": "a"}]\r\n', TEXT.encode("utf-16-le")
LONG = b"x" * 200


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (
            NARROW + "[]".encode("utf-16-le") * 9,
            "a:2: UTF-8 up to here, then UTF-16; was something appended",
        ),
        (NARROW + b"\xff\xfe" + WIDE, "a: UTF-8 up to byte 17, then another encoding"),
        (
            b"\xff\xfe" + WIDE + LONG,
            f"a: UTF-16 up to byte {len(WIDE) + 2}, then single octets",
        ),
        (WIDE + LONG, f"a: UTF-16 up to byte {len(WIDE)}, then single octets"),
        (b"\xff\xfea", "a: no UTF-16-LE at byte 2"),
        (b"MZ\x90\x01", "a: no UTF-8 at byte 2; export it again"),
        (b"[\0]", "a:1: a NUL character, so this is no text"),
        (b"\0", "a:1: a NUL character"),
    ],
    ids=range(8),
)
def test_two_encodings_or_none_are_one_line(octets, expected):
    with pytest.raises(ExportError) as caught:
        decode(RawFile("a", octets))
    assert str(caught.value).startswith(expected)
    with pytest.raises(ExportError):
        decode(RawFile("a", octets + b"\0\x81"))


def test_a_table_of_excel_may_be_in_the_code_page_of_its_windows():
    assert ("Straße;1", "") == decode_table(RawFile("a", "Straße;1".encode()))
    text, assumed = decode_table(RawFile("a", "Straße;€".encode("cp1252")))
    assert "Straße;€" == text
    assert "taken for Windows-1252" in assumed


@pytest.mark.parametrize("octets", [b"a\x81b", b"a\xff\0b", b"\xff\xfea"])
def test_what_is_no_table_in_any_of_them_is_refused(octets):
    with pytest.raises(ExportError):
        decode_table(RawFile("a", octets))

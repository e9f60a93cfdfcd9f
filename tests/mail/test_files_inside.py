"""True types, archives, locks, texts and properties, on files of real libraries."""

import bz2
import contextlib
import importlib
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.attached import AttachmentPart
from fakes.mail.attachments import (
    DocumentKind,
    LabelPlace,
    LabelsFound,
    LabelsUnknown,
    NoLabels,
    labelled_document,
    labels_inside,
    office_document,
)
from fakes.mail.inside.compound import SUMMARY, custom_properties
from fakes.mail.inside.document_properties import document_properties
from fakes.mail.inside.kinds import Kind
from fakes.mail.inside.limits import (
    Libraries,
    Limits,
    UnreadableError,
    installed,
    library,
)
from fakes.mail.inside.protection import is_locked
from fakes.mail.inside.texts import text_of
from tests.mail.files_at_hand import (
    GUID,
    LIMITS,
    OTHER,
    compound,
    docx,
    files,
    gzipped,
    locked,
    pdf,
    property_stream,
    saved,
    tarred,
    xmp,
    zipped,
)
from tests.mail.test_attachments import SPEC

ON = {f"MSIP_Label_{GUID}_Enabled": "true"}
OFF = {f"MSIP_Label_{GUID}_Enabled": "false"}
PE = b"MZ\x90\x00\x03\x00\x00\x00"
NONE = Libraries()
MAIL = (
    b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nbody\r\n--b\r\n"
    b"Content-Disposition: attachment; filename=q.txt\r\n\r\nhello\r\n--b--\r\n"
)
DOC_HEAD = b"\xec\xa5" + b"\0" * 8


def kind(payload, name="a", declared="", libraries=None):
    (first, *_) = files(payload, name, declared, libraries=libraries or installed())
    return first.kind


def text(payload, name="a", *, limits=LIMITS, libraries=None):
    (first, *_) = files(payload, name)
    return text_of(first, libraries or installed(), limits)


def is_protected(payload):
    return is_locked(files(payload)[0], installed(), LIMITS)


def properties(payload, libraries=None):
    first = files(payload)[0]
    return dict(document_properties(first, libraries or installed(), LIMITS))


def labels(payload, **more):
    return labels_inside(AttachmentPart("a", "", payload), **more)


# ------------------------------------------------------------------- true types


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", Kind.EMPTY),
        (b"hello", Kind.TEXT),
        ("\ufeffhello".encode("utf-16-le"), Kind.TEXT),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", Kind.HTML),
        (b"<?xml version='1.0'?><a/>", Kind.XML),
        (b"{\\rtf1 x}", Kind.RTF),
        (b"%PDF-1.7", Kind.PDF),
        (b".pfile\0", Kind.PFILE),
        (PE, Kind.PROGRAM),
        (b"MZ and other words", Kind.TEXT),
        (PE + b"Rar!\x1a\x07", Kind.SELF_EXTRACTING),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", Kind.PROGRAM),
        (b"\0" * 0x171 + b"MICROSOFT PIFEX", Kind.PROGRAM),
        (b"\0\0\0\x18ftypmp42", Kind.SOUND),
        (b"\0\1\2", Kind.OTHER),
        (b"PK\x03\x04", Kind.BROKEN_ZIP),
        (zipped(a=b"x"), Kind.ZIP),
        (zipped(mimetype=b"application/epub+zip"), Kind.ZIP),
        (zipped(**{"META-INF__MANIFEST.MF": b""}), Kind.JAR),
        (zipped(**{"[Content_Types].xml": b"", "a": b""}), Kind.OOXML),
        (zipped(**{"[Content_Types].xml": b"", "xl__workbook.bin": b""}), Kind.XLSB),
        (tarred(a=b"x"), Kind.TAR),
        (gzipped(b"x"), Kind.GZIP),
        (bz2.compress(b"x"), Kind.BZIP2),
        (bytes.fromhex("d0cf11e0a1b11ae1"), Kind.COMPOUND),
    ],
)
def test_the_type_is_told_by_the_bytes(payload, expected):
    assert expected == kind(payload, "a.exe")


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("WordDocument", Kind.DOC),
        ("Workbook", Kind.XLS),
        ("Book", Kind.XLS),
        ("PowerPoint Document", Kind.PPT),
        ("VisioDocument", Kind.VSD),
        ("__properties_version1.0", Kind.MSG),
        ("EncryptedPackage", Kind.LOCKED_OFFICE),
        ("Other", Kind.COMPOUND),
    ],
)
def test_a_compound_file_is_told_by_its_streams(tmp_path, stream, expected):
    payload = compound(tmp_path, {stream: b"x" * 64})
    assert expected == kind(payload)
    assert Kind.COMPOUND == kind(payload, libraries=NONE)


@pytest.mark.parametrize(
    ("payload", "ending"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (b"{\\rtf1\\ansi x}", ".rtf"),
        (zipped(a=b"x"), ".zip"),
        (gzipped(b"x"), ".gz"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 8, ".png"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 26, ".7z"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 16, ".rar"),
        (b"MSCF\0\0\0\0" + b"\0" * 16, ".cab"),
    ],
)
def test_a_library_of_magic_numbers_says_the_same(payload, ending):
    puremagic = pytest.importorskip("puremagic")
    found = {match.extension for match in puremagic.magic_string(payload)}
    assert ending in found
    assert kind(payload) not in {Kind.OTHER, Kind.TEXT}


# --------------------------------------------------------------------- archives


@pytest.mark.parametrize(
    ("payload", "name", "expected"),
    [
        (zipped(in__x=b"1", y=b"2"), "a.zip", ["a.zip", "x", "y"]),
        (tarred(x=b"1"), "a.tar", ["a.tar", "x"]),
        (gzipped(b"1"), "x.txt.gz", ["x.txt.gz", "x.txt"]),
        (gzipped(tarred(x=b"1")), "a.tgz", ["a.tgz", "a.tar", "x"]),
        (bz2.compress(b"1"), "x.BZ2", ["x.BZ2", "x"]),
        (gzipped(b"1"), "x", ["x", "x"]),
        (zipped(z=zipped(y=b"1")), "a", ["a", "z", "y"]),
        (MAIL, "a.eml", ["a.eml", "", "q.txt"]),
        (docx(), "a.docx", ["a.docx"]),
        (
            zipped(**{"[Content_Types].xml": "", "word__embeddings__b.xlsx": "x"}),
            "a.docx",
            ["a.docx", "b.xlsx"],
        ),
    ],
)
def test_what_lies_inside_comes_behind_it(payload, name, expected):
    found = files(payload, name)
    assert expected == [file.name for file in found]
    assert {""} == {file.missing for file in found}


def test_a_folder_in_a_zip_is_no_file():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.mkdir("docs")
    assert 1 == len(files(packed.getvalue()))


def test_an_attached_mail_may_stay_closed():
    assert 1 == len(files(MAIL, "", "message/rfc822", opens_mail=False))
    assert 3 == len(files(MAIL, "", "message/rfc822"))


@pytest.mark.parametrize(
    ("payload", "limits", "reason"),
    [
        (zipped(a=b"x" * 200), Limits(payload=100), "more than 100 octets"),
        (zipped(a=b"x" * 200), Limits(unpacked=100), "more is packed inside"),
        (gzipped(b"x" * 10_000), Limits(unpacked=100), "more is packed inside"),
        (zipped(a=b"x", b=b"x"), Limits(entries=1), "more is packed inside"),
        (zipped(a=zipped(b=b"x")), Limits(depth=1), "nested more than 1 deep"),
        (b"PK\x03\x04", LIMITS, "the zip is broken"),
        (zipped(a=b"xyz").replace(b"xyz", b"xyy"), LIMITS, "the zip is broken"),
        (tarred(a=b"x" * 2000)[:1500], LIMITS, "tar is broken"),
        (gzipped(b"x" * 99)[:-9], LIMITS, "gzip is broken"),
        (bz2.compress(b"x")[:-4], LIMITS, "bzip2 is broken"),
        (b"7z\xbc\xaf\x27\x1c", LIMITS, "7z"),
    ],
)
def test_what_cannot_be_opened_says_why(payload, limits, reason):
    missing = [file.missing for file in files(payload, limits=limits) if file.missing]
    assert reason in missing[0]


def test_a_mail_that_cannot_be_taken_apart_says_so():
    broken = b"Content-Type: multipart/mixed" + b"; a=b" * 5000 + b"\r\n\r\nx"
    (found,) = files(broken, "", "message/rfc822")
    assert "cannot be taken apart" in found.missing


@pytest.mark.property
@given(st.sampled_from(["zip", "tar", "gz", "docx", "odt"]), st.data())
def test_no_damaged_file_makes_it_raise(name, data):
    made = {
        "zip": zipped(a=b"x" * 50, b=PE),
        "tar": tarred(a=b"x"),
        "gz": gzipped(b"x" * 50),
        "docx": office_document(DocumentKind.DOCX),
        "odt": zipped(mimetype=b"opendocument", **{"content.xml": b"<p>x</p>"}),
    }
    payload = bytearray(made[name])
    places = st.integers(0, len(payload) - 1)
    for place in data.draw(st.lists(places, max_size=8)):
        payload[place] = data.draw(st.integers(0, 255))
    for file in files(bytes(payload), f"a.{name}"):
        for ask in (text_of, is_locked, document_properties):
            with contextlib.suppress(UnreadableError):
                ask(file, installed(), LIMITS)


# ------------------------------------------------------------------------ locks


def test_a_zip_is_locked_if_one_of_its_files_is():
    assert is_protected(locked(zipped(a=b"x")))
    assert not is_protected(zipped(a=b"x"))
    (_, inner) = files(locked(zipped(a=b"x")))
    assert Kind.LOCKED is inner.kind
    assert is_locked(inner, installed(), LIMITS)


def test_an_office_file_with_a_password_is_locked():
    module = pytest.importorskip("msoffcrypto.format.ooxml")
    packed = BytesIO()
    module.OOXMLFile(BytesIO(docx())).encrypt("secret", packed)
    assert is_protected(packed.getvalue())
    assert not is_protected(docx())


def test_a_pdf_with_a_password_is_locked():
    assert is_protected(pdf(password="secret"))
    assert not is_protected(pdf())
    with pytest.raises(UnreadableError, match="without password"):
        is_protected(pdf(password=""))


def seven_zip(header):
    return (
        b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<IQQI", 0, 0, len(header), 0) + header
    )


def test_a_7z_is_locked_if_its_header_names_the_cipher():
    assert is_protected(seven_zip(b"\x17\x06\xf1\x07\x01"))
    assert not is_protected(seven_zip(b"\x01\x04"))
    for unknown in (seven_zip(b"\x17\x00"), b"7z\xbc\xaf\x27\x1c"):
        with pytest.raises(UnreadableError, match="7z"):
            is_protected(unknown)


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ({"WordDocument": DOC_HEAD + b"\x00\x01" + b"\0" * 60}, True),
        ({"WordDocument": DOC_HEAD + b"\x00\x00" + b"\0" * 60}, False),
        ({"Workbook": struct.pack("<HHHHH", 0x809, 2, 0, 0x2F, 0)}, True),
        ({"Book": struct.pack("<HHHHH", 0x809, 2, 0, 0x42, 0)}, False),
        (
            {
                "PowerPoint Document": b"x",
                "Current User": b"\0" * 12 + struct.pack("<I", 0xF3D1C4DF),
            },
            True,
        ),
        (
            {
                "PowerPoint Document": b"x",
                "Current User": b"\0" * 12 + struct.pack("<I", 0xE391C05F),
            },
            False,
        ),
    ],
)
def test_old_office_files_say_whether_they_are_encrypted(tmp_path, streams, expected):
    assert expected == is_protected(compound(tmp_path, streams))


@pytest.mark.parametrize(
    ("streams", "reason"),
    [
        ({"WordDocument": b"x"}, "broken"),
        ({"PowerPoint Document": b"x"}, "broken"),
        ({"EncryptedPackage": b"x", "DRMEncryptedDataSpace": b"x"}, "rights"),
        ({"Other": b"x"}, "compound"),
    ],
)
def test_whether_a_compound_file_is_locked_may_be_unknown(tmp_path, streams, reason):
    with pytest.raises(UnreadableError, match=reason):
        is_protected(compound(tmp_path, streams))


@pytest.mark.parametrize(
    "payload", [b"Rar!\x1a\x07\0", b"PK\x03\x04", b".pfile\0", b"%PDF-1.7"]
)
def test_whether_others_are_locked_is_unknown(payload):
    with pytest.raises(UnreadableError):
        is_protected(payload)


# ------------------------------------------------------------------------ texts


def test_the_text_of_a_word_document_is_read():
    assert "the secret plan" in text(docx())


def test_the_text_of_a_sheet_is_read():
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["the secret plan", 42])
    assert {"the secret plan", "42"} <= set(text(saved(book)).splitlines())


def test_the_text_of_slides_is_read():
    presentation = pytest.importorskip("pptx").Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "the secret plan"
    assert "the secret plan" in text(saved(presentation))


def test_the_text_of_an_open_document_is_read():
    module = pytest.importorskip("odf.opendocument")
    elements = importlib.import_module("odf.text")
    document = module.OpenDocumentText()
    paragraph = elements.P(text="the secret")
    paragraph.addElement(elements.S())
    paragraph.addElement(elements.Span(text="pl"))
    paragraph.addText("an")
    document.text.addElement(paragraph)
    assert "the secret plan" in text(saved(document))


def test_the_text_of_a_pdf_is_read():
    assert "the secret plan" == text(pdf(text="the secret plan")).strip()
    assert "the" == text(pdf(text="the secret"), limits=Limits(text=3))
    with pytest.raises(UnreadableError, match="more than 0 pages"):
        text(pdf(), limits=Limits(pages=0))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"plain", "plain"),
        (b"caf\xe9", "café"),
        ("café".encode("utf-16"), "café"),
        (b"<?xml version='1.0'?><a>x</a>", "<?xml version='1.0'?><a>x</a>"),
        (b"<html><p>a &amp; <b>b</b>c</html>", " a & bc"),
        (b'<html><a title="b > c">d<!-- e > f -->g<!-- h', "dg"),
        (b"<html>it<i title=it's>s <![if x]>1 < 2", "its 1 < 2"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}Gr\'fc\'dfe\par x}", "Grüße\nx"),
        (rb"{\rtf1 \u8364?uro\u8364\'80}}", "€uro€"),
        (rb"{\rtf1 a\~b\_c\{d\}{\*\secret x}\b e}", "a\xa0b-c{d}e"),
        (b"\x89PNG\r\n\x1a\n", ""),
        (PE, ""),
        (b"\xff\xd8\xff\xe0\x00\x04ok\xff\xdb\x00\x03x\xff\xda\x00\x02", ""),
    ],
)
def test_the_text_of_simple_files_is_read(payload, expected):
    assert expected == text(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"\0\1\2",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe1\x00\x08Exif\0\0",
        b"\xff\xd8\xff\xfe\x00\x04ok",
        b"\xff\xd8\xff\xe0\x00\x04ok\0\xda",
        b"%PDF-1.7",
        zipped(**{"[Content_Types].xml": "", "word__document.xml": "<a"}),
        zipped(**{"[Content_Types].xml": "", "word__document.xml": "<!DOCTYPE a><a/>"}),
        locked(zipped(**{"[Content_Types].xml": "", "word__document.xml": "<a/>"})),
        pdf(password="secret"),
        pdf(info={"Note": "MicrosoftIRMServices"}),
    ],
)
def test_a_text_that_cannot_be_read_is_unknown(payload):
    with pytest.raises(UnreadableError):
        text(payload)


def test_a_document_larger_than_the_limit_is_unknown():
    document = zipped(
        **{"[Content_Types].xml": "", "word__document.xml": "<a/>" + " " * 99}
    )
    with pytest.raises(UnreadableError, match="more than 50 octets"):
        text(document, limits=Limits(document=50))


@pytest.mark.parametrize("piece", [b"<!--", b"<a ", b"<a a=' ", b"<", b"&"])
def test_html_that_is_made_to_take_long_is_read(piece):
    assert isinstance(text(b"<html>" + piece * 200_000), str)


def test_a_text_is_cut_at_the_limit():
    assert "abc" == text(b"abcdef", limits=Limits(text=3))


# ------------------------------------------------------------------- properties


def test_the_properties_of_a_document_are_read():
    found = properties(docx())
    assert "Merger" == found["Title"]
    document = labelled_document(DocumentKind.DOCX, SPEC, LabelPlace.CUSTOM_XML)
    assert "true" == properties(document)[f"MSIP_Label_{SPEC.guid}_Enabled"].lower()


def test_the_custom_properties_of_a_sheet_are_read():
    openpyxl = pytest.importorskip("openpyxl")
    module = importlib.import_module("openpyxl.packaging.custom")
    book = openpyxl.Workbook()
    book.custom_doc_props.append(
        module.StringProperty(name="Department", value="Sales")
    )
    assert "Sales" == properties(saved(book))["Department"]


@pytest.mark.parametrize("page", [65001, 1200])
def test_the_custom_properties_of_an_old_office_file_are_read(tmp_path, page):
    pairs = [("Größe", "Ü"), ("Count", 7), ("Is", True), ("Since", None)]
    stream = property_stream(pairs, page=page)
    payload = compound(tmp_path, {"WordDocument": b"x" * 64, SUMMARY: stream})
    expected = {"Größe": "Ü", "Count": "7", "Is": "true", "Since": ""}
    assert expected == properties(payload)


def test_a_library_reads_the_same_values(tmp_path):
    olefile = pytest.importorskip("olefile")
    pairs = [("a", "Secret"), ("b", 7)]
    payload = compound(tmp_path, {SUMMARY: property_stream(pairs, sets=1)})
    with olefile.OleFileIO(BytesIO(payload)) as opened:
        found = opened.getproperties(SUMMARY)
    assert ("Secret", 7) == (found[2].rstrip(b"\0").decode(), found[3])


def test_an_old_office_file_without_properties_has_none(tmp_path):
    assert {} == properties(compound(tmp_path, {"WordDocument": b"x" * 64}))
    assert () == custom_properties(property_stream([])[:24] + b"\0" * 8)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"\0" * 10, "broken"),
        (property_stream([("a", "b")])[:-30], "broken"),
        (
            property_stream([("a", "b")]).replace(
                struct.pack("<I", 3) + struct.pack("<I", 0), b"\xff\xff\0\0" + b"\0" * 4
            ),
            "too many",
        ),
    ],
)
def test_broken_properties_are_unknown(stream, reason):
    with pytest.raises(UnreadableError, match=reason):
        custom_properties(stream)


def test_a_name_without_a_value_is_passed_over():
    stream = property_stream([("a", "b")])
    # The id of the value in the table becomes another than that of the name.
    table = stream.index(struct.pack("<I", 3) + struct.pack("<I", 0)) + 4 + 16
    changed = stream[:table] + struct.pack("<I", 9) + stream[table + 4 :]
    assert () == custom_properties(changed)


def test_an_encrypted_or_other_file_has_no_known_properties(tmp_path):
    assert {} == properties(b"Department: Sales")
    for payload in (
        compound(tmp_path, {"EncryptedPackage": b"x"}),
        zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
    ):
        with pytest.raises(UnreadableError):
            properties(payload)


def test_a_large_stream_is_unknown(tmp_path):
    payload = compound(tmp_path, {"WordDocument": b"x", SUMMARY: b"x" * 2_000_000})
    with pytest.raises(UnreadableError, match="a stream of more than"):
        properties(payload)


# ----------------------------------------------------------------------- labels


def guids(answer):
    assert isinstance(answer, LabelsFound)
    return [label.guid for label in answer.labels]


@pytest.mark.parametrize(
    "payload",
    [
        pdf(info=ON),
        pdf(
            info=ON,
            xmp=xmp(
                elements=f"<pdfx:MSIP_Label_{GUID}_Enabled>true</pdfx:MSIP_Label_{GUID}_Enabled>"
            ),
        ),
        pdf(xmp=xmp(attributes=f'pdfx:MSIP_Label_{GUID}_Enabled="true"')),
        pdf(info=ON, password=""),
    ],
)
def test_the_label_of_a_pdf_is_read_in_both_places(payload):
    assert [GUID] == guids(labels(payload))


def test_a_pdf_without_a_label_has_none():
    assert isinstance(labels(pdf(info={"Title": "x"}, xmp=xmp())), NoLabels)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (pdf(info=ON, password="secret"), "password"),
        (
            pdf(info=OFF, xmp=xmp(attributes=f'pdfx:MSIP_Label_{GUID}_Enabled="true"')),
            "two places",
        ),
        (pdf(xmp=b"<a"), "well-formed"),
        (pdf(info=ON)[:-200], "broken"),
    ],
)
def test_the_label_of_a_pdf_may_be_unknown(payload, reason):
    answer = labels(payload)
    assert isinstance(answer, LabelsUnknown)
    assert reason in answer.why


def test_the_label_of_an_old_office_file_is_read(tmp_path):
    stream = property_stream(list(ON.items()))
    payload = compound(tmp_path, {"WordDocument": b"x" * 64, SUMMARY: stream})
    assert [GUID] == guids(labels(payload))
    plain = compound(tmp_path, {"Workbook": b"x" * 64})
    assert isinstance(labels(plain), NoLabels)


@pytest.mark.parametrize(
    "name", ["EncryptedPackage", "__properties_version1.0", "Other"]
)
def test_other_compound_files_are_unknown(tmp_path, name):
    answer = labels(compound(tmp_path, {name: b"x"}))
    assert isinstance(answer, LabelsUnknown)


def test_the_label_of_a_file_in_an_archive_is_read():
    document = labelled_document(DocumentKind.DOCX, SPEC, LabelPlace.LABEL_INFO)
    packed = zipped(**{"in__a.docx": document, "b.txt": b"x", "c.zip": zipped()})
    assert [SPEC.guid] == guids(labels(gzipped(packed)))
    assert isinstance(labels(zipped(**{"b.txt": b"x"})), NoLabels)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (locked(zipped(a=b"x")), "a: protected by a password"),
        (zipped(**{"a.bin": b"\0"}), "a.bin: the format is not known"),
        (zipped(**{"a.7z": b"7z\xbc\xaf\x27\x1c"}), "a.7z: an archive"),
    ],
)
def test_an_archive_with_a_file_that_cannot_be_told_is_unknown(payload, reason):
    answer = labels(payload)
    assert isinstance(answer, LabelsUnknown)
    assert reason in answer.why


@pytest.mark.parametrize(
    "payload", [pdf(info=ON), bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600]
)
def test_without_the_extra_the_answer_names_it(payload):
    answer = labels(payload, libraries=NONE)
    assert isinstance(answer, LabelsUnknown)
    assert "pip install relay-harness[attachments]" in answer.why


def test_without_the_extra_a_compound_file_names_it_for_every_condition():
    (found,) = files(bytes.fromhex("d0cf11e0a1b11ae1"), libraries=NONE)
    assert "pip install relay-harness[attachments]" in found.missing


def test_a_library_that_is_absent_is_none():
    assert library("no_such_library_anywhere") is None
    assert OTHER != GUID

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes.mail.attachments import (
    AttachmentPart,
    DocumentKind,
    LabelPlace,
    LabelsFound,
    LabelsUnknown,
    Limits,
    NoLabels,
    attachments,
    labelled_document,
    labels_inside,
    office_document,
)
from fakes.mail.labels import LabelSpec, Method

GUID = "3c8f1b52-9d07-4e6a-8b21-5f0c7e9a1d34"
OTHER = "b1d6f0e3-2a4c-4b8e-9f75-60d1c2e3a4b5"
SITE = "7e2a9c14-6b3d-4f58-a0c9-1d2e3f405162"
OTHER_SITE = "0a9b8c7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d"
ACTION = "5a6b7c8d-0e1f-4a2b-9c3d-4e5f60718293"
NOON = datetime(2025, 1, 20, 12, 30, 15, tzinfo=UTC)
SPEC = LabelSpec(GUID, SITE, "R&D <Secret>", ACTION, NOON, Method.PRIVILEGED)
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CUSTOM = "docProps/custom.xml"
INFO = "docMetadata/LabelInfo.xml"
RELS = "_rels/.rels"
DOCX = labelled_document(DocumentKind.DOCX, SPEC, LabelPlace.CUSTOM_XML)
DOCX_INFO = labelled_document(DocumentKind.DOCX, SPEC, LabelPlace.LABEL_INFO)


def part(payload, filename="plan.docx", content_type=DOCX_TYPE):
    return AttachmentPart(filename, content_type, payload)


def repacked(document, *, compression=zipfile.ZIP_DEFLATED, **changes):
    """Write the zip again; a part is replaced (bytes, str) or left out (None)."""
    packed = BytesIO()
    changed = {name.replace("__", "/"): new for name, new in changes.items()}
    with (
        zipfile.ZipFile(BytesIO(document)) as old,
        zipfile.ZipFile(packed, "w", compression) as new,
    ):
        for name in old.namelist():
            octets = changed.get(name, old.read(name))
            if octets is not None:
                new.writestr(name, octets)
    return packed.getvalue()


def with_part(document, name, edit):
    with zipfile.ZipFile(BytesIO(document)) as archive:
        text = archive.read(name).decode("utf-8")
    assert edit(text) != text
    return repacked(document, **{name: edit(text)})


def on_or_off(answer):
    assert isinstance(answer, LabelsFound)
    return [(label.guid, label.enabled) for label in answer.labels]


def why_unknown(answer):
    assert isinstance(answer, LabelsUnknown)
    return answer.why


def a_mail(*parts, subtype="mixed"):
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "Plan"
    mail.set_content("See the plan.")
    for filename, content_type, payload in parts:
        main, _, sub = content_type.partition("/")
        mail.add_attachment(payload, maintype=main, subtype=sub, filename=filename)
    return mail


# ------------------------------------------------------------------- attachments


def test_a_mail_without_attachments_has_none():
    assert () == attachments(a_mail().as_bytes())
    assert () == attachments(b"")


def test_attachments_come_in_order_with_their_decoded_bytes():
    files = (
        ("plan.docx", DOCX_TYPE, DOCX),
        ("größe €.csv", "text/csv", b"a,b\r\n"),
    )
    found = attachments(a_mail(*files).as_bytes())
    assert [AttachmentPart(*file) for file in files] == list(found)


@pytest.mark.parametrize(
    ("header", "filename"),
    [
        (b'Content-Disposition: attachment; filename="a.bin"', "a.bin"),
        (b'Content-Type: text/plain; name="a.txt"', "a.txt"),
        (b"Content-Disposition: attachment", ""),
        (b"Content-Disposition: inline; filename*=utf-8''%C3%B6.txt", "ö.txt"),
        (b'Content-Disposition: attachment; filename="=?utf-8?B?w7Y=?="', "ö"),
        (b"Content-Type: application/octet-stream", ""),
    ],
)
def test_a_part_is_an_attachment_by_name_disposition_or_type(header, filename):
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\n\r\nbody\r\n--x\r\n" + header + b"\r\n\r\nfile\r\n--x--\r\n"
    )
    (found,) = attachments(raw)
    assert (filename, b"file") == (found.filename, found.payload)


def test_an_attached_mail_is_one_part_and_its_own_attachments_stay_inside():
    inner = a_mail(("plan.docx", DOCX_TYPE, DOCX))
    outer = a_mail()
    outer.add_attachment(inner)
    (found,) = attachments(outer.as_bytes())
    assert "message/rfc822" == found.content_type
    assert b"plan.docx" in found.payload
    assert "attached mail" in why_unknown(labels_inside(found))


def test_what_lies_in_an_attached_multipart_is_attached():
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nbody\r\n--x\r\n"
        b"Content-Type: multipart/mixed; boundary=y\r\n"
        b"Content-Disposition: attachment\r\n\r\n"
        b"--y\r\nContent-Type: text/html\r\n\r\n<p>\r\n--y--\r\n--x--\r\n"
    )
    assert [b"<p>"] == [found.payload for found in attachments(raw)]


def test_a_report_of_delivery_is_no_attachment():
    raw = (
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\nfailed\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mail.contoso.example\r\n--x--\r\n"
    )
    assert () == attachments(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nbody",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--y\r\n\r\nbody",
        b"Content-Type: multipart/mixed\r\n\r\n\xff",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
            for i in range(3000)
        ),
    ],
)
def test_a_mail_that_cannot_be_taken_apart_is_not_passed_over(raw):
    (found,) = attachments(raw)
    assert isinstance(labels_inside(found), LabelsUnknown)


headers = st.sampled_from(
    [
        b"Content-Type: ",
        b"Content-Disposition: ",
        b"Content-Transfer-Encoding: ",
        b"MIME-Version: ",
        b"Subject: ",
    ]
)
values = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=x",
            b"message/rfc822",
            b"message/partial",
            b"attachment; filename*0*=utf-8''%; filename*1=\xff",
            b'attachment; filename="=?x?b?=?="',
            b"base64",
            b"x-uuencode",
            b"application/octet-stream; name=\x00",
            b"text/plain; charset=none",
            b"--x",
        ]
    ),
)
lines = st.one_of(
    st.builds(bytes.__add__, headers, values),
    values,
    st.just(b""),
    st.just(b"--x"),
)


@pytest.mark.property
@given(st.one_of(st.binary(), st.lists(lines).map(b"\r\n".join)))
def test_no_mail_makes_it_raise(raw):
    for found in attachments(raw):
        labels_inside(found)


# ----------------------------------------------------------------- labels inside


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize(
    "place", [LabelPlace.CUSTOM_XML, LabelPlace.LABEL_INFO, LabelPlace.BOTH]
)
def test_a_labelled_document_gives_its_label(kind, place):
    answer = labels_inside(part(labelled_document(kind, SPEC, place)))
    assert isinstance(answer, LabelsFound)
    (label,) = answer.labels
    assert (GUID, True) == (label.guid, label.enabled)
    assert (SITE, "Privileged") == (label.site_id, label.method)
    assert (place is LabelPlace.CUSTOM_XML) == (SPEC.name == label.name)


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_document_without_a_label_has_none(kind):
    answer = labels_inside(part(labelled_document(kind, SPEC, LabelPlace.NONE)))
    assert isinstance(answer, NoLabels)


@pytest.mark.parametrize("place", [LabelPlace.CUSTOM_XML, LabelPlace.LABEL_INFO])
def test_a_label_that_is_off_is_found_and_off(place):
    spec = replace(SPEC, enabled=False)
    document = labelled_document(DocumentKind.DOCX, spec, place)
    assert [(GUID, False)] == on_or_off(labels_inside(part(document)))


def test_label_info_wins_over_a_stale_property_of_the_same_tenant():
    stale = replace(SPEC, guid=OTHER)
    document = office_document(DocumentKind.DOCX, custom=stale, label_info=SPEC)
    assert [(GUID, True)] == on_or_off(labels_inside(part(document)))


def test_a_property_of_another_tenant_counts_beside_label_info():
    other = replace(SPEC, guid=OTHER, site_id=OTHER_SITE)
    document = office_document(DocumentKind.DOCX, custom=other, label_info=SPEC)
    assert [(GUID, True), (OTHER, True)] == on_or_off(labels_inside(part(document)))


def test_a_removed_label_hides_the_stale_property_of_its_tenant():
    document = office_document(DocumentKind.DOCX, custom=SPEC, label_info=SPEC)
    removed = with_part(
        document,
        INFO,
        lambda text: (
            text.replace(f'id="{{{GUID}}}"', f'id="{{{SITE}}}"')
            .replace('enabled="1"', 'enabled="0"')
            .replace('removed="0"', 'removed="1"')
        ),
    )
    assert isinstance(labels_inside(part(removed)), NoLabels)


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        (
            CUSTOM,
            lambda t: t.replace("vt:lpwstr>true</vt:lpwstr", "vt:bool>1</vt:bool"),
        ),
        (CUSTOM, lambda t: t.replace(">true<", ">TRUE<")),
        (CUSTOM, lambda t: t.replace("vt:lpwstr", "vt:lpstr")),
        (CUSTOM, lambda t: t.replace(GUID, GUID.upper())),
        (CUSTOM, lambda t: t.replace("UTF-8", "UTF-16").encode("utf-16")),
        (RELS, lambda t: t.replace(CUSTOM, "/docprops/./CUSTOM.xml")),
        (
            RELS,
            lambda t: t.replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
                "/custom-properties",
                "http://purl.oclc.org/ooxml/officeDocument/relationships"
                "/customProperties",
            ),
        ),
    ],
)
def test_what_other_writers_do_is_read_as_well(name, edit):
    assert [(GUID, True)] == on_or_off(labels_inside(part(with_part(DOCX, name, edit))))


def test_a_part_that_no_relationship_names_is_not_the_documents_label():
    orphan = with_part(DOCX, RELS, lambda text: text.replace("custom-prop", "x"))
    assert isinstance(labels_inside(part(orphan)), NoLabels)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"%PDF-1.7", "PDF", id="pdf"),
        pytest.param(bytes.fromhex("d0cf11e0a1b11ae1"), "compound", id="ole"),
        pytest.param(b".pfile\x00", "protected", id="pfile"),
        pytest.param(b"Rar!\x1a\x07", "archive", id="rar"),
        pytest.param(b"{\\rtf1", "rich text", id="rtf"),
        pytest.param(b"\x00\x01", "not known", id="unknown"),
        pytest.param(b"", "not known", id="empty"),
        pytest.param(DOCX[:-40], "broken", id="cut zip"),
        pytest.param(b"PK\x03\x04", "broken", id="only the magic"),
        pytest.param(
            repacked(DOCX, **{"[Content_Types].xml": None}),
            ".rels: the format is not known",
            id="zip",
        ),
        pytest.param(repacked(DOCX, **{RELS: None}), "missing", id="no rels"),
        pytest.param(repacked(DOCX, **{CUSTOM: None}), "missing", id="no part"),
        pytest.param(repacked(DOCX, **{CUSTOM: "<a>"}), "well-formed", id="xml"),
        pytest.param(repacked(DOCX, **{CUSTOM: "<a/>"}), "Properties", id="root"),
        pytest.param(repacked(DOCX, **{CUSTOM: b"\xff"}), "well-formed", id="octets"),
        pytest.param(
            repacked(DOCX, **{CUSTOM: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
            "DOCTYPE",
            id="entities",
        ),
        pytest.param(
            repacked(DOCX, **{CUSTOM: b"<a>" + b" " * 2_000_000 + b"</a>"}),
            "octets",
            id="zip bomb",
        ),
        pytest.param(
            repacked(DOCX, compression=zipfile.ZIP_LZMA), "unusually", id="lzma"
        ),
        pytest.param(
            with_part(
                DOCX, RELS, lambda t: t.replace("Id=", 'TargetMode="External" Id=')
            ),
            "outside",
            id="external",
        ),
        pytest.param(
            with_part(DOCX, CUSTOM, lambda t: t.replace(">true<", ">yes<")),
            "neither",
            id="enabled is yes",
        ),
        pytest.param(
            with_part(
                DOCX,
                CUSTOM,
                lambda t: t.replace("<vt:lpwstr>true", "<vt:lpwstr/><vt:lpwstr>true"),
            ),
            "plain value",
            id="two values",
        ),
        pytest.param(
            with_part(DOCX_INFO, INFO, lambda t: t.replace('enabled="1"', "")),
            "truth value",
            id="no enabled",
        ),
        pytest.param(
            with_part(DOCX_INFO, INFO, lambda t: t.replace(SITE, "contoso")),
            "no tenant",
            id="no site",
        ),
    ],
)
def test_what_cannot_be_judged_is_unknown_with_a_reason(payload, reason):
    assert reason in why_unknown(labels_inside(part(payload)))


def test_a_property_without_tenant_beside_label_info_is_unknown():
    other = replace(SPEC, guid=OTHER, site_id=OTHER_SITE)
    document = office_document(DocumentKind.DOCX, custom=other, label_info=SPEC)
    nameless = with_part(
        document, CUSTOM, lambda text: text.replace("_SiteId", "_Site")
    )
    assert "names no tenant" in why_unknown(labels_inside(part(nameless)))


def test_properties_and_elements_that_are_not_labels_are_passed_over():
    custom = with_part(
        DOCX,
        CUSTOM,
        lambda text: text.replace(
            "</Properties>",
            '<property name="Sensitivity"><vt:lpwstr>x</vt:lpwstr></property>'
            "</Properties>",
        ),
    )
    info = with_part(
        DOCX_INFO,
        INFO,
        lambda t: t.replace("<clbl:label ", "<clbl:extLst/><clbl:label "),
    )
    assert [(GUID, True)] == on_or_off(labels_inside(part(custom)))
    assert [(GUID, True)] == on_or_off(labels_inside(part(info)))


def test_a_property_without_tenant_counts_when_there_is_no_label_info():
    nameless = with_part(DOCX, CUSTOM, lambda text: text.replace("_SiteId", "_Site"))
    assert [(GUID, True)] == on_or_off(labels_inside(part(nameless)))


def test_an_encrypted_part_is_unknown():
    flagged = bytearray(DOCX)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = flagged.find(magic)
        while start >= 0:
            flagged[start + offset] |= 1
            start = flagged.find(magic, start + 1)
    assert "encrypted" in why_unknown(labels_inside(part(bytes(flagged))))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_twice_in_the_zip_is_unknown():
    packed = BytesIO(DOCX)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(CUSTOM.upper(), "<Properties/>")
    assert "twice" in why_unknown(labels_inside(part(packed.getvalue())))


def test_an_opendocument_file_is_unknown():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert "OpenDocument" in why_unknown(labels_inside(part(packed.getvalue())))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(payload=100), "more than 100 octets"),
        (Limits(part=100), "more than 100 octets"),
        (Limits(entries=2), "more than 2 entries"),
    ],
)
def test_what_exceeds_a_limit_is_unknown(limits, reason):
    assert reason in why_unknown(labels_inside(part(DOCX), limits=limits))


def test_deeply_nested_xml_is_survived():
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    answer = labels_inside(part(repacked(DOCX, **{CUSTOM: deep})))
    assert "Properties" in why_unknown(answer)


@pytest.mark.parametrize(
    ("filename", "content_type", "payload"),
    [
        ("a.txt", "text/plain", b"MSIP_Label_x_Enabled=true"),
        ("a.TXT", "application/octet-stream", b"\xffaf\xe9"),
        ("a.txt", "text/plain", "\ufeffhello".encode("utf-16-le")),
        ("", "text/plain", b""),
        ("a.csv", "text/csv", b"a,b"),
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n\x00"),
        ("a.jpg", "application/octet-stream", b"\xff\xd8\xff\xe0"),
    ],
)
def test_what_has_no_place_for_a_label_has_none(filename, content_type, payload):
    answer = labels_inside(AttachmentPart(filename, content_type, payload))
    assert isinstance(answer, NoLabels)


@pytest.mark.parametrize(
    ("filename", "content_type", "payload"),
    [
        ("a.txt", "text/plain", b"\x00\x01\x02"),
        ("a.html", "text/plain", b"<p>"),
        ("a.html", "text/html", b"<p>"),
        ("a.xml", "text/xml", b"<p/>"),
        ("a.png", "image/png", b"hello"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_unknown(
    filename, content_type, payload
):
    answer = labels_inside(AttachmentPart(filename, content_type, payload))
    assert isinstance(answer, LabelsUnknown)


def test_what_the_bytes_are_outweighs_what_the_part_is_called():
    assert [(GUID, True)] == on_or_off(labels_inside(part(DOCX, "a.txt", "text/plain")))


@pytest.mark.property
@given(st.data())
@example(None)
def test_no_damaged_document_makes_it_raise(data):
    payload = bytearray(DOCX)
    if data is not None:
        payload = bytearray(data.draw(st.sampled_from([DOCX, DOCX_INFO])))
        places = st.integers(0, len(payload) - 1)
        for place in data.draw(st.lists(places, max_size=8)):
            payload[place] = data.draw(st.integers(0, 255))
    answer = labels_inside(part(bytes(payload)))
    assert isinstance(answer, LabelsFound | NoLabels | LabelsUnknown)


# --------------------------------------------------------------- made documents


def test_a_document_has_the_same_bytes_each_time():
    assert DOCX == labelled_document(DocumentKind.DOCX, SPEC)


def test_label_info_is_written_as_word_does():
    expected = (
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?><clbl:labelList '
        'xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
        f'<clbl:label id="{{{GUID}}}" enabled="1" method="Privileged" '
        f'siteId="{{{SITE}}}" contentBits="0" removed="0" /></clbl:labelList>'
    )
    with zipfile.ZipFile(BytesIO(DOCX_INFO)) as archive:
        assert expected == archive.read(INFO).decode()


def test_text_that_xml_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="XML refuses"):
        labelled_document(DocumentKind.DOCX, replace(SPEC, name="a\uffff"))


@pytest.mark.parametrize("place", LabelPlace)
def test_python_docx_opens_the_document_and_keeps_its_label(place):
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    payload = labelled_document(DocumentKind.DOCX, SPEC, place)
    document = docx.Document(BytesIO(payload))
    assert ["A document."] == [p.text for p in document.paragraphs]
    saved = BytesIO()
    document.save(saved)
    assert labels_inside(part(saved.getvalue())) == labels_inside(part(payload))


@pytest.mark.parametrize("place", LabelPlace)
def test_openpyxl_opens_the_workbook_and_sees_the_properties(place):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    payload = labelled_document(DocumentKind.XLSX, SPEC, place)
    book = openpyxl.load_workbook(BytesIO(payload))
    assert 1 == book.active["A1"].value
    names = {p.name: p.value for p in book.custom_doc_props.props}
    expected = place in {LabelPlace.CUSTOM_XML, LabelPlace.BOTH}
    assert expected == (names.get(f"MSIP_Label_{GUID}_Enabled") == "true")

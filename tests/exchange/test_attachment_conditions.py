"""Conditions on attachments, on whole mails (exchange-rules#3.5)."""

from base64 import encodebytes
from dataclasses import replace

import pytest

from fakes.exchange.organization import Platform
from fakes.exchange.readings import Readings
from fakes.exchange.rules.rule import RuleError
from fakes.exchange.rules.taking_attachments import properties
from fakes.exchange.rules.values import Seen
from fakes.exchange.rules.values_attachments import Flag
from fakes.exchange.rules.verdict import Verdict
from fakes.mail.labels import LabelSpec
from fakes.mail.office_documents import DocumentKind, labelled_document
from tests.exchange.at_hand import (
    ANNA,
    CLEO,
    asked,
    every_end,
    hits,
    mail,
    open_tenant,
    reading,
    rule,
    tenant,
)
from tests.mail.files_at_hand import compound, locked, pdf, zipped
from tests.mail.test_attachments import SPEC

PE = b"MZ\x90\x00\x03\x00\x00\x00"
PROTECTED = {"AttachmentIsPasswordProtected": True}
PROGRAMS = {"AttachmentHasExecutableContent": True}
UNSUPPORTED = {"AttachmentIsUnsupported": True}
EXCEEDED = {"AttachmentProcessingLimitExceeded": True}
WORDS = {"AttachmentContainsWords": ["secret"]}
PROPERTY = {"AttachmentPropertyContainsWords": ["Department:Sales,Finance"]}


def letter(*files, kind="application/octet-stream"):
    """Write a mail with these files, each a name and its octets."""
    parts = "".join(
        f"--b\r\nContent-Type: {kind}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
        f"{encodebytes(octets).decode()}\r\n"
        for name, octets in files
    )
    written = (
        f"From: {ANNA}\r\nTo: {CLEO}\r\nSubject: hello\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\n\r\nsecret body\r\n{parts}--b--\r\n"
    )
    return mail(raw=written.encode())


def is_open(conditions, item, **fields):
    organization = tenant({"Quarantine": True} | conditions, **fields)
    return 1 < len({str(end) for end in every_end(item, organization)})


@pytest.mark.parametrize(
    ("conditions", "files", "is_hit"),
    [
        ({"AttachmentNameMatchesPatterns": ["^plan"]}, [("Plan.txt", b"x")], True),
        ({"AttachmentNameMatchesPatterns": ["^plan"]}, [("a.txt", b"plan")], False),
        ({"AttachmentExtensionMatchesWords": ["TXT"]}, [("a.b.txt", b"x")], True),
        ({"AttachmentExtensionMatchesWords": ["txt"]}, [("txt", b"x")], False),
        # exchange-rules#v78
        (
            {"AttachmentExtensionMatchesWords": ["exe"]},
            [("a.zip", zipped(x__exe=b"x", **{"y.exe": b"x"}))],
            True,
        ),
        # exchange-rules#v76
        ({"AttachmentSizeOver": "1KB"}, [("a", b"x" * 600), ("b", b"x" * 600)], False),
        ({"AttachmentSizeOver": "1 KB (1,024 bytes)"}, [("a", b"x" * 1024)], True),
        ({"AttachmentSizeOver": "2048"}, [("a", b"x" * 2047)], False),
        # exchange-rules#v77
        (PROGRAMS, [("a.txt", PE)], True),
        (PROGRAMS, [("a.exe", b"text")], False),
        (PROTECTED, [("a.zip", locked(zipped(a=b"x")))], True),
        (PROTECTED, [("a.zip", zipped(a=b"x"))], False),
        (PROTECTED, [("a.pdf", pdf(password="x"))], True),
        (WORDS, [("a.txt", b"the secret")], True),
        (WORDS, [("a.txt", b"secrets")], False),
        ({"AttachmentMatchesPatterns": ["s.cret"]}, [("a.txt", b"the secret")], True),
        (UNSUPPORTED, [("a.png", b"\x89PNG\r\n\x1a\n")], True),
        (UNSUPPORTED, [("a.txt", b"x")], False),
        (EXCEEDED, [("a.txt", b"x")], False),
        (PROPERTY, [("a.txt", b"Department: Sales")], False),
    ],
)
def test_a_condition_looks_into_the_files(conditions, files, is_hit):
    assert is_hit == hits(conditions, letter(*files))


@pytest.mark.parametrize(
    "conditions", [PROGRAMS, PROTECTED, UNSUPPORTED, EXCEEDED, WORDS, PROPERTY]
)
def test_a_mail_without_files_is_not_hit(conditions):
    assert not hits(conditions, mail())


@pytest.mark.parametrize(
    ("conditions", "files"),
    [
        (PROGRAMS, [("a.7z", b"7z\xbc\xaf\x27\x1c")]),
        (PROTECTED, [("a.rar", b"Rar!\x1a\x07\0")]),
        (UNSUPPORTED, [("a.bin", b"\0\1")]),
        (EXCEEDED, [("a.jpg", b"\xff\xd8\xff")]),
        (EXCEEDED, [("a.txt", b"x" * 200_000)]),
        (WORDS, [("a.jpg", b"\xff\xd8\xff")]),
        (PROPERTY, [("a.bin", bytes.fromhex("d0cf11e0a1b11ae1"))]),
        ({"AttachmentSizeOver": "1KB"}, None),
    ],
)
def test_what_cannot_be_told_is_open(conditions, files):
    monstrous = b"Content-Type: multipart/mixed" + b"; a=b" * 5000 + b"\r\n\r\nx"
    item = mail(raw=monstrous) if files is None else letter(*files)
    assert is_open(conditions, item)


@pytest.mark.parametrize(
    ("conditions", "octets"),
    [
        (PROGRAMS, b"Rar!\x1a\x07\0"),
        (PROGRAMS, zipped(**{"META-INF__MANIFEST.MF": b""})),
        (PROGRAMS, b"\x4c\x01\0\0"),
        (PROTECTED, pdf(password="x")),
    ],
)
def test_what_differs_between_servers_is_open_on_a_server(conditions, octets):
    assert is_open(conditions, letter(("a", octets)), platform=Platform.SERVER)


def test_what_is_told_of_any_server_is_not_open_there():
    server = {"platform": Platform.SERVER}
    assert hits(PROTECTED, letter(("a", locked(zipped(a=b"x")))), **server)
    assert not hits(PROGRAMS, letter(("a.txt", b"x")), **server)


def test_an_exception_on_files_takes_the_mail_away():
    conditions = {
        "SubjectContainsWords": ["hello"],
        "ExceptIfAttachmentSizeOver": "2KB",
    }
    assert not hits(conditions, letter(("a", b"x" * 2048)))
    assert hits(conditions, letter(("a", b"x" * 2047)))


def test_a_protected_mail_may_hold_any_file():
    wrapped = letter(("smime.p7m", b"0\x80signed"), kind="application/pkcs7-mime")
    assert is_open(PROGRAMS, wrapped)
    sealed = b"0\x80\x06\x09" + bytes.fromhex("2a864886f70d010703")
    item = letter(("smime.p7m", sealed), kind="application/pkcs7-mime")
    assert not hits({"AttachmentNameMatchesPatterns": ["plan"]}, item)


def test_a_size_is_compared_as_the_reading_says():
    item = letter(("a", b"x" * 1024))
    asks = {"AttachmentSizeOver": "1KB"}
    assert not hits(asks, item, readings=reading(size_limit="more-than"))
    assert {"size_limit"} == asked(item, open_tenant({"Quarantine": True} | asks))


def test_a_text_is_looked_at_as_far_as_the_reading_says():
    item = letter(("a.txt", b"x " * 100_000 + b"secret"))
    assert hits(WORDS, item)
    short = reading(attachment_scan="150-kilobytes")
    assert not hits(WORDS, item, readings=short)
    met = asked(item, open_tenant({"Quarantine": True} | WORDS))
    assert {"attachment_scan"} == met


def test_an_attached_mail_is_opened_as_the_reading_says():
    item = letter(("a.eml", b"Subject: x\r\n\r\nsecret"))
    assert hits(WORDS, item)
    assert not hits(WORDS, item, readings=reading(attached_mail="closed"))


@pytest.mark.parametrize(
    ("value", "is_hit"),
    [
        ("MSIP_Label_{0}_Enabled:True", True),
        ("msip_label_{0}_enabled: false , TRUE", True),
        ("MSIP_Label_{0}_Name:Secret", True),
        ("MSIP_Label_{0}_Name:Secre", False),
        ("MSIP_Label_{0}:True", False),
        ("Title:True", False),
    ],
)
def test_a_property_is_looked_for_by_its_name(value, is_hit):
    # msip-labels#4.8
    document = labelled_document(DocumentKind.DOCX, SPEC)
    asks = {"AttachmentPropertyContainsWords": ["X:y", value.format(SPEC.guid)]}
    assert is_hit == hits(asks, letter(("a.docx", document)))


def test_words_in_a_property_leave_the_questions_of_words_open():
    spec = replace(SPEC, name="_Secret_")
    assert isinstance(spec, LabelSpec)
    document = labelled_document(DocumentKind.DOCX, spec)
    asks = {"AttachmentPropertyContainsWords": [f"MSIP_Label_{SPEC.guid}_Name:secret"]}
    item = letter(("a.docx", document))
    met = asked(item, open_tenant({"Quarantine": True} | asks))
    assert {"underscore"} == met


def test_the_property_of_an_old_office_file_that_is_locked_is_open(tmp_path):
    sealed = compound(tmp_path, {"EncryptedPackage": b"x"})
    assert is_open(PROPERTY, letter(("a.docx", sealed)))
    assert hits(PROTECTED, letter(("a.docx", sealed)))


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"AttachmentSizeOver": "much"}, "no size"),
        ({"AttachmentPropertyContainsWords": ["Sales"]}, "expected Property:word"),
        ({"AttachmentPropertyContainsWords": [":Sales"]}, "expected Property:word"),
        ({"AttachmentPropertyContainsWords": ["Department:"]}, "an empty word"),
        ({"AttachmentIsUnsupported": "perhaps"}, "expected true or false"),
        ({"AttachmentExtensionMatchesWords": ["exe "]}, "blank"),
    ],
)
def test_what_exchange_would_not_take_is_refused(conditions, said):
    with pytest.raises(RuleError, match=said):
        rule({"DeleteMessage": True} | conditions)


def test_whether_an_extension_may_have_its_dot_is_open():
    asks = {"AttachmentExtensionMatchesWords": [".exe"]}
    assert is_open(asks, letter(("a.exe", b"x")))


@pytest.mark.parametrize("said", [False, "False", "$false", "false"])
def test_a_flag_that_is_off_is_no_condition(said):
    made = rule({"DeleteMessage": True, "AttachmentIsUnsupported": said})
    assert () == made.conditions


@pytest.mark.parametrize("value", [Flag(), properties(("a:b",), None)])
def test_what_is_missing_is_unknown_and_says_why(value):
    seen = Seen((), "a file that we do not open")
    assert Verdict.UNKNOWN == value.matches(seen, Readings())
    assert seen.missing == value.why_unknown(seen)
    assert () == value.open_readings(Seen(()))
    assert all(value.operands)

"""Re-encoding for hosts that take 7-bit content, judged by another parser."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.content import Content
from fakes.mail.seven_bit import as_seven_bit

POLICY = email.policy.default.clone(raise_on_defect=False)


def leaves(raw: bytes):
    """Read a mail as Python's own parser does: type, name and content of each leaf."""
    message = email.message_from_bytes(raw, policy=POLICY)
    return [
        (part.get_content_type(), part.get_filename(), part.get_payload(decode=True))
        for part in message.walk()
        if not part.is_multipart()
    ]


def mail(*lines: str, charset="utf-8") -> Content:
    return Content("\r\n".join((*lines, "")).encode(charset))


TEXT = (
    'Content-Type: text/plain; charset="utf-8"',
    "Content-Transfer-Encoding: 8bit",
    "",
    "Grüße aus München, =20 und = am Ende=",
    "",
    "x" * 300 + "ü",
)
TWO_PARTS = mail(
    "From: anna@contoso.example",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="b"',
    "Content-Transfer-Encoding: 8bit",
    "",
    "préamble",
    "--b",
    *TEXT,
    "--b",
    'Content-Type: application/octet-stream; name="x.bin"',
    "Content-Disposition: attachment; filename=x.bin",
    "Content-Transfer-Encoding: binary",
    "",
    "Ünter" * 40,
    "--b",
    "Content-Type: text/plain",
    "",
    "ascii",
    "--b--",
    "épilogue",
)
CASES = {
    "one part": mail("MIME-Version: 1.0", *TEXT),
    "several parts": TWO_PARTS,
    "a forwarded mail": mail(
        "MIME-Version: 1.0", "Content-Type: message/rfc822", "", "Subject: x", *TEXT
    ),
    "no encoding named": mail(
        "MIME-Version: 1.0", "Content-Type: text/html; charset=utf-8", "", "<p>ü</p>"
    ),
    "nested parts": mail(
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=a",
        "",
        "--a",
        "Content-Type: multipart/alternative; boundary=b",
        "",
        "--b",
        *TEXT,
        "--b--",
        "--a--",
    ),
}
CASES["no last delimiter"] = mail(
    "MIME-Version: 1.0",
    "Content-Type: multipart/mixed; boundary=a",
    "",
    "--a",
    *TEXT,
)
SIGNED = mail(
    "MIME-Version: 1.0",
    'Content-Type: multipart/signed; boundary="b"; protocol="x/y"',
    "",
    "--b",
    *TEXT,
    "--b--",
)
CANNOT = {
    "signed": SIGNED,
    "signed, within": mail(
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=a",
        "",
        "--a",
        'Content-Type: multipart/signed; boundary="b"',
        "",
        "--b",
        *TEXT,
        "--b--",
        "--a--",
    ),
    "base64 that is none": mail(
        "MIME-Version: 1.0", "Content-Transfer-Encoding: base64", "", "ü"
    ),
    "no delimiter": mail(
        "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=a", "", "ü"
    ),
    "a field of a part": mail(
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=a",
        "",
        "--a",
        "X-City: München",
        "",
        "ü",
        "--a--",
    ),
    "a field of a forwarded mail": mail(
        "MIME-Version: 1.0", "Content-Type: message/rfc822", "", "X: ü", "", "ü"
    ),
    "monstrous fields": mail(
        "MIME-Version: 1.0", f"Content-Type: text/plain; x={'y' * 9000}", "", "ü"
    ),
    "thirty levels": Content(
        b"Content-Type: message/rfc822\r\n\r\n" * 30 + b"\r\n\xfc\r\n"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_another_parser_reads_the_same_from_what_was_re_encoded(name):
    content = CASES[name]
    encoded = as_seven_bit(content)
    assert encoded is not None
    assert encoded.raw.isascii()
    assert leaves(content.raw) == leaves(encoded.raw)
    assert all(len(line) < 998 for line in encoded.raw.split(b"\r\n"))
    assert encoded.raw.count(b"\r\n") == encoded.raw.count(b"\n")


@pytest.mark.parametrize("name", CANNOT)
def test_what_would_be_harmed_is_left_alone(name):
    assert as_seven_bit(CANNOT[name]) is None


def test_7_bit_mail_stays_the_same_object():
    content = mail("Subject: x", "", "y")
    assert content is as_seven_bit(content)


def test_a_header_in_utf_8_stays():
    encoded = as_seven_bit(mail("X-City: München", "MIME-Version: 1.0", *TEXT))
    assert encoded is not None
    assert encoded.raw.startswith("X-City: München\r\n".encode())


def test_a_mail_that_was_no_mime_says_what_it_is():
    encoded = as_seven_bit(mail("Subject: x", "", "ü"))
    assert encoded is not None
    assert b"MIME-Version: 1.0\r\n" in encoded.raw
    assert b'charset="unknown-8bit"' in encoded.raw
    assert [("text/plain", None, "ü\r\n".encode())] == leaves(encoded.raw)


def test_the_parts_that_are_7_bit_stay_octet_for_octet():
    encoded = as_seven_bit(TWO_PARTS)
    assert encoded is not None
    assert b"--b\r\nContent-Type: text/plain\r\n\r\nascii\r\n--b--\r\n" in encoded.raw


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=120)


@given(st.lists(TEXTS, max_size=6), st.sampled_from(["8bit", "7bit", "BINARY"]))
def test_any_text_reads_the_same(lines, encoding):
    head = f"MIME-Version: 1.0\r\nContent-Transfer-Encoding: {encoding}\r\n"
    kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    content = Content((head + kind + "\r\n".join((*lines, ""))).encode())
    encoded = as_seven_bit(content)
    assert encoded is not None
    assert leaves(content.raw) == leaves(encoded.raw)

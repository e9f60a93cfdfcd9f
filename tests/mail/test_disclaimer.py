"""Disclaimers: what is written where, and that every other octet stays."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.content import Content, append_addresses, parse
from fakes.mail.disclaimer import Refusal, add_disclaimer, wrap
from fakes.mail.html_text import text_of_html

HTML = "<p>For <b>you</b></p>"


def written(raw, html=HTML, *, at_end=True):
    return add_disclaimer(Content(raw.encode()), html, at_end=at_end)


def bodies(content):
    message = email.message_from_bytes(content.raw, policy=email.policy.default)
    return [
        part.get_content()
        for part in message.walk()
        if part.get_content_maintype() == "text" and not part.is_attachment()
    ]


ALTERNATIVE = (
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\npreamble\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<html><body>words</body></html>\r\n--b--\r\n"
)
ENCRYPTED = "Content-Type: multipart/encrypted; boundary=c\r\n\r\nx\r\n--b--"
MIXED = (
    "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
    "--m\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n"
    "--m\r\n\r\nwords\r\n"
    "--m\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nno\r\n"
    "--m--\r\nepilogue"
)


@pytest.mark.parametrize(
    ("raw", "at_end", "expected"),
    [
        ("Subject: x\r\n\r\nwords", True, ["words\r\nFor you\r\n"]),
        ("Subject: x\r\n\r\nwords", False, ["For you\r\nwords"]),
        ("Content-Type: text/html\r\n\r\nwords", True, ["words" + HTML]),
        ("Content-Type: text/html\r\n\r\n<body a=1>w", False, [f"<body a=1>{HTML}w"]),
        ("Content-Type: text/html\r\n\r\nw", False, [HTML + "w"]),
        (
            ALTERNATIVE,
            True,
            ["words\r\nFor you\r\n", f"<html><body>words{HTML}</body></html>"],
        ),
        (MIXED, True, ["words\r\nFor you\r\n"]),
        ("", True, ["\r\nFor you\r\n"]),
        ("Subject: x", True, ["\r\nFor you\r\n"]),
        ("Subject: x\r\n", True, ["\r\nFor you\r\n"]),
    ],
)
def test_a_disclaimer_is_written_into_the_text_parts(raw, at_end, expected):
    done = written(raw, at_end=at_end)
    found = [text.replace("\r\n", "\n") for text in bodies(done)]
    assert [text.replace("\r\n", "\n") for text in expected] == [
        text.rstrip("\n") + "\n" if wanted.endswith("\n") else text
        for text, wanted in zip(found, expected, strict=True)
    ]


def test_the_calendar_of_a_meeting_request_bears_no_disclaimer():
    calendar = (
        b"Content-Type: text/calendar; method=REQUEST\r\n\r\n"
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    )
    raw = (
        b'Content-Type: multipart/alternative; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n"
    )
    done = add_disclaimer(Content(raw + calendar + b"--x--\r\n"), HTML, at_end=True)
    assert isinstance(done, Content)
    assert calendar in done.raw
    assert Refusal.NO_TEXT is add_disclaimer(Content(calendar), HTML, at_end=True)


def test_a_text_that_the_charset_cannot_hold_is_written_anew():
    for raw in (
        "Subject: x\r\n\r\nwords",
        "Content-Type: text/plain; charset=us-ascii\r\n\r\nwords",
    ):
        done = written(raw, "<p>für Sie</p>")
        assert "für Sie" in bodies(done)[0]
        assert ("1.0",) == parse(done).values("MIME-Version")
        assert ("base64",) == parse(done).values("Content-Transfer-Encoding")
    kept = written(
        "Content-Type: text/plain; charset=utf-8\r\n\r\nwords", "<p>für Sie</p>"
    )
    assert "für".encode() in kept.raw
    known = written("MIME-Version: 1.0\r\n\r\nwords", "<p>für Sie</p>")
    assert ("1.0",) == parse(known).values("MIME-Version")


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_encoded_part_is_decoded_and_written_anew(encoding):
    body = {"base64": "d29yZHM=", "quoted-printable": "wor=64s"}[encoding]
    done = written(f"Content-Transfer-Encoding: {encoding}\r\n\r\n{body}")
    assert bodies(done)[0].startswith("words")


def test_latin_octets_without_a_charset_are_kept_as_they_were():
    done = add_disclaimer(
        Content(b"Subject: x\r\n\r\nf\xfcr"), "<p>you</p>", at_end=True
    )
    assert "für" in bodies(done)[0]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("Content-Type: multipart/signed; boundary=b\r\n\r\n--b--", Refusal.CLOSED),
        ("Content-Type: application/pkcs7-mime\r\n\r\nAAAA", Refusal.CLOSED),
        ("Content-Type: text/plain; charset=nonsense\r\n\r\nx", Refusal.CLOSED),
        # The library stumbles over it.
        ("Content-Type: text/plain; name*\r\n\r\nx", Refusal.CLOSED),
        ("Content-Type: text/plain; " + "a" * 5000 + "\r\n\r\nx", Refusal.CLOSED),
        ("Content-Type: application/pdf\r\n\r\nx", Refusal.NO_TEXT),
        ("Content-Type: multipart/mixed\r\n\r\nx", Refusal.NO_TEXT),
        ("Content-Type: multipart/mixed; boundary=b\r\n\r\nx", Refusal.NO_TEXT),
        (
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + ENCRYPTED,
            Refusal.CLOSED,
        ),
    ],
)
def test_what_cannot_be_changed_says_why(raw, why):
    assert why is written(raw)


def test_parts_nested_without_end_are_closed():
    raw = "x"
    for depth in range(25):
        kind = f"Content-Type: multipart/mixed; boundary=b{depth}"
        raw = f"{kind}\r\n\r\n--b{depth}\r\n{raw}"
    assert Refusal.CLOSED is written(raw)


def test_a_part_without_its_end_is_read_to_the_end():
    done = written("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords")
    assert "For you" in bodies(done)[0]
    assert written("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b")


@given(st.binary(max_size=300), st.booleans())
def test_no_octets_make_it_stumble(raw, at_end):
    done = add_disclaimer(Content(raw), HTML, at_end=at_end)
    assert isinstance(done, (Content, Refusal))


@given(st.binary(max_size=300))
def test_a_wrapper_holds_the_mail_octet_by_octet(raw):
    for keeps_all in (True, False):
        assert raw in wrap(Content(raw), HTML, keeps_all=keeps_all).raw


def test_a_wrapper_has_the_fields_of_a_letter_and_others_only_if_told():
    content = Content(
        b"From: a@x.example\r\nX-Label: 1\r\nX-MS-Exchange-Y: 2\r\n"
        b"Content-Type: text/html\r\nMIME-Version: 1.0\r\nSubject: s\r\n\r\nw"
    )
    few = [f.name for f in parse(wrap(content, HTML, keeps_all=False)).fields]
    every = [f.name for f in parse(wrap(content, HTML, keeps_all=True)).fields]
    assert ["From", "X-MS-Exchange-Y", "Subject", "MIME-Version", "Content-Type"] == few
    assert "X-Label" in every
    assert 1 == every.count("Content-Type")


def test_the_text_of_markup_keeps_its_lines():
    markup = "<p>a</p><p>b &amp; <i>c</i></p>"
    text = text_of_html(markup, between_blocks="\r\n")
    assert ["a", "b & c"] == [line for line in text.splitlines() if line]


def test_addresses_are_written_behind_those_of_a_field():
    content = Content(b"To:  odd  <a@x.example>\r\nSubject: s\r\n\r\nw")
    assert content == append_addresses(content, "To", ())
    done = append_addresses(content, "to", ("b@x.example", "c@x.example"))
    assert done.raw.startswith(
        b"To:  odd  <a@x.example>,\r\n b@x.example,\r\n c@x.example\r\nSubject: s\r\n"
    )
    assert ("b@x.example",) == parse(
        append_addresses(content, "Cc", ("b@x.example",))
    ).values("Cc")

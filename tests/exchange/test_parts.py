"""What conditions look at: texts of bodies above all."""

import pytest

from fakes.exchange.rules import parts
from tests.exchange.at_hand import BARE, asked, every_end, hits, mail, reading, tenant

SECRET = {"SubjectOrBodyContainsWords": ["secret"]}
TAKE = {"Quarantine": True}


def mixed(*parts, kind="mixed"):
    inner = "".join(f"--b\r\n{part}\r\n" for part in parts)
    head = f'From: anna@contoso.example\r\nContent-Type: multipart/{kind}; boundary="b"'
    return mail(raw=f"{head}\r\n\r\n{inner}--b--\r\n".encode())


def whole(head, body):
    raw = f"From: anna@contoso.example\r\n{head}\r\n\r\n{body}"
    return mail(raw=raw.encode("latin-1"))


PLAIN = "Content-Type: text/plain\r\n\r\n{}"
UTF_8 = "Content-Type: text/plain; charset=utf-8"
ATTACHED = f"{UTF_8}\r\nContent-Disposition: attachment\r\n\r\nsecret"
HTML = "Content-Type: text/html\r\n\r\n{}"


@pytest.mark.parametrize(
    ("item", "is_hit"),
    [
        (mixed(PLAIN.format("a secret"), "Content-Type: image/png\r\n\r\nx"), True),
        (
            mixed(PLAIN.format("x"), HTML.format("<b>secret</b>"), kind="alternative"),
            True,
        ),
        (mixed(HTML.format("<i class='secret'>x</i>")), True),
        (mixed(HTML.format("one<br>secret<p>two")), True),
        (mixed(HTML.format("se<b>cret</b>")), True),
        (
            mixed(
                PLAIN.format("x"),
                "Content-Type: message/rfc822\r\n\r\nA: b\r\n\r\nsecret",
            ),
            False,
        ),
        (
            mixed(
                PLAIN.format("x"),
                ATTACHED,
            ),
            False,
        ),
        (
            whole(
                f"{UTF_8}\r\nContent-Transfer-Encoding: base64",
                "c2VjcmV0",
            ),
            True,
        ),
        (whole("Content-Type: text/plain; charset=no-such", "secret"), True),
        (whole("Content-Type: text/plain; charset=iso-8859-1", "\xe9 secret"), True),
        (whole("Content-Type: application/pdf", "secret"), False),
    ],
)
def test_the_body_is_what_a_reader_sees_and_the_source_of_html(item, is_hit):
    # exchange-rules#R-14, field-cases#3
    assert is_hit == hits(SECRET, item)


def test_a_word_ends_where_its_paragraph_ends():
    text_only = reading(html_words="text")
    item = mixed(HTML.format("<p>Results <b>secret</b></p>now"))
    assert hits(SECRET, item, readings=text_only)
    item = mixed(HTML.format("<div>secret</div>now"))
    assert hits(SECRET, item, readings=text_only)


def test_whether_words_see_the_source_of_html_is_open():
    item = mixed(HTML.format('<i class="secret">x</i>'))
    text_only = reading(html_words="text")
    assert not hits(SECRET, item, readings=text_only)
    from_source = tenant(SECRET | TAKE, readings=reading(settled=frozenset()))
    assert asked(item, from_source) == {"html_words"}


def test_a_reading_that_matters_only_in_the_source_of_html_is_not_missed():
    item = mixed(HTML.format('<i class="_secret">x</i>'))
    found = asked(item, tenant(SECRET | TAKE, readings=reading(settled=frozenset())))
    assert {"html_words", "underscore"} == found


def test_a_body_that_is_encrypted_holds_no_words():
    # exchange-rules#v80
    kind = "application/pkcs7-mime; smime-type=enveloped-data"
    assert not hits(SECRET, whole(f"Content-Type: {kind}", "secret"))
    assert asked(whole(f"Content-Type: {kind}", "x"), tenant(SECRET | TAKE)) == set()


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=signed-data",
        "application/x-microsoft-rpmsg-message",
        "application/ms-tnef",
    ],
)
def test_a_body_that_we_do_not_open_is_never_no_match(kind):
    item = whole(f"Subject: x\r\nContent-Type: {kind}", "x")
    assert 2 == len(every_end(item, tenant(SECRET | TAKE)))
    known = whole(f"Subject: secret\r\nContent-Type: {kind}", "x")
    assert 1 == len(every_end(known, tenant(SECRET | TAKE)))


def test_a_body_that_no_parser_can_read_is_never_no_match(monkeypatch):
    def broken(*_args, **_kwargs):
        raise ValueError

    monkeypatch.setattr("email.message_from_bytes", broken)
    assert 2 == len(every_end(mail(body="unlike any other"), tenant(SECRET | TAKE)))


def test_without_a_recipient_there_is_nothing_to_see_of_one():
    view = parts.View(mail(), True, BARE, "Header", False)  # noqa: FBT003
    for part in (parts.recipient, parts.recipient_domain, parts.recipient_scope):
        assert () == part(view, None, BARE.readings).texts

"""Mails as files: written and read again, or one line that says what is wrong."""

from ipaddress import ip_address

import pytest

from fakes.mail.address import parse_address
from harness.check import derive, facts_of
from harness.check.files import load_mail, save_mails
from harness.check.saved import Circumstances, MailError
from tests.check.tenants import POLICY, online

EML = b"From: anna@contoso.example\nTo: info@fabrikam.example\nSubject: x\n\nhello\n"


@pytest.fixture
def saved(tmp_path):
    def save(octets=EML, toml=None):
        path = tmp_path / "mail.eml"
        path.write_bytes(octets)
        if toml is not None:
            path.with_suffix(".toml").write_text(toml, encoding="utf-8")
        return path

    return save


def test_every_derived_mail_is_the_same_when_it_is_read_again(tmp_path):
    mails = derive(POLICY, facts_of(online())).mails
    paths = save_mails(mails, tmp_path / "new" / "folder")
    for path, mail in zip(paths, mails, strict=True):
        loaded = load_mail(path)
        assert (mail.item, ()) == (loaded.item, loaded.assumed)


def test_what_had_to_be_assumed_is_said(saved):
    loaded = load_mail(saved())
    assert (
        "envelope sender anna@contoso.example (From)",
        "envelope recipients info@fabrikam.example (To and Cc)",
        "submitted by anna@contoso.example, logged in",
    ) == loaded.assumed


def test_lines_get_the_ends_that_mail_has(saved):
    assert EML.replace(b"\n", b"\r\n") == load_mail(saved()).item.content.raw


def test_options_go_before_the_file_beside_the_mail(saved):
    path = saved(toml='mail_from = "a@contoso.example"\nsource = "192.0.2.7"')
    loaded = load_mail(path, Circumstances(mail_from="<>", rcpt_to=("b@x.example",)))
    assert loaded.item.envelope.reverse_path is None
    assert (parse_address("b@x.example"),) == loaded.item.envelope.recipients
    assert ip_address("192.0.2.7") == loaded.item.submission.source
    assert loaded.item.submission.authenticated is None
    assert () == loaded.assumed


def test_inbound_mail_is_anonymous(saved):
    loaded = load_mail(saved(), Circumstances(inbound=True))
    assert loaded.item.submission.authenticated is None


@pytest.mark.parametrize(
    ("octets", "toml", "message"),
    [
        (b"", None, "empty, expected a saved mail"),
        (b"\x00\xff\x00", None, "it has no header fields"),
        (b"Subject: x\n\n", None, "no address in From"),
        (b"From: a@x.example\n\n", None, "nobody in To or Cc"),
        (EML, "mail_from = 3", "`mail_from` is no text"),
        (EML, "inbound = 'yes'", "`inbound` is neither true nor false"),
        (EML, "mailfrom = ''", "unknown key `mailfrom`, did you mean `mail_from`?"),
        (EML, "rcpt_to = ['nobody']", "rcpt_to: `nobody` is no address"),
        (EML, "rcpt_to = []", "nobody in To or Cc"),
        (EML, "source = 'here'", "source: `here` is no IP address"),
        (EML, "x = = 1", "no TOML"),
        (EML, "inbound = true\nauthenticated = 'a@x.example'", "expected one of them"),
    ],
)
def test_a_mail_that_cannot_be_read_is_refused_in_one_line(
    saved, octets, toml, message
):
    with pytest.raises(MailError) as caught:
        load_mail(saved(octets, toml))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_mail_is_named():
    with pytest.raises(MailError, match=r"absent\.eml: no such file"):
        load_mail("absent.eml")


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("x = ", "no TOML: "),
        ("x = " + "9" * 5000, "no TOML"),
        ("x = " + "[" * 5000, "nested"),
    ],
)
def test_circumstances_that_are_no_toml_are_refused_on_one_line(saved, toml, expected):
    with pytest.raises(MailError, match=expected) as caught:
        load_mail(saved(toml=toml))
    assert 1 == len(str(caught.value).splitlines())

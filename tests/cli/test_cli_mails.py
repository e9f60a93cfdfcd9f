"""Mails of one's own: saved ones, options, and what had to be assumed."""

import pytest

WRITTEN, MEANT = "guide-online-as-written", "guide-online-as-meant"
MAIL = """\
From: Anna <anna@contoso.example>
To: info@fabrikam.example, bob@contoso.example
Subject: Secure: the results

A body that nobody prints: topsecret.
"""


@pytest.fixture
def mail(tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(MAIL, "utf-8")
    return file


def test_a_saved_mail_explains_as_the_derived_one(run, tmp_path):
    place = tmp_path / "mails"
    ran = run("check", WRITTEN, "--save-mails", place)
    saved = place / "label-outlook-desktop.eml"

    assert f"mails written to {place}" in ran.err
    assert saved.with_suffix(".toml").is_file()
    derived = run("explain", WRITTEN, "label-outlook-desktop").out
    assert derived == run("explain", WRITTEN, saved).out
    assert derived == run("explain", WRITTEN, saved.with_suffix(".toml")).out


def test_what_was_assumed_is_printed(run, mail):
    page = " ".join(run("explain", MEANT, mail).out.split())

    assert "Assumed of this mail: " in page
    assert "envelope sender anna@contoso.example" in page
    assert "logged in" in page


def test_what_was_said_is_not_assumed(run, mail):
    page = run(
        "explain",
        MEANT,
        mail,
        "--mail-from",
        "anna@contoso.example",
        "--rcpt-to",
        "info@fabrikam.example",
        "--authenticated",
        "anna@contoso.example",
    ).out

    assert "Assumed of this mail" not in page
    assert page.startswith("info@fabrikam.example")
    assert "bob@contoso.example" not in page


def test_a_stranger_is_not_taken_to_be_logged_in(run, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(MAIL.replace("contoso", "litware"), "utf-8")

    page = run("explain", MEANT, file, "--rcpt-to", "bob@contoso.example").out

    assert "an anonymous session: outside" in page
    assert "litware.example is no accepted domain" in " ".join(page.split())


def test_inbound_mail_comes_without_a_login(run, mail):
    page = run("explain", MEANT, mail, "--inbound").out

    assert "an anonymous session: outside" in page


def test_recipients_that_went_the_same_way_share_a_block(run, mail):
    page = run(
        "explain",
        MEANT,
        mail,
        "--rcpt-to",
        "info@fabrikam.example",
        "--rcpt-to",
        "cleo@fabrikam.example",
    ).out

    assert "info@fabrikam.example and cleo@fabrikam.example" in page
    assert 1 == page.count("handed to")


def test_no_body_is_printed(run, mail):
    assert "topsecret" not in run("explain", MEANT, mail).out
    assert "topsecret" not in run("explain", MEANT, mail, "--json").out


def test_a_subject_cannot_act_on_the_terminal(run, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_bytes(MAIL.replace("results", "\x1b[2J\u202ered").encode())

    page = run("explain", MEANT, file).out

    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "\\x1b[2J" in page


def test_a_long_header_line_is_cut(run, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(f"X-Long: {'a' * 1_000_000}\n{MAIL}", "utf-8")

    ran = run("explain", MEANT, file)

    assert 0 == ran.code
    assert max(map(len, ran.out.splitlines())) < 300

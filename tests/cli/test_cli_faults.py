"""`explain` while hosts are out of order: the course of a mail, and what it refuses."""

import json

import pytest

TENANT, AT = "guide-online-as-meant", ("--at", "2026-11-25T09:00")
MAIL = (
    "From: anna@contoso.example\r\nTo: info@fabrikam.example\r\n"
    "Subject: Secure results\r\n\r\nhello\r\n"
)


@pytest.fixture
def mail(tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(MAIL, "utf-8")
    return str(file)


def test_the_course_says_when_it_was_tried_and_who_was_told(run, mail):
    down = "smtp.zivver.com=0..13h"
    page = " ".join(run("explain", TENANT, mail, *AT, "--down", down).out.split())
    assert "SECURE" in page
    assert "In the course of time, sent 2026-11-25 09:00 UTC:" in page
    assert "at once tried smtp.zivver.com:25: 450 4.4.316 Connection refused" in page
    assert "7 more attempts, each the same, the last after 3 hours 20 minutes" in page
    assert "after 4 hours the sender is told that it is delayed" in page
    assert "tried smtp.zivver.com:25: taken" in page


def test_a_host_that_stays_down_lets_the_mail_expire(run, mail):
    page = run("explain", TENANT, mail, *AT, "--down", "smtp.zivver.com").out
    assert page.splitlines()[0].split()[:2] == ["info@fabrikam.example", "EXPIRED"]
    assert "the sender is told that it failed" in page


def test_a_script_and_a_patience_are_taken(run, mail, tmp_path):
    script = tmp_path / "faults.toml"
    script.write_text(
        '[[fault]]\nhost = "smtp.zivver.com"\nstage = "MAIL"\nreply = "451 4.3.0 no"\n'
    )
    asked = ("--faults", str(script), "--patience", "5h", "--json")
    told = json.loads(run("explain", TENANT, mail, *AT, *asked).out)
    moments = told["outcome"]["moments"]
    assert {"categorized", "tried", "the sender is told of the delay"} == {
        moment["what"] for moment in moments
    }
    (fate,) = told["outcome"]["fates"]
    assert 14_400 == fate["deliveries"][0]["told_after"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("--down", "a.example=1h"), "expected FROM..TO"),
        (("--down", "a.example=soon..2h"), "`soon` is no time"),
        (("--down", "a.example=2h..1h"), "ends before it begins"),
        (("--patience", "long"), "`long` is no span"),
        (("--faults", "nowhere.toml"), "cannot be read"),
    ],
)
def test_what_is_no_time_is_one_line_and_exit_2(run, mail, asked, why):
    ran = run("explain", TENANT, mail, *asked)
    assert 2 == ran.code
    assert why in ran.err
    assert 1 == len(ran.err.splitlines())


def test_an_empty_script_is_refused(run, mail, tmp_path):
    script = tmp_path / "faults.toml"
    script.write_text("")
    ran = run("explain", TENANT, mail, "--faults", str(script))
    assert (2, True) == (ran.code, "no fault, expected [[fault]]" in ran.err)

"""Somebody's own scenario files, graded by the failures that they notice."""

import json
from pathlib import Path

import pytest

import harness.cli.scenarios

PACKS = Path(harness.cli.scenarios.__file__).parents[1] / "packs"
LABELS = PACKS / "labels.scenario.toml"
TENANT = "guide-online-as-meant"
SOME = ("--only", "F01,F08,F57", "--at", "2026-11-25T09:00")

PACK = """\
[[pack]]
name = "labels"
source = ["zivver#F08"]
evidence = "assumed"
mails = ["label-outlook-desktop"]
"""
CASE = """\
[[case]]
name = "the word takes the mail to Zivver"
source = ["zivver#F01"]
evidence = "assumed"
tenant = "{tenant}"
subject = "Secure results"
[case.expect]
"info@fabrikam.example" = "{end}"
"""


@pytest.fixture
def graded(run, tmp_path):
    """Grade a folder of one file with this text."""

    def grade(text, *options):
        (tmp_path / "own.scenario.toml").write_text(text, "utf-8")
        return run("rehearse", TENANT, "--scenarios", tmp_path, *SOME, *options)

    return grade


def test_a_page_names_what_no_test_notices_and_the_mail_that_would(graded, golden):
    ran = graded(PACK)
    assert 1 == ran.code
    # The first line names the folder.
    first, _, rest = ran.out.partition("\n")
    assert first.startswith("Your tests would not notice 2 failures of a roll-out.")
    golden("rehearse-grade.txt", rest[rest.index("1 test: ") :])


def test_a_case_about_the_tenant_is_a_test_of_it(graded):
    text = CASE.format(tenant=TENANT, end="secure")
    document = json.loads(graded(text, "--json").out)
    noticed = {one["says"]: one["noticed_by"] for one in document["graded"]}
    off = 'rule "Zivver Custom Relay - subject" is turned off'
    assert "the word takes the mail to Zivver" == noticed[off]
    assert 1 == document["tests"]
    assert document["noticed"] < document["ways_of_failing"]


def test_a_test_that_fails_already_and_one_of_another_tenant_are_left_out(graded):
    wrong = CASE.format(tenant=TENANT, end="plain")
    other = CASE.format(tenant="contoso", end="plain").replace("the word", "a word")
    ran = graded(PACK + wrong + other)
    assert "Fails already: the word takes the mail to Zivver" in ran.out
    assert "1 case of other tenants: left out." in ran.out
    assert "\n1 test: " in ran.out


def test_all_packs_notice_what_their_mails_can_show(run):
    ran = run("rehearse", TENANT, "--scenarios", PACKS, "--only", "F01,F08", *SOME[2:])
    assert 0 == ran.code
    assert ran.out.startswith("Your tests notice every failure that check does.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            CASE.format(tenant="contoso", end="plain"),
            "is about `guide-online-as-meant`",
        ),
        (PACK.replace("mails", "mail"), "unknown key `mail`"),
    ],
    ids=["of other tenants only", "ill-formed"],
)
def test_what_cannot_be_graded_is_one_line(graded, text, found):
    ran = graded(text)
    assert 2 == ran.code
    assert found in ran.err
    assert 1 == len(ran.err.splitlines())


def test_a_folder_without_scenarios_is_one_line(run, tmp_path):
    ran = run("rehearse", TENANT, "--scenarios", tmp_path, *SOME)
    assert 2 == ran.code
    assert "no file `*.scenario.toml`" in ran.err


def test_the_mails_that_show_failures_are_written(run, tmp_path):
    folder = tmp_path / "mails"
    ran = run("rehearse", TENANT, *SOME, "--save-mails", folder)
    assert 0 == ran.code
    names = {path.name for path in folder.iterdir()}
    assert {"F08-label-outlook-desktop.eml", "F57-row1-large.toml"} <= names
    assert f"written to {folder}" in ran.err

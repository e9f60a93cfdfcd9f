"""The first line, where no rule to Zivver is in force."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.report.files import read_schema

BUILT_IN = Path(__file__).parents[2] / "harness" / "tenants"
AT = ("--at", "2026-11-25T09:00")


@pytest.fixture
def folder(tmp_path):
    """The corrected set-up before its roll-out: all rules off."""
    for file in (BUILT_IN / "guide-online-as-meant").glob("*"):
        octets = file.read_bytes()
        if file.name == "Get-TransportRule.json":
            octets = octets.replace(b'"State":  "Enabled"', b'"State":  "Disabled"')
            octets = octets.replace(b'"State": "Enabled"', b'"State": "Disabled"')
        (tmp_path / file.name).write_bytes(octets)
    return tmp_path


def test_the_first_line_says_that_nothing_is_sent_to_zivver(run, folder):
    ran = run("check", folder, *AT)
    text = " ".join(ran.out.split())
    assert text.startswith(
        "NO: nothing is sent to Zivver: each of "
        'rule 0 "Zivver Custom Relay - subject", rule 1 "Zivver Custom Relay - label" '
        'and rule 2 "Zivver Custom Relay - sender" is off (State Disabled).'
    )
    assert "Turn on: Enable-TransportRule 'Zivver Custom Relay - subject'" in text
    assert "mails then go as intended, 2 LOSS." in text
    assert "LEAK must be secure" not in text


def test_the_document_says_it_too(run, folder):
    document = json.loads(run("check", folder, "--json", *AT).out)
    Draft202012Validator(json.loads(read_schema())).validate(document)
    assert document["says"].startswith("nothing is sent to Zivver: each of rule 0")
    assert 3 == len(document["asleep"]["commands"])
    assert "NO" == document["asleep"]["then"]["answer"]


def test_without_a_policy_it_is_said_too(run, folder):
    for file in folder.glob("policy*.toml"):
        file.unlink()
    ran = run("check", folder, *AT)
    assert ran.out.startswith("CANNOT TELL: nothing is sent to Zivver: each of rule 0")
    assert "mails were followed." in " ".join(ran.out.split())


def test_where_there_is_no_rule_a_plan_is_offered(run, folder):
    (folder / "Get-TransportRule.json").write_text("[]")
    text = " ".join(run("check", folder, *AT).out.split())
    assert "no mail flow rule takes mail there, on or off." in text
    assert "--plan FILE, with their New-TransportRule lines in FILE." in text


def test_with_a_plan_that_turns_them_on_it_is_not_said(run, folder, tmp_path):
    plan = tmp_path / "plan.ps1"
    plan.write_text("Enable-TransportRule 'Zivver Custom Relay - label'\n")
    ran = run("check", folder, "--plan", plan, *AT)
    assert "nothing is sent to Zivver" not in ran.out
    assert "Captured the minute it is in force: " in ran.out

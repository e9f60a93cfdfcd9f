"""`--plan`: the tenant that a plan would make of this one."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from harness.report.files import read_schema

WRITTEN, AT = "guide-online-as-written", ("--at", "2026-11-25T09:00")
OFF = "Disable-TransportRule 'Zivver Custom Relay - sender'\n"


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plan.ps1"
    file.write_text("Connect-ExchangeOnline\n" + OFF)
    return str(file)


def test_the_difference_comes_first_and_the_answer_is_about_the_result(run, plan):
    ran = run("check", WRITTEN, "--plan", plan, *AT)
    text = " ".join(ran.out.split())
    assert text.startswith(f"The plan ({plan}): 2 lines, applied to a copy of the ten")
    assert "is turned off (State Enabled -> Disabled)" in text
    assert re.search(
        r"No longer sent to Zivver: \d+ mails \(\d+ recipients, of whom \d+ must", text
    )
    assert text.index("is turned off") < text.index("NO: mail that must be secure")
    assert "the rule is off (State Disabled)" in text
    assert text.endswith(f" {AT[1]}:00+00:00 --plan {plan}")


def test_a_plan_that_changes_nothing_for_mail_says_so(run, tmp_path):
    file = tmp_path / "plan.ps1"
    file.write_text(OFF.replace("Disable", "Enable"))
    ran = run("check", WRITTEN, "--plan", file, *AT)
    assert "No mail of this check ends otherwise than without the plan." in ran.out


def test_the_plan_stands_in_the_document(run, plan):
    ran = run("check", WRITTEN, "--plan", plan, "--json", *AT)
    document = json.loads(ran.out)
    Draft202012Validator(json.loads(read_schema())).validate(document)
    (change,) = document["plan"]["lines"][1]["differences"][0]["changes"]
    assert {"property": "State", "old": "Enabled", "new": "Disabled"} == change
    assert any(shift["released"] for shift in document["plan"]["shifts"])


def test_a_mail_is_explained_in_the_planned_tenant(run, plan):
    assert "SECURE" in run("explain", WRITTEN, "sender-plain-from", *AT).out
    assert (
        "SECURE" not in run("explain", WRITTEN, "sender-plain-from", "--plan", plan).out
    )


def test_a_plan_that_cannot_be_applied_is_2_and_one_line(run, plan, tmp_path):
    (tmp_path / "plan.ps1").write_text("\nRemove-TransportRule 'Relay'\n")
    ran = run("check", WRITTEN, "--plan", plan)
    assert (2, "") == (ran.code, ran.out)
    assert f"{plan}:2: `Remove-TransportRule 'Relay'`: there is no rule" in ran.err

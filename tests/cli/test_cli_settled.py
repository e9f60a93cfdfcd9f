"""An open question that the policy settles: what each report says of it."""

import json

import pytest

from harness.scenario.files import read_setting

WRITTEN = "guide-online-as-meant"
LABEL = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
BY = 'by = "J. de Vries", on = 2026-11-20, evidence = "trace 1234"'
SETTLED = f"""
[[must_be_secure]]
label = ["{LABEL}"]

[except]
kinds = ["automatic-reply", "calendar", "receipt", "zivver"]

[readings]
two_connectors = {{ answer = "last", {BY} }}
"""
SAID = (
    "Settled: which connector takes a mail that two rules send to two connectors: "
    "last (settled by J. de Vries on 2026-11-20: trace 1234)."
)


@pytest.fixture
def policy(tmp_path):
    file = tmp_path / "settled.toml"
    file.write_text(SETTLED, "utf-8")
    return file


@pytest.mark.parametrize(
    "question", [("check", WRITTEN), ("explain", WRITTEN, "label-outlook-desktop")]
)
def test_a_report_says_who_settled_it(run, policy, question):
    assert SAID in " ".join(run(*question, "--policy", policy).out.split())
    document = json.loads(run(*question, "--policy", policy, "--json").out)
    assert [
        {
            "name": "two_connectors",
            "answer": "last",
            "by": "J. de Vries",
            "on": "2026-11-20",
            "evidence": "trace 1234",
        }
    ] == document["settled"]


def test_without_a_word_on_it_nothing_is_said(run):
    assert "Settled" not in run("check", WRITTEN).out


def test_the_scenarios_of_a_policy_meet_the_same_world(policy):
    world = read_setting(WRITTEN, str(policy)).world
    assert {"two_connectors"} == world.organization.readings.settled
    assert ["two_connectors"] == [one.name for one in world.settled]

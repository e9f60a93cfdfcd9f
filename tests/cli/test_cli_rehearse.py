"""Failures rehearsed on a tenant, from the command line."""

import json
import shutil
from pathlib import Path

import pytest

import harness.scenario.files

TENANT = "guide-online-as-meant"
HYBRID = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
AT = ("--at", "2026-11-25T09:00")
PAGES = {
    "rehearse-some.txt": (TENANT, "--only", "F20,F39,F40,F61,F70", *AT),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_the_golden_file_has_it(name, golden, run):
    ran = run("rehearse", *PAGES[name])
    golden(name, ran.out)
    assert 0 == ran.code


def test_a_failure_that_nothing_shows_is_missed(run, tmp_path):
    # Nobody intends what the second relay rule does: no mail is held to it.
    folder = tmp_path / "tenant"
    shutil.copytree(HYBRID, folder)
    rules = folder / "online" / "Get-TransportRule.json"
    known = json.loads(rules.read_text("utf-8-sig"))
    other = {**known[0], "Name": "Zivver, board", "SubjectContainsWords": ["Board"]}
    rules.write_text(json.dumps([*known, {**other, "Priority": 1}]), "utf-8")
    ran = run("rehearse", folder, "--only", "F18", *AT)
    assert 1 == ran.code
    assert "MISSED: 1 failure would go unnoticed here." in ran.out
    assert 'rule "Zivver, board" excepts mail from contoso.example' in ran.out


def test_the_whole_is_data(run):
    ran = run("rehearse", TENANT, "--only", "F01,F04", "--json", *AT)
    document = json.loads(ran.out)
    first, second = document["failures"]
    assert ("F01", "noticed") == (first["id"], first["seen"])
    assert "LEAK" == first["tries"][0]["finding"]
    assert 3 == len(first["tries"])
    assert ("F04", "no mail shows it") == (second["id"], second["seen"])
    assert document["counts"]["missed"] == 0


def test_without_a_policy_nothing_is_intended_that_could_fail(run, tmp_path):
    folder = tmp_path / "tenant"
    shutil.copytree(HYBRID, folder)
    (folder / "policy.toml").unlink()
    ran = run("rehearse", folder)
    assert 2 == ran.code
    assert "has no policy.toml" in ran.err
    assert 1 == len(ran.err.splitlines())


def test_an_unknown_failure_is_one_line(run):
    ran = run("rehearse", TENANT, "--only", "F01,F999")
    assert 2 == ran.code
    assert "no failure `F999`" in ran.err

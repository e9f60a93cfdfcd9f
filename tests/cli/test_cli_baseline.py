"""A check held against an earlier one: what is new, what is gone, and how it ends."""

import json
import shutil
from contextlib import redirect_stdout
from importlib.resources import files
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from harness.cli import main

AT = ("--at", "2026-11-25T09:00")
WRITTEN, MEANT = (
    Path(str(files("harness").joinpath("tenants", name)))
    for name in ("guide-online-as-written", "guide-online-as-meant")
)
RULES = "Get-TransportRule.json"


@pytest.fixture
def tenant(tmp_path):
    """A folder to change, with the guide's set-up as it is meant."""
    return Path(shutil.copytree(MEANT, tmp_path / "tenant"))


def printed(name, folder):
    """What a check printed, as PowerShell writes it to a file."""
    with redirect_stdout(TextIOWrapper(BytesIO(), "utf-8")) as out:
        main(["check", name, "--json", *AT])
    out.seek(0)
    place = folder / "old.json"
    place.write_text(out.read(), "utf-16")
    return place


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    return printed(MEANT.name, tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def leaking(tmp_path_factory):
    return printed(WRITTEN.name, tmp_path_factory.mktemp("leaking"))


def since(run, tenant, old):
    ran = run("check", tenant, "--baseline", old, "--json", *AT)
    return json.loads(ran.out)["since"]


def changed(tenant, change):
    place = tenant / RULES
    rules = json.loads(place.read_text("utf-8-sig"))
    place.write_text(json.dumps(change(rules)), "utf-8")


def test_the_same_again_is_unchanged(run, tenant, old):
    found = since(run, tenant, old)

    assert ([], [], []) == (found["new"], found["gone"], found["not_looked_at"])
    assert len(json.loads(old.read_text("utf-16"))["findings"]) == found["unchanged"]


def test_another_order_of_the_same_rules_is_unchanged(run, tenant, old):
    changed(tenant, lambda rules: rules[::-1])

    assert ([], []) == tuple(since(run, tenant, old)[key] for key in ("new", "gone"))


def test_what_is_cured_is_gone(run, leaking):
    ran = run("check", MEANT.name, "--baseline", leaking, *AT)

    assert "  gone  LEAK  " in ran.out
    assert "The configuration is another than then." in ran.out


def test_what_is_broken_is_new_and_only_that_counts_if_asked(run, tenant, old):
    again = ("check", tenant, "--baseline", old, *AT)

    assert 0 == run(*again, "--fail-on-new").code
    changed(tenant, lambda rules: [rules[0] | {"State": "Disabled"}, *rules[1:]])
    ran = run(*again, "--fail-on-new")
    assert 1 == ran.code
    assert "  new   LEAK  " in ran.out
    assert 0 == run(*again, "--fail-on-new", "--fail-on", "LOOP").code
    assert 1 == run(*again, "--fail-on-new", "--fail-on", "LEAK").code


def test_sarif_says_which_causes_are_new(run, tenant, old):
    changed(tenant, lambda rules: [rules[0] | {"State": "Disabled"}, *rules[1:]])
    ran = run("check", tenant, "--baseline", old, "--sarif", "-", *AT)
    results = json.loads(ran.out)["runs"][0]["results"]
    states = {result.get("baselineState") for result in results}

    assert {"new", "updated"} <= states


def test_without_that_option_old_findings_count_too(run, tenant, old):
    assert 1 == run("check", tenant, "--baseline", old, *AT).code


def test_a_finding_whose_mail_is_not_written_any_more_is_not_gone(run, tenant, old):
    policy = (tenant / "policy.toml").read_text()
    row = policy.index("[[must_be_secure]]", policy.index("[[must_be_secure]]") + 1)
    (tenant / "policy.toml").write_text(policy[:row])

    assert since(run, tenant, old)["not_looked_at"]


def test_a_rule_that_nobody_can_read_is_never_let_pass(run, tenant, old):
    def emptied(rules):
        return [*rules, {"Name": "Empty", "Priority": 9, "State": "Enabled"}]

    changed(tenant, emptied)
    ran = run("check", tenant, "--baseline", old, "--fail-on-new", *AT)
    assert 0 != ran.code


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"findings": 1}', '{"tenants": []}', "[" * 9999]
)
def test_what_is_no_check_is_one_line(run, tmp_path, text):
    place = tmp_path / "old.json"
    place.write_text(text)
    ran = run("check", WRITTEN.name, "--baseline", place, *AT)

    assert 2 == ran.code
    assert 1 == len(ran.err.splitlines())
    assert "expected what `relay-harness check TENANT --json` printed" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("a", "--fail-on-new"),
        ("a", "--baseline", "no-such-file"),
        ("a", "b", "--expect", "1-0"),
    ],
)
def test_what_cannot_be_asked_is_one_line(run, arguments):
    ran = run("check", *arguments, *AT)

    assert 2 == ran.code
    assert 1 == len(ran.err.splitlines())

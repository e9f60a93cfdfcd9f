"""The published form of `check --json`: printed, whole, and held to real output."""

import json
from functools import cache

import pytest
from jsonschema import Draft202012Validator

from harness.compare import FindingKind
from harness.exports import Understood
from harness.exports.files import built_in_tenants
from harness.outcome import Disposition
from harness.report.files import read_schema

AT = ("--at", "2026-11-25T09:00")
MEANT = "guide-online-as-meant"
CASES = {
    **{name: (name,) for name in built_in_tenants()},
    "what depends on Zivver": (MEANT, "--policy", "policy-promised"),
    "several": (MEANT, "guide-onpremises-as-meant", "no-such-tenant"),
}


@cache
def schema():
    return json.loads(read_schema())


def objects(node, path=""):
    """Every object that the schema describes, with where it stands."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from objects(value, f"{path}/{number}")


@pytest.mark.parametrize("case", CASES)
def test_what_is_printed_has_the_published_form(run, case):
    document = json.loads(run("check", *CASES[case], "--json", *AT).out)

    problems = Draft202012Validator(schema()).iter_errors(document)

    assert [] == [f"{p.json_path}: {p.message}" for p in problems]


def test_without_a_policy_it_has_that_form_too(run, tmp_path):
    empty = tmp_path / "policy.toml"
    empty.write_text('[[must_be_secure]]\nsubject = ["Nobody writes this"]\n')
    document = json.loads(run("check", MEANT, "--policy", empty, "--json", *AT).out)

    Draft202012Validator(schema()).validate(document)


def test_the_schema_is_one_itself():
    Draft202012Validator.check_schema(schema())


def test_the_schema_knows_every_key_and_says_that_it_is_there():
    for path, node in objects(schema()):
        assert node["additionalProperties"] is False, path
        if not path.endswith("/ends") or "ok" not in node["properties"]:
            assert sorted(node["properties"]) == sorted(node["required"]), path


def test_the_schema_has_every_word_of_the_model():
    known = schema()["$defs"]
    how = known["check"]["properties"]["account"]["properties"]["lines"]["items"]

    assert [kind.value for kind in FindingKind] == known["kind"]["enum"]
    assert [end.value for end in Disposition] == known["disposition"]["enum"]
    assert [how.value for how in Understood] == how["properties"]["how"]["enum"]


def test_the_command_prints_it(run):
    ran = run("schema")

    assert 0 == ran.code
    assert schema() == json.loads(ran.out)


def test_a_configuration_that_is_expected_changes_nothing(run):
    found = json.loads(run("check", MEANT, "--json", *AT).out)["fingerprint"]
    ran = run("check", MEANT, "--expect", found, *AT)

    assert (run("check", MEANT, *AT).code, "") == (ran.code, ran.err)
    assert found in ran.out


def test_another_configuration_than_the_expected_one_is_one_line_and_ends_with_1(run):
    other = "1-0123456789abcdef0123456789abcdef"
    ran = run("check", MEANT, "--expect", other, "--fail-on", "LOOP", *AT)

    assert 1 == ran.code
    assert 1 == len(ran.err.splitlines())
    assert f"expected {other}" in ran.err

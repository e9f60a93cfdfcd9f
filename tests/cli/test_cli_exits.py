"""Exit codes, and the one line that stands beside each of them."""

import json
from pathlib import Path

import click
import pytest

from harness.cli import main, relay_harness

WRITTEN, MEANT = "guide-online-as-written", "guide-online-as-meant"
BUILT_IN = Path(__file__).parents[2] / "harness" / "tenants"
LABEL = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"
MET = f"""
[[must_be_secure]]
name = "word"
subject = ["Secure"]
[[must_be_secure]]
label = ["{LABEL}"]
[[must_be_secure]]
sender = ["payroll@contoso.example"]

[except]
kinds = ["automatic-reply", "calendar", "receipt", "zivver"]
"""


@pytest.fixture
def met(tmp_path):
    file = tmp_path / "met.toml"
    file.write_text(MET, "utf-8")
    return file


@pytest.fixture
def folder(tmp_path):
    """A folder of exports without a policy."""
    place = tmp_path / "my-tenant"
    place.mkdir()
    for file in (BUILT_IN / MEANT).glob("*"):
        if not file.name.startswith("policy"):
            (place / file.name).write_bytes(file.read_bytes())
    return place


def test_all_met_is_0_and_says_what_it_rests_on(run, met):
    ran = run("check", MEANT, "--policy", met)

    assert 0 == ran.code
    assert ran.out.startswith("YES: for Exchange, every mail of this check goes as")
    assert "assumed at Zivver: verification" in " ".join(ran.out.split())


def test_findings_are_1(run):
    assert 1 == run("check", WRITTEN).code


def test_without_a_policy_the_answer_is_never_yes(run, folder):
    ran = run("check", folder)

    assert 1 == ran.code
    assert ran.out.startswith("CANNOT TELL: nobody has said what is intended")
    assert "PLAIN" in ran.out
    assert 1 == run("check", folder, "--fail-on", "LEAK").code


def test_fail_on_looks_at_these_kinds_only(run):
    assert 1 == run("check", MEANT, "--fail-on", "loss").code
    assert 0 == run("check", MEANT, "--fail-on", "LEAK,over-capture").code


def test_fail_on_counts_what_could_be(run, folder, met):
    rules = json.loads((folder / "Get-TransportRule.json").read_text("utf-8-sig"))
    # It is not judged, and it takes mail to another connector.
    rules[0]["MessageContainsDataClassifications"] = ["Credit Card Number"]
    rules[1]["MessageContainsDataClassifications"] = ["Credit Card Number"]
    (folder / "Get-TransportRule.json").write_text(json.dumps(rules), "utf-8")

    ran = run("check", folder, "--policy", met, "--fail-on", "LEAK")

    assert 1 == ran.code
    assert "Not known: " in ran.out
    assert "Exchange Online does not act on this condition" in " ".join(ran.out.split())


def test_a_row_that_no_mail_meets_is_not_a_yes(run, tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(
        '[[must_be_secure]]\nsubject = ["Secure"]\nfrom = ["eve@fabrikam.example"]\n'
        + MET,
        "utf-8",
    )

    ran = run("check", MEANT, "--policy", file)

    assert 1 == ran.code
    assert ran.out.startswith("CANNOT TELL: ")
    assert "Not tested: " in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "guide-online-as-writen"), "did you mean `guide-online-as-written`"),
        (("check", "no-such-folder"), "no folder and no built-in tenant"),
        (("check", WRITTEN, "--policy", "no.toml"), "no.toml: no such file"),
        (("check", WRITTEN, "--fail-on", "LEEK"), "`LEEK` is none of LEAK"),
        (("check", WRITTEN, "--at", "yesterday"), "`yesterday` is no time"),
        (("check",), "Missing argument 'TENANT...'"),
        (("chek", WRITTEN), "No such command 'chek'"),
        (("explain", WRITTEN, "label-outlok-desktop"), "`label-outlook-desktop`"),
        (("explain", WRITTEN, "no.eml"), "no.eml: no such file"),
        (("explain", WRITTEN, "label-two", "--inbound"), "comes in as it is"),
    ],
)
def test_ill_formed_input_is_2_and_one_line(arguments, says, run):
    ran = run(*arguments)

    assert 2 == ran.code
    assert says in ran.err
    assert 1 == len(ran.err.splitlines())
    assert "" == ran.out


def test_a_policy_error_names_its_line(run, tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text('\n[[must_be_secured]]\nsubject = ["Secure"]\n', "utf-8")

    ran = run("check", WRITTEN, "--policy", file)

    assert 2 == ran.code
    assert f"{file}:2: unknown key `must_be_secured`" in ran.err
    assert "did you mean `must_be_secure`" in ran.err


@pytest.mark.parametrize(
    "octets", [b"", b"\n\nhello\n", b"\x00\xff\x00", b"Subject: x\n\nno sender\n"]
)
def test_a_broken_mail_is_2(octets, run, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_bytes(octets)

    ran = run("explain", WRITTEN, file)

    assert 2 == ran.code
    assert 1 == len(ran.err.splitlines())


def test_truncated_json_is_2(run, folder):
    file = folder / "Get-TransportRule.json"
    file.write_bytes(file.read_bytes()[:2000])

    ran = run("check", folder)

    assert 2 == ran.code
    assert "Get-TransportRule.json" in ran.err


def test_a_disk_that_does_not_take_mails_ends_in_one_line(run, tmp_path):
    file = tmp_path / "taken"
    file.write_text("a file", "utf-8")

    ran = run("check", MEANT, "--save-mails", file)

    assert ran.code in {2, 3}
    assert str(file) in ran.err
    assert 1 == len(ran.err.splitlines())


@pytest.fixture
def faulty():
    """A command that meets an impossible state."""

    @click.command("break")
    def broken():
        message = "it cannot be"
        raise AssertionError(message)

    relay_harness.add_command(broken)
    yield
    relay_harness.commands.pop("break")


def test_a_fault_of_ours_is_70_with_a_line_to_report(run, faulty):
    ran = run("break")

    assert 70 == ran.code
    assert "this is a fault of relay-harness" in ran.err
    assert "it cannot be (broken, line" in ran.err
    assert 1 == len(ran.err.splitlines())


def test_the_traceback_is_for_those_who_ask(run, faulty, monkeypatch):
    monkeypatch.setenv("RELAY_HARNESS_DEBUG", "1")

    assert "Traceback" in run("break").err


def test_the_demonstration_ends_with_0(run):
    assert 0 == run("demo").code


@pytest.mark.parametrize(
    "command", ["demo", "check", "explain", "support", "scenarios", "account"]
)
def test_every_command_has_help(command, run):
    ran = run(command, "--help")

    assert 0 == ran.code
    assert ran.out.startswith("Usage: relay-harness " + command)


def test_help_and_version(run):
    assert 0 == run("--help").code
    assert "Exit codes: 0 all met" in run("--help").out
    assert run("--version").out.startswith("relay-harness, version")


def test_no_command_at_all_shows_the_help(capsys):
    code = main([])
    seen = capsys.readouterr()

    assert 2 == code
    assert "Usage" in seen.out + seen.err

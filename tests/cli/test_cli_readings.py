"""The open questions, as a list and one by one."""

import json

import pytest

from fakes.exchange.readings import QUESTIONS
from fakes.zivver.readings import READINGS
from harness.world import ANSWERS

BY = 'by = "J. de Vries", on = 2026-11-20, evidence = "trace 1234"'
PAGES = {
    "readings.txt": (),
    "readings-two-connectors.txt": ("two_connectors",),
    "readings-word-edge.txt": ("word_edge",),
    "readings-missing-account.txt": ("zivver_missing_account",),
}


@pytest.fixture
def policy(tmp_path):
    file = tmp_path / "p.toml"
    text = '[[must_be_secure]]\nsubject = "Secure"\n[readings]\n'
    file.write_text(f'{text}two_connectors = {{ answer = "first", {BY} }}\n', "utf-8")
    return file


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_the_golden_file_has_it(name, golden, run):
    golden(name, run("readings", *PAGES[name]).out)


def test_every_question_is_listed(run):
    ran = run("readings")
    assert 0 == ran.code
    names = [ln.partition(":")[0] for ln in ran.out.splitlines() if "?" in ln]
    assert [*QUESTIONS, *(reading.name for reading in READINGS.values())] == names


def test_every_question_is_data(run):
    document = json.loads(run("readings", "--json").out)
    assert list(ANSWERS) == [entry["name"] for entry in document]
    for entry in document:
        answers = (entry["default"], *entry["alternatives"])
        assert ANSWERS[entry["name"]] == answers
        assert entry["sources"]
        assert entry["in_short"]


@pytest.mark.parametrize("name", ANSWERS)
def test_each_question_has_a_page_that_ends_in_what_the_policy_takes(name, run):
    ran = run("readings", name)
    assert 0 == ran.code
    assert ran.out.splitlines()[-1].startswith(f"  {name} = {{ answer = ")
    assert name == json.loads(run("readings", name, "--json").out)["name"]


def test_a_policy_shows_who_has_settled_what(run, policy):
    ran = run("readings", "--policy", policy)
    assert "; 1 settled." in ran.out
    assert "first: settled by J. de Vries on 2026-11-20: trace 1234" in ran.out
    document = json.loads(
        run("readings", "two_connectors", "--json", "--policy", policy).out
    )
    assert "first" == document["taken"]
    assert "J. de Vries" == document["settled"]["by"]


def test_the_mail_alone_can_be_saved(run):
    ran = run("readings", "word_edge", "--eml")
    assert ran.out.startswith("From: anna@contoso.example\n")
    assert ran.out.endswith("\n\nThis is a test.\n")


def test_what_test_message_really_does_is_said(run):
    text = " ".join(run("readings", "word_edge").out.split())
    assert "Microsoft's own warning" in text
    assert "Test-Message -MessageFileData $mail" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("two_conectors",), "did you mean `two_connectors`?"),
        (("zzz",), "`relay-harness readings` lists them"),
        (("--eml",), "--eml needs the NAME of a question"),
        (("zivver_bcc_mode", "--eml"), "needs no mail of ours"),
        (("--policy", "nowhere.toml"), "nowhere.toml: no such file"),
    ],
)
def test_what_cannot_be_answered_is_one_line(run, arguments, said):
    ran = run("readings", *arguments)
    assert 2 == ran.code
    assert 1 == len(ran.err.splitlines())
    assert said in ran.err

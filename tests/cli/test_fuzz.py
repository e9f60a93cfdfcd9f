"""`relay-harness fuzz` and `reproduce`, as a person meets them."""

import json

import pytest

from fakes.mail.content import parse
from harness.check.files import load_mail
from harness.scenario import item_of
from harness.scenario.files import load_file

SHORT = ("--examples", "40", "--at", "2026-11-25T09:00")

LABEL = """
[[must_be_secure]]
label = ["3de9faa6-9fe1-49b3-9a08-227a296b54a6"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_found_can_be_seen_again(run, folder):
    told = run("fuzz", "guide-online-as-written", "--no-edits", "--json", *SHORT)
    assert 1 == told.code
    found = json.loads(told.out)["mails"]["found"]
    ids = [one["reproduce"] for one in found]
    assert ids
    listed = run("reproduce")
    assert all(id_ in listed.out for id_ in ids)
    again = run("reproduce", ids[0])
    assert found[0]["recipient"] in again.out
    kept = folder / ".relay-harness" / "found" / ids[0]
    assert {"mail.eml", "mail.toml", "case.scenario.toml", "about.json"} == {
        each.name for each in kept.iterdir()
    }


def test_the_case_that_is_kept_is_the_mail_that_was_found(run, folder):
    told = run("fuzz", "guide-online-as-written", "--no-edits", "--json", *SHORT)
    for one in json.loads(told.out)["mails"]["found"]:
        kept = folder / ".relay-harness" / "found" / one["reproduce"]
        (case,) = load_file(kept / "case.scenario.toml").cases
        made, mail = item_of(case), load_mail(kept / "mail.eml").item
        assert mail.envelope == made.envelope
        assert mail.submission.authenticated == made.submission.authenticated
        assert parse(mail.content).subject == parse(made.content).subject


def test_edits_are_ranked_and_spelt(run, folder):
    (folder / "label.toml").write_text(LABEL)
    words = ("--examples", "1", "--policy", "label.toml")
    told = run("fuzz", "guide-online-as-meant", *words)
    assert "You are one edit away from a leak" in told.out
    assert "Disable-TransportRule 'Zivver Custom Relay - label'" in told.out


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("0 is not in the range", ("--examples", "0")),
        ("not in the range", ("--seconds", "0")),
        ("no such", ("--policy", "no-such.toml")),
    ],
)
def test_a_wrong_argument_is_one_line(run, folder, expected, words):
    told = run("fuzz", "guide-online-as-meant", *words)
    assert 2 == told.code
    assert expected in told.err
    assert 1 == len(told.err.splitlines())


def test_an_id_that_is_not_kept_is_one_line(run, folder):
    told = run("reproduce", "00000000")
    assert 2 == told.code
    assert "nothing of that name" in told.err


def test_what_an_older_version_kept_is_refused(run, folder):
    place = folder / ".relay-harness" / "found" / "0123abcd"
    place.mkdir(parents=True)
    old = {"id": "0123abcd", "tenant": "t", "policy": "", "kind": "LEAK", "why": ""}
    (place / "about.json").write_text(json.dumps(old | {"at": "", "version": 0}))
    told = run("reproduce", "0123abcd")
    assert 2 == told.code
    assert "version 0, expected 1" in told.err


def test_a_time_that_is_over_is_said(run, folder):
    words = ("--seconds", "0.001", "--examples", "1000")
    told = run("fuzz", "guide-online-as-meant", *words)
    assert "stopped before the end of the budget" in told.out
    assert "Not every edit was tried" in told.out

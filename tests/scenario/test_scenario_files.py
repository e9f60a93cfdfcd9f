"""What is wrong with a scenario file is one line: place and nearest name."""

import re
from pathlib import Path

import pytest

from harness.scenario import ScenarioError
from harness.scenario.files import load_corpus, load_file, read_setting
from harness.scenario.run import examine

GOOD = """\
[[case]]
name = "a word is found"
source = ["exchange-rules#v1"]
evidence = "documented"
subject = "Secure"

[[case.rules]]
Name = "Zivver"
SubjectContainsWords = ["Secure"]

[case.expect]
"info@fabrikam.example" = "plain"
"""


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


ILL_FORMED = [
    ("", 1, "no case, expected [[case]]"),
    ("x = 1\n" + GOOD, 1, "unknown key `x`"),
    (changed("subject =", "subjct ="), 5, "`subjct`, did you mean `subject`?"),
    (changed('"Secure"\n\n', "7\n\n"), 5, "`subject` is a number, expected a text"),
    (changed('source = ["exchange-rules#v1"]\n', ""), 1, "`source` is missing"),
    (changed('["exchange-rules#v1"]', "[]"), 1, "`source` is missing"),
    (changed('evidence = "documented"\n', ""), 1, "`evidence` is missing"),
    (changed('"documented"', '"documentd"'), 4, "did you mean `documented`?"),
    (changed('name = "a word is found"\n', ""), 1, "`name` is missing"),
    (changed('"plain"', '"PLAN"'), 12, "`PLAN`, did you mean `PLAIN`?"),
    (changed('"plain"', "3"), 12, "expected a word, a table or a list"),
    (changed('"info@fabrikam.example" =', "undetermind ="), 12, "`undetermined`?"),
    (changed('"info@fabrikam.example" =', '"@fabrikam.example" ='), 12, "no address"),
    (changed('[case.expect]\n"info@fabrikam.example" = "plain"\n', ""), 1, "`expect`"),
    (GOOD + GOOD, 13, "stands twice, first in line 1"),
    (changed("subject =", 'rcpt_to = ["x"]\nsubject ='), 5, "`x` is no address"),
    (changed("subject =", 'at = "now"\nsubject ='), 5, "`at`: expected a date"),
    (changed("subject =", "at = 2026-03-02T09:00:00\nsubject ="), 5, "zone"),
    (changed("subject =", 'source_address = "x"\nsubject ='), 5, "`x` is no IP"),
    (changed("subject =", 'headers = ["x"]\nsubject ='), 5, "`x` is no field"),
    (
        changed(
            "subject =", 'edits = [{disable_rule = "x", side = "left"}]\nsubject ='
        ),
        5,
        "`left` is no side, expected `online` or `onpremises`",
    ),
    (changed("subject =", 'eml = "gone.eml"\nsubject ='), 5, "gone.eml: no such file"),
    (changed("subject =", 'eml = "../x.eml"\nsubject ='), 5, "lies elsewhere"),
    (changed("subject =", 'label = {guid = "x"}\nsubject ='), 5, "`x` is no GUID"),
    (changed("subject =", 'mail_from = ""\nsubject ='), 5, "a null `mail_from` needs"),
    (
        changed(
            "subject =", 'inbound = true\nauthenticated = "a@b.example"\nsubject ='
        ),
        5,
        "`inbound` mail is not authenticated",
    ),
    (
        changed("subject =", 'edits = [{disable_rul = "x"}]\nsubject ='),
        5,
        "unknown edit `disable_rul`, did you mean `disable_rule`?",
    ),
    (
        changed("subject =", 'edits = [{disable_rule = "x", to = 1}]\nsubject ='),
        5,
        "unknown key `to`",
    ),
    (
        changed("subject =", 'edits = [{add_rule = "x"}]\nsubject ='),
        5,
        "expected a table",
    ),
    (
        changed("subject =", 'readings = {two_connector = "x"}\nsubject ='),
        5,
        "did you mean `two_connectors`?",
    ),
    (
        changed("subject =", 'readings = {two_connectors = "x"}\nsubject ='),
        5,
        "expected one of first, last",
    ),
    (changed('"plain"', '"plain"\nfindings = ["LEEK"]'), 13, "did you mean `LEAK`?"),
    (changed('"plain"', '"plain"\nrefused = "x"'), 13, "the only thing"),
    (changed('"plain"', '"plain"\nsteps = {Zivver = "yes"}'), 13, "matches"),
    (changed("[[case.rules]]", "[[case.rules"), 7, "no TOML"),
    ('[[pack]]\nname = "x"\nsource = ["a"]\n', 1, "`mails` must be there"),
]


@pytest.mark.parametrize(
    ("text", "line", "part"), ILL_FORMED, ids=[row[2][:40] for row in ILL_FORMED]
)
def test_an_ill_formed_file_is_refused_with_the_right_line(tmp_path, text, line, part):
    file = tmp_path / "x.scenario.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_file(file)
    message = str(caught.value)
    assert part in message
    assert message.startswith(f"{file}:{line}: ")
    assert "\n" not in message


def test_the_case_is_named(tmp_path):
    file = tmp_path / "x.scenario.toml"
    file.write_text(changed("subject =", "subjct ="), encoding="utf-8")
    with pytest.raises(ScenarioError, match="case `a word is found`"):
        load_file(file)


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(tmp_path):
    file = tmp_path / "x.scenario.toml"
    file.write_bytes(b'[[case]]\nname = "\xff"\n')
    with pytest.raises(ScenarioError, match=r":2: not UTF-8"):
        load_file(file)


def test_a_mark_in_front_as_windows_editors_write_it_does_no_harm(tmp_path):
    file = tmp_path / "x.scenario.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    (case,) = load_file(file).cases
    assert case.name == "a word is found"
    assert case.line == 1


def test_an_empty_corpus_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="no file"):
        load_corpus(tmp_path)


def test_defaults_stand_in_for_what_a_case_leaves_out(tmp_path):
    file = tmp_path / "x.scenario.toml"
    text = changed('evidence = "documented"\nsubject = "Secure"\n', 'subject = "x"\n')
    head = '[defaults]\nevidence = "observed"\nsubject = "y"\n\n'
    file.write_text(head + text, encoding="utf-8")
    (case,) = load_file(file).cases
    assert case.evidence == "observed"
    assert case.mail.subject == "x"


def test_recipients_are_those_of_whom_something_is_expected(tmp_path):
    file = tmp_path / "x.scenario.toml"
    file.write_text(GOOD, encoding="utf-8")
    (case,) = load_file(file).cases
    assert [str(who) for who in case.mail.rcpt_to] == ["info@fabrikam.example"]
    assert str(case.mail.authenticated) == "anna@contoso.example"


def test_an_edit_of_a_side_needs_a_hybrid(tmp_path):
    file = tmp_path / "x.scenario.toml"
    edit = 'edits = [{ disable_rule = "x", side = "onpremises" }]\nsubject ='
    file.write_text(changed("subject =", edit), encoding="utf-8")
    (case,) = load_file(file).cases
    with pytest.raises(ScenarioError, match="no side `onpremises`, the tenant is no h"):
        examine(case, read_setting(case.tenant))


def test_the_case_that_the_readme_shows_can_be_read(tmp_path):
    readme = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text("utf-8")
    file = tmp_path / "x.scenario.toml"
    file.write_text(re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)[0], "utf-8")
    (case,) = load_file(file).cases
    assert () == examine(case, read_setting(case.tenant))


def test_a_tenant_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(ScenarioError, match="`contosso`, did you mean `contoso`"):
        read_setting("contosso")

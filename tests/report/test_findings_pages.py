"""The pages about findings and lints: one for each, all of one shape."""

import json
import re

import pytest

from harness.check.lints.table import BY_ID, ROWS
from harness.cli import main
from harness.compare import FindingKind
from harness.report.files import page_names, read_page
from harness.report.words import WHAT_IS_WRONG

HEADINGS = ["What", "Why it matters", "Wrong", "Right", "Source"]
SHAPE = re.compile(r"# (?P<name>[A-Z_-]+)\n\n(?P<says>[^\n]+)\n\n(?P<sort>[^\n]+)\n")
SECTION = re.compile(
    r"^## (?P<heading>[^\n]+)\n\n(?P<text>.+?)\n(?=\n## |\Z)", re.DOTALL | re.MULTILINE
)


def start_of(name):
    """The title, the sentence and the sort of a page."""
    found = SHAPE.match(read_page(name))
    assert found
    return found


def sections(name):
    """The sections of a page by heading."""
    found = SECTION.findall(read_page(name))
    return dict(found)


def test_every_lint_and_every_finding_has_a_page_and_no_page_is_of_nothing():
    assert sorted({*BY_ID, *FindingKind.__members__}) == sorted(page_names())


def test_no_two_lints_have_one_id():
    assert len(ROWS) == len(BY_ID)


@pytest.mark.parametrize("name", page_names())
def test_every_page_has_the_one_shape(name):
    assert name == start_of(name)["name"]
    assert HEADINGS == list(sections(name))
    assert all(text.strip() for text in sections(name).values())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_page_says_what_its_lint_says(row):
    start = start_of(row.id)
    assert row.says == start["says"]
    assert f"A {row.severity}." in start["sort"]
    places = sorted(row.platforms)
    assert all(place in start["sort"] for place in places)
    assert row.source in sections(row.id)["Source"]


@pytest.mark.parametrize("kind", FindingKind, ids=lambda kind: kind.name)
def test_a_page_says_what_its_finding_says(kind):
    says = start_of(kind.name)["says"].lower()
    assert WHAT_IS_WRONG[kind].lower() in f"a mail {says}".replace("a mail a mail", "a")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_a_lint_says_reads_as_a_sentence(row):
    assert row.says[0].isupper()
    assert row.says.endswith(".")
    assert not row.right.endswith(".")


def test_the_command_lists_them_and_prints_one(capsys):
    assert 0 == main(["findings"])
    listed = capsys.readouterr().out
    assert all(name in listed for name in page_names())
    assert 0 == main(["findings", "over-capture"])
    assert "OVER_CAPTURE\n" in capsys.readouterr().out


def test_hidden_characters_of_a_page_are_spelt_out(capsys):
    assert 0 == main(["findings", "WORD-HIDDEN"])
    assert "S\\u200becure" in capsys.readouterr().out


def test_the_command_gives_data(capsys):
    assert 0 == main(["findings", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert page_names() == tuple(sorted(entry["id"] for entry in listed))
    assert 0 == main(["findings", "RULE-OFF", "--json"])
    assert read_page("RULE-OFF") == json.loads(capsys.readouterr().out)["page"]


def test_a_name_that_is_none_gets_the_nearest(capsys):
    assert 2 == main(["findings", "LABEL-PLURALS"])
    assert "did you mean `LABEL-PLURAL`?" in capsys.readouterr().err
    assert 2 == main(["findings", "xyzzy"])
    assert "`relay-harness findings` lists them" in capsys.readouterr().err

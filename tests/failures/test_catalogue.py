"""The catalogue is whole, and cites what it says."""

import re
from pathlib import Path

import pytest

from harness.failures import CATALOGUE, Guide, Notice, find_failure
from harness.failures.told_by import TOLD_BY
from tests.citations import Citation, anchors, complaint

FACTS = Path(__file__).parents[2] / "docs" / "facts"
KNOWN = anchors(FACTS)
SHEET = re.findall(
    r"^\| (F\d+) \|.*\| ([SI-])[^|]*\|$",
    (FACTS / "zivver.md").read_text("utf-8"),
    re.MULTILINE,
)
# The only ones that may say that no mail shows them.
NOT_SHOWN = {"F04", "F20", "F73", "F79", "F81", "F93"}
BY_GUIDE = {"S": Guide.STATED, "I": Guide.IMPLIED, "-": Guide.SILENT}


def test_every_row_of_the_sheet_is_an_entry_and_the_field_adds_more():
    ids = [failure.id for failure in CATALOGUE]
    assert 96 == len(SHEET)
    assert [name for name, _ in SHEET] == ids[:96]
    assert [f"F{number}" for number in range(97, 97 + len(ids) - 96)] == ids[96:]


def test_what_the_guide_says_is_as_in_the_sheet():
    assert {name: BY_GUIDE[said] for name, said in SHEET} == {
        failure.id: failure.guide for failure in CATALOGUE[:96]
    }


@pytest.mark.parametrize("failure", CATALOGUE, ids=lambda failure: failure.id)
def test_an_entry_says_what_it_must(failure):
    assert failure.harms
    assert failure.sentence
    assert failure.where
    assert failure.notice
    assert failure.sources
    if failure.id in NOT_SHOWN:
        assert not failure.is_shown
        assert failure.why_not
        assert failure.instead
    else:
        assert failure.is_shown
        assert failure.needs
        # Without a finding, somebody must look at the trace or the configuration.
        assert failure.follows or {Notice.TRACE, Notice.LINT} & set(failure.notice)


@pytest.mark.parametrize("failure", CATALOGUE, ids=lambda failure: failure.id)
def test_each_of_its_citations_resolves(failure):
    for source in failure.sources:
        document, _, anchor = source.partition("#")
        assert complaint(Citation(document, anchor, failure.id, 1), KNOWN) is None


def test_what_tells_of_a_failure_is_told_of_one_that_there_is():
    assert set() == set(TOLD_BY) - {failure.id for failure in CATALOGUE}


def test_an_entry_is_found_whatever_the_case_of_its_id():
    assert find_failure("f08") is find_failure("F08") is not None
    assert find_failure("F999") is None

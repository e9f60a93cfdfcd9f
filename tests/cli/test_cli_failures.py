"""The catalogue of failures, as a list and one by one."""

import json

import pytest

from harness.failures import CATALOGUE

PAGES = {
    "failures.txt": (),
    "failures-F06.txt": ("F06",),
    "failures-F08.txt": ("F08",),
    "failures-F20.txt": ("F20",),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_the_golden_file_has_it(name, golden, run):
    golden(name, run("failures", *PAGES[name]).out)


def test_every_failure_is_data(run):
    document = json.loads(run("failures", "--json").out)
    assert [failure.id for failure in CATALOGUE] == [entry["id"] for entry in document]
    for entry in document:
        assert json.loads(run("failures", entry["id"], "--json").out) == entry


def test_an_id_that_is_none_is_one_line(run):
    ran = run("failures", "F9x")
    assert 2 == ran.code
    assert "no failure `F9x`, did you mean `F9" in ran.err
    assert 1 == len(ran.err.splitlines())
    assert "expected F01 to F109" in run("failures", "zzz").err

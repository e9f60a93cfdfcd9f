"""Each vector of the sheet is a scenario, or is listed with the reason why not."""

import re
import tomllib
from pathlib import Path

import pytest

from harness.scenario.files import load_corpus

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs" / "facts"
RULES = re.findall(
    r"(?m)^\| (v[0-9]+) \|", (FACTS / "exchange-rules.md").read_text("utf-8")
)
ROUTING = re.findall(
    r"(?m)^\| ([A-E][0-9]+) \|", (FACTS / "exchange-routing.md").read_text("utf-8")
)
VECTORS = [*RULES, *ROUTING]
LISTED = tomllib.loads((ROOT / "scenarios" / "not-runnable.toml").read_text("utf-8"))
CITED = {
    source.removeprefix("exchange-rules#").removeprefix("exchange-routing#")
    for case in load_corpus(ROOT / "scenarios")
    for source in case.source
}


def test_the_sheets_have_87_and_107():
    assert [f"v{n}" for n in range(1, 88)] == RULES
    assert 107 == len(ROUTING)


@pytest.mark.parametrize("vector", VECTORS)
def test_each_vector_is_a_scenario_or_is_listed(vector):
    assert (vector in CITED) != (vector in LISTED)


@pytest.mark.parametrize("vector", LISTED)
def test_what_is_listed_says_why_and_where_it_is_tested_otherwise(vector):
    assert vector in RULES + ROUTING
    entry = LISTED[vector]
    assert entry["why"]
    if "test" in entry:
        text = (ROOT / entry["test"]).read_text("utf-8")
        assert re.search(rf"exchange-(?:rules|routing)#{vector}\b", text)

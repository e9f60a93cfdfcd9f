"""A case that is spelt as TOML and read again is the same case."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenario import spell
from harness.scenario.files import load_corpus, load_file
from harness.scenario.toml_text import write_toml

ROOT = Path(__file__).parents[2]
CORPUS = load_corpus(ROOT / "scenarios")

text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    text
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1)),  # noqa: DTZ001  Hypothesis wants it so
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "folder", sorted({Path(case.file).parent.name for case in CORPUS})
)
def test_every_case_of_the_corpus_comes_back(folder, tmp_path):
    for number, case in enumerate(CORPUS):
        if Path(case.file).parent.name != folder:
            continue
        file = tmp_path / f"{number}.scenario.toml"
        for name in filter(None, (case.mail.eml, case.rules_file)):
            beside = ROOT / case.file
            (tmp_path / name).write_bytes((beside.parent / name).read_bytes())
        file.write_text(spell(case), encoding="utf-8")
        (again,) = load_file(file).cases
        assert case == replace(again, file=case.file, line=case.line)


@pytest.mark.property
@given(st.dictionaries(text, values))
def test_what_is_written_is_what_is_read(table):
    assert table == tomllib.loads(write_toml(table))

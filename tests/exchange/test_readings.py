"""Open readings: asked where they matter, and never twice differently."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices, explore
from fakes.exchange.readings import (
    QUESTIONS,
    Readings,
    alternatives,
    ask,
    differs,
    settle,
    with_answers,
)

NAMES = ("underscore", "cjk", "word_edge")


def test_every_question_has_its_default_first_a_source_and_a_recipe():
    for name, question in QUESTIONS.items():
        assert question.alternatives[0] == getattr(Readings(), name)
        assert len(set(question.alternatives)) == len(question.alternatives) > 1
        assert question.sources
        assert question.asks
        assert question.settle
    assert {"settled"} == {field.name for field in fields(Readings)} - set(QUESTIONS)


def test_an_answer_that_is_taken_comes_first():
    taken = with_answers(Readings(), {"underscore": "boundary"})
    assert ("boundary", "letter") == alternatives(taken, "underscore")


def test_a_settled_reading_is_no_choice():
    choices = Choices()
    settled = Readings(underscore="boundary", settled=frozenset({"underscore"}))
    assert "boundary" == ask(settled, choices, "underscore")
    assert [] == choices.met
    assert "letter" == ask(Readings(), choices, "underscore")
    assert 1 == len(choices.met)


@st.composite
def tables(draw):
    """A result for each combination of answers to three questions."""
    table = {}
    for one in alternatives(Readings(), NAMES[0]):
        for two in alternatives(Readings(), NAMES[1]):
            for three in alternatives(Readings(), NAMES[2]):
                table[one, two, three] = draw(st.sampled_from("ab"))
    return table


@pytest.mark.property
@given(tables())
def test_settling_finds_every_result_and_asks_nothing_in_vain(table):
    def result(readings):
        return table[tuple(getattr(readings, name) for name in NAMES)]

    def run(choices):
        return result(settle(Readings(), choices, NAMES, result))

    found = explore(run, bound=99)
    assert set(table.values()) == {run.result for run in found.runs}
    assert differs(Readings(), NAMES, result) == (len(found.runs) > 1)
    for run_ in found.runs:
        given = {str(point.key): point.chosen for point in run_.met}
        rest = tuple(name for name in NAMES if name not in given)
        assert not differs(with_answers(Readings(), given), rest, result)

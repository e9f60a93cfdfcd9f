"""Choice points: every way is found, merging loses none, and a bound is admitted."""

import itertools
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import (
    ChoicePoint,
    Choices,
    ChoicesAgain,
    Exploration,
    Fact,
    Key,
    Merged,
    OpenReading,
    Run,
    explore,
)

WAYS = ("no", "yes")
FACTS = [Fact("asked", str(number)) for number in range(3)]
READINGS = [OpenReading(f"reading {number}") for number in range(2)]
KEYS: list[Key] = [*FACTS, *READINGS]
STATES = range(3)


@st.composite
def programs(draw):
    """A small machine: each step may ask one key and moves by state and answer."""
    steps = []
    for _ in range(draw(st.integers(1, 6))):
        key = draw(st.sampled_from(KEYS))
        asks_in = draw(st.frozensets(st.sampled_from(STATES)))
        moves = {
            (state, way): draw(st.sampled_from(STATES))
            for state in STATES
            for way in (None, *WAYS)
        }
        steps.append((key, asks_in, moves))
    return steps


def run_program(steps, choices, *, merges=True):
    state = 0
    for number, (key, asks_in, moves) in enumerate(steps):
        way = choices.choose(key, WAYS) if state in asks_in else None
        state = moves[state, way]
        asked_later = {
            key.question for key, _, _ in steps[number + 1 :] if is_fact(key)
        }
        forgotten = frozenset(f.question for f in FACTS) - asked_later
        if merges:
            choices.checkpoint((number, state), forgotten)
    return state


def is_fact(key):
    return isinstance(key, Fact)


def every_way(steps):
    """All results, by trying each combination of answers outright."""
    for answers in itertools.product(WAYS, repeat=len(KEYS)):
        pinned = dict(zip(KEYS, answers, strict=True))
        yield run_program(steps, Choices(pinned), merges=False)


@pytest.mark.property
@given(programs())
def test_exploring_finds_what_trying_every_combination_finds(steps):
    plain = explore(lambda c: run_program(steps, c, merges=False), bound=1000)
    assert set(every_way(steps)) == {run.result for run in plain.runs}
    assert plain.is_whole


@pytest.mark.property
@given(programs())
def test_merging_never_loses_a_result(steps):
    merged = explore(lambda c: run_program(steps, c), bound=1000)
    assert set(every_way(steps)) == {run.result for run in merged.runs}


@pytest.mark.property
@given(programs())
def test_merging_never_takes_more_runs(steps):
    plain = explore(lambda c: run_program(steps, c, merges=False), bound=1000)
    merged = explore(lambda c: run_program(steps, c), bound=1000)
    assert len(merged.runs) <= len(plain.runs)


@pytest.mark.property
@given(programs(), st.integers(1, 8))
def test_a_bound_that_was_reached_is_admitted(steps, bound):
    whole = explore(lambda c: run_program(steps, c, merges=False), bound=1000)
    cut = explore(lambda c: run_program(steps, c, merges=False), bound=bound)
    assert cut.is_whole == (len(whole.runs) <= bound)
    assert cut.runs == whole.runs[:bound]


@pytest.mark.property
@given(programs())
def test_the_first_run_takes_every_default_and_fewer_deviations_come_first(steps):
    found = explore(lambda c: run_program(steps, c, merges=False), bound=1000)
    assert () == found.runs[0].deviations
    counts = [len(run.deviations) for run in found.runs]
    assert counts == sorted(counts)


@pytest.mark.property
@given(programs())
def test_no_way_is_run_twice(steps):
    found = explore(lambda c: run_program(steps, c, merges=False), bound=1000)
    ways = [run.met for run in found.runs]
    assert len(ways) == len(set(ways))


def test_a_fact_has_one_answer_in_a_run():
    fact = FACTS[0]
    choices = Choices({fact: "yes"})
    assert choices.given(fact) is None
    assert choices.choose(fact, WAYS) == "yes"
    assert choices.choose(Fact("asked", "0", why="other words"), WAYS) == "yes"
    assert choices.given(fact) == "yes"
    assert choices.met == [ChoicePoint(fact, WAYS, "yes")]


def test_facts_of_two_recipients_are_two_facts():
    choices = Choices({Fact("asked", recipient="a"): "yes"})
    assert choices.choose(Fact("asked", recipient="a"), WAYS) == "yes"
    assert choices.choose(Fact("asked", recipient="b"), WAYS) == "no"


def test_a_run_is_not_merged_before_its_pins_are_met():
    visited: set[Hashable] = set()
    first = Choices(visited=visited)
    first.checkpoint("here", frozenset())
    late = Choices({FACTS[0]: "yes"}, visited)
    late.checkpoint("here", frozenset())
    late.choose(FACTS[0], WAYS)
    with pytest.raises(Merged):
        late.checkpoint("here", frozenset({FACTS[0].question}))


def test_an_answer_that_is_asked_again_keeps_two_runs_apart():
    def run(choices, forgotten):
        first = choices.choose(FACTS[0], WAYS)
        choices.checkpoint("between", forgotten)
        again = choices.choose(FACTS[0], WAYS)
        assert first == again
        return again

    kept = explore(lambda c: run(c, frozenset()), bound=9)
    assert ["no", "yes"] == [r.result for r in kept.runs]
    lost = explore(lambda c: run(c, frozenset({FACTS[0].question})), bound=9)
    assert ["no"] == [r.result for r in lost.runs]


def test_readings_always_keep_runs_apart():
    def run(choices):
        way = choices.choose(READINGS[0], WAYS)
        choices.checkpoint("between", frozenset())
        return way

    assert ["no", "yes"] == [r.result for r in explore(run, bound=9).runs]


def test_keys_name_themselves_for_a_person():
    assert "SentTo bob of cleo" == str(Fact("SentTo", "bob", recipient="cleo"))
    assert "SentTo" == str(Fact("SentTo"))
    assert "underscore" == str(OpenReading("underscore"))


def test_without_choices_there_is_one_run():
    assert explore(lambda _: 7, bound=1) == Exploration((Run(7, ()),), is_whole=True)


def test_a_mail_that_passes_again_gets_the_answers_of_its_run_and_is_never_merged():
    def run(choices):
        first = choices.choose(FACTS[0], WAYS)
        choices.checkpoint("between", frozenset())
        again = ChoicesAgain(choices)
        again.checkpoint("between", frozenset())
        assert first == again.given(FACTS[0]) == again.choose(FACTS[0], WAYS)
        return first

    assert ["no", "yes"] == [r.result for r in explore(run, bound=9).runs]

"""MATCH, NO_MATCH and UNKNOWN: UNKNOWN yields only to what decides alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.exchange.rules.verdict import Verdict, all_of, any_of, negated, verdict_of

YES, NO, CANNOT_TELL = Verdict.MATCH, Verdict.NO_MATCH, Verdict.UNKNOWN
verdicts = st.lists(st.sampled_from(Verdict))


@pytest.mark.parametrize(
    ("given", "every", "some"),
    [
        ((), YES, NO),
        ((YES,), YES, YES),
        ((NO,), NO, NO),
        ((CANNOT_TELL,), CANNOT_TELL, CANNOT_TELL),
        ((YES, CANNOT_TELL), CANNOT_TELL, YES),
        ((NO, CANNOT_TELL), NO, CANNOT_TELL),
        ((YES, NO), NO, YES),
        ((YES, NO, CANNOT_TELL), NO, YES),
    ],
)
def test_and_or_of_three_values(given, every, some):
    assert every is all_of(given)
    assert some is any_of(given)


def test_not_keeps_what_cannot_be_told():
    assert (NO, YES, CANNOT_TELL) == tuple(map(negated, (YES, NO, CANNOT_TELL)))


@pytest.mark.property
@given(verdicts)
def test_and_is_or_turned_round(found):
    assert all_of(found) is negated(any_of(map(negated, found)))


@pytest.mark.property
@given(verdicts, st.data())
def test_an_unknown_that_becomes_known_never_overturns_a_verdict(found, data):
    ways = st.sampled_from((True, False))
    known = [
        verdict_of(data.draw(ways)) if one is CANNOT_TELL else one for one in found
    ]
    for combine in (all_of, any_of):
        before = combine(found)
        assert before in (CANNOT_TELL, combine(known))

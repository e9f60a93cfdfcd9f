"""Each line of the register that says Yes is seen at work in the corpus.

Not only written: the computed steps of some scenario show the condition held, some
other's that it did not, and that it held as exception.
"""

import contextlib
from functools import cache
from pathlib import Path

import pytest

from fakes.exchange.rules.actions import ACTIONS
from fakes.exchange.rules.predicate import Support
from fakes.exchange.rules.predicates import PREDICATES
from fakes.trace import Answer, StepKind
from harness.scenario.files import load_corpus, read_setting
from harness.scenario.run import Refused, default_run, set_up

ROOT = Path(__file__).parents[2]
YES = sorted(n for n, row in PREDICATES.items() if row.support is Support.YES)
DONE = sorted(n for n, row in ACTIONS.items() if row.support is Support.YES)


@cache
def steps():
    """Every rule step of every case, along the defaults."""
    found = []
    for case in load_corpus(ROOT / "scenarios"):
        if case.expect.refused:
            continue
        # What is refused and should not be fails where the case is run.
        with contextlib.suppress(Refused):
            outcome = default_run(case, set_up(case, read_setting(case.tenant)))
            for fate in outcome.fates:
                found += [step for step in fate.steps if step.kind is StepKind.RULE]
    return found


@cache
def seen():
    """Which predicate was answered how, as condition and as exception."""
    return {
        (detail.name.partition(" ")[0], detail.is_exception, detail.answer)
        for step in steps()
        for detail in step.details
    }


@cache
def done():
    """The words with which rules said what they did."""
    return {what.partition(" ")[0] for step in steps() for what in step.did}


@pytest.mark.parametrize("name", YES)
def test_each_predicate_is_seen_to_match_to_miss_and_to_except(name):
    missing = {
        "a match": (name, False, Answer.YES),
        "a near miss": (name, False, Answer.NO),
        "an exception that holds": (name, True, Answer.YES),
    }
    unseen = [what for what, sign in missing.items() if sign not in seen()]
    assert [] == unseen


@pytest.mark.parametrize("name", DONE)
def test_each_action_is_seen_to_be_done(name):
    assert done() & {name, *ACTIONS[name].parameters}

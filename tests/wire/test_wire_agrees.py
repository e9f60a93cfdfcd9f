"""What is observed behind sockets is what was computed."""

import pytest

from fakes.choices import Choices
from harness.fold import fold
from harness.simulate import run_once
from harness.wire import agree, observe
from tests.wire.wire_cases import AT, CASES, SECURE, online

pytestmark = pytest.mark.wire


def dispositions(outcome, item):
    return tuple(
        outcome.fate(who).deliveries[0].disposition for who in item.envelope.recipients
    )


@pytest.mark.parametrize("given", CASES, ids=lambda given: given.name)
def test_the_story_on_the_wire_is_the_computed_one(wire, given):
    observed = wire.tell(
        given.item,
        at=AT,
        pinned=given.pinned,
        patience=given.patience,
        world=given.world,
    )
    computed = given.computed()
    assert () == agree(computed, observed)
    outcome = fold(observed, given.world)
    assert fold(computed, given.world) == outcome
    assert given.expected == dispositions(outcome, given.item)


def test_one_mail_can_be_observed_alone():
    world = online()
    computed = run_once(SECURE, world, at=AT, choices=Choices())
    assert computed == observe(SECURE, world, at=AT)

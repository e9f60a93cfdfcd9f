"""What is computed of a hybrid is what its two servers do behind sockets."""

import pytest
from hypothesis import given, settings

from fakes.choices import Choices
from harness.simulate import tell
from harness.wire import agree
from tests.judging.hybrids_at_hand import AT, drawn

pytestmark = [pytest.mark.wire, pytest.mark.property]
FEW = settings(max_examples=25, deadline=None)


@FEW
@given(drawn())
def test_the_wire_carries_a_mail_across_as_it_was_computed(wire, given_):
    computed = tell(given_.item, given_.world, at=AT, choices=Choices())
    observed = wire.tell(given_.item, at=AT, world=given_.world)
    assert () == agree(computed, observed)

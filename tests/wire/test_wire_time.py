"""The wire in time: the same, whatever fails when (a down host is a closed port)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.choices import Choices
from fakes.exchange.drive import Intervention
from fakes.exchange.queue import Resubmitted, Retried
from fakes.internet.outages import Outage
from fakes.mail.handoff import Stage
from harness.fold import fold
from harness.simulate import tell
from harness.wire import agree
from tests.wire.wire_cases import (
    AT,
    BOB,
    DIRK,
    INFO,
    LATER,
    MX,
    NEVER,
    REDIRECT,
    WORD,
    ZIVVER,
    mail,
    on_premises,
    online,
)

pytestmark = [pytest.mark.wire, pytest.mark.property]

minutes = st.integers(0, 400).map(lambda count: AT + timedelta(minutes=count))
windows = st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1])
errors = st.sampled_from([(None, None)]) | st.tuples(
    st.sampled_from([Stage.CONNECT, Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA]),
    st.sampled_from([LATER, NEVER]),
)
outages = st.builds(
    lambda host, window, error: Outage(
        host, window[0], window[1], stage=error[0], reply=error[1]
    ),
    st.sampled_from([ZIVVER, MX]),
    windows,
    errors,
)
acts = st.builds(
    lambda kind, at: Intervention(kind(at)),
    st.sampled_from([Retried, Resubmitted]),
    minutes,
)


@settings(max_examples=10, deadline=None)
@given(
    world=st.sampled_from([online(WORD), on_premises(REDIRECT)]),
    script=st.lists(outages, max_size=4).map(tuple),
    done=st.lists(acts, max_size=2),
    subject=st.sampled_from(["Secure", "hello"]),
)
def test_what_fails_when_fails_on_sockets_too(wire, world, script, done, subject):
    acting = tuple(sorted(done, key=lambda one: one.at))
    there = replace(world, outages=script, interventions=acting)
    item, patience = mail(subject, to=(INFO, DIRK, BOB)), timedelta(hours=8)
    computed = tell(item, there, at=AT, choices=Choices(), patience=patience)
    observed = wire.tell(item, at=AT, patience=patience, world=there)
    assert () == agree(computed, observed)
    assert fold(computed, there) == fold(observed, there)

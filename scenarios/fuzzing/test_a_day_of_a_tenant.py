"""A day in a tenant's life: people edit, mail is sent, Zivver errs, time passes.

After each step the invariants that hold of every configuration (zivver#20). Faults of
Zivver are held to its sharpest one: they delay mail or turn it away, and never make
anything leave in clear that otherwise had not.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from fakes.choices import Choices
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.zivver.service import Delivering, Verification, ZivverService
from harness.edits import daily_edits
from harness.edits.daily import applied
from harness.simulate import run_once
from harness.strategies import fault_scripts, mails, relay_tenants
from harness.world import World

pytestmark = pytest.mark.property

MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
SETTLED = Readings(settled=frozenset(QUESTIONS))
ZIVVER = ZivverService(delivering=Delivering(minimum=Verification.NOT_REQUIRED))
PATIENCE = timedelta(days=3)


def clear(outcome):
    """Who got a copy in clear, and from where it left."""
    return {
        (fate.recipient, delivery.reached)
        for fate in outcome.fates
        for delivery in fate.deliveries
        if delivery.left_plain
    }


def results(outcome):
    return {
        fate.recipient: {d.result for d in fate.deliveries} for fate in outcome.fates
    }


class Day(RuleBasedStateMachine):
    """One day. `before` are the worlds that edits were made of, so as to go back."""

    edits_made = Bundle("edits_made")

    @initialize(tenant=relay_tenants(is_healthy=True, max_neighbours=3))
    def begin(self, tenant):
        organization = replace(tenant.organization, readings=SETTLED)
        self.world = World(organization, ZIVVER)
        self.now = MORNING
        self.seen = []

    def run(self, mail, world):
        return run_once(
            mail.item, world, at=self.now, choices=Choices(), patience=PATIENCE
        )

    @rule(target=edits_made, data=st.data())
    def somebody_edits(self, data):
        known = daily_edits(self.world)
        assume(known)
        edit = known[data.draw(st.integers(0, len(known) - 1))]
        made = applied(edit, self.world)
        assert made is not None
        before, self.world = self.world, made
        note(edit.says)
        event(edit.kind.value)
        return (before, made)

    @rule(target=edits_made, made=consumes(edits_made))
    def somebody_takes_the_last_edit_back(self, made):
        before, after = made
        if after == self.world:
            self.world = before
        return multiple()

    @rule(mail=mails())
    def mail_is_sent(self, mail):
        outcome = self.run(mail, self.world)
        # Every recipient has an end, and the same mail has the same one again.
        assert set(mail.item.envelope.recipients) <= set(results(outcome))
        assert all(fate.deliveries or fate.undetermined for fate in outcome.fates)
        assert results(outcome) == results(self.run(mail, self.world))
        self.seen.append((mail, self.world, self.now, outcome))

    @rule(mail=mails(), script=fault_scripts())
    def mail_is_sent_while_zivver_errs(self, mail, script):
        calm = self.run(mail, self.world)
        erring = self.run(mail, replace(self.world, zivver_faults=script))
        note(str(script))
        assert clear(erring) <= clear(calm)

    @rule(mail=mails())
    def mail_is_sent_while_zivver_is_down(self, mail):
        down = replace(self.world, zivver=replace(ZIVVER, is_down=True))
        assert clear(self.run(mail, down)) <= clear(self.run(mail, self.world))

    @rule(hours=st.integers(1, 5))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def what_was_sent_before_is_what_it_was(self):
        for mail, world, at, outcome in getattr(self, "seen", [])[-1:]:
            again = run_once(
                mail.item, world, at=at, choices=Choices(), patience=PATIENCE
            )
            assert results(outcome) == results(again)


Day.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=8,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestADayOfATenant = Day.TestCase

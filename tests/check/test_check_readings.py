"""A secure end that hangs on an open question is no pass until somebody settles it."""

from dataclasses import replace
from datetime import date

import pytest

from harness.check import derive, facts_of
from harness.check.report import Verdict
from harness.check.run import check
from harness.compare import FindingKind
from harness.world import Settled, with_readings
from tests.check.tenants import NOON, POLICY, online


def relay_not_made_for_rules():
    world = online()
    (relay,) = world.organization.outbound_connectors
    connectors = (replace(relay, is_rule_scoped=False),)
    return replace(
        world, organization=replace(world.organization, outbound_connectors=connectors)
    )


def checked(world):
    mails = derive(POLICY, facts_of(world)).mails
    return check(world, POLICY, mails, at=NOON)


def answered(answer):
    day = date(2026, 11, 20)
    settled = Settled("unscoped_connector", answer, "J. de Vries", day, "trace 1234")
    return with_readings(relay_not_made_for_rules(), (settled,))


def test_a_secure_end_that_hangs_on_an_open_question_is_no_pass():
    report = checked(relay_not_made_for_rules())
    assert Verdict.CANNOT_TELL is report.answer
    assert {FindingKind.UNDETERMINED} == {sort.kind for sort in report.sorts}
    assert () == report.settled


# Refused, it is one that cannot be used, and the question is what becomes of its mail.
@pytest.mark.parametrize(
    ("answer", "verdict"), [("allowed", Verdict.YES), ("refused", Verdict.CANNOT_TELL)]
)
def test_who_settles_it_decides_it_and_is_named(answer, verdict):
    report = checked(answered(answer))
    assert verdict is report.answer
    assert ["J. de Vries"] == [one.by for one in report.settled]

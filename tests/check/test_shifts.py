"""What a plan changes for mail: the same mails, before and after."""

from dataclasses import replace

from harness.check import derive, facts_of
from harness.check.run import check
from harness.check.shifts import shifts
from harness.duty import Obligation
from harness.edits import disable_all_rules, remove_rule
from harness.outcome import Disposition
from tests.check.tenants import AS_MEANT, AS_WRITTEN, NOON, POLICY, online


def shifted(before, after, policy=POLICY):
    found = derive(POLICY, facts_of(after))
    report = check(after, policy, found.mails, at=NOON)
    return shifts(report, before, at=NOON)


def test_a_rule_that_is_turned_on_captures_what_left_before():
    world = online(AS_MEANT)
    found = shifted(disable_all_rules(world), world)
    (first,) = [shift for shift in found if shift.is_captured]
    assert first is found[0]
    assert [Disposition.PLAIN] == [end.disposition for end in first.before]
    assert Obligation.MUST_BE_PLAIN not in {one.must for one in first.moved}
    assert len(first.moved) >= len(first.mails) > 30
    assert not any(shift.is_released for shift in found)


def test_what_is_sent_to_zivver_no_longer_is_released():
    world = online(AS_WRITTEN)
    found = shifted(world, remove_rule(world, "Zivver word"))
    assert any(shift.is_released for shift in found)
    assert not any(shift.is_captured for shift in found)


def test_without_a_policy_nobody_must_get_anything():
    world = online(AS_MEANT)
    found = shifted(disable_all_rules(world), world, None)
    assert {None} == {one.must for shift in found for one in shift.moved}


def test_nothing_is_shifted_where_nothing_is_changed():
    assert () == shifted(online(), online())


def test_what_cannot_be_told_is_an_end_of_its_own():
    world = online(AS_MEANT)
    gone = replace(
        world, organization=replace(world.organization, outbound_connectors=None)
    )
    ends = [shift.after for shift in shifted(world, gone)]
    assert any(Disposition.UNDETERMINED in {e.disposition for e in end} for end in ends)

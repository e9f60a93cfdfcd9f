"""When no rule to Zivver is in force: which, why, and what would come of it."""

from dataclasses import replace

import pytest

from harness.check import derive, facts_of
from harness.check.asleep import find_asleep
from harness.check.report import Verdict
from harness.check.run import check
from harness.edits import disable_all_rules, forget, set_rule, with_rules
from tests.check.tenants import AS_MEANT, NOON, POLICY, online, server

ONE = AS_MEANT[:1]


def asleep(world, policy=POLICY):
    found = derive(POLICY, facts_of(world))
    report = check(world, policy, found.mails, at=NOON)
    return find_asleep(report, world, policy, at=NOON)


def test_a_rule_that_is_off_is_turned_on_on_a_copy():
    found = asleep(disable_all_rules(online()))
    assert ["Zivver word", "Zivver label", "Zivver sender"] == [
        rule.name for rule in found.rules
    ]
    assert {"is off (State Disabled)"} == {rule.why for rule in found.rules}
    assert "Enable-TransportRule 'Zivver word'" == found.commands[0]
    assert Verdict.YES is found.then.answer


def test_of_a_server_too():
    found = asleep(disable_all_rules(server()))
    assert 2 == len(found.commands)
    assert found.then.as_intended > 0


@pytest.mark.parametrize(
    ("parameters", "why", "commands"),
    [
        ({"Mode": "Audit"}, "is in test mode (Audit)", 1),
        ({"Mode": "Audit", "State": "Disabled"}, "is off (State Disabled)", 2),
        ({"ActivationDate": "2026-12-01"}, "is not active before 2026-12-01 00:00", 0),
        ({"ExpiryDate": "2026-01-01"}, "has expired on 2026-01-01 00:00", 0),
    ],
)
def test_each_reason_is_told(parameters, why, commands):
    found = asleep(set_rule(online(ONE), "Zivver word", parameters))
    assert [why] == [rule.why for rule in found.rules]
    assert commands == len(found.commands)
    assert bool(commands) is bool(found.then)


def test_no_rule_at_all_is_said_too():
    found = asleep(with_rules(online(), ()))
    assert ((), ()) == (found.rules, found.commands)


@pytest.mark.parametrize(
    "world",
    [
        online(),
        set_rule(online(), "Zivver word", {"State": "Disabled"}),
        forget(online(), "rules"),
        # In force, and yet nothing gets there: that is another fault.
        set_rule(online(ONE), "Zivver word", {"SubjectContainsWords": "Nobody"}),
    ],
)
def test_nothing_is_said_where_a_rule_is_in_force_or_nobody_knows(world):
    assert asleep(world) is None


def test_without_mails_there_is_nothing_to_say():
    world = disable_all_rules(online())
    report = check(world, POLICY, (), at=NOON)
    assert find_asleep(report, world, POLICY, at=NOON) is None


def test_both_sides_of_a_hybrid_are_looked_at():
    here, there = disable_all_rules(online()), disable_all_rules(server())
    found = asleep(replace(here, other=there.organization))
    assert {"online", "on-premises"} == {rule.side for rule in found.rules}

"""Single edits that administrators make on a day, and what they open."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from harness.check import derive_of
from harness.compare import WEIGHT, FindingKind
from harness.edits import DailyKind, daily_edits, disable_rule
from harness.edits.daily import DailyEdit, applied
from harness.exports.files import read_tenant
from harness.exports.powershell import read_commands
from harness.fuzz.one_edit import (
    must_be_secure,
    one_edit_away,
    spread,
    two_edits_away,
)
from harness.policy import parse_policy
from harness.strategies import relay_tenants
from harness.world import World

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
AS_MEANT = ("guide-online-as-meant", "guide-onpremises-as-meant")
RELAY = "Zivver Custom Relay - subject"


def opened(name):
    tenant = read_tenant(name)
    policy = parse_policy(tenant.policies["policy"], file="policy.toml")
    return tenant.world, derive_of(policy, tenant.world).mails


@pytest.fixture(scope="module", params=AS_MEANT)
def as_meant(request):
    world, mails = opened(request.param)
    return world, mails, daily_edits(world)


def test_every_edit_changes_the_world_and_can_be_typed(as_meant):
    world, _, edits = as_meant
    for edit in edits:
        assert applied(edit, world) not in (None, world)
        assert all(len(read_commands(line)) == 1 for line in edit.commands)
    assert len(edits) == len({edit.id for edit in edits})


def test_an_edit_that_does_not_fit_gives_no_world(as_meant):
    world, _, _ = as_meant
    gone = DailyEdit(
        DailyKind.RULE_OFF, "no", (), lambda w: disable_rule(w, "no such rule")
    )
    assert applied(gone, world) is None


def test_turning_a_relay_rule_off_is_one_edit_from_a_leak(as_meant):
    world, mails, edits = as_meant
    wanted = [e for e in edits if e.kind is DailyKind.RULE_OFF and RELAY in e.says]
    sweep = one_edit_away(world, mails, wanted, at=AT)
    (slip,) = sweep.of(FindingKind.LEAK)
    assert wanted == list(slip.edits)
    assert {m.id for m in slip.mails} <= {m.id for m in must_be_secure(mails)}
    mail, finding = slip.example
    assert FindingKind.LEAK is finding.kind
    assert mail in slip.mails


def test_what_was_wrong_before_is_not_counted_again(as_meant):
    world, mails, edits = as_meant
    off = disable_rule(world, RELAY)
    again = [e for e in edits if e.kind is DailyKind.RULE_TESTED and RELAY in e.says]
    assert () == one_edit_away(off, mails, again, at=AT).slips


def test_the_worst_comes_first_and_the_most_mails_of_one_kind(as_meant):
    world, mails, edits = as_meant
    slips = one_edit_away(world, mails, edits[::3], at=AT).slips
    order = [(WEIGHT[slip.worst], -len(slip.mails)) for slip in slips]
    assert sorted(order) == order


def test_the_sweep_ends_when_it_is_told_to(as_meant):
    world, mails, edits = as_meant
    left = iter([True, True, False])
    sweep = one_edit_away(world, mails, edits, at=AT, go_on=lambda: next(left))
    assert (2, False) == (sweep.tried, sweep.is_whole)


def test_pairs_are_made_of_edits_that_do_no_harm_alone():
    world, mails = opened("guide-online-as-meant")
    edits = [e for e in daily_edits(world) if e.kind is DailyKind.RULE_STOPS]
    harmless = one_edit_away(world, mails, edits, at=AT).harmless(edits)
    pairs = two_edits_away(world, mails, harmless, at=AT)
    assert len(harmless) * (len(harmless) - 1) // 2 == pairs.tried


def test_of_many_mails_each_row_keeps_some():
    _, mails = opened("guide-online-as-meant")
    few = spread(must_be_secure(mails), 9)
    assert 9 == len(few)
    assert {m.intent.row for m in must_be_secure(mails)} == {m.intent.row for m in few}


@given(relay_tenants())
def test_the_same_tenant_gives_the_same_edits(tenant):
    world = World(tenant.organization)
    ids = [edit.id for edit in daily_edits(world)]
    assert ids == [edit.id for edit in daily_edits(world)]
    assert any("relay" in id_ for id_ in ids)

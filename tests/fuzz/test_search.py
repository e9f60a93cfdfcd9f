"""Generated mail for a tenant: known faults are found, each with its smallest mail."""

from datetime import UTC, datetime

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from harness.check import own_domains_of
from harness.compare import FindingKind
from harness.duty import Obligation
from harness.exports.files import read_tenant
from harness.fuzz.drawn import aimed_mails
from harness.fuzz.search import BATCH, Budget, IntentLostError, cause_of, search
from harness.fuzz.search import _hold_intent as hold_intent
from harness.policy import judge, parse_policy

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
BUDGET = Budget(400)


def opened(name):
    tenant = read_tenant(name)
    return tenant.world, parse_policy(tenant.policies["policy"], file="policy.toml")


@pytest.fixture(scope="module")
def written():
    return search(*opened("guide-online-as-written"), at=AT, budget=BUDGET)


def test_the_leak_of_the_guide_is_found(written):
    leaks = [f for f in written.found if f.finding.kind is FindingKind.LEAK]
    (leak,) = leaks
    assert "Zivver Custom Relay - label" == leak.blame.rule
    assert "HeaderContainsWords msip_labels" == leak.blame.test


def test_each_cause_has_its_smallest_mail(written):
    (leak,) = (f for f in written.found if f.finding.kind is FindingKind.LEAK)
    assert 1 == len(leak.mail.item.envelope.recipients)
    assert b"Subject: uitslag onderzoek\r\n" == leak.mail.fields[0]
    assert leak.mail.sender.is_ours


def test_the_worst_comes_first(written):
    assert FindingKind.LEAK is written.found[0].finding.kind


def test_what_is_known_is_not_found_again(written):
    known = frozenset(cause_of(f.finding, f.blame) for f in written.found)
    world, policy = opened("guide-online-as-written")
    again = search(world, policy, at=AT, budget=Budget(100), known=known)
    assert not {cause_of(f.finding, f.blame) for f in again.found} & known


def test_the_same_seed_finds_the_same():
    one, two = (
        search(*opened("guide-online-as-written"), at=AT, budget=Budget(40, seed=7))
        for _ in range(2)
    )
    assert [f.mail.item for f in one.found] == [f.mail.item for f in two.found]
    assert one.found


def test_the_search_ends_between_batches_when_it_is_told_to():
    left = iter([True, False])
    budget = Budget(20 * BATCH, go_on=lambda: next(left))
    found = search(*opened("guide-online-as-meant"), at=AT, budget=budget)
    assert not found.is_whole


@settings(max_examples=60)
@given(data=st.data())
def test_a_drawn_mail_is_what_it_was_drawn_to_be(data):
    world, policy = opened("guide-online-as-meant")
    mail = data.draw(
        aimed_mails(policy, world.organization, hostile=data.draw(st.booleans()))
    )
    duties = judge(policy, mail.item, own_domains=own_domains_of(world))
    hold_intent(mail, duties)
    speaks = {name for duty in duties for name in duty.rows}
    if not mail.is_met and mail.sender.is_ours:
        assert mail.row not in speaks


def test_a_mail_that_lost_its_intent_is_a_fault_of_ours():
    world, policy = opened("guide-online-as-meant")
    mail = find(
        aimed_mails(policy, world.organization), lambda m: m.is_met and m.sender.is_ours
    )
    duties = judge(policy, mail.item, own_domains=own_domains_of(world))
    lost = [
        type(duty)(duty.recipient, Obligation.MUST_BE_PLAIN, (), "no row speaks of it")
        for duty in duties
    ]
    with pytest.raises(IntentLostError, match="drawn to meet row"):
        hold_intent(mail, tuple(lost))

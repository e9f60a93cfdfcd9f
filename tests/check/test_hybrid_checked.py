"""A hybrid is checked on both of its sides, and the report says which is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import harness.scenario.files
from harness.check import derive_of, facts_of, own_domains_of
from harness.check.remedy import Checked, find_remedies
from harness.check.report import Verdict
from harness.check.run import check
from harness.compare import FindingKind
from harness.edits import disable_rule, set_rule
from harness.exports.files import read_tenant
from harness.policy.parse import parse_policy
from harness.report.account import read_line
from harness.report.finding import cause
from harness.world import turned

FOLDER = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TENANT = read_tenant(str(FOLDER))
POLICY = parse_policy(TENANT.policies["policy"], file="policy.toml")
THERE, HERE = "on-premises", "online"


def checked(world):
    derivation = derive_of(POLICY, world)
    return check(
        world, POLICY, derivation.mails, at=AT, vacuous=derivation.vacuous
    ), derivation.mails


def leaks(report):
    return [sort for sort in report.sorts if sort.kind is FindingKind.LEAK]


def on_the_servers(world, edit, *arguments):
    return turned(edit(turned(world), *arguments))


def test_nothing_leaks_while_both_sides_have_their_rule():
    report, _ = checked(TENANT.world)
    assert [] == leaks(report)


def test_a_rule_that_is_off_on_one_side_is_found_and_the_side_is_named():
    world = on_the_servers(TENANT.world, disable_rule, "Zivver on the servers")
    report, _ = checked(world)
    (leak,) = leaks(report)
    assert Verdict.NO is report.answer
    assert (THERE, "Zivver on the servers") == (leak.blame.side, leak.blame.rule)
    assert cause(leak.blame)[1].startswith('on-premises: "Zivver on the servers"')


def test_each_side_has_mails_of_its_own_mailboxes():
    mails = derive_of(POLICY, TENANT.world).mails
    senders = {str(mail.item.envelope.reverse_path) for mail in mails}
    assert {"anna@contoso.example", "bob@contoso.example"} <= senders
    assert len({mail.id for mail in mails}) == len(mails)


def test_no_mail_is_derived_twice():
    mails = derive_of(POLICY, TENANT.world).mails
    assert len({mail.item for mail in mails}) == len(mails)


def test_a_remedy_is_tried_on_the_side_that_is_to_blame():
    wrong = {"SubjectContainsWords": ["Secure"], "SentToScope": ""}
    world = on_the_servers(TENANT.world, set_rule, "Zivver on the servers", wrong)
    report, mails = checked(world)
    remedies = find_remedies(Checked(world, POLICY, mails, AT, report))
    rules = {c.rule for remedy in remedies.values() for c in remedy.corrections}
    assert {"Zivver on the servers"} <= rules


def test_what_exchange_would_refuse_has_a_side():
    world = with_both(lambda side: replace(side, rules=tuple(map(wordy, side.rules))))
    report, _ = checked(world)
    assert {HERE, THERE} == {entry.side for entry in report.refused}


def test_what_was_not_exported_has_a_side():
    world = turned(with_both(lambda side: side))
    organization = replace(world.organization, rules=None)
    report, _ = checked(replace(world, organization=organization))
    assert ("on-premises: mail flow rules",) == report.not_exported


def wordy(rule):
    return replace(rule, comments="x" * 1025)


def with_both(change):
    world = TENANT.world
    here, there = map(change, world.organizations)
    return replace(world, organization=here, other=there)


def test_the_people_of_the_side_that_looks_come_first():
    assert "anna" == facts_of(TENANT.world).people[0].local
    assert "bob" == facts_of(turned(TENANT.world)).people[0].local


def test_the_domains_of_both_sides_are_ours():
    domains = own_domains_of(TENANT.world)
    assert domains is not None
    assert {"contoso.example", "secure-relay.example"} <= set(domains)


def test_the_account_tells_what_was_read_of_each_side():
    said = read_line(TENANT)
    assert "online: 1 mail flow rule" in said
    assert "on-premises: 1 mail flow rule" in said

"""A lint that a mail shows says which mail; only then may it be red."""

from dataclasses import replace

from hypothesis import given, settings

from harness.check import derive, facts_of
from harness.check.checklist.table import checklist
from harness.check.lints.noun import Ground, Severity
from harness.check.lints.shown import EXPLAINS, with_mails
from harness.check.lints.table import BY_ID, lints
from harness.check.run import check
from harness.compare import FindingKind
from harness.report.lints import lint_lines, lint_told
from harness.report.page import as_text
from harness.strategies.tenants import relay_tenants
from harness.world import World
from tests.check.tenants import AS_MEANT, AS_WRITTEN, NOON, POLICY, online

RED, AMBER = "\x1b[1;31m", "\x1b[33m"


def checked(world):
    return check(world, POLICY, derive(POLICY, facts_of(world)).mails, at=NOON)


def test_what_lints_explain_is_said_of_lints_that_there_are():
    assert set(EXPLAINS) <= set(BY_ID)


def test_the_lint_that_a_leak_shows_stands_first_and_names_the_mail():
    report = checked(online(AS_WRITTEN))
    first = report.lints[0]
    assert ("LABEL-PLURAL", FindingKind.LEAK) == (first.id, first.kind)
    leaking = [s for s in report.sorts if s.kind is FindingKind.LEAK]
    assert leaking[0].example.mail.id == first.shown_by
    assert lint_told(first).endswith(f"(LEAK, see mail {first.shown_by})")
    severities = [lint.severity for lint in report.lints]
    assert sorted(severities, key=tuple(Severity).index) == severities


def test_only_what_a_mail_shows_to_go_out_in_clear_is_red():
    lines = lint_lines(checked(online(AS_WRITTEN)).lints)
    page = as_text(lines, width=100, is_coloured=True)
    heads = [line for line in page.splitlines() if "(warning)" in line]
    (red,) = [head for head in heads if RED in head]
    assert "LABEL-PLURAL" in red
    assert sum(AMBER in head for head in heads) == len(heads) - 1


def test_a_rule_that_is_off_is_shown_by_its_mail_and_another_fault_is_not():
    off = {**AS_MEANT[0], "State": "Disabled"}
    ignores = {**AS_MEANT[1], "RuleErrorAction": "Ignore"}
    report = checked(online((off, ignores, AS_MEANT[2])))
    kinds = {lint.id: lint.kind for lint in report.lints}
    assert FindingKind.LEAK is kinds["RULE-OFF"]
    assert kinds["RULE-IGNORES-ERRORS"] is None


def test_a_finding_of_the_other_side_shows_nothing_here():
    report = checked(online(AS_WRITTEN))
    elsewhere = tuple(
        replace(sort, blame=replace(sort.blame, side="on-premises"))
        for sort in report.sorts
    )
    assert {None} == {lint.kind for lint in with_mails_anew(report, elsewhere)}


def with_mails_anew(report, sorts):
    bare = (replace(lint, shown_by="", kind=None) for lint in report.lints)
    return with_mails(tuple(bare), sorts)


@given(tenant=relay_tenants(may_be_unknown=True))
@settings(max_examples=60, deadline=None)
def test_whatever_a_tenant_is_like_lints_and_checklist_are_made(tenant):
    ground = Ground(World(tenant.organization), NOON, POLICY, labels=())
    assert all(lint.why and lint.right and lint.source for lint in lints(ground))
    assert all(entry.found and entry.says for entry in checklist(ground))

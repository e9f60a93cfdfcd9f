"""Findings that somebody answers for, and what else the whole policy asks."""

import pytest

from harness.check import derive, facts_of
from harness.check.report import Verdict
from harness.check.run import check
from harness.compare import DLP, FindingKind
from harness.edits import add_rule, disable_rule, set_rule
from harness.policy import parse_policy
from tests.check.tenants import AS_MEANT, NOON, online

KINDS = '[except]\nkinds = ["automatic-reply", "calendar", "receipt", "zivver"]\n'
TEXT = '[[must_be_secure]]\nname = "word"\nsubject = "Secure"\n'
ACCEPTED = (
    '[[accepted]]\nfinding = "LEAK"\nreason = "r"\nowner = "A. de Vries"\n'
    "until = 2026-03-31\n"
)
LEAKING = disable_rule(online(), "Zivver word")
DISCLAIMER = {
    "Name": "Disclaimer",
    "ApplyHtmlDisclaimerText": "<p>x</p>",
    "ApplyHtmlDisclaimerLocation": "Append",
}


def checked(world, text, at=NOON):
    policy = parse_policy(text + KINDS)
    found = derive(policy, facts_of(world))
    return check(world, policy, found.mails, at=at, vacuous=found.vacuous)


def weak(report):
    """The reasons why mail is less secure than the policy asks."""
    return {
        (sort.example.finding.lacks, sort.blame.why)
        for sort in report.sorts
        if sort.kind is FindingKind.WEAK
    }


def test_what_is_accepted_is_counted_apart():
    report = checked(LEAKING, TEXT + ACCEPTED)
    (sort,), (each,) = report.accepted, report.acceptances
    assert (Verdict.YES, ()) == (report.answer, report.sorts)
    assert "A. de Vries" == sort.accepted.owner
    assert sort.mails == each.mails
    assert not each.is_expired
    assert report.as_intended == len(report.mails) - len(sort.mails)
    cells = [cell for line in report.lines for _, cell in line.cells]
    assert len(sort.found) == sum(cell.accepted for cell in cells)
    assert () == sum((cell.wrong for cell in cells), ())


def test_it_counts_to_the_end_of_its_last_day_and_no_longer():
    last = NOON.replace(month=3, day=31, hour=23)
    assert Verdict.YES is checked(LEAKING, TEXT + ACCEPTED, last).answer
    report = checked(LEAKING, TEXT + ACCEPTED, last.replace(month=4, day=1))
    (each,) = report.acceptances
    assert (Verdict.NO, ()) == (report.answer, report.accepted)
    assert each.is_expired
    assert each.mails


@pytest.mark.parametrize(
    ("more", "is_met"),
    [
        ('row = "word"', True),
        ('mail = "word-*"', True),
        ('mail = "label-*"', False),
        ('rule = "zivver word"', True),
        ('rule = "Zivver label"', False),
        ('connector = "Zivver"', False),
    ],
)
def test_it_can_be_narrowed(more, is_met):
    report = checked(LEAKING, TEXT + ACCEPTED + more + "\n")
    assert is_met is bool(report.acceptances[0].mails)
    assert (Verdict.YES if is_met else Verdict.NO) is report.answer


def test_a_part_of_the_findings_may_be_accepted():
    report = checked(LEAKING, TEXT + ACCEPTED + 'mail = "word-start"\n')
    assert Verdict.NO is report.answer
    assert ["word-start"] == [mail.id for mail in report.accepted[0].mails]
    assert "word-start" not in {m.id for sort in report.sorts for m in sort.mails}


def test_a_policy_that_nobody_has_reviewed_is_never_a_yes():
    report = checked(online(), "reviewed = false\n" + TEXT)
    assert Verdict.CANNOT_TELL is report.answer
    assert report.why.startswith("nobody has reviewed the policy (`reviewed = false`)")
    assert Verdict.NO is checked(LEAKING, "reviewed = false\n" + TEXT).answer


def test_two_ways_at_once_are_impossible():
    report = checked(online(), TEXT + 'also_through = "DLP connector"\n')
    (one,) = report.impossible
    assert Verdict.NO is report.answer
    assert ("word", "DLP connector") == (one.row, one.connector)


AFTER = TEXT + 'after = ["disclaimer"]\n'
BEHIND, AHEAD = (add_rule(online(), DISCLAIMER, at) for at in (None, 0))


@pytest.mark.parametrize(
    ("world", "why"),
    [
        (BEHIND, None),
        (AHEAD, None),
        (online(), 'there is no rule "disclaimer"'),
        (disable_rule(AHEAD, "Disclaimer"), "the rule is off (State Disabled)"),
        (
            set_rule(AHEAD, "Disclaimer", {"Mode": "Audit"}),
            "the rule is in test mode (Audit)",
        ),
        (
            set_rule(AHEAD, "Disclaimer", {"SubjectContainsWords": "lunch"}),
            "it does not match",
        ),
        (
            set_rule(BEHIND, "Zivver word", {"StopRuleProcessing": True}),
            "it stops the rules behind it",
        ),
    ],
)
def test_mail_that_lacks_the_effect_of_a_rule_is_weak(world, why):
    report = checked(world, AFTER)
    assert Verdict.YES is report.answer
    assert (set() if why is None else {("disclaimer", why)}) == weak(report)


def test_dlp_at_zivver_is_asked_in_vain():
    report = checked(online(), "zivver_dlp_expected = true\n" + TEXT)
    assert {(DLP, "the policy says zivver_dlp_expected")} == weak(report)
    assert Verdict.YES is report.answer


COPIES = 'expected_copies = "archive@archive.example"\n'
COPYING = add_rule(
    online(), {"Name": "Archive", "BlindCopyTo": ["archive@archive.example"]}, 0
)


def test_an_expected_copy_that_leaves_in_clear_is_a_leak_all_the_same():
    stopped = set_rule(COPYING, "Archive", {"SubjectContainsWords": "Secure"})
    stopped = disable_rule(stopped, "Zivver word")
    kinds = {sort.kind for sort in checked(stopped, COPIES + TEXT).sorts}
    assert FindingKind.LEAK in kinds


def test_other_traffic_is_among_the_mails_where_the_policy_allows_it():
    capturing = add_rule(
        online(AS_MEANT),
        {
            "Name": "Plug-in",
            "HeaderContainsMessageHeader": "zivver-relay",
            "HeaderContainsWords": ["zivver-message-info"],
            "RouteMessageOutboundConnector": "Zivver",
        },
        0,
    )
    report = checked(capturing, 'may_be_secure = ["plug-in"]\n' + TEXT)
    (entry,) = [one for one in report.mails if "other-plug-in" == one.mail.id]
    assert () == entry.findings
    assert "zivver" == entry.outcome.deliveries[0].via

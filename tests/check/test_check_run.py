"""The check: the answer, the findings by sort, the line to blame."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import OutboundConnector
from fakes.internet.gateway import Gateway
from fakes.internet.hosts import Internet, decent_host
from harness.check import derive, facts_of
from harness.check.report import Column, Verdict
from harness.check.run import check
from harness.compare import FindingKind
from harness.edits import (
    add_rule,
    disable_rule,
    forget,
    set_connector,
    set_rule,
    set_zivver,
)
from harness.policy import parse_policy
from tests.check.tenants import AS_MEANT, AS_WRITTEN, GUID, NOON, POLICY, online, server

EXCEPT = '[except]\nkinds = ["automatic-reply", "receipt", "calendar"]\n'


def checked(world, policy=POLICY):
    found = derive(policy, facts_of(world))
    return check(world, policy, found.mails, at=NOON, vacuous=found.vacuous)


def sorts(report, kind):
    return [sort for sort in report.sorts if sort.kind is kind]


def leak(world):
    report = checked(world)
    assert Verdict.NO is report.answer
    return sorts(report, FindingKind.LEAK)[0]


def test_the_corrected_set_up_does_what_was_intended():
    report = checked(online())
    assert (Verdict.YES, ()) == (report.answer, report.sorts)
    assert len(report.mails) == report.as_intended
    assert "Zivver: SPF" in report.assumed


def test_the_guide_s_set_up_leaks_captures_and_loops():
    report = checked(online(AS_WRITTEN))
    assert Verdict.NO is report.answer
    kinds = {sort.kind for sort in report.sorts}
    assert {FindingKind.LEAK, FindingKind.OVER_CAPTURE, FindingKind.LOOP} <= kinds


def test_the_plural_label_is_to_blame_for_every_labelled_mail():
    sort = leak(online(AS_WRITTEN))
    assert ("label",) == sort.rows
    assert "Zivver label" == sort.blame.rule
    assert "HeaderContainsWords msip_labels" == sort.blame.test
    assert (f"MSIP_Labels_{GUID}_Enabled=True",) == sort.blame.looked_for
    assert sort.blame.found[0].startswith(f"MSIP_Label_{GUID}")
    assert "label-outlook-desktop" == sort.example.mail.id


@pytest.mark.parametrize(
    ("world", "rule", "why"),
    [
        (
            disable_rule(online(), "Zivver word"),
            "Zivver word",
            "the rule is off (State Disabled)",
        ),
        (
            set_rule(online(), "Zivver word", {"Mode": "Audit"}),
            "Zivver word",
            "the rule is in test mode (Audit)",
        ),
        (
            set_rule(online(), "Zivver word", {"ExpiryDate": "2026-01-01T00:00:00Z"}),
            "Zivver word",
            "its ExpiryDate has passed",
        ),
        (
            add_rule(online(), {"Name": "First", "StopRuleProcessing": True}, at=0),
            "First",
            "it stops the rules behind it",
        ),
        (
            set_rule(online(), "Zivver word", {"ExceptIfFromScope": "InOrganization"}),
            "Zivver word",
            "an exception holds",
        ),
        (
            set_rule(online(), "Zivver word", {"SubjectContainsWords": ["Sekure"]}),
            "Zivver word",
            "a condition fails",
        ),
        (
            online(AS_MEANT[1:]),
            "",
            "no rule that sends mail to Zivver looks at the subject",
        ),
        (online(()), "", "no mail flow rule sends mail to Zivver"),
    ],
)
def test_a_leak_names_the_line_that_explains_it(world, rule, why):
    sort = leak(world)
    assert (rule, why) == (sort.blame.rule, sort.blame.why)


def test_a_second_connector_behind_the_relay_rule_is_to_blame():
    world = online()
    other = OutboundConnector(
        "Signatures",
        uses_mx=False,
        smart_hosts=("sign.fabrikam.example",),
        is_rule_scoped=True,
    )
    connectors = (*(world.organization.outbound_connectors or ()), other)
    organization = replace(world.organization, outbound_connectors=connectors)
    rule = {"Name": "Signatures", "RouteMessageOutboundConnector": "Signatures"}
    hosts = (decent_host("sign.fabrikam.example"),)
    internet = replace(world.internet, hosts=hosts)
    world = replace(world, organization=organization, internet=internet)
    sort = leak(add_rule(world, rule))
    assert ("Signatures", "Signatures") == (sort.blame.rule, sort.blame.connector)


def test_a_gateway_that_finds_nothing_is_named_beside_the_rule():
    seg = {"SmartHosts": ["seg.contoso.example"], "TlsDomain": "seg.contoso.example"}
    world = set_connector(online(), "Zivver", seg)
    gateway = Gateway(("seg.contoso.example",), triggers=(), reaches_zivver=True)
    sort = leak(replace(world, internet=Internet(gateways=(gateway,))))
    assert (
        "the rule matched; seg.contoso.example then passed the mail to the recipients' "
        "own mail servers: none of its own triggers is met"
    ) == sort.blame.why


def test_the_label_of_a_file_only_is_a_leak_beyond_rules():
    policy = parse_policy(
        f'[[must_be_secure]]\nlabel = "{GUID}"\nlabel_on = ["mail", "attachment"]\n'
        + EXCEPT
    )
    report = checked(online(), policy)
    (sort,) = report.sorts
    assert (FindingKind.LEAK, True) == (sort.kind, sort.is_beyond_rules)
    assert 2 == len(sort.mails)


def test_a_bcc_recipient_is_lost_by_the_redirect_of_servers():
    report = checked(server())
    lost = [s for s in sorts(report, FindingKind.LOSS) if s.rows == ("word",)]
    assert ["word-bcc"] == [mail.id for sort in lost for mail in sort.mails]


def test_the_intent_table_counts_recipients():
    report = checked(online(AS_WRITTEN))
    word, label, _, rest = report.lines
    assert ("word", "secure") == (word.row, word.must_be)
    assert not word.cell(Column.PLAIN).wrong
    ((kind, count),) = label.cell(Column.PLAIN).wrong
    assert (FindingKind.LEAK, 0) == (kind, label.cell(Column.SECURE).right)
    assert len(sorts(report, FindingKind.LEAK)[0].found) == count
    assert ("", "plain") == (rest.row, rest.must_be)
    total = sum(cell.right + sum(dict(cell.wrong).values()) for _, cell in rest.cells)
    plain = [d for m in report.mails for d in m.mail.duties if "plain" in d.obligation]
    assert len(plain) == total


def test_without_a_policy_the_answer_is_never_yes():
    world = online()
    mails = derive(POLICY, facts_of(world)).mails
    report = check(world, None, mails, at=NOON)
    assert Verdict.CANNOT_TELL is report.answer
    assert not report.lines


def test_no_mail_is_no_yes():
    assert Verdict.CANNOT_TELL is check(online(), POLICY, (), at=NOON).answer


def test_everyday_mail_alone_is_no_yes():
    world = online()
    mails = derive(POLICY, facts_of(world)).mails
    everyday = tuple(mail for mail in mails if mail.intent.row is None)
    assert Verdict.CANNOT_TELL is check(world, POLICY, everyday, at=NOON).answer


def test_a_row_that_no_mail_meets_is_no_yes():
    policy = parse_policy(
        '[[must_be_secure]]\nsubject = "Secure"\n'
        '[[must_be_secure]]\nname = "odd"\nsender = "x@fabrikam.example"\n' + EXCEPT
    )
    report = checked(online(AS_MEANT[:1]), policy)
    assert Verdict.CANNOT_TELL is report.answer
    assert ["odd"] == [vacuous.row for vacuous in report.vacuous]
    assert "no mail meets: odd" == report.why


def test_what_was_not_exported_is_no_yes():
    report = checked(forget(online(), "rules"))
    assert Verdict.CANNOT_TELL is report.answer
    assert "mail flow rules" in report.not_exported


def test_a_condition_that_nobody_judges_is_named_and_no_yes():
    rule = {"MessageContainsDataClassifications": ["Credit Card"]}
    report = checked(set_rule(online(), "Zivver word", rule))
    assert Verdict.CANNOT_TELL is report.answer
    (named,) = report.not_judged
    assert 'rule 0 "Zivver word"' in named


def test_a_gateway_that_is_down_leaks_nothing():
    report = checked(set_zivver(online(), is_down=True))
    assert not sorts(report, FindingKind.LEAK)
    assert sorts(report, FindingKind.DELAY)

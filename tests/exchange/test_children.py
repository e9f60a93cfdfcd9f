"""Mails that rules make of a mail, and messages that skip rules."""

from dataclasses import replace

import pytest

from fakes.exchange.rules.rule import RuleError
from fakes.mail.content import parse
from fakes.mail.item import Carries, ItemKind
from tests.exchange.at_hand import (
    ANNA,
    AUDIT,
    BOB,
    CLEO,
    DIRK,
    REJECT,
    ends,
    every_end,
    mail,
    passed,
    rule,
    tenant,
)

BY_MX = ("mx", None, str(CLEO))
TO_AUDIT = {"GenerateIncidentReport": "Audit"}
WHOLE = {"IncidentReportContent": ["Sender", "AttachOriginalMail"]}
NOTE = {"GenerateNotification": "held: %%Subject%% of %%From%%"}


def children(item, *rules):
    return passed(item, tenant(*rules)).children


@pytest.mark.parametrize(
    ("given", "carries"),
    [
        ({}, Carries.NOTHING),
        ({"IncidentReportContent": ["Sender", "Recipients"]}, Carries.NOTHING),
        ({"IncidentReportContent": "Sender, Subject"}, Carries.SUBJECT),
        (WHOLE, Carries.WHOLE),
        ({"IncidentReportContent": ["IdMatch"]}, Carries.WHOLE),
        ({"IncidentReportOriginalMail": "IncludeOriginalMail"}, Carries.WHOLE),
        ({"IncidentReportOriginalMail": "DoNotIncludeOriginalMail"}, Carries.NOTHING),
    ],
)
def test_a_report_carries_what_the_rule_says(given, carries):
    # exchange-rules#5
    (report,) = children(mail("about stock"), TO_AUDIT | given)
    assert (ItemKind.REPORT, carries) == (report.kind, report.carries)
    assert (AUDIT,) == report.envelope.recipients
    assert report.envelope.reverse_path is None
    assert (carries is Carries.WHOLE) == (b"message/rfc822" in report.content.raw)
    is_bare = b"about" not in report.content.raw
    assert (carries is Carries.NOTHING) == is_bare


def test_a_report_with_the_whole_mail_holds_its_octets_as_they_are_by_then():
    item = mail("stock", body="the text")
    (report,) = children(item, {"PrependSubject": "seen "}, TO_AUDIT | WHOLE)
    assert b"Subject: seen stock\r\n" in report.content.raw
    assert b"\r\nthe text\r\n" in report.content.raw
    assert "Rule: rule 1" == parse(report.content).subject


@pytest.mark.parametrize(
    ("mode", "reports", "notifications"),
    [("Enforce", 1, 1), ("Audit", 1, 0), ("AuditAndNotify", 1, 1)],
)
def test_what_is_made_in_a_test_mode(mode, reports, notifications):
    # exchange-rules#6.3, exchange-rules#v65, exchange-rules#v66
    given = TO_AUDIT | NOTE | REJECT | {"Mode": mode}
    result = passed(mail(), tenant(given))
    kinds = [child.kind for child in result.children]
    assert reports == kinds.count(ItemKind.REPORT)
    assert notifications == kinds.count(ItemKind.NOTIFICATION)
    assert (mode == "Enforce") == bool(result.ended)


def test_each_matched_recipient_is_notified_by_a_mail_of_its_own():
    # exchange-rules#5
    some = {"RecipientDomainIs": ["fabrikam.example", "contoso.example"]} | NOTE
    made = children(mail("stock", to=(CLEO, BOB, DIRK)), some)
    assert [(CLEO,), (BOB,)] == [child.envelope.recipients for child in made]
    assert f"held: stock of {ANNA}".encode() in made[0].content.raw
    assert {Carries.SUBJECT} == {child.carries for child in made}


def test_a_notification_bears_the_subject_that_an_earlier_rule_gave():
    # exchange-rules#v57
    (made,) = children(
        mail("stock"), {"PrependSubject": "undeliverable: "}, REJECT | NOTE
    )
    assert "undeliverable: stock" == parse(made.content).subject


def test_no_report_is_made_of_reports_and_notifications():
    # exchange-rules#7.1
    for kind in (ItemKind.REPORT, ItemKind.NOTIFICATION):
        item = replace(mail(), kind=kind)
        assert () == children(item, TO_AUDIT | WHOLE | NOTE)


def test_a_report_to_somebody_unknown_counts_only_with_the_whole_mail():
    unknown = {"GenerateIncidentReport": "Zoe"}
    assert {CLEO: {BY_MX}} == ends(mail(), tenant(unknown))
    found = ends(mail(), tenant(unknown | WHOLE))
    assert {("report", None, "somebody@not-exported.invalid")} == found[None]


@pytest.mark.parametrize(("severity", "made"), [("DoNotAudit", 0), ("High", 1)])
def test_a_rule_that_is_not_audited_makes_no_report(severity, made):
    # exchange-rules#5
    given = TO_AUDIT | WHOLE | {"SetAuditSeverity": severity}
    assert made == len(children(mail(), given))


def test_what_a_report_holds_without_a_reader_is_no_report():
    assert () == children(mail(), WHOLE | {"SetAuditSeverity": "High"})


def test_a_rule_of_which_only_a_bare_report_comes_is_not_decided():
    unknown = {"SenderInRecipientList": "x"}
    bare = tenant(unknown | TO_AUDIT)
    assert 1 == len(every_end(mail(), bare))
    assert 2 == len(every_end(mail(), tenant(unknown | TO_AUDIT | WHOLE)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"IncidentReportContent": ["Everything"]} | TO_AUDIT, "nothing that a report"),
        ({"GenerateNotification": "x" * 5121}, "at most 5120"),
    ],
)
def test_what_exchange_would_not_take_is_refused(given, said):
    with pytest.raises(RuleError, match=said):
        rule(given)


# ------------------------------------------------------------------ skipping rules


@pytest.mark.parametrize(
    ("kind", "is_skipping"),
    [
        (ItemKind.NDR, True),
        (ItemKind.APPROVAL, True),
        (ItemKind.RECALL, True),
        (ItemKind.JOURNAL, True),
        (ItemKind.REPORT, False),
        (ItemKind.NOTIFICATION, False),
        (ItemKind.MAIL, False),
    ],
)
def test_what_exchange_itself_makes_skips_the_rules(kind, is_skipping):
    # exchange-rules#v79, exchange-rules#7.1, field-cases#system-mail
    found = ends(replace(mail(), kind=kind), tenant({"DeleteMessage": True}))
    assert is_skipping == ({BY_MX} == found[CLEO])


def test_a_report_of_another_system_is_ordinary_mail():
    # exchange-rules#7.1
    foreign = mail("x", reverse_path=None, headers="Auto-Submitted: auto-replied\r\n")
    found = ends(foreign, tenant({"SubjectContainsWords": ["x"]} | REJECT))
    assert {("rejected", None, None)} == found[CLEO]

"""Actions that change a mail, the actions of the Edge role, rules that fail."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import Edition, Platform
from fakes.exchange.rules.rule import RuleError
from fakes.mail.content import parse
from tests.exchange.at_hand import (
    AUDIT,
    BOB,
    CLEO,
    REJECT,
    asked,
    ends,
    every_end,
    mail,
    open_tenant,
    passed,
    reading,
    rule,
    sent,
    tenant,
)

BY_MX = ("mx", None, str(CLEO))
REJECTED = ("rejected", None, None)
GONE = ("deleted", None, None)
QUARANTINE = {"Quarantine": True}
SIGNED = (
    "Content-Type: multipart/signed; boundary=b; protocol=x/y\r\n"
    "X-Label: secret\r\n\r\n--b\r\n\r\nhidden words\r\n--b--\r\n"
)


def text(**more):
    return {"ApplyHtmlDisclaimerText": "<b>For %%DisplayName%% only</b>"} | more


@pytest.mark.parametrize(
    ("where", "expected"),
    [("Append", "words\r\nFor Anna only\r\n"), ("Prepend", "For Anna only\r\nwords")],
)
def test_a_disclaimer_stands_behind_or_before_the_text(where, expected):
    # exchange-rules#5
    given = text(ApplyHtmlDisclaimerLocation=where)
    content = sent(passed(mail(body="words"), tenant(given)))
    assert expected.encode() == parse(content).body


def test_an_attribute_that_nobody_knows_leaves_no_trace():
    given = {"ApplyHtmlDisclaimerText": "%%Title%%.%%DisplayName%%."}
    for item in (mail(sender=BOB), mail(raw=b"Subject: x\r\n\r\nwords")):
        assert b"%%" not in sent(passed(item, tenant(given))).raw


def test_later_rules_see_the_disclaimer():
    # exchange-rules#5.1, exchange-rules#R-38
    later = {"SubjectOrBodyContainsWords": ["For Anna"]} | QUARANTINE
    assert {("quarantined", None, None)} == ends(mail(), tenant(text(), later))[CLEO]
    assert {BY_MX} == ends(mail(), tenant(later, text()))[CLEO]


def test_only_the_copy_for_outside_bears_the_disclaimer():
    # exchange-rules#v48
    some = {"SentToScope": "NotInOrganization"} | text()
    result = passed(mail(to=(BOB, CLEO)), tenant(some))
    assert [BOB] == [entry.leg.address for entry in result.ended]
    assert b"only" in sent(result).raw


def test_a_signed_mail_is_wrapped_and_later_rules_see_the_wrapper():
    # exchange-rules#v87
    item = mail("plain", headers=SIGNED[: SIGNED.index("\r\n\r\n") + 2], body="")
    item = replace(item, content=type(item.content)(_signed(item)))
    hidden = {"SubjectOrBodyContainsWords": ["hidden"]} | QUARANTINE
    assert {("quarantined", None, None)} == ends(item, tenant(hidden))[CLEO]
    assert {BY_MX} == ends(item, tenant(text(), hidden))[CLEO]
    label = {
        "HeaderContainsMessageHeader": "X-Label",
        "HeaderContainsWords": ["secret"],
    } | QUARANTINE
    assert [{CLEO: {BY_MX}}, {CLEO: {("quarantined", None, None)}}] == every_end(
        item, open_tenant(text(), label)
    )
    assert {"wrapper_fields"} == asked(item, open_tenant(text(), label))
    wrapped = sent(passed(item, tenant(text())))
    assert item.content.raw in wrapped.raw
    assert "plain" == parse(wrapped).subject


def _signed(item):
    lines = f"From: {item.envelope.reverse_path}\r\nTo: {CLEO}\r\nSubject: plain\r\n"
    return (lines + SIGNED).encode()


def test_a_wrapper_that_loses_nothing_asks_nothing():
    raw = _signed(mail()).replace(b"X-Label: secret\r\n", b"")
    assert set() == asked(mail(raw=raw), open_tenant(text()))


@pytest.mark.parametrize(
    ("fallback", "end"), [("Ignore", BY_MX), ("Wrap", BY_MX), ("Reject", REJECTED)]
)
def test_what_cannot_be_changed_takes_the_fallback(fallback, end):
    # exchange-rules#5
    item = mail(raw=_signed(mail()))
    given = text(ApplyHtmlDisclaimerFallbackAction=fallback)
    assert {CLEO: {end}} == ends(item, tenant(given))
    changed = sent(passed(item, tenant(given))) if end is BY_MX else None
    assert (fallback == "Wrap") == (changed not in (None, item.content))


def test_a_mail_without_text_may_take_the_fallback_or_the_disclaimer():
    item = mail(headers="Content-Type: application/pdf\r\n")
    given = text(ApplyHtmlDisclaimerFallbackAction="Reject")
    assert [{CLEO: {BY_MX}}, {CLEO: {REJECTED}}] == every_end(item, tenant(given))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ApplyHtmlDisclaimerLocation": "Append"}, "is missing beside .*Location"),
        ({"ApplyHtmlDisclaimerFallbackAction": "Wrap"}, "is missing beside .*Fallback"),
        (text(ApplyHtmlDisclaimerLocation="Middle"), "expected Append, Prepend"),
        (text(ApplyHtmlDisclaimerFallbackAction="x"), "expected Wrap, Ignore, Reject"),
        ({"ApplyHtmlDisclaimerText": "x" * 5001}, "at most 5000"),
        ({"SetSCL": "10"}, "expected -1 or 0 to 9"),
        ({"SmtpRejectMessageRejectStatusCode": "250"}, "expected 400 to 599"),
    ],
)
def test_what_exchange_would_not_take_is_refused(given, said):
    with pytest.raises(RuleError, match=said):
        rule(given)


def test_whether_a_later_rule_sees_the_spam_rating_is_open():
    # exchange-rules#R-40
    later = {
        "HeaderContainsMessageHeader": "X-MS-Exchange-Organization-SCL",
        "HeaderContainsWords": ["6"],
    } | QUARANTINE
    rules = [{"SetSCL": "6"}, later]
    assert {("quarantined", None, None)} == ends(mail(), tenant(*rules))[CLEO]
    unseen = reading(scl_seen_later="no")
    assert {BY_MX} == ends(mail(), tenant(*rules, readings=unseen))[CLEO]


# ---------------------------------------------------------------------------- edge


EDGE = {"platform": Platform.SERVER, "edition": Edition.EDGE}


def test_the_edge_role_refuses_while_it_is_spoken_to():
    # exchange-rules#5
    given = {"SmtpRejectMessageRejectText": "not here"}
    (ended,) = passed(mail(), tenant(given, **EDGE)).ended
    assert "550 5.7.1 not here" == str(ended.ending.reply)
    later = {"SmtpRejectMessageRejectStatusCode": "450"}
    assert {("waiting", None, None)} == ends(mail(), tenant(later, **EDGE))[CLEO]


def test_a_connection_that_is_dropped_brings_no_report():
    rules = ({"Disconnect": True}, {"BlindCopyTo": ["Audit"]})
    result = passed(mail(), tenant(*rules, **EDGE))
    (ended,) = result.ended
    assert (GONE[0], False) == (ended.ending.kind, ended.ending.is_told)


def test_a_mere_policy_tip_holds_nothing_back():
    assert [{CLEO: {BY_MX}}] == every_end(
        mail(), tenant({"NotifySender": "NotifyOnly"})
    )


# ------------------------------------------------------------------ rules that fail


def failing(name, *rules, **fields):
    return replace(open_tenant(*rules, **fields), failing_rules=frozenset({name}))


def test_an_error_that_is_ignored_leaves_the_rule_out_and_perhaps_later_ones():
    # exchange-rules#6.4, exchange-rules#R-43, zivver#F24
    rules = [REJECT, {"SetAuditSeverity": "Low"}, {"SentTo": ["Bob"]} | QUARANTINE]
    item = mail(to=(BOB, CLEO))
    held, all_out = every_end(item, failing("rule 0", *rules))
    assert {BY_MX} == held[CLEO] == all_out[CLEO]
    assert {("quarantined", None, None)} == held[BOB]
    assert {("mailbox", None, str(BOB))} == all_out[BOB]
    assert set() == asked(mail(), failing("rule 0", REJECT))


def test_an_error_that_defers_lets_the_mail_wait_and_other_mail_pass():
    # exchange-rules#6.4, zivver#F25
    given = {"SubjectContainsWords": ["stock"], "RuleErrorAction": "Defer"} | REJECT
    organization = failing("rule 0", given)
    assert {CLEO: {("waiting", None, None)}} == ends(mail("stock"), organization)
    assert {CLEO: {BY_MX}} == ends(mail("other"), organization)


def test_a_copy_and_a_report_both_reach_the_same_mailbox():
    copy = {"BlindCopyTo": ["Audit"]}
    report = {"GenerateIncidentReport": "Audit"}
    found = ends(mail(), tenant(copy | report))[None]
    assert {("mailbox", None, str(AUDIT)), ("report", None, str(AUDIT))} == found

"""The actions of one rule: in which order, where that makes a difference (R-01)."""

import pytest

from fakes.mail.content import parse
from fakes.mail.item import Carries
from tests.exchange.at_hand import (
    BOB,
    CLEO,
    asked,
    every_end,
    mail,
    open_tenant,
    passed,
    reading,
    sent,
    tenant,
)

REPORT = {
    "GenerateIncidentReport": ["Audit"],
    "IncidentReportContent": ["AttachOriginalMail"],
}
SET = {"SetHeaderName": "X-Tag", "SetHeaderValue": "wanted"}
QUESTION = {"action_order"}
LAST = reading(action_order="changes-last")


@pytest.mark.parametrize(
    "together",
    [
        SET | {"RemoveHeader": "x-tag"},
        {"PrependSubject": "x "} | REPORT,
        {"SetHeaderName": "Subject", "SetHeaderValue": "y", "PrependSubject": "x "},
        {"AddToRecipients": ["Bob"], "RedirectMessageTo": ["Audit"]},
        {"RejectMessageReasonText": "no", "BlindCopyTo": ["Bob"]},
    ],
    ids=["set and removed", "reported", "subject", "redirected", "rejected"],
)
def test_what_is_otherwise_in_the_other_order_is_asked(together):
    assert QUESTION <= asked(mail(), open_tenant(together))


@pytest.mark.parametrize(
    "together",
    [
        SET | {"PrependSubject": "x "},
        SET | {"RemoveHeader": "X-Other"},
        SET | {"RouteMessageOutboundConnector": "Relay"},
        {"BlindCopyTo": ["Bob"], "CopyTo": ["Audit"]},
        {"RemoveHeader": "X-Absent"} | REPORT,
        {"DeleteMessage": True, "SetAuditSeverity": "High"},
    ],
)
def test_what_is_the_same_in_either_order_is_not(together):
    assert QUESTION.isdisjoint(asked(mail(), open_tenant(together)))


def test_a_field_that_is_removed_before_it_is_set_is_there():
    both = SET | {"RemoveHeader": "X-Tag"}
    assert not parse(sent(passed(mail(), tenant(both)))).named("X-Tag")
    last = tenant(both, readings=LAST)
    assert ("wanted",) == parse(sent(passed(mail(), last))).values("X-Tag")


def test_a_report_that_is_made_first_holds_the_mail_as_it_was():
    for readings, subject in ((reading(), b"x hello"), (LAST, b"Subject: hello")):
        result = passed(
            mail(), tenant({"PrependSubject": "x "} | REPORT, readings=readings)
        )
        (child,) = [c for c in result.children if c.carries is Carries.WHOLE]
        assert subject in child.content.raw


PREFIX = {"PrependSubject": "x "}
FOR_BOB = {"SentTo": ["Bob"]} | SET
BOTH = mail(to=(BOB, CLEO))


def subjects(organization):
    return {
        str(out.legs[0].address): parse(out.handoff.content).subject
        for out in passed(BOTH, organization).outgoing
    }


def test_a_copy_that_a_rule_did_not_take_may_meet_the_rules_before_it_again():
    # exchange-rules#R-31
    assert {"rest_of_split"} == asked(BOTH, open_tenant(PREFIX, FOR_BOB))
    assert {str(CLEO): "x hello"} == subjects(tenant(PREFIX, FOR_BOB))
    anew = reading(rest_of_split="begins-anew")
    assert {str(CLEO): "x x hello"} == subjects(tenant(PREFIX, FOR_BOB, readings=anew))


@pytest.mark.parametrize(
    "before",
    [
        SET,
        {"RouteMessageOutboundConnector": "Relay"},
        {"SubjectContainsWords": ["other"]} | PREFIX,
        {"BlindCopyTo": ["Audit"]},
        REPORT,
    ],
    ids=["set", "routed", "not taken", "copied", "reported"],
)
def test_rules_that_do_the_same_twice_are_not_asked_about(before):
    found = asked(BOTH, open_tenant(before, FOR_BOB | PREFIX))
    assert "rest_of_split" not in found


def test_an_unknown_rule_before_may_take_the_copy_the_second_time_as_well():
    before = {"HasClassification": "x"} | PREFIX
    organization = open_tenant(before, FOR_BOB)
    assert "rest_of_split" in asked(BOTH, organization)
    assert len(every_end(BOTH, organization)) > 1

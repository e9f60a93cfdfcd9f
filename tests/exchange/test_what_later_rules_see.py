"""What one rule changes is what the next one sees (exchange-rules#5.1)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.at_hand import AUDIT, CLEO, ends, mail, passed, rule, sent, tenant

EDITS = (
    {"PrependSubject": "stock "},
    {"SetHeaderName": "X-T", "SetHeaderValue": "stock"},
    {"SetHeaderName": "X-T", "SetHeaderValue": "other"},
    {"RemoveHeader": "X-T"},
    {"ApplyHtmlDisclaimerText": "<p>stock</p>"},
    {"ApplyHtmlDisclaimerText": "first", "ApplyHtmlDisclaimerLocation": "Prepend"},
    {"SetSCL": "6"},
)
TESTS = (
    {"SubjectContainsWords": ["stock"]},
    {"SubjectOrBodyContainsWords": ["stock"]},
    {"SubjectOrBodyContainsWords": ["first"]},
    {"HeaderContainsMessageHeader": "X-T", "HeaderContainsWords": ["stock"]},
    {"ExceptIfSubjectContainsWords": ["stock"]},
    {"SCLOver": 5},
)
edits, tests = st.sampled_from(EDITS), st.sampled_from(TESTS)
subjects = st.sampled_from(("stock", "hello", "\u00fcber stock"))
bodies = st.sampled_from(("text", "stock", "first\r\nthing"))


@given(edits, tests, edits, subjects, bodies)
def test_a_rule_runs_over_what_the_rule_before_it_left(one, test, two, subject, body):
    item = mail(subject, body=body)
    later = test | two
    together = sent(passed(item, tenant(one, later)))
    first = replace(item, content=sent(passed(item, tenant(one))))
    assert sent(passed(first, tenant(later))) == together


@given(edits, tests, edits, subjects)
def test_a_rule_sees_nothing_of_what_comes_after_it(one, test, two, subject):
    item = mail(subject)
    earlier = test | {"Quarantine": True}
    assert ends(item, tenant(earlier)) == ends(item, tenant(earlier, one, two))


@pytest.mark.parametrize("act", ["RedirectMessageTo", "AddToRecipients", "BlindCopyTo"])
def test_later_conditions_see_whom_a_rule_put_there(act):
    # exchange-rules#R-39
    later = {"SentTo": ["Audit"], "DeleteMessage": True}
    found = ends(mail(), tenant({act: ["Audit"]}, later))
    who = CLEO if act == "RedirectMessageTo" else None
    assert {("deleted", None, None)} == found[who]
    assert AUDIT in rule(later).conditions[0].value.addresses

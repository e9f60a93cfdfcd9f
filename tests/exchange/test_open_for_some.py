"""Open questions about whom a rule speaks of, what it sees, and whom it stops."""

import pytest

from fakes.exchange.organization import (
    AddressSpace,
    OutboundConnector,
    Platform,
    SendConnector,
)
from fakes.mail.handoff import TlsLevel
from tests.exchange.at_hand import (
    AUDIT,
    BOB,
    CLEO,
    DIRK,
    REJECT,
    ROUTE,
    asked,
    ends,
    every_end,
    mail,
    open_tenant,
    reading,
    tenant,
)

PLAIN = {("mx", None, str(CLEO))}
REJECTED = {("rejected", None, None)}
TAG = {"SetHeaderName": "X-Tag", "SetHeaderValue": "wanted"}
TAGGED = {"HeaderContainsMessageHeader": "X-Tag", "HeaderContainsWords": ["wanted"]}
ANY = {"AnyOfRecipientAddressContainsWords": ["fabrikam"]}
BOTH = (CLEO, DIRK)


def test_any_recipient_speaks_for_all_or_for_each():
    # exchange-rules#R-19
    item = mail(to=BOTH)
    everybody = {CLEO: REJECTED, DIRK: REJECTED}
    one = {CLEO: REJECTED, DIRK: {("mx", None, str(DIRK))}}
    assert [everybody, one] == every_end(item, open_tenant(ANY | REJECT))
    assert {"any_of_recipients"} == asked(item, open_tenant(ANY | REJECT))
    each = reading(any_of_recipients="each-recipient")
    assert one == ends(item, tenant(ANY | REJECT, readings=each))


@pytest.mark.parametrize(
    ("to", "more"),
    [
        ((CLEO,), {}),
        (BOTH, {"SubjectContainsWords": ["absent"]}),
        ((BOB, DIRK), {}),
    ],
)
def test_where_both_answers_hold_for_the_same_people_nothing_is_asked(to, more):
    assert set() == asked(mail(to=to), open_tenant(ANY | REJECT | more))


def test_on_a_server_any_recipient_speaks_for_all():
    server = {
        "platform": Platform.SERVER,
        "send_connectors": (
            SendConnector(
                "Internet", address_spaces=(AddressSpace("*", 1),), uses_dns=True
            ),
        ),
    }
    assert set() == asked(mail(to=BOTH), open_tenant(ANY | REJECT, **server))


def test_what_cannot_be_told_of_each_is_asked_of_each():
    unknown = {"AnyOfRecipientAddressMatchesPatterns": ["(?<a-b>c)"]} | REJECT
    each = reading(any_of_recipients="each-recipient")
    found = every_end(mail(to=BOTH), tenant(unknown, readings=each))
    assert 4 == len(found)
    assert 2 == len(every_end(mail(to=BOTH), tenant(unknown)))


def test_a_stop_for_some_ends_the_rules_for_them_or_for_all():
    # exchange-rules#R-32
    stop = {"SentTo": [str(BOB)], "StopRuleProcessing": True}
    item = mail(to=(BOB, CLEO))
    home = {("mailbox", None, str(BOB))}
    found = every_end(item, open_tenant(stop, REJECT))
    assert [PLAIN, REJECTED] == sorted((end[CLEO] for end in found), key=str)
    assert all(end[BOB] == home for end in found)
    assert {"stop_of_some"} == asked(item, open_tenant(stop, REJECT))
    # Where no later rule holds for the others there is nothing to ask.
    other = {"SubjectContainsWords": ["absent"]} | REJECT
    assert set() == asked(item, open_tenant(stop, other))
    assert set() == asked(item, open_tenant(stop, {"SetAuditSeverity": "Low"}))


def test_a_rule_that_rejects_some_and_stops_is_one_that_stops():
    stop = {"SentTo": [str(BOB)], "StopRuleProcessing": True} | REJECT
    assert "stop_of_some" in asked(mail(to=(BOB, CLEO)), open_tenant(stop, REJECT))
    without = {"SentTo": [str(BOB)]} | REJECT
    assert set() == asked(mail(to=(BOB, CLEO)), open_tenant(without, REJECT))


def test_a_rule_that_fails_does_not_stop_the_others():
    stop = {"SentTo": [str(BOB)], "StopRuleProcessing": True}
    failing = {"failing_rules": frozenset({"rule 0"})}
    found = asked(mail(to=(BOB, CLEO)), open_tenant(stop, REJECT, **failing))
    assert "stop_of_some" not in found


def test_a_later_rule_sees_a_field_that_was_set_or_does_not():
    # exchange-rules#R-38, exchange-rules#v58
    found = every_end(mail(), open_tenant(TAG, TAGGED | REJECT))
    assert [{CLEO: REJECTED}, {CLEO: PLAIN}] == found
    assert {"later_rules_see_edits"} == asked(mail(), open_tenant(TAG, TAGGED | REJECT))


def test_a_later_rule_may_still_see_a_field_that_was_removed():
    item = mail(headers="X-Tag: wanted\r\n")
    found = every_end(item, open_tenant({"RemoveHeader": "X-Tag"}, TAGGED | REJECT))
    assert [{CLEO: PLAIN}, {CLEO: REJECTED}] == found


def test_that_a_later_rule_sees_the_subject_is_no_question():
    prefix = {"PrependSubject": "wanted: "}
    later = {"SubjectContainsWords": ["wanted"]} | REJECT
    assert set() == asked(mail(), open_tenant(prefix, later))
    # Nor is it where another field was changed as well.
    assert set() == asked(mail(), open_tenant(prefix | TAG, later))


def test_the_size_of_what_was_changed_is_another_question():
    text = {"ApplyHtmlDisclaimerText": "x" * 4000}
    over = {"MessageSizeOver": "3KB"} | REJECT
    assert "later_rules_see_edits" not in asked(mail(), open_tenant(text, over))


def test_tls_that_a_rule_demands_holds_on_a_connector_or_does_not():
    # exchange-rules#R-54
    tls = {"RouteMessageOutboundRequireTls": True}
    assert {"tls_with_connector"} == asked(mail(), open_tenant(ROUTE | tls))
    assert set() == asked(mail(), open_tenant(tls))
    strict = OutboundConnector(
        "Relay",
        is_rule_scoped=True,
        uses_mx=False,
        smart_hosts=("smtp.zivver.com",),
        tls=TlsLevel.ENCRYPTION_ONLY,
    )
    place = {"outbound_connectors": (strict,)}
    assert set() == asked(mail(), open_tenant(ROUTE | tls, **place))


def test_a_copy_does_not_hang_on_what_no_later_rule_looks_at():
    copy = {"BlindCopyTo": [str(AUDIT)]}
    assert set() == asked(mail(), open_tenant(TAG, copy)) - {"BlindCopyTo loop"}

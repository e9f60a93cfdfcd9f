"""All rules in order: priority, state, mode, dates, stop, forks, merging."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.choices import Choices, explore
from fakes.exchange.organization import AddressSpace, Platform, SendConnector
from fakes.mail.item import ItemKind
from fakes.trace import Answer, StepKind
from tests.exchange.at_hand import (
    ANNA,
    AT,
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
    passed,
    reading,
    rule,
    tenant,
)

PLAIN = {("mx", None, str(CLEO))}
REJECTED = {("rejected", None, None)}
GONE = {("quarantined", None, None)}
TAKE = {"Quarantine": True}
TAG = {"SetHeaderName": "X-Tag", "SetHeaderValue": "a"}
MAYBE = {"HasClassification": "Secret"}


@pytest.mark.parametrize(
    ("state", "is_hit", "source"),
    [
        ({}, True, "exchange-rules#6.1"),
        ({"Enabled": False}, False, "exchange-rules#v67"),
        ({"State": "Disabled"}, False, "exchange-rules#v67"),
        ({"Mode": "Audit"}, False, "exchange-rules#v65"),
        ({"Mode": "AuditAndNotify"}, False, "exchange-rules#v66"),
        ({"ActivationDate": "2026-11-26T00:00:00Z"}, False, "exchange-rules#v68"),
        ({"ActivationDate": "2026-11-24T00:00:00Z"}, True, "exchange-rules#6.1"),
        ({"ExpiryDate": "2026-11-24T00:00:00Z"}, False, "exchange-rules#v69"),
        ({"ExpiryDate": "2026-11-26T00:00:00Z"}, True, "exchange-rules#6.1"),
    ],
)
def test_state_mode_and_dates_decide_whether_a_rule_acts(state, is_hit, source):
    assert {CLEO: REJECTED if is_hit else PLAIN} == ends(
        mail(), tenant(REJECT | state)
    ), source


def test_a_date_without_a_zone_may_be_anywhere_on_earth():
    near = {"ActivationDate": "2026-11-25T16:00:00"}
    assert [{CLEO: PLAIN}, {CLEO: REJECTED}] == every_end(mail(), tenant(REJECT | near))
    ended = {"ExpiryDate": "2026-11-25T16:00:00"}
    assert 2 == len(every_end(mail(), tenant(REJECT | ended)))
    for far, end in (("2026-11-26T00:01:00", PLAIN), ("2026-11-24T20:59:00", REJECTED)):
        sure = REJECT | {"ActivationDate": far}
        assert [{CLEO: end}] == every_end(mail(), tenant(sure))


def test_the_very_moment_of_an_edge_hangs_on_a_reading():
    # exchange-rules#R-30
    for name, default in (("ActivationDate", REJECTED), ("ExpiryDate", PLAIN)):
        edge = REJECT | {name: AT.isoformat()}
        assert {CLEO: default} == ends(mail(), tenant(edge))
        other = PLAIN if default == REJECTED else REJECTED
        assert [{CLEO: default}, {CLEO: other}] == every_end(mail(), open_tenant(edge))


def test_one_date_in_two_rules_has_one_answer_and_merging_does_not_hide_it():
    # The first rule matches nobody: its two ways lead to the same state.
    day = {"ActivationDate": "2026-11-25T16:00:00"}
    first = {"SubjectContainsWords": ["absent"]} | REJECT | day
    found = every_end(mail(), tenant(first, REJECT | day))
    assert [{CLEO: PLAIN}, {CLEO: REJECTED}] == found


def test_a_date_that_could_change_nothing_is_not_asked():
    day = {"ActivationDate": "2026-11-25T16:00:00", "SetAuditSeverity": "Low"}
    assert set() == asked(mail(), tenant(day))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_rules_run_by_priority_wherever_they_stand(order):
    rules = ({"StopRuleProcessing": True, "PrependSubject": "a "}, TAKE)
    made = tuple(rule(rules[n], priority=n) for n in order)
    assert {CLEO: PLAIN} == ends(mail(), replace(tenant(), rules=made))


def test_what_a_rule_wrote_is_what_the_next_one_sees():
    # exchange-rules#v57, exchange-rules#R-38
    prefix = {"PrependSubject": "undeliverable: "}
    then = {"SubjectContainsWords": ["undeliverable"]} | REJECT
    assert {CLEO: REJECTED} == ends(mail(), tenant(prefix, then))
    assert {CLEO: PLAIN} == ends(mail(), tenant(then, prefix))


# ------------------------------------------------------------------------ forks


@pytest.mark.parametrize(
    ("conditions", "rejected", "source"),
    [
        ({"SentTo": ["Bob"]}, {BOB}, "exchange-rules#v43"),
        (
            {"AnyOfRecipientAddressContainsWords": ["bob@contoso.example"]},
            {BOB, CLEO, DIRK},
            "exchange-rules#v45",
        ),
        ({"ExceptIfSentTo": ["Bob"]}, {CLEO, DIRK}, "exchange-rules#v46"),
        (
            {"ExceptIfAnyOfRecipientAddressContainsWords": ["bob"]},
            set(),
            "exchange-rules#v47",
        ),
        ({"SentToScope": "NotInOrganization"}, {CLEO, DIRK}, "exchange-rules#v48"),
        ({"RecipientDomainIs": ["fabrikam.example"]}, {CLEO}, "exchange-rules#v49"),
        (
            {"SentToScope": "NotInOrganization", "RecipientDomainIs": ["example"]},
            {CLEO, DIRK},
            "field-cases#R-29",
        ),
        (
            {"SentTo": ["Bob"], "ExceptIfSubjectContainsWords": ["hello"]},
            set(),
            "exchange-rules#v55",
        ),
        ({}, {BOB, CLEO, DIRK}, "exchange-rules#1"),
    ],
)
def test_a_rule_takes_those_for_whom_it_holds_and_leaves_the_rest(
    conditions, rejected, source
):
    found = ends(mail(to=(BOB, CLEO, DIRK)), tenant(conditions | REJECT))
    assert rejected == {who for who, end in found.items() if end == REJECTED}, source


def test_stopping_stops_the_matched_part_alone():
    # exchange-rules#R-32, exchange-rules#R-31
    rules = [{"SentTo": ["Bob"], "StopRuleProcessing": True}, TAKE]
    found = ends(mail(to=(BOB, CLEO)), tenant(*rules))
    assert {BOB: {("mailbox", None, str(BOB))}, CLEO: GONE} == found


def test_each_part_keeps_its_own_content():
    # exchange-rules#v48
    rules = [{"SentToScope": "NotInOrganization"} | TAG, {"SentTo": ["Bob"]} | ROUTE]
    result = passed(mail(to=(BOB, CLEO)), tenant(*rules))
    tagged = {
        outgoing.handoff.envelope.recipients: b"X-Tag" in outgoing.handoff.content.raw
        for outgoing in result.outgoing
    }
    assert {(BOB,): False, (CLEO,): True} == tagged


def test_a_later_rule_looks_at_the_recipients_of_its_own_part():
    # exchange-rules#4: the rule set runs per copy (W-FORK).
    rules = [
        {"SentTo": ["Bob"]} | TAG,
        {"AnyOfRecipientAddressContainsWords": ["bob"]} | REJECT,
    ]
    found = ends(mail(to=(BOB, CLEO)), tenant(*rules))
    assert {BOB: REJECTED, CLEO: PLAIN} == found


def test_any_recipient_that_cannot_be_told_is_not_missed_beside_another():
    # Each of two recipients hangs on a reading of its own.
    one, two = "_stock@fabrikam.example", "\u201cstock@fabrikam.example"
    item = mail(to=(CLEO,))
    people = tuple(type(CLEO)(*text.split("@")) for text in (one, two))
    envelope = replace(item.envelope, recipients=people)
    words = {"AnyOfRecipientAddressContainsWords": ["stock"]}
    organization = open_tenant(words | TAKE)
    found = every_end(replace(item, envelope=envelope), organization)
    assert {frozenset(map(str, f.values())) for f in found} == {
        frozenset({str(GONE)}),
        frozenset(str({("mx", None, str(who))}) for who in people),
    }
    assert {"unicode_punctuation", "underscore"} == asked(
        replace(item, envelope=envelope), organization
    )


# ------------------------------------------------------------------------- mode


def test_whether_a_rule_in_test_mode_stops_is_open():
    # exchange-rules#R-42
    audit = {"Mode": "Audit", "StopRuleProcessing": True}
    assert [{CLEO: GONE}, {CLEO: PLAIN}] == every_end(mail(), open_tenant(audit, TAKE))
    assert set() == asked(mail(), open_tenant(audit, {"SetAuditSeverity": "Low"}))


def test_stopping_before_nothing_asks_nothing():
    assert set() == asked(mail(), tenant(MAYBE | {"StopRuleProcessing": True}))
    later = {"SetAuditSeverity": "Low"}
    assert set() == asked(mail(), tenant(MAYBE | {"StopRuleProcessing": True}, later))
    found = every_end(mail(), tenant(MAYBE | {"StopRuleProcessing": True}, TAKE))
    assert [{CLEO: GONE}, {CLEO: PLAIN}] == found


def test_a_rule_that_could_change_nothing_is_open_in_the_trace_only():
    result = passed(mail(), tenant(MAYBE | {"SetAuditSeverity": "Low"}))
    (step,) = steps_of(result, CLEO)
    assert Answer.CANNOT_TELL is step.answer
    assert "could change nothing" in step.why
    assert "no header field shows it" in step.details[0].why


def test_a_rule_that_exchange_itself_cannot_read_is_no_catch_all():
    # field-cases#3
    unreadable = rule({})
    organization = replace(tenant(), rules=(unreadable,))
    assert [{CLEO: PLAIN}, {CLEO: {("unknown", None, None)}}] == every_end(
        mail(), organization
    )
    stop = rule(MAYBE | {"StopRuleProcessing": True}, priority=0)
    later = replace(unreadable, priority=1)
    found = every_end(mail(), replace(tenant(), rules=(stop, later)))
    assert {CLEO: {("unknown", None, None)}} in found


# ---------------------------------------------------------------------- merging


def runs(item, organization):
    found = explore(lambda c: ends(item, organization, choices=c), bound=500)
    return found.runs


def test_many_rules_on_things_that_are_not_judged_still_get_an_answer():
    tags = [
        {
            "HasClassification": f"T{n}",
            "SetHeaderName": "X-Tag",
            "SetHeaderValue": f"{n}",
        }
        for n in range(30)
    ]
    found = runs(mail(), tenant(*tags, TAKE))
    assert len(found) == 1
    assert {CLEO: GONE} == found[0].result


@pytest.mark.parametrize("name", ["zivver-access-right", "X-Zivver-Transport", "To"])
def test_a_field_that_zivver_reads_keeps_two_ways_apart(name):
    odd = MAYBE | {"SetHeaderName": name, "SetHeaderValue": "x"}
    assert 2 == len(runs(mail(), tenant(odd, {"PrependSubject": "x "})))


def test_a_field_that_a_later_condition_reads_keeps_two_ways_apart():
    rules = [MAYBE | {"SetHeaderName": "X-Tag", "SetHeaderValue": "stock"}]
    words = {"HeaderContainsMessageHeader": "X-TAG", "HeaderContainsWords": ["stock"]}
    found = [run.result for run in runs(mail(), tenant(*rules, words | TAKE))]
    assert [{CLEO: PLAIN}, {CLEO: GONE}] == found
    kind = {"SetHeaderName": "Content-Type", "SetHeaderValue": "application/pdf"}
    body = {"SubjectOrBodyContainsWords": ["text"]} | TAKE
    found = [run.result for run in runs(mail(), tenant(MAYBE | kind, body))]
    assert [{CLEO: GONE}, {CLEO: PLAIN}] == found


def test_a_sender_field_that_a_server_may_read_keeps_two_ways_apart():
    write = MAYBE | {"SetHeaderName": "Sender", "SetHeaderValue": str(AUDIT)}
    words = {"FromAddressContainsWords": ["audit"]} | TAKE
    server = tenant(
        write,
        words,
        platform=Platform.SERVER,
        send_connectors=(SendConnector("all", (AddressSpace("*"),)),),
        readings=reading(server_header_sender="from-sender-reply-to"),
    )
    assert {CLEO: GONE} in [run.result for run in runs(mail(), server)]


def test_a_mail_that_shrinks_into_a_connector_keeps_two_ways_apart():
    # exchange-routing#A12; one that outgrows it stays with it (exchange-routing#A19)
    item = mail(headers="X-Long: so long\r\n")
    size = len(item.content.raw) - 1
    small = SendConnector("A", (AddressSpace("fabrikam.example"),), max_size=size)
    wide = SendConnector("B", (AddressSpace("*"),))
    server = tenant(
        MAYBE | {"RemoveHeader": "X-Long"},
        platform=Platform.SERVER,
        send_connectors=(small, wide),
    )
    found = [run.result[CLEO] for run in runs(item, server)]
    assert [{("mx", "B", str(CLEO))}, {("mx", "A", str(CLEO))}] == found
    untold = replace(small, is_size_told=False)
    server = replace(server, send_connectors=(untold, wide))
    found = [run.result[CLEO] for run in runs(item, server)]
    assert [{("mx", "A", str(CLEO))}] * len(found) == found


def test_a_fact_is_asked_once_and_answers_alike_in_two_rules():
    found = every_end(mail(), tenant(MAYBE | TAG, MAYBE | TAKE))
    assert [{CLEO: PLAIN}, {CLEO: GONE}] == found
    both = every_end(mail(), tenant(MAYBE | REJECT, MAYBE | TAKE))
    assert [{CLEO: PLAIN}, {CLEO: REJECTED}] == both


def test_an_unknown_exception_is_chosen_only_until_the_rule_is_decided():
    words = {"HasSenderOverride": "1", "ExceptIfHasClassification": "Secret"}
    found = every_end(mail(), tenant(words | TAKE))
    assert [{CLEO: PLAIN}, {CLEO: GONE}] == found
    sure = {"SubjectContainsWords": ["hello"]} | words
    assert found == every_end(mail(), tenant(sure | TAKE))
    known = {"SubjectContainsWords": ["absent"]} | words
    assert set() == asked(mail(), tenant(known | TAKE))


# -------------------------------------------------------------------- the trace


def steps_of(result, who):
    trails = dict(result.steps)
    return [step for step in trails[who] if step.kind is StepKind.RULE]


def test_the_trace_says_of_each_rule_what_it_asked_and_did():
    rules = [
        {"SubjectContainsWords": ["hello"]} | TAG | {"StopRuleProcessing": True},
        TAKE,
    ]
    (step,) = steps_of(passed(mail(), tenant(*rules)), CLEO)
    assert ("SetHeader X-Tag, a", "StopRuleProcessing") == step.did
    (detail,) = step.details
    assert ("SubjectContainsWords", ("hello",), ("hello",)) == (
        detail.name,
        detail.looked_for,
        detail.found,
    )
    assert (CLEO,) == step.recipients
    assert "test" == step.place


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"State": "Disabled"}, "it is off"),
        ({"ActivationDate": "2027-01-01T00:00:00Z"}, "has not come"),
        ({"ExpiryDate": "2020-01-01T00:00:00Z"}, "has passed"),
        ({"SubjectContainsWords": ["absent"]}, ""),
    ],
)
def test_the_trace_says_why_a_rule_was_passed(state, why):
    (step,) = steps_of(passed(mail(), tenant(TAKE | state)), CLEO)
    assert Answer.NO is step.answer
    assert why in step.why


def test_the_trace_names_a_test_mode_and_an_open_reading():
    audit = {"Mode": "Audit", "SubjectContainsWords": ["hello"]} | TAG
    (step,) = steps_of(passed(mail("_hello hello"), tenant(audit)), CLEO)
    assert ("test mode (Audit)", ()) == (step.why, step.did)
    open_ = open_tenant({"SubjectContainsWords": ["hello"]} | TAKE)
    (step,) = steps_of(passed(mail("_hello"), open_), CLEO)
    assert "Microsoft does not document it" in step.details[0].why


def test_each_part_has_its_own_trace():
    result = passed(mail(to=(BOB, CLEO)), tenant({"SentTo": ["Bob"]} | TAKE))
    (hit,), (miss,) = steps_of(result, BOB), steps_of(result, CLEO)
    assert (Answer.YES, Answer.NO) == (hit.answer, miss.answer)
    assert [BOB, CLEO] == [detail.about for detail in hit.details]


# ------------------------------------------------------------ what skips the rules


def test_reports_that_exchange_makes_skip_the_rules():
    # exchange-rules#v79, exchange-routing#E17
    report = replace(mail(to=(ANNA,)), kind=ItemKind.NDR)
    assert {ANNA: {("mailbox", None, str(ANNA))}} == ends(report, tenant(TAKE))


def test_rules_that_were_not_exported_are_not_taken_for_none():
    organization = replace(tenant(), rules=None)
    assert {CLEO: {("unknown", None, None)}} == ends(mail(), organization)


def test_without_recipients_nothing_happens():
    item = replace(mail(), envelope=replace(mail().envelope, recipients=()))
    assert {} == ends(item, tenant(TAKE))


def test_a_run_of_its_own_is_never_merged():
    assert {CLEO: PLAIN} == ends(mail(), tenant(MAYBE | TAKE), choices=Choices())
    late = datetime(2026, 11, 25, tzinfo=UTC) + timedelta(days=1)
    assert {CLEO: PLAIN} == ends(mail(), tenant(MAYBE | TAKE), at=late)


def test_an_unknown_exception_that_holds_takes_the_rule_away():
    found = explore(
        lambda choices: ends(
            mail(),
            tenant({"ExceptIfHasClassification": "Secret"} | TAKE),
            choices=choices,
        ),
        bound=9,
    )
    ways = {run.met[0].chosen: run.result[CLEO] for run in found.runs}
    assert {"NO_MATCH": GONE, "MATCH": PLAIN} == ways

"""The action table, row by row (exchange-rules#5)."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import Edition, OutboundConnector, Platform
from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.actions import ACTIONS, UNJUDGED
from fakes.exchange.rules.rule import RuleError
from fakes.mail.content import parse
from fakes.mail.handoff import TlsLevel
from tests.exchange.at_hand import (
    AUDIT,
    BOB,
    CLEO,
    DIRK,
    REJECT,
    RELAY,
    ROUTE,
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
UNKNOWN = ("unknown", None, None)
LOOP = "X-MS-Exchange-Transport-Rules-Loop"


def values(rules, name, **given):
    """What the named field says when the mail leaves."""
    return parse(sent(passed(mail(**given), tenant(*rules)))).values(name)


@pytest.mark.parametrize(
    ("rules", "field", "given", "expected", "source"),
    [
        (
            [
                {"SetHeaderName": "X-T", "SetHeaderValue": "a"},
                {
                    "HeaderContainsMessageHeader": "X-T",
                    "HeaderContainsWords": ["a"],
                    "SetHeaderName": "X-U",
                    "SetHeaderValue": "1",
                },
            ],
            "X-U",
            {},
            ("1",),
            "exchange-rules#v58",
        ),
        (
            [
                {"SetHeaderName": "X-T", "SetHeaderValue": "a"},
                {"SetHeaderName": "x-t", "SetHeaderValue": "b"},
            ],
            "X-T",
            {},
            ("b",),
            "exchange-rules#v59",
        ),
        (
            [{"SetHeaderName": "X-T", "SetHeaderValue": "n"}],
            "X-T",
            {"headers": "X-T: a\r\nX-T: b\r\n"},
            ("n",),
            "exchange-rules#5",
        ),
        ([{"RemoveHeader": "x-t"}], "X-T", {"headers": "X-T: a\r\n"}, (), ""),
        (
            [{"PrependSubject": "undeliverable: "}],
            "Subject",
            {},
            ("undeliverable: hello",),
            "exchange-rules#v57",
        ),
        ([{"PrependSubject": "\u00fc: "}], "Subject", {}, ("\u00fc: hello",), ""),
        (
            [
                {
                    "StopRuleProcessing": True,
                    "SetHeaderName": "X",
                    "SetHeaderValue": "1",
                },
                {"PrependSubject": "no "},
            ],
            "Subject",
            {},
            ("hello",),
            "exchange-rules#v62",
        ),
        (
            [{"SetAuditSeverity": "High", "LogEventText": "x"}],
            "Subject",
            {},
            ("hello",),
            "exchange-rules#5",
        ),
    ],
)
def test_what_leaves_is_what_the_rules_wrote(rules, field, given, expected, source):
    assert expected == values(rules, field, **given), source


def test_every_octet_that_no_action_touched_stays():
    item = mail(headers="X-Odd:  two  blanks \r\nX-T: a\r\n")
    tag = {"SetHeaderName": "X-T", "SetHeaderValue": "b"}
    after = sent(passed(item, tenant(tag))).raw
    assert item.content.raw.replace(b"X-T: a", b"X-T: b") == after


def test_removing_a_repeated_field_hangs_on_a_reading():
    # exchange-rules#R-36
    item = mail(headers="X-T: a\r\nX-T: b\r\n")
    remove = {"RemoveHeader": "X-T"}
    left = parse(sent(passed(item, tenant(remove)))).values("X-T")
    assert () == left
    first = tenant(remove, readings=reading(remove_header="first"))
    assert ("b",) == parse(sent(passed(item, first))).values("X-T")
    later = {"HeaderContainsMessageHeader": "X-T", "HeaderContainsWords": ["b"]}
    # exchange-rules#R-38: and whether the later rule sees it gone.
    open_ = {"remove_header", "later_rules_see_edits", "repeated_headers"}
    assert open_ == asked(item, open_tenant(remove, later | REJECT))
    assert set() == asked(mail(headers="X-T: a\r\n"), open_tenant(remove))


# ------------------------------------------------------------------- recipients


def test_a_hidden_copy_goes_with_the_matched_part_alone():
    # exchange-rules#v49
    copy = {"RecipientDomainIs": ["fabrikam.example"], "BlindCopyTo": ["Audit"]}
    found = ends(mail(to=(CLEO, DIRK)), tenant(copy))
    assert {
        CLEO: {BY_MX},
        DIRK: {("mx", None, str(DIRK))},
        None: {("mailbox", None, str(AUDIT))},
    } == found


def test_whoever_gets_the_mail_anyway_gets_no_second_copy():
    found = ends(mail(to=(AUDIT, CLEO)), tenant({"BlindCopyTo": ["Audit"]}))
    assert {AUDIT, CLEO} == set(found)


def test_a_redirect_takes_the_mail_from_everybody():
    # exchange-routing#E1, exchange-routing#E3
    found = ends(mail(to=(CLEO, BOB)), tenant({"RedirectMessageTo": ["Audit"]}))
    to_audit = {("mailbox", None, str(AUDIT))}
    assert {CLEO: to_audit, BOB: to_audit} == found


def test_a_redirect_of_some_leaves_the_others_alone():
    # exchange-routing#E2
    some = {"RecipientDomainIs": ["fabrikam.example"], "RedirectMessageTo": ["Audit"]}
    found = ends(mail(to=(CLEO, DIRK)), tenant(some))
    assert {("mx", None, str(DIRK))} == found[DIRK]
    assert {("mailbox", None, str(AUDIT))} == found[CLEO]


def test_a_target_that_no_export_knows_ends_in_the_unknown():
    for name in ("RedirectMessageTo", "BlindCopyTo"):
        assert {CLEO: {UNKNOWN}} == ends(mail(), tenant({name: ["Zoe"]}))


def test_later_rules_see_the_new_recipient_or_the_old_one():
    # exchange-rules#R-39
    redirect = {"RedirectMessageTo": ["Audit"]}
    later = {"RecipientAddressContainsWords": ["cleo"], "DeleteMessage": True}
    to_audit, deleted = ("mailbox", None, str(AUDIT)), ("deleted", None, None)
    assert {CLEO: {to_audit}} == ends(mail(), tenant(redirect, later))
    old = reading(later_rules_see_recipients="old")
    assert {CLEO: {deleted}} == ends(mail(), tenant(redirect, later, readings=old))
    found = asked(mail(), open_tenant(redirect, later))
    assert {"later_rules_see_recipients", "redirect_ends_rules"} == found


@pytest.mark.parametrize(
    "condition",
    [
        {"SentTo": ["Audit"]},
        {"SentToScope": "InOrganization"},
        {"RecipientDomainIs": ["contoso.example"]},
        {"AnyOfRecipientAddressContainsWords": ["audit"]},
    ],
)
def test_whether_rules_see_an_added_recipient_is_open_in_every_condition(condition):
    rules = [{"BlindCopyTo": ["Audit"]}, condition | {"DeleteMessage": True}]
    new, old = (
        ends(mail(), tenant(*rules)),
        ends(
            mail(), tenant(*rules, readings=reading(later_rules_see_recipients="old"))
        ),
    )
    assert {("deleted", None, None)} == new[None]
    assert {("mailbox", None, str(AUDIT))} == old[None]
    assert "later_rules_see_recipients" in asked(mail(), open_tenant(*rules))


def test_a_mail_that_a_rule_has_redirected_before_is_refused():
    # exchange-rules#v83, exchange-routing#E13
    item = mail(headers=f"{LOOP}: 1\r\n")
    for name in ("RedirectMessageTo", "BlindCopyTo"):
        result = passed(item, tenant({name: ["Audit"]}))
        (ended,) = result.ended
        assert "5.7.128" in str(ended.ending.reply)
        assert ended.ending.is_told


def test_the_loop_limit_counts_passes_and_not_the_rules_of_one():
    # exchange-rules#7.4
    rules = [{"BlindCopyTo": ["Audit"]}, {"RedirectMessageTo": ["Bob"]}]
    found = ends(mail(), tenant(*rules))
    assert {CLEO: {("mailbox", None, str(BOB))}} == {CLEO: found[CLEO]}
    both = {"BlindCopyTo": ["Audit"], "RedirectMessageTo": ["Bob"]}
    assert {("mailbox", None, str(BOB))} == ends(mail(), tenant(both))[CLEO]


def test_the_loop_limit_of_servers_is_not_known():
    item = mail(headers=f"{LOOP}: 1\r\n")
    server = tenant({"RedirectMessageTo": ["Audit"]}, platform=Platform.SERVER)
    assert [
        {CLEO: {("mailbox", None, str(AUDIT))}},
        {CLEO: {UNKNOWN}},
    ] == every_end(item, server)


# ------------------------------------------------------------------------ route


def test_a_connector_that_a_rule_names_takes_everybody():
    # exchange-routing#C7
    found = ends(mail(to=(CLEO, BOB)), tenant(ROUTE))
    assert {("connector", "Relay", str(BOB))} == found[BOB]
    assert {("connector", "Relay", str(CLEO))} == found[CLEO]


def test_a_rule_for_outside_recipients_leaves_inside_ones_at_home():
    # exchange-routing#C8, exchange-rules#v56
    item = mail(to=(BOB, CLEO, DIRK))
    result = passed(item, tenant({"SentToScope": "NotInOrganization"} | ROUTE))
    (outgoing,) = result.outgoing
    assert (CLEO, DIRK) == outgoing.handoff.envelope.recipients
    assert [BOB] == [ended.leg.address for ended in result.ended]


def test_a_header_exception_lets_returned_mail_go_its_ordinary_way():
    # exchange-routing#C9, exchange-rules#v81, exchange-rules#v82
    guard = {
        "FromScope": "InOrganization",
        "ExceptIfHeaderContainsMessageHeader": "SignatureContoso",
        "ExceptIfHeaderContainsWords": ["true"],
        "StopRuleProcessing": True,
    }
    rules = [guard | ROUTE, {"SubjectContainsWords": ["hello"], "Quarantine": True}]
    inside = mail(to=(BOB,))
    assert {("connector", "Relay", str(BOB))} == ends(inside, tenant(*rules))[BOB]
    back = mail(to=(BOB,), headers="SignatureContoso: true\r\n")
    assert {("quarantined", None, None)} == ends(back, tenant(*rules))[BOB]


OTHER = OutboundConnector(
    "Other", is_rule_scoped=True, uses_mx=False, smart_hosts=("other.example",)
)


def test_two_rules_that_name_two_connectors_hang_on_a_reading():
    # exchange-rules#R-51
    rules = [ROUTE, {"RouteMessageOutboundConnector": "Other"}]
    two = {"outbound_connectors": (RELAY, OTHER)}
    last, first = every_end(mail(), open_tenant(*rules, **two))
    assert {("connector", "Other", str(CLEO))} == last[CLEO]
    assert {("connector", "Relay", str(CLEO))} == first[CLEO]
    assert set() == asked(mail(), open_tenant(ROUTE, ROUTE, **two))


def test_a_redirected_or_added_recipient_takes_the_connector_or_does_not():
    # exchange-rules#R-52, exchange-rules#R-55
    redirect, copy = {"RedirectMessageTo": ["Audit"]}, {"BlindCopyTo": ["Audit"]}
    by_relay = ("connector", "Relay", str(AUDIT))
    at_home = ("mailbox", None, str(AUDIT))
    assert {by_relay} == ends(mail(), tenant(redirect, ROUTE))[CLEO]
    assert {by_relay} == ends(mail(), tenant(copy, ROUTE))[None]
    apart = reading(route_with_redirect="not-routed", added_follow_connector="no")
    assert {at_home} == ends(mail(), tenant(redirect, ROUTE, readings=apart))[CLEO]
    assert {at_home} == ends(mail(), tenant(copy, ROUTE, readings=apart))[None]


def test_a_rule_that_demands_tls_raises_the_level_and_lowers_none():
    # exchange-rules#R-54
    demand = {"RouteMessageOutboundRequireTls": True}
    handoff = passed(mail(), tenant(demand)).outgoing[0].handoff
    assert TlsLevel.ENCRYPTION_ONLY is handoff.tls.level
    strict = replace(RELAY, tls=TlsLevel.DOMAIN_VALIDATION, tls_domain="*.zivver.com")
    both = tenant(demand | ROUTE, outbound_connectors=(strict,))
    handoff = passed(mail(), both).outgoing[0].handoff
    assert TlsLevel.DOMAIN_VALIDATION is handoff.tls.level
    plain = passed(mail(), tenant()).outgoing[0].handoff
    assert TlsLevel.OPPORTUNISTIC is plain.tls.level


# -------------------------------------------------------------------------- end


@pytest.mark.parametrize(
    ("given", "said", "source"),
    [
        ({"RejectMessageReasonText": "no"}, "550 5.7.1 no", "exchange-rules#v73"),
        (
            {"RejectMessageEnhancedStatusCode": "5.7.900"},
            "550 5.7.900 Delivery not authorized, message refused",
            "exchange-rules#v74",
        ),
        (
            {
                "RejectMessageReasonText": "n\u00e9",
                "RejectMessageEnhancedStatusCode": "5.7.1",
            },
            "550 5.7.1 n?",
            "exchange-rules#R-34",
        ),
    ],
)
def test_a_rejection_has_its_text_and_its_status(given, said, source):
    (ended,) = passed(mail(), tenant(given)).ended
    assert said == str(ended.ending.reply), source
    assert "rule 0" not in str(ended.ending.reply)


@pytest.mark.parametrize("status", ["5.7.2", "5.7.899", "5.7.1000", "4.7.1", "x"])
def test_a_status_that_exchange_would_not_take_is_refused(status):
    # exchange-rules#v75
    with pytest.raises(RuleError, match=r"expected 5\.7\.1"):
        rule({"RejectMessageEnhancedStatusCode": status})


def test_a_rejection_for_one_of_many_reaches_only_that_one():
    # exchange-rules#v43
    found = ends(mail(to=(BOB, CLEO, DIRK)), tenant({"SentTo": ["Bob"]} | REJECT))
    assert {REJECTED} == found[BOB]
    assert {BY_MX} == found[CLEO]


def test_a_deletion_ends_the_rules_without_a_word():
    # exchange-rules#v60, exchange-rules#v86
    result = passed(mail(), tenant({"DeleteMessage": True}, {"BlindCopyTo": ["Audit"]}))
    (ended,) = result.ended
    assert ("deleted", False) == (ended.ending.kind, ended.ending.is_told)


def test_quarantine_ends_the_rules():
    # exchange-rules#v61
    rules = [{"Quarantine": True}, {"BlindCopyTo": ["Audit"]}]
    assert {CLEO: {("quarantined", None, None)}} == ends(mail(), tenant(*rules))


def test_whether_a_rejection_ends_the_rules_matters_to_copies_only():
    # exchange-rules#R-35
    copy = {"BlindCopyTo": ["Audit"]}
    assert set() == asked(mail(), open_tenant(REJECT, {"PrependSubject": "x "}))
    found = every_end(mail(), open_tenant(REJECT, copy))
    assert {CLEO: {REJECTED}} in found
    assert {CLEO: {REJECTED}, None: {("report", None, str(AUDIT))}} in found
    away = every_end(mail(), open_tenant(REJECT, {"RedirectMessageTo": ["Audit"]}))
    assert [{CLEO: {REJECTED}}] * len(away) == away


def test_whether_a_redirect_ends_the_rules_is_open():
    # exchange-rules#R-33
    rules = [{"RedirectMessageTo": ["Audit"]}, {"Quarantine": True}]
    on, over = every_end(mail(), open_tenant(*rules))
    assert {CLEO: {("quarantined", None, None)}} == on
    assert {CLEO: {("mailbox", None, str(AUDIT))}} == over
    assert set() == asked(mail(), open_tenant(rules[0]))


# -------------------------------------------------------------------- and others


@pytest.mark.parametrize("name", sorted(UNJUDGED))
def test_an_action_that_is_not_judged_may_do_nothing_or_anything(name):
    assert [{CLEO: {BY_MX}}, {CLEO: {UNKNOWN}}] == every_end(
        mail(), tenant({name: "true"})
    )


@pytest.mark.parametrize("text", [False, "False", "$false", "false"])
@pytest.mark.parametrize(
    "name", ["DeleteMessage", "Quarantine", "RouteMessageOutboundRequireTls"]
)
def test_a_switch_that_an_export_spells_as_false_is_off(name, text):
    assert () == rule({name: text, "StopRuleProcessing": True}).actions


def test_half_of_an_action_is_refused():
    with pytest.raises(RuleError, match="`SetHeaderValue` is missing"):
        rule({"SetHeaderName": "X"})


def test_every_action_has_a_source_and_those_without_effect_say_so():
    assert all(row.source for row in ACTIONS.values())
    quiet = {row.name for row in ACTIONS.values() if row.effect is Effect.NONE}
    assert {"SetAuditSeverity", "ApplyClassification", "LogEventText"} == quiet


def test_the_edge_role_has_its_own_actions():
    # exchange-rules#9
    edge = {n for n, row in ACTIONS.items() if Edition.EDGE in row.editions}
    only = {n for n, row in ACTIONS.items() if {Edition.EDGE} == row.editions}
    assert {"Disconnect", "LogEventText", "SmtpRejectMessage"} == only
    assert {"RejectMessage", "ModerateMessageByUser"}.isdisjoint(edge)
    assert {Edition.ONLINE} == ACTIONS["RouteMessageOutboundConnector"].editions


def test_a_target_that_is_a_group_ends_in_the_unknown():
    assert {CLEO: {UNKNOWN}} == ends(mail(), tenant({"RedirectMessageTo": ["Sales"]}))

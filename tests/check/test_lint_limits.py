"""What Exchange would refuse today: each limit, just kept and just passed."""

import json
from dataclasses import replace

import pytest

from fakes.exchange.organization import Directory, Edition
from fakes.exchange.rules.rule import make_rule
from harness.check import derive, facts_of
from harness.check.lints.noun import Ground
from harness.check.lints.table import lints
from harness.check.report import Verdict
from harness.check.run import check
from harness.cli.check import exit_code
from harness.compare import FindingKind
from harness.exports import Tenant
from harness.report.check import Checked, check_page
from harness.report.check_data import checked_data
from harness.report.page import as_text
from harness.world import World
from tests.check.tenants import AS_MEANT, NOON, POLICY, directory, online, server

NEITHER = "`UseMXRecord` is false and `SmartHosts` is empty, expected one of the two"
ROUTE = {"RouteMessageOutboundConnector": "Zivver"}
PLAIN = {"Name": "x", "SubjectContainsWords": ["secure"], **ROUTE}


def organization(*given, world=None, **changes):
    place = (world or online(())).organization
    rules = tuple(
        make_rule(rule, place.directory, priority=number, place=f"rules.json:{number}")
        for number, rule in enumerate(given)
    )
    return replace(place, rules=rules, **changes)


def refusals(place):
    """What Exchange would refuse today, the other lints left aside."""
    return tuple(one for one in lints(Ground(World(place), NOON)) if one.is_refused)


def whys(*given, **more):
    return [entry.why for entry in refusals(organization(*given, **more))]


def words(count, length=128):
    return [f"{n:05}".ljust(length, "x") for n in range(count)]


def test_the_guide_s_rules_would_be_taken():
    assert () == refusals(online().organization)
    assert () == refusals(server().organization)


def test_rules_that_were_not_exported_are_no_rules_to_refuse():
    assert () == refusals(replace(online().organization, rules=None))


@pytest.mark.parametrize(
    ("limit", "passed", "said"),
    [
        (
            PLAIN | {"Comments": "c" * 1024},
            PLAIN | {"Comments": "c" * 1025},
            "comments of 1025 characters, at most 1024",
        ),
        (
            PLAIN | {"SubjectMatchesPatterns": ["p" * 128]},
            PLAIN | {"SubjectMatchesPatterns": ["p" * 129]},
            "ppppp...`: it has 129 characters, at most 128",
        ),
        (
            PLAIN | {"Size": 8192},
            PLAIN | {"Size": 8193},
            "8193 characters (its export says), at most 8192",
        ),
        (
            PLAIN | {"SubjectContainsWords": words(60)},
            PLAIN | {"SubjectContainsWords": words(62)},
            "characters (estimated from its parameters), at most 8192",
        ),
        (
            {"Name": "x", "RejectMessageReasonText": "r" * 1024},
            {"Name": "x", "RejectMessageReasonText": "r" * 1025},
            "the text of the rejection has 1025 characters, at most 1024",
        ),
        (
            PLAIN | {"ActivationDate": "2026-01-01", "ExpiryDate": "2026-01-01"},
            PLAIN | {"ActivationDate": "2026-01-02", "ExpiryDate": "2026-01-01"},
            "it ends (2026-01-01 00:00) before it starts (2026-01-02 00:00)",
        ),
        (
            PLAIN | {"RouteMessageOutboundConnector": "ZIVVER"},
            PLAIN | {"RouteMessageOutboundConnector": "Zivvr"},
            "RouteMessageOutboundConnector: no outbound connector is called `Zivvr`",
        ),
        (
            PLAIN | {"From": ["anna@contoso.example", "who@fabrikam.example"]},
            PLAIN | {"From": ["gone@contoso.example"]},
            "From: no recipient `gone@contoso.example`",
        ),
        (
            PLAIN | {"ExceptIfSentTo": ["anna"]},
            PLAIN | {"ExceptIfSentTo": ["Somebody Deleted"]},
            "ExceptIfSentTo: no recipient `Somebody Deleted`",
        ),
        (
            {"Name": "x", "BlindCopyTo": ["bob@contoso.example"]},
            {"Name": "x", "BlindCopyTo": ["gone@contoso.example"]},
            "BlindCopyTo: no recipient `gone@contoso.example`",
        ),
        (
            {"Name": "x", "StopRuleProcessing": True},
            {"Name": "x"},
            "it has neither condition nor action",
        ),
    ],
)
def test_a_limit_kept_is_silent_and_one_passed_is_told(limit, passed, said):
    assert [] == whys(limit)
    (found,) = refusals(organization(passed))
    assert said in found.why
    assert ("x", 0, "rules.json:0") == (found.rule, found.priority, found.place)
    assert "#" in found.source


def test_a_name_may_have_64_characters():
    place = organization(PLAIN)
    (rule,) = place.rules
    for length, count in ((64, 0), (65, 1)):
        named = replace(place, rules=(replace(rule, name="n" * length),))
        assert count == len(refusals(named))


def test_three_hundred_rules_are_taken_and_one_more_is_not():
    rule = {"Name": "x", "StopRuleProcessing": True}
    assert [] == whys(*[rule] * 300)
    assert ["301 rules, at most 300"] == whys(*[rule] * 301)


def test_the_words_and_patterns_of_all_rules_have_one_limit():
    rules = [PLAIN | {"Size": 1, "SubjectContainsWords": words(40)} for _ in range(4)]
    assert [] == whys(*rules)
    more = {"Name": "y", "SubjectMatchesPatterns": ["p"], **ROUTE}
    assert [
        "20481 characters in the words and patterns of all rules, at most 20480"
    ] == whys(*rules, more)


def test_a_server_has_the_limits_of_a_server():
    rule = {"Name": "x", "RejectMessageReasonText": "r" * 257, "Size": 9000}
    long = {"Name": "y", "SubjectMatchesPatterns": ["p" * 129], "SetSCL": "-1"}
    (why,) = whys(long, world=server(()))
    assert "ppp...` has 129 characters, at most 128" in why
    assert ["the text of the rejection has 257 characters, at most 256"] == whys(
        rule, world=server(())
    )
    assert [] == whys(
        *[{"Name": "x", "StopRuleProcessing": True}] * 301, world=server(())
    )
    assert [] == whys(PLAIN, world=server(()))


def test_what_was_not_exported_is_not_said_to_be_missing():
    rule = PLAIN | {
        "RouteMessageOutboundConnector": "Zivvr",
        "From": ["gone@contoso.example"],
    }
    part = Directory(directory().recipients, is_whole=False)
    assert [] == whys(rule, outbound_connectors=None, directory=None)
    assert [] == whys(rule, outbound_connectors=None, directory=part)


def test_a_size_that_is_no_number_is_estimated():
    assert [] == whys(PLAIN | {"Size": "8,193 KB"})


def test_what_exchange_online_does_not_take_of_patterns_is_told_of_each():
    rule = {"Name": "x", "SubjectMatchesPatterns": ["a.*", "b"], "SetSCL": "-1"}
    (found,) = refusals(organization(rule))
    assert found.why.startswith("the pattern `a.*`: ")
    assert "field-cases#online-regex" == found.source
    assert () == refusals(organization(rule, world=server(())))


# -------------------------------------------------------------- in the whole check


def checked(*more):
    world = online()
    place = organization(*AS_MEANT, *more, world=world)
    world = replace(world, organization=place)
    mails = derive(POLICY, facts_of(world)).mails
    return world, check(world, POLICY, mails, at=NOON)


def pages(world, report, *, is_whole=False):
    shown = Checked(report, "t", "2026-11-25", "rules", lambda mail: f"explain {mail}")
    page = as_text(check_page(shown, width=100, is_whole=is_whole), width=100)
    tenant = Tenant("t", world.organization)
    data = json.loads(json.dumps(checked_data(shown, tenant, at=NOON)))
    return " ".join(page.split()), [one for one in data["lints"] if one["is_refused"]]


def test_what_would_be_refused_is_told_and_is_no_finding():
    idle = {"Name": "Long", "From": ["nobody@fabrikam.example"]}
    world, report = checked(idle | {"SetSCL": "-1", "Comments": "c" * 1025})
    assert Verdict.YES is report.answer
    text, data = pages(world, report)
    assert (
        'LIMIT-COMMENTS (hint) rule 3 "Long" (rules.json:3): Exchange would not take '
        "it today: comments of 1025 characters, at most 1024. To do: shorten them."
    ) in text
    assert ["Long"] == [entry["rule"] for entry in data]


def test_a_rule_that_cannot_be_read_is_no_yes():
    world, report = checked({"Name": "Empty", "State": "Disabled"})
    assert Verdict.CANNOT_TELL is report.answer
    assert "a rule cannot be read" in report.why
    assert 1 == exit_code(report, frozenset({FindingKind.LEAK}))
    text, data = pages(world, report)
    assert "it has neither condition nor action" in text
    assert "RULE-UNREADABLE" == data[0]["id"]


def test_many_are_counted_and_all_of_them_can_be_named():
    idle = {"From": ["nobody@fabrikam.example"], "SetSCL": "-1", "Comments": "c" * 1025}
    world, report = checked(*({"Name": f"Long {n}", **idle} for n in range(5)))
    few, _ = pages(world, report)
    every, data = pages(world, report, is_whole=True)
    assert "And 4 more such." in few
    last = '"Long 4" (rules.json:7): Exchange would not take it today'
    assert last not in few
    assert last in every
    assert 5 == len(data)


def test_what_the_edition_does_not_have_is_said_where_it_is_told():
    given = {
        "Name": "x",
        "SentToScope": "NotInOrganization",
        "ExceptIfHeaderContainsMessageHeader": "X-Tag",
        "ExceptIfHeaderContainsWords": ["a"],
        "ExceptIfHasClassification": "x",
        "RejectMessageReasonText": "no",
    }
    place = server()
    assert [] == whys(given, world=place)
    assert [
        "Edge Transport role has no condition SentToScope",
        "Edge Transport role has no condition ExceptIfHasClassification",
        "Edge Transport role has no action RejectMessage",
    ] == whys(given, world=place, edition=Edition.EDGE)
    assert [] == whys(given, world=place, edition=Edition.SERVER_SE)


def test_what_no_connector_may_have_is_told_where_the_export_is_not_whole():
    # exchange-routing#1.1
    (known,) = online().organization.outbound_connectors
    odd = replace(known, name="c" * 65, uses_mx=False, smart_hosts=())
    told = refusals(organization(outbound_connectors=(odd,)))
    assert [("a name of 65 characters, at most 64"), NEITHER] == [t.why for t in told]
    assert {odd.name} == {entry.connector for entry in told}

"""The policy that rules seem to follow: read again, and frank about its gaps."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fakes.exchange.journal import JournalRule
from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import RuleError
from fakes.mail.address import parse_address
from harness.check import derive, facts_of
from harness.check.proposal import propose
from harness.check.report import Verdict
from harness.check.run import check
from harness.edits import add_rule, disable_rule, with_rules
from harness.policy import (
    Audience,
    Kind,
    Labelled,
    Relayed,
    SentBy,
    SubjectHas,
    parse_policy,
)
from harness.strategies.tenants import relay_tenants
from harness.world import World
from tests.check.tenants import AS_WRITTEN, GUID, NOON, online, server

TO_ZIVVER = {"RouteMessageOutboundConnector": "Zivver"}
BARE = with_rules(online(), ())


def proposed(*rules, world=BARE):
    for number, rule in enumerate(rules):
        world = add_rule(world, {"Name": f"r{number}", **TO_ZIVVER, **rule})
    found = propose(world, "mine")
    return found, parse_policy(found.text)


def said(found):
    """The text in one line, without the marks of comments."""
    return " ".join(found.text.replace("#", " ").split())


def test_each_sign_of_the_guide_becomes_a_row():
    found, policy = proposed(world=online(AS_WRITTEN))
    assert [
        SubjectHas(("Secure",)),
        Labelled((GUID,)),
        SentBy((parse_address("payroll@contoso.example"),)),
    ] == [row.trigger for row in policy.rows]
    assert [True] * 3 == [rule.is_taken for rule in found.rules]
    assert {Audience.OUTSIDE} == {row.to for row in policy.rows}
    assert {Kind.ZIVVER} == policy.exempt
    assert not policy.is_reviewed
    assert "It has no direction, and takes mail to colleagues too" in said(found)


def test_the_corrected_set_up_is_no_yes_until_somebody_has_read_it():
    world = online()
    text = propose(world, "mine").text
    for is_read, expected in ((False, Verdict.CANNOT_TELL), (True, Verdict.YES)):
        policy = parse_policy(
            text.replace("reviewed = false", f"reviewed = {str(is_read).lower()}")
        )
        policy = replace(policy, exempt=frozenset(Kind))
        mails = derive(policy, facts_of(world)).mails
        assert expected is check(world, policy, mails, at=NOON).answer


@pytest.mark.parametrize(
    ("rule", "triggers"),
    [
        ({"SubjectMatchesPatterns": ["\\[Veilig\\]"]}, [SubjectHas(("[Veilig]",))]),
        ({"SubjectMatchesPatterns": ["^Veilig$"]}, [SubjectHas(("Veilig",))]),
        (
            {"SubjectOrBodyContainsWords": ["a", "b"]},
            [SubjectHas(("a", "b"))],
        ),
        (
            {
                "HeaderMatchesMessageHeader": "msip_labels",
                "HeaderMatchesPatterns": [f"MSIP_Label_{GUID}_Enabled=[Tt]rue"],
            },
            [Labelled((GUID,))],
        ),
        (
            {"FromAddressContainsWords": ["payroll@contoso.example"]},
            [SentBy((parse_address("payroll@contoso.example"),))],
        ),
        (
            {
                "SubjectContainsWords": ["a"],
                "HeaderContainsMessageHeader": "msip_labels",
                "HeaderContainsWords": [f"MSIP_Label_{GUID}_Enabled=true"],
            },
            [SubjectHas(("a",)), Labelled((GUID,))],
        ),
    ],
)
def test_a_sign_is_found_in_every_shape(rule, triggers):
    _, policy = proposed(rule)
    assert triggers == [row.trigger for row in policy.rows]


def test_senders_narrow_another_sign():
    _, policy = proposed(
        {"SubjectContainsWords": ["a"], "From": ["payroll@contoso.example"]},
        {"SubjectContainsWords": ["b"], "SenderDomainIs": ["contoso.example"]},
        {
            "SubjectContainsWords": ["c"],
            "FromAddressMatchesPatterns": ["@x\\.example$"],
        },
    )
    payroll = parse_address("payroll@contoso.example")
    assert [
        (payroll,),
        ("contoso.example", "*.contoso.example"),
        ("x.example",),
    ] == [row.senders for row in policy.rows]


@pytest.mark.parametrize(
    ("rule", "gap"),
    [
        ({"SubjectMatchesPatterns": ["ve+ilig", "x"]}, "the pattern ve+ilig"),
        ({"SubjectContainsWords": ["!", "x"]}, "`!` has neither letter nor digit"),
        ({"SubjectOrBodyContainsWords": ["x"]}, "it looks into the text too"),
        (
            {"SubjectContainsWords": ["x"], "HasSenderOverride": True},
            "it looks at HasSenderOverride",
        ),
        (
            {"SubjectContainsWords": ["x"], "SentToScope": "ExternalPartner"},
            "it is for recipients ExternalPartner",
        ),
        (
            {"SubjectContainsWords": ["x"], "FromAddressContainsWords": ["pay"]},
            "it looks for pay in the sender's address",
        ),
        (
            {"SubjectContainsWords": ["x"], "From": ["nobody"]},
            "it names nobody, whom no export shows",
        ),
        (
            {
                "SubjectContainsWords": ["x"],
                "HeaderContainsMessageHeader": "X-Mark",
                "HeaderContainsWords": ["y"],
            },
            "it looks at the field X-Mark",
        ),
        (
            {"SubjectContainsWords": ["x"], "ExceptIfSubjectContainsWords": ["y"]},
            "it leaves alone what SubjectContainsWords y holds for",
        ),
    ],
)
def test_what_a_policy_cannot_say_stands_beside_its_row(rule, gap):
    found, policy = proposed(rule)
    assert 1 == len(policy.rows)
    assert gap in said(found)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({}, "it has no condition, and a policy cannot ask for all mail"),
        (
            {"HasSenderOverride": True},
            "it names neither a word of the subject, nor a l",
        ),
        (
            {"SubjectContainsWords": ["x"], "FromScope": "NotInOrganization"},
            "it takes mail that comes from outside, which is not ours",
        ),
        ({"SubjectContainsWords": ["!"]}, "`!` has neither letter nor digit"),
        (
            {
                "HeaderContainsMessageHeader": "msip_labels",
                "HeaderContainsWords": ["Confidential"],
            },
            "it names neither a word of the subject",
        ),
        (
            {"RouteMessageOutboundConnector": "Other", "Name": "Filter"},
            "it leads elsewhere than to Zivver",
        ),
    ],
)
def test_a_rule_that_says_nothing_that_a_policy_can_is_not_taken(rule, why):
    found, policy = proposed(rule)
    (read,) = found.rules
    assert () == policy.rows
    assert not read.is_taken
    assert read.why.startswith(why)
    assert f"{read.called}: {read.why}." in said(found)


def test_traffic_of_zivver_itself_may_go_there():
    _, policy = proposed(
        {
            "HeaderContainsMessageHeader": "zivver-relay",
            "HeaderContainsWords": ["zivver-message-info"],
        },
        {
            "HeaderContainsMessageHeader": "References",
            "HeaderContainsWords": ["zivver-sdr-1"],
        },
    )
    assert {Relayed.ZIVVER_RELAY, Relayed.DIRECT_REPLY} == policy.may_be_secure


def test_what_all_rules_leave_alone_is_excepted_and_the_rest_is_named():
    out = {"ExceptIfMessageTypeMatches": "OOF"}
    word = {"SubjectContainsWords": ["x"]}
    _, policy = proposed({**word, **out}, {**word, **out})
    assert {Kind.ZIVVER, Kind.AUTOMATIC_REPLY} == policy.exempt
    found, policy = proposed({**word, **out}, word)
    assert {Kind.ZIVVER} == policy.exempt
    assert "Some of the rules leave automatic-reply alone" in said(found)
    assert ["r0", "r1"] == [row.name for row in policy.rows]


def test_archives_are_expected_copies_and_disclaimers_are_offered():
    archive = {"Name": "Archive", "BlindCopyTo": ["a@archive.example"]}
    note = {
        "Name": "Note",
        "ApplyHtmlDisclaimerText": "x",
        "ApplyHtmlDisclaimerLocation": "Append",
    }
    world = add_rule(add_rule(BARE, archive), note)
    journal = (JournalRule("j", parse_address("j@archive.example")),)
    world = replace(
        world, organization=replace(world.organization, journal_rules=journal)
    )
    found, policy = proposed({"SubjectContainsWords": ["x"]}, world=world)
    assert {"a@archive.example", "j@archive.example"} == {
        str(address) for address in policy.expected_copies
    }
    assert 'after = ["Note"]' in found.text


def test_a_rule_that_is_off_is_taken_and_said_to_be_off():
    world = disable_rule(online(AS_WRITTEN), "Zivver word")
    assert "It is off." in said(propose(world, "mine"))


def test_two_rules_of_one_name_give_two_names():
    world = online()
    twice = tuple(replace(rule, name="Same\nrule") for rule in world.organization.rules)
    policy = parse_policy(propose(with_rules(world, twice), "mine").text)
    assert ["Same rule", "Same rule (2)", "Same rule (3)"] == [
        row.name for row in policy.rows
    ]


def test_both_sides_of_a_hybrid_are_read():
    found = propose(replace(online(), other=server().organization), "mine")
    assert any(rule.called.startswith("online: rule 0") for rule in found.rules)
    assert any(rule.called.startswith("on-premises: rule 0") for rule in found.rules)


@given(st.sampled_from(Platform).flatmap(relay_tenants))
def test_the_proposal_of_any_tenant_can_be_read(tenant):
    found = propose(World(tenant.organization), "drawn")
    policy = parse_policy(found.text)
    assert not policy.is_reviewed
    assert bool(policy.rows or policy.may_be_secure) is any(
        rule.is_taken for rule in found.rules
    )


TEXTS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=3)


@given(st.text(min_size=1, max_size=20).filter(str.strip), TEXTS, TEXTS, TEXTS)
def test_whatever_stands_in_a_rule_the_proposal_can_be_read(
    name, words, people, fields
):
    try:
        world = add_rule(
            BARE,
            {
                "Name": f"{name} zivver",
                "SubjectContainsWords": words,
                "FromAddressContainsWords": people,
                "HeaderContainsMessageHeader": "msip_labels",
                "HeaderContainsWords": fields,
                **TO_ZIVVER,
            },
        )
    except RuleError:
        assume(condition=False)
    assert not parse_policy(propose(world, name).text).is_reviewed

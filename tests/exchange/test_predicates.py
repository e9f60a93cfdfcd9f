"""The predicate table, row by row, on whole mails (exchange-rules#3)."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from fakes.exchange.organization import (
    AcceptedDomain,
    DomainType,
    InboundConnector,
    Platform,
    RecipientKind,
)
from fakes.exchange.rules.patterns import pattern
from fakes.exchange.rules.predicate import Level, Support
from fakes.exchange.rules.predicates import PREDICATES
from fakes.exchange.rules.rows_unjudged import UNJUDGED
from fakes.exchange.rules.rule import RuleError, parameter_names
from fakes.exchange.rules.support import register
from fakes.exchange.rules.values import Patterns, Recipients, Seen
from fakes.exchange.rules.verdict import Verdict
from fakes.mail.item import Submission
from tests.exchange.at_hand import (
    ALIAS,
    ANNA,
    BARE,
    BOB,
    CLEO,
    CONTACT,
    DIRECTORY,
    DIRK,
    FOREIGN,
    OUTSIDE,
    SALES,
    address,
    asked,
    ends,
    every_end,
    hits,
    mail,
    open_tenant,
    reading,
    rule,
    tenant,
)

B64 = "=?UTF-8?B?SW52b2ljZQ==?="
TAKE = {"Quarantine": True}
GONE = {("quarantined", None, None)}


@pytest.mark.parametrize(
    ("conditions", "given", "is_hit", "source"),
    [
        (
            {"SubjectContainsWords": ["Invoice"]},
            {"subject": B64},
            True,
            "exchange-rules#v20",
        ),
        (
            {"SubjectContainsWords": ["SW52b2ljZQ"]},
            {"subject": B64},
            False,
            "exchange-rules#v21",
        ),
        (
            {"SubjectMatchesPatterns": [r"=\?utf-8"]},
            {"subject": B64},
            False,
            "exchange-rules#v22",
        ),
        (
            {"SubjectMatchesPatterns": ["[mn]icrosft"]},
            {"subject": "NICROSFT"},
            True,
            "",
        ),
        (
            {"SubjectOrBodyContainsWords": ["stop"]},
            {"body": "please stop"},
            True,
            "v14",
        ),
        (
            {"SubjectOrBodyContainsWords": ["[mn]sft"]},
            {"body": "nsft"},
            False,
            "exchange-rules#v19",
        ),
        ({"SubjectOrBodyContainsWords": ["hello"]}, {"body": "x"}, True, ""),
    ],
)
def test_texts_are_searched_decoded(conditions, given, is_hit, source):
    assert is_hit == hits(conditions, mail(**given)), source


@pytest.mark.parametrize(
    ("words", "headers", "is_hit"),
    [
        ("Commercial", "X-Tag: Commercial-Content\r\n", True),  # exchange-rules#v17
        ("a", "", False),  # exchange-rules#v18
        ("b", "X-Tag: a\r\nx-tag: b\r\n", True),  # exchange-rules#R-23
        ("two words", "X-Tag: two\r\n words\r\n", True),  # exchange-rules#R-13
        ("b", "Y-Tag: b\r\n", False),
    ],
)
def test_a_header_condition_looks_at_the_field_that_it_names(words, headers, is_hit):
    condition = {"HeaderContainsMessageHeader": "X-TAG", "HeaderContainsWords": [words]}
    assert is_hit == hits(condition, mail(headers=headers))


@pytest.mark.parametrize(
    ("pattern", "headers", "is_hit"),
    [("^$", "X-Tag:\r\n", True), ("^$", "", False), ("^##", "X-Tag: ## 1\r\n", True)],
)
def test_an_absent_field_is_no_value_and_an_empty_one_is(pattern, headers, is_hit):
    # field-cases#anchors
    names = {"HeaderMatchesMessageHeader": "X-Tag", "HeaderMatchesPatterns": [pattern]}
    assert is_hit == hits(names, mail(headers=headers))


@pytest.mark.parametrize(
    ("domain", "sender", "is_hit", "source"),
    [
        ("contoso.example", "u@sub.contoso.example", True, "exchange-rules#v30"),
        ("contoso.example", "u@notcontoso.example", False, "exchange-rules#v31"),
        ("contoso.example", "u@contoso.example", True, "exchange-rules#v30"),
        ("CONTOSO.example", "u@contoso.EXAMPLE", True, "exchange-rules#2.1"),
    ],
)
def test_a_domain_covers_its_subdomains(domain, sender, is_hit, source):
    item = mail(sender=address(sender))
    assert is_hit == hits({"SenderDomainIs": [domain]}, item), source


@pytest.mark.parametrize(
    ("location", "is_hit", "source"),
    [
        ("Header", False, "exchange-rules#v33"),
        ("Envelope", True, "exchange-rules#v34"),
        ("HeaderOrEnvelope", True, "exchange-rules#v35"),
    ],
)
def test_the_sender_is_looked_for_where_the_rule_says(location, is_hit, source):
    item = mail(sender=CLEO, reverse_path=address("b@bounce.example"))
    where = {"SenderDomainIs": ["bounce.example"], "SenderAddressLocation": location}
    assert is_hit == hits(where, item), source


def test_the_sender_field_beside_from_does_not_count_online():
    # exchange-rules#v36
    item = mail(sender=CLEO, headers=f"Sender: {BOB}\r\nReply-To: {BOB}\r\n")
    words = {"FromAddressContainsWords": [str(BOB)]}
    assert not hits(words, item)
    other = reading(server_header_sender="from-sender-reply-to")
    assert not hits(words, item, readings=other)
    assert hits(words, item, readings=other, platform=Platform.SERVER)
    server = open_tenant(words | TAKE, platform=Platform.SERVER)
    assert {"server_header_sender"} <= asked(item, server)


def test_a_display_name_is_not_the_address():
    raw = b'From: "bob@contoso.example" <anna@contoso.example>\r\n\r\nx'
    assert not hits({"FromAddressContainsWords": ["bob"]}, mail(raw=raw))
    assert hits({"FromAddressContainsWords": ["anna"]}, mail(raw=raw))


def test_an_empty_sender_is_no_address():
    # exchange-rules#v28, which asks it of a pattern
    item = mail(raw=b"Subject: x\r\n\r\nx")
    assert not hits({"FromAddressContainsWords": ["anna"]}, item)
    assert hits({"FromScope": "NotInOrganization"}, item)


def test_a_from_that_cannot_be_read_is_never_no_match():
    item = mail(raw=b"From: anna@contoso example <<>\r\n\r\nx")
    for condition in (
        {"FromAddressContainsWords": ["bob"]},
        {"SenderDomainIs": ["fabrikam.example"]},
        {"FromScope": "NotInOrganization"},
        {"From": [str(BOB)]},
    ):
        found = every_end(item, tenant(condition | TAKE))
        assert {CLEO: GONE} in found
        assert len(found) == 2


INSIDE, OUTSIDE_SCOPE = "InOrganization", "NotInOrganization"
TRUSTED = InboundConnector(
    "trusted",
    is_enabled=True,
    networks=(ip_network("192.0.2.0/24"),),
    treats_as_internal=True,
)
EXTERNAL_RELAY = (AcceptedDomain("contoso.example", DomainType.EXTERNAL_RELAY),)


@pytest.mark.parametrize(
    ("sender", "login", "scope", "fields", "source"),
    [
        (ANNA, ANNA, INSIDE, {}, "exchange-rules#v37"),
        (DIRK, None, OUTSIDE_SCOPE, {}, "exchange-rules#v38"),
        (ANNA, None, OUTSIDE_SCOPE, {}, "exchange-rules#v39"),
        (
            ANNA,
            ANNA,
            OUTSIDE_SCOPE,
            {"accepted_domains": EXTERNAL_RELAY},
            "exchange-rules#v40",
        ),
        (DIRK, ANNA, OUTSIDE_SCOPE, {}, "exchange-rules#3.3"),
    ],
)
def test_the_scope_of_a_sender(sender, login, scope, fields, source):
    item = mail(sender=sender, submission=Submission(authenticated=login))
    assert hits({"FromScope": scope}, item, **fields), source
    other = INSIDE if scope == OUTSIDE_SCOPE else OUTSIDE_SCOPE
    # field-cases#R-20: the two are each other's negation.
    assert not hits({"FromScope": other}, item, **fields), source


def test_a_connector_that_treats_its_senders_as_internal_makes_them_inside():
    item = mail(submission=Submission(source=ip_address("192.0.2.9")))
    assert hits({"FromScope": INSIDE}, item, inbound_connectors=(TRUSTED,))
    off = replace(TRUSTED, is_enabled=False)
    assert hits({"FromScope": OUTSIDE_SCOPE}, item, inbound_connectors=(off,))
    partner = replace(TRUSTED, treats_as_internal=False)
    assert hits({"FromScope": OUTSIDE_SCOPE}, item, inbound_connectors=(partner,))


def test_by_envelope_a_null_reverse_path_is_outside():
    # field-cases#sender-location-scope
    by_envelope = {"FromScope": OUTSIDE_SCOPE, "SenderAddressLocation": "Envelope"}
    assert hits(by_envelope, mail(reverse_path=None))


def test_an_own_sender_on_an_open_session_hangs_on_a_reading():
    # exchange-rules#R-20
    item = mail(submission=OUTSIDE)
    assert {"anonymous_own_sender"} <= asked(
        item, open_tenant({"FromScope": INSIDE} | TAKE)
    )
    other = reading(anonymous_own_sender="inside")
    assert hits({"FromScope": INSIDE}, item, readings=other)
    part = replace(DIRECTORY, is_whole=False)
    rules = {"FromScope": INSIDE} | TAKE
    found = every_end(item, tenant(rules, readings=other, directory=part))
    assert 2 == len(found)


def test_scopes_need_the_accepted_domains():
    rules = {"FromScope": INSIDE} | TAKE, {"SentToScope": INSIDE} | TAKE
    for one in rules:
        met = asked(mail(), tenant(one, accepted_domains=None))
        assert not met  # the recipient cannot be resolved at all
    spelled = tenant(rules[0], accepted_domains=None)
    assert {CLEO: {("unknown", None, None)}} == ends(mail(), spelled)
    for one, name in zip(rules, ("FromScope", "SentToScope"), strict=True):
        known = tenant(one, accepted_domains=None)
        found = asked(mail(to=(BOB,)), known)
        assert any(question.startswith(name) for question in found)


@pytest.mark.parametrize(
    ("to", "scope"),
    [(BOB, INSIDE), (CLEO, OUTSIDE_SCOPE), (CONTACT, INSIDE)],
)
def test_the_scope_of_a_recipient_is_that_of_the_address_that_rules_see(to, scope):
    # exchange-routing#B15, exchange-rules#R-21
    item = mail(to=(to,), submission=OUTSIDE, sender=DIRK)
    assert hits({"SentToScope": scope}, item)


def test_a_recipient_in_an_external_relay_domain_is_outside():
    # exchange-routing#B16
    item = mail(to=(BOB,))
    assert hits({"SentToScope": OUTSIDE_SCOPE}, item, accepted_domains=EXTERNAL_RELAY)


def test_an_object_with_a_foreign_address_hangs_on_a_reading():
    # field-cases#scope-foreign-address
    guest = replace(
        DIRECTORY.recipients[4],
        kind=RecipientKind.MAIL_USER,
        primary=FOREIGN,
        external=FOREIGN,
    )
    directory = replace(DIRECTORY, recipients=(*DIRECTORY.recipients[:4], guest))
    item = mail(to=(FOREIGN,), sender=FOREIGN, submission=Submission(ANNA))
    for condition in ({"SentToScope": INSIDE}, {"FromScope": INSIDE}):
        assert not hits(condition, item, directory=directory)
        inside = reading(foreign_address_object="inside")
        assert hits(condition, item, directory=directory, readings=inside)
        assert "foreign_address_object" in asked(
            item, open_tenant(condition | TAKE, directory=directory)
        )


@pytest.mark.parametrize(
    ("named", "is_hit", "source"),
    [
        ("bob@contoso.example", True, "exchange-rules#2.4"),
        ("Bob", True, "exchange-rules#2.4"),
        ("robert@contoso.example", True, "exchange-rules#2.4"),
        ("anna@contoso.example", False, "exchange-rules#2.4"),
        ("Sales", False, "exchange-rules#v50"),
    ],
)
def test_people_are_named_by_any_name_and_compared_by_primary_address(
    named, is_hit, source
):
    assert is_hit == hits({"SentTo": [named]}, mail(to=(BOB,))), source
    assert is_hit == hits({"From": [named]}, mail(sender=BOB)), source


def test_a_name_that_no_export_knows_could_be_anybody():
    found = every_end(mail(to=(BOB,)), tenant({"SentTo": ["Zoe"]} | TAKE))
    assert [{BOB: {("mailbox", None, str(BOB))}}, {BOB: GONE}] == found
    # but a name that hits decides alone
    assert [{BOB: GONE}] == every_end(
        mail(to=(BOB,)), tenant({"SentTo": ["Zoe", "Bob"]} | TAKE)
    )


def test_rules_see_the_primary_address_unless_told_otherwise():
    # exchange-rules#v53
    item = mail(to=(ALIAS,))
    words = {"RecipientAddressContainsWords": ["robert"]}
    assert not hits(words, item)
    assert hits(words | {"RecipientAddressType": "Original"}, item)


def test_recipient_domains_cover_subdomains():
    assert hits({"RecipientDomainIs": ["example"]}, mail())
    assert not hits({"RecipientDomainIs": ["contoso.example"]}, mail())


def test_a_group_is_seen_by_no_recipient_condition_and_its_mail_is_unknown():
    # exchange-rules#v50
    found = ends(mail(to=(SALES,)), tenant({"SentTo": ["Sales"]} | TAKE))
    assert {SALES: {("unknown", None, None)}} == found


# ------------------------------------------------------------- made or refused


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"SubjectContainsWords": [" foo"]}, "begins or ends with a blank"),  # v12
        ({"SubjectContainsWords": ["x" * 129]}, "129 characters"),  # v13
        ({"SubjectContainsWords": ["", "x"]}, "an empty word"),
        ({"SenderDomainIs": [r"\.contoso\.com$"]}, "is no domain"),  # v32
        ({"RecipientDomainIs": ["*.contoso.example"]}, "is no domain"),
        ({"SenderDomainIs": ["contosö.example"]}, "is no domain"),
        ({"SentToScope": "Elsewhere"}, "unknown scope `Elsewhere`"),
        ({"HeaderContainsWords": ["x"]}, "without `HeaderContainsMessageHeader`"),
        (
            {"HeaderContainsMessageHeader": ["A", "B"], "HeaderContainsWords": ["x"]},
            "2 names",
        ),
    ],
)
def test_a_value_that_exchange_would_not_take_is_refused_with_its_name(
    parameters, said
):
    with pytest.raises(RuleError, match=said.replace("*", r"\*")):
        rule(parameters)


def test_partner_scopes_are_not_judged():
    made = rule({"SentToScope": "ExternalPartner"})
    assert "who is a partner is not known" == made.conditions[0].value.why
    assert 2 == len(
        every_end(mail(), tenant({"SentToScope": "ExternalPartner"} | TAKE))
    )


@pytest.mark.parametrize("name", sorted(UNJUDGED))
def test_a_condition_that_is_not_judged_goes_both_ways(name):
    found = every_end(mail(), tenant({name: "x"} | TAKE))
    assert [{CLEO: {("mx", None, str(CLEO))}}, {CLEO: GONE}] == found
    (named,) = asked(mail(), tenant({name: "x"} | TAKE))
    assert named.startswith(f"{name} x")


def test_an_unjudged_condition_on_recipients_goes_its_own_way_for_each():
    # Otherwise the way on which one matches and the other does not would be missed.
    item = mail(to=(BOB, CLEO))
    found = every_end(item, tenant({"SentToMemberOf": ["Sales"]} | TAKE))
    assert 4 == len(found)


def test_an_unjudged_condition_yields_to_one_that_decides_alone():
    words = {"SubjectContainsWords": ["absent"], "HasClassification": "Secret"}
    assert set() == asked(mail(), tenant(words | TAKE))
    exception: dict[str, object] = {"HasClassification": "Secret"}
    exception |= {"ExceptIfSubjectContainsWords": ["hello"]}
    assert set() == asked(mail(), tenant(exception | TAKE))


def test_every_row_has_a_source_and_every_parameter_one_row():
    parameters = [name for row in PREDICATES.values() for name in row.parameters]
    assert len(parameters) == len(set(parameters))
    assert all(row.source for row in PREDICATES.values())
    judged = [row for row in PREDICATES.values() if row.support is not Support.NO]
    assert {row.level for row in judged} == set(Level)
    assert {"ExceptIfSentTo", "SentTo", "StopRuleProcessing"} <= parameter_names()
    names = [(entry.kind, entry.name) for entry in register()]
    assert len(names) == len(set(names))
    assert {entry.kind for entry in register()} == {"predicate", "action", "property"}


def test_the_bare_tenant_has_no_open_question():
    assert set() == asked(mail(to=(ANNA, BOB, CLEO, CONTACT)), BARE)


def test_a_text_that_could_not_be_seen_is_never_no_match():
    patterns = Patterns((pattern("x"),))
    unseen = Seen((), "it could not be read")
    assert Verdict.UNKNOWN is patterns.matches(unseen, BARE.readings)
    assert "it could not be read" == patterns.why_unknown(unseen)
    assert "the search took too long" == patterns.why_unknown(Seen(()))


def test_a_text_that_is_no_address_is_nobody():
    nobody = Recipients(("Bob",), frozenset({BOB}))
    assert Verdict.NO_MATCH is nobody.matches(Seen(("odd",)), BARE.readings)


def test_without_a_directory_only_addresses_name_somebody():
    made = rule({"SentTo": ["Bob", str(BOB)]}, directory=None).conditions[0].value
    assert (frozenset({BOB}), ("Bob",)) == (made.addresses, made.unresolved)

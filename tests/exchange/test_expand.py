"""Whom an address leads to: whatever the groups and forwards, to each once."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices
from fakes.exchange.organization import (
    AcceptedDomain,
    AutoForwarding,
    Directory,
    DomainType,
    Forwarding,
    Platform,
    Recipient,
    RecipientKind,
    ReportsTo,
    Restrictions,
)
from fakes.exchange.remote_domain import RemoteDomain
from fakes.exchange.routing.expand import expand
from fakes.exchange.routing.restrictions import Inbound
from fakes.exchange.rules.fork import EndKind, Leg
from fakes.mail.item import ItemKind
from tests.exchange.at_hand import (
    ANNA,
    AUDIT,
    BOB,
    CLEO,
    DIRECTORY,
    DIRK,
    DOMAINS,
    SALES,
    SETTLED,
    address,
    asked,
    ends,
    every_end,
    mail,
    passed,
    tenant,
)

NAMES = [f"n{number}" for number in range(7)]
TEAM, CREW = address("team@contoso.example"), address("crew@contoso.example")
ERIK, FRANK = address("erik@contoso.example"), address("frank@contoso.example")
INSIDE = address("inside@contoso.example")
STRANGER = mail(sender=CLEO, to=(TEAM,), submission=None)


def at(name):
    return address(f"{name}@contoso.example")


def group(who, *members, **fields):
    return Recipient(
        who.local,
        RecipientKind.GROUP,
        who,
        members=members,
        **{"reports_to": ReportsTo.SENDER} | fields,
    )


def box(who, **fields):
    return Recipient(who.local, RecipientKind.MAILBOX, who, **fields)


def with_people(*people, **fields):
    return tenant(directory=Directory((*DIRECTORY.recipients, *people)), **fields)


def expanded(who, organization, item=None):
    inbound = Inbound(item or mail(to=(who,)), is_internal=True)
    return expand(Leg(who, who), inbound, organization, Choices())


def reached(who, organization):
    found = expanded(who, organization)
    return [str(one.leg.address) for one in found.reached]


# ------------------------------------------------------------------------ laws


@st.composite
def graphs(draw):
    """Objects that are groups of each other, or mailboxes that may forward."""
    people = []
    for name in NAMES:
        targets = st.sampled_from(NAMES)
        if draw(st.booleans()):
            members = draw(st.lists(targets, max_size=4))
            people.append(group(at(name), *members))
            continue
        forwarding = draw(
            st.none() | st.builds(Forwarding, targets, keeps_copy=st.booleans())
        )
        people.append(box(at(name), forwarding=forwarding))
    return Directory(tuple(people))


@pytest.mark.property
@given(graphs(), st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
def test_expansion_ends_and_gives_each_address_one_copy_of_each_original(graph, to):
    organization = tenant(directory=graph)
    item = mail(to=tuple(at(name) for name in to))
    result = passed(item, organization)
    copies = Counter((one.leg.original, one.leg.address) for one in result.ended)
    gone = [one for one in result.ended if one.ending.kind is EndKind.REJECTED]
    twice = [pair for pair, count in copies.items() if count > 1]
    # Two ways into one circle of forwards are two refusals, and no copy.
    assert not set(twice) - {(one.leg.original, one.leg.address) for one in gone}


@pytest.mark.property
@given(graphs(), st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
def test_no_mail_vanishes_each_original_recipient_has_an_end(graph, to):
    originals = tuple(at(name) for name in to)
    result = passed(mail(to=originals), tenant(directory=graph))
    assert set(originals) == {one.leg.original for one in result.ended}


@pytest.mark.property
@given(graphs(), st.sampled_from(NAMES))
def test_the_order_of_objects_in_the_export_does_not_matter(graph, name):
    turned = Directory(graph.recipients[::-1])
    found = ends(mail(to=(at(name),)), tenant(directory=graph))
    assert found == ends(mail(to=(at(name),)), tenant(directory=turned))


# ---------------------------------------------------------------------- groups


def test_thousands_of_groups_in_each_other_are_followed():
    names = [f"g{number}" for number in range(3000)]
    groups = [group(at(one), two) for one, two in pairwise(names)]
    organization = with_people(*groups, group(at(names[-1]), "Bob"))
    assert [str(BOB)] == reached(at("g0"), organization)


def test_members_whom_no_export_shows_are_not_known():
    # exchange-routing#3.2
    (end,) = ends(mail(to=(SALES,)), tenant())[SALES]
    assert ("unknown", None, None) == end
    some = with_people(group(TEAM, "Bob", "Somebody"))
    kinds = {what for what, _, _ in ends(mail(to=(TEAM,)), some)[TEAM]}
    assert {"mailbox", "unknown"} == kinds


def test_a_member_outside_is_an_address_as_it_is():
    # exchange-rules#1
    organization = with_people(group(TEAM, str(CLEO)))
    assert {TEAM: {("mx", None, str(CLEO))}} == ends(mail(to=(TEAM,)), organization)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"reports_to": ReportsTo.SENDER}, ANNA),
        ({"reports_to": None}, ANNA),
        ({"reports_to": ReportsTo.NOBODY}, None),
        ({"reports_to": ReportsTo.MANAGER, "owners": ("Bob", "Audit")}, BOB),
    ],
)
def test_a_group_decides_on_the_reverse_path_of_its_members(fields, expected):
    # field-cases#null-reverse-path-on-ordinary-mail
    organization = with_people(group(TEAM, str(CLEO), **fields))
    (outgoing,) = passed(mail(to=(TEAM,)), organization).outgoing
    assert expected == outgoing.handoff.envelope.reverse_path


def test_a_group_whose_reports_nobody_tells_is_taken_to_leave_the_sender():
    organization = with_people(group(TEAM, str(CLEO), reports_to=None))
    assumed = passed(mail(to=(TEAM,)), organization).assumed
    assert any("keep the sender in MAIL FROM" in text for text in assumed)


@pytest.mark.parametrize("owners", [None, (), ("Nobody Known",)])
def test_a_manager_who_was_not_exported_cannot_get_reports(owners):
    fields = {"reports_to": ReportsTo.MANAGER, "owners": owners}
    organization = with_people(group(TEAM, str(CLEO), **fields))
    (end,) = passed(mail(to=(TEAM,)), organization).ended
    assert (EndKind.UNKNOWN, "manager of group") == (
        end.ending.kind,
        end.ending.fact.about,
    )


def test_a_copy_without_a_reverse_path_fails_in_silence():
    quiet = group(TEAM, "nobody@contoso.example", reports_to=ReportsTo.NOBODY)
    item = mail(to=(TEAM,), reverse_path=None)
    (end,) = passed(item, with_people(quiet)).ended
    assert (EndKind.REJECTED, False) == (end.ending.kind, end.ending.is_told)


def test_rules_see_copies_with_and_without_a_sender_apart():
    # exchange-rules#6.5: by Envelope, a null reverse-path is nobody.
    rule = {
        "FromAddressContainsWords": ["anna"],
        "SenderAddressLocation": "Envelope",
        "Quarantine": True,
    }
    quiet = group(TEAM, "Bob", reports_to=ReportsTo.NOBODY)
    people = Directory((*DIRECTORY.recipients, quiet))
    found = ends(mail(to=(TEAM, AUDIT)), tenant(rule, directory=people))
    assert {("mailbox", None, str(BOB))} == found[TEAM]
    assert {("quarantined", None, None)} == found[AUDIT]


def test_who_gets_it_by_two_ways_has_the_reverse_path_of_the_first():
    quiet = group(TEAM, str(CLEO), reports_to=ReportsTo.NOBODY)
    result = passed(mail(to=(CLEO, TEAM)), with_people(quiet))
    (outgoing,) = result.outgoing
    assert (ANNA, (CLEO,)) == (
        outgoing.handoff.envelope.reverse_path,
        outgoing.handoff.envelope.recipients,
    )
    assert [CLEO, TEAM] == [leg.original for leg in outgoing.legs]


# --------------------------------------------------------- what rules add or set


@pytest.mark.parametrize(
    "rule", [{"RedirectMessageTo": [str(TEAM)]}, {"BlindCopyTo": [str(TEAM)]}]
)
def test_a_group_that_a_rule_names_is_followed_as_well(rule):
    # exchange-rules#R-33
    people = Directory((*DIRECTORY.recipients, group(TEAM, "Bob", "Audit")))
    found = ends(mail(to=(CLEO,)), tenant(rule, directory=people))
    inside = {(what, who) for end in found.values() for what, _, who in end}
    assert {("mailbox", str(BOB)), ("mailbox", str(AUDIT))} <= inside


def test_a_group_that_a_rule_adds_gives_nobody_a_second_copy():
    people = Directory(
        (*DIRECTORY.recipients, group(TEAM, "Bob", "Bob", "crew"), group(CREW, "Bob"))
    )
    found = ends(
        mail(to=(CLEO,)), tenant({"BlindCopyTo": [str(TEAM)]}, directory=people)
    )
    assert {("mailbox", None, str(BOB))} == found[None]
    known = ends(
        mail(to=(BOB,)), tenant({"BlindCopyTo": [str(TEAM)]}, directory=people)
    )
    assert {BOB: {("mailbox", None, str(BOB))}} == known


def test_a_redirect_to_nobody_ends_the_mail():
    rule = {"RedirectMessageTo": ["nobody@contoso.example"]}
    assert {CLEO: {("rejected", None, None)}} == ends(mail(to=(CLEO,)), tenant(rule))


# ------------------------------------------------------------------- forwarding


def forwarding(to, *, keeps=False):
    return box(ERIK, forwarding=Forwarding(to, keeps_copy=keeps))


EVERYBODY = RemoteDomain("Default", "*", covers_subdomains=True)
OPEN = {"auto_forwarding": (AutoForwarding.ON,), "remote_domains": (EVERYBODY,)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (OPEN, ("mx", None, str(CLEO))),
        (OPEN | {"remote_domains": ()}, ("mx", None, str(CLEO))),
        (OPEN | {"auto_forwarding": (AutoForwarding.OFF,)}, ("rejected", None, None)),
        (
            OPEN | {"auto_forwarding": (AutoForwarding.AUTOMATIC,)},
            ("rejected", None, None),
        ),
        (
            OPEN | {"remote_domains": (replace(EVERYBODY, forwards=False),)},
            ("deleted", None, None),
        ),
        (
            {"platform": Platform.SERVER, "remote_domains": (EVERYBODY,)},
            ("waiting", None, None),
        ),
    ],
)
def test_whether_a_forward_leaves_is_decided_by_policy_and_domain(fields, expected):
    # field-cases#remote-domain-forward
    organization = with_people(forwarding(str(CLEO)), **fields)
    assert {ERIK: {expected}} == ends(mail(to=(ERIK,)), organization)


@pytest.mark.parametrize(
    ("fields", "question"),
    [
        ({"remote_domains": ()}, "outbound spam policy AutoForwardingMode"),
        (
            {
                "remote_domains": (),
                "auto_forwarding": (AutoForwarding.ON, AutoForwarding.OFF),
            },
            "outbound spam policy AutoForwardingMode",
        ),
        (OPEN | {"remote_domains": None}, "remote domain AutoForwardEnabled"),
    ],
)
def test_what_was_not_exported_may_keep_a_forward_in(fields, question):
    organization = with_people(forwarding(str(CLEO)), **fields)
    assert {question} == asked(mail(to=(ERIK,)), organization)
    out, kept = every_end(mail(to=(ERIK,)), organization)
    assert {("mx", None, str(CLEO))} == out[ERIK]
    assert out != kept


def test_a_forward_within_the_organization_asks_nobody():
    organization = with_people(forwarding("Bob"))
    assert set() == asked(mail(to=(ERIK,)), organization)
    assert {ERIK: {("mailbox", None, str(BOB))}} == ends(mail(to=(ERIK,)), organization)


def test_a_forward_into_a_relay_domain_stays_in_the_organization():
    relay = AcceptedDomain("fabrikam.example", DomainType.INTERNAL_RELAY)
    organization = with_people(
        forwarding(str(CLEO)), accepted_domains=(*DOMAINS, relay)
    )
    assert set() == asked(mail(to=(ERIK,)), organization)


def test_a_target_that_nobody_knows_cannot_be_told():
    (end,) = passed(mail(to=(ERIK,)), with_people(forwarding("Somebody"))).ended
    assert EndKind.UNKNOWN is end.ending.kind


@pytest.mark.parametrize(
    ("keeps", "expected"),
    [
        (False, {("rejected", None, None)}),
        (True, {("mailbox", None, str(ERIK))}),
    ],
)
def test_a_circle_of_forwards_is_broken_unless_somebody_keeps_it(keeps, expected):
    # exchange-routing#8
    other = box(FRANK, forwarding=Forwarding("erik"))
    organization = with_people(forwarding("frank", keeps=keeps), other)
    assert {ERIK: expected} == ends(mail(to=(ERIK,)), organization)


def test_a_rule_sends_mail_on_whatever_the_spam_policy_says():
    # exchange-routing#X-29
    rule = {"RedirectMessageTo": [str(DIRK)]}
    off = {"auto_forwarding": (AutoForwarding.OFF,)}
    sent = {CLEO: {("mx", None, str(DIRK))}}
    assert sent == ends(mail(), tenant(rule, **off))
    strict = replace(SETTLED, redirect_is_forward="yes")
    kept = ends(mail(), tenant(rule, readings=strict, **off))
    assert {CLEO: {("rejected", None, None)}} == kept


# ------------------------------------------------------------------ restrictions


def test_what_exchange_itself_writes_is_kept_from_nobody():
    # exchange-routing#5.1
    shut = box(INSIDE, restrictions=Restrictions(rejects=("Anna",), max_size=1))
    organization = with_people(shut)
    assert {INSIDE: {("rejected", None, None)}} == ends(
        mail(to=(INSIDE,)), organization
    )
    report = replace(mail(to=(INSIDE,)), kind=ItemKind.REPORT)
    assert [str(INSIDE)] == [
        str(one.leg.address) for one in expanded(INSIDE, organization, report).reached
    ]


def test_a_closed_recipient_takes_authenticated_senders_only():
    # exchange-routing#B9
    closed = box(INSIDE, needs_authenticated_sender=True)
    inbound = Inbound(mail(to=(INSIDE,)), is_internal=False)
    found = expand(Leg(INSIDE, INSIDE), inbound, with_people(closed), Choices())
    ((_, ending),) = found.ended
    assert "550 5.7.1" in str(ending.reply)


def test_without_a_reverse_path_the_author_is_who_stands_in_from():
    shut = box(INSIDE, restrictions=Restrictions(rejects=("Anna",)))
    item = mail(to=(INSIDE,), reverse_path=None)
    assert {INSIDE: {("rejected", None, None)}} == ends(item, with_people(shut))


@pytest.mark.parametrize("text", ["1", "much"])
def test_a_strangers_word_on_the_size_counts_for_nothing(text):
    # exchange-routing#5.1
    small = box(INSIDE, restrictions=Restrictions(max_size=10))
    header = f"X-MS-Exchange-Organization-OriginalSize: {text}\r\n"
    inbound = Inbound(mail(to=(INSIDE,), headers=header), is_internal=text != "1")
    found = expand(Leg(INSIDE, INSIDE), inbound, with_people(small), Choices())
    assert [EndKind.REJECTED] == [ending.kind for _, ending in found.ended]


def test_the_moderator_himself_need_not_ask():
    # exchange-rules#5.2
    limits = Restrictions(is_moderated=True, moderators=("Anna",))
    organization = with_people(box(INSIDE, restrictions=limits))
    assert [str(INSIDE)] == reached(INSIDE, organization)

"""A world of two organizations: who begins where, what crosses, what is told of it."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import assume, given

from fakes.choices import Choices, explore
from fakes.exchange.ledger import Passed
from fakes.exchange.organization import (
    Directory,
    InboundConnector,
    Organization,
    Platform,
    Recipient,
    RecipientKind,
)
from fakes.trace import StepKind
from harness.agree import agree
from harness.edits import add_rule, forget, remove_recipient, set_connector
from harness.hybrid import entered, side_of
from harness.outcome import Disposition
from harness.simulate import simulate, tell
from harness.story import Crossing
from harness.strategies import mails, relay_tenants
from harness.world import World, turned, with_answers_pinned
from tests.judging.hybrids_at_hand import (
    ANNA,
    AT,
    BOB,
    CENTRAL,
    DORA,
    INFO,
    TO_SERVERS,
    WORLD,
    drawn,
    mail,
    there,
    with_mx,
)

HERE, THERE = "online", "on-premises"
# How many ways a law follows.
BOUND = 16
SERVERS = turned(WORLD).organization


def side(item, world=WORLD, choices=None):
    return side_of(entered(item, world, choices or Choices()))


def ends(item, world):
    outcome = simulate(item, world, at=AT)
    return {
        fate.recipient: {(d.disposition, d.reached) for d in fate.deliveries}
        for fate in outcome.fates
    }


def stories(story):
    """The story of each side, in the order in which the mail passed them."""
    yield story
    for receipt in story.receipts:
        if isinstance(receipt, Crossing):
            yield from stories(receipt.story)


# ------------------------------------------------------------- where a mail begins


@pytest.mark.parametrize(("who", "expected"), [(ANNA, HERE), (BOB, THERE)])
def test_a_mail_begins_where_the_mailbox_of_its_sender_is(who, expected):
    assert expected == side(mail(INFO, sender=who))
    assert expected == side(mail(INFO, sender=who), turned(WORLD))


def test_a_mail_user_on_the_one_side_has_his_mailbox_on_the_other():
    world = there(WORLD, remove_recipient, BOB)
    assert THERE == side(mail(INFO, sender=BOB), world)


@pytest.mark.parametrize("lost", [("directory",), ()])
def test_where_nobody_knows_a_mailbox_it_is_asked_for(lost):
    world = forget(turned(forget(WORLD, *lost)), *lost)
    who = ANNA if lost else INFO
    choices = Choices()
    side(mail(BOB, sender=who, authenticated=who), world, choices)
    assert [f"mailbox {who}"] == [str(point.key) for point in choices.met]


def test_a_mailbox_on_both_sides_is_asked_for():
    box = Recipient("Anna", RecipientKind.MAILBOX, ANNA)
    other = replace(SERVERS, directory=Directory((box,)))
    choices = Choices()
    side(mail(INFO), replace(WORLD, other=other), choices)
    assert [f"mailbox {ANNA}"] == [str(point.key) for point in choices.met]


def test_a_mail_user_on_both_sides_is_asked_for():
    user = Recipient("Anna", RecipientKind.MAIL_USER, ANNA, external=INFO)
    directory = Directory((user,))
    world = replace(
        WORLD,
        organization=replace(WORLD.organization, directory=directory),
        other=replace(SERVERS, directory=directory),
    )
    choices = Choices()
    side(mail(INFO), world, choices)
    assert 1 == len(choices.met)


@pytest.mark.parametrize(
    ("networks", "expected"),
    [(["192.0.2.0/24"], THERE), (["0.0.0.0/0"], HERE), ([], HERE)],
)
def test_an_application_begins_where_a_connector_knows_its_address(networks, expected):
    connector = InboundConnector(
        "App",
        is_enabled=True,
        networks=tuple(map(ip_network, networks)),
        treats_as_internal=True,
    )
    other = replace(SERVERS, inbound_connectors=(connector,))
    item = mail(BOB, sender=INFO, source=ip_address("192.0.2.9"))
    assert expected == side(item, replace(WORLD, other=other))


@pytest.mark.parametrize(
    ("host", "expected", "asked"),
    [
        ("contoso-example.mail.protection.outlook.com", HERE, 0),
        ("mail.contoso.example", THERE, 0),
        ("seg.contoso.example", HERE, 1),
    ],
)
def test_mail_from_outside_begins_where_the_mx_points(host, expected, asked):
    choices = Choices()
    item = mail(BOB, sender=INFO, source=ip_address("203.0.113.9"))
    assert expected == side(item, with_mx(WORLD, host), choices)
    assert asked == len(choices.met)


# ------------------------------------------------------------------- what crosses


def test_each_side_tells_its_own_steps():
    outcome = simulate(mail(BOB), WORLD, at=AT)
    (fate,) = outcome.fates
    assert [HERE, THERE] == list(dict.fromkeys(step.side for step in fate.steps))


def test_a_copy_that_a_rule_adds_may_cross_too():
    copy = {"Name": "copy", "BlindCopyTo": ["bob@contoso.example"]}
    found = ends(mail(DORA), add_rule(WORLD, copy))
    assert {(Disposition.INTERNAL, BOB)} == found[None]
    assert {(Disposition.INTERNAL, DORA)} == found[DORA]


def test_a_redirect_to_somebody_on_the_other_side_misdirects():
    away = {"Name": "away", "RedirectMessageTo": ["bob@contoso.example"]}
    found = ends(mail(INFO), add_rule(WORLD, away, 0))
    assert {(Disposition.MISDIRECTED, BOB)} == found[None]
    assert {(Disposition.LOST, None)} == found[INFO]


def test_a_redirect_to_a_recipient_on_the_other_side_is_his_copy():
    away = {
        "Name": "away",
        "SentTo": ["dora@contoso.example"],
        "RedirectMessageTo": ["bob@contoso.example"],
    }
    found = ends(mail(DORA, BOB), add_rule(WORLD, away, 0))
    assert {(Disposition.INTERNAL, BOB)} == found[BOB]
    assert {(Disposition.LOST, None)} == found[DORA]


def test_a_report_with_the_whole_mail_may_cross_too():
    report = {
        "Name": "report",
        "SubjectContainsWords": ["Secure"],
        "GenerateIncidentReport": "bob@contoso.example",
        "IncidentReportContent": ["AttachOriginalMail"],
    }
    found = ends(mail(DORA), add_rule(WORLD, report))
    assert {(Disposition.INTERNAL, BOB)} == found[None]


def test_readings_are_settled_on_both_sides():
    world = with_answers_pinned(WORLD, {"two_connectors": "first"})
    assert ["first"] * 2 == [o.readings.two_connectors for o in world.organizations]


def test_a_world_of_one_looks_the_same_from_everywhere():
    alone = replace(WORLD, other=None)
    assert (alone, "") == (turned(alone), side_of(alone))


# ------------------------------------------------------------------------- laws


@given(relay_tenants(), mails())
def test_a_side_that_is_never_reached_changes_nothing(tenant, generated):
    organization, item = tenant.organization, generated.item
    who = item.submission.authenticated
    assume(who is not None)
    is_server = organization.platform is Platform.SERVER
    user = Recipient("user", RecipientKind.MAIL_USER, who, external=who)
    other = Organization(
        "other",
        Platform.ONLINE if is_server else Platform.SERVER,
        directory=Directory((user,)),
    )
    both = World(organization, other=other)
    assume(entered(item, both, Choices()) == both)
    # What Zivver mails back is mail from outside, and may come to the other side.
    ways = explore(
        lambda choices: bool(tell(item, both, at=AT, choices=choices).letters),
        bound=BOUND,
    )
    assume(not any(run.result for run in ways.runs))
    assert told(item, World(organization)) == told(item, both)


def told(item, world):
    outcome = simulate(item, world, at=AT, bound=BOUND)
    return [
        (
            fate.recipient,
            [delivery.result for delivery in fate.deliveries],
            fate.undetermined,
            fate.hangs_on,
        )
        for fate in outcome.fates
    ]


@given(drawn())
def test_it_does_not_matter_from_which_side_a_hybrid_is_looked_at(given_):
    here, away = given_.world, turned(given_.world)
    assert simulate(given_.item, here, at=AT) == simulate(given_.item, away, at=AT)


@given(drawn())
def test_the_rules_of_a_side_run_once_on_what_passes_it(given_):
    for story in stories(tell(given_.item, given_.world, at=AT, choices=Choices())):
        passes = [r for r in story.exchange if isinstance(r, Passed) and not r.number]
        assert len(passes) <= 1
        for passed in passes:
            for _, steps in passed.result.steps:
                rules = [s.subject for s in steps if s.kind is StepKind.RULE]
                assert len(set(rules)) == len(rules)


@given(drawn())
def test_nobody_is_forgotten_and_nobody_made_up(given_):
    outcome = simulate(given_.item, given_.world, at=AT)
    named = {fate.recipient for fate in outcome.fates if fate.deliveries}
    assert set(given_.item.envelope.recipients) == named - {None}


def test_two_stories_that_differ_on_the_other_side_disagree():
    central = set_connector(WORLD, TO_SERVERS, CENTRAL)
    one = tell(mail(BOB), WORLD, at=AT, choices=Choices())
    two = tell(mail(BOB, subject="Lunch?"), WORLD, at=AT, choices=Choices())
    assert any("on the other side" in words for words in agree(one, two))
    assert () == agree(one, tell(mail(BOB), WORLD, at=AT, choices=Choices()))
    assert () != agree(one, tell(mail(INFO), central, at=AT, choices=Choices()))

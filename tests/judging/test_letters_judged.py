"""What Zivver mails back: it goes round, is lost, shows all, and changes nothing."""

from dataclasses import replace

import pytest
from hypothesis import given

from fakes.choices import Choices
from fakes.zivver.service import Account, Delivering, Verification, ZivverService
from harness.fold import fold
from harness.mailed_back import PASSES, ROUNDS
from harness.outcome import Disposition
from harness.simulate import tell
from harness.strategies import mails, relay_tenants
from harness.world import World
from tests.judging.worlds_at_hand import (
    ANNA,
    AT,
    BOB,
    INFO,
    ROUTE,
    mail,
    simulated,
    world,
)

WORD = {**ROUTE, "SubjectContainsWords": ["Secure"]}
GUARDED = {
    **WORD,
    "ExceptIfHeaderMatchesMessageHeader": "X-Zivver-Transport",
    "ExceptIfHeaderMatchesPatterns": ["..*."],
}
FREE = Delivering(minimum=Verification.NOT_REQUIRED)
REFUSING = replace(FREE, refusing=frozenset({"fabrikam.example"}))
OURS = (Account(ANNA),)
OPEN = ZivverService(delivering=FREE)


def told(item, where):
    return tell(item, where, at=AT, choices=Choices())


def of_letters(item, where):
    fate = simulated(item, where).fate(None)
    return [(d.disposition, d.within) for d in fate.deliveries] if fate else []


def rounds(story):
    return 1 + max((rounds(one.story) for one in story.letters), default=0)


def test_a_letter_that_everybody_takes_goes_round_until_we_stop():
    item, where = mail("Secure", to=(BOB,)), world(WORD, zivver=OPEN)
    assert ROUNDS + 1 == rounds(told(item, where))
    (delivery,) = simulated(item, where).fate(None).deliveries
    assert Disposition.LOOPED is delivery.disposition
    assert f"back to Zivver {ROUNDS} times, and would go on" in delivery.why


def test_a_letter_that_zivver_refuses_comes_back_once():
    (delivery,) = (
        simulated(mail("Secure", to=(BOB,)), world(WORD)).fate(None).deliveries
    )
    assert "back to Zivver once: " in delivery.why
    assert "Zivver's notification" == delivery.within


@pytest.mark.parametrize(
    ("rule", "expected"), [(WORD, False), (GUARDED, True)], ids=["loop", "guard"]
)
def test_whether_the_sender_hears_of_a_bounce_is_what_becomes_of_it(rule, expected):
    service = ZivverService(accounts=OURS, delivering=REFUSING)
    outcome = simulated(mail("Secure"), world(rule, zivver=service))
    (delivery,) = outcome.fate(INFO).deliveries
    assert expected == delivery.is_told
    assert (not expected) == ("never arrives" in delivery.why)
    assert PASSES in outcome.assumed


def test_only_the_recipients_of_whom_a_lost_notice_tells_are_untold():
    service = ZivverService(accounts=OURS, delivering=REFUSING)
    outcome = simulated(mail("Secure", to=(INFO, BOB)), world(WORD, zivver=service))
    ends = {fate.recipient: fate.deliveries[0] for fate in outcome.fates}
    assert "never arrives" in ends[INFO].why
    assert "never arrives" not in ends[BOB].why


def test_a_letter_to_somebody_outside_is_not_followed():
    assert () == told(mail("Secure"), world(WORD)).letters


def test_mail_that_zivver_refuses_brings_no_letter():
    assert () == told(mail("Secure", to=(BOB,), sender=BOB), world(WORD)).letters


@given(relay_tenants(), mails())
def test_letters_never_change_what_became_of_the_mail_and_are_bounded(
    tenant, generated
):
    where = World(tenant.organization, OPEN)
    story = told(generated.item, where)
    assert ROUNDS + 1 >= rounds(story)
    with_letters = fold(story, where)
    without = fold(replace(story, letters=()), where)
    assert ends(without) == ends(with_letters)


def ends(outcome):
    return {
        (fate.recipient, replace(delivery, is_told=False, why=""))
        for fate in outcome.fates
        for delivery in fate.deliveries
        if not delivery.within.startswith("Zivver")
    }

"""An expectation that is not met is a mismatch, and one that is met is none."""

import pytest

from fakes.mail.address import parse_address
from harness.outcome import Because, Delivery, Disposition, Fate, Outcome
from harness.scenario.expectation import Copy, Expectation, Expected, judge

BOB = parse_address("bob@contoso.example")
INFO = parse_address("info@fabrikam.example")


def delivery(disposition, **more):
    return Delivery(INFO, INFO, Disposition(disposition), "why", **more)


def outcome(*deliveries, recipient=INFO, **more):
    return Outcome((Fate(recipient, deliveries, **more),))


def expectation(*words, recipient=INFO, otherwise=(), **more):
    copies = tuple(word if isinstance(word, Copy) else Copy(word) for word in words)
    others = tuple(Copy(word) for word in otherwise)
    return Expectation((Expected(recipient, copies, others),), **more)


SECURE = delivery("SECURE_NOTIFICATION", via="zivver")
PLAIN = delivery("PLAIN", via="mx", left_plain=True)
WAITS = delivery("DEFERRED")
OPEN = Because(("two_connectors",), ("first",), (PLAIN,), is_reading=True)
FACT = Because(("SentTo x",), ("match",), (PLAIN,))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (expectation("secure"), outcome(SECURE)),
        (expectation("SECURE_NOTIFICATION"), outcome(SECURE)),
        (expectation(Copy("PLAIN", via="mx", left_plain=True)), outcome(PLAIN)),
        (expectation("secure", "plain"), outcome(PLAIN, SECURE)),
        (expectation("never plain"), outcome(WAITS)),
        (expectation(recipient=None), outcome(recipient=None)),
        (
            expectation("secure", otherwise=["plain"], hangs_on=("two_connectors",)),
            outcome(SECURE, hangs_on=OPEN, alternatives=((PLAIN,),)),
        ),
        (
            expectation("UNDETERMINED", undetermined=("SentTo",)),
            outcome(SECURE, undetermined=FACT, alternatives=((PLAIN,),)),
        ),
    ],
)
def test_what_is_met_is_no_mismatch(expected, got):
    assert () == judge(expected, got)


@pytest.mark.parametrize(
    ("expected", "got", "about"),
    [
        (expectation("secure"), outcome(PLAIN), "info@fabrikam.example"),
        (expectation("secure"), outcome(SECURE, PLAIN), "info@fabrikam.example"),
        (expectation("secure", "secure"), outcome(SECURE), "info@fabrikam.example"),
        (expectation(Copy("PLAIN", via="connector")), outcome(PLAIN), str(INFO)),
        (expectation(Copy("PLAIN", is_encrypted=True)), outcome(PLAIN), str(INFO)),
        (expectation("never plain"), outcome(PLAIN), str(INFO)),
        (
            expectation("never plain", hangs_on=("two_connectors",)),
            outcome(WAITS, hangs_on=OPEN, alternatives=((PLAIN,),)),
            str(INFO),
        ),
        (expectation("secure"), Outcome(()), str(INFO)),
        (expectation(), outcome(SECURE, recipient=BOB), str(BOB)),
        (expectation("secure"), outcome(SECURE, hangs_on=OPEN), "hangs_on"),
        (expectation("secure"), outcome(SECURE, undetermined=FACT), str(INFO)),
        (expectation("UNDETERMINED"), outcome(SECURE), str(INFO)),
        (expectation("secure", hangs_on=("cjk",)), outcome(SECURE), "hangs_on"),
        (
            expectation("secure", otherwise=["lost"], hangs_on=("two_connectors",)),
            outcome(SECURE, hangs_on=OPEN, alternatives=((PLAIN,),)),
            str(INFO),
        ),
        (expectation("secure", steps=(("A", "matches"),)), outcome(SECURE), "rule `A`"),
    ],
)
def test_what_is_not_met_is_named(expected, got, about):
    assert about in [mismatch.about for mismatch in judge(expected, got)]


def test_a_copy_for_others_must_be_named():
    got = Outcome((Fate(INFO, (SECURE,)), Fate(None, (PLAIN,))))
    (mismatch,) = judge(expectation("secure"), got)
    assert ("others", "no word about it") == (mismatch.about, mismatch.expected)


def test_one_run_is_not_asked_what_only_all_ways_can_show():
    expected = expectation("secure", otherwise=["plain"], hangs_on=("two_connectors",))
    assert () == judge(expected, outcome(SECURE), one_run=True)

"""How large a mail an organization takes, and for how many (exchange-routing#5.1)."""

from dataclasses import replace

import pytest

from fakes.exchange.limits import Limits
from fakes.exchange.organization import Directory, Platform, Recipient, RecipientKind
from fakes.mail.item import ItemKind
from tests.exchange.at_hand import ANNA, BOB, CLEO, OUTSIDE, ends, mail, passed, tenant

LARGE = mail(body="x" * 11_000_000)


def answers(item, limits, **fields):
    result = passed(item, tenant(limits=limits, **fields))
    return {str(entry.ending.reply).partition(" R")[0][:9] for entry in result.ended}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(), set()),
        (Limits(max_send=10), {"552 5.3.4"}),
        (Limits(max_receive=10), {"552 5.3.4"}),
        (Limits(max_send=10, max_receive=10_000_000), {"552 5.3.4"}),
        (Limits(max_send=10_000_000, max_receive=10_000_000), set()),
        (Limits(max_recipients=1), {"550 5.5.3"}),
        (Limits(max_recipients=2), set()),
    ],
)
def test_the_strictest_limit_counts_before_any_rule(limits, expected):
    assert expected == answers(mail(to=(CLEO, BOB)), limits) - {"None"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (mail(body="x" * 100), {"552 5.3.4"}),
        (mail(body="x" * 100, reverse_path=None), set()),
        # Whoever only writes under the name has no mailbox here.
        (mail(body="x" * 100, submission=OUTSIDE, to=(BOB,)), set()),
        (mail(body="x" * 100, reverse_path=BOB), set()),
    ],
)
@pytest.mark.parametrize("limits", [None, Limits(max_send=10_000_000)])
def test_a_mailbox_may_send_less_than_the_organization(item, limits, expected):
    anna = Recipient("Anna", RecipientKind.MAILBOX, ANNA, max_send=50)
    bob = Recipient("Bob", RecipientKind.MAILBOX, BOB)
    found = answers(item, limits, directory=Directory((anna, bob)))
    assert expected == found - {"None"}


def test_without_a_directory_no_mailbox_has_a_limit():
    assert set() == answers(mail(), None, directory=None) - {"None"}


def test_what_exchange_itself_makes_is_exempt():
    report = replace(mail(), kind=ItemKind.REPORT)
    assert set() == answers(report, Limits(max_send=1))


def test_the_sender_is_told():
    small = tenant(limits=Limits(max_send=1))
    assert {CLEO: {("rejected", None, None)}} == ends(mail(), small)


@pytest.mark.parametrize(
    ("fields", "is_assumed"),
    [
        ({"platform": Platform.SERVER}, True),
        ({"platform": Platform.SERVER, "limits": Limits()}, False),
        # exchange-routing#5.1: Exchange Online allows 35 MB by itself
        ({"platform": Platform.ONLINE}, False),
    ],
)
def test_a_large_mail_rests_on_limits_that_nobody_told(fields, is_assumed):
    said = passed(LARGE, tenant(**fields)).assumed
    assert is_assumed is any("size limits" in one for one in said)
    assert not any("size limits" in one for one in passed(mail(), tenant()).assumed)

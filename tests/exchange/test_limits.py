"""How large a mail an organization takes, and for how many (exchange-routing#5.1)."""

from dataclasses import replace

import pytest

from fakes.exchange.limits import Limits
from fakes.exchange.organization import Platform
from fakes.mail.item import ItemKind
from tests.exchange.at_hand import BOB, CLEO, ends, mail, passed, tenant

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

"""A rule that was changed within the hour: as it is now, or as it was."""

from datetime import timedelta

import pytest

from fakes.exchange.organization import AddressSpace, Platform, SendConnector
from fakes.exchange.rules.rule import Moment
from tests.exchange.at_hand import (
    AT,
    AUDIT,
    CLEO,
    REJECT,
    asked,
    every_end,
    mail,
    open_tenant,
    rule,
    tenant,
)

PLAIN = {("mx", None, str(CLEO))}
REJECTED = {("rejected", None, None)}
HALF = {"WhenChanged": (AT - timedelta(minutes=30)).isoformat()}
OFF = {"State": "Disabled"}
SPREADS = "propagation rule 0"


def changed(**ago):
    return {"WhenChanged": (AT - timedelta(**ago)).isoformat()}


@pytest.mark.parametrize(
    ("when", "ends"),
    [
        # field-cases#propagation
        (changed(minutes=0), [REJECTED, PLAIN]),
        (changed(minutes=30), [REJECTED, PLAIN]),
        (changed(minutes=59, seconds=59), [REJECTED, PLAIN]),
        (changed(minutes=60), [REJECTED]),
        (changed(days=300), [REJECTED]),
        # The export is later than the mail.
        (changed(minutes=-1), [REJECTED]),
        # Somebody's local time.
        ({"WhenChanged": "2026-11-25T20:00:00"}, [REJECTED, PLAIN]),
        ({"WhenChanged": "2026-11-24T12:00:00"}, [REJECTED]),
        ({"WhenChanged": "some day"}, [REJECTED]),
        ({"WhenChangedUTC": "2026-11-25T08:30:00"}, [REJECTED, PLAIN]),
        ({"WhenChangedUTC": "2026-11-25T07:30:00"}, [REJECTED]),
        ({}, [REJECTED]),
    ],
)
def test_a_rule_acts_at_once_or_within_the_hour(when, ends):
    found = every_end(mail(), tenant(REJECT | when))
    assert [{CLEO: end} for end in ends] == found


def test_a_rule_that_was_turned_off_may_still_act():
    words = {"SubjectContainsWords": ["hello"]}
    found = every_end(mail(), tenant(REJECT | OFF | HALF | words))
    assert [{CLEO: PLAIN}, {CLEO: REJECTED}] == found
    calm = REJECT | OFF
    assert [{CLEO: PLAIN}] == every_end(mail(), tenant(calm | changed(minutes=61)))
    assert [{CLEO: PLAIN}] == every_end(mail(), tenant(calm))


def test_when_it_was_changed_is_read_as_utc_where_the_export_says_so():
    when = {"WhenChanged": "2026-11-25T10:00:00", "WhenChangedUTC": "2026-11-25T09:00"}
    assert Moment(AT, has_zone=True) == rule(REJECT | when).changed


@pytest.mark.parametrize("state", [{}, OFF])
def test_a_rule_that_does_not_matter_for_the_mail_is_not_asked_about(state):
    other = {"SubjectContainsWords": ["absent"]} | REJECT
    assert set() == asked(mail(), tenant(other | HALF | state))
    idle = {"SetAuditSeverity": "Low"}
    assert set() == asked(mail(), tenant(idle | HALF | state))
    assert {SPREADS} == asked(mail(), tenant(REJECT | HALF | state))


def test_a_server_loads_a_rule_at_once():
    internet = SendConnector(
        "Internet", address_spaces=(AddressSpace("*", 1),), uses_dns=True
    )
    place = {"platform": Platform.SERVER, "send_connectors": (internet,)}
    assert [{CLEO: REJECTED}] == every_end(mail(), tenant(REJECT | HALF, **place))
    assert set() == asked(mail(), tenant(REJECT | OFF | HALF, **place))


def test_a_rule_that_lingers_makes_the_ones_before_it_matter():
    stop = {"StopRuleProcessing": True, "Mode": "Audit"}
    copy = {"BlindCopyTo": [str(AUDIT)]}
    open_ = asked(mail(), open_tenant(stop, copy | OFF | HALF))
    assert {"stop_in_test_mode", "propagation rule 1"} <= open_
    assert set() == asked(mail(), open_tenant(stop, copy | OFF))


def test_an_unreadable_rule_that_does_not_act_yet_does_nothing():
    found = every_end(mail(), tenant(HALF))
    assert {CLEO: PLAIN} in found
    assert {SPREADS, "rule rule 0"} == asked(mail(), tenant(HALF))

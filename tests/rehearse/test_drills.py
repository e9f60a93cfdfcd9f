"""Faults at run time: never in clear is the law."""

from datetime import timedelta

import pytest

from harness.outcome import Disposition
from harness.rehearse import DRILLS
from tests.rehearse.rehearsed import TENANTS, drilled

FOUR_HOURS = timedelta(hours=4)


@pytest.mark.parametrize("tenant", TENANTS)
def test_whatever_fails_no_secure_mail_leaves_in_clear(tenant):
    plain = {name for name, one in drilled(tenant).items() if one.plain}
    ignoring = {one.name for one in DRILLS if one.may_leak}
    assert 1 == len(ignoring)
    assert ignoring == plain
    assert not any(one.breaks_the_law for one in drilled(tenant).values())


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_never_arrives_is_told_after_four_hours(tenant):
    for name in ("Zivver is down for good", "Zivver refuses TLS"):
        one = drilled(tenant)[name]
        assert (FOUR_HOURS, FOUR_HOURS) == one.told
        # What has no reverse-path has nobody to be told.
        assert {None} >= {mail.item.envelope.reverse_path for mail in one.untold}
        assert {Disposition.EXPIRED, Disposition.INTERNAL} == {e for e, _ in one.ends}


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_waits_for_some_hours_arrives_afterwards(tenant):
    late = drilled(tenant)["Zivver is down for 4 hours"].late
    assert late is not None
    assert FOUR_HOURS < late < FOUR_HOURS + timedelta(hours=1)


def test_a_fault_that_cannot_happen_says_what_it_needs():
    online = drilled("guide-online-as-meant")["the credentials are revoked"]
    assert not online.applies
    assert "a relay that logs in at Zivver" == online.drill.needs
    servers = drilled("guide-onpremises-as-meant")["SPF no longer names our address"]
    assert not servers.applies

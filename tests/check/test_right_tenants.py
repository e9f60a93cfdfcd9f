"""Tenants that do what their policy says: whatever is found there is a false alarm."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from fakes.exchange.organization import Platform
from harness.check import derive_of
from harness.check.run import follow
from harness.compare import HINTS
from harness.strategies import right_tenants

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# Of servers these two are in the design: To and Cc are what counts (zivver#6).
OF_SERVERS = {("LOSS", "bcc"), ("DUPLICATE", "mixed")}


def alarms(tenant):
    """Give what is found above a hint, by kind and sort of mail."""
    derivation = derive_of(tenant.policy, tenant.world)
    assert not derivation.vacuous
    followed = follow(tenant.world, tenant.policy, derivation.mails, at=NOON)
    assert any(entry.mail.intent.is_met for entry in followed)
    return {
        (finding.kind.value, entry.mail.id.partition("-")[2])
        for entry in followed
        for finding in entry.findings
        if finding.kind not in HINTS
    }


@given(right_tenants(Platform.ONLINE))
@settings(max_examples=5, derandomize=True)
def test_a_right_tenant_of_exchange_online_gives_no_alarm(tenant):
    assert set() == alarms(tenant)


@given(right_tenants(Platform.SERVER))
@settings(max_examples=5, derandomize=True)
def test_a_right_tenant_of_servers_gives_none_beyond_what_is_in_the_design(tenant):
    assert OF_SERVERS >= alarms(tenant)


@pytest.mark.soak
@given(right_tenants(Platform.ONLINE))
@settings(max_examples=750, derandomize=True)
def test_750_right_tenants_of_exchange_online_give_no_alarm(tenant):
    assert set() == alarms(tenant)


@pytest.mark.soak
@given(right_tenants(Platform.SERVER))
@settings(max_examples=250, derandomize=True)
def test_250_right_tenants_of_servers_give_no_alarm_either(tenant):
    assert OF_SERVERS >= alarms(tenant)

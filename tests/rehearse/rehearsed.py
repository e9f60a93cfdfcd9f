"""The tenants that are right, rehearsed once for all tests."""

from datetime import UTC, datetime
from functools import lru_cache

from harness.check import derive_of
from harness.failures import CATALOGUE
from harness.rehearse import drill, rehearse
from harness.scenario.files import read_setting

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TENANTS = ("guide-online-as-meant", "guide-onpremises-as-meant", "contoso-hybrid")


@lru_cache(maxsize=3)
def derived(tenant):
    """Give its world and policy, with the mails that they give."""
    setting = read_setting(tenant)
    policy = setting.policy
    assert policy is not None
    return setting.world, policy, derive_of(policy, setting.world).mails


@lru_cache(maxsize=3)
def matrix(tenant):
    """Let all failures happen to it."""
    return rehearse(CATALOGUE, *derived(tenant), at=NOON)


@lru_cache(maxsize=3)
def drilled(tenant):
    """Lay all faults at run time on its mail, by their names."""
    return {one.drill.name: one for one in drill(*derived(tenant), at=NOON)}

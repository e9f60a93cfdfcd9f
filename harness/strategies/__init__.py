"""Generated tenants and mails for Hypothesis, sensible enough to be read.

Names come from faker, seeded by what Hypothesis draws: the same example is the same
mail every time, and it shrinks.
"""

from harness.strategies.mails import DrawnMail, mails
from harness.strategies.organizations import organizations
from harness.strategies.rules import rules
from harness.strategies.spelled import spell_case
from harness.strategies.subjects import DrawnSubject, subjects
from harness.strategies.tenants import RelayTenant, relay_tenants

__all__ = [
    "DrawnMail",
    "DrawnSubject",
    "RelayTenant",
    "mails",
    "organizations",
    "relay_tenants",
    "rules",
    "spell_case",
    "subjects",
]

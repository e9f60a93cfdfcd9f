"""Generated tenants and mails for Hypothesis, sensible enough to be read.

Names come from faker, seeded by what Hypothesis draws: the same example is the same
mail every time, and it shrinks. Examples of each: docs/strategies.md.
"""

from harness.strategies.changes import edits
from harness.strategies.correspondents import DrawnSender, recipients, senders
from harness.strategies.mails import DrawnMail, labels, mails
from harness.strategies.organizations import organizations
from harness.strategies.right import RightTenant, right_tenants
from harness.strategies.rules import rules
from harness.strategies.services import connectors, fault_scripts, zivver_services
from harness.strategies.spelled import spell_case
from harness.strategies.subjects import DrawnSubject, subjects
from harness.strategies.tenants import RelayTenant, relay_tenants, rule_sets

__all__ = [
    "DrawnMail",
    "DrawnSender",
    "DrawnSubject",
    "RelayTenant",
    "RightTenant",
    "connectors",
    "edits",
    "fault_scripts",
    "labels",
    "mails",
    "organizations",
    "recipients",
    "relay_tenants",
    "right_tenants",
    "rule_sets",
    "rules",
    "senders",
    "spell_case",
    "subjects",
    "zivver_services",
]

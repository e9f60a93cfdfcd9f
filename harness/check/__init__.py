"""Checks a tenant against a policy: derived mails, what becomes of them, why."""

from harness.check.derive import Derivation, DerivedMail, Intent, VacuousRow, derive
from harness.check.facts import TenantFacts, facts_of, own_domains_of
from harness.check.sides import derive_of

__all__ = [
    "Derivation",
    "DerivedMail",
    "Intent",
    "TenantFacts",
    "VacuousRow",
    "derive",
    "derive_of",
    "facts_of",
    "own_domains_of",
]

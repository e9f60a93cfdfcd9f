"""Derived mails of a tenant: of a hybrid, sent from the mailboxes of each side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.check.derive import Derivation, derive
from harness.check.facts import facts_of
from harness.hybrid import side_of
from harness.world import turned

if TYPE_CHECKING:
    from harness.policy.noun import Policy
    from harness.world import World


def derive_of(policy: Policy, world: World) -> Derivation:
    """Derive the mails that a tenant is held to.

    zivver#F45: a rule on one side only is seen by the mail of the other side alone, so
    that each side has its own. What would be the same mail is not derived twice.
    """
    first = derive(policy, facts_of(world))
    if world.other is None:
        return first
    there = turned(world)
    second, name = derive(policy, facts_of(there)), side_of(there)
    known = {mail.item for mail in first.mails}
    more = tuple(
        replace(mail, id=f"{mail.id}-{name}", sort=f"{mail.sort}, sent {name}")
        for mail in second.mails
        if mail.item not in known
    )
    unmet = {entry.row for entry in second.vacuous}
    vacuous = tuple(entry for entry in first.vacuous if entry.row in unmet)
    return Derivation((*first.mails, *more), vacuous)

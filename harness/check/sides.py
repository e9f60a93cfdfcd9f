"""Derived mails of a tenant: of a hybrid, sent from the mailboxes of each side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.check.derive import Derivation, derive_here
from harness.hybrid import side_of
from harness.world import turned

if TYPE_CHECKING:
    from harness.check.target import Target
    from harness.policy.noun import Policy
    from harness.world import World


def derive_of(policy: Policy, world: World) -> Derivation:
    """Derive the mails that a tenant is held to.

    zivver#F45: a rule on one side only is seen by the mail of the other side alone, so
    that each side has its own. What would be the same mail is not derived twice.
    """
    first = derive_here(policy, world)
    if world.other is None:
        return first
    there = turned(world)
    second, name = derive_here(policy, there), side_of(there)
    known = {mail.item for mail in first.mails}
    more = tuple(
        replace(
            mail,
            id=f"{mail.id}-{name}",
            sort=f"{mail.sort}, sent {name}",
            target=_on(mail.target, name),
        )
        for mail in second.mails
        if mail.item not in known
    )
    unmet = {entry.row for entry in second.vacuous}
    vacuous = tuple(entry for entry in first.vacuous if entry.row in unmet)
    unwritten = tuple(
        replace(entry, target=replace(entry.target, side=name))
        for entry in second.unwritten
    )
    here = side_of(world)
    return Derivation(
        (
            *(replace(mail, target=_on(mail.target, here)) for mail in first.mails),
            *more,
        ),
        vacuous,
        (
            *(
                replace(entry, target=replace(entry.target, side=here))
                for entry in first.unwritten
            ),
            *unwritten,
        ),
    )


def _on(target: Target | None, side: str) -> Target | None:
    return replace(target, side=side) if target else None

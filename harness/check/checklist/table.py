"""The checklist in one table, and what a world has of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from harness.check.checklist.noun import ChecklistEntry, Instruction
from harness.check.checklist.online import ONLINE_CONNECTOR
from harness.check.checklist.requirements import ALLOWLIST, REQUIREMENTS
from harness.check.checklist.rule import ONLINE_RULE, SERVER_RULE
from harness.check.checklist.server import (
    SERVER_CONNECTOR,
    SERVER_CONTACT,
    SERVER_DOMAIN,
)
from harness.hybrid import side_of
from harness.world import turned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.lints.noun import Ground

INSTRUCTIONS: Mapping[Platform, tuple[Instruction, ...]] = MappingProxyType(
    {
        Platform.ONLINE: (
            *REQUIREMENTS,
            *ALLOWLIST,
            *ONLINE_CONNECTOR,
            *ONLINE_RULE,
        ),
        Platform.SERVER: (
            *REQUIREMENTS,
            *SERVER_DOMAIN,
            *SERVER_CONTACT,
            *SERVER_CONNECTOR,
            *SERVER_RULE,
        ),
    }
)


def checklist(ground: Ground) -> tuple[ChecklistEntry, ...]:
    """Hold a tenant to the guide; a hybrid on each of its sides."""
    worlds = [ground.world]
    if ground.world.other is not None:
        worlds.append(turned(ground.world))
    return tuple(
        entry for world in worlds for entry in _of_side(replace(ground, world=world))
    )


def _of_side(ground: Ground) -> Iterator[ChecklistEntry]:
    for row in INSTRUCTIONS[ground.organization.platform]:
        for look in row.look(ground):
            yield ChecklistEntry(
                id=row.id,
                chapter=row.chapter,
                step=row.step,
                says=row.says,
                state=look.state,
                found=look.found,
                about=look.about,
                place=look.place,
                instead=look.instead,
                side=side_of(ground.world),
            )

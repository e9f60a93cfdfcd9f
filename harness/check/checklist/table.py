"""The checklist in one table, and what a world has of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.check.checklist.noun import ChecklistEntry, Instruction
from harness.hybrid import side_of
from harness.world import turned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.lints.noun import Ground

INSTRUCTIONS: tuple[Instruction, ...] = ()


def checklist(ground: Ground) -> tuple[ChecklistEntry, ...]:
    """Hold a tenant to the guide; a hybrid on each of its sides."""
    worlds = [ground.world]
    if ground.world.other is not None:
        worlds.append(turned(ground.world))
    return tuple(
        entry for world in worlds for entry in _of_side(replace(ground, world=world))
    )


def _of_side(ground: Ground) -> Iterator[ChecklistEntry]:
    for row in INSTRUCTIONS:
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
                instead=look.instead or row.instead,
                side=side_of(ground.world),
            )

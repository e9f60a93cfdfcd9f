"""All lints in one table, and what of them holds in a world."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.check.lints.connectors import CONNECTORS
from harness.check.lints.labels import LABELS
from harness.check.lints.limits import LIMITS
from harness.check.lints.noun import Ground, Lint, LintRow, Severity
from harness.check.lints.order import ORDER
from harness.check.lints.placeholder import PLACEHOLDER
from harness.check.lints.references import REFERENCES
from harness.check.lints.rules import RELAY_RULES
from harness.check.lints.words import WORDS
from harness.hybrid import side_of
from harness.world import turned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.check.lints.noun import Spot

ROWS: tuple[LintRow, ...] = (
    *RELAY_RULES,
    *LABELS,
    *WORDS,
    *ORDER,
    *CONNECTORS,
    *PLACEHOLDER,
    *REFERENCES,
    *LIMITS,
)
BY_ID: Mapping[str, LintRow] = MappingProxyType({row.id: row for row in ROWS})
_WEIGHT = tuple(Severity)


def lints(ground: Ground) -> tuple[Lint, ...]:
    """Say which lints hold, warnings first; of a hybrid, on each of its sides."""
    worlds = [ground.world]
    if ground.world.other is not None:
        worlds.append(turned(ground.world))
    found = [
        lint for world in worlds for lint in _of_side(replace(ground, world=world))
    ]
    return tuple(sorted(found, key=lambda lint: _WEIGHT.index(lint.severity)))


def _of_side(ground: Ground) -> Iterator[Lint]:
    for row in ROWS:
        if ground.organization.platform in row.platforms:
            for spot in row.find(ground):
                yield _lint(row, spot, side_of(ground.world))


def _lint(row: LintRow, spot: Spot, side: str) -> Lint:
    return Lint(
        id=row.id,
        severity=row.severity,
        why=spot.why,
        right=spot.right or row.right,
        source=row.source,
        rule=spot.rule,
        priority=spot.priority,
        connector=spot.connector,
        place=spot.place,
        side=side,
        is_refused=row.is_refused,
    )

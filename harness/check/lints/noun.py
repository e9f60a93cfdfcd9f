"""What a lint is: a row of the table, and one place where it holds.

A lint says neither YES nor NO: it hints or warns, and whether mail suffers is for the
mails to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.organization import Organization, Platform
from harness.compare import FindingKind
from harness.exports.labels import ExportedLabel
from harness.policy.noun import Policy
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakes.exchange.organization import OutboundConnector, SendConnector
    from fakes.exchange.rules.rule import Rule

BOTH = frozenset(Platform)


class Severity(StrEnum):
    """How much it asks for: a look, or a change."""

    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Ground:
    """What lints look at: one organization of a world, and what lies beside it.

    `labels` is None where they were not exported, `policy` where nobody gave one.
    """

    world: World
    at: datetime
    policy: Policy | None = None
    labels: tuple[ExportedLabel, ...] | None = None

    @property
    def organization(self) -> Organization:
        """The organization that is looked at."""
        return self.world.organization

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules by priority; none where they were not exported."""
        return tuple(sorted(self.organization.rules or (), key=lambda r: r.priority))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a lint holds, and why; `right` where the row's own is too plain."""

    why: str
    rule: str = ""
    priority: int | None = None
    connector: str = ""
    place: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class LintRow:
    """One row. `says` is what it looks for, `right` what to do about it.

    `is_refused` says that Exchange would not take such a thing again today: what it
    does is computed all the same.
    """

    id: str
    severity: Severity
    says: str
    right: str
    source: str
    find: Callable[[Ground], Iterator[Spot]]
    platforms: frozenset[Platform] = BOTH
    is_refused: bool = False


UNREADABLE = "RULE-UNREADABLE"


@dataclass(frozen=True, slots=True)
class Lint:
    """One row that holds at one place; `side` is that of a hybrid.

    `shown_by` is the id of a mail of the check that suffers from it, `kind` from what.
    """

    id: str
    severity: Severity
    why: str
    right: str
    source: str
    rule: str = ""
    priority: int | None = None
    connector: str = ""
    place: str = ""
    side: str = ""
    is_refused: bool = False
    shown_by: str = ""
    kind: FindingKind | None = None

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing is left of a rule, so that no answer can be YES."""
        return self.id == UNREADABLE


def at_rule(rule: Rule, why: str, *, right: str = "") -> Spot:
    """Give the place of a rule."""
    return Spot(why, rule.name, rule.priority, place=rule.place, right=right)


def at_connector(
    connector: OutboundConnector | SendConnector, why: str, *, right: str = ""
) -> Spot:
    """Give the place of a connector."""
    return Spot(why, connector=connector.name, place=connector.place, right=right)

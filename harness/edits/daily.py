"""What administrators do on a day: each single edit of a world, as a value.

The same world gives the same edits, in the same order, under the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.rules.rule import RuleError
from harness.edits.basis import EditError
from harness.exports.problems import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.world import World


class DailyKind(StrEnum):
    """Sorts of edits, as an administrator would call them."""

    RULE_OFF = "rule turned off"
    RULE_TESTED = "rule put in test mode"
    RULE_REMOVED = "rule removed"
    RULE_MOVED = "rule moved"
    RULE_STOPS = "rule stops the others"
    RULE_NARROWED = "rule narrowed"
    EXCEPTION_WIDENED = "exception widened"
    WORDS_CHANGED = "words changed"
    LABEL_RECREATED = "label recreated"
    RULE_ADDED = "rule added"
    RULES_IMPORTED = "rules imported"
    CONNECTOR_OFF = "connector turned off"
    CONNECTOR_REMOVED = "connector removed"
    CONNECTOR_CHANGED = "connector changed"
    CONNECTOR_SWAPPED = "connector swapped"
    DOMAIN_ADDED = "domain added"
    GROUP_CHANGED = "group changed"
    RECIPIENT_REMOVED = "recipient removed"


@dataclass(frozen=True, slots=True)
class DailyEdit:
    """One edit: what it is in words, the lines that do it, and the world it makes.

    `apply` raises what the edits of a world raise where it does not fit.
    """

    kind: DailyKind
    says: str
    commands: tuple[str, ...]
    apply: Callable[[World], World] = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """What stays the same as long as the edit does."""
        return "; ".join(self.commands)


def applied(edit: DailyEdit, world: World) -> World | None:
    """Give the world that the edit makes; None where Exchange would not take it."""
    try:
        return edit.apply(world)
    except (EditError, RuleError, ExportError):
        return None


def fitting(edits: Iterable[DailyEdit], world: World) -> Iterator[DailyEdit]:
    """Keep the edits that Exchange would take and that change something."""
    for edit in edits:
        made = applied(edit, world)
        if made is not None and made != world:
            yield edit

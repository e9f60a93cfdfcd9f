"""Actions as values: a row of the table, and a row with its values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.rules.predicate import MAILBOX_EDITIONS, Support
from fakes.mail.item import Carries

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.choices import Choices
    from fakes.exchange.organization import Directory, Edition, Organization
    from fakes.exchange.rules.fork import Fork
    from fakes.exchange.rules.values import Recipients


ENFORCED = frozenset({"Enforce"})


class Effect(StrEnum):
    """What an action changes."""

    ITEM = "the mail"
    RECIPIENTS = "the recipients"
    ROUTE = "the route"
    END = "ends the way"
    CHILD = "makes another mail"
    NONE = "nothing about delivery"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Action:
    """A row with its values, one tuple for each parameter of the row.

    `carries` says what the mails that it makes hold of this one.
    """

    row: ActionRow
    values: tuple[tuple[str, ...], ...]
    targets: Recipients | None = None
    carries: Carries = Carries.WHOLE

    @property
    def name(self) -> str:
        """The name of the row."""
        return self.row.name

    @property
    def operand(self) -> str:
        """The values on one line."""
        return ", ".join(text for value in self.values for text in value)

    @property
    def matters(self) -> bool:
        """Whether it could change what becomes of the mail and of its content."""
        if self.row.effect is Effect.CHILD:
            return self.carries is Carries.WHOLE
        return self.row.effect is not Effect.NONE


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may ask beside its fork.

    Whether an action ends the rules matters only if a later one could do something:
    to a rejected mail only copies, to a redirected one anything.
    """

    rule: str
    organization: Organization
    choices: Choices
    has_later_copies: bool
    has_later_effects: bool


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One row. `order` is the place among the actions of one rule (R-01).

    `modes` are those in which a rule does it (exchange-rules#6.3).
    """

    name: str
    parameters: tuple[str, ...]
    effect: Effect
    order: int
    apply: Callable[[Fork, Action, Context], Fork]
    build: Callable[[ActionRow, tuple[tuple[str, ...], ...], Directory | None], Action]
    source: str
    support: Support = Support.YES
    remark: str = ""
    is_flag: bool = False
    modes: frozenset[str] = ENFORCED
    editions: frozenset[Edition] = MAILBOX_EDITIONS

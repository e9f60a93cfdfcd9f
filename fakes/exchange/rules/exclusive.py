"""What the actions of one rule are to each other: refused together, or silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.predicate import ValueProblem

if TYPE_CHECKING:
    from fakes.exchange.rules.action import Action

_MODERATION = frozenset({"ModerateMessageByUser", "ModerateMessageByManager"})
_REJECTION, _REDIRECT = "RejectMessage", "RedirectMessageTo"


def without_silenced(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Leave out the incident report of a rule that is not audited."""
    # exchange-rules#5: with DoNotAudit no incident report is made.
    if not any(
        a.name == "SetAuditSeverity" and a.operand.lower() == "donotaudit"
        for a in actions
    ):
        return actions
    return tuple(a for a in actions if a.name != "GenerateIncidentReport")


def refuse_combinations(actions: tuple[Action, ...]) -> None:
    """Refuse what is documented as exclusive; of other pairs no source speaks.

    Raises:
        ValueProblem: Exchange would not take the rule.

    """
    names = [a.name for a in actions if a.row.effect is not Effect.NONE]
    # exchange-rules#5: one rule cannot reject and redirect the same message.
    if _REJECTION in names and _REDIRECT in names:
        message = "one rule cannot reject a mail and redirect it"
        raise ValueProblem(message)
    held = next((name for name in names if name in _MODERATION), "")
    others = [name for name in names if name != held]
    # exchange-rules#5: to forward for approval allows no additional actions.
    if held and others:
        message = f"`{held}` allows no other action, and here is `{others[0]}`"
        raise ValueProblem(message)

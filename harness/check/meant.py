"""What a rule does on purpose to the mail that was written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.actions import ACTIONS
from fakes.trace import Answer, StepKind
from harness.compare import FindingKind
from harness.duty import Obligation
from harness.outcome import steps_of

if TYPE_CHECKING:
    from fakes.trace import Step
    from harness.check.derive import DerivedMail
    from harness.compare import Finding
    from harness.outcome import Outcome

_TAKES = frozenset(
    {row.name for row in ACTIONS.values() if row.effect is Effect.END}
    | {"RedirectMessageTo"}
)
# It ended in Exchange, and not with anybody whom it was handed to.
_INSIDE = "exchange"
_ELSEWHERE = frozenset({FindingKind.LOSS, FindingKind.DELAY, FindingKind.MISDIRECTION})


def is_meant_by_rule(finding: Finding, mail: DerivedMail, outcome: Outcome) -> bool:
    """Say whether a rule that ends, holds or redirects mail did so to its own words.

    No policy has to speak of it: that is what the rule is there for. Mail that must be
    secure may not vanish so, unless somebody is told.
    """
    if mail.target is None or finding.kind not in _ELSEWHERE:
        return False
    if finding.obligation is Obligation.MUST_BE_SECURE and not finding.is_told:
        return False
    if finding.delivery is None or finding.delivery.via != _INSIDE:
        return False
    taken = list(filter(takes_away, steps_of(finding.recipient, outcome)))
    return bool(taken) and taken[-1].subject == mail.target.rule


def takes_away(step: Step) -> bool:
    """Say whether a rule that held kept a mail from its recipients."""
    return (
        step.kind is StepKind.RULE
        and step.answer is Answer.YES
        and any(did.split(" ", 1)[0] in _TAKES for did in step.did)
    )

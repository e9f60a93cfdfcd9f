"""What a rule does on purpose to the mail that was written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.actions import ACTIONS
from fakes.trace import Answer, StepKind
from harness.compare import FindingKind
from harness.duty import Obligation

if TYPE_CHECKING:
    from fakes.trace import Step
    from harness.check.derive import DerivedMail
    from harness.compare import Finding
    from harness.outcome import Outcome

ENDS = frozenset(row.name for row in ACTIONS.values() if row.effect is Effect.END)
_NOT_ARRIVED = frozenset({FindingKind.LOSS, FindingKind.DELAY})


def is_meant_by_rule(finding: Finding, mail: DerivedMail, outcome: Outcome) -> bool:
    """Say whether a rule that rejects, deletes or holds mail did so to its own words.

    No policy has to speak of it: that is what the rule is there for. Mail that must be
    secure may not vanish so, unless somebody is told.
    """
    if mail.target is None or finding.kind not in _NOT_ARRIVED:
        return False
    if finding.obligation is Obligation.MUST_BE_SECURE and not finding.is_told:
        return False
    fate = outcome.fate(finding.recipient)
    ended = [step for step in fate.steps if ends_mail(step)] if fate else []
    return bool(ended) and ended[-1].subject == mail.target.rule


def ends_mail(step: Step) -> bool:
    """Say whether a rule that held kept a mail from going on."""
    return (
        step.kind is StepKind.RULE
        and step.answer is Answer.YES
        and any(did.split(" ", 1)[0] in ENDS for did in step.did)
    )

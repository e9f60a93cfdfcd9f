"""A mail and what becomes of it, with all that is needed to tell it to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.predicates import PREDICATES
from fakes.trace import Answer, StepKind
from harness.report.caret import likeness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.rules.rule import Rule
    from fakes.mail.address import Address
    from fakes.trace import Detail, Step
    from harness.compare import Finding
    from harness.duty import Duty
    from harness.outcome import Fate, Outcome
    from harness.world import Settled

_EXCEPTION = "ExceptIf"
# The two ways to take a mail to Zivver: Exchange Online's, and that of servers.
_TAKES = frozenset({"RouteMessageOutboundConnector", "RedirectMessageTo"})


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome with the rules that it came of and, if known, what must be.

    `assumed` is what had to be taken for granted about the mail itself, `settled`
    the open questions that somebody has answered on the tenant. `sides` holds the rules
    of a hybrid's two sides, by their names.
    """

    outcome: Outcome
    rules: tuple[Rule, ...] = ()
    duties: tuple[Duty, ...] = ()
    findings: tuple[Finding, ...] = ()
    assumed: tuple[str, ...] = ()
    settled: tuple[Settled, ...] = ()
    sides: Mapping[str, tuple[Rule, ...]] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )

    def rules_of(self, side: str) -> tuple[Rule, ...]:
        """Give the rules of one side of a hybrid, or the only ones."""
        return self.sides.get(side, self.rules)

    def rule(self, step: Step) -> Rule | None:
        """Find the rule of a step (names are unique in an organization)."""
        rules = self.rules_of(step.side)
        return next((rule for rule in rules if rule.name == step.subject), None)

    def duty(self, recipient: Address | None) -> Duty | None:
        """Find what the policy says of a recipient."""
        return next((d for d in self.duties if d.recipient == recipient), None)


def numbered(name: str, rule: Rule | None) -> str:
    """Name a rule as an administrator finds it: its priority and its name."""
    return f'rule {rule.priority} "{name}"' if rule else f'rule "{name}"'


def numbered_step(step: Step, told: Told) -> str:
    """Name the rule of a step, and its side of a hybrid."""
    side = f"{step.side}: " if step.side else ""
    return side + numbered(step.subject, told.rule(step))


def test_name(detail: Detail) -> str:
    """Name a test as the cmdlet spells it."""
    return f"{_EXCEPTION}{detail.name}" if detail.is_exception else detail.name


def reads_body(detail: Detail) -> bool:
    """Say whether what the test found is text of a body, which nobody prints."""
    row = PREDICATES.get(detail.name.partition(" ")[0])
    return row is not None and "body" in row.looks


def own_details(step: Step, fate: Fate, outcome: Outcome) -> tuple[Detail, ...]:
    """Give the tests of a step that speak of the recipient of this fate."""
    own = {d.about for d in step.details if d.about == fate.recipient} - {None}
    others = {other.recipient for other in outcome.fates} - {fate.recipient, None}
    return tuple(
        detail
        for detail in step.details
        if detail.about is None
        or (detail.about in own if own else detail.about not in others)
    )


def speaks_against(detail: Detail) -> bool:
    """Say whether a test alone keeps its rule from matching."""
    return detail.answer is (Answer.YES if detail.is_exception else Answer.NO)


def is_matched(step: Step) -> bool:
    """Say whether a step is a rule that took the mail."""
    return step.kind is StepKind.RULE and step.answer is Answer.YES


def took(fate: Fate, told: Told) -> tuple[Step, ...]:
    """Give the rules that decided on the way: they matched and send it somewhere."""
    return tuple(step for step in fate.steps if is_matched(step) and _takes(step, told))


def closest(fate: Fate, told: Told) -> Step | None:
    """Find the rule that would have sent the mail elsewhere and came closest.

    Fewest tests against it; of those, most tests for it, then the text most alike.
    """
    missed = [
        step
        for step in fate.steps
        if step.kind is StepKind.RULE
        and step.answer is not Answer.YES
        and step.details
        and _takes(step, told)
    ]

    def distance(step: Step) -> tuple[int, int, float]:
        details = own_details(step, fate, told.outcome)
        against = [detail for detail in details if speaks_against(detail)]
        alike = sum(likeness(d.looked_for, d.found) for d in against)
        held = [d for d in details if not d.is_exception and d not in against]
        return len(against), -len(held), -alike

    return min(missed, key=distance, default=None)


def _takes(step: Step, told: Told) -> bool:
    rule = told.rule(step)
    if rule is None:
        return not told.rules_of(step.side)
    return any(action.name in _TAKES for action in rule.actions)

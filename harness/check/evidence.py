"""On what an end rests: the weakest grade of evidence on the way of a mail.

docs/facts/README.md names the grades: what is documented, what was observed in real
mail or on the tenant itself, and what nobody has stated.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.trace import Answer, StepKind
from harness.compare import HINTS, Finding, FindingKind
from harness.duty import Obligation
from harness.outcome import Because

if TYPE_CHECKING:
    from fakes.exchange.rules.rule import Rule
    from harness.check.report import CheckedMail
    from harness.duty import Duty
    from harness.outcome import Fate
    from harness.world import World

# msip-labels#1.2: what clients write there was counted in real mail.
_LABELS = "msip_labels"
_LABEL_SHEET = "msip-labels#"
_ZIVVER, _OF_ZIVVER = "zivver", "zivver_"
_UNSTATED = "what nobody has stated"


class Grade(StrEnum):
    """How well a thing is known, the best first."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


def grade_of(entry: CheckedMail, fate: Fate | None, world: World) -> Grade:
    """Give the weakest grade on the way of one recipient's copies."""
    if entry.outcome.assumed:
        return Grade.ASSUMED
    held = {
        (step.side, step.subject)
        for step in (fate.steps if fate else ())
        if step.kind is StepKind.RULE and step.answer is Answer.YES
    }
    names = {name for _, name in held}
    rules = (
        rule
        for side in world.organizations
        for rule in side.rules or ()
        if rule.name in names
    )
    settled = {one.name for one in world.settled}
    at_zivver = any(d.via == _ZIVVER for d in (fate.deliveries if fate else ()))
    if at_zivver and any(name.startswith(_OF_ZIVVER) for name in settled):
        return Grade.OBSERVED
    is_observed = any(_is_observed(rule, settled) for rule in rules)
    return Grade.OBSERVED if is_observed else Grade.DOCUMENTED


def _is_observed(rule: Rule, settled: set[str]) -> bool:
    return any(
        test.header.lower() == _LABELS
        or test.row.source.startswith(_LABEL_SHEET)
        or not settled.isdisjoint(test.row.readings)
        for test in (*rule.conditions, *rule.exceptions)
    )


def doubted(entry: CheckedMail) -> CheckedMail:
    """Count as not known what goes as intended and rests on what is assumed."""
    assumed = entry.outcome.assumed
    if not assumed:
        return entry
    wrong = {f.recipient for f in entry.findings if f.kind not in HINTS}
    because = Because(assumed, (), (), why=_UNSTATED, is_assumed=True)
    found = tuple(
        _doubt(duty, entry, because)
        for duty in entry.mail.duties
        if duty.recipient not in wrong and duty.obligation is not Obligation.NO_WORD
    )
    return replace(entry, findings=(*found, *entry.findings))


def _doubt(duty: Duty, entry: CheckedMail, because: Because) -> Finding:
    fate = entry.outcome.fate(duty.recipient)
    return Finding(
        FindingKind.UNDETERMINED,
        duty.recipient,
        duty.obligation,
        because.why,
        fate.deliveries[0] if fate and fate.deliveries else None,
        duty.rows,
        because=because,
    )

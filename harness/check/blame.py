"""Which line of the configuration explains a finding.

For mail that should have gone to Zivver and did not: the relay rule that came closest,
and the test that failed. For mail that should not have gone: the rule that took it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.choices import Choices
from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.rule import Mode, Rule
from fakes.trace import Answer, Detail, Step, StepKind
from harness.check.blamed import Blame
from harness.check.blamed_connector import (
    blame_of_closer,
    blame_of_terms,
    why_past_zivver,
)
from harness.check.blamed_slip import blame_of_slip
from harness.compare import DLP, Finding, FindingKind
from harness.duty import Obligation
from harness.hybrid import entered, side_of
from harness.outcome import Disposition, Outcome, steps_of
from harness.policy.noun import Labelled, Row, SentBy, SubjectHas
from harness.simulate import simulate
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.mail.item import MailItem

_TAKES = frozenset({"RouteMessageOutboundConnector", "RedirectMessageTo"})
_ENDS = frozenset({Effect.END, Effect.ROUTE, Effect.RECIPIENTS})
# How the predicates begin that look where a trigger does, and what a person calls it.
_SPEAKS: Mapping[type, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        SubjectHas: (("Subject",), "the subject"),
        Labelled: (("Header",), "the label"),
        SentBy: (("From", "Sender"), "the sender"),
    }
)
# It names no sender.
_SCOPE = "FromScope"
_LABELS = "msip_labels"
_ON_THE_WAY = frozenset({FindingKind.EXPOSURE, FindingKind.WEAK})


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail and what became of it in a world, with the row that it is about."""

    item: MailItem
    world: World
    outcome: Outcome
    at: datetime
    row: Row | None = None


def takes_mail(rule: Rule) -> bool:
    """Say whether the rule sends mail another way: a relay rule."""
    return any(action.name in _TAKES for action in rule.actions)


def blame(finding: Finding, seen: Seen) -> Blame:
    """Name the line of the configuration that explains a finding.

    Of a hybrid, the side is looked at by which the mail came in.
    """
    where = entered(seen.item, seen.world, Choices())
    return replace(_blame(finding, replace(seen, world=where)), side=side_of(where))


def _blame(finding: Finding, seen: Seen) -> Blame:
    if finding.kind is FindingKind.UNDETERMINED:
        return Blame(why=finding.why)
    if finding.lacks:
        return _lacking(finding, seen)
    if finding.kind in _ON_THE_WAY and finding.delivery and finding.delivery.tls:
        return blame_of_terms(finding.delivery, seen.world)
    is_plain = finding.delivery is not None and (
        finding.delivery.left_plain
        or finding.delivery.disposition is Disposition.INTERNAL
    )
    if finding.obligation is Obligation.MUST_BE_SECURE and is_plain:
        slipped = finding.delivery and blame_of_slip(
            finding.delivery, seen.item, seen.world
        )
        if slipped:
            return slipped
        taken = _taken(finding, seen)
        return taken or _closest(finding, seen)
    return _last(finding, seen)


def _lacking(finding: Finding, seen: Seen) -> Blame:
    """Say why a rule has not acted that the policy wants to have acted."""
    if finding.lacks == DLP:
        return Blame(why="the policy says zivver_dlp_expected")
    wanted = finding.lacks.casefold()
    known = seen.world.organization.rules or ()
    rule = next((rule for rule in known if rule.name.casefold() == wanted), None)
    if rule is None:
        return Blame(why=f'there is no rule "{finding.lacks}"')
    ahead = _stopped(finding, seen)
    if ahead and ahead.priority is not None and ahead.priority > rule.priority:
        ahead = None
    return _asleep(rule, seen) or ahead or _blamed(rule, "it does not match")


def _steps(finding: Finding, outcome: Outcome, world: World) -> tuple[Step, ...]:
    """Give the steps on the side that is looked at."""
    side = side_of(world)
    return tuple(
        step for step in steps_of(finding.recipient, outcome) if step.side == side
    )


def _rule(name: str, world: World) -> Rule | None:
    rules = world.organization.rules or ()
    return next((rule for rule in rules if rule.name == name), None)


def _blamed(rule: Rule, why: str, detail: Detail | None = None) -> Blame:
    base = Blame(rule.name, rule.priority, rule.place, why)
    if detail is None:
        return base
    return replace(
        base,
        test=detail.name,
        is_exception=detail.is_exception,
        looked_for=detail.looked_for,
        found=detail.found,
    )


def _taken(finding: Finding, seen: Seen) -> Blame | None:
    """Explain mail that a relay rule did match and that left in clear all the same."""
    connector = finding.delivery.connector if finding.delivery else None
    steps = _steps(finding, seen.outcome, seen.world)
    matched = [
        (rule, step)
        for step in steps
        if step.kind is StepKind.RULE and step.answer is Answer.YES
        if _is_about(step, finding.recipient)
        if (rule := _rule(step.subject, seen.world)) and takes_mail(rule)
    ]
    if not matched:
        return None
    rule, _ = matched[-1]
    if rule.mode is not Mode.ENFORCE:
        return _blamed(rule, f"the rule is in test mode ({rule.mode.value})")
    named = why_past_zivver(rule, seen.world)
    if named:
        name, why = named
        return replace(_blamed(rule, why), connector=name)
    gateways = [step for step in steps if step.kind is StepKind.GATEWAY]
    if gateways:
        last = gateways[-1]
        why = f"the rule matched; {last.subject} then passed the mail {last.why}"
    elif len(matched) > 1:
        why = "the last rule that matches decides on the connector"
    else:
        why = "the rule matched, and the mail went past Zivver all the same"
    return replace(_blamed(rule, why), connector=connector or "")


def _closest(finding: Finding, seen: Seen) -> Blame:
    """Find the relay rule that came closest, as if all of them were on."""
    rules = [rule for rule in seen.world.organization.rules or () if takes_mail(rule)]
    if not rules:
        closer = finding.delivery and blame_of_closer(finding.delivery, seen.world)
        return closer or Blame(why="no mail flow rule sends mail to Zivver")
    awake = simulate(seen.item, _awake(seen.world), at=seen.at)
    steps = _steps(finding, awake, seen.world)
    # A rule may have met the mail twice: the first time counts.
    ranked = sorted(
        (
            (_rank(rule, step, finding, seen), rule, step)
            for rule in sorted(rules, key=lambda r: r.priority)
            for step in steps
            if step.kind is StepKind.RULE and step.subject == rule.name
            if _is_about(step, finding.recipient)
        ),
        key=lambda entry: entry[0],
    )
    if not ranked:
        return _stopped(finding, seen) or Blame(
            why="no rule that sends mail to Zivver was reached"
        )
    (is_elsewhere, _, _), rule, step = ranked[0]
    failed = _failed(step, finding.recipient)
    if is_elsewhere and failed and seen.row and not failed[0].is_exception:
        part = _SPEAKS[type(seen.row.trigger)][1]
        return Blame(why=f"no rule that sends mail to Zivver looks at {part}")
    if failed:
        why = "an exception holds" if failed[0].is_exception else "a condition fails"
        return _blamed(rule, why, failed[0])
    return _asleep(rule, seen) or _stopped(finding, seen) or _blamed(rule, "")


def _rank(
    rule: Rule, step: Step, finding: Finding, seen: Seen
) -> tuple[bool, int, int]:
    """Prefer rules that look where the row speaks of, then the fewest failures."""
    is_elsewhere = seen.row is not None and not _speaks(rule, seen.row)
    return is_elsewhere, len(_failed(step, finding.recipient)), rule.priority


def _speaks(rule: Rule, row: Row) -> bool:
    """Say whether a rule looks where the trigger of a row does."""
    starts, _ = _SPEAKS[type(row.trigger)]
    return any(
        condition.predicate.startswith(starts)
        and condition.predicate != _SCOPE
        and condition.header.lower() in {"", _LABELS}
        for condition in rule.conditions
    )


def _failed(step: Step, recipient: Address | None) -> list[Detail]:
    """Give the tests that alone keep the rule from matching."""
    return [
        detail
        for detail in step.details
        if detail.answer is (Answer.YES if detail.is_exception else Answer.NO)
        if detail.about in {None, recipient} or recipient is None
    ]


def _is_about(step: Step, recipient: Address | None) -> bool:
    return recipient is None or not step.recipients or recipient in step.recipients


def _awake(world: World) -> World:
    """Turn every relay rule on, without an end to the rules before it."""
    organization = world.organization
    rules = tuple(
        replace(
            rule,
            is_enabled=True,
            mode=Mode.ENFORCE,
            starts=None,
            ends=None,
            changed=None,
        )
        if takes_mail(rule)
        else rule
        for rule in organization.rules or ()
    )
    return replace(world, organization=replace(organization, rules=rules))


def _asleep(rule: Rule, seen: Seen) -> Blame | None:
    """Explain a rule that would match, and is off or out of its dates."""
    if not rule.is_enabled:
        return _blamed(rule, "the rule is off (State Disabled)")
    if rule.mode is not Mode.ENFORCE:
        return _blamed(rule, f"the rule is in test mode ({rule.mode.value})")
    if rule.starts and seen.at < rule.starts.at:
        return _blamed(rule, "its ActivationDate has not come")
    if rule.ends and seen.at >= rule.ends.at:
        return _blamed(rule, "its ExpiryDate has passed")
    return None


def _stopped(finding: Finding, seen: Seen) -> Blame | None:
    """Find the rule ahead that ended the rules."""
    for step in _steps(finding, seen.outcome, seen.world):
        rule = _rule(step.subject, seen.world)
        if step.kind is not StepKind.RULE or rule is None:
            continue
        if "StopRuleProcessing" in step.did and _is_about(step, finding.recipient):
            return _blamed(rule, "it stops the rules behind it")
    return None


def _last(finding: Finding, seen: Seen) -> Blame:
    """Find the last rule that decided on the way of the mail."""
    for step in reversed(_steps(finding, seen.outcome, seen.world)):
        rule = _rule(step.subject, seen.world)
        if step.kind is not StepKind.RULE or step.answer is not Answer.YES:
            continue
        if rule is None or not _is_about(step, finding.recipient):
            continue
        if any(action.row.effect in _ENDS for action in rule.actions):
            did = [a.name for a in rule.actions if a.row.effect in _ENDS]
            return replace(
                _blamed(rule, f"it matched: {', '.join(did)}"),
                connector=(finding.delivery.connector or "")
                if finding.delivery
                else "",
            )
    connector = finding.delivery.connector if finding.delivery else None
    if connector:
        return Blame(why="the mail left by this connector", connector=connector)
    return Blame(why=finding.why)

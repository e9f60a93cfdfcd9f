"""Coverage: which rules, tests and connectors some mail of a check has reached.

What was never reached was never tried, whatever the answer; so it is named with why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.arrival import inbound_connector
from fakes.exchange.organization import OutboundConnector, SendConnector
from fakes.exchange.rules.rule import Mode
from fakes.mail.content import parse
from fakes.trace import Answer, StepKind
from harness.check.facts import own_domains_of
from harness.check.meant import takes_away
from harness.check.rule_sorts import sends_to_zivver
from harness.check.target import Purpose, Target
from harness.hybrid import side_of
from harness.policy.noun import is_own
from harness.world import turned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.rule import Condition, Rule
    from fakes.trace import Step
    from harness.check.report import CheckedMail
    from harness.check.target import Unwritten
    from harness.world import World

_STOP = "StopRuleProcessing"
_SEVERAL = 2


class MailClass(StrEnum):
    """Microsoft's six classes of mail to test rules with."""

    # anchors#A2: the generator's coverage matrix, and a checklist.
    MATCH = "mail that must be secure"
    NO_MATCH = "mail that must not be"
    INSIDE = "from and to inside"
    OUTSIDE = "from or to outside"
    REPLIES = "replies to mail that must be secure"
    SEVERAL_RULES = "mail that several rules act on"


@dataclass(frozen=True, slots=True)
class ConditionReached:
    """One condition or exception, and how many mails it held for.

    `looked_for` is what it looks for; `why` says why no mail is among them.
    """

    name: str
    looked_for: tuple[str, ...]
    is_exception: bool
    mails: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class RuleReached:
    """One rule: the mails it held for, and those that were Zivver's by another rule.

    `together` is None of a rule that itself sends mail there.
    """

    rule: str
    priority: int
    place: str
    side: str
    mails: int
    together: int | None
    tests: tuple[ConditionReached, ...]
    why: str = ""
    why_not_together: str = ""


@dataclass(frozen=True, slots=True)
class ConnectorReached:
    """One connector, and how many mails came or left by it."""

    connector: str
    kind: str
    place: str
    side: str
    mails: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class ClassReached:
    """How many mails there are of one of Microsoft's classes."""

    kind: MailClass
    mails: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """All of it, and how many mails there are of each of Microsoft's classes."""

    rules: tuple[RuleReached, ...] = ()
    connectors: tuple[ConnectorReached, ...] = ()
    classes: tuple[ClassReached, ...] = ()

    @property
    def tests(self) -> tuple[ConditionReached, ...]:
        """The conditions and exceptions of all rules."""
        return tuple(test for rule in self.rules for test in rule.tests)


@dataclass(slots=True)
class _Tally:
    """What the mails of a check have reached, by the side of a hybrid and name."""

    held: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    left_by: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    several: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is looked up of one side."""

    world: World
    at: datetime
    side: str
    tally: _Tally
    relays: frozenset[str]
    written: Mapping[Target, CheckedMail]
    unwritten: Mapping[Target, str]

    @property
    def organization(self) -> Organization:
        """The organization of this side."""
        return self.world.organization


def coverage_of(
    world: World,
    checked: tuple[CheckedMail, ...],
    unwritten: tuple[Unwritten, ...],
    *,
    at: datetime,
) -> Coverage:
    """Count what the mails of a check have reached."""
    tally = _tallied(checked)
    written = {entry.mail.target: entry for entry in checked if entry.mail.target}
    whys = {entry.target: entry.why for entry in unwritten}
    rules: list[RuleReached] = []
    connectors: list[ConnectorReached] = []
    for here in (world, turned(world)) if world.other else (world,):
        every = here.organization.rules or ()
        relays = frozenset(r.name for r in every if sends_to_zivver(r, here))
        found = _Found(here, at, side_of(here), tally, relays, written, whys)
        rules.extend(
            _rule(rule, found) for rule in sorted(every, key=lambda r: r.priority)
        )
        connectors.extend(_connectors(found, checked))
    return Coverage(
        tuple(rules), tuple(connectors), _classes(world, checked, tally.several)
    )


def _tallied(checked: tuple[CheckedMail, ...]) -> _Tally:
    tally = _Tally()
    for entry in checked:
        mail_id = entry.mail.id
        held: set[tuple[str, str]] = set()
        for step in _steps(entry):
            key = (step.side, step.subject)
            if step.kind is StepKind.RULE and step.answer is Answer.YES:
                held.add(key)
                tally.held.setdefault(key, set()).add(mail_id)
            elif step.kind is StepKind.CONNECTOR:
                tally.left_by.setdefault(key, set()).add(mail_id)
        if len(held) >= _SEVERAL:
            tally.several.add(mail_id)
    return tally


def _steps(entry: CheckedMail) -> Iterable[Step]:
    return (step for fate in entry.outcome.fates for step in fate.steps)


# ------------------------------------------------------------------------- rules


def _rule(rule: Rule, found: _Found) -> RuleReached:
    mails = found.tally.held.get((found.side, rule.name), set())
    why = "" if mails else _why_never(rule, found)
    together: int | None = None
    why_not = ""
    if rule.name not in found.relays:
        by_relay = (
            found.tally.held.get((found.side, name), set()) for name in found.relays
        )
        target = Target(rule.name, Purpose.TOGETHER, None, found.side)
        # A mail that has the words of both met both, whichever acts.
        own = {entry.mail.id} if (entry := found.written.get(target)) else set()
        together = len(mails & own.union(*by_relay))
        if not together:
            why_not = why or found.unwritten.get(target) or _why_missed(rule, found)
    conditions = tuple(
        ConditionReached(_name(test), test.value.operands, False, len(mails), why)  # noqa: FBT003  a field of a value
        for test in rule.conditions
    )
    exceptions = tuple(
        _exception(number, rule, found) for number, _ in enumerate(rule.exceptions)
    )
    return RuleReached(
        rule.name,
        rule.priority,
        rule.place,
        found.side,
        len(mails),
        together,
        conditions + exceptions,
        why,
        why_not,
    )


def _exception(number: int, rule: Rule, found: _Found) -> ConditionReached:
    test = rule.exceptions[number]
    target = Target(rule.name, Purpose.EXCEPTED, number, found.side)
    entry = found.written.get(target)
    why = found.unwritten.get(target, "")
    if entry is not None:
        why = _ended_before(rule, entry, found)
    elif not why:
        why = _why_idle(rule, found) or "no mail was written for it"
    name = f"ExceptIf{_name(test)}"
    is_reached = int(not why)
    return ConditionReached(name, test.value.operands, True, is_reached, why)  # noqa: FBT003  a field of a value


def _name(test: Condition) -> str:
    return f"{test.predicate} {test.header}".strip()


def _why_never(rule: Rule, found: _Found) -> str:
    """Say why a rule held for no mail at all."""
    target = Target(rule.name, Purpose.ALONE, None, found.side)
    return (
        _why_idle(rule, found)
        or found.unwritten.get(target)
        or _why_missed(rule, found)
    )


def _why_idle(rule: Rule, found: _Found) -> str:
    if rule.is_unreadable:
        return "the export shows neither conditions nor actions"
    if not rule.is_enabled:
        return "it is off (State Disabled)"
    if rule.ends and found.at >= rule.ends.at:
        return f"its ExpiryDate {rule.ends.at:%Y-%m-%d %H:%M} has passed"
    if rule.starts and found.at < rule.starts.at:
        return f"its ActivationDate {rule.starts.at:%Y-%m-%d %H:%M} has not come"
    return ""


def _why_missed(rule: Rule, found: _Found) -> str:
    """Say why the mail that was written for a rule did not come to it."""
    for purpose in (Purpose.ALONE, Purpose.TOGETHER):
        entry = found.written.get(Target(rule.name, purpose, None, found.side))
        why = _ended_before(rule, entry, found) if entry else ""
        if why:
            return why
    if rule.mode is not Mode.ENFORCE:
        return f"it is in test mode ({rule.mode.value})"
    return "what a rule before it does to its mail keeps it from holding"


def _ended_before(rule: Rule, entry: CheckedMail, found: _Found) -> str:
    """Say what ended the rules before a mail came to this one."""
    earlier = {
        other.name
        for other in found.organization.rules or ()
        if other.priority < rule.priority
    }
    steps = tuple(_steps(entry))
    for step in steps:
        if step.kind is not StepKind.RULE or step.answer is not Answer.YES:
            continue
        if step.side != found.side or step.subject not in earlier:
            continue
        if _STOP in step.did:
            return f'rule "{step.subject}" before it stops the rules'
        if takes_away(step):
            return f'rule "{step.subject}" before it takes the mail away'
    if not any(step.kind is StepKind.RULE for step in steps):
        delivery = next(iter(entry.outcome.deliveries), None)
        if delivery is not None and delivery.disposition.value == "REFUSED":
            return f"Exchange does not take its mail: {delivery.why}"
    return ""


# -------------------------------------------------------------------- connectors


def _connectors(
    found: _Found, checked: tuple[CheckedMail, ...]
) -> Iterable[ConnectorReached]:
    organization = found.organization
    ways_out: tuple[OutboundConnector | SendConnector, ...] = (
        *(organization.outbound_connectors or ()),
        *(organization.send_connectors or ()),
    )
    for outbound in ways_out:
        mails = len(found.tally.left_by.get((found.side, outbound.name), ()))
        why = ""
        if not mails:
            why = "it is off" if not outbound.is_enabled else "no mail goes by it"
            if outbound.is_enabled and isinstance(outbound, OutboundConnector):
                why = _why_not_by(outbound, organization)
        yield ConnectorReached(
            outbound.name, "outbound", outbound.place, found.side, mails, why
        )
    came: dict[str, int] = {}
    for entry in checked:
        taken = inbound_connector(entry.mail.item.submission, organization)
        if taken is not None and entry.mail.item.submission.authenticated is None:
            came[taken.name] = came.get(taken.name, 0) + 1
    for inbound in organization.inbound_connectors or ():
        mails = came.get(inbound.name, 0)
        why = ""
        if not mails:
            why = "no mail comes by it" if inbound.is_enabled else "it is off"
        yield ConnectorReached(inbound.name, "inbound", "", found.side, mails, why)


def _why_not_by(connector: OutboundConnector, organization: Organization) -> str:
    if connector.is_in_test_mode:
        return "it is in test mode"
    names = {connector.name.lower(), *(name.lower() for name in connector.names)}
    is_named = any(
        action.operand.lower() in names
        for rule in organization.rules or ()
        for action in rule.actions
        if action.name == "RouteMessageOutboundConnector"
    )
    if connector.is_rule_scoped and not is_named:
        return "only a rule can use it (IsTransportRuleScoped), and none names it"
    if connector.is_rule_scoped:
        return "no rule that names it held for any mail"
    return "no mail goes to its domains"


# ----------------------------------------------------------------------- classes


def _classes(
    world: World, checked: tuple[CheckedMail, ...], several: set[str]
) -> tuple[ClassReached, ...]:
    counts = dict.fromkeys(MailClass, 0)
    own = own_domains_of(world)
    for entry in checked:
        mail = entry.mail
        counts[MailClass.MATCH] += mail.intent.is_met
        counts[MailClass.NO_MATCH] += not mail.intent.is_met and mail.target is None
        counts[MailClass.SEVERAL_RULES] += mail.id in several
        is_reply = bool(parse(mail.item.content).values("In-Reply-To"))
        counts[MailClass.REPLIES] += is_reply
        if own is None:
            continue
        path = mail.item.envelope.reverse_path
        people = (*mail.item.envelope.recipients, *((path,) if path else ()))
        is_inside = all(is_own(who.domain_key, own) for who in people)
        counts[MailClass.INSIDE if is_inside else MailClass.OUTSIDE] += 1
    return tuple(ClassReached(*pair) for pair in counts.items())

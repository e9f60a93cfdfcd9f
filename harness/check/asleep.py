"""Nothing goes to Zivver because no rule that takes mail there is in force.

Before a roll-out it is so: one thing to say, and not one leak for each mail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.exchange.rules.rule import Mode
from harness.check.relays import relay_rules
from harness.check.run import check
from harness.duty import Obligation
from harness.edits import replace_rule
from harness.exports.command_line import command_line
from harness.hybrid import side_of
from harness.world import turned

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.exchange.rules.rule import Rule
    from harness.check.report import CheckedMail, CheckReport
    from harness.policy.noun import Policy
    from harness.world import World

_ZIVVER = "zivver"


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A rule that would take mail to Zivver, and why it does not."""

    name: str
    priority: int
    place: str
    why: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class Asleep:
    """The rules that are not in force, none if there is no such rule at all.

    `commands` put them in force; that was tried on a copy, and `then` is its report.
    """

    rules: tuple[Sleeper, ...]
    commands: tuple[str, ...] = ()
    then: CheckReport | None = None


def find_asleep(
    report: CheckReport, world: World, policy: Policy | None, *, at: datetime
) -> Asleep | None:
    """Say whether all rules to Zivver are off; None where mail gets there."""
    if not report.mails or any(map(_reaches_zivver, report.mails)):
        return None
    if any(side.rules is None for side in world.organizations):
        return None
    sides = (world, turned(world)) if world.other else (world,)
    found = [(side, rule) for side in sides for rule in relay_rules(side)]
    whys = [_why(rule, at) for _, rule in found]
    if not all(whys):
        return None
    rules = tuple(
        Sleeper(rule.name, rule.priority, rule.place, why, side_of(side))
        for (side, rule), why in zip(found, whys, strict=True)
    )
    commands = tuple(line for _, rule in found for line in _commands(rule))
    if not commands:
        return Asleep(rules)
    mails = tuple(entry.mail for entry in report.mails)
    return Asleep(rules, commands, check(_awake(world), policy, mails, at=at))


def _reaches_zivver(entry: CheckedMail) -> bool:
    # Who writes to the relay's own address needs no rule.
    musts = {duty.obligation for duty in entry.mail.duties}
    return musts != {Obligation.MUST_BE_REFUSED} and any(
        delivery.via == _ZIVVER
        for fate in entry.outcome.fates
        for copies in (fate.deliveries, *fate.alternatives)
        for delivery in copies
    )


def _why(rule: Rule, at: datetime) -> str:
    """Say why a rule is not in force; empty if it is."""
    if not rule.is_enabled:
        return "is off (State Disabled)"
    if rule.mode is not Mode.ENFORCE:
        return f"is in test mode ({rule.mode.value})"
    if rule.starts and at < rule.starts.at:
        return f"is not active before {rule.starts.at:%Y-%m-%d %H:%M}"
    if rule.ends and at >= rule.ends.at:
        return f"has expired on {rule.ends.at:%Y-%m-%d %H:%M}"
    return ""


def _commands(rule: Rule) -> list[str]:
    lines = []
    if rule.mode is not Mode.ENFORCE:
        mode = {"Mode": Mode.ENFORCE.value}
        lines.append(command_line("Set-TransportRule", rule.name, mode))
    if not rule.is_enabled:
        lines.append(command_line("Enable-TransportRule", rule.name))
    return lines


def _awake(world: World) -> World:
    """Put the rules to Zivver in force, on both sides of a hybrid."""
    for _ in world.organizations:
        for rule in relay_rules(world):
            made = replace(rule, is_enabled=True, mode=Mode.ENFORCE)
            world = replace_rule(world, rule.name, made)
        world = turned(world)
    return world

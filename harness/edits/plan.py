"""A plan: command lines that are to be typed, applied to a copy of the tenant.

The lines are parsed and never run. What cannot be applied is refused with its line: a
plan of which one line was left out would be another plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import RuleError
from harness.edits.basis import EditError, Parameters
from harness.edits.differences import Difference, differences
from harness.edits.plan_lines import NOUNS, ROUTE, Noun
from harness.edits.rules import find_rule, replace_rule
from harness.exports.cmdlets import Cmdlet
from harness.exports.command_line import command_line
from harness.exports.commands import only_asks, parameters_of, shown_as
from harness.exports.formats import Lost
from harness.exports.powershell import Code, Command, NeedsValue, read_lines
from harness.exports.problems import ExportError, shown
from harness.exports.rules import shown_line
from harness.world import turned

if TYPE_CHECKING:
    from harness.world import World


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan, and what it changes; `note` says why nothing."""

    place: str
    command: str
    differences: tuple[Difference, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines of a plan, and the world before and after them."""

    file: str
    before: World
    after: World
    lines: tuple[PlanLine, ...]


def apply_plan(world: World, text: str, *, file: str) -> Plan:
    """Apply the lines of a plan to a copy of the tenant.

    Raises:
        ExportError: a line cannot be applied; the message has its place and why.

    """
    lines: list[PlanLine] = []
    now = world
    for line in read_lines(text):
        place = f"{file}:{line.line}"
        if isinstance(line, Code):
            what = f"`{line.text}` would have to be run, and a plan never is"
            raise ExportError(place, f"{what}; expected lines such as {_EXAMPLE}")
        now, told = _apply(now, line, file, place)
        lines.append(told)
    if not lines:
        raise ExportError(file, f"no command line, expected some such as {_EXAMPLE}")
    return Plan(file, world, now, tuple(lines))


_EXAMPLE = "`Enable-TransportRule 'NAME'`"
# Commands that read, connect or talk, by their beginning.
_SILENT = (
    *("get-", "connect-", "disconnect-", "import-module", "write-"),
    *("start-transcript", "stop-transcript", "start-sleep", "set-strictmode"),
)


def _apply(
    world: World, command: Command, file: str, place: str
) -> tuple[World, PlanLine]:
    name = command.name.lower()
    if name.startswith(_SILENT):
        _refuse_hidden_code(command, place)
        return world, PlanLine(place, command.name, note="it changes nothing")
    verb, _, noun_name = name.partition("-")
    noun = NOUNS.get(noun_name)
    edit = noun.edits.get(verb) if noun else None
    if noun is None or edit is None:
        raise ExportError(place, _unknown(command, noun, verb))
    known = MappingProxyType({**noun.names, "name": "Name", "identity": "Identity"})
    given = _once(parameters_of(file, command, known), command, place)
    identity = _identity(given, command, place, is_new=verb == "new")
    called = shown_line(command_line(command.name, identity))
    if only_asks(command):
        return world, PlanLine(place, called, note="it only asks (-WhatIf)")
    parameters = {
        shown_as(k): v for k, v in given.items() if k.lower() not in noun.mute
    }
    there = _side(world, noun, identity, parameters, place)
    if getattr(there.organization, noun.fact) is None:
        why = f"`{noun.cmdlet}` was not exported: what is there already is not known"
        raise ExportError(place, f"`{called}` cannot be applied, {why}")
    try:
        changed = edit(there, identity, parameters)
    except (EditError, RuleError, ExportError) as problem:
        why = problem.message if isinstance(problem, ExportError) else str(problem)
        raise ExportError(place, f"`{called}`: {shown_line(why)}") from None
    if verb == "new" and noun.cmdlet is Cmdlet.RULES:
        made = replace(find_rule(changed, identity), place=place)
        changed = replace_rule(changed, identity, made)
    found = differences(there.organization, changed.organization)
    note = "" if found else "it is so already, or has no effect on mail"
    is_same_side = there.organization is world.organization
    after = changed if is_same_side else turned(changed)
    return after, PlanLine(place, called, found, note)


def _once(
    given: Iterable[tuple[str, object]], command: Command, place: str
) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in given:
        if name in found:
            what = f"`-{name}`" if name else "a value without a name"
            raise ExportError(place, f"`{command.name}` has {what} twice")
        if isinstance(value, Lost):
            said = f"`{shown(value.text)}` stands for one; write it into the line"
            raise ExportError(place, f"`{name}` needs a value: {said}")
        found[name] = value
    return found


def _refuse_hidden_code(command: Command, place: str) -> None:
    for argument in command.arguments:
        value = argument.value
        if isinstance(value, NeedsValue) and "(" in value.text:
            what = f"`{shown(value.text)}` of `{command.name}` would have to be run"
            raise ExportError(place, f"{what}, and a plan never is")


def _unknown(command: Command, noun: Noun | None, verb: str) -> str:
    what = f"`{shown(command.name)}` is not understood in a plan"
    if noun and verb in {"enable", "disable"}:
        value = "$true" if verb == "enable" else "$false"
        cmdlet = noun.cmdlet.value.replace("Get-", "Set-")
        return f"{what}, expected `{cmdlet} NAME -Enabled {value}`"
    nouns = ", ".join(n.cmdlet.value.removeprefix("Get-") for n in NOUNS.values())
    return f"{what}, expected New-, Set-, Enable-, Disable- or Remove- with {nouns}"


def _identity(
    given: dict[str, object], command: Command, place: str, *, is_new: bool
) -> str:
    """Take out what the line is about: the first value, or the parameter for it."""
    key = "Name" if is_new else "Identity"
    said = given.pop("", None)
    if said is None:
        said = given.get(key) if is_new else given.pop(key, None)
    if not isinstance(said, (str, int)) or isinstance(said, bool) or said == "":
        what = f"`{command.name}` does not say which"
        raise ExportError(place, f"{what}, expected one name in quotes")
    return str(said)


def _side(
    world: World, noun: Noun, name: str, parameters: Parameters, place: str
) -> World:
    """Find the side of a hybrid that a line is about; a tenant of one is that side."""
    sides = (world, turned(world)) if world.other else (world,)
    fitting = [s for s in sides if s.organization.platform in noun.platforms]
    if not fitting:
        where = " or ".join(p.value for p in noun.platforms)
        raise ExportError(
            place, f"`{noun.cmdlet.value.removeprefix('Get-')}` is of {where} only"
        )
    if len(fitting) == 1:
        return fitting[0]
    having = [s for s in fitting if _has(noun, s, name)]
    if not having and ROUTE in parameters:
        having = [s for s in sides if s.organization.platform is Platform.ONLINE]
    if len(having) != 1:
        raise ExportError(
            place, f"`{shown(name)}`: nothing tells which side of the hybrid is meant"
        )
    return having[0]


def _has(noun: Noun, world: World, name: str) -> bool:
    try:
        noun.find(world, name)
    except EditError:
        return False
    return True

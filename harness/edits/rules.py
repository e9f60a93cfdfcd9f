"""Edits of rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.exchange.organization import Moderators
from fakes.exchange.rules.rule import Rule, RuleError, is_set, make_rule
from harness.edits.basis import Parameters, find, with_changes
from harness.edits.tables import RULE_FIELDS

if TYPE_CHECKING:
    from harness.world import World


def with_rules(world: World, rules: Iterable[Rule]) -> World:
    """Put these rules in force, numbered in the order given."""
    numbered = tuple(replace(r, priority=n) for n, r in enumerate(rules))
    return with_changes(world, rules=numbered)


def rules_of(
    world: World, given: Iterable[Parameters], *, place: str
) -> tuple[Rule, ...]:
    """Make rules of cmdlet parameters; Priority, where given, decides the order.

    Raises:
        RuleError: Exchange would not take one of them.

    """
    directory = world.organization.directory
    made = []
    for number, parameters in enumerate(given):
        priority = parameters.get("Priority", number)
        if not isinstance(priority, int) or isinstance(priority, bool):
            raise RuleError(f"Priority: `{priority}`, expected a whole number")
        made.append(
            make_rule(
                parameters,
                directory,
                priority=priority,
                place=f"{place}[{number}]",
                refuses_unknown=True,
            )
        )
    taken = [rule.priority for rule in made]
    for rule in made:
        if taken.count(rule.priority) > 1:
            raise RuleError(f"two rules have priority {rule.priority}")
    return tuple(sorted(made, key=lambda rule: rule.priority))


def find_rule(world: World, name: str) -> Rule:
    """Find a rule by name.

    Raises:
        EditError: there is no such rule.

    """
    return find(world.organization.rules, name, "rule", lambda rule: rule.name)


def replace_rule(world: World, name: str, rule: Rule) -> World:
    """Put another rule in the place of one, priority kept."""
    old = find_rule(world, name)
    rules = tuple(
        replace(rule, priority=old.priority) if known is old else known
        for known in world.organization.rules or ()
    )
    return with_changes(world, rules=rules)


def set_rule(world: World, name: str, parameters: Parameters) -> World:
    """Change a rule as Set-TransportRule does; an empty value removes a condition.

    Raises:
        EditError: there is no such rule.
        RuleError: Exchange would not take the parameters.

    """
    old = find_rule(world, name)
    probe = make_rule(
        {"Name": name, **parameters},
        world.organization.directory,
        priority=old.priority,
        place=old.place,
        refuses_unknown=True,
    )
    changed = {
        field: getattr(probe, field)
        for parameter, field in RULE_FIELDS.items()
        if parameter in parameters
    }
    emptied = frozenset(key for key, value in parameters.items() if not is_set(value))
    for field, prefix in (("conditions", ""), ("exceptions", "ExceptIf")):
        kept = [
            condition
            for condition in getattr(old, field)
            if not emptied & {prefix + name for name in condition.row.parameters}
        ]
        new = {c.predicate: c for c in getattr(probe, field)}
        changed[field] = tuple(new.pop(c.predicate, c) for c in kept)
        changed[field] += tuple(new.values())
    acts = {action.name: action for action in probe.actions}
    kept_actions = [
        action
        for action in old.actions
        if action.name not in acts and not emptied & {*action.row.parameters}
    ]
    changed["actions"] = tuple(
        sorted((*kept_actions, *acts.values()), key=lambda action: action.row.order)
    )
    return replace_rule(world, name, replace(old, **changed))


def disable_rule(world: World, name: str) -> World:
    """Turn a rule off."""
    return replace_rule(world, name, replace(find_rule(world, name), is_enabled=False))


def enable_rule(world: World, name: str) -> World:
    """Turn a rule on."""
    return replace_rule(world, name, replace(find_rule(world, name), is_enabled=True))


def fail_rule(world: World, name: str) -> World:
    """Let the processing of a rule fail (its RuleErrorAction says what then comes).

    Raises:
        EditError: no rule has that name.

    """
    failing = world.organization.failing_rules | {find_rule(world, name).name}
    return with_changes(world, failing_rules=failing)


def let_moderators(world: World, answer: Moderators) -> World:
    """Let moderators answer what rules lay before them, or leave it lying."""
    return with_changes(world, moderators=answer)


def disable_all_rules(world: World) -> World:
    """Turn every rule off, as the new admin centre leaves those it makes."""
    rules = tuple(replace(r, is_enabled=False) for r in world.organization.rules or ())
    return with_changes(world, rules=rules)


def remove_rule(world: World, name: str) -> World:
    """Delete a rule; those behind it move up."""
    gone = find_rule(world, name)
    return with_rules(world, [rule for rule in _ordered(world) if rule is not gone])


def move_rule(world: World, name: str, to: int) -> World:
    """Give a rule another priority: taken out, then put in (exchange-rules#v71)."""
    moved = find_rule(world, name)
    rules = [rule for rule in _ordered(world) if rule is not moved]
    rules.insert(min(to, len(rules)), moved)
    return with_rules(world, rules)


def add_rule(world: World, parameters: Parameters, at: int | None = None) -> World:
    """Make a rule at a priority, behind all others when None (exchange-rules#v70)."""
    (rule,) = rules_of(world, [{**parameters, "Priority": 0}], place="added rule")
    rules = _ordered(world)
    rules.insert(len(rules) if at is None else min(at, len(rules)), rule)
    return with_rules(world, rules)


def _ordered(world: World) -> list[Rule]:
    return sorted(world.organization.rules or (), key=lambda rule: rule.priority)

"""Lints of rules beside each other: what stands ahead of a rule, and what behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.exchange.rules.action import Effect
from fakes.exchange.rules.rule import Mode
from fakes.exchange.rules.values import Domains, Patterns, Recipients, Words
from harness.check.lints.noun import Ground, LintRow, Severity, Spot, at_rule
from harness.check.relays import REDIRECT, is_relay, relay_rules, routes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.rules.rule import Condition, Rule

_MOST = 3
_FROM, _TO = "FromScope", "SentToScope"
_INSIDE, _OUTSIDE = "InOrganization", "NotInOrganization"
# Property types whose operands are alternatives: more of them, and more mail is met.
_ANY_OF = (Words, Patterns, Recipients, Domains)


def _behind_stop(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        ahead = [
            other
            for other in _acting(ground)
            if other.stops and other.priority < rule.priority and _meet(other, rule)
        ]
        if ahead:
            yield at_rule(rule, f"ahead of it, {_all(ahead)}: the mail stops there")


def _beside_end(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        beside = [
            other
            for other in _acting(ground)
            if other is not rule
            and any(action.row.effect is Effect.END for action in other.actions)
            and (other.priority < rule.priority or not rule.stops)
            and _meet(other, rule)
        ]
        if beside:
            yield at_rule(
                rule, f"mail that meets it and {_all(beside)} does not leave at once"
            )


def _route_behind(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        for other in _elsewhere(ground):
            is_behind = other.priority > rule.priority and not rule.stops
            if is_behind and _meet(other, rule):
                yield at_rule(
                    rule,
                    f"{_named(other)} behind it sends mail {_way(other)}; which of two "
                    "ways a mail takes is not documented, most likely the last one",
                )


def _route_ahead(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        for other in _elsewhere(ground):
            if other.priority < rule.priority and _meet(other, rule):
                yield at_rule(
                    rule,
                    f"{_named(other)} ahead of it sends mail {_way(other)}; which of "
                    "two ways a mail takes is not documented",
                )


def _shadowed(ground: Ground) -> Iterator[Spot]:
    """Rules that are never reached: all their mail meets one that stops."""
    rules = _acting(ground)
    stopping = [rule for rule in rules if rule.stops]
    for rule in rules:
        for other in stopping:
            if other.priority < rule.priority and _covers(other, rule):
                yield at_rule(rule, f"{_named(other)} stops all of its mail before it")
                break


def _redundant(ground: Ground) -> Iterator[Spot]:
    seen: dict[object, Rule] = {}
    for rule in _acting(ground):
        bare = replace(rule, name="", priority=0, comments="", place="", size=None)
        same = (frozenset(bare.conditions), frozenset(bare.exceptions), bare.actions)
        first = seen.setdefault((same, bare.stops, bare.starts, bare.ends), rule)
        if first is not rule:
            yield at_rule(rule, f"it does what {_named(first)} has done already")


def _dead(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        if rule.is_unreadable:
            continue
        for test in rule.conditions:
            if any(_is_within(test, other) for other in rule.exceptions):
                name = f"{test.predicate} {test.header}".strip()
                yield at_rule(rule, f"an exception takes away all that {name} finds")
                break
        else:
            if not rule.actions and not rule.stops:
                yield at_rule(rule, "it has no action")


def _acting(ground: Ground) -> list[Rule]:
    """The rules that do something now."""
    return [
        rule
        for rule in ground.rules
        if rule.is_enabled
        and rule.mode is Mode.ENFORCE
        and not (rule.ends and rule.ends.at <= ground.at)
    ]


def _elsewhere(ground: Ground) -> Iterator[Rule]:
    """Rules that send mail another way than to Zivver."""
    for rule in _acting(ground):
        if _way(rule) and not is_relay(rule, ground.world):
            yield rule


def _way(rule: Rule) -> str:
    names = routes_of(rule)
    if names:
        return f'to connector "{names[0]}"'
    to = [action.operand for action in rule.actions if action.name == REDIRECT]
    return f"to {to[0]}" if to else ""


def _all(rules: list[Rule]) -> str:
    """Name some rules, and count the others; who ends mail, with how."""
    told = [_with_ends(rule) for rule in rules[:_MOST]]
    more = len(rules) - len(told)
    return ", ".join([*told, *([f"{more} more"] if more else [])])


def _with_ends(rule: Rule) -> str:
    ends = [a.name for a in rule.actions if a.row.effect is Effect.END]
    return f"{_named(rule)} ({', '.join(ends)})" if ends else _named(rule)


def _named(rule: Rule) -> str:
    return f'rule {rule.priority} "{rule.name}"'


def _meet(other: Rule, relay: Rule) -> bool:
    """Say whether there may be mail that meets both rules.

    No, if one asks for what the other excludes; and a rule for mail from outside is
    taken to be one for what comes in, where the relay rule has a direction.
    """
    pairs = ((other, relay), (relay, other))
    if any(
        _is_within(test, exception)
        for one, two in pairs
        for test in one.conditions
        for exception in two.exceptions
    ):
        return False
    ours, theirs = _scopes(relay), _scopes(other)
    if any(ours.get(key, theirs[key]) != theirs[key] for key in theirs):
        return False
    comes_in = theirs.get(_FROM) == _OUTSIDE or theirs.get(_TO) == _INSIDE
    return not (comes_in and ours)


def _scopes(rule: Rule) -> dict[str, str]:
    """The directions that a rule asks for, those of exceptions turned round."""
    turned_round = {_INSIDE: _OUTSIDE, _OUTSIDE: _INSIDE}
    found = {
        test.predicate: turned_round.get(test.value.operands[0], "")
        for test in rule.exceptions
        if test.predicate in {_FROM, _TO}
    }
    found |= {
        test.predicate: test.value.operands[0]
        for test in rule.conditions
        if test.predicate in {_FROM, _TO}
    }
    return found


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Say whether all mail that meets the one rule surely meets the other too."""
    return all(
        any(_is_within(test, other) for test in narrow.conditions)
        for other in wide.conditions
    ) and all(
        any(_is_within(exception, other) for other in narrow.exceptions)
        for exception in wide.exceptions
    )


def _is_within(test: Condition, other: Condition) -> bool:
    """Say whether whatever meets the one test surely meets the other."""
    if test == other:
        return True
    is_same = (test.predicate, test.header.lower(), type(test.value)) == (
        other.predicate,
        other.header.lower(),
        type(other.value),
    )
    if not is_same or not isinstance(test.value, _ANY_OF):
        return False
    # Case means something in a pattern: `\\S` is not `\\s`.
    fold = str if isinstance(test.value, Patterns) else str.lower
    return set(map(fold, test.value.operands)) <= set(map(fold, other.value.operands))


ORDER = (
    LintRow(
        "RULE-BEHIND-STOP",
        Severity.WARNING,
        "A rule to Zivver behind one that stops.",
        "give the rule to Zivver a smaller priority number than the one that stops, "
        "or except its mail there",
        "zivver#F21",
        _behind_stop,
    ),
    LintRow(
        "RULE-BESIDE-END",
        Severity.HINT,
        "A rule to Zivver beside one that rejects, deletes, holds or quarantines.",
        "see that this is meant; else except the mail of the one from the other",
        "zivver#F22",
        _beside_end,
    ),
    LintRow(
        "ROUTE-BEHIND",
        Severity.WARNING,
        "Another way out behind a rule to Zivver.",
        "except the mail to Zivver from the other rule, or let the rule to Zivver "
        "stop the rules behind it",
        "zivver#F23",
        _route_behind,
    ),
    LintRow(
        "ROUTE-AHEAD",
        Severity.WARNING,
        "Another way out ahead of a rule to Zivver.",
        "except the mail to Zivver from the other rule: a mail takes one way only",
        "zivver#F23",
        _route_ahead,
    ),
    LintRow(
        "RULE-SHADOWED",
        Severity.HINT,
        "A rule that is never reached.",
        "delete it, or give it a smaller priority number",
        "exchange-rules#5",
        _shadowed,
    ),
    LintRow(
        "RULE-REDUNDANT",
        Severity.HINT,
        "A rule that does again what another has done.",
        "delete one of the two",
        "exchange-rules#1",
        _redundant,
    ),
    LintRow(
        "RULE-DEAD",
        Severity.HINT,
        "A rule that no mail can meet, or that does nothing.",
        "correct its conditions, or delete it",
        "exchange-rules#1",
        _dead,
    ),
)

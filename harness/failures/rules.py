"""Changes of the relay rules of a tenant, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from harness.failures.noun import Edit, Staged

if TYPE_CHECKING:
    from fakes.exchange.rules.rule import Condition, Rule
    from harness.failures.bench import Bench

A_RELAY_RULE = "a rule in force that sends mail to Zivver"
SUBJECT_TESTS = ("SubjectContainsWords", "SubjectMatchesPatterns")
LABEL_TESTS = ("HeaderContainsWords", "HeaderMatchesPatterns")
SENDER_TESTS = ("From", "FromAddressContainsWords", "FromAddressMatchesPatterns")


def each_relay(bench: Bench, says: str, parameters: Edit) -> Iterator[Staged]:
    """Change every relay rule in the same way, each for itself."""
    for rule in bench.relays:
        yield of_rule(rule, says, {"set_rule": rule.name, **parameters})


def of_rule(rule: Rule, says: str, *edits: Edit) -> Staged:
    """Change one rule; only the mails that it took can be touched."""
    return Staged(f'rule "{rule.name}" {says}', edits, rules=(rule.name,))


def widened(rule: Rule, says: str, *edits: Edit) -> Staged:
    """Let a rule take more than it did; any mail can be touched."""
    return Staged(f'rule "{rule.name}" {says}', edits, wider=(rule.name,))


def operands(rule: Rule, predicates: tuple[str, ...]) -> tuple[str, ...]:
    """Give what the conditions of these names look for."""
    return tuple(
        text
        for condition in rule.conditions
        if condition.predicate in predicates
        for text in condition.value.operands
    )


def with_words(
    bench: Bench,
    predicates: tuple[str, ...],
    says: str,
    change: Callable[[str], str],
) -> Iterator[Staged]:
    """Change the words of every relay rule that has such a condition."""
    for rule in bench.relays:
        for condition in rule.conditions:
            if condition.predicate not in predicates:
                continue
            old = condition.value.operands
            new = tuple(change(text) for text in old)
            if new != old:
                parameters = spelt_test(condition, new)
                yield of_rule(rule, says, {"set_rule": rule.name, **parameters})


def spelt_test(condition: Condition, operands: tuple[str, ...]) -> dict[str, object]:
    """Spell a condition with other operands as the parameters of a cmdlet."""
    name = condition.predicate
    found: dict[str, object] = {name: list(operands)}
    if condition.header:
        for kind in ("Words", "Patterns"):
            name = name.replace(kind, "MessageHeader")
        found[name] = condition.header
    return found

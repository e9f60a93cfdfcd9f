"""What Exchange would refuse today of rules and connectors as they were exported.

What a rule does is computed all the same. But who saves such a rule again, or imports
it into another organisation, meets these limits (exchange-rules#7.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.rules.online_dialect import online_refusals
from fakes.exchange.rules.values import Patterns, Words
from harness.check.lints.noun import (
    UNREADABLE,
    Ground,
    LintRow,
    Severity,
    Spot,
    at_connector,
    at_rule,
)
from harness.exports.connectors import why_refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.rules.action import Action
    from fakes.exchange.rules.rule import Condition, Rule

MAX_RULES = 300
MAX_SIZE = 8192
MAX_WORDS_AND_PATTERNS = 20_480
MAX_WORD = 128
MAX_NAME = 64
MAX_COMMENTS = 1024
MAX_REJECT_TEXT = {Platform.ONLINE: 1024, Platform.SERVER: 256}
_LIMITS = "exchange-rules#7.2"
_ONLINE = frozenset({Platform.ONLINE})
# What a name and a value take beside their letters: a dash, blanks, quotes.
_AROUND = 4
_SHOWN = 40


def _rules(ground: Ground) -> Iterator[Spot]:
    count = len(ground.rules)
    if count > MAX_RULES:
        yield Spot(f"{count} rules, at most {MAX_RULES}")


def _all_words(ground: Ground) -> Iterator[Spot]:
    total = sum(
        len(text) for rule in ground.rules for text in _operands(rule, Words, Patterns)
    )
    if total > MAX_WORDS_AND_PATTERNS:
        yield Spot(
            f"{total} characters in the words and patterns of all rules, "
            f"at most {MAX_WORDS_AND_PATTERNS}"
        )


def _size(ground: Ground) -> Iterator[Spot]:
    """The size: the export's own figure, or what its parameters come to."""
    for rule in ground.rules:
        size, said = rule.size, "its export says"
        if size is None:
            size, said = _estimate(rule), "estimated from its parameters"
        if size > MAX_SIZE:
            yield at_rule(rule, f"{size} characters ({said}), at most {MAX_SIZE}")


def _estimate(rule: Rule) -> int:
    tests = (*rule.conditions, *rule.exceptions)
    total = len(rule.name) + len(rule.comments)
    for test in tests:
        total += len(test.predicate) + len(test.header) + _AROUND
        total += sum(len(text) + _AROUND for text in test.value.operands)
    for action in rule.actions:
        total += len(action.name) + len(action.operand) + _AROUND
    return total


def _name(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        if len(rule.name) > MAX_NAME:
            why = f"a name of {len(rule.name)} characters, at most {MAX_NAME}"
            yield at_rule(rule, why)
    for connector in ground.organization.outbound_connectors or ():
        if len(connector.name) > MAX_NAME:
            why = f"a name of {len(connector.name)} characters, at most {MAX_NAME}"
            yield at_connector(connector, why)


def _comments(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        length = len(rule.comments)
        if length > MAX_COMMENTS:
            yield at_rule(
                rule, f"comments of {length} characters, at most {MAX_COMMENTS}"
            )


def _word(ground: Ground) -> Iterator[Spot]:
    """The lengths of words; of patterns where nothing else is asked."""
    is_online = ground.organization.platform is Platform.ONLINE
    for rule in ground.rules:
        for text in _operands(rule, Words, *(() if is_online else (Patterns,))):
            if len(text) > MAX_WORD:
                why = f"{_cut(text)} has {len(text)} characters, at most {MAX_WORD}"
                yield at_rule(rule, why)


def _pattern(ground: Ground) -> Iterator[Spot]:
    """What Exchange Online takes of .NET's regular expressions."""
    for rule in ground.rules:
        for text in _operands(rule, Patterns):
            for why in online_refusals(text):
                yield at_rule(rule, f"the pattern {_cut(text)}: {why}")


def _cut(text: str) -> str:
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}...`"


def _edition(ground: Ground) -> Iterator[Spot]:
    """Conditions and actions that the edition does not have, where it is told."""
    edition = ground.organization.edition
    if edition is None:
        return
    for rule in ground.rules:
        for prefix, tests in (("", rule.conditions), ("ExceptIf", rule.exceptions)):
            for test in tests:
                if edition not in test.row.editions:
                    why = f"{edition} has no condition {prefix}{test.predicate}"
                    yield at_rule(rule, why)
        for action in rule.actions:
            if edition not in action.row.editions:
                yield at_rule(rule, f"{edition} has no action {action.name}")


def _reject_text(ground: Ground) -> Iterator[Spot]:
    """The text of a rejection; other texts are refused when the rule is read."""
    most = MAX_REJECT_TEXT[ground.organization.platform]
    for rule in ground.rules:
        for action in rule.actions:
            for text in _texts(action) if action.name == "RejectMessage" else ():
                if len(text) > most:
                    yield at_rule(
                        rule,
                        f"the text of the rejection has {len(text)} characters, "
                        f"at most {most}",
                    )


def _texts(action: Action) -> tuple[str, ...]:
    return tuple(text for values in action.values for text in values)


def _dates(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        if rule.starts and rule.ends and rule.ends.at < rule.starts.at:
            yield at_rule(
                rule,
                f"it ends ({rule.ends.at:%Y-%m-%d %H:%M}) before it starts "
                f"({rule.starts.at:%Y-%m-%d %H:%M})",
            )


def _connector(ground: Ground) -> Iterator[Spot]:
    """The connectors themselves; most of what is refused is so when they are read."""
    for connector in ground.organization.outbound_connectors or ():
        why = why_refused(connector)
        if why:
            yield at_connector(connector, why)


def _unreadable(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        if rule.is_unreadable:
            why = (
                "it has neither condition nor action: what it names was deleted, or "
                "the export left it out"
            )
            yield at_rule(rule, why)


def _operands(rule: Rule, *kinds: type[Words | Patterns]) -> Iterator[str]:
    tests: tuple[Condition, ...] = (*rule.conditions, *rule.exceptions)
    for test in tests:
        if isinstance(test.value, kinds):
            yield from test.value.operands


LIMITS = (
    LintRow(
        UNREADABLE,
        Severity.WARNING,
        "A rule of which nothing is left that could be read.",
        "open it in the Exchange Admin Center, then delete it or make it anew",
        "field-cases#3",
        _unreadable,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-RULES",
        Severity.HINT,
        "More rules than Exchange Online takes.",
        "join or delete rules before a new one is needed",
        _LIMITS,
        _rules,
        _ONLINE,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-ALL-WORDS",
        Severity.HINT,
        "More words and patterns in all rules together than Exchange Online takes.",
        "take words out, or join rules that look for the same ones",
        _LIMITS,
        _all_words,
        _ONLINE,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-SIZE",
        Severity.HINT,
        "A rule that is larger than Exchange Online takes.",
        "split it into two rules with the same actions",
        _LIMITS,
        _size,
        _ONLINE,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-NAME",
        Severity.HINT,
        "A name of a rule or connector that is longer than Exchange takes.",
        "give it a shorter name",
        _LIMITS,
        _name,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-COMMENTS",
        Severity.HINT,
        "Comments that are longer than Exchange takes.",
        "shorten them",
        _LIMITS,
        _comments,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-WORD",
        Severity.HINT,
        "A word or pattern that is longer than Exchange takes.",
        "shorten it",
        _LIMITS,
        _word,
        is_refused=True,
    ),
    LintRow(
        "PATTERN-REFUSED",
        Severity.HINT,
        "A pattern that Exchange Online would not take today.",
        "write the pattern anew before you save the rule the next time",
        "field-cases#online-regex",
        _pattern,
        _ONLINE,
        is_refused=True,
    ),
    LintRow(
        "EDITION-LACKS",
        Severity.HINT,
        "A condition or action that this edition of Exchange does not have.",
        "make the rule on an edition that has it, or of other conditions",
        "exchange-rules#9",
        _edition,
        is_refused=True,
    ),
    LintRow(
        "LIMIT-REJECT-TEXT",
        Severity.HINT,
        "A text of a rejection that is longer than Exchange takes.",
        "shorten it",
        "exchange-rules#5",
        _reject_text,
        is_refused=True,
    ),
    LintRow(
        "DATES-REVERSED",
        Severity.HINT,
        "A rule that ends before it starts.",
        "correct ActivationDate or ExpiryDate",
        "exchange-rules#6.1",
        _dates,
        is_refused=True,
    ),
    LintRow(
        "CONNECTOR-REFUSED",
        Severity.HINT,
        "A connector with settings that Exchange Online would not take together.",
        "correct it with Set-OutboundConnector",
        "exchange-routing#1.1",
        _connector,
        _ONLINE,
        is_refused=True,
    ),
)

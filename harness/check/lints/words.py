"""Lints of the words that rules look for: what is typed there and cannot be found."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Words
from harness.check.lints.noun import Ground, LintRow, Severity, Spot, at_rule
from harness.check.relays import relay_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.rules.rule import Rule

# What stands in patterns, and never in a word that somebody writes into a subject.
_REGEX = re.compile(
    r"\\[bBdDsSwW.]|\.[*+]|^\^|(?<=\w)\$$|\(\?|\[[^\]\s]-[^\]\s]\]|\w\|\w|\w\)[*+?]"
)
# A blank that is no blank, and what cannot be seen at all.
_BLANK = " "
_UNSEEN = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH")


def words_of(rule: Rule) -> Iterator[tuple[str, str]]:
    """Give the words of a rule, each with the name of its condition or exception."""
    for prefix, tests in (("", rule.conditions), ("ExceptIf", rule.exceptions)):
        for test in tests:
            if isinstance(test.value, Words):
                for text in test.value.operands:
                    yield f"{prefix}{test.predicate}", text


def _regex(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        for name, text in words_of(rule):
            if _REGEX.search(text):
                right = f"use {name.replace('ContainsWords', 'MatchesPatterns')}"
                yield at_rule(
                    rule,
                    f"{name} has `{text}`, and a word is taken letter by letter",
                    right=right if "ContainsWords" in name else "",
                )


def _hidden(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        for name, text in words_of(rule):
            found = [c for c in text if c != _BLANK and _is_unseen(c)]
            if found:
                told = ", ".join(map(_called, dict.fromkeys(found)))
                plain = "".join(c for c in text if c not in found)
                yield at_rule(
                    rule,
                    f"{name} has `{plain}` with {told} in it",
                    right=f"type `{plain}` anew, without copying it",
                )


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN


def _called(char: str) -> str:
    name = unicodedata.name(char, "a control character").lower()
    return f"{name} (U+{ord(char):04X})"


def _look_alike(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        for name, text in words_of(rule):
            for word in text.split():
                scripts = {found for c in word if (found := _script(c))}
                if len(scripts) > 1:
                    odd = [c for c in word if _script(c) not in {"", "LATIN"}]
                    told = ", ".join(map(_called, dict.fromkeys(odd)))
                    yield at_rule(rule, f"{name} has `{word}`, which holds {told}")


def _script(char: str) -> str:
    """Name the alphabet of a letter; empty for what has none or another one."""
    first = unicodedata.name(char, "").partition(" ")[0]
    return first if first in _SCRIPTS and char.isalpha() else ""


def keywords_of(rule: Rule) -> Iterator[str]:
    """Give the words of the subject that a rule looks for."""
    for test in rule.conditions:
        if test.predicate.startswith("Subject") and isinstance(test.value, Words):
            yield from test.value.operands


def is_ordinary(text: str) -> bool:
    """Say whether a keyword is made of letters only, as what people write is."""
    return all(part.isalpha() for part in text.split()) and "zivver" not in text.lower()


def _ordinary(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        for text in keywords_of(rule):
            if is_ordinary(text):
                yield at_rule(
                    rule,
                    f"`{text}` is a word that people write anyway: a subject such as "
                    f"`{text} parking` goes to Zivver, and `{text}s` and `in"
                    f"{text.lower()}` do not",
                    right=f"agree on a mark that nobody writes by chance, as `[{text}]`"
                    " with blanks around it",
                )


WORDS = (
    LintRow(
        "WORD-REGEX",
        Severity.WARNING,
        "A pattern in a field for words.",
        "use the condition for patterns, or type the word itself",
        "exchange-rules#2.1",
        _regex,
    ),
    LintRow(
        "WORD-HIDDEN",
        Severity.WARNING,
        "A word with a character that cannot be seen.",
        "type the word anew, without copying it",
        "zivver#F06",
        _hidden,
    ),
    LintRow(
        "WORD-LOOK-ALIKE",
        Severity.WARNING,
        "A word with letters of two alphabets.",
        "type the word anew on one keyboard",
        "zivver#F06",
        _look_alike,
    ),
    LintRow(
        "WORD-ORDINARY",
        Severity.HINT,
        "A keyword that people write anyway.",
        "agree on a mark that nobody writes by chance",
        "zivver#F87",
        _ordinary,
    ),
)

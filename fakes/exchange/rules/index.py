"""Which rules a mail's words may touch, found in one pass over its texts.

Conditions are ANDed (exchange-rules#1): where none of the words of one condition can
stand, and none of its patterns, its rule holds for nobody, and need not be looked at.
What is found is more than what holds, never less, whatever the answers to the open
questions are.

A set of rules is an integer here, with bit n for the rule in place n: three hundred
of them are joined at the price of one addition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.readings import every_way
from fakes.exchange.rules.evaluate import there
from fakes.exchange.rules.patterns import as_observed, is_found
from fakes.exchange.rules.predicate import Level
from fakes.exchange.rules.values import Patterns, Words
from fakes.exchange.rules.words import fold, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fakes.exchange.organization import Edition
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.parts import View
    from fakes.exchange.rules.patterns import Pattern
    from fakes.exchange.rules.predicate import Predicate
    from fakes.exchange.rules.rule import Condition, Rule
    from fakes.exchange.rules.values import Seen


@dataclass(frozen=True, slots=True)
class Index:
    """What the rules look for, by the place where they look.

    `unfiltered` are the rules that no word rules out.
    """

    unfiltered: int
    glances: tuple[_Glance, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a condition looks: all that decides on what it sees of a mail."""

    row: Predicate
    header: str
    sender_location: str
    uses_original_address: bool


@dataclass(frozen=True, slots=True)
class _Glance:
    """One place, and the rules whose words are looked for there.

    `by_piece` finds a rule by a piece of its word that a text can hold only as one
    of its own pieces; `by_first` finds words that have no such piece, by their first
    character: they may stand anywhere. `patterns` are searched one by one.
    """

    place: _Place
    readings: tuple[Readings, ...]
    rules: int
    by_piece: Mapping[str, int]
    by_first: Mapping[str, tuple[tuple[str, int], ...]]
    patterns: tuple[tuple[int, tuple[Pattern, ...]], ...]


def make_index(
    rules: tuple[Rule, ...], readings: Readings, editions: frozenset[Edition]
) -> Index:
    """Sort the words of all rules that are on; bit n stands for rules[n]."""
    unfiltered = 0
    sought: dict[_Place, list[tuple[int, Words | Patterns]]] = {}
    for number, rule in enumerate(rules):
        if not rule.is_enabled:
            continue
        condition = _filter_of(rule, editions)
        if condition is None or not isinstance(condition.value, Words | Patterns):
            unfiltered |= 1 << number
            continue
        place = _Place(
            condition.row,
            condition.header,
            rule.sender_location,
            rule.recipient_address_type == "Original",
        )
        sought.setdefault(place, []).append((1 << number, condition.value))
    glances = (_glance(place, found, readings) for place, found in sought.items())
    return Index(unfiltered, tuple(glances))


def may_hold(index: Index, view: View) -> int:
    """Give the rules that may hold for what is seen: a superset, as bits.

    Where a rule looks is its own affair: what the view says of it does not count.
    """
    found = index.unfiltered
    for glance in index.glances:
        found |= _found_at(glance, view)
    return found


def first_from(rules: int, number: int) -> int | None:
    """Give the first place from that number on, None if there is none."""
    rest = rules >> number
    return number + (rest & -rest).bit_length() - 1 if rest else None


def _filter_of(rule: Rule, editions: frozenset[Edition]) -> Condition | None:
    """Choose the condition to rule a rule out by: words, rather not of the body."""
    found = [
        condition
        for condition in (there(given, editions) for given in rule.conditions)
        # Exactly: another type of value may find what these do not.
        if type(condition.value) in {Words, Patterns}
        and condition.row.level is Level.MESSAGE
    ]
    return min(found, key=_cost, default=None)


def _cost(condition: Condition) -> tuple[bool, bool]:
    return type(condition.value) is Patterns, "body" in condition.row.looks


def _glance(
    place: _Place, sought: list[tuple[int, Words | Patterns]], readings: Readings
) -> _Glance:
    rules = 0
    by_piece: dict[str, int] = {}
    by_first: dict[str, dict[str, int]] = {}
    patterns: list[tuple[int, tuple[Pattern, ...]]] = []
    for bit, value in sought:
        rules |= bit
        if isinstance(value, Patterns):
            patterns.append((bit, _either_way(value)))
            continue
        for entry in value.words:
            found = pieces(entry.folded)
            if found:
                piece = max(found, key=len)
                by_piece[piece] = by_piece.get(piece, 0) | bit
            else:
                # A blank of a phrase may stand for several (exchange-rules#R-08).
                needle = max(entry.folded.split(), key=len)
                needles = by_first.setdefault(needle[0], {})
                needles[needle] = needles.get(needle, 0) | bit
    return _Glance(
        place,
        every_way(readings, place.row.readings),
        rules,
        MappingProxyType(by_piece),
        MappingProxyType(
            {first: tuple(needles.items()) for first, needles in by_first.items()}
        ),
        tuple(patterns),
    )


def _either_way(value: Patterns) -> tuple[Pattern, ...]:
    """Give patterns as they are and, where that is open, as Online was seen to take."""
    seen = map(as_observed, value.patterns) if value.is_online else ()
    return tuple(dict.fromkeys((*value.patterns, *seen)))


def _found_at(glance: _Glance, view: View) -> int:
    place = glance.place
    view = replace(
        view,
        header=place.header,
        sender_location=place.sender_location,
        uses_original_address=place.uses_original_address,
    )
    seen = [place.row.part(view, None, readings) for readings in glance.readings]
    if any(entry.missing for entry in seen):
        return glance.rules
    found = 0
    for text in _texts(seen):
        found |= _found_in(glance, fold(text))
        for bit, patterns in glance.patterns:
            # What cannot be told may hold.
            if not found & bit and any(
                is_found(entry, text) is not False for entry in patterns
            ):
                found |= bit
    return found


def _found_in(glance: _Glance, folded: str) -> int:
    found = 0
    for piece in glance.by_piece.keys() & pieces(folded):
        found |= glance.by_piece[piece]
    if glance.by_first:
        found |= _standing(glance, folded)
    return found


def _texts(seen: Iterable[Seen]) -> set[str]:
    # exchange-rules#R-14: the source of an HTML body counts or does not.
    return {text for entry in seen for text in (*entry.texts, *entry.others)}


def _standing(glance: _Glance, folded: str) -> int:
    found = 0
    for first in glance.by_first.keys() & set(folded):
        for needle, bits in glance.by_first[first]:
            if needle in folded:
                found |= bits
    return found

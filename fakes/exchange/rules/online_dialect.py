"""What Exchange Online refuses today when a rule is made, although .NET takes it.

A pattern that an export holds is evaluated all the same (field-cases#online-regex).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_case import units
from fakes.exchange.rules.dotnet_syntax import ANY_UNIT, NO_FEED, parse
from fakes.exchange.rules.dotnet_tree import (
    Binding,
    Choice,
    Group,
    Mark,
    Node,
    NotTranslated,
    PatternRefused,
    Repeat,
    Sequence,
)
from fakes.exchange.rules.dotnet_walk import can_be_empty, has_no_width, nodes

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PATTERN = 128
_TRANSPARENT = {Binding.PLAIN, Binding.CAPTURE}


def online_refusals(text: str) -> tuple[str, ...]:
    """Say why Exchange Online would refuse the pattern today; empty if it would not.

    field-cases#online-regex. What takes it too much time we do not know.
    """
    found = []
    if len(text) > MAX_PATTERN:
        found.append(f"it has {len(text)} characters, at most {MAX_PATTERN}")
    try:
        tree = parse(units(text))
    except PatternRefused as problem:
        return (*found, f"it is no regular expression: {problem}")
    except NotTranslated:
        return tuple(found)
    found.extend(why for why, holds in _REFUSALS.items() if holds(tree))
    return tuple(found)


def _has_wildcard_at_start(tree: Node) -> bool:
    return _is_edge_wildcard(tree, 0)


def _has_wildcard_at_end(tree: Node) -> bool:
    return _is_edge_wildcard(tree, -1)


def _is_edge_wildcard(node: Node, end: int) -> bool:
    match node:
        case Sequence():
            return bool(node.parts) and _is_edge_wildcard(node.parts[end], end)
        case Choice():
            return any(_is_edge_wildcard(branch, end) for branch in node.branches)
        case Group():
            return node.binding in _TRANSPARENT and _is_edge_wildcard(node.body, end)
        case Repeat():
            is_any = node.body in (NO_FEED, ANY_UNIT)
            return is_any and node.least <= 1 and node.most not in {0, 1}
        case _:
            return False


def _matches_everything(tree: Node) -> bool:
    is_tied = any(isinstance(n, Mark) or has_no_width(n) for n in nodes(tree))
    return can_be_empty(tree) and not is_tied


def _has_open_repetitions(tree: Node) -> bool:
    return any(
        sum(isinstance(inner, Repeat) and inner.most is None for inner in nodes(node))
        > 1
        for node in nodes(tree)
        if isinstance(node, Group)
    )


def _repeats_in_a_row(tree: Node) -> bool:
    return any(
        isinstance(one, Repeat) and one == other
        for node in nodes(tree)
        if isinstance(node, Sequence)
        for one, other in zip(node.parts, node.parts[1:], strict=False)
    )


def _has_empty_alternative(tree: Node) -> bool:
    return any(
        isinstance(node, Choice) and Sequence(()) in node.branches
        for node in nodes(tree)
    )


_REFUSALS: dict[str, Callable[[Node], bool]] = {
    "it begins with a wildcard": _has_wildcard_at_start,
    "it ends with a wildcard": _has_wildcard_at_end,
    "it matches everything": _matches_everything,
    "a group holds several open repetitions": _has_open_repetitions,
    "the same repetition stands twice in a row": _repeats_in_a_row,
    "it has an empty alternative": _has_empty_alternative,
}

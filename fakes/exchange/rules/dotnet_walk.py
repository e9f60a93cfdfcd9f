"""Questions to a tree of a .NET regular expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_tree import (
    Binding,
    CharClass,
    Choice,
    Conditional,
    Group,
    Literal,
    Mark,
    Node,
    Reference,
    Repeat,
    Sequence,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LOOKS = {Binding.AHEAD, Binding.NOT_AHEAD, Binding.BEHIND, Binding.NOT_BEHIND}


def children(node: Node) -> tuple[Node, ...]:
    """Give what stands in a node."""
    match node:
        case Sequence():
            return node.parts
        case Choice():
            return node.branches
        case Group() | Repeat():
            return (node.body,)
        case Conditional():
            parts = (node.condition, node.holds, node.fails)
            return tuple(p for p in parts if p is not None and not isinstance(p, int))
        case _:
            return ()


def nodes(tree: Node) -> Iterator[Node]:
    """Give the tree and all that stands in it."""
    yield tree
    for child in children(tree):
        yield from nodes(child)


def used_slots(found: Iterable[Node]) -> frozenset[int]:
    """Give the captures that something refers to."""
    slots = {node.slot for node in found if isinstance(node, Reference)}
    conditions = (node.condition for node in found if isinstance(node, Conditional))
    return frozenset(slots | {slot for slot in conditions if isinstance(slot, int)})


def caught_slots(tree: Node) -> frozenset[int]:
    """Give the captures that stand in it."""
    return frozenset(
        node.slot
        for node in nodes(tree)
        if isinstance(node, Group) and node.binding is Binding.CAPTURE
    )


def first_nodes(node: Node) -> Iterator[Node]:
    """Give all that may stand before the first character of a match."""
    yield node
    for child in children(node):
        yield from first_nodes(child)
        if isinstance(node, Sequence) and not can_be_empty(child):
            return


def has_no_width(node: Node) -> bool:
    """Say whether it looks only, and catches nothing."""
    is_look = isinstance(node, Group) and node.binding in _LOOKS
    return isinstance(node, Mark) or (is_look and not caught_slots(node))


def can_be_empty(node: Node) -> bool:
    """Say whether it may hold on no character at all, edges counted as such."""
    match node:
        case Literal() | CharClass():
            found = False
        case Sequence():
            found = all(can_be_empty(part) for part in node.parts)
        case Choice():
            found = any(can_be_empty(branch) for branch in node.branches)
        case Group():
            found = node.binding in _LOOKS or can_be_empty(node.body)
        case Repeat():
            found = node.least == 0 or can_be_empty(node.body)
        case Conditional():
            found = can_be_empty(node.holds) or _may_be_left_out(node.fails)
        case _:
            found = True
    return found


def least_size(node: Node) -> int:
    """Count the pieces, each as often as it must at least be repeated."""
    inside = sum(map(least_size, children(node)))
    return inside * max(node.least, 1) if isinstance(node, Repeat) else inside + 1


def _may_be_left_out(node: Node | None) -> bool:
    return node is None or can_be_empty(node)

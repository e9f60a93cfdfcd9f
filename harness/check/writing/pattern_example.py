"""A text that a pattern finds: the plainest that its tree can say.

A candidate only: what looks around itself or back may want another text, so that
whoever asks lets the pattern search it.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_tree import (
    Binding,
    Category,
    CharClass,
    Choice,
    Conditional,
    Group,
    Literal,
    Mark,
    Reference,
    Repeat,
    Sequence,
)
from fakes.exchange.rules.patterns import tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fakes.exchange.rules.dotnet_tree import Node, Span
    from fakes.exchange.rules.patterns import Pattern

# What a class is asked for first, then what it names itself.
_LIKED = "a1A .@-_:,;/~\u00e9\u4e2d"
# Looked at, and not part of the text.
_ASIDE = frozenset(
    {Binding.AHEAD, Binding.NOT_AHEAD, Binding.BEHIND, Binding.NOT_BEHIND}
)
_MOST = 100
_KINDS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "w": lambda char: char.isalnum() or char == "_",
        "s": str.isspace,
        "d": str.isdecimal,
        # What letters of either case become where the case does not count.
        "LC": lambda char: char.isupper() or char.islower(),
    }
)


def examples(pattern: Pattern) -> tuple[str, ...]:
    """Give texts that the pattern may find, one for each of its outer branches."""
    tree = tree_of(pattern)
    branches = tree.branches if isinstance(tree, Choice) else (tree,)
    texts = (_said(branch, {}) for branch in branches if branch is not None)
    return tuple(dict.fromkeys(text for text in texts if text and text.isprintable()))


def _said(node: Node, caught: dict[int, str]) -> str:  # noqa: PLR0911  one for each
    """Say what a node finds; `caught` are the texts of the groups so far."""
    match node:
        case Literal():
            return node.unit
        case CharClass():
            return next((char for char in _offered(node) if _holds(node, char)), "")
        case Mark():
            return ""
        case Reference():
            return caught.get(node.slot, "")
        case Group():
            text = "" if node.binding in _ASIDE else _said(node.body, caught)
            caught[node.slot] = text
            return text
        case Repeat():
            # Once where it may be left out: the reader sees what could stand there.
            times = max(node.least, 1) if node.most != 0 else 0
            return "".join(_said(node.body, caught) for _ in range(min(times, _MOST)))
        case Sequence():
            return "".join(_said(part, caught) for part in node.parts)
        case Choice():
            return _said(node.branches[0], caught)
        case Conditional():
            return _said(node.holds, caught)


def _offered(wanted: CharClass) -> Iterator[str]:
    # One that names few characters means these.
    if not wanted.is_not:
        yield from (
            chr(item.first) for item in wanted.items if not isinstance(item, Category)
        )
    yield from _LIKED
    yield from map(chr, range(0x21, 0x17F))


def _holds(wanted: CharClass, char: str) -> bool:
    found = any(_is_of(item, char) for item in wanted.items) is not wanted.is_not
    return found and not (wanted.without and _holds(wanted.without, char))


def _is_of(item: Span | Category, char: str) -> bool:
    if isinstance(item, Category):
        of_kind = _KINDS.get(item.name)
        found = (
            of_kind(char)
            if of_kind
            else unicodedata.category(char).startswith(item.name)
        )
        return found is not item.is_not
    return item.first <= ord(char) <= item.last

"""A tree of a .NET regular expression, said in the words of the `regex` package.

Nothing is left to the other engine's idea of case, words or blanks: literals, classes
and edges are spelt out. What would not mean the same is not translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules import dotnet_case as case
from fakes.exchange.rules.dotnet_tree import (
    Binding,
    Category,
    CharClass,
    Choice,
    Conditional,
    Group,
    Literal,
    Mark,
    Node,
    NotTranslated,
    Reference,
    Repeat,
    Sequence,
    Span,
)
from fakes.exchange.rules.dotnet_walk import (
    can_be_empty,
    caught_slots,
    first_nodes,
    has_no_width,
    least_size,
    nodes,
    used_slots,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

# Categories by .NET's names (exchange-rules#2.2: the engine is .NET's).
_SETS = {
    "w": r"\p{L}\p{Mn}\p{Nd}\p{Pc}",
    "s": r"\x09-\x0d\x20\x85\p{Z}",
    "d": r"\p{Nd}",
    "LC": r"\p{Lu}\p{Ll}\p{Lt}",
}
_KINDS = frozenset("wds")
_NONE: frozenset[str] = frozenset()
_WORD = rf"[{_SETS['w']}\u200c\u200d]"
_MARKS = {
    Mark.BEGIN: r"\A",
    Mark.END: r"\Z",
    Mark.END_OR_LAST_FEED: r"(?=\x0a?\Z)",
    Mark.LINE_BEGIN: r"(?<![^\x0a])",
    Mark.LINE_END: r"(?![^\x0a])",
    Mark.WORD_EDGE: f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    Mark.NO_WORD_EDGE: f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}
_OPENINGS = {
    Binding.PLAIN: "(?:",
    Binding.CAPTURE: "(?:",
    Binding.ATOMIC: "(?>",
    Binding.AHEAD: "(?=",
    Binding.NOT_AHEAD: "(?!",
    Binding.BEHIND: "(?<=",
    Binding.NOT_BEHIND: "(?<!",
}
_MAX_REPEATS = 65535
# The `regex` package spells out what must be there: more would fill the memory.
_MAX_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Translation:
    """The source for `regex`, and what the text must be like.

    Where `is_lowered`, the text is searched in lower case. Where there are categories,
    or words, digits and blanks, characters that changed sides over the years cannot
    be told.
    """

    source: str
    is_lowered: bool
    has_categories: bool
    has_kinds: bool


def translate(tree: Node) -> Translation:
    """Write the tree anew.

    Raises:
        NotTranslated: it has no counterpart of the same meaning.

    """
    found = tuple(nodes(tree))
    is_lowered = all(
        node.ignores_case
        for node in found
        if isinstance(node, (Literal, CharClass, Reference))
    )
    _hold_limits(found, is_lowered=is_lowered)
    _hold_start(tree)
    if least_size(tree) > _MAX_SIZE:
        raise NotTranslated("repetitions of repetitions that are very long")
    writer = _Writer(is_lowered=is_lowered, used=used_slots(found))
    names = {name for node in found for name in _categories(node)}
    return Translation(
        writer.write(tree),
        is_lowered,
        has_categories=bool(names - _KINDS),
        has_kinds=bool(names & _KINDS),
    )


def _hold_limits(found: Iterable[Node], *, is_lowered: bool) -> None:
    """Refuse to translate what the two engines are known to take differently."""
    used = used_slots(found)
    for node in found:
        if node is Mark.SEARCH_BEGIN:
            raise NotTranslated("`\\G` depends on where the search begins")
        if isinstance(node, Reference) and node.ignores_case and not is_lowered:
            raise NotTranslated("a back-reference where only a part ignores case")
        if isinstance(node, Group) and node.binding in {
            Binding.BEHIND,
            Binding.NOT_BEHIND,
        }:
            _hold_behind(node, used)
        if isinstance(node, Conditional) and not isinstance(node.condition, int):
            _hold_condition(node.condition, used)
        if isinstance(node, Repeat):
            _hold_repeat(node, used)
    if 0 in used:
        raise NotTranslated("a reference to the whole")


def _hold_start(tree: Node) -> None:
    # .NET looks for a first character of the one branch and overlooks the other.
    for node in first_nodes(tree):
        if isinstance(node, Conditional) and node.fails is None:
            raise NotTranslated("a conditional with one branch, at the start")


def _hold_behind(group: Group, used: frozenset[int]) -> None:
    # .NET reads what stands there from right to left, which shows in these alone.
    for node in nodes(group.body):
        is_atomic = isinstance(node, Group) and node.binding is Binding.ATOMIC
        if is_atomic or isinstance(node, (Reference, Conditional)):
            raise NotTranslated("looking back with more than characters")
    if caught_slots(group.body) & used:
        raise NotTranslated("a group caught while looking back")


def _hold_condition(condition: Node, used: frozenset[int]) -> None:
    # Which branch .NET takes then, and what it has caught, is its own affair.
    if caught_slots(condition) & used:
        raise NotTranslated("a group caught by a condition")


def _hold_repeat(repeat: Repeat, used: frozenset[int]) -> None:
    if max(repeat.least, repeat.most or 0) > _MAX_REPEATS:
        raise NotTranslated("a repetition with a very large limit")
    if isinstance(repeat.body, Group) and has_no_width(repeat.body):
        raise NotTranslated("a repeated look ahead or back")
    # .NET falls over some of these, and turns round for ever on others.
    if repeat.is_lazy and can_be_empty(repeat.body):
        raise NotTranslated("a lazy repetition of what may be empty")
    if can_be_empty(repeat.body) and caught_slots(repeat.body) & used:
        raise NotTranslated("a repeated group that may be empty and is referred to")


def _categories(node: Node) -> frozenset[str]:
    """Give the categories that decide at that node."""
    if isinstance(node, CharClass):
        own = {item.name for item in node.items if isinstance(item, Category)}
        return frozenset(own) | (_categories(node.without) if node.without else _NONE)
    return _KINDS if node in {Mark.WORD_EDGE, Mark.NO_WORD_EDGE} else _NONE


@dataclass(frozen=True, slots=True)
class _Writer:
    is_lowered: bool
    used: frozenset[int]

    def write(self, node: Node) -> str:
        match node:
            case Mark():
                text = _MARKS[node]
            case Literal():
                text = self._literal(node)
            case CharClass():
                text = self._char_class(node)
            case Sequence():
                text = "".join(self.write(part) for part in node.parts)
            case Choice():
                text = "|".join(self.write(branch) for branch in node.branches)
            case Group():
                text = self._group(node)
            case Reference():
                text = f"(?P=g{node.slot})"
            case Repeat():
                text = self._repeat(node)
            case _:
                text = self._conditional(node)
        return text

    def _group(self, node: Group) -> str:
        body = self.write(node.body)
        if node.slot in self.used:
            return f"(?P<g{node.slot}>{body})"
        return f"{_OPENINGS[node.binding]}{body})"

    def _repeat(self, node: Repeat) -> str:
        if isinstance(node.body, Mark):
            return self.write(node.body) if node.least else ""
        most = "" if node.most is None else node.most
        lazy = "?" if node.is_lazy else ""
        return f"(?:{self.write(node.body)}){{{node.least},{most}}}{lazy}"

    def _conditional(self, node: Conditional) -> str:
        holds = self.write(node.holds)
        fails = self.write(node.fails) if node.fails else ""
        if isinstance(node.condition, int):
            return f"(?(g{node.condition}){holds}|{fails})"
        condition = self.write(node.condition)
        return f"(?:(?={condition}){holds}|(?!{condition}){fails})"

    def _literal(self, node: Literal) -> str:
        code = ord(node.unit)
        if not node.ignores_case:
            return _char(code)
        spans = self._folded(Span(code, code))
        text = _span(spans[0])
        return text if len(spans) == 1 else f"[{''.join(map(_span, spans))}]"

    def _char_class(self, node: CharClass) -> str:
        members: list[str] = []
        others: list[str] = []
        for item in node.items:
            if isinstance(item, Span):
                spans = self._folded(item) if node.ignores_case else (item,)
                members.extend(map(_span, spans))
            elif item.is_not:
                others.append(f"[^{_category(item)}]")
            else:
                members.append(_category(item))
        found = self._negated if node.is_not else self._either
        text = found("".join(members), others)
        if node.without is None:
            return text
        return f"(?:(?!{self._char_class(node.without)}){text})"

    @staticmethod
    def _either(members: str, others: list[str]) -> str:
        if not others:
            return f"[{members}]"
        parts = [*others, f"[{members}]"] if members else others
        return f"(?:{'|'.join(parts)})"

    def _negated(self, members: str, others: list[str]) -> str:
        if not others:
            return f"[^{members}]"
        return f"(?:(?!{self._either(members, others)})(?s:.))"

    def _folded(self, span: Span) -> tuple[Span, ...]:
        """Give what the text may hold in that place, case not regarded."""
        if span.first == span.last and span.first in case.ODD:
            raise NotTranslated(f"the case of U+{span.first:04X} is not known")
        spans = case.with_lower(span)
        if self.is_lowered:
            return spans
        return case.with_upper(spans)


def _category(item: Category) -> str:
    return _SETS.get(item.name, rf"\p{{{item.name}}}")


def _char(code: int) -> str:
    char = chr(code)
    if char.isascii() and char.isalnum():
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _span(span: Span) -> str:
    if span.first == span.last:
        return _char(span.first)
    return f"{_char(span.first)}-{_char(span.last)}"

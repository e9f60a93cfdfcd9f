"""Reading a .NET regular expression: a text becomes a tree.

Follows .NET's own reader, so that what it refuses is refused and what it takes
literally (a brace that is no quantifier, say) is literal (exchange-rules#2.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_cursor import MAX_NUMBER, Cursor, is_word_unit
from fakes.exchange.rules.dotnet_groups import count_groups
from fakes.exchange.rules.dotnet_tree import (
    Binding,
    Category,
    CharClass,
    Choice,
    Conditional,
    Dialect,
    Group,
    Literal,
    Mark,
    Node,
    NotTranslated,
    PatternRefused,
    Reference,
    Repeat,
    Sequence,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ANY_UNIT = CharClass((Span(0, 0xFFFF),), is_not=False, ignores_case=True)
NO_FEED = CharClass((Span(0x0A, 0x0A),), is_not=True, ignores_case=True)
_QUANTIFIERS = "*+?"
_MARKS = {
    "b": Mark.WORD_EDGE,
    "B": Mark.NO_WORD_EDGE,
    "A": Mark.BEGIN,
    "G": Mark.SEARCH_BEGIN,
    "Z": Mark.END_OR_LAST_FEED,
    "z": Mark.END,
}
_BINDINGS = {
    "?:": Binding.PLAIN,
    "?=": Binding.AHEAD,
    "?!": Binding.NOT_AHEAD,
    "?>": Binding.ATOMIC,
    "?<=": Binding.BEHIND,
    "?<!": Binding.NOT_BEHIND,
}
_NAME_ENDS = {"<": ">", "'": "'"}
_MAX_DEPTH = 80
_NEVER = Group(Binding.NOT_AHEAD, Sequence(()))


def parse(text: str) -> Node:
    """Read a pattern, given as UTF-16 code units.

    Raises:
        PatternRefused: .NET does not take it.
        NotTranslated: it may be right, and we do not read it.

    """
    return _Parser(text, Dialect.DOTNET).parse()


def parse_observed(text: str) -> Node:
    """Read a pattern as Exchange Online was seen to take it (exchange-rules#2.2).

    Inline options do nothing, and a reference catches only by the number of a group
    that has a name: another one never holds.

    Raises:
        PatternRefused: .NET does not take it.
        NotTranslated: it may be right, and we do not read it.

    """
    return _Parser(text, Dialect.OBSERVED).parse()


@dataclass(slots=True)
class _Frame:
    """A group that is not closed yet."""

    binding: Binding
    slot: int = 0
    # The group number or, once it is read, the condition of `(?(condition)a|b)`.
    condition: int | Node | None = None
    is_conditional: bool = False
    branches: list[list[Node]] = field(default_factory=lambda: [[]])


class _Parser:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.cursor = Cursor(text, dialect)
        self.slots = count_groups(text, dialect)
        self.frames = [_Frame(Binding.PLAIN)]
        self.next_slot = 1
        self.ignores_next = False

    def parse(self) -> Node:
        cursor = self.cursor
        was_quantifier = False
        cursor.skip_blank()
        while cursor.left:
            unit = self._unit(is_after_quantifier=was_quantifier)
            cursor.skip_blank()
            was_quantifier = False
            if unit is not None:
                unit, was_quantifier = self._quantified(unit)
                self.frames[-1].branches[-1].append(unit)
            cursor.skip_blank()
        if len(self.frames) > 1:
            raise PatternRefused("a parenthesis is not closed")
        return _body(self.frames[0])

    def _unit(self, *, is_after_quantifier: bool) -> Node | None:
        """Read one piece that a quantifier may follow; None if there is none."""
        cursor = self.cursor
        sign = cursor.take()
        if sign in _QUANTIFIERS or (sign == "{" and self._is_counted(cursor.at - 1)):
            what = "a quantifier" if is_after_quantifier else "nothing"
            raise PatternRefused(f"the quantifier `{sign}` follows {what}")
        if sign in _READERS:
            return _READERS[sign](self)
        return self._literal(sign)

    def line_begin(self) -> Node:
        return Mark.LINE_BEGIN if "m" in self.cursor.options else Mark.BEGIN

    def line_end(self) -> Node:
        return Mark.LINE_END if "m" in self.cursor.options else Mark.END_OR_LAST_FEED

    def any_unit(self) -> Node:
        return ANY_UNIT if "s" in self.cursor.options else NO_FEED

    def char_class(self) -> Node:
        return self.cursor.char_class()

    def _literal(self, unit: str) -> Literal:
        return Literal(unit, "i" in self.cursor.options)

    def escape(self) -> Node:
        cursor = self.cursor
        sign = cursor.peek()
        if not sign:
            raise PatternRefused("a backslash at the end")
        if sign in _MARKS:
            cursor.at += 1
            return _MARKS[sign]
        ignores_case = "i" in cursor.options
        if sign in "dDsSwW":
            cursor.at += 1
            found: tuple[Span | Category, ...]
            found = (Category(sign.lower(), sign.isupper()),)
            return CharClass(found, is_not=False, ignores_case=ignores_case)
        if sign in "pP":
            cursor.at += 1
            found = cursor.category(is_not=sign == "P", ignores_case=ignores_case)
            return CharClass(found, is_not=False, ignores_case=ignores_case)
        start = cursor.at
        slot = self._reference()
        if slot is not None:
            is_dead = cursor.dialect is Dialect.OBSERVED and not (
                sign.isdigit() and slot in self.slots.names.values()
            )
            return _NEVER if is_dead else Reference(slot, ignores_case)
        cursor.at = start
        return self._literal(cursor.char_escape())

    def _reference(self) -> int | None:
        r"""Read `1`, `<name>` or `k<name>` behind a backslash; None if it is none."""
        cursor = self.cursor
        is_named = cursor.takes("k")
        close = _NAME_ENDS.get(cursor.peek(), "")
        if is_named and not (close and cursor.left > 1):
            raise PatternRefused("`\\k` without a name")
        if close and cursor.left > 1:
            cursor.at += 1
            return self._named_reference(close)
        if cursor.peek() in "123456789":
            number = cursor.decimal()
            if number in self.slots.numbers:
                return number
            if number <= 9:
                raise PatternRefused(f"there is no group {number}")
        return None

    def _named_reference(self, close: str) -> int | None:
        cursor = self.cursor
        slot: int | None = None
        if cursor.peek() in "0123456789":
            number = cursor.decimal()
            slot = number if number in self.slots.numbers else None
            name = str(number)
        else:
            name = cursor.name()
            slot = self.slots.names.get(name)
        if not name or not cursor.takes(close):
            return None
        if slot is None:
            raise PatternRefused(f"there is no group `{name}`")
        return slot

    def _is_counted(self, at: int) -> bool:
        """Say whether the brace there opens `{n}`, `{n,}` or `{n,m}`."""
        inside, brace, _ = self.cursor.text[at + 1 :].partition("}")
        least, _, most = inside.partition(",")
        return bool(brace and least) and set(least + most) <= set("0123456789")

    def _quantified(self, unit: Node) -> tuple[Node, bool]:
        """Read the quantifier that follows; say whether there was one."""
        cursor = self.cursor
        sign = cursor.peek()
        if sign == "{" and self._is_counted(cursor.at):
            cursor.at += 1
            least = cursor.decimal()
            most: int | None = least
            if cursor.takes(","):
                most = None if cursor.peek() == "}" else cursor.decimal()
            cursor.at += 1
        elif sign and sign in _QUANTIFIERS:
            cursor.at += 1
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        else:
            return unit, False
        cursor.skip_blank()
        is_lazy = cursor.takes("?")
        if most is not None and least > most:
            raise PatternRefused(f"{{{least},{most}}} has its limits in reverse order")
        # .NET has no larger number and takes this one for "no end".
        most = None if most == MAX_NUMBER else most
        return Repeat(unit, least, most, is_lazy), True

    def alternation(self) -> Node | None:
        frame = self.frames[-1]
        if frame.is_conditional and len(frame.branches) > 1:
            raise PatternRefused("a conditional with more than two branches")
        frame.branches.append([])
        return None

    def opening(self) -> Node | None:
        if len(self.frames) > _MAX_DEPTH:
            raise NotTranslated("groups nested too deeply")
        self.cursor.push_options()
        frame = self._opened()
        if frame is None:
            # `(?i)`: what it sets holds until the group around it ends.
            self.cursor.option_stack.pop()
        else:
            self.frames.append(frame)
        return None

    def _opened(self) -> _Frame | None:
        cursor = self.cursor
        ignores, self.ignores_next = self.ignores_next, False
        if cursor.peek() != "?" or cursor.peek(1) == ")":
            if "n" in cursor.options or ignores:
                return _Frame(Binding.PLAIN)
            slot, self.next_slot = self.next_slot, self.next_slot + 1
            return _Frame(Binding.CAPTURE, slot)
        for opening, binding in _BINDINGS.items():
            if cursor.text.startswith(opening, cursor.at):
                cursor.at += len(opening)
                return _Frame(binding)
        cursor.at += 1
        sign = cursor.peek()
        if sign in _NAME_ENDS:
            cursor.at += 1
            return _Frame(Binding.CAPTURE, self._group_name(_NAME_ENDS[sign]))
        if sign == "(":
            cursor.at += 1
            return self._conditional()
        return self._opened_by_options()

    def _opened_by_options(self) -> _Frame | None:
        cursor = self.cursor
        # .NET allows no options right inside of a conditional by a pattern.
        if not (self.frames[-1].is_conditional and self.frames[-1].slot < 0):
            cursor.scan_options()
        if cursor.takes(")"):
            return None
        if cursor.takes(":"):
            return _Frame(Binding.PLAIN)
        raise PatternRefused("a group of an unknown kind")

    def _group_name(self, close: str) -> int:
        """Read the name or number of a capture, and what closes it."""
        cursor = self.cursor
        sign = cursor.peek()
        if sign == "-":
            raise NotTranslated("a group that takes back another")
        slot: int | None
        if sign and sign in "0123456789":
            slot = cursor.decimal()
            if slot == 0:
                raise PatternRefused("a group with the number 0")
        elif sign and is_word_unit(sign):
            slot = self.slots.names.get(cursor.name())
        else:
            raise PatternRefused("a group with a name that is none")
        if cursor.peek() == "-":
            raise NotTranslated("a group that takes back another")
        if slot is None or not cursor.takes(close):
            raise PatternRefused("a group whose name does not end")
        return slot

    def _conditional(self) -> _Frame:
        cursor = self.cursor
        start = cursor.at
        slot: int | None = None
        if cursor.peek() and cursor.peek() in "0123456789":
            slot = cursor.decimal()
            if not cursor.takes(")"):
                raise PatternRefused("a conditional by a number that does not end")
            if slot not in self.slots.numbers:
                raise PatternRefused(f"there is no group {slot}")
        else:
            slot = self.slots.names.get(cursor.name())
            slot = slot if cursor.takes(")") else None
        if slot is not None:
            return _Frame(Binding.PLAIN, condition=slot, is_conditional=True)
        cursor.at = start - 1
        self.ignores_next = True
        if cursor.peek(1) == "?":
            after = cursor.peek(2), cursor.peek(3)
            if after[0] == "#":
                raise PatternRefused("a comment for a condition")
            if after[0] == "'" or (after[0] == "<" and after[1] not in {"=", "!"}):
                raise PatternRefused("a capture for a condition")
        # The parenthesis that comes next is the condition.
        return _Frame(Binding.PLAIN, slot=-1, is_conditional=True)

    def closing(self) -> Node | None:
        if len(self.frames) == 1:
            raise PatternRefused("a closing parenthesis too many")
        self.cursor.pop_options()
        frame = self.frames.pop()
        around = self.frames[-1]
        if around.is_conditional and around.condition is None:
            around.condition = _group(frame)
            return None
        return _group(frame)


_READERS: dict[str, Callable[[_Parser], Node | None]] = {
    "(": _Parser.opening,
    ")": _Parser.closing,
    "|": _Parser.alternation,
    "\\": _Parser.escape,
    "[": _Parser.char_class,
    "^": _Parser.line_begin,
    "$": _Parser.line_end,
    ".": _Parser.any_unit,
}


def _group(frame: _Frame) -> Node:
    if frame.condition is None:
        return Group(frame.binding, _body(frame), frame.slot)
    branches = [Sequence(tuple(parts)) for parts in frame.branches]
    fails = branches[1] if len(branches) > 1 else None
    return Conditional(frame.condition, branches[0], fails)


def _body(frame: _Frame) -> Node:
    branches = tuple(Sequence(tuple(parts)) for parts in frame.branches)
    return branches[0] if len(branches) == 1 else Choice(branches)

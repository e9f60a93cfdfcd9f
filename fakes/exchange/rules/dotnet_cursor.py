"""Reading a .NET regular expression, sign by sign: escapes, names, classes.

Follows .NET's own scanner step by step, oddities included: what it refuses is
refused, and `[[:alpha:]]` is a class of one bracket.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from fakes.exchange.rules.dotnet_blocks import BLOCKS, CATEGORIES
from fakes.exchange.rules.dotnet_tree import (
    Category,
    CharClass,
    Dialect,
    NotTranslated,
    PatternRefused,
    Span,
)

MAX_NUMBER = 0x7FFFFFFF
Members = tuple[Span | Category, ...]
_BLANKS = "\t\n\f\r "
_JOINERS = "\u200c\u200d"
_PLAIN_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_DIGITS = "0123456789"
_MAX_CLASSES = 50


def is_word_unit(unit: str) -> bool:
    r"""Say whether it may stand in a name and has no `\b` beside its like."""
    category = unicodedata.category(unit)
    return category[0] == "L" or category in {"Mn", "Nd", "Pc"} or unit in _JOINERS


@dataclass(slots=True)
class _ClassRead:
    """A class that is not closed yet; `low` is where a range begins."""

    items: list[Span | Category] = field(default_factory=list)
    without: CharClass | None = None
    low: str = ""
    is_empty: bool = True


class Cursor:
    """A place in a pattern, with the options that hold there."""

    def __init__(self, text: str, dialect: Dialect = Dialect.DOTNET) -> None:
        self.text = text
        self.dialect = dialect
        self.at = 0
        self.options = frozenset("i")
        self.option_stack: list[frozenset[str]] = []

    @property
    def left(self) -> int:
        """How many units are left."""
        return len(self.text) - self.at

    def peek(self, ahead: int = 0) -> str:
        """Give the next unit, empty at the end."""
        index = self.at + ahead
        return self.text[index : index + 1]

    def take(self) -> str:
        """Give the next unit and go past it, empty at the end."""
        unit = self.peek()
        self.at += len(unit)
        return unit

    def takes(self, unit: str) -> bool:
        """Go past that unit if it comes next; say whether it did."""
        found = self.peek() == unit
        self.at += found
        return found

    def skip_blank(self) -> None:
        """Go past comments, and past blanks where option x holds."""
        is_x = "x" in self.options
        while self.left:
            if is_x and self.peek() in _BLANKS:
                self.at += 1
            elif is_x and self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text.startswith("(?#", self.at):
                end = self.text.find(")", self.at)
                if end < 0:
                    raise PatternRefused("a comment without an end")
                self.at = end + 1
            else:
                return

    def push_options(self) -> None:
        """Remember the options, at an opening parenthesis."""
        self.option_stack.append(self.options)

    def pop_options(self) -> None:
        """Go back to the options from before the parenthesis."""
        if self.option_stack:
            self.options = self.option_stack.pop()

    def scan_options(self) -> None:
        """Read `imnsx-imnsx` and set what it says."""
        is_off = False
        while self.left:
            unit = self.peek()
            option = unit.lower() if unit.isascii() else unit
            if unit in "+-":
                is_off = unit == "-"
            elif option in "imnsx":
                # exchange-rules#2.2: without effect in Exchange Online, as observed.
                if self.dialect is not Dialect.OBSERVED:
                    self.options -= {option}
                    self.options |= frozenset() if is_off else {option}
            else:
                return
            self.at += 1

    def decimal(self) -> int:
        """Read decimal digits; none give zero."""
        start = self.at
        while self.peek() and self.peek() in _DIGITS:
            self.at += 1
        number = int(self.text[start : self.at] or "0")
        if number > MAX_NUMBER:
            raise PatternRefused("a number that is too large")
        return number

    def name(self) -> str:
        """Read a name; there may be none."""
        start = self.at
        while self.left and is_word_unit(self.peek()):
            self.at += 1
        return self.text[start : self.at]

    def char_escape(self) -> str:
        """Read what stands behind a backslash and means one character."""
        unit = self.take()
        if unit in "01234567":
            self.at -= 1
            return self._octal()
        if unit in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[unit]
        if unit == "x":
            return self._hex(2)
        if unit == "u":
            return self._hex(4)
        if unit == "c":
            return self._control()
        if is_word_unit(unit):
            raise PatternRefused(f"the escape `\\{unit}` does not exist")
        return unit

    def category(self, *, is_not: bool, ignores_case: bool) -> Members:
        r"""Read `{Name}` behind `\p`."""
        if self.left < 3 or self.take() != "{":
            raise PatternRefused("`\\p` without a name in braces")
        start = self.at
        while self.left and (is_word_unit(self.peek()) or self.peek() == "-"):
            self.at += 1
        name = self.text[start : self.at]
        if self.take() != "}":
            raise PatternRefused("`\\p` without a name in braces")
        if ignores_case and name in {"Lu", "Ll", "Lt"}:
            name = "LC"
        elif name in BLOCKS:
            return _outside(BLOCKS[name]) if is_not else (BLOCKS[name],)
        elif name.startswith(("Is", "_xml")):
            raise NotTranslated(f"the block `{name}` is not known")
        elif name not in CATEGORIES:
            raise PatternRefused(f"`{name}` is no category of characters")
        return (Category(name, is_not),)

    def char_class(self, depth: int = 0) -> CharClass:
        """Read a class, from behind its opening bracket."""
        if depth > _MAX_CLASSES:
            raise NotTranslated("classes nested too deeply")
        is_not = self.takes("^")
        read = _ClassRead()
        while self.left:
            unit = self.take()
            if unit == "]" and not read.is_empty:
                ignores_case = "i" in self.options
                return CharClass(tuple(read.items), is_not, ignores_case, read.without)
            self._class_member(read, unit, depth)
            read.is_empty = False
        raise PatternRefused("a class without its closing bracket")

    def _class_member(self, read: _ClassRead, unit: str, depth: int) -> None:
        """Read what stands in a class, from a unit that was taken already."""
        # A class may be taken away from one that holds something, not by an escape.
        may_open = not read.is_empty
        if unit == "\\" and self.left:
            unit, found = self._class_escape(read.low)
            read.items.extend(found)
            may_open = False
            if not unit:
                return
        elif unit == "[" and not read.low:
            self._skip_posix_name()
        if read.low:
            self._end_range(read, unit, depth if may_open else None)
        elif self.left >= 2 and self.peek() == "-" and self.peek(1) != "]":
            read.low = unit
            self.at += 1
        elif may_open and unit == "-" and self.peek() == "[":
            self.at += 1
            read.without = self._subtracted(depth)
        else:
            read.items.append(Span(ord(unit), ord(unit)))

    def _end_range(self, read: _ClassRead, unit: str, depth: int | None) -> None:
        low, read.low = read.low, ""
        if unit == "[" and depth is not None:
            # `[a-[b]]` is no range.
            read.items.append(Span(ord(low), ord(low)))
            read.without = self._subtracted(depth)
            return
        if low > unit:
            raise PatternRefused("a range of characters in reverse order")
        read.items.append(Span(ord(low), ord(unit)))

    def _class_escape(self, low: str) -> tuple[str, Members]:
        """Read an escape in a class: one unit, or a set and no unit."""
        unit = self.peek()
        if unit == "-":
            self.at += 1
            return "", (Span(0x2D, 0x2D),)
        if unit not in "dDsSwWpP":
            return self.char_escape(), ()
        if low:
            raise PatternRefused(f"`\\{unit}` in a range of characters")
        self.at += 1
        if unit in "pP":
            ignores_case = "i" in self.options
            return "", self.category(is_not=unit == "P", ignores_case=ignores_case)
        return "", (Category(unit.lower(), unit.isupper()),)

    def _subtracted(self, depth: int) -> CharClass:
        found = self.char_class(depth + 1)
        if self.left and self.peek() != "]":
            raise PatternRefused("something follows a class that is taken away")
        return found

    def _skip_posix_name(self) -> None:
        start = self.at
        if self.takes(":"):
            self.name()
            if not (self.takes(":") and self.takes("]")):
                self.at = start

    def _octal(self) -> str:
        value = 0
        for _ in range(3):
            if not self.peek() or self.peek() not in "01234567":
                break
            value = value * 8 + int(self.take())
        return chr(value & 0xFF)

    def _hex(self, count: int) -> str:
        digits = self.text[self.at : self.at + count]
        if len(digits) < count or not set(digits) <= set("0123456789abcdefABCDEF"):
            raise PatternRefused("too few hexadecimal digits")
        self.at += count
        return chr(int(digits, 16))

    def _control(self) -> str:
        unit = self.take()
        unit = unit.upper() if unit.isascii() else unit
        if not "@" <= unit <= "_":
            raise PatternRefused("`\\c` without a control character")
        return chr(ord(unit) - 0x40)


def _outside(span: Span) -> tuple[Span, ...]:
    """Give the code units outside of a span."""
    below = (Span(0, span.first - 1),) if span.first else ()
    above = (Span(span.last + 1, 0xFFFF),) if span.last < 0xFFFF else ()
    return below + above

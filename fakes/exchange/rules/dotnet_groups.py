"""The numbers of the groups of a .NET regular expression, before it is read.

.NET counts in a pass of its own: unnamed groups first, then names in the order in
which they appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules.dotnet_cursor import Cursor, is_word_unit
from fakes.exchange.rules.dotnet_tree import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Slots:
    """Which numbers a capture has, and which number a name has."""

    numbers: frozenset[int]
    names: Mapping[str, int]


def count_groups(text: str, dialect: Dialect = Dialect.DOTNET) -> Slots:
    """Number the groups.

    Raises:
        PatternRefused: .NET does not take the pattern.

    """
    return _Count(text, dialect).slots()


class _Count:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.cursor = Cursor(text, dialect)
        self.numbers = {0}
        self.names: list[str] = []
        self.next = 1
        self.ignores_next = False

    def slots(self) -> Slots:
        cursor = self.cursor
        while cursor.left:
            unit = cursor.take()
            if unit == "\\":
                cursor.take()
            elif unit == "#" and "x" in cursor.options:
                cursor.at -= 1
                cursor.skip_blank()
            elif unit == "[":
                cursor.char_class()
            elif unit == ")":
                cursor.pop_options()
            elif unit == "(" and cursor.text.startswith("?#", cursor.at):
                cursor.at -= 1
                cursor.skip_blank()
                self.ignores_next = False
            elif unit == "(":
                self._open()
        names = self._numbered()
        return Slots(frozenset(self.numbers), names)

    def _open(self) -> None:
        cursor = self.cursor
        cursor.push_options()
        ignores, self.ignores_next = self.ignores_next, False
        if not cursor.takes("?"):
            if "n" not in cursor.options and not ignores:
                self.numbers.add(self.next)
                self.next += 1
        elif cursor.left > 1 and cursor.peek() in "<'":
            cursor.at += 1
            self._name()
        else:
            cursor.scan_options()
            if cursor.takes(")"):
                cursor.option_stack.pop()
            elif cursor.peek() == "(":
                self.ignores_next = True

    def _name(self) -> None:
        unit = self.cursor.peek()
        if unit in "123456789":
            self.numbers.add(self.cursor.decimal())
        elif unit != "0" and is_word_unit(unit):
            self.names.append(self.cursor.name())

    def _numbered(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in dict.fromkeys(self.names):
            while self.next in self.numbers:
                self.next += 1
            found[name] = self.next
            self.numbers.add(self.next)
        return found

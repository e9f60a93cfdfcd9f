"""`Export-Clixml`: PowerShell's objects as XML to exported objects (exports#3).

What an object is called counts: the list if it has one, else its `ToString`, else the
primitive. The serialised form that .NET puts beside it is never decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.exports.formats import Exported, exported_object
from harness.exports.problems import ExportError, shown
from harness.exports.xml_events import read_events, without_prolog

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 60
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LISTS = frozenset({"LST", "IE", "QUE", "STK"})
_TEXTS = frozenset({"S", "G", "URI", "Version", "XD", "C", "TS", "DT", "SBK"})
_OPAQUE = "serializationdata"


def is_clixml(text: str) -> bool:
    """Say whether a text sets out to be PowerShell's XML."""
    return without_prolog(text).startswith("<Objs")


def read_clixml(file: str, text: str) -> tuple[Exported, ...]:
    """Read the objects of a Clixml text, each with the line at which it begins.

    Raises:
        ExportError: it is no such XML, or nested beyond reason.

    """
    reader = _Reader(file)
    read_events(file, text, reader)
    return tuple(reader.objects)


@dataclass(slots=True)
class _Node:
    """One element that is being read: its name, and what it holds so far."""

    tag: str
    name: str
    line: int
    said: list[str] = field(default_factory=list)
    called: str | None = None
    items: list[object] | None = None
    properties: dict[str, object] = field(default_factory=dict)
    primitive: object = None


class _Reader:
    """What the XML parser hands over, as a stack of elements."""

    def __init__(self, file: str) -> None:
        self.objects: list[Exported] = []
        self._file = file
        self._stack: list[_Node] = []
        self._known: dict[str, object] = {}
        self._ids: list[str] = []

    def start(self, tag: str, given: dict[str, str], line: int) -> None:
        """Enter an element."""
        if len(self._stack) >= MAX_DEPTH:
            raise ExportError(f"{self._file}:{line}", "nested too deeply")
        node = _Node(tag, _plain(given.get("N", "")), line)
        if tag == "Ref":
            node.primitive = self._known.get(given.get("RefId", ""))
        self._stack.append(node)
        self._ids.append(given.get("RefId", "") if tag == "Obj" else "")

    def say(self, text: str, line: int) -> None:
        """Keep the text of an element."""
        del line  # that of the object counts
        self._stack[-1].said.append(text)

    def end(self, tag: str) -> None:
        """Leave an element, and hand its value to the one around it."""
        node, key = self._stack.pop(), self._ids.pop()
        if not self._stack or tag in {"TN", "T", "TNRef"}:
            return
        around = self._stack[-1]
        text = _plain("".join(node.said))
        if tag == "ToString":
            around.called = text
        elif tag in _LISTS:
            around.items = node.items or []
        elif tag in {"Props", "MS"}:
            around.properties.update(node.properties)
        elif tag == "Obj" and around.tag == "Objs":
            self.objects.append(self._object(node))
        else:
            value = self._value(node, text)
            if key:
                self._known[key] = value
            _give(around, node, value)

    def _object(self, node: _Node) -> Exported:
        place = f"{self._file}:{node.line}"
        if not node.properties:
            raise ExportError(place, f"`{shown(node.called or '')}` has no properties")
        return exported_object(self._file, node.line, node.properties)

    def _value(self, node: _Node, text: str) -> object:
        if node.tag == "Obj":
            if node.items is not None:
                return node.items
            return node.called if node.called is not None else node.primitive
        if node.tag == "Ref":
            return node.primitive
        read = _READ.get(node.tag)
        return read(text) if read else None


def _give(around: _Node, node: _Node, value: object) -> None:
    """Put a value where it belongs: a property, an item of a list, or itself."""
    if node.name:
        if node.name.lower() != _OPAQUE:
            around.properties[node.name] = value
    elif around.tag in _LISTS:
        around.items = [*(around.items or []), value]
    else:
        around.primitive = value


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _number(text: str) -> object:
    return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else text


_READ: MappingProxyType[str, Callable[[str], object]] = MappingProxyType(
    {
        **dict.fromkeys(_TEXTS, str),
        **dict.fromkeys(("I16", "I32", "I64", "U16", "U32", "U64", "By"), _number),
        **dict.fromkeys(("Db", "Sg", "D"), str),
        "B": lambda text: text.strip().lower() == "true",
        "Nil": lambda _: None,
        # Bytes: a serialised object, which nobody opens.
        "BA": lambda _: None,
    }
)

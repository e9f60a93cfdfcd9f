"""Resource blocks of a PowerShell configuration, parsed by the grammar and never run.

The grammar knows no `configuration`: to it a block is a command with a script block
behind it, and each of its lines is a command whose first argument is `=`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.exports.powershell import (
    WRAPPERS,
    NeedsValue,
    Source,
    Value,
    follow,
    joined,
    values_of,
    walk,
)
from harness.exports.problems import shown

if TYPE_CHECKING:
    from tree_sitter import Node

_AROUND = WRAPPERS | {"array_literal_expression"}


@dataclass(frozen=True, slots=True)
class Block:
    """One resource of a configuration: `Kind "name" { Name = value; ... }`."""

    kind: str
    given: Mapping[str, Value]
    line: int


def read_blocks(text: str, kind: re.Pattern[str]) -> tuple[Block, ...]:
    """Find the resource blocks of these kinds, in the order in which they stand.

    A line of a block that is no `Name = value` needs a value.
    """
    source = Source.of(text)
    known: dict[str, Value] = {}
    found: list[Block] = []
    for node in walk(source.tree.root_node):
        follow(node, source, known)
        if node.type == "command":
            name = _named(node, source)
            body = _body(node) if kind.match(name) else None
            if body is not None:
                found.append(
                    Block(name, _lines(body, source, known), source.line(node))
                )
    return tuple(found)


def _named(command: Node, source: Source) -> str:
    name = next((c for c in command.children if c.type == "command_name"), None)
    return source.text(name) if name else ""


def _elements(command: Node) -> list[Node]:
    found = next((c for c in command.children if c.type == "command_elements"), None)
    elements = found.named_children if found else []
    return [one for one in elements if one.type != "command_argument_sep"]


def _body(command: Node) -> Node | None:
    """Give the block behind a command: the last of its elements, or what follows."""
    pipeline = command.parent.parent if command.parent else None
    after = pipeline.next_named_sibling if pipeline else None
    for node in (*_elements(command)[-1:], after):
        inner = node
        while inner and inner.type in _AROUND and inner.named_child_count == 1:
            inner = inner.named_children[0]
        if inner and inner.type == "script_block_expression":
            return inner
    return None


def _lines(body: Node, source: Source, known: Mapping[str, Value]) -> dict[str, Value]:
    """Read the lines of a block, without those of the blocks inside it."""
    given: dict[str, Value] = {}
    for statement in _in_block(body):
        name = _named(statement, source) if statement.type == "command" else ""
        parts = _elements(statement)
        is_line = bool(parts) and source.text(parts[0]).strip() == "="
        if is_line and not statement.has_error and name not in given:
            given[name] = joined(values_of(parts[1:], source, known))
        else:
            text = source.text(statement)
            name = name.partition("=")[0] or text.split(maxsplit=1)[0]
            given[shown(name)] = NeedsValue(shown(text))
    return given


def _in_block(body: Node) -> Iterator[Node]:
    """Give the statements that stand directly in a block."""
    node: Node | None = body
    while node and node.type != "statement_list":
        types = ("script_block", "script_block_body", "statement_list")
        node = next((c for c in node.named_children if c.type in types), None)
    for statement in node.named_children if node else ():
        inner = statement
        while inner.type in WRAPPERS and inner.named_child_count == 1:
            inner = inner.named_children[0]
        if inner.type != "empty_statement":
            yield inner

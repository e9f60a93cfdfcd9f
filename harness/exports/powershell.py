"""PowerShell text to the commands in it, as values: parsed by a grammar, never run.

What a line leaves to a variable, an expression or a placeholder is `NeedsValue`: it is
named, and never guessed. A variable that a script sets once to a plain value is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import tree_sitter_powershell
from tree_sitter import Language, Parser

from harness.exports.problems import shown

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

# exports#5: what administrators type, and no grammar takes.
_TYPOGRAPHIC = str.maketrans("\u201c\u201d\u201e\u2018\u2019\u201a\u201b", "\"\"\"''''")
_IP = r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2}|-\d{1,3}(?:\.\d{1,3}){3})?"
_WORD = r"[A-Za-z*][\w.@*-]*"
_GAP = r"[ \t]*(?:`\r?\n[ \t]*)?"
_MASKED = re.compile(
    # Strings go by as they are; a `#` before a line's end is a comment.
    r"""(?P<string>@'\r?\n.*?\n'@|@"\r?\n.*?\n"@|'(?:[^']|'')*'|"(?:`.|""|[^"`])*")"""
    rf"|(?P<bare>(?<![\w.$]){_IP}(?:{_GAP},{_GAP}{_IP})*(?![\w.])"
    rf"|(?<![\w.$@:\]-]){_WORD}(?:{_GAP},{_GAP}{_WORD})+(?![\w.(\[]))"
    r"|(?P<hole><[A-Za-z][\w .,'/-]{0,60}>)"
    # The grammar ends a parameter before its digit, and reads no empty block.
    r"|(?P<name>(?<=[\s])-[A-Za-z]+[0-9][A-Za-z0-9]*)|(?P<block>\{\s*\})",
    re.DOTALL,
)
# An operator may stand there: `-join`.
_PARAMETER = re.compile(r"[ \t]*(-(?!join\b|split\b|not\b)[A-Za-z]\w*)", re.IGNORECASE)
_GOES_ON = ("`", "|", ",", "(", "{", "=")
_CAST = re.compile(r"^(?:\[[\w.]+(?:\[\])?\]\s*)+")
_MEMBER = re.compile(r"(\$\w+)\s*(?:\.\s*(\w+)|\[\s*['\"](\w+)['\"]\s*\])")
_CALLED = re.compile(r"(\$\w+)\.(?:add|addrange|remove|clear|insert)\b", re.IGNORECASE)
# Where a statement may be left out, or come several times.
_PERHAPS = frozenset(
    {
        "if_statement",
        "foreach_statement",
        "for_statement",
        "while_statement",
        "do_statement",
        "switch_statement",
        "catch_clauses",
    }
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b"}
_ESCAPED = re.compile(r'`(.)|""', re.DOTALL)
_CONSTANTS = {"$true": True, "$false": False, "$null": None}
WRAPPERS = frozenset(
    {
        "pipeline",
        "pipeline_chain",
        "logical_expression",
        "bitwise_expression",
        "comparison_expression",
        "additive_expression",
        "multiplicative_expression",
        "format_expression",
        "range_expression",
        "unary_expression",
        "statement_list",
        "parenthesized_expression",
        "left_assignment_expression",
    }
)
_LANGUAGE = Language(tree_sitter_powershell.language())


@dataclass(frozen=True, slots=True)
class NeedsValue:
    """What a script computes, or a reader of a page must fill in."""

    text: str


Value = (
    str | int | bool | None | NeedsValue | tuple["Value", ...] | Mapping[str, "Value"]
)


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a command with its value; a switch has True.

    `name` may be short, and is empty for a value that stands by its position.
    """

    name: str
    value: Value
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a text; `unread` are pieces that the grammar does not take."""

    name: str
    arguments: tuple[Argument, ...]
    line: int
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """What would have to be run: a loop, a pipeline, an expression."""

    text: str
    line: int


def read_lines(text: str) -> tuple[Command | Code, ...]:
    """Read a text of single commands and plain variables; all else is Code.

    What a variable takes from a command that only reads (`Get-`) needs a value.
    """
    source = Source.of(text)
    known: dict[str, Value] = {}
    found: list[Command | Code] = []
    for node in _statements(source.tree.root_node):
        (first, *more) = node.named_children or [node]
        if first.type == "assignment_expression" and not more:
            if _is_plain(first.children[-1], source, known):
                follow(first, source, known)
                continue
        elif command := _alone(node, source, known):
            found.append(command)
            continue
        found.append(Code(shown(source.text(node)), source.line(node)))
    return tuple(found)


def read_commands(text: str) -> tuple[Command, ...]:
    """Find the commands of a PowerShell text, in the order in which they stand."""
    source = Source.of(text)
    known: dict[str, Value] = {}
    found: list[Command] = []
    for node in walk(source.tree.root_node):
        follow(node, source, known)
        if node.type == "command":
            command = _command(node, source, known)
            if command is not None:
                found.append(command)
    for line, said in _dangling(text):
        before = [at for at, command in enumerate(found) if command.line < line]
        if before:
            command = found[before[-1]]
            found[before[-1]] = replace(command, unread=(*command.unread, said))
    return tuple(found)


def read_value(text: str) -> Value:
    """Read one PowerShell expression as a value."""
    source = Source.of(text)
    return _value(source.tree.root_node, source, {})


_ENCODING = "utf-16-le"
_NEWLINE = "\n".encode(_ENCODING)


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and the tree of its twin: the same length, masked where need be."""

    octets: bytes
    tree: Tree

    @classmethod
    def of(cls, text: str) -> Source:
        """Parse the twin; each of its places is the same place of the text."""
        twin = _MASKED.sub(_mask, text.translate(_TYPOGRAPHIC))
        parser = Parser(_LANGUAGE)
        octets = twin.encode(_ENCODING, "replace")
        return cls(
            text.encode(_ENCODING, "replace"),
            parser.parse(octets, encoding="utf16le"),
        )

    def text(self, node: Node) -> str:
        """Give what the text itself says there."""
        piece = self.octets[node.start_byte : node.end_byte]
        return piece.decode(_ENCODING, "replace")

    def line(self, node: Node) -> int:
        """Give the line at which a node begins."""
        return self.octets.count(_NEWLINE, 0, node.start_byte) + 1


def _dangling(text: str) -> Iterator[tuple[int, str]]:
    """Find lines that begin with a parameter: they belong to no command.

    PowerShell ends a command with its line, but for a backtick.
    """
    bare = _MASKED.sub(_without_text, text.translate(_TYPOGRAPHIC))
    before = ""
    for number, line in enumerate(bare.split("\n"), 1):
        match = _PARAMETER.match(line)
        if match and not before.endswith(_GOES_ON):
            yield number, f"{match[1]} at the beginning of a line, without a backtick"
        before = line.rstrip() or before


def _without_text(match: re.Match[str]) -> str:
    """Keep the lines of a text, and nothing else."""
    if match["string"]:
        return "x" + "\n" * match[0].count("\n") + "x"
    return match[0]


def _mask(match: re.Match[str]) -> str:
    """Keep strings; make one word of each of the others."""
    if match["string"]:
        return match[0]
    if match["name"]:
        return "-" + "x" * (len(match[0]) - 1)
    return "x" * len(match[0])


def walk(node: Node) -> Iterator[Node]:
    """Give every node, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


_SILENT = frozenset({"comment", "empty_statement"})
_QUIET: tuple[list[str], ...] = ([], ["out-null"])


def _statements(root: Node) -> Iterator[Node]:
    """Give the statements of a text; what is none comes as it is."""
    for child in root.named_children:
        inner = child.named_children if child.type == "statement_list" else [child]
        yield from (node for node in inner if node.type not in _SILENT)


def _is_plain(node: Node, source: Source, known: Mapping[str, Value]) -> bool:
    """Say whether a variable is given a value, or what a reading command gives."""
    if not isinstance(_value(node, source, known), NeedsValue):
        return True
    commands = [child for child in walk(node) if child.type == "command"]
    return len(commands) == 1 and source.text(commands[0]).lower().startswith("get-")


def _alone(node: Node, source: Source, known: Mapping[str, Value]) -> Command | None:
    """Read a statement that is one command, its output at most thrown away."""
    chains = node.named_children
    if node.type != "pipeline" or len(chains) != 1:
        return None
    first, *behind = chains[0].named_children or [node]
    is_quiet = [source.text(each).strip().lower() for each in behind] in _QUIET
    if first.type != "command" or not is_quiet:
        return None
    command = _command(first, source, known)
    is_read = not node.has_error or (command is not None and command.unread)
    return command if is_read else None


def follow(node: Node, source: Source, known: dict[str, Value]) -> None:
    """Keep in mind what a variable holds, or that nobody can say it any more."""
    if node.type == "assignment_expression":
        _assign(node, source, known)
    elif node.type == "foreach_statement":
        known.update(
            {
                source.text(child).lower(): NeedsValue(source.text(child))
                for child in node.children
                if child.type == "variable"
            }
        )
    elif node.type == "invokation_expression":
        called = _CALLED.match(source.text(node))
        if called and called[1].lower() in known:
            known[called[1].lower()] = NeedsValue(shown(source.text(node)))


def _assign(node: Node, source: Source, known: dict[str, Value]) -> None:
    """Remember `$name = value`; a second value makes the name unknown.

    So does one that is added to what was there, and one that is given only if.
    """
    said = _CAST.sub("", source.text(node.children[0]).strip())
    name, value = said.lower(), _value(node.children[-1], source, known)
    if source.text(node.children[1]).strip() != "=" or _is_perhaps(node):
        value = NeedsValue(said)
    member = _MEMBER.fullmatch(name)
    if member:
        table, key = known.get(member[1]), member[2] or member[3]
        known[member[1]] = NeedsValue(said)
        if isinstance(table, Mapping):
            kept = {k: v for k, v in table.items() if k.lower() != key}
            known[member[1]] = {**kept, key: value}
    else:
        known[name] = NeedsValue(said) if name in known else value


def _is_perhaps(node: Node) -> bool:
    """Say whether a statement may be left out, or come several times."""
    around = node.parent
    while around and around.type not in _PERHAPS:
        around = around.parent
    return around is not None


def _command(node: Node, source: Source, known: Mapping[str, Value]) -> Command | None:
    name = next((c for c in node.children if c.type == "command_name"), None)
    if name is None:
        return None
    elements = next((c for c in node.children if c.type == "command_elements"), None)
    arguments: list[Argument] = []
    unread: list[str] = []
    for label, line, nodes in _groups(elements, source):
        if any(each.has_error for each in nodes):
            unread.append(shown(" ".join(source.text(each) for each in nodes)))
            continue
        values = values_of(nodes, source, known)
        splatted = values[0] if not label and len(values) == 1 else None
        if isinstance(splatted, Mapping):
            arguments.extend(Argument(n, v, line) for n, v in splatted.items())
        elif label:
            arguments.append(Argument(label, joined(values), line))
        else:
            arguments.extend(Argument("", each, line) for each in values)
    return Command(
        source.text(name), tuple(arguments), source.line(node), tuple(unread)
    )


def _groups(
    elements: Node | None, source: Source
) -> Iterator[tuple[str, int, list[Node]]]:
    """Give each parameter with the nodes behind it; first those without one."""
    label, line = "", 1
    nodes: list[Node] = []
    for child in elements.children if elements else ():
        if child.type in {"command_argument_sep", "redirections"}:
            continue
        if child.type == "command_parameter":
            if label or nodes:
                yield label, line, nodes
            label = source.text(child).lstrip("-\u2013\u2014").rstrip(":")
            line, nodes = source.line(child), []
        else:
            line = line if label or nodes else source.line(child)
            nodes.append(child)
    if label or nodes:
        yield label, line, nodes


def values_of(
    nodes: list[Node], source: Source, known: Mapping[str, Value]
) -> list[Value]:
    """Read what stands behind a parameter, or by its position."""
    found: list[Value] = []
    for node in nodes:
        if node.type == "generic_token":
            found.extend(_bare(source.text(node)))
        else:
            value = _value(node, source, known)
            found.extend(value if isinstance(value, tuple) and value else [value])
    return found


def _bare(text: str) -> list[Value]:
    """Read an unquoted word, or several with commas between; `{}` is an empty list."""
    if text.startswith("<"):
        return [NeedsValue(text)]
    if text.startswith("{"):
        return [()]
    words = (word.strip(" \t\r\n`") for word in text.split(","))
    return [word for word in words if word]


def joined(values: list[Value]) -> Value:
    """Give one value as it is, several as a tuple, none as a switch."""
    if not values:
        return True
    return values[0] if len(values) == 1 else tuple(values)


def _value(node: Node, source: Source, known: Mapping[str, Value]) -> Value:
    """Evaluate what needs no running; everything else needs a value."""
    while node.type in WRAPPERS and node.named_child_count == 1:
        node = node.named_children[0]
    read = _READ.get(node.type)
    found = read(node, source, known) if read else None
    return NeedsValue(shown(source.text(node))) if found is None else found[0]


def _list(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    values = [_value(child, source, known) for child in node.named_children]
    return (values[0],) if len(values) == 1 else (tuple(values),)


def _array(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    """Read `@(...)`: a tuple, whatever stands in it."""
    if not node.named_children:
        return ((),)
    (body,) = node.named_children
    values = [
        _value(child, source, known)
        for child in body.named_children
        if child.type != "empty_statement"
    ]
    flat: list[Value] = []
    for value in values:
        flat.extend(value if isinstance(value, tuple) else [value])
    return (tuple(flat),)


def _string(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    inner = node.named_children[0]
    text = source.text(inner)
    if "here" in inner.type:
        text = text.partition("\n")[2].rpartition("\n")[0].removesuffix("\r")
        if inner.type.startswith("verbatim"):
            return (text,)
    elif inner.type.startswith("verbatim"):
        return (re.sub("(['\u2018\u2019\u201a\u201b]){2}", r"\1", text[1:-1]),)
    else:
        text = text[1:-1]
    for child in inner.named_children:
        value = _value(child, source, known)
        if not isinstance(value, str):
            return None
        text = text.replace(source.text(child), value, 1)
    return (_ESCAPED.sub(_unescaped, text),)


def _unescaped(match: re.Match[str]) -> str:
    return '"' if match[1] is None else _ESCAPES.get(match[1], match[1])


def _variable(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    name = source.text(node).lower()
    if name in _CONSTANTS:
        return (_CONSTANTS[name],)
    name = name.replace("@", "$", 1)
    return (known[name],) if name in known else None


def _number(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    del known
    text = source.text(node)
    return (int(text),) if text.isdigit() else (text,)


def _signed(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    del known
    text = source.text(node).strip()
    return (int(text),) if re.fullmatch(r"-\d{1,9}", text) else None


def _table(
    node: Node, source: Source, known: Mapping[str, Value]
) -> tuple[Value] | None:
    entries = [child for child in walk(node) if child.type == "hash_entry"]
    return (
        {
            source.text(entry.named_children[0]).strip("'\" "): _value(
                entry.named_children[-1], source, known
            )
            for entry in entries
        },
    )


_READ = {
    "array_literal_expression": _list,
    "array_expression": _array,
    "string_literal": _string,
    "variable": _variable,
    "integer_literal": _number,
    "real_literal": _number,
    "expression_with_unary_operator": _signed,
    "hash_literal_expression": _table,
}

"""Where a key stands in a TOML text: the reader of the standard library keeps no lines.

Only for messages: what is not found has no line, and nothing depends on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)\s*=")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Lines (from 1) by table, its number among those of its name, and key."""

    file: str
    lines: tuple[tuple[tuple[str, int, str], int], ...]

    def of(self, table: str = "", index: int = 0, key: str = "") -> str:
        """Give `file:line`, or the file alone where the line is not known."""
        found = dict(self.lines)
        line = found.get((table, index, key)) or found.get((table, index, ""))
        return f"{self.file}:{line}" if line else self.file


def find_places(text: str, file: str) -> Places:
    """Find the lines of all tables and keys; a key within a longer text is none."""
    found: dict[tuple[str, int, str], int] = {}
    counts: dict[str, int] = {}
    table, index, open_text = "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if open_text:
            open_text = "" if line.count(open_text) % 2 else open_text
            continue
        header, key = _TABLE.match(line), _KEY.match(line)
        if header:
            table = header[2].strip("\"'")
            is_array = header[1] == "[["
            index = counts.get(table, 0) if is_array else 0
            counts[table] = index + 1
            found.setdefault((table, index, ""), number)
        elif key:
            found.setdefault((table, index, key[1].strip("\"'")), number)
        open_text = next((q for q in ('"""', "'''") if line.count(q) % 2), "")
    return Places(file, tuple(found.items()))


def syntax_problem(error: ValueError, file: str) -> str:
    """Say in one line where a text is no TOML."""
    message = str(error)
    at = _AT_LINE.search(message)
    place = f"{file}:{at[1]}" if at else file
    what = (message[: at.start()] if at else message).replace("\n", " ")
    return f"{place}: no TOML: {what[:1].lower()}{what[1:]}"

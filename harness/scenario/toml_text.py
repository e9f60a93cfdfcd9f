"""Writes TOML: the few shapes that scenarios and our own files need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_toml(values: Mapping[str, object]) -> str:
    """Write a table, its inner tables inline: one line a key."""
    return "".join(f"{key_of(k)} = {value_of(v)}\n" for k, v in values.items())


def key_of(name: str) -> str:
    """Write a key, quoted where it must be."""
    return name if _BARE.fullmatch(name) else text_of(name)


def value_of(value: object) -> str:
    """Write a value on one line.

    Raises:
        ValueError: TOML has no such value.

    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text_of(value)
        case int():
            return str(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Mapping():
            inner = ", ".join(f"{key_of(k)} = {value_of(v)}" for k, v in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case Sequence():
            return "[" + ", ".join(value_of(entry) for entry in value) + "]"
        case _:
            raise ValueError(f"`{value}` has no spelling in TOML")


def text_of(text: str) -> str:
    """Write a text as a basic string."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    number = ord(char)
    if number < 0x20 or number == 0x7F:
        return f"\\u{number:04x}"
    return char

"""Lines of Exchange's shell, as an administrator would type them; never run here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# PowerShell takes the typographic ones for quotes too.
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")


class Bare(str):
    """What stands in a line as it is: an expression, no text."""

    __slots__ = ()


def command_line(
    cmdlet: str, name: str, parameters: Mapping[str, object] | None = None
) -> str:
    """Write a cmdlet with the object's name, if it has one, and its parameters."""
    given = parameters or {}
    parts = [cmdlet, quoted(name)] if name else [cmdlet]
    parts += (f"-{key} {written(value)}" for key, value in given.items())
    return " ".join(parts)


def written(value: object) -> str:
    """Write a value: a text in quotes, a list by commas, a truth as a variable."""
    if value is None:
        return "$null"
    if isinstance(value, Bare):
        return value
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(quoted(str(entry)) for entry in value) or "$null"
    return quoted(str(value))


def quoted(text: str) -> str:
    """Write a text for PowerShell; in single quotes nothing is expanded."""
    return f"'{_QUOTES.sub(_twice, text)}'"


def _twice(quote: re.Match[str]) -> str:
    return quote[0] * 2

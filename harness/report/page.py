"""A page: what can be laid out at any width, and how it becomes text.

A page is made of rows (a label and a sentence that wraps), tables and lines that
are to be copied or compared and so are never wrapped. What we add is ASCII: a page
must read the same in a log, in a pipe and in an old Windows console.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MIN_WIDTH = 60
DEFAULT_WIDTH = 100
RED, AMBER, GREEN = "bold red", "yellow", "green"
STRONG, QUIET = "bold", "dim"

_TAB = 9
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# No document can hold these (XML 1.0 2.2).
_NO_CHARACTERS = frozenset("\ufffe\uffff")
# What joins the parts of an emoji is harmless where it stands between them.
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Copied:
    """A line that is never wrapped: to be copied, or compared column by column."""

    text: Text


Part = RenderableType | Copied
Page = tuple[Part, ...]
Piece = str | Text | tuple[str, str]


def as_text(page: Iterable[Part], *, width: int, is_coloured: bool = False) -> str:
    """Lay a page out; without colour it holds no escape sequence at all."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, MIN_WIDTH),
        force_terminal=is_coloured,
        color_system="standard" if is_coloured else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        _environ=_NO_ENVIRONMENT,
    )
    for part in page:
        if isinstance(part, Copied):
            console.print(part.text, soft_wrap=True)
        else:
            console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().split("\n")[:-1])


def shown(text: str) -> str:
    """Give a text of a mail or an export so that it cannot act on a terminal.

    Control characters, and those that turn the direction of writing or are not
    seen, are spelt out.
    """
    return "".join(_shown(character) for character in text)


def line(*pieces: Piece, indent: int = 0) -> RenderableType:
    """Make one sentence of plain and of styled pieces; it wraps under its beginning."""
    return Padding(_text(pieces), (0, 0, 0, indent))


def copied(*pieces: Piece, indent: int = 0) -> Copied:
    """Make one line that is not wrapped."""
    return Copied(Text(" " * indent) + _text(pieces))


def rows(
    pairs: Iterable[tuple[str | Text, str | Text]], *, indent: int = 0, label: int = 10
) -> RenderableType:
    """Set labels beside sentences; a sentence wraps in its own column."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, min_width=label)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(as_rich(name), as_rich(value))
    return Padding(grid, (0, 0, 0, indent))


def as_rich(text: str | Text) -> Text:
    """Make a text of a string without reading markup in it."""
    return text if isinstance(text, Text) else Text(text)


def counted(number: int, one: str, many: str = "") -> str:
    """Say a number with its noun: `1 mail`, `2 mails`."""
    return f"{number} {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def listed(names: Iterable[str], *, last: str = "and") -> str:
    """Join names as a sentence does."""
    every = list(names)
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def _text(pieces: Iterable[Piece]) -> Text:
    text = Text()
    for piece in pieces:
        if isinstance(piece, (str, Text)):
            text.append(piece)
        else:
            text.append(piece[0], style=piece[1])
    return text


def _shown(character: str) -> str:
    is_harmless = unicodedata.category(character) not in _ESCAPED
    if character == _JOINER or (is_harmless and character not in _NO_CHARACTERS):
        return character
    code = ord(character)
    if code == _TAB:
        return " "
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


# A console of rich asks the environment for its width and colours; ours are told.
_NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})

"""A .NET regular expression as a tree, over UTF-16 code units."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class PatternRefused(ValueError):  # noqa: N818  what Exchange does with it
    """.NET itself does not take the pattern; the message says why."""


class NotTranslated(ValueError):  # noqa: N818  it is no error of anybody's
    """The pattern may be right, and we cannot say the same in another engine."""


class Dialect(Enum):
    """Which regular expressions a rule is written in (exchange-rules#2.2)."""

    DOTNET = ".NET"
    OBSERVED = "Exchange Online as observed"
    LEGACY = "Exchange 2010"


class Mark(Enum):
    """A place in the text that holds no character."""

    BEGIN = r"\A"
    END = r"\z"
    END_OR_LAST_FEED = r"\Z"
    LINE_BEGIN = "^"
    LINE_END = "$"
    SEARCH_BEGIN = r"\G"
    WORD_EDGE = r"\b"
    NO_WORD_EDGE = r"\B"


class Binding(Enum):
    """What parentheses do to what stands in them."""

    PLAIN = ":"
    ATOMIC = ">"
    AHEAD = "="
    NOT_AHEAD = "!"
    BEHIND = "<="
    NOT_BEHIND = "<!"
    CAPTURE = "<"


@dataclass(frozen=True, slots=True)
class Literal:
    """One code unit."""

    unit: str
    ignores_case: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The code units from one to another; `first` alone where both are the same."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Category:
    """A Unicode category, or `w`, `s`, `d` for .NET's own three."""

    name: str
    is_not: bool


@dataclass(frozen=True, slots=True)
class CharClass:
    """One code unit of a class: spans and categories, perhaps without another class."""

    items: tuple[Span | Category, ...]
    is_not: bool
    ignores_case: bool
    without: CharClass | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a group caught before."""

    slot: int
    ignores_case: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses; `slot` is the number of a capture."""

    binding: Binding
    body: Node
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """A quantifier; `most` is None where there is no end."""

    body: Node
    least: int
    most: int | None
    is_lazy: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One or the other, the first that holds."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """A choice by whether a group has caught (a number) or by looking ahead.

    `fails` is None where the second branch is left out.
    """

    condition: int | Node
    holds: Node
    fails: Node | None


Node = (
    Literal
    | CharClass
    | Mark
    | Reference
    | Group
    | Repeat
    | Sequence
    | Choice
    | Conditional
)

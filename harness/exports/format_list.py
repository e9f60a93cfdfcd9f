"""`Format-List`: what people paste. Lossy, and said to be so (exports#2.3).

A name, blanks, a colon; values wrap below their own column; `{a, b}` is a list, cut
with `...` where PowerShell tired of it. What was cut or wrapped is not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.exports.formats import exported_object
from harness.exports.problems import ExportError, shown

if TYPE_CHECKING:
    from harness.exports.formats import Exported

_LINE = re.compile(r"([A-Za-z][\w.-]*) *: ?(.*)")
_TRUTH = {"true": True, "false": False}
_ENOUGH = 3
# What is for people, or names the object: nothing hangs on a blank in it.
_PROSE = frozenset(
    {
        "comment",
        "comments",
        "description",
        "distinguishedname",
        "exchangeversion",
        "identity",
        "objectcategory",
        "objectclass",
        "organizationid",
        "originatingserver",
    }
)
LOSSY = "Format-List text: lists may be cut and values ambiguous; prefer ConvertTo-Json"


def is_format_list(text: str) -> bool:
    """Say whether such a list stands in a text, below whatever was pasted above it."""
    return _begins(text.splitlines()) is not None


def _begins(lines: list[str]) -> int | None:
    """Find the first of several lines with their colons below each other."""
    for number in range(len(lines) - _ENOUGH + 1):
        some = lines[number : number + _ENOUGH]
        colons = {line.find(" :") for line in some}
        is_aligned = len(colons) == 1 and min(colons) > 0
        if is_aligned and all(_LINE.fullmatch(line.rstrip()) for line in some):
            return number
    return None


def read_format_list(file: str, text: str) -> tuple[Exported, ...]:
    """Read the objects; a name that comes again, or an empty line, begins the next.

    Raises:
        ExportError: a line is none of such a list, or a list was cut.

    """
    lines = text.splitlines()
    begin = _begins(lines) or 0
    pasted = _Pasted(file)
    for number, line in enumerate(lines[begin:], begin + 1):
        pasted.take(number, line.rstrip())
    pasted.close()
    return tuple(pasted.objects)


@dataclass(slots=True)
class _Pasted:
    """The object that is being read, and those before it."""

    file: str
    objects: list[Exported] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    first: int = 0
    name: str = ""
    column: int = 0

    def take(self, number: int, line: str) -> None:
        """Take one line."""
        match = _LINE.fullmatch(line)
        if self.name and line.strip() and not line[: self.column].strip():
            self._go_on(number, line)
        elif match:
            if match[1] in self.said:
                self.close()
            self.first = self.first or number
            self.name, self.column = match[1], match.start(2)
            self.said[match[1]] = match[2]
        elif not line or line.startswith("PS "):
            self.close()
        else:
            what = f"`{shown(line)}`, expected `Name : value`"
            raise ExportError(f"{self.file}:{number}", what)

    def _go_on(self, number: int, line: str) -> None:
        """Take a wrapped value on; whether a blank stood at the break is lost."""
        if self.name.lower() not in _PROSE:
            raise ExportError(
                f"{self.file}:{number}",
                f"`{self.name}` is wrapped, and nobody can say whether a blank stood "
                "there; export with `ConvertTo-Json`",
            )
        self.said[self.name] += f" {line.strip()}"

    def close(self) -> None:
        """Make an object of what was said of it."""
        if self.said:
            place = f"{self.file}:{self.first}"
            values = {n: _value(text, n, place) for n, text in self.said.items()}
            self.objects.append(exported_object(self.file, self.first, values))
        self.said, self.first, self.name, self.column = {}, 0, "", 0


def _value(said: str, name: str, place: str) -> object:
    text = said.strip()
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if not (text.startswith("{") and text.endswith("}")):
        return text
    inner = text[1:-1].strip()
    if inner.endswith("..."):
        raise ExportError(
            place,
            f"`{name}` was cut by PowerShell; set $FormatEnumerationLimit = -1, or "
            "export with `ConvertTo-Json`",
        )
    return [part.strip() for part in inner.split(",")] if inner else []

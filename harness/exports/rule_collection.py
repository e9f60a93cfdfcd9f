"""`Export-TransportRuleCollection`: XML around the commands that make the rules.

The prolog lies about the encoding (exports#0), so the text is decoded first. The order
of the rules is their priority; what the commands leave out is the default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.exports.commands import objects_of
from harness.exports.formats import row_of
from harness.exports.powershell import read_commands
from harness.exports.problems import ExportError, shown
from harness.exports.xml_events import read_events, without_prolog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.exports.cmdlets import Cmdlet
    from harness.exports.formats import Exported

_ROOTS = frozenset({"rules", "dlpPolicyTemplates"})
_CURE = (
    "export it again with `Export-TransportRuleCollection`, or "
    "`Get-TransportRule | ConvertTo-Json`"
)


def is_rule_collection(text: str) -> bool:
    """Say whether a text sets out to be such an XML."""
    return without_prolog(text).startswith(tuple(f"<{root}" for root in sorted(_ROOTS)))


def read_rule_collection(file: str, text: str) -> tuple[tuple[Cmdlet, Exported], ...]:
    """Read the rules of a collection, each with the line of its command.

    Raises:
        ExportError: it is no such XML, or holds a rule in another form.

    """
    found: list[tuple[Cmdlet, Exported]] = []
    for line, block in _blocks(file, text):
        made = objects_of(file, read_commands(block), line=line)
        if not made:
            raise ExportError(
                f"{file}:{line}", f"no command that makes a rule; {_CURE}"
            )
        found.extend(made)
    return tuple(
        (cmdlet, _with_priority(entry, position))
        for position, (cmdlet, entry) in enumerate(found)
    )


def _with_priority(entry: Exported, position: int) -> Exported:
    properties = {**entry.properties, "Priority": position}
    return row_of(entry.file, entry.line, properties, entry.secrets)


def _blocks(file: str, text: str) -> Iterator[tuple[int, str]]:
    """Give the text of each commandBlock with its first line."""
    reader = _Reader(file)
    read_events(file, text, reader)
    yield from reader.blocks


class _Reader:
    """What the XML parser hands over, kept."""

    def __init__(self, file: str) -> None:
        self.blocks: list[tuple[int, str]] = []
        self._file = file
        self._said: list[str] | None = None
        self._line = 0
        self._rule: int | None = None

    def start(self, name: str, given: dict[str, str], line: int) -> None:
        """Enter an element."""
        if name == "rule":
            form = given.get("format", "")
            if form.lower() != "cmdlet":
                rule = shown(given.get("name", ""))
                raise ExportError(
                    f"{self._file}:{line}",
                    f"rule `{rule}` has the inner form; {_CURE}",
                )
            self._rule = line
        elif name == "commandBlock":
            self._said, self._line = [], 0

    def say(self, text: str, line: int) -> None:
        """Keep the text of a command, and where it begins."""
        if self._said is not None:
            if not self._said:
                self._line = line
            self._said.append(text)

    def end(self, name: str) -> None:
        """Leave an element."""
        if name == "commandBlock" and self._said is not None:
            self.blocks.append((self._line or 1, "".join(self._said)))
            self._said, self._rule = None, None
        elif name == "rule" and self._rule is not None:
            where = f"{self._file}:{self._rule}"
            raise ExportError(where, f"a rule without a command; {_CURE}")

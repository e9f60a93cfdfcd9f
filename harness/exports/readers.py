"""The text of a file to the objects in it: told by what stands in it, not by its name.

Each format has a row: how it is told, how it is read. The first that fits is taken; a
file that fits one and breaks its rules is a fault, one that fits none is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.exports.clixml import is_clixml, read_clixml
from harness.exports.cmdlets import Cmdlet, nested, recognise
from harness.exports.commands import MAKES, Made, objects_of, with_holes
from harness.exports.delimited import LOSSY as LOSSY_TABLE
from harness.exports.delimited import is_table, read_table
from harness.exports.desired_state import (
    Resources,
    is_desired_state,
    read_desired_state,
    read_snapshot,
)
from harness.exports.format_list import LOSSY, is_format_list, read_format_list
from harness.exports.formats import Exported, is_json, read_objects
from harness.exports.manifest import is_manifest
from harness.exports.no_configuration import (
    check_no_page,
    objects_without,
    text_without,
)
from harness.exports.powershell import read_commands
from harness.exports.problems import ExportError, shown
from harness.exports.recipients import TRUNCATED_AT
from harness.exports.rule_collection import is_rule_collection, read_rule_collection
from harness.exports.templates import read_templates, stored

_UNKNOWN = "not from a cmdlet that we know"
_OTHER = {".xml": "no rule collection; export with `ConvertTo-Json`"}
_PROSE = frozenset({".md", ".htm", ".html"})
_MAKES = re.compile(
    rf"(?im)(?:^|[;{{|(=]|\bntr\b)\s*(?:{'|'.join(map(re.escape, MAKES))})\b"
)
_DOCTYPE = re.compile(r"\s*(?:<\?xml[^>]*\?>)?\s*<!DOCTYPE\b", re.IGNORECASE)
_DRAWN = ".svg"


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a file: objects by the cmdlet that would show them, and remarks.

    `has_more`: who gave the list says that it is not the whole of it; `is_round`: it is
    just as long as a list that was cut. `is_note`: known, and no configuration.
    `manifest` is what the export script says of its own files.
    """

    what: str
    made: Made = ()
    kinds: tuple[Cmdlet, ...] = ()
    remark: str = ""
    has_more: bool = False
    is_note: bool = False
    manifest: Exported | None = None

    @property
    def is_round(self) -> bool:
        """Whether it is just as long as cmdlets give without being asked for more."""
        return isinstance(self.what, Cmdlet) and len(self.made) == TRUNCATED_AT

    @property
    def is_read(self) -> bool:
        """Whether it is the output of cmdlets that we know."""
        return bool(self.kinds)

    def of(self, kind: Cmdlet) -> tuple[Exported, ...]:
        """Give the objects of one cmdlet."""
        return tuple(entry for cmdlet, entry in self.made if cmdlet is kind)


def read_text(file: str, suffix: str, text: str) -> Found:
    """Read whatever stands in a file.

    Raises:
        ExportError: it breaks the rules of its format.

    """
    without = text_without(text)
    if without:
        return Found("no configuration", remark=without, is_note=True)
    if suffix in _PROSE:
        return Found("a page", remark="for people", is_note=True)
    check_no_page(file, text)
    if suffix != _DRAWN and _DOCTYPE.match(text):
        what = "a DOCTYPE, which no export has (entities hide in it); export it again"
        raise ExportError(f"{file}:1", what)
    for is_it, read in _FORMATS:
        if is_it(text):
            return read(file, text)
    if suffix == ".json":
        start = shown(text.lstrip()[:20])
        what = f"`{start}`, expected JSON as `ConvertTo-Json` writes it"
        raise ExportError(f"{file}:1", what)
    return not_understood(_OTHER.get(suffix, "no export that we know"))


def not_understood(why: str) -> Found:
    """Say that nothing was read, and why."""
    return Found("not understood", remark=why)


def _json(file: str, text: str) -> Found:
    objects = read_objects(file, text)
    entries = tuple(one for entry in objects.entries for one in stored(entry))
    if is_manifest(entries):
        return Found("the list of an export", manifest=entries[0])
    without = objects_without(entries)
    if without:
        return Found("no configuration", remark=without, is_note=True)
    snapshot = read_snapshot(file, entries)
    if snapshot:
        return _resources(snapshot)
    found = _shown(file, entries)
    if found.is_read:
        return replace(found, has_more=objects.has_more)
    made = read_templates(entries)
    return _made(made, "a template for") if made else found


def _shown(file: str, entries: tuple[Exported, ...], remark: str = "") -> Found:
    """Know the objects that a Get- cmdlet has shown, in whatever format."""
    cmdlet = recognise(file, entries)
    if cmdlet is None:
        inner = nested(entries)
        return not_understood(f"`{inner}` in something else" if inner else _UNKNOWN)
    made = tuple((cmdlet, entry) for entry in entries)
    return Found(cmdlet, made, (cmdlet,), remark)


def _made(made: Made, how: str, remark: str = "") -> Found:
    """Know the objects that command lines and their like make."""
    kinds = tuple(dict.fromkeys(cmdlet for cmdlet, _ in made))
    what = ", ".join(f"{how} {kind}" for kind in kinds)
    return Found(what, made, kinds, remark)


def _resources(found: Resources) -> Found:
    others = ", ".join(f"{count} {kind}" for kind, count in found.others.items())
    if not found.made:
        return not_understood(f"only resources that we do not know: {others}")
    remark = f"not looked into: {others}" if others else ""
    return _made(found.made, "resources for", remark)


def _script(file: str, text: str) -> Found:
    made = objects_of(file, with_holes(read_commands(text)))
    return _made(made, "lines for") if made else not_understood("no lines that we know")


def _table(file: str, text: str) -> Found:
    cmdlet, entries = read_table(file, text)
    if cmdlet is None:
        return not_understood(_UNKNOWN)
    made = tuple((cmdlet, entry) for entry in entries)
    return Found(cmdlet, made, (cmdlet,), LOSSY_TABLE)


_FORMATS: tuple[tuple[Callable[[str], bool], Callable[[str, str], Found]], ...] = (
    (
        is_rule_collection,
        lambda file, text: _made(read_rule_collection(file, text), "lines for"),
    ),
    (is_clixml, lambda file, text: _shown(file, read_clixml(file, text))),
    (is_json, _json),
    (
        is_desired_state,
        lambda file, text: _resources(read_desired_state(file, text)),
    ),
    (lambda text: bool(_MAKES.search(text)), _script),
    (
        is_format_list,
        lambda file, text: _shown(file, read_format_list(file, text), LOSSY),
    ),
    (is_table, _table),
)

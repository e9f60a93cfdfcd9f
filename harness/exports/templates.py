"""Templates of vendors: the parameters of New-TransportRule and its like, as JSON.

They lie one or two objects deep, beside variants of which a set-up chooses one, private
keys of the vendor, and places that somebody fills in (exports#6).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from harness.exports.cmdlets import Cmdlet, likeliest
from harness.exports.commands import Made, made_of, with_hole
from harness.exports.formats import Exported, read_objects
from harness.exports.powershell import NeedsValue, Value
from harness.exports.problems import ExportError, each, shown

# What the vendor's own set-up looks at, and no cmdlet takes.
_PRIVATE = frozenset({"smpriority"})
_MADE = frozenset({Cmdlet.RULES, Cmdlet.OUTBOUND_CONNECTORS, Cmdlet.INBOUND_CONNECTORS})
_DEEPEST = 4


def stored(entry: Exported) -> tuple[Exported, ...]:
    """Give what a row of storage holds as a text of JSON: a template of CIPP.

    Raises:
        ExportError: the text is no JSON.

    """
    said = entry.get("JSON")
    if entry.has("PartitionKey") and isinstance(said, str):
        return read_objects(entry.file, said).entries
    return (entry,)


def read_template(entry: Exported) -> tuple[Cmdlet, Exported] | None:
    """Read the object that a template would make; None if it is none.

    Raises:
        ExportError: it has several variants, or a cmdlet would not take it.

    """
    found = dict(_variants(entry.properties, "", {}))
    if not found:
        return None
    if len(found) > 1:
        names = " and ".join(f"`{shown(path)}`" for path in list(found)[:3])
        what = f"a template with the variants {names}, expected the one that was used"
        raise ExportError(entry.place, what)
    ((cmdlet, given),) = found.values()
    return cmdlet, made_of(entry.file, entry.line, cmdlet, given)


def read_templates(entries: tuple[Exported, ...]) -> Made:
    """Read the templates among the objects of a file.

    Raises:
        ExportError: what is wrong with any of them.

    """
    return tuple(one for one in each(read_template, entries) if one is not None)


def _variants(
    table: Mapping[str, object], path: str, around: Mapping[str, Value]
) -> Iterator[tuple[str, tuple[Cmdlet, dict[str, Value]]]]:
    """Find the innermost objects that hold parameters, with what stands around them."""
    own = {**around, **dict(_parameters(table))}
    deeper = [
        one
        for name, inner in table.items()
        if isinstance(inner, dict) and inner and path.count(".") < _DEEPEST
        for one in _variants(inner, f"{path}.{name}".lstrip("."), own)
    ]
    if deeper:
        yield from deeper
        return
    cmdlet = likeliest(frozenset(name.lower() for name in own))
    if path and cmdlet in _MADE:
        yield path, (cmdlet, own)


def _parameters(table: Mapping[str, object]) -> Iterator[tuple[str, Value]]:
    for name, value in table.items():
        said = name.strip()
        if isinstance(value, dict) or said.lower() in _PRIVATE or value is None:
            continue
        # An empty text is filled in by the set-up of the vendor.
        yield said, NeedsValue('""') if value == "" else with_hole(_value(value))


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(_value(one) for one in value)
    if isinstance(value, (str, int, bool)):
        return value
    return json.dumps(value)

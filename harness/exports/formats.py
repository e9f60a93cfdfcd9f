"""Exported objects, and JSON to objects: the shapes around it.

Nothing here knows what the objects mean. Grammar: one object, a list of objects,
`null` or nothing, or an object whose `value` is such a list (exports#2.2, exports#4).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from harness.exports.problems import ExportError, shown

MAX_TEXT = 262_144
# .NET's serialised form of an object: never decoded, and long (exports#mistake-9).
_OPAQUE = "serializationdata"
_STARTS = re.compile(r"\s*(?:\{|null\s*\Z|\[\s*(?:[\[{\]\"\d-]|null|true|false|\Z))")
_MORE = "@odata.nextlink"
_AROUND = frozenset({"value", "count", _MORE, "@odata.context", "@odata.count"})
_SECRET = ("password", "credential", "secret")
# What is left of a credential that PowerShell wrote as text, and what says whether
# something has a password: nothing to keep from anybody.
_NO_SECRETS = frozenset(
    {
        "system.management.automation.pscredential",
        "true",
        "false",
        "$true",
        "$false",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The names of an object's properties: one value for all objects that are alike.

    `places` says where each is, by its name in lower case.
    """

    names: tuple[str, ...]
    places: Mapping[str, int]


@lru_cache(maxsize=4096)
def columns_of(names: tuple[str, ...]) -> Columns:
    """Give the columns of these names, the same ones each time."""
    places = {name.lower(): place for place, name in enumerate(names)}
    return Columns(names, MappingProxyType(places))


@lru_cache(maxsize=4096)
def _among(columns: Columns, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name.lower() in columns.places)


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that a file does not hold: what stands in its place, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Exported:
    """One exported object: a row of values. Names are found without regard to case.

    `secrets` names properties that hold a password, whose values are not kept, and
    `notes` those that only tell the type of another one. `lost` are properties that
    were set, and nobody knows to what: they are not among the values.
    """

    file: str
    line: int
    columns: Columns = field(repr=False)
    values: tuple[object, ...] = field(hash=False)
    secrets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lost: tuple[tuple[str, Lost], ...] = ()

    @property
    def properties(self) -> dict[str, object]:
        """The values by their names, made anew each time."""
        return dict(zip(self.columns.names, self.values, strict=True))

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    def get(self, name: str) -> object:
        """Give a property's value, None when it is absent or null."""
        place = self.columns.places.get(name.lower())
        return None if place is None else self.values[place]

    def has(self, name: str) -> bool:
        """Say whether the property is there, whatever it holds."""
        return name.lower() in self.columns.places

    def among(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give those of the names that the object has: for long lists of names."""
        return _among(self.columns, names)


def row_of(
    file: str,
    line: int,
    properties: Mapping[str, object],
    secrets: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Exported:
    """Make an object of values by their names."""
    columns = columns_of(tuple(properties))
    return Exported(file, line, columns, tuple(properties.values()), secrets, notes)


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one file; `has_more` when the server says that it cut the list."""

    entries: tuple[Exported, ...]
    has_more: bool = False


def is_json(text: str) -> bool:
    """Say whether a text sets out to be a JSON object, list or null.

    A script may begin with a bracket too: `[CmdletBinding()]`.
    """
    return bool(_STARTS.match(text))


def read_objects(name: str, text: str) -> Objects:
    """Read the objects of a JSON text, each with the line at which it begins.

    Raises:
        ExportError: it is no JSON, or no list of objects.

    """
    has_more = False
    found: list[tuple[int, object]] = []
    for line, value in _values(name, text):
        inner = _wrapped(value)
        if inner is None:
            found.append((line, value))
            continue
        has_more = has_more or _has_more(value)
        found.extend((line, entry) for entry in inner)
    objects = [(line, value) for line, value in found if value is not None]
    return Objects(
        tuple(_exported(name, line, value) for line, value in objects), has_more
    )


def _values(name: str, text: str) -> Iterator[tuple[int, object]]:
    """Yield the elements of the outer list one by one, to know their lines."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_pairs, parse_constant=_constant, parse_float=str
    )
    place = _skip(text, 0)
    line, counted = 1, 0
    if text[place : place + 1] != "[":
        yield from _one_after_the_other(name, text, place, decoder)
        return
    place = _skip(text, place + 1)
    if text[place : place + 1] == "]":
        _nothing_after(name, text, _skip(text, place + 1))
        return
    while True:
        line += text.count("\n", counted, place)
        counted = place
        value, end = _one(name, text, place, decoder)
        yield line, value
        place = _skip(text, end)
        sign = text[place : place + 1]
        if sign == "]":
            _nothing_after(name, text, _skip(text, place + 1))
            return
        if sign != ",":
            raise _broken(name, text, place, "expected `,` or `]`")
        place = _skip(text, place + 1)


def _one_after_the_other(
    name: str, text: str, place: int, decoder: json.JSONDecoder
) -> Iterator[tuple[int, object]]:
    """Yield an object, and those below it: each was piped to ConvertTo-Json alone."""
    while True:
        value, end = _one(name, text, place, decoder)
        yield text.count("\n", 0, place) + 1, value
        place = _skip(text, end)
        if text[place : place + 1] != "{" or "\n" not in text[end:place]:
            _nothing_after(name, text, place)
            return


def _one(
    name: str, text: str, place: int, decoder: json.JSONDecoder
) -> tuple[object, int]:
    try:
        return decoder.raw_decode(text, place)
    except json.JSONDecodeError as problem:
        what = problem.msg[:1].lower() + problem.msg[1:]
        raise _broken(name, text, problem.pos, what) from None
    except RecursionError:
        raise _broken(name, text, place, "nested too deeply") from None
    except ValueError as problem:
        what = "a number too long" if "digits" in str(problem) else str(problem)
        raise _broken(name, text, place, shown(what)) from None


def _broken(name: str, text: str, place: int, what: str) -> ExportError:
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    if not text[place:].strip():
        what = "the file ends too early; export it again"
    return ExportError(f"{name}:{line}", f"no JSON at column {column}: {what}")


def _nothing_after(name: str, text: str, place: int) -> None:
    if place < len(text):
        raise _broken(name, text, place, "something follows the end")


def _skip(text: str, place: int) -> int:
    while text[place : place + 1] in {" ", "\t", "\r", "\n"}:
        place += 1
    return place


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        message = f"`{shown(twice)}` stands twice in one object"
        raise ValueError(message)
    return found


def _constant(text: str) -> object:
    message = f"`{text}` is no JSON number"
    raise ValueError(message)


def _wrapped(value: object) -> list[Any] | None:
    """Give the list inside `{"value": [...]}` as services and PowerShell write it."""
    if not isinstance(value, dict):
        return None
    folded = {key.lower(): key for key in value}
    inner = value.get(folded.get("value", ""))
    if isinstance(inner, list) and all(
        key in _AROUND or key.startswith("@") for key in folded
    ):
        return inner
    return None


def _has_more(value: object) -> bool:
    return isinstance(value, dict) and any(key.lower() == _MORE for key in value)


def _exported(name: str, line: int, value: object) -> Exported:
    if not isinstance(value, dict):
        place = f"{name}:{line}"
        raise ExportError(place, f"`{shown(value)}`, expected an exported object")
    return exported_object(name, line, value)


def exported_object(name: str, line: int, value: Mapping[str, object]) -> Exported:
    """Make an object of properties from whatever format.

    Raises:
        ExportError: a text is monstrous, or two names differ in case only.

    """
    lost = tuple((k, one) for k, one in value.items() if isinstance(one, Lost))
    if lost:
        value = {k: one for k, one in value.items() if not isinstance(one, Lost)}
    kept, notes, secrets = _sorted_out(name, line, value)
    found = row_of(name, line, kept, secrets, notes)
    if lost:
        found = replace(found, lost=lost)
    if len(found.columns.places) < len(found.values):
        message = "two properties differ in upper and lower case only"
        raise ExportError(found.place, message)
    return found


def _sorted_out(
    name: str, line: int, value: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...], tuple[str, ...]]:
    """Give what to keep, what only tells a type, and what is a password."""
    kept: dict[str, object] = {}
    notes: list[str] = []
    secrets: list[str] = []
    for key, content in value.items():
        if not (_is_harmless(content) and _is_plain_name(key)):
            _check(f"{name}:{line}", key, content)
            # exports#2.2: `X@data.type` tells the type of its sibling.
            # A list below an address is the members of a group.
            if "@" in key and not isinstance(content, list):
                notes.append(key)
                continue
            if _is_secret(key, content):
                secrets.append(key)
                continue
        kept[key] = content
    return kept, tuple(notes), tuple(secrets)


def _is_harmless(value: object) -> bool:
    """Say at little cost of nearly every value that nothing can be wrong with it."""
    if value is None or value is False or value is True:
        return True
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and value.isascii()
    return isinstance(value, list) and all(
        isinstance(one, str) and len(one) <= MAX_TEXT and one.isascii() for one in value
    )


@lru_cache(maxsize=4096)
def _is_plain_name(key: str) -> bool:
    return key.isidentifier() and key.isascii() and not is_secret_name(key)


def _is_secret(key: str, content: object) -> bool:
    """A password, whoever put it there: neither kept nor shown."""
    stack = [(key, content)]
    while stack:
        name, entry = stack.pop()
        if is_secret_name(name) and isinstance(entry, (str, dict, list)):
            is_word = isinstance(entry, str) and entry.lower() in _NO_SECRETS
            if entry and not is_word:
                return True
        if isinstance(entry, dict):
            stack.extend(entry.items())
        elif isinstance(entry, list):
            stack.extend((name, one) for one in entry)
    return False


@lru_cache(maxsize=4096)
def is_secret_name(key: str) -> bool:
    """Say whether a property of this name may hold a password."""
    return any(word in key.lower() for word in _SECRET)


def _check(place: str, key: str, value: object) -> None:
    """Refuse texts that no cmdlet writes and that could harm what comes later."""
    stack = [value, key]
    while stack:
        entry = stack.pop()
        if isinstance(entry, dict):
            stack.extend(entry.keys())
            stack.extend(entry.values())
        elif isinstance(entry, list):
            stack.extend(entry)
        elif isinstance(entry, str):
            if len(entry) > MAX_TEXT and key.lower() != _OPAQUE:
                raise ExportError(
                    place,
                    f"`{shown(key)}` holds a text of {len(entry)} characters, "
                    f"at most {MAX_TEXT}",
                )
            if not entry.isascii() and any("\ud800" <= c <= "\udfff" for c in entry):
                raise ExportError(
                    place, f"`{shown(key)}` holds half of a surrogate pair"
                )

"""Our own TOML files: tables whose keys and types are checked, with line numbers."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from fakes.mail.address import Address, AddressError, is_domain, parse_address
from harness.exports.problems import ExportError, shown

E = TypeVar("E", bound=StrEnum)
Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*\[(\[?)\s*([^\[\]].*?)\s*\]?\]\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'|\s*\.\s*)+?)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_AT = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file: its values, where it stands, and the lines of the file."""

    file: str
    path: Path
    values: Mapping[str, object] = field(hash=False)
    lines: Mapping[Path, int] = field(hash=False)

    def place(self, key: str | None = None) -> str:
        """File and line of a key, or of the closest thing around it."""
        path = self.path if key is None else (*self.path, key)
        while path:
            if path in self.lines:
                return f"{self.file}:{self.lines[path]}"
            path = path[:-1]
        return f"{self.file}:1"

    def fail(self, key: str | None, message: str) -> ExportError:
        """Make the error for a key."""
        return ExportError(self.place(key), message)

    def only(self, *known: str) -> None:
        """Refuse every other key.

        Raises:
            ExportError: a key is not one of these; the nearest is named.

        """
        for key in self.values:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1, 0.5)
                hint = f", did you mean `{near[0]}`?" if near else ""
                hint = hint or f"; expected {', '.join(known)}"
                raise self.fail(key, f"unknown key `{shown(key)}`{hint}")

    def text(self, key: str) -> str | None:
        """Give a text; None when it is not there."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self._type(key, value, "a text")

    def needed(self, key: str) -> str:
        """Give a text that must be there."""
        value = self.text(key)
        if not value:
            raise self.fail(None, f"`{key}` is missing")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Give a list of texts; one text stands for a list of one."""
        value = self.values.get(key)
        if value is None:
            return None
        found = value if isinstance(value, list) else [value]
        if all(isinstance(one, str) for one in found):
            return tuple(str(one) for one in found)
        raise self._type(key, value, "a list of texts")

    def flag(self, key: str) -> bool | None:
        """Give true or false; None when it is not there."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self._type(key, value, "true or false")

    def number(self, key: str, *, low: int, high: int) -> int | None:
        """Give a whole number in a range; None when it is not there."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._type(key, value, "a whole number")
        if not low <= value <= high:
            raise self.fail(key, f"`{key}` is {value}, expected {low} to {high}")
        return value

    def choice(self, key: str, kind: type[E]) -> E | None:
        """Give one of the words of an enumeration; None when it is not there."""
        value = self.text(key)
        return None if value is None else self.word(key, value, kind)

    def words(self, key: str, kind: type[E]) -> frozenset[E] | None:
        """Give some of the words of an enumeration; None when it is not there."""
        said = self.texts(key)
        return (
            None if said is None else frozenset(self.word(key, s, kind) for s in said)
        )

    def word(self, key: str, value: str, kind: type[E]) -> E:
        """Turn a text into one of the words of an enumeration."""
        known = [member.value for member in kind]
        if value in known:
            return kind(value)
        near = difflib.get_close_matches(value, known, 1, 0.5)
        hint = f", did you mean `{near[0]}`?" if near else ""
        expected = hint or f", expected {', '.join(known)}"
        raise self.fail(key, f"`{key}` is `{shown(value)}`{expected}")

    def address(self, key: str, said: str) -> Address:
        """Read a mail address."""
        try:
            return parse_address(said)
        except AddressError as problem:
            raise self.fail(key, f"`{key}`: {problem}") from None

    def addresses(self, key: str) -> tuple[Address, ...]:
        """Read a list of mail addresses; empty when it is not there."""
        return tuple(self.address(key, said) for said in self.texts(key) or ())

    def domains(self, key: str) -> tuple[str, ...] | None:
        """Read a list of domains; None when it is not there."""
        found = self.texts(key)
        for said in found or ():
            if not is_domain(said):
                raise self.fail(key, f"`{key}` holds `{shown(said)}`, no domain")
        return found

    def table(self, key: str) -> Table | None:
        """Give a table inside; None when it is not there."""
        value = self.values.get(key)
        return None if value is None else self.inner(key, value)

    def inner(self, key: str, value: object) -> Table:
        """Take the value of a key for a table."""
        if isinstance(value, dict):
            return Table(self.file, (*self.path, key), value, self.lines)
        raise self._type(key, value, f"a table [{key}]")

    def named(self, key: str) -> tuple[tuple[str, Table], ...]:
        """Give the tables inside a table, by name; empty when it is not there."""
        outer = self.table(key)
        if outer is None:
            return ()
        return tuple((name, outer.inner(name, v)) for name, v in outer.values.items())

    def tables(self, key: str) -> tuple[Table, ...] | None:
        """Give a list of tables; None when it is not there."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self._type(key, value, f"tables [[{key}]]")
        return tuple(
            Table(self.file, (*self.path, key, index), inner, self.lines)
            for index, inner in enumerate(value)
        )

    def _type(self, key: str, value: object, expected: str) -> ExportError:
        # Never the value itself: it may be a password.
        kinds: dict[type, str] = {str: "a text", bool: "true or false", int: "a number"}
        kinds |= {list: "a list", dict: "a table", float: "a number with a point"}
        found = kinds.get(type(value), "a date")
        return self.fail(key, f"`{key}` is {found}, expected {expected}")


def read_toml(file: str, text: str) -> Table:
    """Read a TOML text.

    Raises:
        ExportError: it is no TOML.

    """
    try:
        values = tomllib.loads(text.replace("\r\n", "\n"))
    except RecursionError:
        raise ExportError(f"{file}:1", "no TOML: nested too deeply") from None
    except ValueError as problem:
        found = _AT.search(str(problem))
        last = text.count("\n") + 1
        line = found[1] if found and found[1] else str(last if found else 1)
        what = _AT.sub("", str(problem))
        what = shown(what[:1].lower() + what[1:])
        raise ExportError(f"{file}:{line}", f"no TOML: {what}") from None
    return Table(file, (), values, dict(_lines(text)))


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """Find the line of each table and key. tomllib does not tell; a scan is enough.

    What it misses (a key inside an inline table) is reported at what is around it.
    """
    path: Path = ()
    counts: dict[Path, int] = {}
    quote = ""
    for line, content in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if quote in content else quote
            continue
        header = _HEADER.fullmatch(content)
        key = None if header else _KEY.match(content)
        if header:
            path = _header_path(header[2], is_list=bool(header[1]), counts=counts)
            if path[-1:] == (0,):
                yield path[:-1], line
            yield path, line
        elif key:
            yield (*path, *_parts(key[1])), line
        quote = next((q for q in ('"""', "'''") if content.count(q) % 2), "")


def _header_path(said: str, *, is_list: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    parts = _parts(said)
    for index, part in enumerate(parts):
        path = (*path, part)
        if is_list and index == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(said: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(said))

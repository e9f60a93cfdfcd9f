"""`zivver-accounts.csv`: the accounts of `zivver.toml` as a table.

    address,aliases,kind,state,delegates
    anna@contoso.example,a.jansen@contoso.example,user,active,bob@contoso.example

Only `address` must be there; without a column `delegates` they are not known. Aliases
and delegates stand apart by blanks or `;`, columns by commas, semicolons (as Excel does
in many countries) or tabs. Whoever lists the accounts in either file lists each address
once.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from fakes.mail.address import Address, AddressError, parse_address
from fakes.zivver.service import Account, AccountKind, AccountState
from harness.exports.encodings import RawFile, decode_table
from harness.exports.problems import ExportError, shown

E = TypeVar("E", bound=StrEnum)

_ADDRESS, _ALIASES, _KIND, _STATE = "address", "aliases", "kind", "state"
_DELEGATES = "delegates"
_COLUMNS = (_ADDRESS, _ALIASES, _KIND, _STATE, _DELEGATES)
_SIGNS = (",", ";", "\t")
# Excel's own word for the sign between columns.
_SAID_SIGN = re.compile(r"sep=(.)(?:\r?\n|\r)", re.IGNORECASE)
_MOST_LINES = 10
_NO_TEXT = "neither UTF-8 nor Windows-1252; save it as `CSV UTF-8` in Excel"
# What an address may hold of Windows-1252; all else tells of another code page.
_KNOWN = frozenset("\t\r\nŠŒŽšœžŸ") | {
    c for c in map(chr, range(0x20, 0x100)) if c.isascii() or c.isalpha()
}


@dataclass(frozen=True, slots=True)
class Placed:
    """An account, and where it stands."""

    account: Account
    place: str


def decode_accounts(raw: RawFile) -> tuple[str, str]:
    """Give the text of the table, and what had to be assumed of its encoding.

    Raises:
        ExportError: it is no text, or of another code page than most of Excel's.

    """
    try:
        text, assumed = decode_table(raw)
    except ExportError:
        raise ExportError(raw.name, _NO_TEXT) from None
    at = next((i for i, c in enumerate(text) if assumed and c not in _KNOWN), None)
    if at is not None:
        raise ExportError(f"{raw.name}:{text.count(chr(10), 0, at) + 1}", _NO_TEXT)
    return text, assumed


def read_accounts(file: str, text: str) -> tuple[Account, ...]:
    """Read the table.

    Raises:
        ExportError: lines cannot be read, or an address stands twice; it names each.

    """
    placed: list[Placed] = []
    problems: list[ExportError] = []
    for place, row in _rows(file, text):
        try:
            placed.append(Placed(_account(place, row), place))
        except ExportError as problem:
            problems.append(problem)
    problems.extend(doubled(placed))
    if problems:
        raise _joined(problems)
    return tuple(each.account for each in placed)


def doubled(accounts: Iterable[Placed]) -> Iterator[ExportError]:
    """Find the addresses that are an account or an alias for a second time."""
    first: dict[Address, Placed] = {}
    for each in accounts:
        for address in each.account.addresses:
            known = first.setdefault(address, each)
            if known is not each:
                what = f"`{shown(str(address))}` is an account or alias already"
                yield ExportError(each.place, f"{what}, at {known.place}")
                break


def nearest(said: str, known: Iterable[str]) -> str:
    """Say what would be right, for the end of a message."""
    words = tuple(known)
    near = difflib.get_close_matches(said.lower(), words, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"expected {', '.join(words)}"


def _rows(file: str, text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    said = _SAID_SIGN.match(text)
    above = 1 if said else 0
    text = text[said.end() :] if said else text
    # Excel for the Mac has ended lines with CR.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head = text.partition("\n")[0]
    sign = said[1] if said else max(_SIGNS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    names: tuple[str, ...] = ()
    begin = 1 + above
    try:
        for cells in reader:
            place, begin = f"{file}:{begin}", reader.line_num + above + 1
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if names:
                yield place, _row(names, values)
            else:
                names = _names(place, values)
    except csv.Error as problem:
        raise ExportError(f"{file}:{begin}", f"no CSV: {problem}") from None
    if not names:
        raise ExportError(f"{file}:1", f"empty, expected `{','.join(_COLUMNS)}`")


def _names(place: str, values: list[str]) -> tuple[str, ...]:
    names = tuple(value.lower() for value in values)
    for name in names:
        if name not in _COLUMNS:
            what = f"unknown column `{shown(name)}`"
            raise ExportError(place, f"{what}, {nearest(name, _COLUMNS)}")
        if names.count(name) > 1:
            raise ExportError(place, f"column `{name}` stands twice")
    if _ADDRESS not in names:
        raise ExportError(place, f"column `{_ADDRESS}` is missing")
    return names


def _row(names: tuple[str, ...], values: list[str]) -> Mapping[str, str]:
    row = dict.fromkeys(names, "") | dict(zip(names, values, strict=False))
    # More columns than names: an alias list that was not quoted, most likely.
    more = [value for value in values[len(names) :] if value]
    return row | ({"": shown(more[0])} if more else {})


def _account(place: str, row: Mapping[str, str]) -> Account:
    if "" in row:
        raise ExportError(
            place, f"`{row['']}` is in no column; quote what holds a sign"
        )
    if not row[_ADDRESS]:
        raise ExportError(place, f"`{_ADDRESS}` is empty")
    return Account(
        _address(place, row[_ADDRESS]),
        _addresses(place, row.get(_ALIASES, "")),
        _word(place, _KIND, row, AccountKind) or AccountKind.USER,
        _word(place, _STATE, row, AccountState) or AccountState.ACTIVE,
        _addresses(place, row[_DELEGATES]) if _DELEGATES in row else None,
    )


def _addresses(place: str, said: str) -> tuple[Address, ...]:
    return tuple(_address(place, each) for each in said.replace(";", " ").split())


def _address(place: str, said: str) -> Address:
    try:
        return parse_address(said)
    except AddressError as problem:
        raise ExportError(place, str(problem)) from None


def _word(place: str, name: str, row: Mapping[str, str], kind: type[E]) -> E | None:
    said = row.get(name, "")
    known = {member.value: member for member in kind}
    if not said:
        return None
    if said.lower() in known:
        return known[said.lower()]
    raise ExportError(place, f"`{name}` is `{shown(said)}`, {nearest(said, known)}")


def _joined(problems: list[ExportError]) -> ExportError:
    first, *rest = problems
    if not rest:
        return first
    lines = [problem.place.rpartition(":")[2] for problem in rest[:_MOST_LINES]]
    more = f" and {len(rest) - _MOST_LINES} more" if len(rest) > _MOST_LINES else ""
    wrong = f"lines {', '.join(lines)}{more}" if len(rest) > 1 else f"line {lines[0]}"
    return ExportError(first.place, f"{first.message}; wrong as well: {wrong}")

"""`Export-Csv`, and what Excel makes of it: as far as a table can carry the data.

Commas, semicolons or tabs; the line `#TYPE ...` or `sep=;` above. Export-Csv writes of
a list the name of its type, and nobody knows what was in it: such a value is lost, and
named. A text that may be one value or several is lost too (exports#2.2).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from harness.exports.cmdlets import Cmdlet, recognise
from harness.exports.formats import Exported, Lost, exported_object
from harness.exports.problems import ExportError, shown

LOSSY = "a table: lists are lost; prefer ConvertTo-Json"
_FEWEST = 2
_LONGEST_HEADER = 65_536
_ABOVE = re.compile(r"\A\ufeff?(?:#TYPE [^\n]*\n|sep=.\r?\n)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][\w@. -]*")
_DELIMITERS = (",", ";", "\t")
_TYPE = re.compile(r"(?:Deserialized\.)?(?:System|Microsoft)\.[\w.`]+(?:\[.*\])?")
# Lists of addresses, hosts and domains: no such value has a comma, a bar or a blank.
_ADDRESSES = """
recipientdomains smarthosts senderdomains senderipaddresses addressspaces
validationrecipients remoteipranges bindings sourcetransportservers efskipips efusers
emailaddresses
"""
_LISTS = frozenset(_ADDRESSES.split())
_BETWEEN = re.compile(r"[|,\s]+")
# In these a semicolon is a part of the value (`SMTP:*;1`).
_WITH_COST = frozenset({"addressspaces", "senderdomains"})
# What is one text of a rule, whatever stands in it.
_TEXTS = """
name identity comments description distinguishedname organizationid createdby
lastmodifiedby whenchanged whenchangedutc activationdate expirydate
applyhtmldisclaimertext rejectmessagereasontext prependsubject setheadername
setheadervalue routemessageoutboundconnector ruleversion
"""
_ONE_TEXT = frozenset(_TEXTS.split())
_SEVERAL = re.compile(r"[|;\n]|, ")


def is_table(text: str) -> bool:
    """Say whether a text begins with the names of columns."""
    return _delimiter(_header(text)) is not None


def read_table(file: str, text: str) -> tuple[Cmdlet | None, tuple[Exported, ...]]:
    """Read the rows of a table, each with its line, and what cmdlet has made them.

    Raises:
        ExportError: a row is broken, or of another length than the header.

    """
    above = _ABOVE.match(text)
    skipped = above[0] if above else ""
    rows = _rows(file, text[len(skipped) :], skipped.count("\n"))
    raw = tuple(exported_object(file, line, row) for line, row in rows)
    cmdlet = recognise(file, raw)
    found = [
        exported_object(
            file,
            entry.line,
            {n: _value(cmdlet, n, v) for n, v in entry.properties.items()},
        )
        for entry in raw
    ]
    return cmdlet, tuple(found)


def _header(text: str) -> str:
    above = _ABOVE.match(text)
    return text[above.end() if above else 0 :].lstrip("\ufeff").partition("\n")[0]


def _delimiter(header: str) -> str | None:
    """Give the sign that makes names of the first line, if one does."""
    for sign in _DELIMITERS if len(header) <= _LONGEST_HEADER else ():
        names = [name.strip().strip('"') for name in header.strip().split(sign)]
        if len(names) >= _FEWEST and all(_NAME.fullmatch(name) for name in names):
            return sign
    return None


def _rows(file: str, text: str, above: int) -> Iterator[tuple[int, dict[str, object]]]:
    sign = _delimiter(_header(text)) or ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    names: list[str] = []
    line = 0
    try:
        for row in lines:
            first, line = line + 1, lines.line_num
            if not names:
                names = [name.strip().lstrip("\ufeff") for name in row]
                _check_names(f"{file}:{above + first}", names)
            elif any(row):
                if len(row) != len(names):
                    what = f"{len(row)} values, expected {len(names)} as in the header"
                    raise ExportError(f"{file}:{above + first}", what)
                yield above + first, dict(zip(names, row, strict=True))
    except csv.Error as problem:
        what = f"no row of a table: {problem}; export again"
        raise ExportError(f"{file}:{above + line + 1}", what) from None


def _check_names(place: str, names: list[str]) -> None:
    name, count = Counter(name.lower() for name in names).most_common(1)[0]
    if count > 1:
        raise ExportError(place, f"the column `{shown(name)}` stands there twice")


def _value(cmdlet: Cmdlet | None, name: str, value: object) -> object:
    said = str(value).strip()
    if not said:
        return None
    if said.lower() in {"true", "false"}:
        return said.lower() == "true"
    if _TYPE.fullmatch(said):
        return Lost(said, f"Export-Csv wrote `{shown(said)}` instead of the values")
    key = name.lower()
    if key in _LISTS:
        inner = said.removeprefix("{").removesuffix("}")
        if key not in _WITH_COST:
            inner = inner.replace(";", ",")
        return [part for part in _BETWEEN.split(inner) if part]
    is_open = cmdlet is Cmdlet.RULES and key not in _ONE_TEXT
    if is_open and _SEVERAL.search(said):
        return Lost(said, "one value or several, a table does not say which")
    return said

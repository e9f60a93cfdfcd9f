"""Reads the attached files of a case: `attachments`, a list of tables.

Each has a `name` and one of `text`, `base64`, `octets`, `message`, `holds` (and
`locked`), or is an Office document by its ending, with `label` and `place`.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.mail.office_documents import DocumentKind
from harness.scenario.case import FileGiven

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.exports.toml_tables import Table
    from harness.scenario.case import Attached

_CONTENTS = ("text", "base64", "octets", "message", "holds")
_DOCUMENT = ("label", "place")
_MOST_OCTETS = 32 * 1024 * 1024


def parse_files(
    table: Table,
    document: Callable[[Table | None], Attached | None],
    key: str = "attachments",
) -> tuple[FileGiven, ...]:
    """Read the files; `document` reads what makes an Office document.

    Raises:
        ExportError: a key is unknown, or what a file holds is said twice.

    """
    return tuple(_file(entry, document) for entry in table.tables(key) or ())


def _file(
    table: Table, document: Callable[[Table | None], Attached | None]
) -> FileGiven:
    table.only("name", "locked", *_CONTENTS, *_DOCUMENT)
    name = table.needed("name")
    if not name.isascii() or not name.isprintable() or '"' in name:
        raise table.fail("name", "`name` holds what no plain file name holds")
    said = [key for key in _CONTENTS if key in table.values]
    if len(said) > 1:
        raise table.fail(said[1], f"`{said[0]}` and `{said[1]}`: a file holds one")
    if said:
        return FileGiven(
            name=name,
            text=table.text("text") or "",
            base64=_base64(table),
            octets=table.number("octets", low=0, high=_MOST_OCTETS) or 0,
            message=table.text("message") or "",
            holds=parse_files(table, document, "holds"),
            is_locked=table.flag("locked") is True,
        )
    ending = name.rpartition(".")[2].lower()
    if ending not in {kind.value for kind in DocumentKind}:
        expected = ", ".join(f"`{key}`" for key in _CONTENTS)
        raise table.fail("name", f"what `{name}` holds is not said: one of {expected}")
    inner = {key: table.values[key] for key in _DOCUMENT if key in table.values}
    values = {"kind": ending, **inner}
    return FileGiven(name, document=document(replace(table, values=values)))


def _base64(table: Table) -> str:
    text = table.text("base64") or ""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise table.fail("base64", "`base64` is none") from None
    return text

"""Reads the rows of a policy: one sign each of mail that must be secure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from fakes.mail.address import Address
from harness.policy.noun import (
    Audience,
    Labelled,
    LabelOn,
    Row,
    SentBy,
    SubjectHas,
    Trigger,
)
from harness.policy.reader import Reader, Spot, cut, listed, sort_of

ROWS = "must_be_secure"
_TRIGGERS = ("subject", "label", "sender")
_ROW_KEYS = ("name", *_TRIGGERS, "label_on", "from", "to", "after", "also_through")
# What the words for a row without a name begin with.
_NAMES: Mapping[str, str] = MappingProxyType(
    {"subject": "subject has", "label": "label", "sender": "from"}
)


def read_rows(
    reader: Reader, data: Mapping[str, object], *, may_be_none: bool
) -> tuple[Row, ...]:
    """Read all rows; no two have one name.

    Raises:
        PolicyError: a row is none, or there is none and there must be one.

    """
    tables = reader.tables(data, ROWS)
    if tables is None and not may_be_none:
        raise reader.problem(
            Spot(),
            f"no `[[{ROWS}]]`, expected at least one: a policy says"
            " which mail must be secure",
        )
    rows = tuple(_row(reader, row, index) for index, row in enumerate(tables or ()))
    _unique(reader, rows)
    return rows


def _row(reader: Reader, row: Mapping[str, object], index: int) -> Row:
    here = Spot(ROWS, index)
    if not row:
        raise reader.problem(here, f"an empty row, expected one of {listed(_TRIGGERS)}")
    reader.know(row, _ROW_KEYS, here)
    given = [key for key in _TRIGGERS if key in row]
    if len(given) != 1:
        found = listed(given) if given else "none"
        raise reader.problem(
            here,
            f"{found} in one row, expected exactly one of "
            f"{listed(_TRIGGERS)} (one more row for each)",
        )
    key = given[0]
    if "label_on" in row and key != "label":
        spot = Spot(ROWS, index, "label_on")
        raise reader.problem(
            spot, f"`label_on` beside `{key}`, expected beside `label`"
        )
    trigger = _trigger(reader, row, key, index)
    senders = _senders(reader, row, index)
    to = reader.one(Audience, row.get("to", "outside"), Spot(ROWS, index, "to"))
    name = _name(reader, row, index) or _default_name(key, trigger)
    return Row(
        name,
        trigger,
        senders,
        to,
        reader.places.of(ROWS, index),
        after=_names(reader, row, index, "after"),
        also_through=_names(reader, row, index, "also_through"),
    )


def _trigger(
    reader: Reader, row: Mapping[str, object], key: str, index: int
) -> Trigger:
    spot = Spot(ROWS, index, key)
    texts = reader.texts(row[key], spot)
    if key == "subject":
        return SubjectHas(tuple(reader.phrase(text, spot) for text in texts))
    if key == "sender":
        return SentBy(tuple(reader.address(t, spot) for t in texts))
    on = frozenset({LabelOn.MAIL})
    if "label_on" in row:
        at = Spot(ROWS, index, "label_on")
        places = reader.texts(row["label_on"], at)
        on = frozenset(reader.one(LabelOn, place, at) for place in places)
    return Labelled(tuple(reader.guid(text, spot) for text in texts), on)


def _senders(
    reader: Reader, row: Mapping[str, object], index: int
) -> tuple[Address | str, ...]:
    if "from" not in row:
        return ()
    spot = Spot(ROWS, index, "from")
    return tuple(
        reader.address(text, spot) if "@" in text else reader.domain(text, spot)
        for text in reader.texts(row["from"], spot)
    )


def _names(
    reader: Reader, row: Mapping[str, object], index: int, key: str
) -> tuple[str, ...]:
    return reader.texts(row[key], Spot(ROWS, index, key)) if key in row else ()


def _name(reader: Reader, row: Mapping[str, object], index: int) -> str:
    name = row.get("name", "")
    spot = Spot(ROWS, index, "name")
    if not isinstance(name, str):
        raise reader.problem(spot, f"`name` is {sort_of(name)}, expected a text")
    if "name" in row and not name.strip():
        raise reader.problem(spot, "`name` is empty, expected words for a person")
    if not name.isprintable():
        raise reader.problem(
            spot, "`name` holds a control character, expected one line"
        )
    return name.strip()


def _unique(reader: Reader, rows: tuple[Row, ...]) -> None:
    seen: dict[str, Row] = {}
    for index, row in enumerate(rows):
        first = seen.setdefault(row.name, row)
        if first is not row:
            line = first.place.rpartition(":")[2]
            raise reader.problem(
                Spot(ROWS, index),
                f"two rows are called `{cut(row.name)}` (the"
                f" other in line {line}), expected a `name` of its own",
            )


def _default_name(key: str, trigger: Trigger) -> str:
    match trigger:
        case SubjectHas(phrases):
            texts = [f'"{phrase}"' for phrase in phrases]
        case Labelled(guids, on):
            texts = list(guids)
            if LabelOn.ATTACHMENT in on:
                texts[-1] += " (or attached)" if LabelOn.MAIL in on else " (attached)"
        case SentBy(addresses):
            texts = [str(address) for address in addresses]
        case _:
            assert_never(trigger)
    return f"{_NAMES[key]} {' or '.join(texts)}"

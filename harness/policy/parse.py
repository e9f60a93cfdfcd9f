"""Reads a policy from the text of `policy.toml`.

`[[must_be_secure]]` with one of `subject`, `label` (and `label_on`), `sender`, and
optionally `name`, `from`, `to`; `[except] kinds`; `[mixed] inside`; `own_domains`;
`[readings]`, where each open question that was settled has `answer`, `by`, `on` and
`evidence`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar, assert_never

from email_validator import EmailNotValidError, validate_email

from fakes.mail.address import (
    Address,
    AddressError,
    domain_key,
    is_domain,
    parse_address,
)
from fakes.mail.labels import bare_guid, is_guid
from harness.duty import Inside
from harness.policy.noun import (
    Audience,
    Kind,
    Labelled,
    LabelOn,
    Policy,
    PolicyError,
    Row,
    SentBy,
    SubjectHas,
    Trigger,
)
from harness.policy.places import Places, find_places, syntax_problem
from harness.world import ANSWERS, Settled

_E = TypeVar("_E", bound=StrEnum)

_ROWS, _EXCEPT, _MIXED, _OWN = "must_be_secure", "except", "mixed", "own_domains"
_READINGS = "readings"
_TOP = (_ROWS, _EXCEPT, _MIXED, _OWN, _READINGS)
_SETTLED = ("answer", "by", "on", "evidence")
_TRIGGERS = ("subject", "label", "sender")
_ROW_KEYS = ("name", *_TRIGGERS, "label_on", "from", "to")
# What the words for a row without a name begin with.
_NAMES: Mapping[str, str] = MappingProxyType(
    {"subject": "subject has", "label": "label", "sender": "from"}
)
# The texts of email-validator that speak of a name reserved for private networks or
# of one without a dot; such domains are in use inside organisations.
_PRIVATE = ("special-use", "should have a period")


def parse_policy(text: str, *, file: str = "policy.toml") -> Policy:
    """Read a policy.

    Raises:
        PolicyError: the text is no TOML or no policy; one line with the place.

    """
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        # Not only a TOMLDecodeError: a number may have more digits than Python reads.
        raise PolicyError(syntax_problem(error, file)) from None
    except RecursionError:
        raise PolicyError(f"{file}: no TOML: nested too deeply") from None
    return _Reader(find_places(text, file)).policy(data)


@dataclass(frozen=True, slots=True)
class _Spot:
    """One key: its table, which of that name, and the key."""

    table: str = ""
    index: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads values and complains with their place."""

    places: Places

    def policy(self, data: Mapping[str, object]) -> Policy:
        self._know(data, _TOP, _Spot())
        remarks: list[str] = []
        rows = tuple(
            self._row(row, index, remarks) for index, row in enumerate(self._rows(data))
        )
        self._unique(rows)
        own: tuple[str, ...] | None = None
        if _OWN in data:
            spot = _Spot(key=_OWN)
            own = tuple(self._domain(t, spot) for t in self._texts(data[_OWN], spot))
        return Policy(
            rows,
            frozenset(self._kinds(data)),
            self._inside(data),
            own,
            tuple(remarks),
            self._settled(data),
        )

    def _rows(self, data: Mapping[str, object]) -> list[Mapping[str, object]]:
        rows = data.get(_ROWS)
        if isinstance(rows, list) and rows and all(isinstance(r, dict) for r in rows):
            return rows
        if rows is None or rows == []:
            raise self._problem(
                _Spot(),
                f"no `[[{_ROWS}]]`, expected at least one: a policy says"
                " which mail must be secure",
            )
        raise self._problem(
            _Spot(_ROWS), f"`{_ROWS}` is one table, expected rows: `[[{_ROWS}]]`"
        )

    def _row(self, row: Mapping[str, object], index: int, remarks: list[str]) -> Row:
        here = _Spot(_ROWS, index)
        if not row:
            raise self._problem(
                here, f"an empty row, expected one of {_listed(_TRIGGERS)}"
            )
        self._know(row, _ROW_KEYS, here)
        given = [key for key in _TRIGGERS if key in row]
        if len(given) != 1:
            found = _listed(given) if given else "none"
            raise self._problem(
                here,
                f"{found} in one row, expected exactly one of "
                f"{_listed(_TRIGGERS)} (one more row for each)",
            )
        key = given[0]
        if "label_on" in row and key != "label":
            spot = _Spot(_ROWS, index, "label_on")
            raise self._problem(
                spot, f"`label_on` beside `{key}`, expected beside `label`"
            )
        trigger = self._trigger(row, key, index, remarks)
        senders = self._senders(row, index, remarks)
        to = self._one(Audience, row.get("to", "outside"), _Spot(_ROWS, index, "to"))
        name = self._name(row, index) or _default_name(key, trigger)
        return Row(name, trigger, senders, to, self.places.of(_ROWS, index))

    def _trigger(
        self, row: Mapping[str, object], key: str, index: int, remarks: list[str]
    ) -> Trigger:
        spot = _Spot(_ROWS, index, key)
        texts = self._texts(row[key], spot)
        if key == "subject":
            return SubjectHas(tuple(self._phrase(text, spot) for text in texts))
        if key == "sender":
            return SentBy(tuple(self._address(t, spot, remarks) for t in texts))
        on = frozenset({LabelOn.MAIL})
        if "label_on" in row:
            at = _Spot(_ROWS, index, "label_on")
            places = self._texts(row["label_on"], at)
            on = frozenset(self._one(LabelOn, place, at) for place in places)
        return Labelled(tuple(self._guid(text, spot) for text in texts), on)

    def _senders(
        self, row: Mapping[str, object], index: int, remarks: list[str]
    ) -> tuple[Address | str, ...]:
        if "from" not in row:
            return ()
        spot = _Spot(_ROWS, index, "from")
        return tuple(
            self._address(text, spot, remarks)
            if "@" in text
            else self._domain(text, spot)
            for text in self._texts(row["from"], spot)
        )

    def _name(self, row: Mapping[str, object], index: int) -> str:
        name = row.get("name", "")
        spot = _Spot(_ROWS, index, "name")
        if not isinstance(name, str):
            raise self._problem(spot, f"`name` is {_sort(name)}, expected a text")
        if "name" in row and not name.strip():
            raise self._problem(spot, "`name` is empty, expected words for a person")
        if not name.isprintable():
            raise self._problem(
                spot, "`name` holds a control character, expected one line"
            )
        return name.strip()

    def _kinds(self, data: Mapping[str, object]) -> tuple[Kind, ...]:
        table = self._table(data, _EXCEPT, ("kinds",))
        if table is None:
            return ()
        spot = _Spot(_EXCEPT, 0, "kinds")
        return tuple(
            self._one(Kind, t, spot) for t in self._texts(table["kinds"], spot)
        )

    def _inside(self, data: Mapping[str, object]) -> Inside:
        table = self._table(data, _MIXED, ("inside",))
        if table is None:
            return Inside.EITHER
        return self._one(Inside, table["inside"], _Spot(_MIXED, 0, "inside"))

    def _settled(self, data: Mapping[str, object]) -> tuple[Settled, ...]:
        table = data.get(_READINGS, {})
        if not isinstance(table, dict):
            raise self._problem(
                _Spot(key=_READINGS),
                f"`{_READINGS}` is {_sort(table)}, expected a table: `[{_READINGS}]`",
            )
        return tuple(self._reading(name, value) for name, value in table.items())

    def _reading(self, name: str, value: object) -> Settled:
        spot = _Spot(_READINGS, 0, name)
        if name not in ANSWERS:
            hint = _hint(name, tuple(ANSWERS))
            raise self._problem(
                spot,
                f"unknown reading `{_cut(name)}`"
                f"{hint or ', expected one that `relay-harness readings` lists'}",
            )
        if not isinstance(value, dict):
            raise self._problem(
                spot,
                f"`{name}` is {_sort(value)}, expected"
                " { answer, by, on, evidence }: who settled it, when, and by what",
            )
        self._know(value, _SETTLED, spot)
        absent = [key for key in _SETTLED if key not in value]
        if absent:
            raise self._problem(
                spot,
                f"`{name}` is without {_listed(absent)}, expected who settled"
                " it, when, and by what",
            )
        answer = self._said(value, "answer", spot)
        known = ANSWERS[name]
        if answer not in known:
            raise self._problem(
                spot,
                f"unknown answer `{_cut(answer)}` to `{name}`"
                f"{_hint(answer, known) or f', expected one of {_listed(known)}'}",
            )
        return Settled(
            name,
            answer,
            self._said(value, "by", spot),
            self._day(value["on"], spot),
            self._said(value, "evidence", spot),
        )

    def _said(self, table: Mapping[str, object], key: str, spot: _Spot) -> str:
        """Take one text that may not be empty."""
        value = table[key]
        if not isinstance(value, str):
            raise self._problem(
                spot, f"`{key}` of `{spot.key}` is {_sort(value)}, expected a text"
            )
        text = " ".join(value.split())
        if not text or not text.isprintable():
            raise self._problem(
                spot, f"`{key}` of `{spot.key}` is empty or no line of text"
            )
        return text

    def _day(self, value: object, spot: _Spot) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise self._problem(
            spot,
            f"`on` of `{spot.key}` is {_sort(value)}, expected a day such as"
            " 2026-11-20 (without quotes)",
        )

    def _table(
        self, data: Mapping[str, object], name: str, keys: tuple[str, ...]
    ) -> Mapping[str, object] | None:
        if name not in data:
            return None
        table = data[name]
        if not isinstance(table, dict):
            raise self._problem(
                _Spot(key=name), f"`{name}` is {_sort(table)}, expected a table"
            )
        self._know(table, keys, _Spot(name))
        absent = [key for key in keys if key not in table]
        if absent:
            raise self._problem(
                _Spot(name), f"`[{name}]` is empty, expected `{absent[0]}`"
            )
        return table

    def _texts(self, value: object, spot: _Spot) -> tuple[str, ...]:
        """Take a text or a list of texts; neither may be empty."""
        values: list[object] = value if isinstance(value, list) else [value]
        found: list[str] = []
        for entry in values:
            if not isinstance(entry, str):
                what = f"`{spot.key}` holds {_sort(entry)}"
                raise self._problem(spot, f"{what}, expected texts in quotes")
            if not entry.strip():
                raise self._problem(spot, f"`{spot.key}` holds an empty text")
            found.append(" ".join(entry.split()))
        if not values:
            raise self._problem(
                spot, f"`{spot.key}` is empty, expected at least one text"
            )
        texts = tuple(dict.fromkeys(found))
        for text in texts:
            if not text.isprintable():
                raise self._problem(spot, f"`{spot.key}` holds a control character")
        return texts

    def _phrase(self, text: str, spot: _Spot) -> str:
        if not any(char.isalnum() for char in text):
            raise self._problem(
                spot,
                f"`{text}` has neither letter nor digit, expected a word or phrase",
            )
        return text

    def _guid(self, text: str, spot: _Spot) -> str:
        guid = bare_guid(text)
        if is_guid(guid):
            return guid
        raise self._problem(
            spot,
            f"`{_cut(text)}` is no GUID of a label, expected 8-4-4-4-12"
            " hexadecimal digits as `Get-Label | Select-Object Guid` gives them",
        )

    def _address(self, text: str, spot: _Spot, remarks: list[str]) -> Address:
        try:
            address = parse_address(text)
        except AddressError as problem:
            raise self._problem(spot, str(problem)) from None
        try:
            validate_email(text, check_deliverability=False)
        except EmailNotValidError as problem:
            said = " ".join(str(problem).split()).rstrip(".")
            what = f"`{_cut(text)}`: {said[:1].lower()}{said[1:]}"
            if not any(part in said for part in _PRIVATE):
                raise self._problem(spot, f"{what}, expected name@domain") from None
            remarks.append(f"{self._place(spot)}: {what}; taken as it is")
        return address

    def _domain(self, text: str, spot: _Spot) -> str:
        bare = text.removeprefix("*.")
        if is_domain(bare) and "@" not in text and not bare.startswith("["):
            return text[: len(text) - len(bare)] + domain_key(bare)
        raise self._problem(
            spot, f"`{_cut(text)}` is no domain, expected one as in `contoso.example`"
        )

    def _one(self, kind: type[_E], value: object, spot: _Spot) -> _E:
        known = [member.value for member in kind]
        if value in known:
            return kind(value)
        if not isinstance(value, str):
            what = f"`{spot.key}` is {_sort(value)}"
            raise self._problem(spot, f"{what}, expected one of {_listed(known)}")
        raise self._problem(
            spot,
            f"unknown value `{_cut(value)}` of `{spot.key}`"
            f"{_hint(value, known) or f', expected one of {_listed(known)}'}",
        )

    def _know(
        self, table: Mapping[str, object], known: tuple[str, ...], spot: _Spot
    ) -> None:
        for key in table:
            if key not in known:
                at = _Spot(spot.table, spot.index, key)
                # A table of that name stands in a line of its own.
                if not spot.table and isinstance(table[key], (dict, list)):
                    at = _Spot(key) if self.places.of(key) != self.places.file else at
                expected = _hint(key, known) or f", expected {_listed(known)}"
                raise self._problem(at, f"unknown key `{_cut(key)}`{expected}")

    def _unique(self, rows: tuple[Row, ...]) -> None:
        seen: dict[str, Row] = {}
        for index, row in enumerate(rows):
            first = seen.setdefault(row.name, row)
            if first is not row:
                line = first.place.rpartition(":")[2]
                raise self._problem(
                    _Spot(_ROWS, index),
                    f"two rows are called `{_cut(row.name)}` (the"
                    f" other in line {line}), expected a `name` of its own",
                )

    def _place(self, spot: _Spot) -> str:
        return self.places.of(spot.table, spot.index, spot.key)

    def _problem(self, spot: _Spot, message: str) -> PolicyError:
        return PolicyError(f"{self._place(spot)}: {message}")


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


_SORTS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a table"),
)


def _sort(value: object) -> str:
    """Name the sort of a TOML value."""
    return next(
        (name for kind, name in _SORTS if isinstance(value, kind)), "a date or time"
    )


def _hint(text: str, known: tuple[str, ...] | list[str]) -> str:
    found = difflib.get_close_matches(text.lower(), known, 1, 0.6)
    return f", did you mean `{found[0]}`?" if found else ""


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cut(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in short)

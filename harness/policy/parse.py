"""Reads a policy from the text of `policy.toml`.

`[[must_be_secure]]` with one of `subject`, `label` (and `label_on`), `sender`, and
optionally `name`, `from`, `to`, `after`, `also_through`; `[except] kinds`; `[mixed]
inside`; `own_domains`, `may_be_secure`, `expected_copies`, `zivver_dlp_expected`,
`reviewed`; `[readings]`, where each open question that was settled has `answer`, `by`,
`on` and `evidence`; `[[accepted]]`: findings that somebody answers for, until when.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from harness.duty import FindingKind, Inside
from harness.policy.noun import Accepted, Kind, Policy, PolicyError, Relayed, Row
from harness.policy.parse_rows import ROWS, read_rows
from harness.policy.places import find_places, syntax_problem
from harness.policy.reader import Reader, Spot, cut, hint, listed, sort_of
from harness.world import ANSWERS, Settled

_EXCEPT, _MIXED, _OWN, _READINGS = "except", "mixed", "own_domains", "readings"
_REVIEWED, _OTHERS, _DLP = "reviewed", "may_be_secure", "zivver_dlp_expected"
_COPIES, _ACCEPTED = "expected_copies", "accepted"
_PLAIN = (_REVIEWED, _OWN, _OTHERS, _COPIES, _DLP)
_TOP = (*_PLAIN, ROWS, _EXCEPT, _MIXED, _READINGS, _ACCEPTED)
_SETTLED = ("answer", "by", "on", "evidence")
_ANSWERED_FOR = ("reason", "owner", "until")
_WHICH = ("row", "mail", "rule", "connector")


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
    return _policy(Reader(find_places(text, file), _PLAIN), data)


def _policy(reader: Reader, data: Mapping[str, object]) -> Policy:
    reader.know(data, _TOP, Spot())
    is_reviewed = reader.flag(data, _REVIEWED, default=True)
    # What was drawn from rules of which none goes to Zivver has no row.
    rows = read_rows(reader, data, may_be_none=not is_reviewed)
    own: tuple[str, ...] | None = None
    if _OWN in data:
        spot = Spot(key=_OWN)
        own = tuple(reader.domain(t, spot) for t in reader.texts(data[_OWN], spot))
    exempt, inside = frozenset(_kinds(reader, data)), _inside(reader, data)
    copies = frozenset(
        reader.address(text, Spot(key=_COPIES)) for text in _list(reader, data, _COPIES)
    )
    return Policy(
        rows,
        exempt,
        inside,
        own,
        settled=_settled(reader, data),
        is_reviewed=is_reviewed,
        may_be_secure=frozenset(
            reader.one(Relayed, text, Spot(key=_OTHERS))
            for text in _list(reader, data, _OTHERS)
        ),
        expected_copies=copies,
        expects_dlp=reader.flag(data, _DLP, default=False),
        accepted=_accepted(reader, data, rows),
        remarks=tuple(reader.remarks),
    )


def _list(reader: Reader, data: Mapping[str, object], key: str) -> tuple[str, ...]:
    return reader.texts(data[key], Spot(key=key)) if key in data else ()


def _kinds(reader: Reader, data: Mapping[str, object]) -> tuple[Kind, ...]:
    table = reader.table(data, _EXCEPT, ("kinds",))
    if table is None:
        return ()
    spot = Spot(_EXCEPT, 0, "kinds")
    return tuple(reader.one(Kind, t, spot) for t in reader.texts(table["kinds"], spot))


def _inside(reader: Reader, data: Mapping[str, object]) -> Inside:
    table = reader.table(data, _MIXED, ("inside",))
    if table is None:
        return Inside.EITHER
    return reader.one(Inside, table["inside"], Spot(_MIXED, 0, "inside"))


def _settled(reader: Reader, data: Mapping[str, object]) -> tuple[Settled, ...]:
    table = data.get(_READINGS, {})
    if not isinstance(table, dict):
        raise reader.problem(
            Spot(key=_READINGS),
            f"`{_READINGS}` is {sort_of(table)}, expected a table: `[{_READINGS}]`",
        )
    return tuple(_reading(reader, name, value) for name, value in table.items())


def _reading(reader: Reader, name: str, value: object) -> Settled:
    spot = Spot(_READINGS, 0, name)
    if name not in ANSWERS:
        near = hint(name, tuple(ANSWERS))
        raise reader.problem(
            spot,
            f"unknown reading `{cut(name)}`"
            f"{near or ', expected one that `relay-harness readings` lists'}",
        )
    if not isinstance(value, dict):
        raise reader.problem(
            spot,
            f"`{name}` is {sort_of(value)}, expected"
            " { answer, by, on, evidence }: who settled it, when, and by what",
        )
    reader.know(value, _SETTLED, spot)
    absent = [key for key in _SETTLED if key not in value]
    if absent:
        raise reader.problem(
            spot,
            f"`{name}` is without {listed(absent)}, expected who settled"
            " it, when, and by what",
        )
    answer = reader.said(value, "answer", spot)
    known = ANSWERS[name]
    if answer not in known:
        raise reader.problem(
            spot,
            f"unknown answer `{cut(answer)}` to `{name}`"
            f"{hint(answer, known) or f', expected one of {listed(known)}'}",
        )
    return Settled(
        name,
        answer,
        reader.said(value, "by", spot),
        reader.day(value["on"], spot, f"`on` of `{name}`"),
        reader.said(value, "evidence", spot),
    )


def _accepted(
    reader: Reader, data: Mapping[str, object], rows: tuple[Row, ...]
) -> tuple[Accepted, ...]:
    tables = reader.tables(data, _ACCEPTED) or ()
    return tuple(_one_accepted(reader, e, n, rows) for n, e in enumerate(tables))


def _one_accepted(
    reader: Reader, table: Mapping[str, object], index: int, rows: tuple[Row, ...]
) -> Accepted:
    here = Spot(_ACCEPTED, index)
    reader.know(table, ("finding", *_WHICH, *_ANSWERED_FOR), here)
    absent = [key for key in ("finding", *_ANSWERED_FOR) if key not in table]
    if absent:
        raise reader.problem(
            here,
            f"`[[{_ACCEPTED}]]` is without {listed(absent)}, expected what is accepted,"
            " why, who answers for it, and until when",
        )
    spot = Spot(_ACCEPTED, index, "finding")
    kinds = frozenset(
        reader.one(FindingKind, text.upper().replace("-", "_"), spot)
        for text in reader.texts(table["finding"], spot)
    )
    which = {
        key: reader.said(table, key, Spot(_ACCEPTED, index, key))
        for key in _WHICH
        if key in table
    }
    row = which.get("row")
    names = [known.name for known in rows]
    if row is not None and row not in names:
        raise reader.problem(
            Spot(_ACCEPTED, index, "row"),
            f"there is no row `{cut(row)}`"
            f"{hint(row, names) or f', expected one of {listed(names)}'}",
        )
    until = Spot(_ACCEPTED, index, "until")
    return Accepted(
        kinds,
        reason=reader.said(table, "reason", Spot(_ACCEPTED, index, "reason")),
        owner=reader.said(table, "owner", Spot(_ACCEPTED, index, "owner")),
        until=reader.day(table["until"], until, "`until`"),
        place=reader.place(here),
        **which,
    )

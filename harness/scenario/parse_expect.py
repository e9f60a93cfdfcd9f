"""Reads what a case expects.

[case.expect]
"info@fabrikam.example" = "secure"
"bob@contoso.example" = { disposition = "INTERNAL" }
others = []                              # copies of nobody in the envelope
hangs_on = ["two_connectors"]
undetermined = ["SubjectMatchesPatterns"]
refused = "begins or ends with a blank"
findings = ["LEAK"]
steps = { "Zivver" = "matches" }
tried = ["0", "1m", "2m"]                # the first attempts, after the mail was sent
told = ["4h", "2d"]                      # all that the sender hears
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.exports.moments import needed_span, span_of
from harness.scenario.expectation import (
    FINDING_WORDS,
    STEP_WORDS,
    WORDS,
    Copy,
    Expectation,
    Expected,
)

if TYPE_CHECKING:
    from datetime import timedelta

    from harness.exports.toml_tables import Table

OTHERS = "others"
_KEYS = (
    "undetermined",
    "hangs_on",
    "refused",
    "findings",
    "steps",
    "tried",
    "told",
    OTHERS,
)
_COPY_KEYS = (
    "disposition",
    "via",
    "connector",
    "reached",
    "is_told",
    "left_plain",
    "is_encrypted",
    "after",
    "told_after",
    "why",
    "otherwise",
)


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the name that was probably meant, or list what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1, 0.6)
    if near:
        return f", did you mean `{near[0]}`?"
    return f", expected one of {', '.join(names)}"


def parse_expectation(case: Table) -> Expectation:
    """Read the table `expect` of a case."""
    table = case.table("expect")
    if table is None or not table.values:
        raise case.fail(None, "`expect` is missing")
    for key in table.values:
        if "@" not in key and key not in _KEYS:
            hint = nearest(key, _KEYS)
            raise table.fail(key, f"`{key}` is no address and no key{hint}")
    recipients = tuple(
        _expected(table, key) for key in table.values if "@" in key or key == OTHERS
    )
    refused = table.text("refused") or ""
    if refused and recipients:
        raise table.fail("refused", "`refused` is the only thing then to expect")
    if not refused and not any(entry.recipient for entry in recipients):
        raise table.fail(None, "`expect` says nothing of a recipient")
    return Expectation(
        recipients=recipients,
        undetermined=table.texts("undetermined") or (),
        hangs_on=table.texts("hangs_on") or (),
        refused=refused,
        steps=_steps(table),
        findings=_findings(table),
        tried=_spans(table, "tried") or (),
        told=_spans(table, "told"),
    )


def _expected(table: Table, key: str) -> Expected:
    recipient = None if key == OTHERS else table.address(key, key)
    value = table.values[key]
    entries = value if isinstance(value, list) else [value]
    copies: list[Copy] = []
    otherwise: tuple[Copy, ...] = ()
    for entry in entries:
        if isinstance(entry, str):
            copies.append(Copy(_word(table, key, entry)))
        elif isinstance(entry, dict):
            below = _below(table, key, entry)
            below.only(*_COPY_KEYS)
            words = below.texts("otherwise") or ()
            otherwise += tuple(Copy(_word(below, "otherwise", w)) for w in words)
            # What depends may be nothing at all by default.
            if "disposition" in entry or not words:
                copies.append(_copy(below))
        else:
            raise table.fail(key, f"`{key}`: expected a word, a table or a list")
    return Expected(recipient, tuple(copies), otherwise)


def _below(table: Table, key: str, values: dict[str, object]) -> Table:
    return type(table)(table.file, (*table.path, key), values, table.lines)


def _copy(table: Table) -> Copy:
    reached = table.text("reached")
    return Copy(
        word=_word(table, "disposition", table.needed("disposition")),
        via=table.text("via"),
        connector=table.text("connector"),
        reached=table.address("reached", reached) if reached else None,
        is_told=table.flag("is_told"),
        left_plain=table.flag("left_plain"),
        is_encrypted=table.flag("is_encrypted"),
        after=needed_span(table, "after") if "after" in table.values else None,
        told_after=(
            needed_span(table, "told_after") if "told_after" in table.values else None
        ),
        why=table.text("why"),
    )


def _word(table: Table, key: str, word: str) -> str:
    if word not in WORDS:
        raise table.fail(key, f"unknown disposition `{word}`{nearest(word, WORDS)}")
    return word


def _spans(table: Table, key: str) -> tuple[timedelta, ...] | None:
    found = table.texts(key)
    if found is None:
        return None
    return tuple(span_of(table, key, said) for said in found)


def _steps(table: Table) -> tuple[tuple[str, str], ...]:
    inner = table.table("steps")
    if inner is None:
        return ()
    found = []
    for rule in inner.values:
        word = inner.needed(rule)
        if word not in STEP_WORDS:
            raise inner.fail(rule, f"`{word}`{nearest(word, STEP_WORDS)}")
        found.append((rule, word))
    return tuple(found)


def _findings(table: Table) -> tuple[str, ...] | None:
    names = table.texts("findings")
    for name in names or ():
        if name not in FINDING_WORDS:
            raise table.fail("findings", f"`{name}`{nearest(name, FINDING_WORDS)}")
    return names

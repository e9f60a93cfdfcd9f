"""The predicate table: a row for each condition that Exchange knows.

A row is a condition and its `ExceptIf` twin at once (exchange-rules#1). Adding a
predicate is adding a row to one of the `rows_` modules, perhaps a part, and cases.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules import (
    parts,
    rows_attachments,
    rows_content,
    rows_groups,
    rows_people,
    rows_properties,
    taking,
)
from fakes.exchange.rules.editions import editions_of
from fakes.exchange.rules.predicate import Level, Predicate, Support
from fakes.exchange.rules.rows_unjudged import unjudged_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

PREDICATES: Mapping[str, Predicate] = MappingProxyType(
    {
        row.name: replace(row, editions=editions_of(row.name))
        for row in (
            *rows_content.ROWS,
            *rows_people.ROWS,
            *rows_groups.ROWS,
            *rows_properties.ROWS,
            *rows_attachments.ROWS,
            *unjudged_rows(),
        )
    }
)

# The row that answers for a parameter that no edition of Exchange is known to have.
UNRECOGNISED = Predicate(
    "unrecognised",
    (),
    parts.nothing,
    taking.not_judged("we do not know this parameter"),
    Level.MESSAGE,
    "exports#2.1",
    Support.NO,
)

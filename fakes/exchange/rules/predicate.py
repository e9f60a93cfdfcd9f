"""Predicates as values: a row of the table, and what it needs to be one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.organization import Edition

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.exchange.organization import Directory
    from fakes.exchange.readings import Readings
    from fakes.exchange.rules.parts import View, Who
    from fakes.exchange.rules.values import PropertyType, Seen


class ValueProblem(ValueError):  # noqa: N818  it is caught and named with its place
    """A value that Exchange would not take; the message says why."""


class Level(StrEnum):
    """Whom a predicate speaks of (exchange-rules#3)."""

    MESSAGE = "message"
    RECIPIENT = "recipient"
    ALL_RECIPIENTS = "all recipients"


class Support(StrEnum):
    """Whether we judge it."""

    YES = "Yes"
    PARTIAL = "Partial"
    NO = "No"


MAILBOX_EDITIONS = frozenset(Edition) - {Edition.EDGE}
# exchange-rules#9: the complete list of conditions of the Edge role.
EDGE_TOO = frozenset(Edition)


@dataclass(frozen=True, slots=True)
class Predicate:
    """One row of the table.

    `parameters` are the cmdlet's (two where the first names a header field);
    `readings` are the open questions of the part; `looks` names the fields that it
    reads, `body` for the body, `*header` for the field named by the condition.

    Of two parameters the first is handed to the part, as `View.header`: one of
    `firsts` where these are given. `default` is the second's value when absent.
    `build_both` takes the values of both instead.
    """

    name: str
    parameters: tuple[str, ...]
    part: Callable[[View, Who | None, Readings], Seen]
    build: Callable[[tuple[str, ...], Directory | None], PropertyType]
    level: Level
    source: str
    support: Support = Support.YES
    readings: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    remark: str = ""
    editions: frozenset[Edition] = MAILBOX_EDITIONS
    firsts: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    build_both: (
        Callable[[tuple[str, ...], tuple[str, ...], Directory | None], PropertyType]
        | None
    ) = None

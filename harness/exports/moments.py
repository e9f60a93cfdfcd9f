"""Times and spans in our own TOML files: `13h` after the mail was sent, or a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from harness.exports.problems import shown
from harness.spans import read_span

if TYPE_CHECKING:
    from harness.exports.toml_tables import Table


def read_moment_or_span(text: str, at: datetime) -> datetime | None:
    """Read a time, or a span after `at`; None if it is neither."""
    span = read_span(text)
    if span is not None:
        return at + span
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def needed_span(table: Table, key: str) -> timedelta:
    """Read a span that must stand there.

    Raises:
        ExportError: it does not, or is no span.

    """
    return span_of(table, key, table.needed(key))


def span_of(table: Table, key: str, said: str) -> timedelta:
    """Read a span that stands at a key.

    Raises:
        ExportError: it is none.

    """
    span = read_span(said)
    if span is None:
        message = f"`{key}` is `{shown(said)}`, expected a span such as 90m, 13h or 2d"
        raise table.fail(key, message)
    return span


def time_at(table: Table, key: str, at: datetime) -> datetime | None:
    """Read a time, or a span after `at`; None when it is not there.

    Raises:
        ExportError: it is neither.

    """
    value = table.values.get(key)
    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    said = table.needed(key)
    found = read_moment_or_span(said, at)
    if found is None:
        expected = "a span such as 13h, or a date with time"
        raise table.fail(key, f"`{key}` is `{shown(said)}`, expected {expected}")
    return found

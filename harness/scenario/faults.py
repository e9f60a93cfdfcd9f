"""Reads a fault script, and what an administrator does later, as tables.

faults = [
  { host = "smtp.zivver.com", from = "0", to = "13h" },                 # down
  { host = "smtp.zivver.com", from = "13h", to = "14h", presence = "silent" },
  { host = "mx.fabrikam.example", stage = "RCPT", reply = "451 4.7.1 later" },
]
later = [
  { after = "3h", edits = [{ enable_connector = "Zivver Custom Relay" }] },
  { after = "5h", retry = "queue" },                    # or "resubmit"
]

Times are spans after the mail was sent, or dates with time and zone; without `from` a
fault is there from the start, without `to` it stays.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fakes.internet.hosts import Presence
from fakes.internet.outages import Outage
from fakes.mail.handoff import Stage
from fakes.mail.reply import read_reply
from harness.exports.problems import shown
from harness.spans import read_span

if TYPE_CHECKING:
    from harness.exports.toml_tables import Table

FAULT_KEYS = ("host", "from", "to", "presence", "stage", "reply")


def read_outages(tables: tuple[Table, ...], at: datetime) -> tuple[Outage, ...]:
    """Read the lines of a fault script for a mail that is sent at a time.

    Raises:
        ExportError: a key is unknown or a value ill-formed.

    """
    return tuple(_outage(table, at) for table in tables)


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


def _outage(table: Table, at: datetime) -> Outage:
    table.only(*FAULT_KEYS)
    host = table.needed("host")
    begins = _time(table, "from", at) or at
    ends = _time(table, "to", at)
    presence = table.choice("presence", Presence) or Presence.DOWN
    stage = table.choice("stage", Stage)
    said = table.text("reply")
    try:
        reply = read_reply(said) if said else None
        return Outage(host, begins, ends, presence, stage, reply)
    except ValueError as problem:
        raise table.fail(None, shown(str(problem))) from None


def _time(table: Table, key: str, at: datetime) -> datetime | None:
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

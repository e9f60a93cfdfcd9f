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

from typing import TYPE_CHECKING

from fakes.internet.hosts import Presence
from fakes.internet.outages import Outage
from fakes.mail.handoff import Stage
from fakes.mail.reply import read_reply
from harness.exports.moments import time_at
from harness.exports.problems import shown

if TYPE_CHECKING:
    from datetime import datetime

    from harness.exports.toml_tables import Table

FAULT_KEYS = ("host", "from", "to", "presence", "stage", "reply")


def read_outages(tables: tuple[Table, ...], at: datetime) -> tuple[Outage, ...]:
    """Read the lines of a fault script for a mail that is sent at a time.

    Raises:
        ExportError: a key is unknown or a value ill-formed.

    """
    return tuple(_outage(table, at) for table in tables)


def _outage(table: Table, at: datetime) -> Outage:
    table.only(*FAULT_KEYS)
    host = table.needed("host")
    begins = time_at(table, "from", at) or at
    ends = time_at(table, "to", at)
    presence = table.choice("presence", Presence) or Presence.DOWN
    stage = table.choice("stage", Stage)
    said = table.text("reply")
    try:
        reply = read_reply(said) if said else None
        return Outage(host, begins, ends, presence, stage, reply)
    except ValueError as problem:
        raise table.fail(None, shown(str(problem))) from None

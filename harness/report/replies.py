"""Every reply of the fake Zivver, and how to have another one said: a page and data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from fakes.zivver.replies import REPLIES, Reason
from harness.exports.zivver import REPLY_KEYS
from harness.report.page import STRONG, as_rich, line

if TYPE_CHECKING:
    from harness.report.page import Page

_HEAD = (
    "Zivver documents no reply (zivver#21): the codes are assumed, the texts ours. "
    "`[replies]` in zivver.toml sets another one, as "
)
_EXAMPLE = 'no-account = "451 4.7.1 try again later"'
_SILENCE = "(silence)"
_COLUMNS = ("moment", "condition", "reply", "key in [replies]", "source")


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One row of the table; `key` is empty where no other reply can be set."""

    moment: str
    condition: str
    reply: str
    key: str
    source: str


def reply_rows() -> tuple[ReplyRow, ...]:
    """Give the rows in their order; a fault brings its own reply and is left out."""
    keys = {reason: key for key, reason in REPLY_KEYS.items()}
    return tuple(
        ReplyRow(
            row.stage.value,
            row.condition,
            _SILENCE if row.reply is None else str(row.reply),
            "" if row.reply is None else keys[reason],
            row.source,
        )
        for reason, row in REPLIES.items()
        if reason is not Reason.FAULT
    )


def replies_page() -> Page:
    """Lay the table out."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in _COLUMNS:
        table.add_column(name, overflow="fold", header_style=STRONG)
    for row in reply_rows():
        table.add_row(*map(as_rich, _cells(row)))
    return (line(_HEAD, (_EXAMPLE, STRONG)), "", table)


def replies_markdown() -> str:
    """Give the table as Markdown."""
    lines = [f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"]
    for row in reply_rows():
        key = f"`{row.key}`" if row.key else ""
        cells = (row.moment, row.condition, f"`{row.reply}`", key, row.source)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def replies_data() -> list[dict[str, str]]:
    """Give the table as JSON-able data."""
    return [
        {
            "moment": row.moment,
            "condition": row.condition,
            "reply": row.reply,
            "key": row.key,
            "source": row.source,
            "evidence": "assumed",
        }
        for row in reply_rows()
    ]


def _cells(row: ReplyRow) -> tuple[str, ...]:
    return (row.moment, row.condition, row.reply, row.key, row.source)

"""Two texts, one above the other, cut alike, with a caret where they part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.report.caret import caret
from harness.report.page import STRONG, copied, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.report.page import Part

_SHORT = 34
_LABEL = 12
_MIN_ROOM = 20
_DOTS = "..."


@dataclass(frozen=True, slots=True)
class Aligned:
    """Both texts, and the column where they differ, if that can be said."""

    looked_for: str
    found: str
    column: int | None = None
    says: str = ""


def is_short(looked_for: str, found: str) -> bool:
    """Say whether both texts fit on the line of their test."""
    return len(looked_for) <= _SHORT and len(found) <= _SHORT


def aligned(looked_for: str, found: str, *, room: int, is_marked: bool) -> Aligned:
    """Put both texts so that what is alike stands in the same columns."""
    mark = caret(looked_for, found) if is_marked else None
    if mark is None:
        return Aligned(_tail(looked_for, room), _tail(found, room))
    start, skipped = mark.place - mark.within, 0
    if mark.within > room * 2 // 3:
        # The difference would stand outside: both lose the same from the front.
        skipped = mark.within - room // 2
    lead = _DOTS if start + skipped else ""
    want = looked_for[skipped:]
    want = (_DOTS if skipped else " " * len(lead)) + want
    seen = lead + found[start + skipped :]
    column = len(lead) + mark.within - skipped
    return Aligned(_tail(want, room), _tail(seen, room), column, mark.says)


def comparison(
    looked_for: str, found: str, *, width: int, indent: int, is_marked: bool
) -> Iterator[Part]:
    """Lay out both texts; where they differ is said beside or under the caret."""
    room = max(width - indent - _LABEL, _MIN_ROOM)
    both = aligned(looked_for, found, room=room, is_marked=is_marked)
    yield copied(f"{'looks for':{_LABEL}}{both.looked_for}", indent=indent)
    yield copied(f"{'finds':{_LABEL}}{both.found}", indent=indent)
    if both.column is None:
        return
    column = indent + _LABEL + both.column
    if column + 2 + len(both.says) <= width:
        yield copied(("^ " + both.says, STRONG), indent=column)
    else:
        yield copied(("^", STRONG), indent=column)
        yield line((both.says, STRONG), indent=indent + _LABEL)


def _tail(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - len(_DOTS)] + _DOTS

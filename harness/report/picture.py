"""The picture of the ways of mail: boxes in four columns, and lines between them.

Senders stand at the left, the rules as a column of doors in the order in which they are
asked, then the connectors, and at the right edge where mail ends. A line is a sort of
mail, as thick as it is much. Coordinates are those of an SVG; nothing here writes one.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from math import sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.report.flows import MX, NO_CONNECTOR, Door, End, Flow, Tone
from harness.report.page import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_DOORS = 12
_NO_DOOR = ("", "")
_THIN, _THICK = 1.6, 13.0
_GAP = 5.0
_PAD = 8.0
# How wide a letter is, of its height; two lines of them for a name.
_LETTER, _MOST_LINES = 0.62, 2
# The column before which it stands what is wrong.
_NOTED = 2
_SHORT: Mapping[End, str] = MappingProxyType(
    {
        End.ZIVVER: "Zivver",
        End.INTERNET: "Internet",
        End.ASTRAY: "others",
        End.INSIDE: "inside",
        End.WAITS: "waits",
        End.NOWHERE: "nowhere",
        End.CANNOT_TELL: "unknown",
    }
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Measures:
    """How wide a picture is, where its columns stand, and how large its letters are.

    `columns` are the left edge and the width of each. A narrow picture has signs where
    a wide one has names; the table below it says what they stand for.
    """

    width: float
    columns: tuple[tuple[float, float], ...]
    letter: float
    is_narrow: bool = False


WIDE = Measures(1080, ((0, 232), (392, 236), (752, 176), (968, 112)), 13)
NARROW = Measures(344, ((0, 58), (106, 62), (208, 44), (286, 58)), 11, is_narrow=True)


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its words in lines, and below them what is wrong with it."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    sort: str
    is_on: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Words at a place; the whole of them for who points at it."""

    x: float
    y: float
    text: str
    whole: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line: a path, how thick it is, its colour; what is wrong, and its sign."""

    path: str
    width: float
    tone: Tone
    note: Words | None
    sign: Words


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it. `left_out` are rules that no mail met and that find no room."""

    width: float
    height: float
    letter: float
    boxes: tuple[Box, ...]
    texts: tuple[Words, ...]
    lines: tuple[Line, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Node:
    """A box to be: which flows pass it, and what stands on it."""

    key: object
    name: str
    short: str
    sort: str
    is_on: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be drawn, and on how much room."""

    flows: Sequence[Flow]
    nodes: tuple[tuple[_Node, ...], ...]
    measures: Measures


@dataclass(frozen=True, slots=True)
class _Column:
    """A column laid out: for each flow the height of its slot."""

    boxes: tuple[Box, ...]
    texts: tuple[Words, ...]
    slots: Mapping[int, float]
    bottom: float


def draw(flows: Sequence[Flow], doors: Sequence[Door], measures: Measures) -> Picture:
    """Lay the picture out; a shorter column stands in the middle."""
    kept = _kept(doors, flows)
    plan = _Plan(flows, _nodes(flows, kept), measures)
    placed = [_place(column, plan) for column in range(len(plan.nodes))]
    height = max(column.bottom for column in placed)
    columns = [_moved(column, (height - column.bottom) / 2) for column in placed]
    lines = (_line(number, plan, columns) for number, _ in enumerate(flows))
    order = [*Tone]
    return Picture(
        measures.width,
        round(height + _PAD, 1),
        measures.letter,
        tuple(box for column in columns for box in column.boxes),
        tuple(text for column in columns for text in column.texts),
        tuple(sorted(lines, key=lambda line: order.index(line.tone))),
        len(doors) - len(kept),
    )


def _kept(doors: Sequence[Door], flows: Sequence[Flow]) -> tuple[Door, ...]:
    """Keep the rules that some mail met, and others while there is room."""
    met = {flow.door for flow in flows} | {door.key for door in doors if door.leaks}
    room = _MOST_DOORS - sum(door.key in met for door in doors)
    kept = []
    for door in doors:
        if door.key in met:
            kept.append(door)
        elif room > 0:
            kept.append(door)
            room -= 1
    return tuple(kept)


def _nodes(
    flows: Sequence[Flow], doors: Sequence[Door]
) -> tuple[tuple[_Node, ...], ...]:
    senders = dict.fromkeys(flow.sender for flow in flows)
    connectors = sorted(
        dict.fromkeys(flow.connector for flow in flows),
        key=lambda name: (name == NO_CONNECTOR, name == MX),
    )
    ends = [end for end in End if any(flow.end is end for flow in flows)]
    rules = [
        _Node(
            door.key,
            f"{door.priority}  {door.name}" + ("" if door.is_on else " (off)"),
            f"rule {door.priority}",
            "door",
            is_on=door.is_on,
            note=f"lets {counted(door.leaks, 'mail')} by" if door.leaks else "",
        )
        for door in doors
    ]
    return (
        tuple(_Node(each, each.value, each.value, "sender") for each in senders),
        (*rules, _Node(_NO_DOOR, "No rule takes it", "no rule", "gap")),
        tuple(_connector(name, number) for number, name in enumerate(connectors)),
        tuple(_Node(end, end.value, _SHORT[end], "end") for end in ends),
    )


def _connector(name: str, number: int) -> _Node:
    if name == NO_CONNECTOR:
        return _Node(name, name, "none", "gap")
    if name == MX:
        return _Node(name, name, "MX", "gap")
    return _Node(name, name, f"c{number + 1}", "connector")


def _passing(flows: Sequence[Flow], column: int) -> list[object]:
    """Say which box of a column each flow passes."""
    match column:
        case 0:
            return [flow.sender for flow in flows]
        case 1:
            return [flow.door or _NO_DOOR for flow in flows]
        case 2:
            return [flow.connector for flow in flows]
        case _:
            return [flow.end for flow in flows]


def _place(column: int, plan: _Plan) -> _Column:
    """Stack the boxes of a column and give each flow its slot in one of them."""
    measures = plan.measures
    x, width = measures.columns[column]
    step = measures.letter * 1.35
    passing = _passing(plan.flows, column)
    boxes: list[Box] = []
    texts: list[Words] = []
    slots: dict[int, float] = {}
    y = _PAD
    for node in plan.nodes[column]:
        room_for = int((width - 2 * _PAD) / (measures.letter * _LETTER))
        lines = (node.short,) if measures.is_narrow else _wrapped(node.name, room_for)
        note = "" if measures.is_narrow else node.note
        top = y
        y += _PAD / 2 + step * (len(lines) + bool(note)) + 2
        last = ""
        for number, flow in enumerate(plan.flows):
            if passing[number] != node.key:
                continue
            is_named = column == 0 and not measures.is_narrow and flow.sort != last
            last = flow.sort
            has_words = column == 0 or _is_noted(flow, column)
            room = max(_thickness(flow), step if has_words else 0)
            slots[number] = y + (room + _GAP) / 2
            if is_named:
                text = _cut(
                    flow.sort, int((width - 4 * _PAD) / (measures.letter * _LETTER))
                )
                texts.append(Words(x + 2 * _PAD, slots[number], text, flow.sort))
            y += room + _GAP
        y += _PAD / 2
        boxes.append(
            Box(x, top, width, y - top, lines, node.sort, is_on=node.is_on, note=note)
        )
        y += _PAD * 1.5
    return _Column(tuple(boxes), tuple(texts), slots, y - _PAD * 1.5)


def _is_noted(flow: Flow, column: int) -> bool:
    """Whether a word stands at the line there, so that it needs room."""
    return column == _NOTED and bool(flow.finding)


def _moved(column: _Column, down: float) -> _Column:
    return _Column(
        tuple(replace(box, y=box.y + down) for box in column.boxes),
        tuple(replace(text, y=text.y + down) for text in column.texts),
        {number: y + down for number, y in column.slots.items()},
        column.bottom + down,
    )


def _line(number: int, plan: _Plan, columns: Sequence[_Column]) -> Line:
    """Draw a line through its slots: straight in a box, bent between two."""
    flow, measures = plan.flows[number], plan.measures
    heights = [column.slots[number] for column in columns]
    x, width = measures.columns[0]
    path = f"M{x + width:.1f} {heights[0]:.1f}"
    right = x + width
    for (left, wide), before, height in zip(
        measures.columns[1:], heights, heights[1:], strict=False
    ):
        middle = (right + left) / 2
        path += f"C{middle:.1f} {before:.1f} {middle:.1f} {height:.1f} "
        path += f"{left:.1f} {height:.1f}"
        right = left + wide
        if left != measures.columns[-1][0]:
            path += f"H{right:.1f}"
    noted = measures.columns[_NOTED][0]
    return Line(
        path,
        round(_thickness(flow), 1),
        flow.tone,
        Words(noted - _PAD, heights[_NOTED], flow.finding, "")
        if flow.finding and not measures.is_narrow
        else None,
        Words(x + width + _PAD * 1.2, heights[0], sign_of(number), ""),
    )


def _thickness(flow: Flow) -> float:
    return min(_THIN * sqrt(flow.count), _THICK)


def _wrapped(text: str, room: int) -> tuple[str, ...]:
    """Break a name into two lines at most; the rest is left to who points at it."""
    lines = textwrap.wrap(text, room) or [""]
    if len(lines) <= _MOST_LINES:
        return tuple(lines)
    return (*lines[: _MOST_LINES - 1], _cut(" ".join(lines[_MOST_LINES - 1 :]), room))


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}\u2026"


def sign_of(number: int) -> str:
    """Name a line by a letter, and after the last by two."""
    more, last = divmod(number, len(_LETTERS))
    return (_LETTERS[more - 1] if more else "") + _LETTERS[last]

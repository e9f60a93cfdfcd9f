"""Where text goes: the terminal's width and colours, streams that take any letter."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

import click
from rich.console import Console
from rich.status import Status

from harness.exports import ExportError
from harness.report.data import Json
from harness.report.page import DEFAULT_WIDTH, MIN_WIDTH, Part, as_text

_LINES = 24
_MOST_OF_A_FILE = 10
_FIRST = 3


def width() -> int:
    """Give the width to lay out for: the terminal's, or one fit for a file."""
    columns = shutil.get_terminal_size((DEFAULT_WIDTH, _LINES)).columns
    return max(columns, MIN_WIDTH)


def is_coloured(stream: TextIO) -> bool:
    """Say whether colours are wanted: a terminal, and NO_COLOR not set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def is_lively() -> bool:
    """Say whether somebody watches, so that progress may be shown."""
    return sys.stderr.isatty() and not os.environ.get("CI")


def spinner(what: str) -> Status:
    """Make a sign of life on the error stream; it goes when the work is done."""
    return Console(stderr=True, no_color=not is_coloured(sys.stderr)).status(
        what, spinner="line"
    )


def show(page: Iterable[Part]) -> None:
    """Print a page."""
    coloured = is_coloured(sys.stdout)
    text = as_text(page, width=width(), is_coloured=coloured)
    click.echo(text, nl=False, color=coloured)


def show_data(data: Json) -> None:
    """Print one JSON document; ASCII, so that no console can spoil it."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=True))


def complain(message: str) -> None:
    """Print one line to the error stream."""
    click.echo(" ".join(message.splitlines()), err=True)


def tell_faults(problem: ExportError) -> None:
    """Print what is wrong with an export, each on its line; of one file not hundreds.

    An export in the wrong shape is wrong in each of its objects.
    """
    told: Counter[str] = Counter()
    for fault in problem.faults:
        file = fault.place.partition(":")[0]
        told[file] += 1
        if told[file] <= _MOST_OF_A_FILE:
            complain(str(fault))
    for file, count in told.items():
        if count > _MOST_OF_A_FILE:
            complain(f"{file}: and {count - _MOST_OF_A_FILE} more like these")


def first_faults(problem: ExportError) -> str:
    """Say on one line what is wrong with an export, where others are told of too."""
    first = "; ".join(map(str, problem.faults[:_FIRST]))
    more = len(problem.faults) - _FIRST
    return f"{first}; and {more} more" if more > 0 else first


def never_fail_on_letters() -> None:
    """Let a console of few letters (cp1252) show a mark for what it does not have."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")

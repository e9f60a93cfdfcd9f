"""The options that put hosts out of order for some time: `--faults`, `--down`.

A fault script holds [[fault]] tables with the keys of `faults` in a scenario.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from fakes.internet.outages import Outage
from harness.exports.moments import read_moment_or_span
from harness.exports.problems import ExportError
from harness.exports.toml_tables import read_toml
from harness.scenario.faults import read_outages
from harness.spans import read_span

# Longer than anything waits unless somebody has said so (exchange-routing#6.1).
LONG = timedelta(days=4)
_TO = ".."


def read_patience(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> timedelta | None:
    """Read a span of the command line."""
    if value is None:
        return None
    span = read_span(value)
    if span is None:
        message = f"`{value}` is no span, expected one such as 90m, 13h or 2d"
        raise click.BadParameter(message, context, parameter)
    return span


faults_option = click.option(
    "--faults",
    metavar="FILE",
    help="A fault script: [[fault]] tables with host, from, to, and what is wrong.",
)
down_option = click.option(
    "--down",
    metavar="HOST[=FROM..TO]",
    multiple=True,
    help="A host is down, as smtp.zivver.com=0..13h after the mail was sent.",
)
patience_option = click.option(
    "--patience",
    metavar="SPAN",
    callback=read_patience,
    help="How long mail that waits is followed, as 13h; with faults, to its end.",
)


def outages_of(
    faults: str | None, down: tuple[str, ...], at: datetime
) -> tuple[Outage, ...]:
    """Read both options.

    Raises:
        ExportError: the script is ill-formed.
        click.UsageError: there is no such file, or `--down` says no time.

    """
    found = tuple(_down(said, at) for said in down)
    if faults is None:
        return found
    try:
        text = Path(faults).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"--faults: `{faults}` cannot be read") from None
    top = read_toml(faults, text)
    top.only("fault")
    tables = top.tables("fault")
    if not tables:
        raise ExportError(f"{faults}:1", "no fault, expected [[fault]]")
    return (*found, *read_outages(tables, at))


def _down(said: str, at: datetime) -> Outage:
    host, _, window = said.partition("=")
    begins, dots, ends = window.partition(_TO)
    if window and not dots:
        raise _no_time(window)
    try:
        return Outage(host, _moment(begins, at) or at, _moment(ends, at))
    except ValueError as problem:
        raise click.UsageError(f"--down: {problem}") from None


def _moment(said: str, at: datetime) -> datetime | None:
    """Read one end of a window; an empty one is open."""
    if not said:
        return None
    found = read_moment_or_span(said, at)
    if found is None:
        raise _no_time(said)
    return found


def _no_time(said: str) -> click.UsageError:
    what = f"`{said}` is no time, expected FROM..TO such as 0..13h"
    return click.UsageError(f"--down: {what}")

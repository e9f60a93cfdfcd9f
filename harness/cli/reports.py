"""The options of `check` that write reports: which forms there are, and where to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import click

from harness.report.causes import Reported
from harness.report.files import read_stencil, write_reports
from harness.report.html_page import html_page
from harness.report.junit import junit
from harness.report.markdown import markdown
from harness.report.plan_of_action import plan_of_action
from harness.report.sarif import sarif

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _html(reported: Reported) -> str:
    return html_page(reported, read_stencil())


_STDOUT = "-"
_ASKED = "relay-harness.reports"
_FORMS: Mapping[str, tuple[Callable[[Reported], str], str]] = MappingProxyType(
    {
        "junit": (junit, "Write JUnit XML there: a mail is a test."),
        "sarif": (
            sarif,
            "Write SARIF 2.1.0 there, with files and lines of the export.",
        ),
        "markdown": (markdown, "Write Markdown there, for a ticket or a pull request."),
        "html": (_html, "Write one page of HTML there, with a picture."),
        "csv": (plan_of_action, "Write what is to be done there, with room for who."),
    }
)


def report_options(command: _Command) -> _Command:
    """Add an option for each form of report."""
    for name in reversed(tuple(_FORMS)):
        help_ = _FORMS[name][1]
        command = click.option(
            f"--{name}",
            name,
            metavar="FILE",
            callback=_remember,
            expose_value=False,
            help=f"{help_} (- is the screen.)" if name == "junit" else help_,
        )(command)
    return command


def goes_to_screen(context: click.Context, *, as_json: bool) -> bool:
    """Say whether a report takes the place of the page.

    Raises:
        UsageError: there is more than one for the screen.

    """
    number = list(_asked(context).values()).count(_STDOUT) + as_json
    if number > 1:
        message = "only one report can go to the screen (`-`, `--json`)"
        raise click.UsageError(message, context)
    return number > 0


def write_asked(context: click.Context, reported: Reported) -> None:
    """Write every report that was asked for.

    Raises:
        ReportError: a file cannot be written.

    """
    texts = {
        place: _FORMS[name][0](reported) for name, place in _asked(context).items()
    }
    screen = texts.pop(_STDOUT, None)
    write_reports(texts)
    if screen is not None:
        click.echo(screen.encode(), nl=False)


def _remember(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> None:
    """Keep where a form goes.

    Raises:
        BadParameter: another one goes there.

    """
    if value is None or parameter.name is None:
        return
    asked = _asked(context)
    if value != _STDOUT and value in asked.values():
        message = f"`{value}` is the file of another report"
        raise click.BadParameter(message, context, parameter)
    asked[parameter.name] = value


def _asked(context: click.Context) -> dict[str, str]:
    found: dict[str, str] = context.meta.setdefault(_ASKED, {})
    return found

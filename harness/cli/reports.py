"""The options of `check` that write reports: which forms there are, and where to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import click

from harness.cli.output import complain
from harness.report.causes import Reported
from harness.report.data import Json
from harness.report.disguise import disguised, disguised_data, pseudonyms_of
from harness.report.files import read_key, read_stencil, write_reports
from harness.report.html_page import html_page
from harness.report.junit import junit
from harness.report.markdown import markdown
from harness.report.plan_of_action import plan_of_action
from harness.report.pseudonyms import Pseudonyms
from harness.report.sarif import sarif

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _html(reported: Reported) -> str:
    return html_page(reported, read_stencil())


_STDOUT = "-"
_ASKED, _CALLED = "relay-harness.reports", "relay-harness.names"
_KEY, _REAL, _ALL = "--key", "--real-names", "--pseudonyms"
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


@dataclass(frozen=True, slots=True)
class Told:
    """What is told on the screen, and what in written reports.

    `pseudonyms` are those that people have there.
    """

    on_screen: Reported
    written: Reported
    pseudonyms: Pseudonyms | None = None

    def data(self, document: Json) -> Json:
        """Give a document as the screen may show it."""
        if self.pseudonyms and self.on_screen.is_disguised:
            return disguised_data(document, self.pseudonyms)
        return document


def report_options(command: _Command) -> _Command:
    """Add an option for each form of report, and for what people are called there."""
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
    for flag, help_ in (
        (_ALL, "Pseudonyms on the screen and in --json, too."),
        (_REAL, "Write reports with the real addresses and names instead."),
    ):
        command = click.option(
            flag,
            is_flag=True,
            callback=_remember_flag,
            expose_value=False,
            help=help_,
        )(command)
    return click.option(
        _KEY,
        metavar="FILE",
        callback=_remember_flag,
        expose_value=False,
        help="Keep there whose each pseudonym is, and use those that it has. Written "
        "reports call people by pseudonyms.",
    )(command)


def goes_to_screen(context: click.Context, *, as_json: bool) -> bool:
    """Say whether a report takes the place of the page.

    Raises:
        UsageError: there is more than one for the screen, or what people are called is
            asked both ways.

    """
    number = list(_asked(context).values()).count(_STDOUT) + as_json
    if number > 1:
        message = "only one report can go to the screen (`-`, `--json`)"
        raise click.UsageError(message, context)
    names = _names(context)
    if names.get(_REAL) and (names.get(_ALL) or names.get(_KEY)):
        message = f"{_REAL} leaves no room for {_ALL} and {_KEY}"
        raise click.UsageError(message, context)
    return number > 0


def told(context: click.Context, reported: Reported) -> Told:
    """Decide what people are called: pseudonyms in reports, if not asked otherwise.

    Raises:
        ReportError: the key cannot be read.

    """
    names = _names(context)
    is_needed = (_asked(context) and not names.get(_REAL)) or names.get(_ALL)
    if not is_needed:
        return Told(reported, reported)
    known = read_key(str(names[_KEY])) if names.get(_KEY) else {}
    pseudonyms = pseudonyms_of(reported, known)
    other = disguised(reported, pseudonyms)
    return Told(other if names.get(_ALL) else reported, other, pseudonyms)


def write_asked(context: click.Context, told: Told) -> None:
    """Write every report that was asked for, and the key.

    Raises:
        ReportError: a file cannot be written.

    """
    asked = _asked(context).items()
    texts = {place: _FORMS[name][0](told.written) for name, place in asked}
    screen = texts.pop(_STDOUT, None)
    key = _names(context).get(_KEY)
    if told.pseudonyms and key:
        whose = json.dumps(dict(told.pseudonyms.key), indent=2)
        write_reports(texts | {str(key): f"{whose}\n"}, secret=str(key))
    else:
        write_reports(texts)
    if screen is not None:
        click.echo(screen.encode(), nl=False)
    if texts and told.pseudonyms and not key:
        complain(
            f"people have pseudonyms in what was written: {_KEY} FILE keeps whose they "
            f"are, {_REAL} writes their own names"
        )


def _remember_flag(
    context: click.Context, parameter: click.Parameter, value: object
) -> None:
    """Keep what people are to be called."""
    if value:
        _names(context)[parameter.opts[0]] = value


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


def _names(context: click.Context) -> dict[str, object]:
    found: dict[str, object] = context.meta.setdefault(_CALLED, {})
    return found

"""`relay-harness findings`: what a check can say, and what each of it means."""

from __future__ import annotations

import difflib

import click

from harness.cli.output import show, show_data
from harness.cli.parameters import json_option
from harness.report.files import page_names, read_page
from harness.report.findings import (
    every_subject,
    subject_page,
    subjects_data,
    subjects_page,
)


@click.command("findings")
@click.argument("name", required=False)
@json_option
def findings_command(*, name: str | None, as_json: bool) -> None:
    """List what a check can say; with NAME, what it means and what is right.

    NAME is that of a finding, such as LEAK, or of a lint, such as RULE-OFF.
    """
    if name is None:
        subjects = every_subject()
        if as_json:
            show_data(subjects_data(subjects))
        else:
            show(subjects_page(subjects))
        return
    text = read_page(_find(name))
    if as_json:
        show_data({"id": _find(name), "page": text})
    else:
        show(subject_page(text))


def _find(name: str) -> str:
    known = {one.upper().replace("_", "-"): one for one in page_names()}
    asked = name.upper().replace("_", "-")
    if asked in known:
        return known[asked]
    near = difflib.get_close_matches(asked, known, 1, 0.5)
    hint = f", did you mean `{known[near[0]]}`?" if near else ""
    hint = hint or ", `relay-harness findings` lists them"
    raise click.UsageError(f"no finding or lint `{name}`{hint}")

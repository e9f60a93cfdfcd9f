"""`relay-harness failures`: what goes wrong in roll-outs, as a catalogue."""

from __future__ import annotations

import difflib

import click

from harness.cli.output import show, show_data
from harness.cli.parameters import json_option
from harness.failures import CATALOGUE, Failure, find_failure
from harness.report.failures import failure_data, failure_page, failures_page


@click.command("failures")
@click.argument("id_", metavar="[ID]", required=False)
@json_option
def failures_command(*, id_: str | None, as_json: bool) -> None:
    """List what goes wrong in roll-outs; with ID, one failure whole.

    `relay-harness rehearse` makes them happen to a copy of a tenant, and says which of
    them its checks would notice.
    """
    if id_ is None:
        if as_json:
            show_data([failure_data(one) for one in CATALOGUE])
        else:
            show(failures_page(CATALOGUE))
        return
    failure = find(id_)
    if as_json:
        show_data(failure_data(failure))
    else:
        show(failure_page(failure))


def find(id_: str) -> Failure:
    """Find an entry that a person named.

    Raises:
        click.UsageError: there is none.

    """
    failure = find_failure(id_)
    if failure is None:
        known = [one.id for one in CATALOGUE]
        near = difflib.get_close_matches(id_.upper(), known, 1, 0.5)
        hint = f", did you mean `{near[0]}`?" if near else ""
        hint = hint or f", expected {known[0]} to {known[-1]}"
        raise click.UsageError(f"no failure `{id_}`{hint}")
    return failure

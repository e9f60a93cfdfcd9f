"""`relay-harness support`: what is judged, and on what source."""

from __future__ import annotations

import click

from harness.cli.output import show, show_data
from harness.report.data import as_data
from harness.report.support import (
    support_data,
    support_markdown,
    support_page,
    whole_register,
)


@click.command("support")
@click.option("--markdown", is_flag=True, help="As tables of Markdown.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def support_command(*, markdown: bool, as_json: bool) -> None:
    """Show what is judged (Yes, Partial, No), and on what source."""
    entries = whole_register()
    if as_json:
        show_data(as_data(support_data(entries)))
    elif markdown:
        click.echo(support_markdown(entries), nl=False)
    else:
        show(support_page(entries))

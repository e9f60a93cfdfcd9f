"""`relay-harness support`: what is judged, and on what source."""

from __future__ import annotations

import click

from fakes.exchange.organization import Edition
from harness.cli.output import show, show_data
from harness.report.data import as_data
from harness.report.replies import replies_data, replies_markdown, replies_page
from harness.report.support import (
    support_data,
    support_markdown,
    support_page,
    whole_register,
)


@click.command("support")
@click.option("--markdown", is_flag=True, help="As tables of Markdown.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@click.option("--replies", is_flag=True, help="What the fake Zivver says, and when.")
@click.option(
    "--edition",
    type=click.Choice([edition.value for edition in Edition], case_sensitive=False),
    help="What this edition of Exchange has.",
)
def support_command(
    *, markdown: bool, as_json: bool, replies: bool, edition: str | None
) -> None:
    """Show what is judged (Yes, Partial, No), and on what source."""
    if replies:
        _show_replies(markdown=markdown, as_json=as_json)
        return
    entries = whole_register(Edition(edition) if edition else None)
    if as_json:
        show_data(as_data(support_data(entries)))
    elif markdown:
        click.echo(support_markdown(entries), nl=False)
    else:
        show(support_page(entries))


def _show_replies(*, markdown: bool, as_json: bool) -> None:
    if as_json:
        show_data(as_data(replies_data()))
    elif markdown:
        click.echo(replies_markdown(), nl=False)
    else:
        show(replies_page())

"""`relay-harness schema`: the published form of what `check --json` prints."""

from __future__ import annotations

import click

from harness.report.files import read_schema


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema (2020-12) of what `check --json` prints."""
    click.echo(read_schema(), nl=False)

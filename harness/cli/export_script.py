"""`relay-harness export-script`: the PowerShell that exports a tenant, read-only."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import click

from harness.cli.parameters import spelt

PLATFORMS = ("online", "onpremises")


@click.command("export-script")
@click.argument("platform", type=click.Choice(PLATFORMS))
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to a file instead of the terminal.",
)
def export_script_command(platform: str, target: Path | None) -> None:
    """Print the PowerShell script that exports what decides on mail flow.

    It runs cmdlets that read, and no others. Without more it exports configuration and
    no persons; its own help says how recipients are added.
    """
    name = f"export-{platform}.ps1"
    script = importlib.resources.files("harness").joinpath("scripts", name)
    text = script.read_text(encoding="utf-8")
    if target is None:
        click.echo(text, nl=False)
        return
    # Windows PowerShell takes a file without a mark for one in the system's own code.
    target.write_text(text, encoding="utf-8-sig", newline="\r\n")
    click.echo(f"Written to {target}. Run it where Exchange's cmdlets are:")
    click.echo(f"  powershell -File {spelt(str(target))} -Folder export")
    click.echo("  relay-harness account export")

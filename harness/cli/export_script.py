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
    text = "".join(map(_part, _parts(platform)))
    if target is None:
        click.echo(text, nl=False)
        return
    # Windows PowerShell takes a file without a mark for one in the system's own code.
    target.write_text(text, encoding="utf-8-sig", newline="\r\n")
    click.echo(f"Written to {target}. Run it where Exchange's cmdlets are:")
    click.echo(f"  powershell -File {spelt(str(target))} -Folder export")
    click.echo("  relay-harness account export")


def _parts(platform: str) -> tuple[str, ...]:
    """Name the pieces of a script: the two platforms differ in two of them."""
    return f"help-{platform}", "begin", f"stage-1-{platform}", "stage-2"


def _part(name: str) -> str:
    scripts = importlib.resources.files("harness").joinpath("scripts")
    return scripts.joinpath(f"{name}.ps1").read_text(encoding="utf-8")

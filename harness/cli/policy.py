"""`relay-harness policy init`: a policy to begin with, drawn from the rules."""

from __future__ import annotations

from pathlib import Path

import click

from harness.check.proposal import propose
from harness.cli.output import complain
from harness.cli.parameters import spelt
from harness.cli.sizes import open_tenant
from harness.report.page import counted, shown


@click.group("policy")
def policy_command() -> None:
    """Say what an organisation intends: the file that `check --policy` takes."""


@policy_command.command("init")
@click.argument("tenant")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there instead of the screen; a file that is there is kept.",
)
@click.pass_context
def init_command(context: click.Context, tenant: str, target: Path | None) -> None:
    """Propose the intent that the rules of TENANT seem to have.

    Each row says in words which rule it was drawn from, and what of that rule a policy
    cannot say. It begins with `reviewed = false`: until a person has read it and set
    that to true, the answer of a check is never YES.
    """
    proposal = propose(open_tenant(tenant).world, tenant)
    if target is None:
        click.echo(proposal.text, nl=False)
    else:
        try:
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(proposal.text)
        except FileExistsError:
            raise click.UsageError(f"{target} is there already", context) from None
    for rule in proposal.rules:
        said = "taken" if rule.is_taken else f"not taken: {shown(rule.why)}"
        complain(f"{shown(rule.called)}: {said}")
    taken = sum(rule.is_taken for rule in proposal.rules)
    complain(
        f"{counted(taken, 'rule')} taken as intent. Read and correct it, then set "
        "reviewed = true" + (f" in {spelt(str(target))}" if target else "")
    )

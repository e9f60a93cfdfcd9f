"""`relay-harness account`: what was understood of an export, property by property."""

from __future__ import annotations

import click

from harness.cli.output import show, show_data
from harness.cli.parameters import now, spelt
from harness.cli.sizes import open_tenant, size_options
from harness.exports import TenantError
from harness.report.account import (
    account_data,
    account_page,
    faulty_account_data,
    faulty_account_page,
)


@click.command("account")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@click.option("--all", "is_whole", is_flag=True, help="Name every property, and why.")
@size_options
def account_command(tenant: str, *, as_json: bool, is_whole: bool) -> None:
    """Show what was read of TENANT, what it lacks, and what is not judged.

    Where files cannot be read, it tells of the others, and of all that is wrong.
    """
    try:
        found = open_tenant(tenant)
    except TenantError as problem:
        _show_faulty(problem, as_json=as_json, is_whole=is_whole)
        raise
    if as_json:
        show_data({"tenant": found.name, "account": account_data(found)})
    else:
        command = f"relay-harness account {spelt(tenant)}"
        show(account_page(found, command=command, at=now(), is_whole=is_whole))


def _show_faulty(problem: TenantError, *, as_json: bool, is_whole: bool) -> None:
    """Show what could be read; what is wrong follows at the door."""
    if as_json:
        show_data({"tenant": problem.name, "account": faulty_account_data(problem)})
    else:
        show(faulty_account_page(problem, is_whole=is_whole))

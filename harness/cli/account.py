"""`relay-harness account`: what was understood of an export, property by property."""

from __future__ import annotations

import click

from harness.cli.output import show, show_data
from harness.exports.files import read_tenant
from harness.report.account import account_data, account_page


@click.command("account")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def account_command(tenant: str, *, as_json: bool) -> None:
    """Show what was read of TENANT, what has no effect, and what is not judged."""
    found = read_tenant(tenant)
    if as_json:
        show_data({"tenant": found.name, "account": account_data(found)})
    else:
        show(account_page(found))

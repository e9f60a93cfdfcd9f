"""`relay-harness rehearse`: which failures would the checks of a tenant notice?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from harness.cli.failures import find
from harness.cli.output import show, show_data
from harness.cli.parameters import (
    at_option,
    json_option,
    now,
    open_case,
    policy_option,
    working,
)
from harness.failures import CATALOGUE
from harness.rehearse import drill, rehearse
from harness.report.rehearsal import Rehearsal, rehearsal_data, rehearsal_page

if TYPE_CHECKING:
    from harness.cli.parameters import Case
    from harness.failures import Failure

_ALL_NOTICED, _MISSED = 0, 1


def read_failures(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[Failure, ...]:
    """Read ids of failures, joined by commas; all of them if there are none."""
    del context, parameter
    if value is None:
        return CATALOGUE
    return tuple(find(word.strip()) for word in value.split(","))


@click.command("rehearse")
@click.argument("tenant")
@policy_option
@click.option(
    "--only",
    "failures",
    metavar="IDS",
    callback=read_failures,
    help="Only these failures, such as F01,F21, and no faults at run time.",
)
@click.option("--all", "is_whole", is_flag=True, help="Tell every way that was tried.")
@json_option
@at_option
@click.pass_context
def rehearse_command(
    context: click.Context,
    *,
    tenant: str,
    policy: str | None,
    failures: tuple[Failure, ...],
    is_whole: bool,
    as_json: bool,
    at: datetime | None,
) -> None:
    """Let failures happen to a copy of TENANT: which of them would `check` notice?

    Each failure of the catalogue is applied in every way that the tenant offers, and
    the mails that it can touch are run again. Faults at run time follow: what becomes
    of secure mail, and after how long somebody is told.

    Exit codes: 0 every failure that can happen here was noticed; 1 one was missed, or
    mail that must be secure leaves in clear while something is out of order.
    """
    case = open_case(tenant, policy)
    moment = at or now()
    is_part = failures is not CATALOGUE
    with working("letting things fail"):
        found = _rehearsed(case, failures, moment, with_drills=not is_part)
    if as_json:
        show_data(rehearsal_data(found))
    else:
        show(rehearsal_page(found, is_whole=is_whole or is_part))
    context.exit(_ALL_NOTICED if found.is_good else _MISSED)


def _rehearsed(
    case: Case, failures: tuple[Failure, ...], at: datetime, *, with_drills: bool
) -> Rehearsal:
    policy = case.policy
    if policy is None:
        raise click.UsageError(
            f"`{case.tenant_name}` has no policy.toml, so nothing is intended there "
            "that could fail; name one with --policy"
        )
    mails = case.derive().mails
    matrix = rehearse(failures, case.world, policy, mails, at=at)
    drills = drill(case.world, policy, mails, at=at) if with_drills else ()
    return Rehearsal(
        matrix, drills, case.tenant_name, case.policy_name, f"{at:%Y-%m-%d}"
    )

"""`relay-harness check`: does the tenant do what was intended?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.check.files import save_mails
from harness.check.report import CheckReport, Verdict
from harness.cli.checking import run, with_remedies
from harness.cli.output import complain, show, show_data, width
from harness.cli.parameters import (
    at_option,
    json_option,
    now,
    open_case,
    policy_option,
    working,
)
from harness.compare import FindingKind
from harness.report.check import check_page
from harness.report.check_data import checked_data
from harness.report.page import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALL_MET, _FINDINGS = 0, 1


def read_kinds(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> frozenset[FindingKind] | None:
    """Read kinds of findings, joined by commas."""
    if value is None:
        return None
    found = set()
    for word in value.split(","):
        name = word.strip().upper().replace("-", "_").replace(" ", "_")
        if name not in FindingKind.__members__:
            message = f"`{word.strip()}` is none of {', '.join(FindingKind)}"
            raise click.BadParameter(message, context, parameter)
        found.add(FindingKind[name])
    return frozenset(found)


@click.command("check")
@click.argument("tenant")
@policy_option
@json_option
@click.option("--all", "is_whole", is_flag=True, help="Name every mail.")
@click.option(
    "--save-mails",
    "save_mails_to",
    metavar="DIR",
    help="Write the mails there, as .eml and .toml.",
)
@click.option(
    "--fail-on",
    metavar="KINDS",
    callback=read_kinds,
    help="End with 1 only for these kinds of findings, such as LEAK,LOSS. What is not "
    "known counts as every kind that it could turn out to be.",
)
@at_option
@click.pass_context
def check_command(
    context: click.Context,
    *,
    tenant: str,
    policy: str | None,
    as_json: bool,
    is_whole: bool,
    save_mails_to: str | None,
    fail_on: frozenset[FindingKind] | None,
    at: datetime | None,
) -> None:
    """Check whether TENANT does with mail what the policy says.

    Mails are derived from the policy: some that meet each row, some that only resemble
    them, everyday mail. What becomes of each is computed and held to the policy.

    Exit codes: 0 all goes as intended; 1 there are findings, or something is not
    known. Without a policy nothing is intended, so the answer is never yes and the
    exit code is 1.
    """
    case = open_case(tenant, policy)
    moment = at or now()
    with working("following the mails"):
        derivation = case.derive()
        found = run(case, derivation, at=moment, is_timed=at is not None)
        checked = with_remedies(found, case, at=moment)
    if as_json:
        show_data(checked_data(checked, case.tenant, at=moment))
    else:
        show(check_page(checked, width=width(), is_whole=is_whole))
    if save_mails_to:
        written = save_mails(derivation.mails, Path(save_mails_to))
        complain(f"{counted(len(written), 'mail')} written to {save_mails_to}")
    context.exit(exit_code(checked.report, fail_on))


def exit_code(report: CheckReport, fail_on: frozenset[FindingKind] | None) -> int:
    """Say how the command ends; what is not known never ends well.

    A hint ends well, unless it was asked for by name.
    """
    if report.answer is Verdict.YES:
        is_asked = fail_on is not None and fail_on & set(_could_be(report))
        return _FINDINGS if is_asked else _ALL_MET
    if fail_on is None or not report.has_policy or not report.mails:
        return _FINDINGS
    return _FINDINGS if fail_on & set(_could_be(report)) else _ALL_MET


def _could_be(report: CheckReport) -> Iterator[FindingKind]:
    """Every kind that there is, and that there could be behind what is not known."""
    for sort in report.sorts:
        yield sort.kind
        if sort.kind is FindingKind.UNDETERMINED:
            for entry in sort.found:
                yield from entry.finding.others or FindingKind
    if report.vacuous or any(entry.is_unreadable for entry in report.refused):
        yield from FindingKind

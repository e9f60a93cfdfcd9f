"""`relay-harness check`: does the tenant do what was intended?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from harness.check.baseline import Baseline, Since, since
from harness.check.files import read_baseline, save_mails
from harness.check.report import CheckReport, Verdict
from harness.cli.checking import run, with_remedies
from harness.cli.output import complain, first_faults, show, show_data, width
from harness.cli.parameters import (
    at_option,
    json_option,
    now,
    open_case,
    plan_option,
    policy_option,
    working,
)
from harness.cli.reports import goes_to_screen, report_options, told, write_asked
from harness.cli.sizes import size_options
from harness.compare import HINTS, FindingKind
from harness.exports import ExportError
from harness.policy import PolicyError
from harness.report.causes import Examined, Reported
from harness.report.check import check_page, coverage_page
from harness.report.check_data import checked_data
from harness.report.page import counted
from harness.report.several import Unread, headed, several_data, several_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cli.parameters import Case
    from harness.report.check import Checked

_ALL_MET, _FINDINGS, _UNREADABLE = 0, 1, 2


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


def open_baseline(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Baseline | None:
    """Open an earlier check."""
    del context, parameter
    return None if value is None else read_baseline(value)


class _Held(TypedDict):
    """The options that say to what a tenant is held, and what is planned for it."""

    policy: str | None
    plan: str | None
    fail_on: frozenset[FindingKind] | None
    expect: str | None
    baseline: Baseline | None
    is_since: bool
    is_strict: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked of each tenant."""

    at: datetime
    is_timed: bool
    held: _Held


@dataclass(frozen=True, slots=True)
class _Done:
    """A tenant that was checked, and how a command for it alone would end."""

    case: Case
    checked: Checked
    code: int


@click.command("check")
@click.argument("tenants", metavar="TENANT...", nargs=-1, required=True)
@size_options
@policy_option
@plan_option
@json_option
@click.option("--all", "is_whole", is_flag=True, help="Name every mail.")
@click.option(
    "--coverage",
    "is_coverage",
    is_flag=True,
    help="Print which rules, conditions, exceptions and connectors the mails have "
    "reached, and why not the others.",
)
@click.option(
    "--strict",
    "is_strict",
    is_flag=True,
    help="Count as not known what rests on something that nobody has stated.",
)
@click.option(
    "--save-mails",
    "save_mails_to",
    metavar="DIR",
    help="Write the mails there, as .eml and .toml; of several tenants, a folder each.",
)
@click.option(
    "--fail-on",
    metavar="KINDS",
    callback=read_kinds,
    help="End with 1 only for these kinds of findings, such as LEAK,LOSS. What is not "
    "known counts as every kind that it could turn out to be.",
)
@click.option(
    "--expect",
    metavar="FINGERPRINT",
    help="End with 1 if the configuration is another than the one that a check before "
    "gave this fingerprint.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    callback=open_baseline,
    help="Say what is new and what is gone since an earlier check (its --json).",
)
@click.option(
    "--fail-on-new",
    "is_since",
    is_flag=True,
    help="With --baseline: end with 1 only for what was not so then.",
)
@report_options
@at_option
@click.pass_context
def check_command(
    context: click.Context,
    *,
    tenants: tuple[str, ...],
    as_json: bool,
    is_whole: bool,
    is_coverage: bool,
    save_mails_to: str | None,
    at: datetime | None,
    **held: Unpack[_Held],
) -> None:
    """Check whether TENANT does with mail what the policy says.

    Mails are derived from the policy: some that meet each row, some that only resemble
    them, everyday mail. What becomes of each is computed and held to the policy.

    Of several tenants a table comes first, then each of them; the exit code is the
    worst of all. Reports are written whole or not at all.

    Exit codes: 0 all goes as intended; 1 there are findings, or something is not
    known; 2 a tenant or policy cannot be read. Without a policy nothing is intended,
    so the answer is never yes and the exit code is 1. So it is with --expect when the
    configuration has changed. With --baseline and --fail-on-new only what is new
    counts: a finding that was not there, a row of the policy that is tested no more.
    """
    asked = _Asked(at or now(), at is not None, held)
    is_silent = goes_to_screen(context, as_json=as_json)
    _about_one(context, held, tenants)
    if len(tenants) == 1:
        done = [_check(tenants[0], asked)]
        unread: list[Unread] = []
    else:
        done, unread = _each(tenants, asked)
    codes = [one.code for one in done] + [_UNREADABLE for _ in unread]
    examined = (
        Examined(d.checked, d.case.tenant, d.case.policy, asked.at) for d in done
    )
    names = told(context, Reported(tuple(examined), tuple(unread)))
    if as_json:
        data = [checked_data(d.checked, d.case.tenant, at=asked.at) for d in done]
        is_one = len(tenants) == 1
        show_data(names.data(data[0] if is_one else several_data(data, unread)))
    elif not is_silent:
        every = [one.checked for one in names.on_screen.every]
        pages = [
            coverage_page(checked)
            if is_coverage
            else check_page(checked, width=width(), is_whole=is_whole)
            for checked in every
        ]
        if len(tenants) > 1:
            show(several_page(every, unread, width=width()))
        for checked, page in zip(every, pages, strict=True):
            show(page if len(tenants) == 1 else headed(checked, page))
    for one in done if save_mails_to else ():
        folder = Path(save_mails_to or "")
        _save(one, folder if len(tenants) == 1 else folder / one.case.tenant.name)
    write_asked(context, names)
    context.exit(max(codes))


def _about_one(context: click.Context, held: _Held, tenants: tuple[str, ...]) -> None:
    """Refuse what several tenants cannot share.

    Raises:
        UsageError: an option is about one tenant, or lacks another option.

    """
    for option in ("expect", "baseline"):
        if held.get(option) and len(tenants) > 1:
            raise click.UsageError(f"--{option} is about one tenant", context)
    if held["is_since"] and not held["baseline"]:
        raise click.UsageError("--fail-on-new needs --baseline FILE", context)


def _each(tenants: tuple[str, ...], asked: _Asked) -> tuple[list[_Done], list[Unread]]:
    """Check each tenant; one that cannot be read does not keep us from the others."""
    done: list[_Done] = []
    unread: list[Unread] = []
    for tenant in dict.fromkeys(tenants):
        try:
            done.append(_check(tenant, asked))
        except ExportError as problem:
            unread.append(Unread(tenant, first_faults(problem)))
        except PolicyError as problem:
            unread.append(Unread(tenant, str(problem)))
    return done, unread


def _check(tenant: str, asked: _Asked) -> _Done:
    case = open_case(tenant, asked.held["policy"], asked.held["plan"])
    with working(f"following the mails of {case.tenant.name}"):
        derivation = case.derive()
        found = run(
            case,
            derivation,
            at=asked.at,
            is_timed=asked.is_timed,
            is_strict=asked.held["is_strict"],
        )
        checked = with_remedies(found, case, at=asked.at)
    baseline, fail_on = asked.held["baseline"], asked.held["fail_on"]
    if baseline:
        checked = replace(checked, since=since(checked.report, baseline))
    is_new = checked.since if asked.held["is_since"] else None
    code = exit_code(checked.report, fail_on, since=is_new)
    expected = asked.held["expect"]
    if expected and expected != checked.fingerprint:
        complain(
            f"the configuration of {tenant} is another than expected: "
            f"{checked.fingerprint}, expected {expected}"
        )
        code = _FINDINGS
    return _Done(case, checked, code)


def _save(done: _Done, folder: Path) -> None:
    mails = tuple(entry.mail for entry in done.checked.report.mails)
    written = save_mails(mails, folder)
    complain(f"{counted(len(written), 'mail')} written to {folder}")


def exit_code(
    report: CheckReport,
    fail_on: frozenset[FindingKind] | None,
    *,
    since: Since | None = None,
) -> int:
    """Say how the command ends; what is not known never ends well.

    A hint ends well, unless it was asked for by name. With `since` only what is new
    counts, and a rule that nobody can read.
    """
    if since is not None:
        sorts = tuple(replace(one.sort, found=one.found) for one in since.new)
        report = replace(report, sorts=sorts, vacuous=since.not_tested)
        fail_on = fail_on or frozenset(FindingKind) - HINTS
    if report.answer is Verdict.YES:
        is_asked = fail_on is not None and fail_on & set(_could_be(report))
        return _FINDINGS if is_asked else _ALL_MET
    is_judged = report.has_policy and report.is_reviewed and report.mails
    if fail_on is None or not is_judged or report.impossible:
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

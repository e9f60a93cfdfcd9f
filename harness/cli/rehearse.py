"""`relay-harness rehearse`: which failures would the checks of a tenant notice?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.check.files import save_mails
from harness.cli.failures import find
from harness.cli.output import complain, show, show_data
from harness.cli.parameters import (
    at_option,
    json_option,
    now,
    open_case,
    policy_option,
    working,
)
from harness.failures import CATALOGUE
from harness.rehearse import drill, grade, rehearse, tests_of
from harness.report.grade import GradeShown, grade_data, grade_page
from harness.report.page import counted
from harness.report.rehearsal import Rehearsal, rehearsal_data, rehearsal_page
from harness.scenario import ScenarioError
from harness.scenario.files import SUFFIX, load_file
from harness.scenario.run import Setting

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.cli.parameters import Case
    from harness.failures import Failure
    from harness.rehearse import Matrix
    from harness.scenario import Case as Scenario
    from harness.scenario.pack import Pack

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
@click.option(
    "--scenarios",
    metavar="DIR",
    help="Grade the scenario files there: which failures would they not notice?",
)
@click.option(
    "--save-mails",
    "save_mails_to",
    metavar="DIR",
    help="Write the mails that show failures there, as .eml and .toml.",
)
@click.option("--all", "is_whole", is_flag=True, help="Tell every way that was tried.")
@json_option
@at_option
@click.pass_context
def rehearse_command(  # noqa: PLR0913  the options of a command
    context: click.Context,
    *,
    tenant: str,
    policy: str | None,
    failures: tuple[Failure, ...],
    scenarios: str | None,
    save_mails_to: str | None,
    is_whole: bool,
    as_json: bool,
    at: datetime | None,
) -> None:
    """Let failures happen to a copy of TENANT: which of them would `check` notice?

    Each failure of the catalogue is applied in every way that the tenant offers, and
    the mails that it can touch are run again. Faults at run time follow: what becomes
    of secure mail, and after how long somebody is told.

    With --scenarios the tests of a folder are put in the place of `check`: those that
    pass on the tenant as it is, and of which one should fail when something is wrong.

    Exit codes: 0 every failure that can happen here was noticed; 1 one was missed, or
    mail that must be secure leaves in clear while something is out of order.
    """
    case = open_case(tenant, policy)
    moment = at or now()
    tests = _read(Path(scenarios)) if scenarios is not None else None
    mails = _mails(case)
    with working("letting things fail"):
        matrix = _rehearsed(case, failures, mails, moment)
    if save_mails_to:
        written = save_mails(_shown(matrix), Path(save_mails_to))
        complain(f"{counted(len(written), 'mail')} written to {save_mails_to}")
    if tests is not None:
        with working("running the tests"):
            graded = _graded(case, matrix, mails, tests, scenarios or "")
        if as_json:
            show_data(grade_data(graded))
        else:
            show(grade_page(graded))
        is_good = bool(graded.grade.graded) and not graded.grade.survivors
        context.exit(_ALL_NOTICED if is_good else _MISSED)
    found = _with_drills(case, matrix, mails, moment, is_part=failures is not CATALOGUE)
    if as_json:
        show_data(rehearsal_data(found))
    else:
        is_part = failures is not CATALOGUE
        show(rehearsal_page(found, is_whole=is_whole or is_part))
    context.exit(_ALL_NOTICED if found.is_good else _MISSED)


def _mails(case: Case) -> tuple[DerivedMail, ...]:
    if case.policy is None:
        raise click.UsageError(
            f"`{case.tenant_name}` has no policy.toml, so nothing is intended there "
            "that could fail; name one with --policy"
        )
    return case.derive().mails


def _rehearsed(
    case: Case,
    failures: tuple[Failure, ...],
    mails: tuple[DerivedMail, ...],
    at: datetime,
) -> Matrix:
    assert case.policy is not None  # noqa: S101  or there were no mails
    return rehearse(failures, case.world, case.policy, mails, at=at)


def _with_drills(
    case: Case,
    matrix: Matrix,
    mails: tuple[DerivedMail, ...],
    at: datetime,
    *,
    is_part: bool,
) -> Rehearsal:
    assert case.policy is not None  # noqa: S101  or there were no mails
    found = Rehearsal(matrix, (), case.tenant_name, case.policy_name, f"{at:%Y-%m-%d}")
    if is_part:
        return found
    with working("putting things out of order"):
        drills = drill(case.world, case.policy, mails, at=at)
    return replace(found, drills=drills)


def _shown(matrix: Matrix) -> tuple[DerivedMail, ...]:
    """Give the mails that show failures, by names that say which."""
    found = {
        f"{entry.failure.id}-{one.mail.id}": one.mail
        for entry in matrix.entries
        for one in entry.tries
        if one.mail is not None
    }
    return tuple(replace(mail, id=name) for name, mail in found.items())


def _read(folder: Path) -> tuple[tuple[Scenario, ...], tuple[Pack, ...]]:
    """Read the scenario files below a folder, or one of them.

    Raises:
        click.ClickException: there is none, or one cannot be read.

    """
    files = [folder] if folder.is_file() else sorted(folder.rglob(f"*{SUFFIX}"))
    if not files:
        raise click.ClickException(f"--scenarios: no file `*{SUFFIX}` in `{folder}`")
    try:
        read = [load_file(file) for file in files]
    except ScenarioError as problem:
        raise click.ClickException(str(problem)) from None
    cases = tuple(case for file in read for case in file.cases)
    return cases, tuple(pack for file in read for pack in file.packs)


def _graded(
    case: Case,
    matrix: Matrix,
    mails: tuple[DerivedMail, ...],
    read: tuple[tuple[Scenario, ...], tuple[Pack, ...]],
    folder: str,
) -> GradeShown:
    cases, packs = read
    policies = {"policy": case.policy} if case.policy else {}
    own = tuple(one for one in cases if _is_of(one, case))
    tests = tests_of(own, packs, mails, Setting(case.world, policies))
    if not tests:
        raise click.ClickException(
            f"--scenarios: no test in `{folder}` is about `{case.tenant_name}`, "
            f"expected packs, or cases with that `tenant`"
        )
    found = grade(matrix, tests, case.world)
    derived = frozenset(mail.id for mail in mails)
    others = len(cases) - len(own)
    return GradeShown(found, folder, case.tenant_name, others, derived)


def _is_of(one: Scenario, case: Case) -> bool:
    """Whether a case meets this tenant: by its name, or by its folder."""
    if one.tenant == case.tenant_name:
        return True
    folder = Path(case.tenant_name)
    return folder.is_dir() and Path(one.tenant).resolve() == folder.resolve()

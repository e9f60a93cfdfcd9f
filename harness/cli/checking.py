"""What `check` and `demo` share: run the derived mails, find remedies, name it all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.check.asleep import find_asleep
from harness.check.fingerprint import of_world
from harness.check.remedy import Checked as Tried
from harness.check.remedy import find_remedies
from harness.check.run import check as run_check
from harness.check.shifts import shifts
from harness.report.account import account_line, not_exported, read_line
from harness.report.check import Checked

if TYPE_CHECKING:
    from datetime import datetime

    from harness.check import Derivation
    from harness.cli.parameters import Case


def run(
    case: Case,
    derivation: Derivation,
    *,
    at: datetime,
    is_timed: bool,
    is_strict: bool = False,
) -> Checked:
    """Check a tenant; `is_timed` says that the time was asked for and counts.

    If `is_strict`, what is assumed counts as not known.
    """
    world = case.world
    report = run_check(
        world,
        case.policy,
        derivation.mails,
        at=at,
        vacuous=derivation.vacuous,
        unwritten=derivation.unwritten,
        labels=case.tenant.labels,
        is_strict=is_strict,
    )
    asleep = find_asleep(report, world, case.policy, at=at)
    report = replace(report, asleep=asleep)
    changed = shifts(report, case.world_before, at=at) if case.plan else ()
    when = ("--at", at.isoformat()) if is_timed else ()
    # They are sent when they are, whatever the time of the check.
    timed = frozenset(mail.id for mail in derivation.mails if mail.at)
    return Checked(
        report,
        tenant=case.tenant_name,
        date=f"{at:%Y-%m-%d}",
        read=read_line(case.tenant),
        again=lambda mail: case.command(
            "explain", mail, *(() if mail in timed else when)
        ),
        account=account_line(case.tenant, at),
        policy=case.policy_name,
        not_judged=report.not_judged,
        not_exported=not_exported(case.tenant),
        fingerprint=of_world(case.planned),
        plan=case.plan,
        shifts=changed,
    )


def with_remedies(
    checked: Checked,
    case: Case,
    *,
    at: datetime,
    only: frozenset[int] | None = None,
) -> Checked:
    """Look for what would be right, of all sorts of findings or of some.

    Each remedy was applied to a copy, and all mails were checked again.
    """
    report, policy = checked.report, case.policy
    if policy is None:
        return checked
    wanted = [n for n, _ in enumerate(report.sorts) if only is None or n in only]
    asked = replace(report, sorts=tuple(report.sorts[number] for number in wanted))
    mails = tuple(entry.mail for entry in report.mails)
    found = find_remedies(Tried(case.world, policy, mails, at, asked))
    return replace(checked, remedies={wanted[n]: r for n, r in found.items()})

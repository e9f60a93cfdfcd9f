"""Findings that somebody answers for: which they are, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from harness.check.blamed import Blame
    from harness.check.derive import DerivedMail
    from harness.check.report import CheckedMail
    from harness.compare import Finding
    from harness.policy.noun import Accepted, Policy


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What somebody accepts, with the mails that it meets; none is worth a word.

    When it has expired, what it meets counts again.
    """

    accepted: Accepted
    mails: tuple[DerivedMail, ...]
    is_expired: bool


def accepted_by(
    finding: Finding,
    blamed: Blame,
    mail_id: str,
    policy: Policy | None,
    *,
    at: datetime,
) -> Accepted | None:
    """Give the first acceptance that a finding meets and that has not expired."""
    return next(
        (
            one
            for one in (policy.accepted if policy else ())
            if not _is_expired(one, at) and _meets(one, finding, blamed, mail_id)
        ),
        None,
    )


def acceptances(
    policy: Policy | None, checked: tuple[CheckedMail, ...], *, at: datetime
) -> tuple[Acceptance, ...]:
    """Say of everything that the policy accepts what it meets."""
    return tuple(
        Acceptance(
            one,
            tuple(entry.mail for entry in checked if _is_met_by(one, entry)),
            _is_expired(one, at),
        )
        for one in (policy.accepted if policy else ())
    )


def _is_met_by(accepted: Accepted, entry: CheckedMail) -> bool:
    both = zip(entry.findings, entry.blames, strict=True)
    return any(_meets(accepted, f, b, entry.mail.id) for f, b in both)


def _is_expired(accepted: Accepted, at: datetime) -> bool:
    """Say whether its last day is over."""
    return at.date() > accepted.until


def _meets(accepted: Accepted, finding: Finding, blamed: Blame, mail_id: str) -> bool:
    return (
        finding.kind in accepted.kinds
        and (not accepted.row or accepted.row in finding.rows)
        and (not accepted.mail or fnmatchcase(mail_id, accepted.mail))
        and _is_same(accepted.rule, blamed.rule)
        and _is_same(accepted.connector, blamed.connector)
    )


def _is_same(asked: str, name: str) -> bool:
    return not asked or asked.casefold() == name.casefold()

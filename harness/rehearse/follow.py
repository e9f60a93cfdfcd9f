"""Runs one mail of a rehearsal, and holds it to its duties as a check does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fakes.exchange.drive import NO_PATIENCE
from fakes.trace import Trace
from harness.check.meant import is_meant_by_rule
from harness.compare import Finding, compare
from harness.simulate import simulate

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.outcome import Outcome
    from harness.world import World


def yet_to_come(
    mails: tuple[DerivedMail, ...], at: datetime
) -> tuple[DerivedMail, ...]:
    """Leave out the mails that would have to be sent in the past."""
    return tuple(mail for mail in mails if mail.at is None or mail.at >= at)


def follow_one(
    mail: DerivedMail,
    world: World,
    *,
    at: datetime,
    patience: timedelta = NO_PATIENCE,
) -> Outcome:
    """Say what becomes of a mail; one with a time of its own is sent then."""
    return simulate(
        mail.item, world, at=mail.at or at, patience=patience, trace=Trace.BRIEF
    )


def found_in(mail: DerivedMail, outcome: Outcome) -> tuple[Finding, ...]:
    """Hold an outcome to the duties of its mail."""
    return tuple(
        finding
        for finding in compare(outcome, mail.duties)
        if not is_meant_by_rule(finding, mail, outcome)
    )

"""What a plan changes for mail: where each copy ended before, and where it ends now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.outcome import Disposition
from harness.simulate import simulate

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.mail.address import Address
    from harness.check.derive import DerivedMail
    from harness.check.report import CheckReport
    from harness.duty import Obligation
    from harness.outcome import Fate
    from harness.world import World

_ZIVVER = "zivver"


@dataclass(frozen=True, slots=True)
class End:
    """Where a copy ends, and by which way it went there."""

    disposition: Disposition
    via: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One recipient of a mail whose end is another one; None for a copy of others.

    `must` is what the policy says of him, None where there is none.
    """

    mail: DerivedMail
    recipient: Address | None
    must: Obligation | None


@dataclass(frozen=True, slots=True)
class Shift:
    """What ended so before and ends otherwise now."""

    before: tuple[End, ...]
    after: tuple[End, ...]
    moved: tuple[Moved, ...]

    @property
    def is_captured(self) -> bool:
        """Whether Zivver has it now and had not before."""
        return _at_zivver(self.after) and not _at_zivver(self.before)

    @property
    def is_released(self) -> bool:
        """Whether Zivver had it before and has not now."""
        return _at_zivver(self.before) and not _at_zivver(self.after)

    @property
    def mails(self) -> tuple[DerivedMail, ...]:
        """The mails, each once."""
        return tuple({one.mail.id: one.mail for one in self.moved}.values())


def shifts(report: CheckReport, before: World, *, at: datetime) -> tuple[Shift, ...]:
    """Follow the same mails in the world as it was; the largest change first."""
    found: dict[tuple[tuple[End, ...], tuple[End, ...]], list[Moved]] = {}
    for entry in report.mails:
        outcome = simulate(entry.mail.item, before, at=entry.mail.at or at)
        musts = {duty.recipient: duty.obligation for duty in entry.mail.duties}
        whos = dict.fromkeys(
            fate.recipient for fate in (*outcome.fates, *entry.outcome.fates)
        )
        for who in whos:
            old, new = _ends(outcome.fate(who)), _ends(entry.outcome.fate(who))
            if old != new:
                must = musts.get(who) if who and report.has_policy else None
                found.setdefault((old, new), []).append(Moved(entry.mail, who, must))
    made = (Shift(old, new, tuple(moved)) for (old, new), moved in found.items())
    return tuple(sorted(made, key=lambda shift: -len(shift.moved)))


def _ends(fate: Fate | None) -> tuple[End, ...]:
    if fate is None:
        return ()
    ends = [End(each.disposition, each.via) for each in fate.deliveries]
    if fate.undetermined or fate.hangs_on:
        ends.append(End(Disposition.UNDETERMINED, ""))
    return tuple(dict.fromkeys(ends))


def _at_zivver(ends: tuple[End, ...]) -> bool:
    return any(end.via == _ZIVVER for end in ends)

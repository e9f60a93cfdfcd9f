"""What a rehearsal gives: each failure, made to happen, and who noticed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from harness.compare import FindingKind
from harness.failures.noun import Edit, Failure, Notice

if TYPE_CHECKING:
    from harness.check import DerivedMail


class Seen(StrEnum):
    """Whether a failure was noticed. NOT_SHOWN: no mail can show it."""

    NOTICED = "noticed"
    NOT_HERE = "not applicable here"
    MISSED = "missed"
    NOT_SHOWN = "no mail shows it"


@dataclass(frozen=True, slots=True)
class Try:
    """One way in which a failure was made to happen, and what showed it.

    `edits` are what was changed, `mail` is the mail that showed it, where one did, and
    `kind` the finding; `ran` says how many mails were run. `also` are the lints and
    lines of the checklist that newly tell of it. `is_foreseen` says whether the finding
    is one that must follow.
    """

    says: str
    seen: Seen
    why: str
    by: Notice | None = None
    kind: FindingKind | None = None
    mail: DerivedMail | None = None
    side: str = ""
    ran: int = 0
    is_foreseen: bool = True
    also: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One failure with all its tries; the worst of them counts."""

    failure: Failure
    tries: tuple[Try, ...]
    why: str = ""

    @property
    def seen(self) -> Seen:
        """Say it of all tries: missed once is missed."""
        if not self.failure.is_shown:
            return Seen.NOT_SHOWN
        found = {one.seen for one in self.tries}
        order = (Seen.MISSED, Seen.NOTICED)
        return next((seen for seen in order if seen in found), Seen.NOT_HERE)

    @property
    def example(self) -> Try | None:
        """The try that says most: of those that count, the first."""
        return next((one for one in self.tries if one.seen is self.seen), None)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole catalogue on one tenant; `wrong` is what a check finds as it is."""

    entries: tuple[Rehearsed, ...]
    wrong: tuple[FindingKind, ...] = ()

    @property
    def missed(self) -> tuple[Rehearsed, ...]:
        """The failures that nothing showed."""
        return self.of(Seen.MISSED)

    def of(self, seen: Seen) -> tuple[Rehearsed, ...]:
        """Give the entries of which this is so."""
        return tuple(entry for entry in self.entries if entry.seen is seen)

"""The nouns: a failure of a roll-out, and one way of making it happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from fakes.exchange.drive import NO_PATIENCE
from harness.compare import FindingKind
from harness.scenario.case import Change, Evidence
from harness.scenario.verbs import apply_change

if TYPE_CHECKING:
    from fakes.internet.outages import Outage
    from fakes.zivver.faults import FaultLine
    from harness.check import DerivedMail
    from harness.failures.bench import Bench
    from harness.outcome import Outcome
    from harness.world import World

# zivver#19 ends there; what the field adds comes after.
LAST_OF_SHEET = 96
# One edit as a scenario spells it: its verb first.
Edit: TypeAlias = Mapping[str, object]


class Harm(StrEnum):
    """What a failure does to mail (zivver#19)."""

    PLAIN = "left in clear"
    LOST = "lost"
    DELAY = "late"
    DUPLICATE = "twice"
    WRONG = "to the wrong people"
    EXPOSE = "seen by the wrong eyes"
    WEAK = "kept less well than meant"
    OVER = "captured though it must be plain"
    LOOP = "goes round"
    SPLIT = "torn apart"


class Part(StrEnum):
    """Where in a relay the failures of one section lie (zivver#19)."""

    SELECTION = "Selection: the rule does not match"
    ENGINE = "Rule order and engine"
    ROUTING = "Routing to the gateway"
    SUBMISSION = "Submission"
    RECIPIENTS = "Recipients"
    AT_ZIVVER = "At Zivver after it took the mail"
    CAPTURE = "Too much captured, and loops"
    FIELD = "Seen in the field"


class Guide(StrEnum):
    """What the guide says of it."""

    STATED = "stated by the guide"
    IMPLIED = "implied by the guide"
    SILENT = "not in the guide"


class Notice(StrEnum):
    """How a failure is noticed.

    CHECK: a finding of a mail. LINT: what is said of the configuration itself.
    CHECKLIST: an item of the guide. WIRE: a session of the fakes. TRACE: how the mail
    went, told by `explain`.
    """

    CHECK = "check"
    LINT = "lint"
    CHECKLIST = "checklist"
    WIRE = "wire"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Staged:
    """One way of making a failure happen on a tenant.

    `edits` are those of a scenario; `faults` are Zivver's, from the first mail on, and
    `outages` lie on its host. `mails` are those that show it, where the mails of the
    check do not; `is_by_itself`: they do so whatever was before. `rules` are the rules
    whose mails the change can touch; empty: any mail. `wider` are rules that take more
    now: what resembles their mails is run first. `sees` compares what becomes of a
    mail, before and after, where no finding tells; it gives what it sees.
    """

    says: str
    edits: tuple[Edit, ...] = ()
    mails: tuple[DerivedMail, ...] = ()
    is_by_itself: bool = False
    rules: tuple[str, ...] = ()
    wider: tuple[str, ...] = ()
    faults: tuple[FaultLine, ...] = ()
    outages: tuple[Outage, ...] = ()
    patience: timedelta = NO_PATIENCE
    sees: Callable[[Outcome, Outcome], str] | None = None

    @property
    def is_of_world(self) -> bool:
        """Whether it changes the world; else it is a mail that shows it."""
        return bool(self.edits or self.faults or self.outages)


def staged_world(world: World, staged: Staged) -> World:
    """Give the world in which it happens.

    Raises:
        EditError: an edit does not fit the world.
        RuleError: Exchange would not take a rule.
        ExportError: Exchange would not take another value.

    """
    for edit in staged.edits:
        verb = next(iter(edit))
        world = apply_change(world, Change(verb, edit), place="catalogue")
    return replace(
        world,
        zivver_faults=(*staged.faults, *world.zivver_faults),
        outages=(*staged.outages, *world.outages),
    )


Stage: TypeAlias = "Callable[[Bench], Iterator[Staged]]"


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry of the catalogue.

    `stage` makes it happen, in as many ways as the tenant offers; `needs` says what
    the tenant must have for that. `follows` are the findings one of which must be
    there then, `told_by` the lints and lines of the checklist. Without `stage` no mail
    can show it: `why_not` says why in plain words, and `instead` what a person does.
    `corrects` says what of the sheet does not hold, and why.
    """

    id: str
    part: Part
    harms: tuple[Harm, ...]
    sentence: str
    where: str
    guide: Guide
    notice: tuple[Notice, ...]
    follows: tuple[FindingKind, ...] = ()
    stage: Stage | None = None
    needs: str = ""
    evidence: Evidence = Evidence.ASSUMED
    sources: tuple[str, ...] = ()
    corrects: str = ""
    why_not: str = ""
    instead: str = ""
    told_by: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether a mail can show it."""
        return self.stage is not None


def entry(  # noqa: PLR0913, PLR0917  the columns of the table
    part: Part,
    number: int,
    sentence: str,
    where: str,
    guide: Guide,
    stage: Stage,
    needs: str,
    *,
    harms: tuple[Harm, ...],
    follows: tuple[FindingKind, ...],
    notice: tuple[Notice, ...] = (Notice.CHECK,),
    evidence: Evidence = Evidence.ASSUMED,
    sources: tuple[str, ...] = (),
    corrects: str = "",
) -> Failure:
    """Write one row of the sheet's table that a mail can show."""
    return Failure(
        name_of(number),
        part,
        harms,
        sentence,
        where,
        guide,
        notice,
        follows,
        stage,
        needs,
        evidence,
        (*of_sheet(number), *sources),
        corrects,
    )


def of_sheet(number: int) -> tuple[str, ...]:
    """Cite the row of the sheet; what it does not have has other sources."""
    return (f"zivver#{name_of(number)}",) if number <= LAST_OF_SHEET else ()


def name_of(number: int) -> str:
    """Give the id of an entry."""
    return f"F{number:02}"

"""What a check gives: the answer, the findings by sort, the counts by policy row."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.mail.address import Address
from harness.check.accepted import Acceptance
from harness.check.blamed import Blame
from harness.check.checklist.noun import ChecklistEntry
from harness.check.coverage import Coverage
from harness.check.derive import DerivedMail
from harness.check.evidence import Grade
from harness.check.lints.noun import Lint
from harness.check.validation import Validation
from harness.compare import HINTS, Finding, FindingKind
from harness.outcome import Outcome
from harness.policy.noun import Accepted
from harness.world import Settled

if TYPE_CHECKING:
    from harness.check.asleep import Asleep


class Verdict(StrEnum):
    """The answer to: does the tenant do what was intended?"""

    YES = "YES"
    NO = "NO"
    CANNOT_TELL = "CANNOT TELL"


class Column(StrEnum):
    """Where the copies of one recipient ended, as the intent table has it."""

    SECURE = "secure"
    PLAIN = "plain"
    OTHER = "other"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class CheckedMail:
    """A derived mail, what becomes of it, and what is wrong with that."""

    mail: DerivedMail
    outcome: Outcome
    findings: tuple[Finding, ...]
    blames: tuple[Blame, ...]


@dataclass(frozen=True, slots=True)
class FoundIn:
    """One finding with its mail."""

    mail: DerivedMail
    outcome: Outcome
    finding: Finding


@dataclass(frozen=True, slots=True)
class Sort:
    """Findings of one kind that one line of the configuration explains.

    `accepted` says who answers for them.
    """

    kind: FindingKind
    rows: tuple[str, ...]
    blame: Blame
    found: tuple[FoundIn, ...]
    is_beyond_rules: bool = False
    accepted: Accepted | None = None

    @property
    def mails(self) -> tuple[DerivedMail, ...]:
        """The mails, each once."""
        return tuple({entry.mail.id: entry.mail for entry in self.found}.values())

    @property
    def recipients(self) -> tuple[Address, ...]:
        """The recipients, each once."""
        found = [entry.finding.recipient for entry in self.found]
        return tuple(dict.fromkeys(who for who in found if who is not None))

    @property
    def is_assumed(self) -> bool:
        """Whether all is well if what was taken for granted is so."""
        whys = (entry.finding.because for entry in self.found)
        return all(because is not None and because.is_assumed for because in whys)

    @property
    def example(self) -> FoundIn:
        """The first of them."""
        return self.found[0]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many recipients ended there as intended, and how many not, by kind.

    With those of whom somebody has accepted that.
    """

    right: int = 0
    wrong: tuple[tuple[FindingKind, int], ...] = ()
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class IntentLine:
    """One line of the intent table; `row` is empty for everything else.

    `rests_on` counts what went as intended by the weakest evidence on its way.
    """

    row: str
    place: str
    must_be: str
    cells: tuple[tuple[Column, Cell], ...]
    rests_on: tuple[tuple[Grade, int], ...] = ()

    def cell(self, column: Column) -> Cell:
        """Give the cell of a column."""
        return dict(self.cells).get(column, Cell())


@dataclass(frozen=True, slots=True)
class Vacuous:
    """A row that no mail meets, and why."""

    row: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Impossible:
    """A row that asks for a second connector: a message goes by one (zivver#14)."""

    row: str
    place: str
    connector: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All of it. `why` says what keeps the answer from being YES.

    `assumed` is what a YES rests on; `not_judged` what of the configuration was not
    looked at, `not_exported` what is missing of it; `remarks` concern the policy;
    `settled` names the open questions that somebody has answered; `validations` say
    whether connectors could be validated. `lints` hint and warn at what no single mail
    shows; `checklist` holds the tenant to the guide. `coverage` is what of the
    configuration the mails have reached. `accepted` are sorts of findings for which
    somebody answers: they stand apart from `sorts`, and `acceptances` say who and
    until when; `impossible` is what the policy asks and no tenant can do.
    `is_reviewed` is false where the policy was drawn from the tenant's own rules.
    `asleep` is set where somebody has found that no rule to Zivver is in force.
    """

    answer: Verdict
    why: str
    sorts: tuple[Sort, ...]
    lines: tuple[IntentLine, ...]
    mails: tuple[CheckedMail, ...]
    vacuous: tuple[Vacuous, ...] = ()
    assumed: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()
    not_exported: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    has_policy: bool = True
    settled: tuple[Settled, ...] = ()
    validations: tuple[Validation, ...] = ()
    lints: tuple[Lint, ...] = ()
    checklist: tuple[ChecklistEntry, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    accepted: tuple[Sort, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    is_reviewed: bool = True
    asleep: Asleep | None = None

    @property
    def refused(self) -> tuple[Lint, ...]:
        """What Exchange would not take today."""
        return tuple(lint for lint in self.lints if lint.is_refused)

    @property
    def as_intended(self) -> int:
        """How many mails went as intended, whatever could be done better."""
        return sum(
            all(finding.kind in HINTS for finding in entry.findings)
            for entry in self.mails
        )

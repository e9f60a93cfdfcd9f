"""The check: what becomes of every derived mail, held to the policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from fakes.exchange.organization import Organization
from fakes.trace import Trace
from harness.check.accepted import acceptances, accepted_by
from harness.check.account import not_exported, not_judged
from harness.check.blame import Seen, blame
from harness.check.checklist.table import checklist
from harness.check.coverage import coverage_of
from harness.check.evidence import Grade, doubted, grade_of
from harness.check.lints.noun import Ground
from harness.check.lints.shown import with_mails
from harness.check.lints.table import lints
from harness.check.meant import is_meant_by_rule
from harness.check.report import (
    Cell,
    CheckedMail,
    CheckReport,
    Column,
    FoundIn,
    Impossible,
    IntentLine,
    Sort,
    Vacuous,
    Verdict,
)
from harness.check.validation import validations
from harness.compare import HINTS, WEIGHT, Finding, FindingKind, compare
from harness.duty import Duty, Obligation
from harness.hybrid import name_of
from harness.outcome import SECURE, Disposition, Fate
from harness.policy.noun import Policy, Row
from harness.simulate import simulate
from harness.world import World

if TYPE_CHECKING:
    from harness.check.derive import DerivedMail, VacuousRow
    from harness.check.lints.noun import Lint
    from harness.check.target import Unwritten
    from harness.exports.labels import ExportedLabel

_ORDINARY = frozenset({Disposition.PLAIN, Disposition.INTERNAL})
# What comes after the rules, or beside them, and is not looked at (exchange-rules#1).
_NOT_LOOKED_AT = "no copies by DLP policies"
# What alone does not say that the tenant is wrong.
_OPEN = frozenset({FindingKind.UNDETERMINED, FindingKind.VACUOUS})
_NOT_MET = "no derived mail meets it"
_NOT_REVIEWED = (
    "nobody has reviewed the policy (`reviewed = false`): drawn from the tenant's own "
    "rules, it compares the tenant with itself"
)


def check(
    world: World,
    policy: Policy | None,
    mails: tuple[DerivedMail, ...],
    *,
    at: datetime,
    vacuous: tuple[VacuousRow, ...] = (),
    unwritten: tuple[Unwritten, ...] = (),
    labels: tuple[ExportedLabel, ...] | None = None,
    is_strict: bool = False,
) -> CheckReport:
    """Run the mails through the world and hold what becomes of them to the policy.

    Without a policy nothing is intended, and the answer is never YES. `vacuous` says
    why rows are not met, for those that are not; `unwritten` what could not be written
    for rules; `labels` are those of the tenant, None where nobody exported them. If
    `is_strict`, what is assumed counts as not known.
    """
    rows = {row.name: row for row in policy.rows} if policy else {}
    followed = follow(world, policy, mails, at=at)
    if is_strict:
        followed = tuple(map(doubted, followed))
    checked = tuple(_blamed(entry, world, rows, at) for entry in followed)
    unmet = _unmet(policy, tuple(entry.mail for entry in checked), vacuous)
    every = tuple(_told_whole(sort, world, at) for sort in _sorted(checked, policy, at))
    sorts = tuple(sort for sort in every if sort.accepted is None)
    accepted = tuple(sort for sort in every if sort.accepted)
    ground = Ground(world, at, policy, labels)
    linted = with_mails(lints(ground), every)
    unreadable = tuple(lint for lint in linted if lint.is_unreadable)
    answer, why = _answer(policy, checked, sorts, unmet, unreadable)
    assumed = dict.fromkeys(a for entry in checked for a in entry.outcome.assumed)
    if checked:
        assumed[_NOT_LOOKED_AT] = None
    return CheckReport(
        answer,
        why,
        sorts,
        _lines(policy, checked, accepted, world),
        checked,
        unmet,
        tuple(assumed),
        _of_sides(world, not_judged),
        _of_sides(world, not_exported),
        policy.remarks if policy else (),
        has_policy=policy is not None,
        is_reviewed=policy is None or policy.is_reviewed,
        accepted=accepted,
        acceptances=acceptances(policy, checked, at=at),
        impossible=_impossible(policy),
        settled=world.settled,
        validations=validations(world, at=at),
        lints=linted,
        checklist=checklist(ground),
        coverage=coverage_of(world, checked, unwritten, at=at),
    )


def follow(
    world: World,
    policy: Policy | None,
    mails: tuple[DerivedMail, ...],
    *,
    at: datetime,
) -> tuple[CheckedMail, ...]:
    """Run the mails, and blame nobody for what is found.

    A mail with a time of its own is sent then; what would be in the past is left out.
    The trace is a brief one: of hundreds of rules most have nothing to say of a mail.
    """
    return tuple(
        _followed(mail, world, policy, at)
        for mail in mails
        if mail.at is None or mail.at >= at
    )


def _of_sides(
    world: World, told: Callable[[Organization], tuple[str, ...]]
) -> tuple[str, ...]:
    """Say it of the organization, or of each side by its name."""
    if world.other is None:
        return told(world.organization)
    sides = world.organizations
    return tuple(f"{name_of(side)}: {each}" for side in sides for each in told(side))


def _followed(
    mail: DerivedMail, world: World, policy: Policy | None, at: datetime
) -> CheckedMail:
    outcome = simulate(mail.item, world, at=mail.at or at, trace=Trace.BRIEF)
    findings = compare(outcome, _duties(mail, policy))
    told = tuple(f for f in findings if not is_meant_by_rule(f, mail, outcome))
    return CheckedMail(mail, outcome, told, ())


def _blamed(
    entry: CheckedMail, world: World, rows: dict[str, Row], at: datetime
) -> CheckedMail:
    mail, outcome = entry.mail, entry.outcome
    blames = tuple(
        blame(
            finding,
            Seen(
                mail.item,
                world,
                outcome,
                mail.at or at,
                next((rows[name] for name in finding.rows if name in rows), None),
            ),
        )
        for finding in entry.findings
    )
    return replace(entry, blames=blames)


def _told_whole(sort: Sort, world: World, at: datetime) -> Sort:
    """Give the example of a sort its whole trace."""
    first = sort.example
    mail = first.mail
    whole = replace(first, outcome=simulate(mail.item, world, at=mail.at or at))
    return replace(sort, found=(whole, *sort.found[1:]))


def _duties(mail: DerivedMail, policy: Policy | None) -> tuple[Duty, ...]:
    if policy is not None:
        return mail.duties
    recipients = dict.fromkeys(mail.item.envelope.recipients)
    return tuple(Duty(who, Obligation.NO_WORD) for who in recipients)


def _unmet(
    policy: Policy | None,
    mails: tuple[DerivedMail, ...],
    vacuous: tuple[VacuousRow, ...],
) -> tuple[Vacuous, ...]:
    met = {mail.intent.row for mail in mails if mail.intent.is_met}
    whys = {entry.row: entry.why for entry in vacuous}
    return tuple(
        Vacuous(row.name, row.place, whys.get(row.name, _NOT_MET))
        for row in (policy.rows if policy else ())
        if row.name not in met
    )


def _impossible(policy: Policy | None) -> tuple[Impossible, ...]:
    """Name the rows that ask for two ways at once."""
    return tuple(
        Impossible(row.name, row.place, connector)
        for row in (policy.rows if policy else ())
        for connector in row.also_through
    )


def _sorted(
    checked: tuple[CheckedMail, ...], policy: Policy | None, at: datetime
) -> tuple[Sort, ...]:
    """Group findings by kind, cause and row; the heaviest and largest first."""
    groups: dict[tuple[object, ...], Sort] = {}
    for entry in checked:
        for finding, blamed in zip(entry.findings, entry.blames, strict=True):
            # A connector is the same line of the configuration whatever the row.
            rows = finding.rows if blamed.rule or not blamed.connector else ()
            accepted = accepted_by(finding, blamed, entry.mail.id, policy, at=at)
            key = (finding.kind, blamed.cause, rows, finding.is_beyond_rules, accepted)
            found = FoundIn(entry.mail, entry.outcome, finding)
            known = groups.get(key)
            every = (*(known.rows if known else ()), *finding.rows)
            groups[key] = Sort(
                finding.kind,
                tuple(dict.fromkeys(every)),
                known.blame if known else blamed,
                (*(known.found if known else ()), found),
                finding.is_beyond_rules,
                accepted,
            )
    return tuple(
        sorted(
            groups.values(),
            key=lambda s: (WEIGHT[s.kind], s.is_beyond_rules, -len(s.mails)),
        )
    )


def _answer(
    policy: Policy | None,
    checked: tuple[CheckedMail, ...],
    sorts: tuple[Sort, ...],
    unmet: tuple[Vacuous, ...],
    unreadable: tuple[Lint, ...],
) -> tuple[Verdict, str]:
    """Say YES only where nothing is missing, wrong, or not known."""
    wrong = [sort for sort in sorts if sort.kind not in _OPEN | HINTS]
    if policy is not None and wrong:
        kinds = dict.fromkeys(sort.kind.value for sort in wrong)
        return Verdict.NO, ", ".join(kinds)
    is_met = any(entry.mail.intent.is_met for entry in checked)
    if policy is not None and _impossible(policy):
        return Verdict.NO, "the policy asks for two ways at once"
    doubts = (
        (policy is None, "there is no policy: nothing is said to be intended"),
        (policy is not None and not policy.is_reviewed, _NOT_REVIEWED),
        (not checked, "no mail was checked"),
        (not is_met, "no mail that must be secure was checked"),
        (bool(unmet), f"no mail meets: {', '.join(v.row for v in unmet)}"),
        (
            any(sort.kind not in HINTS and not sort.is_assumed for sort in sorts),
            "what becomes of some mail is not known",
        ),
        (
            any(sort.is_assumed for sort in sorts),
            "some mail goes as intended only if what nobody has stated is so",
        ),
        (
            bool(unreadable),
            "a rule cannot be read: it has neither condition nor action",
        ),
    )
    for is_open, why in doubts:
        if is_open:
            return Verdict.CANNOT_TELL, why
    return Verdict.YES, ""


@dataclass(slots=True)
class _Tally:
    """Counts of one line while it is made."""

    right: Counter[Column]
    wrong: dict[Column, Counter[FindingKind]]
    accepted: Counter[Column] = field(default_factory=Counter)
    grades: Counter[Grade] = field(default_factory=Counter)

    def add(
        self,
        column: Column,
        kind: FindingKind | None,
        grade: Grade,
        *,
        is_accepted: bool = False,
    ) -> None:
        if is_accepted:
            self.accepted[column] += 1
        elif kind is None:
            self.right[column] += 1
            self.grades[grade] += 1
        else:
            self.wrong.setdefault(column, Counter())[kind] += 1

    def rests_on(self) -> tuple[tuple[Grade, int], ...]:
        return tuple((grade, self.grades[grade]) for grade in Grade)

    def cells(self) -> tuple[tuple[Column, Cell], ...]:
        return tuple(
            (
                column,
                Cell(
                    self.right[column],
                    tuple(
                        sorted(
                            self.wrong.get(column, Counter()).items(),
                            key=lambda pair: WEIGHT[pair[0]],
                        )
                    ),
                    self.accepted[column],
                ),
            )
            for column in Column
        )


def _lines(
    policy: Policy | None,
    checked: tuple[CheckedMail, ...],
    accepted: tuple[Sort, ...],
    world: World,
) -> tuple[IntentLine, ...]:
    """Count recipients: a line for each row, one for everything else."""
    if policy is None:
        return ()
    tallies = {row.name: _Tally(Counter(), {}) for row in policy.rows}
    rest = _Tally(Counter(), {})
    answered = {
        (found.mail.id, found.finding.recipient, sort.kind)
        for sort in accepted
        for found in sort.found
    }
    for entry in checked:
        for duty in entry.mail.duties:
            kinds = _kinds(entry.findings, duty)
            key = (entry.mail.id, duty.recipient)
            open_ = [kind for kind in kinds if (*key, kind) not in answered]
            kind = _worst(open_ or kinds)
            fate = entry.outcome.fate(duty.recipient)
            column = _column(fate, duty, kind)
            grade = grade_of(entry, fate, world)
            is_accepted = bool(kinds) and not open_
            if duty.obligation is Obligation.MUST_BE_PLAIN:
                rest.add(column, kind, grade, is_accepted=is_accepted)
            elif duty.obligation is not Obligation.NO_WORD:
                for name in duty.rows:
                    tallies[name].add(column, kind, grade, is_accepted=is_accepted)
    lines = [
        IntentLine(
            row.name,
            row.place,
            "secure",
            tallies[row.name].cells(),
            tallies[row.name].rests_on(),
        )
        for row in policy.rows
    ]
    return (*lines, IntentLine("", "", "plain", rest.cells(), rest.rests_on()))


def _kinds(findings: tuple[Finding, ...], duty: Duty) -> list[FindingKind]:
    return [
        finding.kind
        for finding in findings
        if finding.recipient == duty.recipient and finding.kind not in HINTS
    ]


def _worst(kinds: list[FindingKind]) -> FindingKind | None:
    return min(kinds, key=lambda kind: WEIGHT[kind], default=None)


def _column(fate: Fate | None, duty: Duty, kind: FindingKind | None) -> Column:
    if fate is None or not fate.deliveries:
        return Column.OTHER
    if kind is FindingKind.UNDETERMINED:
        return Column.CANNOT_TELL
    ends = {delivery.disposition for delivery in fate.deliveries}
    if any(delivery.left_plain for delivery in fate.deliveries):
        return Column.PLAIN
    if ends <= SECURE:
        return Column.SECURE
    if ends <= _ORDINARY and duty.obligation is not Obligation.MUST_BE_SECURE:
        return Column.PLAIN
    return Column.OTHER

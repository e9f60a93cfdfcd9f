"""A check as data: one document, each finding with the command that shows it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mail.content import parse
from harness import __version__
from harness.check.fingerprint import of_finding, of_sort
from harness.compare import FindingKind
from harness.report.account import account_data
from harness.report.check import answer, kinds_of
from harness.report.data import Json, as_data
from harness.report.finding import reads_body
from harness.report.plan import plan_data
from harness.report.since import since_data
from harness.report.words import depends_on

if TYPE_CHECKING:
    from datetime import datetime

    from harness.check.accepted import Acceptance
    from harness.check.asleep import Asleep
    from harness.check.remedy import Remedy
    from harness.check.report import FoundIn, IntentLine, Sort
    from harness.exports import Tenant
    from harness.report.check import Checked

# The published form (harness/report/schema); one that breaks readers gets a new number.
SCHEMA = "check-1"
_LEFT_OUT = "(text of the body, not printed)"


def checked_data(checked: Checked, tenant: Tenant, *, at: datetime) -> Json:
    """Give what `check --json` prints."""
    report = checked.report
    kinds = kinds_of(report)
    findings: list[Json] = [
        _finding(entry, sort, checked.remedies.get(number), checked)
        for number, sort in enumerate(report.sorts)
        for entry in sort.found
    ]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "answer": report.answer.value,
        "says": answer(report),
        "tenant": checked.tenant,
        "policy": checked.policy or None,
        "at": at.isoformat(),
        "fingerprint": checked.fingerprint,
        "plan": plan_data(checked.plan, checked.shifts) if checked.plan else None,
        "since": since_data(checked.since) if checked.since else None,
        "findings": findings,
        "accepted": [_acceptance(each, checked) for each in report.acceptances],
        "impossible": as_data(report.impossible),
        "asleep": _asleep(report.asleep) if report.asleep else None,
        "counts": {
            "mails": len(report.mails),
            "as_intended": report.as_intended if report.has_policy else None,
            "findings": {kind.value: kinds.get(kind, 0) for kind in FindingKind},
        },
        "intent": [_intent(entry) for entry in report.lines],
        "mails": [
            {
                "id": entry.mail.id,
                "sort": entry.mail.sort,
                "subject": parse(entry.mail.item.content).subject,
                "ends": [
                    {
                        "recipient": as_data(fate.recipient),
                        "dispositions": [d.disposition.value for d in fate.deliveries],
                    }
                    for fate in entry.outcome.fates
                ],
            }
            for entry in report.mails
        ],
        "not_tested": as_data(report.vacuous),
        "assumed": as_data(report.assumed),
        "settled": as_data(report.settled),
        "validations": as_data(report.validations),
        "lints": as_data(report.lints),
        "checklist": as_data(report.checklist),
        "coverage": as_data(report.coverage),
        "not_judged": as_data(checked.not_judged),
        "not_exported": as_data(checked.not_exported),
        "remarks": as_data(report.remarks),
        "account": account_data(tenant),
    }


def _finding(
    entry: FoundIn, sort: Sort, remedy: Remedy | None, checked: Checked
) -> Json:
    finding, blame = entry.finding, sort.blame
    because = finding.because
    found = [_LEFT_OUT] if blame.found and reads_body(blame) else list(blame.found)
    return {
        "kind": finding.kind.value,
        "fingerprint": of_finding(entry, sort),
        "cause": of_sort(sort),
        "mail": entry.mail.id,
        "sort": entry.mail.sort,
        "recipient": as_data(finding.recipient),
        "must": finding.obligation.value,
        "rows": list(finding.rows),
        "is": finding.delivery.disposition.value if finding.delivery else None,
        "side": blame.side or None,
        "rule": blame.rule or None,
        "priority": blame.priority,
        "place": blame.place or None,
        "connector": blame.connector or None,
        "why": depends_on(because) if because else blame.why or finding.why,
        "test": blame.test or None,
        "is_exception": blame.is_exception,
        "looked_for": list(blame.looked_for),
        "found": as_data(found),
        "right": list(remedy.commands) if remedy else [],
        "would_break": [
            {"kind": broken.kind.value, "mails": [mail.id for mail in broken.mails]}
            for broken in (remedy.breaks if remedy else ())
        ],
        "undo": list(remedy.undo_commands) if remedy else [],
        "is_told": finding.is_told,
        "told_after": as_data(
            finding.delivery.told_after if finding.delivery else None
        ),
        "is_beyond_rules": finding.is_beyond_rules,
        "could_be": [kind.value for kind in finding.others],
        "depends_on": depends_on(because) if because else None,
        "command": checked.again(entry.mail.id),
    }


def _asleep(asleep: Asleep) -> Json:
    """Give the rules that are not in force, and what was found with them on."""
    then = asleep.then
    return {
        "rules": as_data(asleep.rules),
        "commands": list(asleep.commands),
        "then": {
            "answer": then.answer.value,
            "mails": len(then.mails),
            "as_intended": then.as_intended if then.has_policy else None,
        }
        if then
        else None,
    }


def _acceptance(each: Acceptance, checked: Checked) -> Json:
    """Give what somebody answers for, with the findings that are counted apart."""
    one = each.accepted
    findings: list[Json] = [
        _finding(entry, sort, None, checked)
        for sort in checked.report.accepted
        if sort.accepted == one
        for entry in sort.found
    ]
    return {
        "kinds": as_data(sorted(one.kinds)),
        "row": one.row or None,
        "mail": one.mail or None,
        "rule": one.rule or None,
        "connector": one.connector or None,
        "reason": one.reason,
        "owner": one.owner,
        "until": one.until.isoformat(),
        "place": one.place,
        "is_expired": each.is_expired,
        "mails": [mail.id for mail in each.mails],
        "findings": findings,
    }


def _intent(entry: IntentLine) -> Json:
    return {
        "row": entry.row or None,
        "place": entry.place or None,
        "must_be": entry.must_be,
        "ends": {
            column.value: {
                "ok": cell.right,
                **{kind.value: number for kind, number in cell.wrong},
                **({"accepted": cell.accepted} if cell.accepted else {}),
            }
            for column, cell in entry.cells
        },
        "rests_on": {grade.value: number for grade, number in entry.rests_on},
    }

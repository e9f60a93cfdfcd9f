"""What is accepted: how much, by whom, until when; and what has run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.page import AMBER, counted, line, listed, shown
from harness.report.words import finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.accepted import Acceptance
    from harness.check.report import CheckReport
    from harness.policy.noun import Accepted
    from harness.report.page import Part

_FEW = 3


def accepted_clause(report: CheckReport) -> str:
    """Say in a clause what is accepted, by whom and until when; empty if nothing is."""
    mails: dict[Accepted, dict[str, None]] = {}
    for sort in report.accepted:
        if sort.accepted:
            known = mails.setdefault(sort.accepted, {})
            known.update(dict.fromkeys(mail.id for mail in sort.mails))
    told = [
        f"{counted(len(ids), 'mail')} {_kinds(one)} ({shown(one.owner)}, until "
        f"{one.until})"
        for one, ids in mails.items()
    ]
    return f"accepted: {listed(told)}" if told else ""


def accepted_lines(report: CheckReport, *, is_whole: bool) -> Iterator[Part]:
    """Tell what each acceptance meets, and which have run out or meet nothing."""
    for each in report.acceptances:
        most = len(each.mails) if is_whole else _FEW
        one = each.accepted
        meets = _mails(each, most)
        if not each.mails:
            label, said = "Accepted, and not found: ", ""
        elif each.is_expired:
            label, said = "Accepted no longer: ", f"{meets} again not as intended: "
        else:
            label, said = "Accepted: ", f"{meets}: "
        what = f"{_kinds(one)}{_which(one)}, by {shown(one.owner)} until {one.until}"
        why = f"{shown(one.reason)} ({shown(one.place)})"
        yield line((label, AMBER), f"{said}{what}: {why}.")


def _mails(each: Acceptance, most: int) -> str:
    names = [shown(mail.id) for mail in each.mails[:most]]
    more = len(each.mails) - most
    if more > 0:
        names.append(f"{more} more")
    return f"{counted(len(each.mails), 'mail')} ({listed(names)})"


def _kinds(one: Accepted) -> str:
    return listed(sorted(map(finding_word, one.kinds)), last="or")


def _which(one: Accepted) -> str:
    narrowed = (
        ("row", one.row),
        ("mail", one.mail),
        ("rule", one.rule),
        ("connector", one.connector),
    )
    said = [f'{name} "{shown(value)}"' for name, value in narrowed if value]
    return f" of {listed(said)}" if said else ""

"""The page of a grade: which failures somebody's own tests would not notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.report.data import as_data
from harness.report.page import AMBER, GREEN, QUIET, RED, STRONG, counted, line, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.rehearse import Grade, Graded
    from harness.report.data import Json
    from harness.report.page import Page, Part


@dataclass(frozen=True, slots=True)
class GradeShown:
    """A grade with what its page needs beside it, named as on the command line.

    `others` counts the cases about other tenants; `derived` are the ids of the mails
    that a pack can name.
    """

    grade: Grade
    folder: str
    tenant: str
    others: int
    derived: frozenset[str]


def grade_page(found: GradeShown) -> Page:
    """Lay out a grade: the score, then what survives, with the mail that would do."""
    grade = found.grade
    missed = grade.survivors
    page: list[Part] = [
        line(_answer(found), (f"  ({shown(found.folder)} on {found.tenant})", QUIET)),
        line(_score(grade)),
    ]
    for test in grade.failing:
        place = shown(test.place)
        page.append(
            line(("Fails already: ", AMBER), f"{shown(test.name)} ({place}): left out.")
        )
    if found.others:
        cases = counted(found.others, "case")
        page.append(line(("Note: ", AMBER), f"{cases} of other tenants: left out."))
    shown_last = ""
    for one in missed:
        if one.failure.id != shown_last:
            shown_last = one.failure.id
            page += [
                "",
                line(
                    ("NOT NOTICED  ", RED),
                    (f"{one.failure.id}  ", STRONG),
                    one.failure.sentence,
                ),
            ]
        page.extend(_survivor(one, found))
    return tuple(page)


def _answer(found: GradeShown) -> tuple[str, str]:
    missed = found.grade.survivors
    if not found.grade.graded:
        return "Nothing to grade: no failure changes what becomes of mail here.", AMBER
    if not missed:
        return "Your tests notice every failure that check does.", GREEN
    ids = len({one.failure.id for one in missed})
    return f"Your tests would not notice {counted(ids, 'failure')} of a roll-out.", RED


def _score(grade: Grade) -> str:
    total = len(grade.graded)
    percent = 100 * grade.noticed // total if total else 0
    ways = counted(total, "way")
    tests = counted(len(grade.tests), "test")
    return f"{tests}: {grade.noticed} of {ways} of failing noticed, {percent} %."


def _survivor(one: Graded, found: GradeShown) -> Iterator[Part]:
    happened = one.happened
    side = f"{happened.side}: " if happened.side else ""
    yield line(f"  {side}{shown(happened.says)}")
    mail = happened.mail
    if mail is None:
        return
    kind = happened.kind.value if happened.kind else "it"
    yield line(("    the mail that would: ", QUIET), f"{shown(mail.sort)} ({kind})")
    if mail.id in found.derived:
        yield line(("    in a pack: ", QUIET), (f'mails = ["{mail.id}"]', STRONG))
    else:
        yield line(
            ("    to have it: ", QUIET),
            (f"--save-mails DIR writes {one.failure.id}-{mail.id}.eml", STRONG),
        )


def grade_data(found: GradeShown) -> Json:
    """Give what `rehearse --scenarios DIR --json` prints."""
    grade = found.grade
    return {
        "says": _answer(found)[0],
        "scenarios": found.folder,
        "tenant": found.tenant,
        "tests": len(grade.tests),
        "fail_already": [
            {"name": test.name, "place": test.place} for test in grade.failing
        ],
        "cases_of_other_tenants": found.others,
        "ways_of_failing": len(grade.graded),
        "noticed": grade.noticed,
        "graded": [
            {
                "id": one.failure.id,
                "says": one.happened.says,
                "side": one.happened.side or None,
                "edits": as_data(one.happened.edits),
                "noticed_by": one.by.name if one.by else None,
                "place": one.by.place if one.by else None,
                "mail_that_would": one.happened.mail.id if one.happened.mail else None,
            }
            for one in grade.graded
        ],
    }

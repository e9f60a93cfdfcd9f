"""On what an answer rests, and what a strict check makes of it."""

from dataclasses import replace
from datetime import date

import pytest

from fakes.zivver.readings import READINGS
from harness.check import derive_of
from harness.check.evidence import Grade, grade_of
from harness.check.remedy import Checked, find_remedies
from harness.check.report import Verdict
from harness.check.run import check, follow
from harness.compare import FindingKind
from harness.world import Settled, with_readings
from tests.check.tenants import AS_WRITTEN, NOON, POLICY, online


def checked(world, *, is_strict=False):
    mails = derive_of(POLICY, world).mails
    return check(world, POLICY, mails, at=NOON, is_strict=is_strict)


def rests_on(report, row):
    (entry,) = [entry for entry in report.lines if entry.row == row]
    return {grade for grade, number in entry.rests_on if number}


def test_what_goes_as_intended_is_counted_by_the_weakest_link():
    for entry in checked(online()).lines:
        right = sum(cell.right for _, cell in entry.cells)
        assert right == sum(number for _, number in entry.rests_on)


def grades_of(world, row):
    """The grades of the mails that meet a row, as if nothing had been assumed."""
    mails = [m for m in derive_of(POLICY, world).mails if m.intent.row == row]
    for entry in follow(world, POLICY, tuple(mails), at=NOON):
        bare = replace(entry, outcome=replace(entry.outcome, assumed=()))
        yield from (grade_of(bare, fate, world) for fate in bare.outcome.fates)


@pytest.mark.parametrize(
    ("row", "grades"),
    [("word", {Grade.DOCUMENTED}), ("label", {Grade.OBSERVED, Grade.DOCUMENTED})],
)
def test_labels_are_known_from_real_mail(row, grades):
    assert grades == set(grades_of(online(), row))


def test_an_answer_of_zivver_that_somebody_found_out_was_observed():
    reading = next(iter(READINGS.values()))
    answer = str(reading.default)
    one = Settled(reading.name, answer, "Anna", date(2026, 3, 1), "a mail")
    assert Grade.OBSERVED in set(grades_of(with_readings(online(), (one,)), "word"))


def test_something_assumed_is_the_weakest_link():
    assert {Grade.ASSUMED} == rests_on(checked(online()), "word")


def test_a_strict_check_does_not_take_it_for_granted():
    assert Verdict.YES is checked(online()).answer
    report = checked(online(), is_strict=True)

    assert Verdict.CANNOT_TELL is report.answer
    assert "what nobody has stated" in report.why
    assert all(sort.is_assumed for sort in report.sorts)


def test_a_strict_check_still_says_what_is_wrong():
    lenient, strict = (
        checked(online(AS_WRITTEN)),
        checked(online(AS_WRITTEN), is_strict=True),
    )

    def wrong(report):
        return [s for s in report.sorts if s.kind is not FindingKind.UNDETERMINED]

    assert Verdict.NO is strict.answer
    assert [s.mails for s in wrong(lenient)] == [s.mails for s in wrong(strict)]


def test_a_remedy_breaks_the_same_whether_the_check_is_strict():
    world = online(AS_WRITTEN[:1])
    mails = tuple(m for m in derive_of(POLICY, world).mails if m.intent.row == "word")
    found = [
        find_remedies(Checked(world, POLICY, mails, NOON, report))
        for is_strict in (False, True)
        for report in (check(world, POLICY, mails, at=NOON, is_strict=is_strict),)
    ]
    lenient, strict = ([r.breaks for r in each.values()] for each in found)
    assert lenient == strict

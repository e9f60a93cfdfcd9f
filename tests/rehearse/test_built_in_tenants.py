"""On the tenants that are right, every failure is noticed that can happen there."""

import pytest

from harness.failures import CATALOGUE, Notice
from harness.rehearse import Seen
from tests.rehearse.rehearsed import TENANTS, matrix


@pytest.mark.parametrize("tenant", TENANTS)
def test_none_is_missed(tenant):
    missed = [
        (entry.failure.id, one.says, one.why)
        for entry in matrix(tenant).missed
        for one in entry.tries
        if one.seen is Seen.MISSED
    ]
    assert [] == missed


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_shows_it_is_what_the_catalogue_foresees(tenant):
    assert [] == [
        (entry.failure.id, one.says, one.kind, one.why)
        for entry in matrix(tenant).entries
        for one in entry.tries
        if one.seen is Seen.NOTICED and not one.is_foreseen
    ]


@pytest.mark.parametrize("tenant", TENANTS)
def test_it_is_noticed_in_a_way_that_the_catalogue_names(tenant):
    # A fault on the wire shows as a finding; so does what a trace would tell.
    assert [] == [
        (entry.failure.id, one.by)
        for entry in matrix(tenant).entries
        for one in entry.tries
        if one.seen is Seen.NOTICED
        and one.by is not Notice.CHECK
        and one.by not in entry.failure.notice
    ]


def test_every_failure_that_a_mail_can_show_is_noticed_on_one_of_them():
    noticed = {
        entry.failure.id
        for tenant in TENANTS
        for entry in matrix(tenant).of(Seen.NOTICED)
    }
    shown = {failure.id for failure in CATALOGUE if failure.is_shown}
    assert shown == noticed


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_does_not_apply_is_not_there_or_not_taken(tenant):
    for entry in matrix(tenant).of(Seen.NOT_HERE):
        whys = [entry.why, *(one.why for one in entry.tries)]
        assert entry.why.startswith("needs ") or entry.tries
        assert [] == [why for why in whys if "goes as it is meant" in why]


def test_the_lints_and_lines_of_the_checklist_that_must_tell_of_it_do():
    told = {
        (entry.failure.id, name)
        for tenant in TENANTS
        for entry in matrix(tenant).entries
        for one in entry.tries
        for name in one.also
    }
    wanted = {(failure.id, name) for failure in CATALOGUE for name in failure.told_by}
    assert set() == wanted - told

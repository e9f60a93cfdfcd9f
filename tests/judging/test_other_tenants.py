"""SPF passes for every tenant of Exchange Online alike (exchange-routing#E12)."""

from fakes.zivver.service import ZivverService
from harness.simulate import simulate
from tests.judging.worlds_at_hand import AT, ROUTE, mail, world

SAID = "no other tenant of Exchange Online sends in this one's name"


def test_what_an_admission_by_spf_rests_on_is_said_with_the_outcome():
    where = world(ROUTE, zivver=ZivverService(spf_allowlist=None))
    assert SAID in simulate(mail(), where, at=AT).assumed


def test_of_mail_that_does_not_reach_zivver_nothing_is_said():
    assert SAID not in simulate(mail(), world(), at=AT).assumed

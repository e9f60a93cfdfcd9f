"""The course of a mail: what was tried when, and who was told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.choices import Choices
from fakes.exchange.ledger import Transmitted
from fakes.exchange.organization import Platform
from fakes.exchange.rules.fork import Leg
from fakes.internet.outages import Outage
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Route, TlsLevel, TlsTerms, Transmission
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.zone import zone
from harness.outcome import Disposition, Happened
from harness.simulate import Table, simulate
from harness.timeline import course
from tests.judging.worlds_at_hand import INFO, ROUTE, mail, world

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
WORD = ROUTE | {"SubjectContainsWords": ["Secure"]}


def test_an_attempt_of_which_nobody_wrote_the_time_has_no_place_in_it():
    handoff = HandOff(
        Envelope(None, (INFO,)),
        Content(b""),
        ("mx.example",),
        25,
        TlsTerms(TlsLevel.OPPORTUNISTIC),
        Route.MX,
    )
    made = Transmission(
        handoff,
        "mx.example",
        is_encrypted=False,
        is_verified=False,
        said=(),
        accepted=(INFO,),
    )
    record = Transmitted(0, (Leg(INFO, INFO),), made)
    assert () == course((record,), Platform.ONLINE)


@pytest.mark.parametrize(
    ("hours", "disposition", "last"),
    [
        (0, Disposition.DEFERRED, Happened.TRIED),
        (5, Disposition.DEFERRED, Happened.TRIED),
        (25, Disposition.EXPIRED, Happened.TOLD_OF_FAILURE),
    ],
)
def test_a_mail_for_a_host_that_is_down_waits_is_reported_and_expires(
    hours, disposition, last
):
    # exchange-routing#1.7
    where = world(WORD)
    there = replace(where, outages=(Outage(where.zivver.host, AT),))
    outcome = simulate(mail("Secure"), there, at=AT, patience=timedelta(hours=hours))
    (delivery,) = outcome.deliveries
    assert disposition is delivery.disposition
    # What is not told yet is foreseen.
    assert (hours >= 4, timedelta(hours=4)) == (delivery.is_told, delivery.told_after)
    assert last is outcome.moments[-1].what


def test_zivver_is_down_under_each_of_its_names():
    where = world(WORD)
    host, number = where.zivver.host, "198.51.100.80"
    net = replace(where.internet, zone=zone({(host, "A"): (number,)}))
    there = replace(where, internet=net, outages=(Outage(host, AT),))
    table = Table(there, Choices())
    assert CONNECTION_REFUSED == table.find(number, 25, AT)
    assert CONNECTION_REFUSED != table.find(number, 25)

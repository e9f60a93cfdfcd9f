"""Which domains declare in DNS that they are able to do NTA 7516."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.choices import Choices, explore
from fakes.zivver.delivery import ZivverState, deliver
from fakes.zivver.message_settings import MessageSettings
from fakes.zivver.nta import NtaRecord, nta_domains, nta_record
from fakes.zone import zone
from tests.zivver.builders import CLEO, SETTLED

DOMAIN = "fabrikam.example"
JULY = datetime(2026, 7, 31, 20, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, 8, tzinfo=UTC)
TO_JULY = "v=NTA7516-1;startdate=2026-01;enddate=2026-07;provider=zorgmail"


def dns(*texts):
    return zone({(DOMAIN, "TXT"): texts, (DOMAIN, "MX"): ("10 mx.fabrikam.example",)})


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        (None, ("v=spf1 -all",)),
        (None, ("v=NTA7516-10;provider=x",)),
        (NtaRecord(), ("v=NTA7516-1",)),
        (NtaRecord("2026-01", "2026-07"), ("v=spf1 -all", TO_JULY)),
        (
            NtaRecord("2018-12", "", ("nta.example",)),
            ("v:NTA7516-1;startdate:2018-12;ntamx:10 nta.example.",),
        ),
        (
            NtaRecord(hosts=("a.example", "b.example")),
            (" V=nta7516-1 ; NTAMX=20 b.example;ntamx=5 a.example;",),
        ),
        (NtaRecord(trouble="stands there 2 times"), (TO_JULY, TO_JULY)),
        (NtaRecord(trouble="cannot be read"), ("v=NTA7516-1;nonsense",)),
        (
            NtaRecord(trouble="has a date that is no month (YYYY-MM)"),
            ("v=NTA7516-1;enddate=2026-13",),
        ),
        (
            NtaRecord(trouble="has a date that is no month (YYYY-MM)"),
            ("v=NTA7516-1;enddate=2026-12;enddate=2027-12",),
        ),
        (
            NtaRecord(trouble="has `ntamx` that is no number and host"),
            ("v=NTA7516-1;ntamx=nta.example",),
        ),
    ],
)
def test_a_record_declares(expected, texts):
    assert expected == nta_record(dns(*texts), DOMAIN)


def test_the_domains_of_a_zone_that_declare_anything_are_found():
    both = zone({(DOMAIN, "TXT"): (TO_JULY,), ("other.example", "TXT"): ("hello",)})
    assert {DOMAIN} == nta_domains(both)


@pytest.mark.parametrize(
    ("expected", "why", "texts", "at"),
    [
        ("direct", "its TLS is fit", (TO_JULY,), JULY),
        ("direct", "its TLS is fit", (TO_JULY,), None),
        ("notification", "has ended with 2026-07", (TO_JULY,), AUGUST),
        (
            "notification",
            "is in force from 2026-09 on",
            ("v=NTA7516-1;startdate=2026-09",),
            AUGUST,
        ),
        ("notification", "cannot be read", ("v=NTA7516-1;?",), AUGUST),
        ("notification", "stays at Zivver", ("v=spf1 -all",), AUGUST),
    ],
)
def test_a_recipient_of_such_a_domain_gets(expected, why, texts, at):
    (end,) = _deliver(SETTLED, texts, at).deliveries
    assert (expected, True) == (end.state, why in end.why)


def test_a_record_leads_where_the_settings_say_otherwise():
    settings = replace(SETTLED.delivering, nta_domains=frozenset({DOMAIN}))
    (end,) = _deliver(
        replace(SETTLED, delivering=settings), (TO_JULY,), AUGUST
    ).deliveries
    assert ZivverState.NOTIFICATION is end.state


def test_unfit_tls_gets_a_notification_or_a_bounce_and_never_ordinary_mail():
    settings = replace(SETTLED.delivering, nta_unfit=frozenset({DOMAIN}))
    service = replace(SETTLED, delivering=settings, nta_unfit=None)
    runs = explore(
        lambda choices: _deliver(service, (TO_JULY,), JULY, choices), bound=9
    )
    ends = [run.result.deliveries[0] for run in runs.runs]
    assert [ZivverState.NOTIFICATION, ZivverState.BOUNCED] == [e.state for e in ends]
    assert all("TLS is unfit" in end.why for end in ends)


def _deliver(service, texts, at, choices=None):
    return deliver(
        (CLEO,),
        MessageSettings(),
        service=service,
        zone=dns(*texts),
        choices=choices or Choices(),
        at=at,
    )

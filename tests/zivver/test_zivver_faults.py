"""Faults on demand: what is said changes, the same script gives the same run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, HandOff, Route, Stage, TlsLevel, TlsTerms
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, CertificateFault
from fakes.zivver import receiver
from fakes.zivver.delivery import ZivverState
from fakes.zivver.faults import STAGES_OF, Deed, FaultDesk, FaultLine, with_faults
from fakes.zivver.readings import NotAllowlisted
from fakes.zivver.replies import Reason
from tests.zivver.builders import (
    ANNA,
    CLEO,
    DIRK,
    DNS,
    INSIDE_SPF,
    OUTSIDE_SPF,
    SETTLED,
    TO_CLEO,
)

ANSWERING = sorted(STAGES_OF[Deed.ANSWER], key=str)
LATER = reply(451, "4.3.0", "Later")
NEVER = reply(550, "5.7.1", "Never")
HANDOFF = HandOff(
    Envelope(ANNA, (CLEO, DIRK)),
    TO_CLEO,
    hosts=("smtp.zivver.com",),
    port=587,
    tls=TlsTerms(TlsLevel.ENCRYPTION_ONLY),
    route=Route.SMART_HOST,
    auth=AuthTerms("user-1", "correct horse"),
)


def send(desk):
    """Hand the mail to a Zivver with that script."""
    door = with_faults(receiver(SETTLED, DNS, 587, Choices()), desk)
    return converse(HANDOFF, lambda _host, _port: door, source=INSIDE_SPF)


def times(desk, count=4):
    """Send the mail again and again; say how often it was taken."""
    return [bool(send(desk)[0].accepted) for _ in range(count)]


@pytest.mark.parametrize(
    "stage", [stage for stage in ANSWERING if stage is not Stage.RCPT]
)
def test_an_answer_stops_the_mail_once_at_each_stage(stage):
    desk = FaultDesk([FaultLine(stage, reply=LATER)])
    first, _ = send(desk)
    assert () == first.accepted
    assert any(said.stage is stage for said in first.said)
    assert (CLEO, DIRK) == send(desk)[0].accepted
    assert () == desk.waiting


def test_one_recipient_alone_is_refused():
    desk = FaultDesk([FaultLine(Stage.RCPT, reply=NEVER, about=DIRK)])
    transmission, _ = send(desk)
    assert (CLEO,) == transmission.accepted
    assert ((DIRK, NEVER),) == transmission.refused


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [False, True, True, True]),
        ({"times": 2}, [False, False, True, True]),
        ({"after": 1}, [True, False, True, True]),
        ({"after": 2, "times": None}, [True, True, False, False]),
    ],
)
def test_a_line_acts_as_often_as_it_says(changes, expected):
    line = replace(FaultLine(Stage.MAIL, reply=LATER), **changes)
    assert expected == times(FaultDesk([line]))


def test_the_first_line_that_is_not_spent_acts():
    desk = FaultDesk([FaultLine(Stage.MAIL, reply=LATER)])
    desk.add(FaultLine(Stage.MAIL, reply=NEVER))
    assert (LATER, NEVER) == tuple(send(desk)[0].said[-1].reply for _ in range(2))
    assert [True, True] == times(desk, 2)


def test_silence_at_connect_is_a_time_out():
    desk = FaultDesk([FaultLine(Stage.CONNECT, Deed.SILENT)])
    transmission, record = send(desk)
    assert None is record
    assert {CLEO, DIRK} == {who for who, _ in transmission.deferred}


def test_a_mail_that_was_taken_and_answered_with_an_error_is_in_the_ledger():
    desk = FaultDesk([FaultLine(Stage.DONE, Deed.TAKE, reply=LATER)])
    transmission, record = send(desk)
    assert () == transmission.accepted
    assert record.is_accepted
    assert [CLEO, DIRK] == [end.address for end in record.deliveries]


@pytest.mark.parametrize("stage", sorted(STAGES_OF[Deed.HANG_UP], key=str))
def test_the_connection_breaks_at_each_stage(stage):
    desk = FaultDesk([FaultLine(stage, Deed.HANG_UP)])
    transmission, record = send(desk)
    assert None is record
    assert {CLEO, DIRK} == {who for who, _ in transmission.deferred}
    assert (CLEO, DIRK) == send(desk)[0].accepted


def test_a_mail_may_be_taken_and_nobody_hears_of_it():
    transmission, record = send(FaultDesk([FaultLine(Stage.DONE, Deed.TAKE)]))
    assert record.is_accepted
    assert {CLEO, DIRK} == {who for who, _ in transmission.deferred}


@pytest.mark.parametrize("stage", sorted(STAGES_OF[Deed.DRIP], key=str))
def test_what_drips_says_the_same(stage):
    desk = FaultDesk([FaultLine(stage, Deed.DRIP, pause=0.001)])
    slow, fast = send(desk), send(FaultDesk())
    assert fast[0] == slow[0]
    assert fast[1].deliveries == slow[1].deliveries


def test_silence_cannot_drip():
    silent = replace(SETTLED, credentials=(), not_allowlisted=NotAllowlisted.TIMEOUT)
    desk = FaultDesk([FaultLine(Stage.CONNECT, Deed.DRIP, pause=0.001)])
    door = with_faults(receiver(silent, DNS, 587, Choices()), desk)
    found, _ = converse(HANDOFF, lambda _host, _port: door, source=OUTSIDE_SPF)
    assert () == found.accepted


def test_a_mail_can_be_split_into_several_transactions():
    too_many = reply(452, "4.5.3", "Too many recipients")
    line = FaultLine(Stage.RCPT, reply=too_many, times=None, beyond=1)
    transmission, _ = send(FaultDesk([line]))
    assert (CLEO,) == transmission.accepted
    assert ((DIRK, too_many),) == transmission.deferred


def test_an_answer_at_the_end_of_data_leaves_nothing_taken():
    _, record = send(FaultDesk([FaultLine(Stage.DONE, reply=LATER)]))
    assert Reason.FAULT is record.reason
    assert () == record.deliveries
    assert not record.is_accepted


@pytest.mark.parametrize(
    ("deed", "expected"),
    [(Deed.HOLD, ZivverState.HELD), (Deed.BOUNCE, ZivverState.BOUNCED)],
)
def test_after_the_yes_it_may_be_held_or_come_back(deed, expected):
    transmission, record = send(FaultDesk([FaultLine(Stage.DONE, deed)]))
    assert (CLEO, DIRK) == transmission.accepted
    assert {expected} == {end.state for end in record.deliveries}


def test_what_is_refused_anyhow_stays_refused():
    desk = FaultDesk([FaultLine(Stage.DONE, Deed.HOLD)])
    door = with_faults(receiver(SETTLED, DNS, 587, Choices()), desk)
    handoff = replace(HANDOFF, content=replace(TO_CLEO, raw=b"To: x@y.example\r\n\r\n"))
    _, record = converse(handoff, lambda _host, _port: door, source=INSIDE_SPF)
    assert record is not None
    assert Reason.BAD_FROM is record.reason


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"stage": Stage.LOOK_UP, "reply": LATER}, "goes with"),
        ({"stage": Stage.DATA, "deed": Deed.DRIP}, "goes with"),
        ({"stage": Stage.MAIL, "deed": Deed.HOLD}, "goes with end of data"),
        ({"stage": Stage.MAIL}, "needs a reply"),
        ({"stage": Stage.DONE, "deed": Deed.HOLD, "reply": LATER}, "takes no reply"),
        ({"stage": Stage.MAIL, "reply": reply(250, "", "fine")}, "4xx or 5xx"),
        ({"stage": Stage.MAIL, "reply": LATER, "about": CLEO}, "not about one"),
        ({"stage": Stage.DATA, "reply": LATER, "beyond": 1}, "not about one"),
        ({"stage": Stage.MAIL, "reply": LATER, "after": -1}, "at least once"),
        ({"stage": Stage.MAIL, "reply": LATER, "times": 0}, "at least once"),
    ],
)
def test_a_line_that_could_never_act_is_refused(parts, what):
    with pytest.raises(ValueError, match=what):
        FaultLine(**parts)


LINES = st.builds(
    FaultLine,
    stage=st.sampled_from(ANSWERING),
    reply=st.sampled_from([LATER, NEVER]),
    after=st.integers(0, 2),
    times=st.none() | st.integers(1, 2),
)


@given(st.lists(LINES, max_size=4))
def test_the_same_script_gives_the_same_run(script):
    assert [send(desk)[0] for desk in [FaultDesk(script)] * 3] == [
        send(desk)[0] for desk in [FaultDesk(script)] * 3
    ]


@given(st.lists(LINES, max_size=4))
def test_faults_never_take_a_mail_that_would_be_refused(script):
    desk = FaultDesk(script)
    door = with_faults(receiver(SETTLED, DNS, 587, Choices()), desk)
    wrong = replace(HANDOFF, auth=AuthTerms("user-1", "wrong"))
    for _ in range(3):
        found, _ = converse(wrong, lambda _host, _port: door, source=None)
        assert () == found.accepted


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EXPIRED = Certificate((), CertificateFault.EXPIRED)
SWAP = FaultLine(Stage.STARTTLS, Deed.SHOW, certificate=EXPIRED, times=None)
CHECKED = replace(HANDOFF, tls=TlsTerms(TlsLevel.CERTIFICATE_VALIDATION))


@pytest.mark.parametrize(
    ("is_taken", "line", "at"),
    [
        (False, SWAP, None),
        (True, replace(SWAP, begins=NOON), None),
        (True, replace(SWAP, begins=NOON), NOON - timedelta(seconds=1)),
        (False, replace(SWAP, begins=NOON), NOON),
        (False, replace(SWAP, ends=NOON), NOON - timedelta(seconds=1)),
        (True, replace(SWAP, ends=NOON), NOON),
        (True, replace(SWAP, certificate=Certificate(())), NOON),
    ],
)
def test_a_certificate_is_swapped_for_a_time(is_taken, line, at):
    door = receiver(SETTLED, DNS, 587, Choices())
    door = with_faults(door, FaultDesk([line]), clock=lambda: at)
    sent, _ = converse(CHECKED, lambda _host, _port: door, source=INSIDE_SPF)
    assert is_taken is bool(sent.accepted)
    assert is_taken or "CertificateExpired" in str(sent.deferred[0][1])

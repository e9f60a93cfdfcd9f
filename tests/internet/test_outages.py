"""A fault script: which host is what at which time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.internet.hosts import LOGGED_IN, Internet, Presence, receiver_of
from fakes.internet.outages import Outage, afflicted, outage_of
from fakes.mail.content import Content
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, HandOff, Route, Stage, TlsLevel, TlsTerms
from fakes.mail.reply import Reply, reply
from fakes.mail.troubles import CONNECTION_REFUSED, LOOK_UP_FAILED, TIMED_OUT
from tests.exchange.at_hand import ANNA, CLEO

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOST = "mx.example"
LATER = reply(451, "4.3.0", "later")


@pytest.mark.parametrize(
    ("minutes", "is_on"), [(-1, False), (0, True), (59, True), (60, False)]
)
def test_it_begins_with_its_first_moment_and_is_over_with_its_last(minutes, is_on):
    outages = (Outage(HOST, AT, AT + HOUR),)
    at = AT + timedelta(minutes=minutes)
    assert is_on == (outage_of(outages, "MX.example.", at) is not None)


def test_one_without_an_end_stays_and_another_host_is_not_touched():
    outages = (Outage(HOST, AT),)
    assert outage_of(outages, HOST, AT + timedelta(days=900))
    assert None is outage_of(outages, "other.example", AT)
    assert None is outage_of(outages, HOST, None)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Outage(HOST, AT, AT), "ends before it begins"),
        (lambda: Outage(HOST, AT, stage=Stage.RCPT), "at a stage, with a reply"),
        (lambda: Outage(HOST, AT, reply=LATER), "at a stage, with a reply"),
        (lambda: Outage(HOST, AT, stage=Stage.DONE, reply=LATER), "cannot err at"),
        (
            lambda: Outage(HOST, AT, stage=Stage.RCPT, reply=reply(250, "", "ok")),
            "cannot err with 250",
        ),
    ],
)
def test_a_line_that_no_server_could_follow_is_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()


def met(outage, *, with_login=False):
    """The first refusal that a mail hears while an outage lasts."""
    handoff = HandOff(
        Envelope(ANNA, (CLEO,)),
        Content(b"A: b\r\n\r\nc\r\n"),
        (HOST,),
        25,
        TlsTerms(TlsLevel.OPPORTUNISTIC),
        Route.MX,
        auth=AuthTerms("u", "p", needs_tls=False) if with_login else None,
    )

    def find(name, port):
        server = receiver_of(Internet(), name, port)
        if with_login and not isinstance(server, Reply):
            server = replace(server, authenticate=lambda *_: LOGGED_IN)
        return afflicted(server, outage)

    made, _ = converse(handoff, find, source=None)
    return next((s for s in made.said if not s.reply.is_positive), None)


@pytest.mark.parametrize(
    "stage", [Stage.CONNECT, Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA]
)
def test_a_host_errs_at_its_stage_and_nowhere_before(stage):
    said = met(Outage(HOST, AT, stage=stage, reply=LATER))
    assert (stage, LATER) == (said.stage, said.reply)


def test_a_host_that_asks_for_no_login_cannot_err_there():
    assert None is met(Outage(HOST, AT, stage=Stage.AUTH, reply=LATER))


def test_a_host_that_asks_for_a_login_errs_there():
    said = met(Outage(HOST, AT, stage=Stage.AUTH, reply=LATER), with_login=True)
    assert (Stage.AUTH, LATER) == (said.stage, said.reply)


@pytest.mark.parametrize(
    ("presence", "said"),
    [(Presence.DOWN, CONNECTION_REFUSED), (Presence.SILENT, TIMED_OUT)],
)
def test_a_host_is_down_or_silent(presence, said):
    assert said == met(Outage(HOST, AT, presence=presence)).reply


def test_without_an_outage_all_is_as_it_is():
    assert None is met(None)
    assert None is met(Outage(HOST, AT, presence=Presence.TALKS))
    assert LOOK_UP_FAILED == afflicted(LOOK_UP_FAILED, Outage(HOST, AT))

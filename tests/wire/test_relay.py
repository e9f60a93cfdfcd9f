"""A running relay, as an application meets it: a client of the standard library."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta

import pytest

from fakes.smtp.loop import Loop
from harness.outcome import Disposition
from harness.relay import Carried, Relay
from harness.scenario.case import DEFAULT_AT
from harness.scenario.files import read_setting

pytestmark = pytest.mark.wire

ANNA, BOB, INFO = (
    "anna@contoso.example",
    "bob@contoso.example",
    "info@fabrikam.example",
)


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture
def relay(loop):
    world = read_setting("guide-online-as-meant").world
    with Relay(world, loop, clock=lambda: DEFAULT_AT, patience=timedelta(0)) as running:
        yield running


def send(relay, *to, subject="Secure results", login=ANNA, port=None):
    lines = [f"From: {ANNA}", f"To: {', '.join(to)}", f"Subject: {subject}", "", "x"]
    trust = ssl.create_default_context(cadata=relay.authority.decode())
    with smtplib.SMTP(relay.host, port or relay.port, timeout=10) as client:
        client.starttls(context=trust)
        if login:
            client.login(login, "any")
        return client.sendmail(ANNA, to, "\r\n".join(lines))


def test_each_recipient_has_a_record_of_what_became_of_his_copy(relay):
    send(relay, INFO, BOB)
    found = {str(each.recipient): each for each in relay.wait_for(count=2)}
    assert found[INFO].is_secure
    assert Disposition.INTERNAL is found[BOB].delivery.disposition
    assert () == relay.problems()


def test_a_copy_that_left_plain_must_be_looked_at(relay):
    send(relay, INFO, subject="Minutes")
    send(relay, INFO, BOB)
    relay.wait_for(BOB)
    (problem,) = relay.problems()
    assert problem.startswith(f"{INFO}: PLAIN: ")
    assert ["PLAIN", "SECURE_NOTIFICATION"] == [
        each.delivery.disposition.value for each in relay.wait_for(INFO, count=2)
    ]
    assert () == relay.problems()
    assert 3 == len(relay.carried)


def test_the_ports_take_a_login_and_strangers(relay):
    with pytest.raises(smtplib.SMTPSenderRefused, match=r"5\.7\.57"):
        send(relay, INFO, login=None)
    send(relay, BOB, login=None, port=relay.smtp_port)
    (got,) = relay.wait_for(BOB)
    assert None is got.item.submission.authenticated


def test_waiting_in_vain_says_what_came(relay):
    with pytest.raises(TimeoutError, match="0 of 1 records came: nothing"):
        relay.wait_for(INFO, timeout=0.01)


def test_what_was_taken_is_carried_before_it_stops(loop):
    world = read_setting("guide-online-as-meant").world
    told: list[Carried] = []
    with Relay(
        world,
        loop,
        clock=lambda: DEFAULT_AT,
        patience=timedelta(0),
        on_carried=told.append,
    ) as running:
        send(running, INFO)
    assert [INFO] == [str(each.recipient) for each in told]


def test_a_port_in_use_is_said_and_nothing_is_left_running(loop, relay):
    world = read_setting("guide-online-as-meant").world
    with pytest.raises(OSError, match="in use"):
        Relay(
            world,
            loop,
            clock=lambda: DEFAULT_AT,
            patience=timedelta(0),
            ports={587: relay.port},
        )

"""The fake Zivver as somebody else's tests use it: a client of the standard library."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import replace

import pytest

from fakes.mail.handoff import Stage
from fakes.mail.session import CertificateFault
from fakes.smtp.loop import Loop
from fakes.zivver.delivery import ZivverState
from fakes.zivver.faults import Deed, FaultLine
from fakes.zivver.readings import TrustedOverSmtp
from fakes.zivver.service import Delivering, ZivverService
from fakes.zone import zone
from harness.doubles import ZivverDouble

pytestmark = pytest.mark.wire

ANNA, BOB, CLEO = (
    "anna@contoso.example",
    "bob@fabrikam.example",
    "cleo@fabrikam.example",
)
TRUSTING = Delivering(trusted_domains=frozenset({"fabrikam.example"}))
PLAIN = ZivverService(delivering=TRUSTING, trusted_over_smtp=TrustedOverSmtp.PLAIN)


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture
def start(loop):
    running = []

    def begin(service=None):
        double = ZivverDouble(service or ZivverService(), zone({}), loop)
        running.append(double)
        return double

    yield begin
    for double in running:
        double.stop()


def send(zivver, *to, subject="Results", sender=ANNA, password=None):
    """Send as an application does; give what the client was told."""
    lines = [f"From: {sender}", f"To: {', '.join(to)}", f"Subject: {subject}", "", "x"]
    trust = ssl.create_default_context(cadata=zivver.authority.decode())
    try:
        with smtplib.SMTP(zivver.host, zivver.port, timeout=10) as client:
            client.starttls(context=trust)
            client.login(zivver.user, password or zivver.password)
            client.sendmail(ANNA, to, "\r\n".join(lines))
    except (smtplib.SMTPException, OSError) as error:
        return type(error).__name__
    return ""


def test_each_recipient_has_a_record_with_the_mail_itself(start):
    zivver = start()
    assert "" == send(zivver, BOB, CLEO)
    first, second = zivver.wait_for(count=2)
    assert (BOB, CLEO) == (str(first.recipient), str(second.recipient))
    assert ZivverState.NOTIFICATION is first.state
    assert "Results" == first.message["Subject"]
    assert () == zivver.problems()


def test_waiting_for_one_recipient_hands_over_his_records_only(start):
    zivver = start(PLAIN)
    send(zivver, BOB, CLEO)
    (got,) = zivver.wait_for(BOB)
    assert not got.is_secure
    assert (
        f"{CLEO}: plain: fabrikam.example is a trusted domain",
    ) == zivver.problems()
    assert 2 == len(zivver.received)
    assert () == zivver.problems()


def test_reading_before_anything_came_is_not_looking(start):
    zivver = start()
    assert () == zivver.received
    assert "SMTPDataError" == send(zivver, BOB, sender="nobody")
    (problem,) = zivver.problems()
    assert problem.startswith(f"{BOB}: refused: 554 5.6.0")
    assert all(got.is_refused for got in zivver.received)
    assert () == zivver.problems()


def test_a_refused_session_must_be_looked_at_as_well(start):
    zivver = start()
    assert "SMTPAuthenticationError" == send(zivver, BOB, password="wrong")
    # The client tries LOGIN after PLAIN.
    assert 2 == len(zivver.problems())
    assert {Stage.AUTH} == {refusal.stage for refusal in zivver.refusals}
    assert () == zivver.problems()


def test_waiting_in_vain_says_what_came(start):
    zivver = start()
    send(zivver, BOB)
    with pytest.raises(TimeoutError, match=f"0 of 1 records came: {BOB} notif"):
        zivver.wait_for(CLEO, timeout=0.01)


@pytest.mark.parametrize(
    ("stage", "times", "told"),
    [
        ("connect", 1, "SMTPConnectError"),
        # The client tries LOGIN after PLAIN.
        ("AUTH", 2, "SMTPAuthenticationError"),
        ("MAIL", 1, "SMTPSenderRefused"),
        ("RCPT", 1, "SMTPRecipientsRefused"),
        ("DATA", 1, "SMTPDataError"),
        ("end of data", 1, "SMTPDataError"),
    ],
)
def test_what_is_ordered_happens_and_is_no_problem(start, stage, times, told):
    zivver = start()
    zivver.fail_next(stage, 451, times=times)
    assert told == send(zivver, BOB)
    assert "" == send(zivver, BOB)
    assert () == zivver.problems()


def test_a_recipient_can_be_named(start):
    zivver = start()
    zivver.fail_next("RCPT", 550, about=CLEO)
    send(zivver, BOB, CLEO)
    assert [BOB] == [str(got.recipient) for got in zivver.wait_for(BOB)]


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("connect", "SMTPServerDisconnected"),
        ("EHLO", "SMTPServerDisconnected"),
        ("STARTTLS", "ConnectionResetError SSLEOFError"),
        ("AUTH", "SMTPServerDisconnected"),
        ("MAIL", "SMTPServerDisconnected"),
        ("end of data", "SMTPServerDisconnected"),
    ],
)
def test_a_connection_can_break(start, stage, told):
    zivver = start()
    zivver.order(FaultLine(Stage(stage), Deed.HANG_UP))
    assert send(zivver, BOB) in told
    assert "" == send(zivver, BOB)


def test_a_reply_can_drip(start):
    zivver = start()
    for stage in (Stage.CONNECT, Stage.RCPT, Stage.DONE):
        zivver.order(FaultLine(stage, Deed.DRIP, pause=0.0001))
    assert "" == send(zivver, BOB)
    assert zivver.wait_for(BOB)[0].is_secure


def test_the_certificate_can_be_swapped(start):
    zivver = start()
    assert "" == send(zivver, BOB)
    good = zivver.certificate
    zivver.certificate = replace(good, fault=CertificateFault.EXPIRED)
    assert "SSLCertVerificationError" == send(zivver, BOB)
    zivver.certificate = good
    assert "" == send(zivver, BOB)


def test_a_mail_can_be_taken_and_held(start):
    zivver = start()
    zivver.order(FaultLine(Stage.DONE, Deed.HOLD))
    assert "" == send(zivver, BOB)
    (got,) = zivver.wait_for(BOB)
    assert ZivverState.HELD is got.state
    assert not got.is_secure


def test_an_unknown_stage_and_a_code_that_is_no_error_are_refused(start):
    zivver = start()
    with pytest.raises(ValueError, match=r"`RCTP` is no stage; there are .*RCPT"):
        zivver.fail_next("RCTP", 451)
    with pytest.raises(ValueError, match="4xx or 5xx"):
        zivver.fail_next("RCPT", 250)


def test_both_ports_are_there_and_one_that_is_down_says_so(start):
    zivver = start()
    assert zivver.port != zivver.smtp_port
    down = start(replace(ZivverService(), is_down=True))
    with pytest.raises(ConnectionError, match="not at port 587"):
        _ = down.port

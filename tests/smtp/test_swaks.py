"""swaks, a client that is not ours, hands mail to both of our fake servers."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from fakes.exchange.server import ExchangeServer, Outside
from fakes.internet.certificates import client_context, server_context
from fakes.mail.session import Certificate
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.smtp.loop import Loop
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zone import Zone
from tests.wire.wire_cases import SERVICE, online

SWAKS = shutil.which("swaks")
pytestmark = [
    pytest.mark.wire,
    pytest.mark.swaks,
    pytest.mark.skipif(SWAKS is None, reason="swaks is not installed"),
]
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CONTEXT = server_context(Certificate(("exchange.example",)))


def swaks(address, *arguments):
    """Run swaks; give its exit code and what it heard, line by line."""
    assert SWAKS is not None
    host, port = address
    done = subprocess.run(
        [SWAKS, "--server", host, "--port", str(port), "--timeout", "20", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.fixture
def exchange(loop):
    outside = Outside(
        lambda _host, _port, at: CONNECTION_REFUSED,
        lambda _domain: None,
        client_context(),
    )
    with ExchangeServer(
        online().organization, loop, outside, clock=lambda: AT, tls=CONTEXT
    ) as server:
        yield server
        assert () == server.errors


@pytest.fixture
def zivver(loop):
    endpoint = ZivverEndpoint(SERVICE, Zone(), loop, tls=CONTEXT)
    with endpoint:
        yield endpoint
        assert () == endpoint.errors


FROM = ("--from", "anna@contoso.example")
TO_BOB = ("--to", "bob@contoso.example")
TO_INFO = ("--to", "info@fabrikam.example")
LOGIN = ("--tls", "--auth-user", "anna@contoso.example", "--auth-password", "any")


def handled(exchange):
    exchange.wait(timeout=20)
    return [mail.item for mail in exchange.handled]


def test_a_stranger_reaches_a_mailbox(exchange):
    code, said = swaks(exchange.address, *FROM, *TO_BOB)
    assert 0 == code, said
    (item,) = handled(exchange)
    assert item.submission.authenticated is None


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_user_logs_in_and_writes_to_outside(exchange, mechanism):
    place = exchange.locate(587)
    code, said = swaks(place, *FROM, *TO_INFO, *LOGIN, "--auth", mechanism)
    assert 0 == code, said
    (item,) = handled(exchange)
    assert "anna@contoso.example" == str(item.submission.authenticated)


def test_nobody_hands_in_at_587_without_a_login(exchange):
    code, said = swaks(exchange.locate(587), *FROM, *TO_BOB, "--tls")
    assert 23 == code
    assert "530 5.7.57" in said
    assert [] == handled(exchange)


def test_no_stranger_relays(exchange):
    code, said = swaks(exchange.address, *FROM, *TO_INFO, "--tls")
    assert 24 == code
    assert "550 5.7" in said
    assert [] == handled(exchange)


def test_a_flight_of_commands_is_answered_in_order(exchange):
    code, said = swaks(exchange.address, *FROM, *TO_BOB, "--pipeline", "--tls")
    assert 0 == code, said
    assert 1 == len(handled(exchange))


def test_a_mail_through_a_proxy_has_the_source_that_was_announced(loop):
    outside = Outside(
        lambda _host, _port, at: CONNECTION_REFUSED,
        lambda _domain: None,
        client_context(),
    )
    header = (
        "--proxy-version 1 --proxy-family TCP4 --proxy-source 192.0.2.9"
        " --proxy-source-port 4000 --proxy-dest 127.0.0.1 --proxy-dest-port 25"
    )
    with ExchangeServer(
        online().organization, loop, outside, clock=lambda: AT, trusts_proxy=True
    ) as server:
        code, said = swaks(server.address, *FROM, *TO_BOB, *header.split())
        assert 0 == code, said
        (item,) = handled(server)
    assert "192.0.2.9" == str(item.submission.source)


def test_zivver_takes_a_mail_of_who_logs_in(zivver):
    credential = ("--auth-user", "relay", "--auth-password", "correct horse")
    code, said = swaks(zivver.locate(587), *FROM, *TO_INFO, "--tls", *credential)
    assert 0 == code, said
    (transaction,) = zivver.ledger.transactions
    assert transaction.is_accepted


def test_zivver_takes_nothing_in_clear(zivver):
    code, said = swaks(zivver.locate(587), *FROM, *TO_INFO)
    assert 23 == code
    assert "530 5.7.0" in said
    assert () == zivver.ledger.transactions


def test_zivver_refuses_a_wrong_password(zivver):
    credential = ("--auth-user", "relay", "--auth-password", "wrong")
    code, said = swaks(zivver.locate(587), *FROM, *TO_INFO, "--tls", *credential)
    assert 28 == code
    assert "535 5.7.8" in said

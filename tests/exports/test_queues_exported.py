"""Get-TransportConfig and Get-TransportService: the times of queues."""

import json
from datetime import timedelta

import pytest

from fakes.exchange.organization import Platform
from fakes.exchange.queue_settings import ONLINE, SERVER, default_settings, wait
from harness.exports.account import Ledger, Understood
from harness.exports.formats import row_of
from harness.exports.problems import ExportError
from harness.exports.queues import read_queues, span

HOUR = timedelta(hours=1)
SERVICE = {
    "Name": "MBX1",
    "TransientFailureRetryCount": 2,
    "TransientFailureRetryInterval": "00:10:00",
    "OutboundConnectionFailureRetryInterval": "00:30:00",
    "MessageRetryInterval": "00:05:00",
    "MessageExpirationTimeout": "1.12:00:00",
    "DelayNotificationTimeout": "02:00:00",
    "PickupDirectoryPath": "C:\\Pickup",
}


def entry(**properties):
    return row_of("Get-X.json", 1, properties)


def read(platform=Platform.SERVER, config=(), services=(), ledger=None):
    return read_queues(platform, config, services, ledger or Ledger())


def test_without_an_export_the_platform_has_its_own():
    assert None is read()
    assert (ONLINE, SERVER) == tuple(map(default_settings, Platform))


def test_the_times_of_a_server_are_read():
    # exchange-routing#6.1
    found = read(services=(entry(**SERVICE),))
    minutes = [1, 1, 1, 1, 10, 10, 30]
    assert minutes == [w.seconds // 60 for w in found.connection_waits]
    assert (timedelta(minutes=5),) == found.message_waits
    assert (36 * HOUR, 2 * HOUR) == (found.expires_after, found.delay_notice)


def test_what_a_server_does_not_say_stays():
    assert SERVER == read(services=(entry(Name="MBX1"),))


def test_the_configuration_says_who_is_told_and_what_is_enclosed():
    config = entry(
        InternalDelayDsnEnabled=False,
        ExternalDelayDsnEnabled=True,
        InternalDsnMaxMessageAttachSize="5 MB (5,242,880 bytes)",
        ExternalDsnMaxMessageAttachSize="1 MB (1,048,576 bytes)",
        MessageExpiration="12:00:00",
        MaxDumpsterTime="7.00:00:00",
    )
    found = read(Platform.ONLINE, config=(config,))
    assert (False, True) == (found.tells_inside, found.tells_outside)
    assert (5_242_880, 1_048_576) == (found.encloses_inside, found.encloses_outside)
    assert 12 * HOUR == found.expires_after


def test_of_servers_that_differ_the_first_counts_and_the_account_says_so():
    other = {**SERVICE, "Name": "MBX2", "MessageExpirationTimeout": "4.00:00:00"}
    ledger = Ledger()
    found = read(services=(entry(**SERVICE), entry(**other)), ledger=ledger)
    assert 36 * HOUR == found.expires_after
    lines = ledger.close().lines
    assert any(
        line.how is Understood.NOT_JUDGED and "another server" in line.why
        for line in lines
    )
    (pickup,) = [line for line in lines if "Pickup" in line.property]
    assert Understood.WITHOUT_EFFECT is pickup.how
    assert pickup.why


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("00:10:00", timedelta(minutes=10)),
        ("2.00:00:00", timedelta(days=2)),
        ({"Ticks": 6_000_000_000, "Days": 0}, timedelta(minutes=10)),
        (None, None),
    ],
)
def test_a_span_is_read_as_any_shell_writes_it(value, expected):
    assert expected == span(entry(X=json.loads(json.dumps(value))), "X")


@pytest.mark.parametrize("value", ["soon", "10", "1:2", "a.00:00:00", "00:x:00"])
def test_what_is_no_span_is_refused(value):
    with pytest.raises(ExportError, match=r"expected a span such as 2\.00:00:00"):
        span(entry(X=value), "X")


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (4, 1), (5, 5), (99, 10)])
def test_the_last_wait_stands_for_all_that_follow(failures, minutes):
    assert timedelta(minutes=minutes) == wait(SERVER.connection_waits, failures)

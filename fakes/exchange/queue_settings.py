"""How long Exchange tries, and when it tells the sender: settings as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fakes.exchange.organization import Platform

_MEGABYTE = 1024 * 1024
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """The times of a queue and of the reports about it.

    `connection_waits` are the waits from one attempt to the next while the next hop
    cannot be reached, `message_waits` while it answers and does not take the mail; the
    last one stands for all that follow. `resubmits_after` is how long a queue that
    delivered nothing keeps its mail before it is categorized anew. `delay_notice` is
    when the sender is told of the delay; the two flags say whether a sender inside and
    one outside is.
    """

    connection_waits: tuple[timedelta, ...]
    message_waits: tuple[timedelta, ...]
    expires_after: timedelta
    resubmits_after: timedelta = timedelta(hours=12)
    delay_notice: timedelta = timedelta(hours=4)
    tells_inside: bool = True
    tells_outside: bool = True
    # exchange-routing#6.2: a larger original is not enclosed, its header is.
    encloses_inside: int = 10 * _MEGABYTE
    encloses_outside: int = 10 * _MEGABYTE


def server_waits(
    glitches: int = 4,
    glitch: timedelta = _MINUTE,
    failures: int = 6,
    failure: timedelta = 5 * _MINUTE,
    ever: timedelta = 10 * _MINUTE,
) -> tuple[timedelta, ...]:
    """Give the waits of a server whose next hop is out of reach.

    exchange-routing#6.1: QueueGlitchRetryCount and -Interval, then
    TransientFailureRetryCount and -Interval, then
    OutboundConnectionFailureRetryInterval for ever.
    """
    return (glitch,) * glitches + (failure,) * failures + (ever,)


# exchange-routing#1.7: "first few deferrals <= 15 min, then growing over about six
# retries to a 60 min ceiling"; the numbers are the sheet's. Resubmission and delay
# notices of Exchange Online are on no page: a server's are taken.
ONLINE = QueueSettings(
    tuple(m * _MINUTE for m in (15, 15, 15, 20, 30, 45, 60)),
    tuple(m * _MINUTE for m in (15, 15, 15, 20, 30, 45, 60)),
    expires_after=timedelta(hours=24),
)
# exchange-routing#6.1. field-cases#X-20: MessageRetryInterval is 15 minutes.
SERVER = QueueSettings(server_waits(), (15 * _MINUTE,), expires_after=timedelta(days=2))


def default_settings(platform: Platform) -> QueueSettings:
    """Give the settings that nobody has changed."""
    return ONLINE if platform is Platform.ONLINE else SERVER


def wait(waits: tuple[timedelta, ...], failures: int) -> timedelta:
    """Give the wait after so many failures in a row (1 for the first)."""
    return waits[min(failures, len(waits)) - 1]

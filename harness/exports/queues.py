"""Get-TransportConfig and Get-TransportService: how long mail is tried, who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fakes.exchange.limits import Limits
from fakes.exchange.organization import Platform
from fakes.exchange.queue_settings import (
    QueueSettings,
    default_settings,
    server_waits,
)
from harness.exports import values
from harness.exports.account import (
    Ledger,
    Mark,
    Row,
    Table,
    Understood,
    marks_of,
    used,
    without_effect,
)
from harness.exports.connector_tables import ABOUT_ITSELF, ITSELF
from harness.exports.formats import Exported
from harness.exports.problems import ExportError, shown

_TIMERS = "exchange-routing#6.1"
_REPORTS = "exchange-routing#6.2"
_MOST = 15

CONFIG = Table(
    used(
        _REPORTS,
        "InternalDelayDsnEnabled ExternalDelayDsnEnabled "
        "InternalDsnMaxMessageAttachSize ExternalDsnMaxMessageAttachSize",
    )
    | used("exchange-routing#1.7", "MessageExpiration")
    | used(
        "exchange-routing#5.1", "MaxSendSize MaxReceiveSize MaxRecipientEnvelopeLimit"
    )
    | {
        # Whole copies of failure reports, and of journal reports, for somebody more.
        "generatecopyofdsnfor": Row(Understood.NOT_JUDGED, _REPORTS),
        "journalingreportndrto": Row(
            Understood.NOT_JUDGED, _REPORTS, "", frozenset({"<>"})
        ),
        "tlssenddomainsecurelist": Row(Understood.NOT_JUDGED, "exchange-routing#2.1"),
    },
    rest=Row(
        Understood.WITHOUT_EFFECT,
        _REPORTS,
        "of all of transport, and neither times, sizes nor reports of failures",
    ),
)
SERVICE = Table(
    used(
        _TIMERS,
        "TransientFailureRetryCount TransientFailureRetryInterval "
        "OutboundConnectionFailureRetryInterval MessageRetryInterval "
        "MessageExpirationTimeout DelayNotificationTimeout",
    )
    | without_effect(ITSELF, "exports#4", ABOUT_ITSELF + " Name"),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        _TIMERS,
        "logs, folders and limits of the service, and none of its times",
    ),
)


def read_queues(
    platform: Platform,
    config: tuple[Exported, ...],
    services: tuple[Exported, ...],
    ledger: Ledger,
) -> QueueSettings | None:
    """Read the times of queues; None where no export tells them.

    Of several servers that differ the first is taken, and the account says so.

    Raises:
        ExportError: a value is ill-formed.

    """
    if not config and not services:
        return None
    settings = default_settings(platform)
    for entry in config:
        ledger.note(entry, "transport", marks_of(entry, CONFIG))
        settings = with_config(settings, entry)
    found = [with_service(settings, entry) for entry in services]
    for entry, one in zip(services, found, strict=True):
        marks = marks_of(entry, SERVICE)
        if one != found[0]:
            marks = tuple(map(_of_another_server, marks))
        ledger.note(entry, values.text(entry, "Name") or "server", marks)
    return found[0] if found else settings


def read_limits(config: tuple[Exported, ...]) -> Limits | None:
    """Read how large a mail may be, and for how many; None where it was not told.

    Raises:
        ExportError: a value is ill-formed.

    """
    for entry in config:
        if entry.has("MaxSendSize") and entry.has("MaxReceiveSize"):
            said = values.text(entry, "MaxRecipientEnvelopeLimit") or ""
            return Limits(
                values.size(entry, "MaxSendSize"),
                values.size(entry, "MaxReceiveSize"),
                int(said) if said.isdecimal() else None,
            )
    return None


def with_config(settings: QueueSettings, entry: Exported) -> QueueSettings:
    """Take what Set-TransportConfig says.

    Raises:
        ExportError: a value is ill-formed.

    """
    inside = values.flag(entry, "InternalDelayDsnEnabled")
    outside = values.flag(entry, "ExternalDelayDsnEnabled")
    small = values.size(entry, "InternalDsnMaxMessageAttachSize")
    large = values.size(entry, "ExternalDsnMaxMessageAttachSize")
    return replace(
        settings,
        expires_after=span(entry, "MessageExpiration") or settings.expires_after,
        tells_inside=settings.tells_inside if inside is None else inside,
        tells_outside=settings.tells_outside if outside is None else outside,
        encloses_inside=settings.encloses_inside if small is None else small,
        encloses_outside=settings.encloses_outside if large is None else large,
    )


def with_service(settings: QueueSettings, entry: Exported) -> QueueSettings:
    """Take what Set-TransportService says; what it does not say stays.

    Raises:
        ExportError: a value is ill-formed.

    """
    count = values.number(entry, "TransientFailureRetryCount", low=0, high=_MOST)
    failure = span(entry, "TransientFailureRetryInterval")
    ever = span(entry, "OutboundConnectionFailureRetryInterval")
    connection_waits = settings.connection_waits
    if not (count is None and failure is None and ever is None):
        given = {"failures": count, "failure": failure, "ever": ever}
        known = {key: value for key, value in given.items() if value is not None}
        connection_waits = server_waits(**known)  # type: ignore[arg-type]
    message = span(entry, "MessageRetryInterval")
    expires = span(entry, "MessageExpirationTimeout")
    notice = span(entry, "DelayNotificationTimeout")
    return replace(
        settings,
        connection_waits=connection_waits,
        message_waits=(message,) if message else settings.message_waits,
        expires_after=expires or settings.expires_after,
        delay_notice=notice or settings.delay_notice,
    )


def span(entry: Exported, name: str) -> timedelta | None:
    """Give a span, `2.00:00:00` or what JSON makes of a TimeSpan; None if absent.

    Raises:
        ExportError: it is none.

    """
    value = entry.get(name)
    if isinstance(value, dict) and isinstance(value.get("Ticks"), int):
        # Ticks are tenths of microseconds.
        return timedelta(microseconds=value["Ticks"] // 10)
    said = values.text(entry, name)
    if said is None:
        return None
    days, _, clock = said.rpartition(".") if said.count(":") == 2 else ("", "", said)
    parts = clock.split(":")
    if len(parts) == 3 and all(p.isdecimal() for p in (*parts, days or "0")):
        hours, minutes, seconds = map(int, parts)
        return timedelta(int(days or 0), seconds, minutes=minutes, hours=hours)
    expected = "expected a span such as 2.00:00:00"
    raise ExportError(entry.place, f"`{name}` is `{shown(said)}`, {expected}")


def _of_another_server(mark: Mark) -> Mark:
    if mark.how is not Understood.USED:
        return mark
    why = "another server has other times"
    return Mark(mark.property, Understood.NOT_JUDGED, why, _TIMERS)

"""When a host is down, silent, or answers an error: a fault script as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from fakes.internet.hosts import Presence
from fakes.mail.address import domain_key
from fakes.mail.handoff import Stage
from fakes.mail.receiver import Receiver
from fakes.mail.reply import Reply
from fakes.mail.troubles import CONNECTION_REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Outage:
    """One line of the script: from `begins` on and before `ends` (None: for good).

    `stage` and `reply` say at what the host errs then; without them it is down, or
    silent.
    """

    host: str
    begins: datetime
    ends: datetime | None = None
    presence: Presence = Presence.DOWN
    stage: Stage | None = None
    reply: Reply | None = None

    def __post_init__(self) -> None:
        """Refuse a line that says nothing a server could do."""
        if self.ends is not None and self.ends <= self.begins:
            raise ValueError(f"the outage of {self.host} ends before it begins")
        if (self.stage is None) != (self.reply is None):
            raise ValueError(
                f"{self.host} errs at a stage, with a reply: both are said"
            )
        if self.stage is not None and self.stage not in _ERRING:
            known = ", ".join(stage.value for stage in _ERRING)
            raise ValueError(
                f"{self.host} cannot err at {self.stage.value}, of {known}"
            )
        if self.reply is not None and self.reply.is_positive:
            raise ValueError(f"{self.host} cannot err with {self.reply}")

    def is_on(self, host: str, at: datetime) -> bool:
        """Whether it is this host's, at this time."""
        is_over = self.ends is not None and at >= self.ends
        is_its = domain_key(host) == domain_key(self.host)
        return is_its and self.begins <= at and not is_over


def outage_of(
    outages: tuple[Outage, ...], host: str, at: datetime | None
) -> Outage | None:
    """Find the line that holds for a host at a time, the first in the script."""
    if at is None:
        return None
    return next((outage for outage in outages if outage.is_on(host, at)), None)


def afflicted(
    receiver: Receiver[R] | Reply, outage: Outage | None
) -> Receiver[R] | Reply:
    """Give what a server is while an outage lasts; a name without one stays so."""
    if outage is None or isinstance(receiver, Reply):
        return receiver
    if outage.stage is not None and outage.reply is not None:
        return _ERRING[outage.stage](receiver, outage.reply)
    if outage.presence is Presence.SILENT:
        return replace(receiver, connect=lambda _session: None)
    return CONNECTION_REFUSED if outage.presence is Presence.DOWN else receiver


def _at_connect(receiver: Receiver[R], said: Reply) -> Receiver[R]:
    return replace(receiver, connect=lambda _session: said)


def _at_hello(receiver: Receiver[R], said: Reply) -> Receiver[R]:
    return replace(receiver, hello=lambda _session: said)


def _at_login(receiver: Receiver[R], said: Reply) -> Receiver[R]:
    if receiver.authenticate is None:
        return receiver
    return replace(receiver, authenticate=lambda _session, _user, _word: said)


def _at_mail(receiver: Receiver[R], said: Reply) -> Receiver[R]:
    return replace(receiver, mail=lambda _session, _sender, _size: said)


def _at_recipient(receiver: Receiver[R], said: Reply) -> Receiver[R]:
    return replace(receiver, recipient=lambda _session, _sender, _who, _count: said)


def _at_data(receiver: Receiver[R], said: Reply) -> Receiver[R]:
    return replace(receiver, data=lambda _session, _envelope: said)


_ERRING: Mapping[Stage, Callable[[Receiver[Any], Reply], Receiver[Any]]] = (
    MappingProxyType(
        {
            Stage.CONNECT: _at_connect,
            Stage.EHLO: _at_hello,
            Stage.AUTH: _at_login,
            Stage.MAIL: _at_mail,
            Stage.RCPT: _at_recipient,
            Stage.DATA: _at_data,
        }
    )
)

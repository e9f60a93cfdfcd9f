"""A running relay for any mail client: what goes in by SMTP is carried to its end.

The fake Exchange takes mail on the ports that it is given. Each mail is then sent
through the whole world behind sockets, one after the other, as `harness.wire` does.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from fakes.choices import Choices
from fakes.exchange.reception import SMTP_PORT, SUBMISSION_PORT, receiver_of
from fakes.internet.certificates import authority_pem, server_context
from fakes.mail.session import Certificate, ServerTls
from fakes.smtp.server import serve
from harness.books import NOBODY, Watch
from harness.kept import DEFAULT_TIMEOUT, Kept
from harness.outcome import SECURE, Delivery, Disposition
from harness.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from fakes.smtp.loop import Loop
    from harness.outcome import Outcome
    from harness.world import World

__all__ = ["Carried", "Relay"]

_HERE = ServerTls(is_offered=True, certificate=Certificate(("localhost", "127.0.0.1")))
ANY_PORT = 0
# What nobody who relies on the relay may overlook.
_TO_BE_SEEN = frozenset(Disposition) - SECURE - {Disposition.INTERNAL}


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of one copy of a mail; `recipient` is whom it was sent to, if any."""

    recipient: Address | None
    delivery: Delivery
    item: MailItem
    outcome: Outcome

    @property
    def is_secure(self) -> bool:
        """Whether this copy reaches its recipient by Zivver."""
        return self.delivery.disposition in SECURE

    @property
    def why(self) -> str:
        """Say what became of it, in a line."""
        return f"{self.delivery.disposition.value}: {self.delivery.why}"


class Relay:
    """A fake Exchange with the world behind it; use it in a `with` statement.

    Whoever connects to `port` logs in as an address of the organisation, with any
    password; at `smtp_port` he is a stranger. A port 0 is any that is free.

    Args:
        world: the world that the mail meets.
        loop: where the listening servers run.
        clock: the time of a mail (aware).
        patience: how long, in virtual time, queues go on trying.
        on_carried: is told of each copy as soon as its mail is done with.
        watch: the faults that the Zivver behind it has, and who hears what it takes.

    Raises:
        OSError: a port is in use.

    """

    def __init__(
        self,
        world: World,
        loop: Loop,
        *,
        clock: Callable[[], datetime],
        patience: timedelta,
        ports: Mapping[int, int] | None = None,
        on_carried: Callable[[Carried], None] | None = None,
        watch: Watch = NOBODY,
    ) -> None:
        self._world, self._clock, self._patience = world, clock, patience
        self._kept: Kept[Carried] = Kept()
        self._on_carried = on_carried
        self._errors: list[Exception] = []
        self._todo: queue.Queue[MailItem | None] = queue.Queue()
        self._wire = Wire(world, watch=watch)
        tls = server_context(_HERE.certificate)
        given = ports or {}
        self._servers = {}
        try:
            for port in (SMTP_PORT, SUBMISSION_PORT):
                self._servers[port] = serve(
                    receiver_of(world.organization, Choices, tls=_HERE, port=port),
                    loop,
                    record=lambda item, *_: self._take(item),
                    tls=tls,
                    port=given.get(port, ANY_PORT),
                )
        except OSError:
            self._close()
            raise
        self._worker = threading.Thread(target=self._carry, daemon=True)
        self._worker.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """Where it listens."""
        return self._servers[SUBMISSION_PORT].address[0]

    @property
    def port(self) -> int:
        """The port that stands for 587: with a login."""
        return self._servers[SUBMISSION_PORT].address[1]

    @property
    def smtp_port(self) -> int:
        """The port that stands for 25: without one."""
        return self._servers[SMTP_PORT].address[1]

    @property
    def authority(self) -> bytes:
        """The certificate of the CA that a client must trust, as PEM."""
        return authority_pem()

    @property
    def carried(self) -> tuple[Carried, ...]:
        """Hand over what has been carried so far, a record a copy, in order."""
        return self._kept.hand_over()

    def wait_for(
        self,
        recipient: str | None = None,
        *,
        count: int = 1,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> tuple[Carried, ...]:
        """Wait until that many copies are done with, of one recipient or of all.

        Raises:
            TimeoutError: they were not within `timeout` seconds; it says what was.

        """
        return self._kept.wait_for(recipient, count=count, timeout=timeout)

    def problems(self) -> tuple[str, ...]:
        """Name each copy that is not secure and was not handed to anybody."""
        unseen = self._kept.unseen(
            lambda each: each.delivery.disposition in _TO_BE_SEEN
        )
        lines = [f"{each.recipient or 'somebody else'}: {each.why}" for each in unseen]
        lines += [f"our own fault: {error!r}" for error in self.errors]
        return tuple(lines)

    @property
    def errors(self) -> tuple[Exception, ...]:
        """What went wrong inside, or with a mail that could not be carried."""
        found = (e for server in self._servers.values() for e in server.errors)
        return (*found, *self._errors)

    def stop(self) -> None:
        """Take no more, carry what was taken, and close."""
        self._todo.put(None)
        self._worker.join()
        self._close()

    def _close(self) -> None:
        for server in self._servers.values():
            server.stop()
        self._wire.close()

    def _take(self, item: MailItem | None) -> None:
        if item is not None:
            self._todo.put(item)

    def _carry(self) -> None:
        """Carry mail after mail, in a thread of its own."""
        while (item := self._todo.get()) is not None:
            try:
                outcome = self._wire.observe(
                    item, at=self._clock(), patience=self._patience
                )
            except Exception as error:  # noqa: BLE001  `problems` tells
                self._errors.append(error)
                continue
            records = [
                Carried(fate.recipient, delivery, item, outcome)
                for fate in outcome.fates
                for delivery in fate.deliveries
            ]
            self._kept.add(records)
            if self._on_carried is not None:
                for record in records:
                    self._on_carried(record)

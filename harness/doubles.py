"""A fake Zivver for somebody else's tests: it runs, it keeps, and it is strict.

What it received is handed to the test recipient by recipient. A copy that left plain,
and a mail that was refused, must be looked at: `problems` tells of those that were not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Self

from fakes.internet.certificates import authority_pem, server_context
from fakes.mail.address import Address, parse_address
from fakes.mail.handoff import Stage
from fakes.mail.reply import Reply, reply
from fakes.zivver.delivery import ZivverState
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.faults import Deed, FaultLine
from fakes.zivver.receiver import Clock, not_told
from fakes.zivver.replies import Reason
from fakes.zivver.service import ZivverService, credential
from harness.kept import DEFAULT_TIMEOUT, Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.session import Certificate
    from fakes.smtp.loop import Loop
    from fakes.zivver.ledger import Refusal, Transaction
    from fakes.zone import Zone

__all__ = ["Received", "ZivverDouble"]

USER, PASSWORD = "relay-harness", "a password for tests"
# A client on this machine knows it by one of these.
_HERE = ("localhost", "127.0.0.1")
_SECURE = frozenset({ZivverState.IN_APP, ZivverState.DIRECT, ZivverState.NOTIFICATION})


@dataclass(frozen=True, slots=True)
class Received:
    """What one recipient got of one mail; of a refused mail, what he did not get."""

    recipient: Address
    state: ZivverState | None
    transaction: Transaction
    content: Content

    @property
    def is_secure(self) -> bool:
        """Whether this recipient gets it, and securely."""
        return self.state in _SECURE

    @property
    def is_refused(self) -> bool:
        """Whether the client was told no."""
        return not self.transaction.is_accepted

    @property
    def why(self) -> str:
        """Say what came of it, in a line."""
        if self.is_refused:
            why = self.transaction.why or self.transaction.reason.value
            return f"refused: {self.transaction.reply} ({why})"
        found = (e for e in self.transaction.deliveries if e.address == self.recipient)
        return "; ".join(f"{end.state.value}: {end.why}" for end in found)

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        return message_from_bytes(self.content.raw, policy=default)


class ZivverDouble:
    """A running fake Zivver; use it in a `with` statement or `stop` it.

    `user` and `password` log in beside the credentials that the service has; what was
    not given is taken in the sender's favour, as everywhere. `ports` says on which
    port of this machine it listens for 25 and 587; any that is free otherwise. `clock`
    tells the time, for what begins or ends then.
    """

    def __init__(
        self,
        service: ZivverService,
        zone: Zone,
        loop: Loop,
        *,
        ports: Mapping[int, int] | None = None,
        on_received: Callable[[Received], None] | None = None,
        on_mail: Callable[[Transaction], None] | None = None,
        on_refusal: Callable[[Refusal], None] | None = None,
        clock: Clock = not_told,
    ) -> None:
        self._on_received, self._on_mail = on_received, on_mail
        self.user, self.password = USER, PASSWORD
        logins = (*(service.credentials or ()), credential(USER, PASSWORD))
        names = (*service.tls.certificate.names, *_HERE)
        shown = replace(service.tls.certificate, names=names)
        self._certificate = shown
        self._kept: Kept[Received] = Kept()
        self._refusals_seen = 0
        self.endpoint = ZivverEndpoint(
            replace(
                service,
                tls=replace(service.tls, certificate=shown),
                credentials=logins,
            ),
            zone,
            loop,
            tls=server_context(shown),
            on_mail=self._take,
            listen=ports,
            on_refusal=on_refusal,
            clock=clock,
            tls_of=server_context,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """Where it listens."""
        return self._address(587)[0]

    @property
    def port(self) -> int:
        """The port that stands for 587."""
        return self._address(587)[1]

    @property
    def smtp_port(self) -> int:
        """The port that stands for 25."""
        return self._address(25)[1]

    @property
    def authority(self) -> bytes:
        """The certificate of the CA that a client must trust, as PEM."""
        return authority_pem()

    @property
    def certificate(self) -> Certificate:
        """What it shows to whoever connects; set it to show another one."""
        return self._certificate

    @certificate.setter
    def certificate(self, shown: Certificate) -> None:
        self._certificate = shown
        self.endpoint.show(server_context(shown))

    @property
    def received(self) -> tuple[Received, ...]:
        """Hand over what has come so far, a record a recipient, in order."""
        return self._kept.hand_over()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Hand over the sessions that were refused before their mail."""
        found = self.endpoint.ledger.refusals
        self._refusals_seen = len(found)
        return found

    def wait_for(
        self,
        recipient: str | None = None,
        *,
        count: int = 1,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> tuple[Received, ...]:
        """Wait until that many records are there, of one recipient or of all.

        Raises:
            TimeoutError: they did not come within `timeout` seconds; it says what did.

        """
        return self._kept.wait_for(recipient, count=count, timeout=timeout)

    def fail_next(
        self,
        stage: str,
        code: int,
        text: str = "a fault was ordered",
        *,
        about: str | None = None,
        times: int = 1,
    ) -> None:
        """Have the next ones answered with an error at a stage, as `RCPT`.

        Raises:
            ValueError: there is no such stage, or a code that is no error.

        """
        try:
            at = Stage(stage)
        except ValueError:
            known = ", ".join(each.value for each in Stage)
            raise ValueError(f"`{stage}` is no stage; there are {known}") from None
        said = reply(code, f"{code // 100}.0.0", text)
        who = None if about is None else parse_address(about)
        self.order(FaultLine(at, Deed.ANSWER, said, who, times=times))

    def order(self, line: FaultLine) -> None:
        """Put one line at the end of the script of faults."""
        self.endpoint.faults.add(line)

    def problems(self) -> tuple[str, ...]:
        """Name what left plain or was refused, and was not handed to anybody."""
        unseen = self._kept.unseen(_must_be_seen)
        lines = [f"{record.recipient}: {record.why}" for record in unseen]
        rest = self.endpoint.ledger.refusals[self._refusals_seen :]
        lines += [
            f"{refusal.about or 'a session'}: refused at {refusal.stage.value}: "
            f"{refusal.reply or 'no answer'} ({refusal.why or refusal.reason.value})"
            for refusal in rest
        ]
        lines += [f"our own fault: {error!r}" for error in self.endpoint.errors]
        return tuple(lines)

    def stop(self) -> None:
        """Close it; what it received stays."""
        self.endpoint.stop()

    def _address(self, port: int) -> tuple[str, int]:
        found = self.endpoint.locate(port)
        if isinstance(found, Reply):
            raise ConnectionError(f"the fake Zivver is not at port {port}: {found}")
        return found

    def _take(
        self, transaction: Transaction, envelope: Envelope, content: Content
    ) -> None:
        ends = {end.address: end.state for end in transaction.deliveries}
        whom = tuple(ends) or envelope.recipients
        records = [Received(who, ends.get(who), transaction, content) for who in whom]
        self._kept.add(records)
        if self._on_mail is not None:
            self._on_mail(transaction)
        if self._on_received is not None:
            for record in records:
                self._on_received(record)


def _must_be_seen(record: Received) -> bool:
    """What was ordered is known to the test; a secure copy is what it wants."""
    if record.transaction.reason is Reason.FAULT:
        return False
    return record.is_refused or record.state is ZivverState.PLAIN

"""One client's connection: aiosmtpd's, with a command loop of our own.

aiosmtpd gives the connection, the time-outs, STARTTLS and PROXY. The loop wants exact
line ends and enhanced codes, and 451 where a decision fails: aiosmtpd's own 500 would
make Exchange give up (`zivver#12`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Generic, TypeVar

from aiosmtpd.proxy_protocol import get_proxy
from aiosmtpd.smtp import SMTP, TLSSetupException

from fakes.mail.acts import CLOSING
from fakes.mail.content import CRLF
from fakes.mail.receiver import HangUpError
from fakes.mail.reception import Reception
from fakes.mail.reply import Dripping, Reply
from fakes.smtp.replies import (
    BAD_LINE,
    FAILED,
    LONG_LINE,
    TOO_MANY_ERRORS,
    UNKNOWN_COMMAND,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.receiver import Receiver
    from fakes.mail.session import Certificate, IpAddress, Session

R = TypeVar("R")

_END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a server bears: octets of a command line, errors, logins, idle seconds.

    The last of `logins` that fail is answered 421, and the session is over.
    """

    command: int = 2048
    errors: int = 50
    logins: int = 5
    idle: float = 300.0


@dataclass(frozen=True, slots=True)
class Setup(Generic[R]):
    """What all connections of one server share."""

    receiver: Receiver[R]
    record: Callable[[R, Session, Envelope, Content], None]
    report: Callable[[Exception], None]
    tls: ssl.SSLContext | None
    trusts_proxy: bool
    limits: Limits
    connections: set[Connection[R]]
    tls_of: Callable[[Certificate], ssl.SSLContext] | None = None


class _Nobody:
    """A handler without hooks, which aiosmtpd need not look through."""

    def __dir__(self) -> tuple[str, ...]:
        return ()


_NOBODY = _Nobody()


class Connection(SMTP, Generic[R]):
    """One client."""

    # A reader's limit must be above every command line; content is read in pieces.
    line_length_limit = 65_536

    def __init__(self, setup: Setup[R], loop: asyncio.AbstractEventLoop) -> None:
        # The handler is never asked: all verbs are ours.
        super().__init__(
            _NOBODY,
            hostname=setup.receiver.name,
            tls_context=setup.tls,
            timeout=setup.limits.idle,
            loop=loop,
        )
        self._setup = setup
        self._reception = Reception(setup.receiver, None)
        self._errors = 0
        self._is_over = False

    def __dir__(self) -> tuple[str, ...]:
        """Name nothing: aiosmtpd looks for its verbs here, and all of them are ours.

        It looks twice for each connection, at every name: a tenth of the session.
        """
        return ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the server's connections; called again when TLS has begun."""
        self._setup.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Leave the server's connections."""
        self._setup.connections.discard(self)
        super().connection_lost(error)

    async def end(self) -> None:
        """Cut the connection and wait for whatever it was doing."""
        task = self._handler_coroutine
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._cut()

    async def _handle_client(self) -> None:
        """Serve one client to the end (aiosmtpd starts this)."""
        try:
            if await self._welcome():
                while not self._is_over:
                    await self._turn()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        except TLSSetupException:
            self._cut()
        finally:
            self._writer.close()

    def _cut(self) -> None:
        """Drop the socket; in the midst of a handshake nobody else would do so."""
        transport = self._original_transport or self.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        if self in self._setup.connections:
            self.connection_lost(None)

    async def _welcome(self) -> bool:
        """Learn the modelled source, and greet, refuse or keep silent."""
        if self._setup.trusts_proxy:
            proxied = await get_proxy(self._reader)
            if not proxied:
                return False
            source = _address_of(proxied.src_addr)
            self._reception = Reception(self._setup.receiver, source)
        try:
            answer = self._reception.connect()
        except HangUpError:
            return False
        except Exception as error:  # noqa: BLE001  a fault of the receiver is its owner's
            self._setup.report(error)
            answer = FAILED
        if answer is None:
            # Until the client has had enough, or the idle time is over.
            await self.loop.create_future()
            return False
        await self._say(answer)
        return answer.is_positive

    async def _turn(self) -> None:
        """Read one command, obey it and answer."""
        self._reset_timeout()
        line = await self._read_line()
        answer = line if isinstance(line, Reply) else await self._obey(line)
        if answer in {BAD_LINE, LONG_LINE, UNKNOWN_COMMAND}:
            self._errors += 1
            if self._errors > self._setup.limits.errors:
                answer = TOO_MANY_ERRORS
        if answer is not None:
            await self._say(answer)

    async def _obey(self, line: str) -> Reply | None:
        """Do what a command line says; None when all has been said."""
        raise NotImplementedError

    async def _read_line(self) -> str | Reply:
        """Read a command line, or say why it is none."""
        try:
            raw = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as overrun:
            await self._skip_line(overrun.consumed)
            return LONG_LINE
        if len(raw) > self._setup.limits.command:
            return LONG_LINE
        text = raw.removesuffix(CRLF)
        if len(text) == len(raw) or b"\r" in text or b"\0" in text:
            return BAD_LINE
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            return BAD_LINE

    async def _skip_line(self, consumed: int) -> None:
        """Drop a line that outgrew the buffer, piece by piece."""
        while True:
            await self._reader.readexactly(consumed)
            try:
                await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as overrun:
                consumed = overrun.consumed
            else:
                return

    async def _say(self, answer: Reply) -> None:
        if isinstance(answer, Dripping):
            await self._drip(f"{answer}\r\n".encode(), answer.pause)
        else:
            await self.push(str(answer))
        if answer.code == CLOSING:
            self._is_over = True

    async def _drip(self, octets: bytes, pause: float) -> None:
        """Say an answer octet by octet, as a server in trouble does."""
        for octet in octets:
            await asyncio.sleep(pause)
            self._writer.write(bytes((octet,)))
            await self._writer.drain()

    async def _read_content(self) -> bytes | None:
        """Read up to the lone dot, dot-stuffing undone; None when it is too big.

        Pieces are unstuffed as they come, so that a big mail lies here but once.
        """
        # The lone dot may be the first line: lend it the line end of DATA itself.
        self._reader._buffer[0:0] = CRLF  # type: ignore[attr-defined]  # noqa: SLF001
        room, lent = self._setup.receiver.size_limit, len(CRLF)
        kept: list[bytes] = []
        begun = b""
        while True:
            piece, is_last = await self._read_piece()
            whole = begun + piece
            # What may be the begin of a stuffed line waits for the rest of it.
            begun = b"" if is_last else _line_end(whole)
            plain = whole[: len(whole) - len(begun)].replace(b"\r\n.", CRLF)
            plain, lent = plain[lent:], lent - min(lent, len(plain))
            room -= len(plain)
            if room < 0:
                kept.clear()
            else:
                kept.append(plain)
            if is_last:
                return None if room < 0 else b"".join(kept)

    async def _read_piece(self) -> tuple[bytes, bool]:
        """Read some of the content, and say whether that was the last of it."""
        try:
            piece = await self._reader.readuntil(_END)
        except asyncio.LimitOverrunError as overrun:
            self._reset_timeout()
            return await self._reader.readexactly(overrun.consumed), False
        return piece.removesuffix(b".\r\n"), True

    async def _read_octets(self, size: int, *, keeps: bool) -> bytes | None:
        """Read so many octets; None where they are not to be kept."""
        pieces: list[bytes] = []
        while size:
            piece = await self._reader.read(min(size, self.line_length_limit))
            if not piece:
                raise ConnectionAbortedError
            self._reset_timeout()
            size -= len(piece)
            if keeps:
                pieces.append(piece)
        return b"".join(pieces) if keeps else None


def _line_end(octets: bytes) -> bytes:
    """Give the line end, or the half of one, that stands last."""
    return next((e for e in (CRLF, b"\r") if octets.endswith(e)), b"")


def _address_of(found: object) -> IpAddress | None:
    return found if isinstance(found, (IPv4Address, IPv6Address)) else None

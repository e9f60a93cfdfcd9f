"""The sender on sockets: the steps of `fakes.mail.conversation`, over loopback only."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from fakes.mail import troubles
from fakes.mail.acts import (
    SHAKEN,
    Act,
    Acts,
    AskData,
    AskTls,
    Dial,
    GiveContent,
    GiveRecipient,
    GiveSender,
    Greet,
    Handshake,
    Heard,
    Keep,
    Leave,
    LogIn,
    Reset,
    Speech,
)
from fakes.mail.content import CRLF
from fakes.mail.conversation import steps
from fakes.mail.habits import Habits, by_default
from fakes.mail.receiving import OK
from fakes.mail.reply import Reply, read_reply
from fakes.mail.session import Certificate, CertificateFault
from fakes.smtp.shown import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Iterator, Mapping

    from fakes.mail.handoff import HandOff, OpenSession, Transmission
    from fakes.mail.session import IpAddress

Place = tuple[str, int]
_MAX_LINES = 200
_MAX_REPLY = 200_000
_PIECE = 65_536
# The results of X509_verify_cert, as OpenSSL numbers them.
_FAULTS: Mapping[int, CertificateFault] = MappingProxyType(
    {
        9: CertificateFault.NOT_YET_VALID,
        10: CertificateFault.EXPIRED,
        18: CertificateFault.SELF_SIGNED,
        23: CertificateFault.REVOKED,
        66: CertificateFault.WEAK_KEY,
    }
)
_GONE = (OSError, EOFError, asyncio.LimitOverrunError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a sender waits for the greeting, and for anything else."""

    connect: float = 10.0
    reply: float = 60.0


DEFAULT_PATIENCE = Patience()


async def transmit(
    handoff: HandOff,
    locate: Callable[[str, int], Place | Reply],
    *,
    trust: ssl.SSLContext,
    source: IpAddress | None = None,
    announces_source: bool = False,
    patience: Patience = DEFAULT_PATIENCE,
    habits: Habits = by_default,
    connections: Connections | None = None,
) -> Transmission:
    """Hold the session of a hand-off over loopback; run it in a `Loop`.

    `locate` gives the loopback address and port of a name and a port, or why there
    is none. `trust` verifies chains; names are judged by the terms of the hand-off,
    so it must not check them. `announces_source`: begin with a PROXY header.
    `connections` keep the session open for the next mail on the same terms.

    Raises:
        AssertionError: `locate` leads away from loopback.

    """
    terms = (handoff.hosts, handoff.port, handoff.tls, handoff.auth, handoff.helo)
    key = (*terms, source, announces_source)
    wire = connections.take(key) if connections else None
    if wire is None:
        header = _proxy_header(source, handoff.port) if announces_source else b""
        wire = _Wire(locate, trust=trust, header=header, patience=patience)
    kept, wire.kept = wire.kept, None
    conversation = steps(handoff, habits, kept=kept, keeps=connections is not None)
    try:
        acts = next(conversation)
        while True:
            acts = conversation.send(await wire.hear(acts))
    except StopIteration as stop:
        transmission: Transmission = stop.value
        if connections is not None and wire.kept is not None:
            connections.give(key, wire)
        return transmission
    finally:
        if wire.kept is None:
            wire.cut()


class Connections:
    """Sessions that stay open between mails, in one loop; `aclose` ends them."""

    def __init__(self) -> None:
        self._idle: dict[Hashable, list[_Wire]] = {}

    def take(self, key: Hashable) -> _Wire | None:
        """Take an idle session on these terms, the one used last."""
        idle = self._idle.get(key)
        return idle.pop() if idle else None

    def give(self, key: Hashable, wire: _Wire) -> None:
        """Put a session back."""
        self._idle.setdefault(key, []).append(wire)

    async def aclose(self) -> None:
        """Say QUIT in each of them."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().hear((Leave(),))


def require_loopback(host: str) -> None:
    """Hold the one promise that everything rests on: nothing leaves this machine.

    Raises:
        AssertionError: the host is no literal address in 127.0.0.0/8 or ::1.

    """
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise AssertionError(f"`{host}` is no loopback address")


class _Wire:
    """Does the acts on a socket and tells what came of them."""

    def __init__(
        self,
        locate: Callable[[str, int], Place | Reply],
        *,
        trust: ssl.SSLContext,
        header: bytes,
        patience: Patience,
    ) -> None:
        self._locate = locate
        self._trust = trust
        self._header = header
        self._patience = patience
        self._place: Place
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None
        self.kept: OpenSession | None = None

    async def hear(self, acts: Acts) -> tuple[Heard, ...]:
        """Do acts at once and hear what comes of each; behind an end there is nothing.

        Whatever goes wrong on the way is a trouble of the table.
        """
        if len(acts) == 1:
            return (await self._hear(acts[0]),)
        lines = [f"{_line(act)}\r\n" for act in acts if isinstance(act, _Line)]
        assert len(lines) == len(acts)  # noqa: S101  nothing else is said ahead
        heard = [
            await self._in_time(self._say("".join(lines)[:-2]), self._patience.reply)
        ]
        while len(heard) < len(acts) and not heard[-1].is_end:
            heard.append(await self._in_time(self._reply(), self._patience.reply))
        return tuple(heard)

    async def _hear(self, act: Act) -> Heard:
        if isinstance(act, Leave):
            return await self._leave()
        if isinstance(act, Keep):
            self.kept = act.session
            return Heard(OK)
        limit = self._patience.reply
        if isinstance(act, Dial):
            found = self._locate(act.host, act.port)
            if isinstance(found, Reply):
                return Heard(found, is_lost=True)
            self._place, limit = found, self._patience.connect
            require_loopback(found[0])
        return await self._in_time(self._do(act), limit)

    async def _in_time(
        self, doing: Coroutine[None, None, Heard], limit: float
    ) -> Heard:
        try:
            async with asyncio.timeout(limit):
                return await doing
        except TimeoutError:
            trouble = troubles.TIMED_OUT
        except ConnectionRefusedError:
            trouble = troubles.CONNECTION_REFUSED
        except _GONE:
            trouble = troubles.CONNECTION_LOST
        self.cut()
        return Heard(trouble, is_lost=True)

    def cut(self) -> None:
        """Drop the connection if there is one."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _do(self, act: Dial | Speech) -> Heard:
        match act:
            case Dial():
                return await self._dial()
            case Handshake():
                return await self._shake(act)
            case LogIn():
                return await self._log_in(act)
            case GiveContent():
                return await self._give(act)
            case Greet() | AskTls() | GiveSender() | GiveRecipient():
                return await self._say(_line(act))
            case AskData() | Reset():
                return await self._say(_line(act))
            case _:
                assert_never(act)

    async def _dial(self) -> Heard:
        self._reader, self._writer = await asyncio.open_connection(*self._place)
        if self._header:
            self._send(self._header)
        return await self._reply()

    async def _shake(self, act: Handshake) -> Heard:
        """Begin TLS; a certificate that does not hold ends the session there."""
        assert self._writer is not None  # noqa: S101  there was a reply to STARTTLS
        if self._reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001
            # RFC 3207 6: what follows the reply in clear is somebody else's.
            return self._no_tls(Heard(troubles.TLS_FAILED, is_lost=True))
        context = self._trust if act.verifies else _blind()
        try:
            await self._writer.start_tls(context)
        except ssl.SSLCertVerificationError as error:
            fault = _FAULTS.get(error.verify_code, CertificateFault.UNTRUSTED)
            return self._no_tls(Heard(SHAKEN, certificate=Certificate((), fault)))
        except _GONE:
            return self._no_tls(Heard(troubles.TLS_FAILED, is_lost=True))
        names = names_in(self._writer.transport)
        return Heard(SHAKEN, certificate=Certificate(names))

    def _no_tls(self, heard: Heard) -> Heard:
        self.cut()
        return heard

    async def _log_in(self, act: LogIn) -> Heard:
        if act.mechanism == "PLAIN":
            return await self._say(
                f"AUTH PLAIN {_base64(f'{chr(0)}{act.user}{chr(0)}{act.password}')}"
            )
        heard = await self._say("AUTH LOGIN")
        for secret in (act.user, act.password):
            if heard.reply.code != 334:
                return heard
            heard = await self._say(_base64(secret))
        return heard

    async def _give(self, act: GiveContent) -> Heard:
        """Send the content piece by piece, so that no second copy of it is made."""
        raw = act.content.raw
        if act.is_chunk:
            self._send(f"BDAT {len(raw)} LAST\r\n".encode())
        for piece in _pieces(raw) if act.is_chunk else _stuffed(raw):
            self._send(piece)
            if not await self._drained():
                break
        return await self._reply()

    async def _leave(self) -> Heard:
        if self._writer is not None:
            with contextlib.suppress(*_GONE):
                async with asyncio.timeout(self._patience.connect):
                    await self._say("QUIT")
        self.cut()
        return Heard(troubles.CONNECTION_LOST, is_lost=True)

    async def _say(self, line: str) -> Heard:
        self._send(line.encode() + CRLF)
        await self._drained()
        return await self._reply()

    def _send(self, octets: bytes) -> None:
        if self._writer is None:
            raise ConnectionResetError
        self._writer.write(octets)

    async def _drained(self) -> bool:
        """Wait until all is sent, and say whether the peer still reads.

        What it said before it went counts all the same, and is read next.
        """
        assert self._writer is not None  # noqa: S101  something was sent
        try:
            await self._writer.drain()
        except ConnectionError:
            return False
        return True

    async def _reply(self) -> Heard:
        """Read one reply, all of its lines, and no more than is a reply."""
        lines: list[bytes] = []
        size = 0
        while len(lines) < _MAX_LINES and size < _MAX_REPLY:
            raw = await self._read_line()
            size += len(raw)
            lines.append(raw)
            if raw[3:4] != b"-":
                return _understood(lines)
        raise ConnectionAbortedError

    async def _read_line(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\n")
        except ConnectionError:
            # What had arrived before the connection was reset counts, and asyncio
            # would not give it any more.
            left = self._reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001
            line, end, _ = bytes(left).partition(b"\n")
            if not end:
                raise
            del left[: len(line) + 1]
            return line + end


_Line = Greet | AskTls | GiveSender | GiveRecipient | AskData | Reset


def _line(act: _Line) -> str:
    """Write the command of an act.

    Raises:
        AssertionError: it would be two.

    """
    match act:
        case Greet():
            line = f"{act.verb} {act.name}"
        case AskTls():
            line = "STARTTLS"
        case GiveSender():
            size = () if act.size is None else (f"SIZE={act.size}",)
            path = f"MAIL FROM:<{act.reverse_path or ''}>"
            line = " ".join((path, *size, *act.words))
        case GiveRecipient():
            line = " ".join((f"RCPT TO:<{act.recipient}>", *act.words))
        case AskData():
            line = "DATA"
        case Reset():
            line = "RSET"
        case _:
            assert_never(act)
    if "\r" in line or "\n" in line:
        raise AssertionError(f"a line break in `{line.splitlines()[0]}`")
    return line


def _understood(raw: list[bytes]) -> Heard:
    """Make a reply of its lines; the further ones are what EHLO offers.

    RFC 5321 2.3.8 and 4.2.1: a bare line end, a NUL, or a second code is no reply, and
    what would be made of it another one could have put in.
    """
    whole = b"".join(raw)
    ends = len(raw)
    if whole.count(CRLF) != ends or whole.count(b"\r") != ends or b"\0" in whole:
        raise ConnectionAbortedError
    texts = whole.decode("latin-1").split("\r\n")[:-1]
    try:
        said = read_reply(texts[0])
    except ValueError as error:
        raise ConnectionAbortedError from error
    if any(text[:3] != texts[0][:3] for text in texts):
        raise ConnectionAbortedError
    return Heard(said, offers=tuple(text[4:].upper() for text in texts[1:]))


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()


@functools.cache
def _blind() -> ssl.SSLContext:
    """Encrypt and look at nothing: opportunistic TLS and EncryptionOnly."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _pieces(raw: bytes) -> Iterator[bytes]:
    for start in range(0, len(raw), _PIECE):
        yield raw[start : start + _PIECE]


def _stuffed(raw: bytes) -> Iterator[bytes]:
    """Give the content with its dots doubled and the final dot (RFC 5321 4.5.2)."""
    before = CRLF
    for piece in _pieces(raw):
        # A line end may lie across two pieces.
        joined = (before + piece).replace(b"\r\n.", b"\r\n..")
        yield joined[len(before) :]
        before = (before + piece)[-2:]
    yield b".\r\n"


def _proxy_header(source: IpAddress | None, port: int) -> bytes:
    """Announce a source (PROXY protocol, version 1); an unmodelled one is UNKNOWN."""
    if source is None:
        return b"PROXY UNKNOWN\r\n"
    here = "127.0.0.1" if source.version == 4 else "::1"
    return f"PROXY TCP{source.version} {source} {here} {port} {port}\r\n".encode()

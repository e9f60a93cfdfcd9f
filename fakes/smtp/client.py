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
    AskData,
    AskTls,
    Dial,
    GiveContent,
    GiveRecipient,
    GiveSender,
    Greet,
    Handshake,
    Heard,
    Leave,
    LogIn,
    Speech,
)
from fakes.mail.content import CRLF
from fakes.mail.conversation import steps
from fakes.mail.reply import Reply, read_reply
from fakes.mail.session import Certificate, CertificateFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.mail.content import Content
    from fakes.mail.handoff import HandOff, Transmission
    from fakes.mail.session import IpAddress

Place = tuple[str, int]
_MAX_LINES = 200
# The results of X509_verify_cert, as OpenSSL numbers them.
_FAULTS: Mapping[int, CertificateFault] = MappingProxyType(
    {
        9: CertificateFault.NOT_YET_VALID,
        10: CertificateFault.EXPIRED,
        18: CertificateFault.SELF_SIGNED,
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
) -> Transmission:
    """Hold the session of a hand-off over loopback; run it in a `Loop`.

    `locate` gives the loopback address and port of a name and a port, or why there
    is none. `trust` verifies chains; names are judged by the terms of the hand-off,
    so it must not check them. `announces_source`: begin with a PROXY header.

    Raises:
        AssertionError: `locate` leads away from loopback.

    """
    header = _proxy_header(source, handoff.port) if announces_source else b""
    peer = _Wire(handoff, locate, trust=trust, header=header, patience=patience)
    conversation = steps(handoff)
    try:
        act = next(conversation)
        while True:
            act = conversation.send(await peer.hear(act))
    except StopIteration as stop:
        transmission: Transmission = stop.value
        return transmission
    finally:
        peer.cut()


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
        handoff: HandOff,
        locate: Callable[[str, int], Place | Reply],
        *,
        trust: ssl.SSLContext,
        header: bytes,
        patience: Patience,
    ) -> None:
        self._envelope, self._content = handoff.envelope, handoff.content
        self._locate = locate
        self._trust = trust
        self._header = header
        self._patience = patience
        self._offers: tuple[str, ...] = ()
        self._place: Place
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    async def hear(self, act: Act) -> Heard:
        """Do one act; whatever goes wrong on the way is a trouble of the table."""
        if isinstance(act, Leave):
            return await self._leave()
        limit = self._patience.reply
        if isinstance(act, Dial):
            found = self._locate(act.host, act.port)
            if isinstance(found, Reply):
                return Heard(found, is_lost=True)
            self._place, limit = found, self._patience.connect
            require_loopback(found[0])
        try:
            async with asyncio.timeout(limit):
                return await self._do(act)
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
            case Greet():
                return await self._greet(act)
            case Handshake():
                return await self._shake(act)
            case LogIn():
                return await self._log_in(act)
            case GiveContent():
                self._send(_stuffed(act.content))
                return await self._reply()
            case AskTls() | GiveSender() | GiveRecipient() | AskData():
                return await self._say(self._line(act))
            case _:
                assert_never(act)

    def _line(self, act: AskTls | GiveSender | GiveRecipient | AskData) -> str:
        match act:
            case AskTls():
                return "STARTTLS"
            case GiveSender():
                return self._mail_line(act)
            case GiveRecipient():
                return f"RCPT TO:<{act.recipient}>"
            case AskData():
                return "DATA"

    async def _dial(self) -> Heard:
        self._reader, self._writer = await asyncio.open_connection(*self._place)
        if self._header:
            self._send(self._header)
        return await self._reply()

    async def _greet(self, act: Greet) -> Heard:
        heard = await self._say(f"{act.verb} {act.name}")
        self._offers = heard.offers
        return heard

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
        shown = self._writer.get_extra_info("peercert") or {}
        names = tuple(name for _, name in shown.get("subjectAltName", ()))
        return Heard(SHAKEN, certificate=Certificate(names))

    def _no_tls(self, heard: Heard) -> Heard:
        self.cut()
        return heard

    async def _log_in(self, act: LogIn) -> Heard:
        heard = await self._say("AUTH LOGIN")
        for secret in (act.user, act.password):
            if heard.reply.code != 334:
                return heard
            heard = await self._say(base64.b64encode(secret.encode()).decode())
        return heard

    def _mail_line(self, act: GiveSender) -> str:
        sender = act.reverse_path
        words = [f"MAIL FROM:<{sender or ''}>"]
        if act.size is not None:
            words.append(f"SIZE={act.size}")
        if "8BITMIME" in self._offers and not self._content.raw.isascii():
            words.append("BODY=8BITMIME")
        if "SMTPUTF8" in self._offers and self._needs_utf8():
            words.append("SMTPUTF8")
        return " ".join(words)

    def _needs_utf8(self) -> bool:
        path = self._envelope.reverse_path
        addresses = (*self._envelope.recipients, *((path,) if path else ()))
        header = self._content.raw.partition(CRLF + CRLF)[0]
        return not (header.isascii() and all(str(a).isascii() for a in addresses))

    async def _leave(self) -> Heard:
        if self._writer is not None:
            with contextlib.suppress(*_GONE):
                async with asyncio.timeout(self._patience.connect):
                    await self._say("QUIT")
        self.cut()
        return Heard(troubles.CONNECTION_LOST, is_lost=True)

    async def _say(self, line: str) -> Heard:
        if "\r" in line or "\n" in line:
            raise AssertionError(f"a line break in `{line.splitlines()[0]}`")
        self._send(line.encode() + CRLF)
        return await self._reply()

    def _send(self, octets: bytes) -> None:
        if self._writer is None:
            raise ConnectionResetError
        self._writer.write(octets)

    async def _reply(self) -> Heard:
        """Read one reply, all of its lines."""
        assert self._writer is not None  # noqa: S101  something was sent
        await self._writer.drain()
        lines: list[str] = []
        while len(lines) < _MAX_LINES:
            raw = await self._reader.readuntil(b"\n")
            lines.append(raw.rstrip(CRLF).decode("latin-1"))
            if lines[-1][3:4] != "-":
                return _understood(lines)
        raise ConnectionAbortedError


def _understood(lines: list[str]) -> Heard:
    """Make a reply of its lines; the further ones are what EHLO offers."""
    try:
        said = read_reply(lines[0])
    except ValueError as error:
        raise ConnectionAbortedError from error
    return Heard(said, offers=tuple(line[4:].upper() for line in lines[1:]))


@functools.cache
def _blind() -> ssl.SSLContext:
    """Encrypt and look at nothing: opportunistic TLS and EncryptionOnly."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _stuffed(content: Content) -> bytes:
    """Give the content with its dots doubled and the final dot (RFC 5321 4.5.2)."""
    lines = (CRLF + content.raw).replace(b"\r\n.", b"\r\n..")
    return lines.removeprefix(CRLF) + b".\r\n"


def _proxy_header(source: IpAddress | None, port: int) -> bytes:
    """Announce a source (PROXY protocol, version 1); an unmodelled one is UNKNOWN."""
    if source is None:
        return b"PROXY UNKNOWN\r\n"
    here = "127.0.0.1" if source.version == 4 else "::1"
    return f"PROXY TCP{source.version} {source} {here} {port} {port}\r\n".encode()

"""One connection to a server of ours: aiosmtpd's, with decisions from a receiver.

aiosmtpd gives the connection, the time-outs, STARTTLS and PROXY. The command loop is
ours: it wants exact line ends, enhanced codes, and 451 where a decision fails (its
own 500 would make Exchange give up, `zivver#12`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Generic, TypeVar

from aiosmtpd.proxy_protocol import get_proxy
from aiosmtpd.smtp import SMTP, TLSSetupException

from fakes.mail.content import CRLF, Content
from fakes.mail.envelope import Envelope
from fakes.mail.receiver import Receipt, Receiver
from fakes.mail.receiving import (
    TLS_FIRST,
    TOO_BIG,
    answer_data,
    answer_hello,
    answer_mail,
    answer_message,
    answer_starttls,
    extensions,
    offers_auth,
)
from fakes.mail.reply import Reply, reply
from fakes.mail.session import IpAddress, Session
from fakes.smtp.commands import Sender, read_mail, read_rcpt

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    from fakes.mail.address import Address

R = TypeVar("R")

OK = reply(250, "2.0.0", "Ok")
BYE = reply(221, "2.0.0", "Bye")
UNKNOWN_COMMAND = reply(500, "5.5.1", "Unknown command")
NOT_IMPLEMENTED = reply(502, "5.5.1", "Command not implemented")
NOT_VERIFIED = reply(252, "2.1.5", "Cannot verify, send some mail")
BAD_LINE = reply(500, "5.5.2", "Line holds NUL, a bare CR or LF, or is no UTF-8")
LONG_LINE = reply(500, "5.5.2", "Line too long")
NO_ARGUMENT = reply(501, "5.5.4", "No argument allowed")
NEEDS_ARGUMENT = reply(501, "5.5.4", "Argument required")
HELLO_FIRST = reply(503, "5.5.1", "Say EHLO first")
NESTED_MAIL = reply(503, "5.5.1", "Sender already given")
MAIL_FIRST = reply(503, "5.5.1", "Say MAIL first")
RCPT_FIRST = reply(503, "5.5.1", "No valid recipients")
IN_TLS = reply(503, "5.5.1", "TLS is already active")
PIPELINED_TLS = reply(503, "5.5.1", "Commands were sent behind STARTTLS")
AUTH_NEEDS_TLS = reply(538, "5.7.11", "Encryption required for authentication")
AUTH_UNKNOWN = reply(504, "5.5.4", "Unknown authentication mechanism")
AUTH_TWICE = reply(503, "5.5.1", "Already authenticated")
AUTH_NO_BASE64 = reply(501, "5.5.2", "Cannot decode the response")
AUTH_ABORTED = reply(501, "5.7.0", "Authentication aborted")
FAILED = reply(451, "4.3.0", "Local error in processing")
TOO_MANY_ERRORS = reply(421, "4.7.0", "Too many errors")
_CLOSING = 421
_END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a server bears: octets of a command line, errors, idle seconds."""

    command: int = 2048
    errors: int = 50
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


class Connection(SMTP, Generic[R]):
    """One client."""

    # A reader's limit must be above every command line; content is read in pieces.
    line_length_limit = 65_536

    def __init__(self, setup: Setup[R], loop: asyncio.AbstractEventLoop) -> None:
        # The handler is never asked: all verbs are below.
        super().__init__(
            None,
            hostname=setup.receiver.name,
            tls_context=setup.tls,
            timeout=setup.limits.idle,
            loop=loop,
        )
        self._setup = setup
        self._seen = Session(None, "")
        self._sender: Sender | None = None
        self._recipients: tuple[Address, ...] = ()
        self._errors = 0
        self._is_over = False
        self._verbs: dict[str, Callable[[str], Awaitable[Reply | None]]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "EXPN": self._not_implemented,
            "HELP": self._not_implemented,
            "QUIT": self._quit,
        }

    # -------------------------------------------------------------- the connection

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

    # ------------------------------------------------------------------- the loop

    async def _welcome(self) -> bool:
        """Learn the modelled source, and greet, refuse or keep silent."""
        if self._setup.trusts_proxy:
            proxied = await get_proxy(self._reader)
            if not proxied:
                return False
            self._seen = Session(_address_of(proxied.src_addr), "")
        try:
            answer = self._setup.receiver.connect(self._seen)
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
        verb, _, argument = line.partition(" ")
        method = self._verbs.get(verb.upper())
        if method is None:
            return UNKNOWN_COMMAND
        try:
            return await method(argument.strip(" "))
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            raise
        except Exception as error:  # noqa: BLE001  a fault of the receiver is its owner's
            self._setup.report(error)
            return FAILED

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
        await self.push(str(answer))
        if answer.code == _CLOSING:
            self._is_over = True

    # ------------------------------------------------------------------ the verbs

    async def _ehlo(self, argument: str) -> Reply | None:
        answer = self._greet(argument)
        if not answer.is_positive:
            return answer
        lines = (answer.text, *extensions(self._setup.receiver, self._seen))
        head = "".join(f"250-{line}\r\n" for line in lines[:-1])
        await self.push(f"{head}250 {lines[-1]}")
        return None

    async def _helo(self, argument: str) -> Reply:
        return self._greet(argument)

    def _greet(self, name: str) -> Reply:
        if not name or " " in name:
            return NEEDS_ARGUMENT
        self._forget_mail()
        seen = replace(self._seen, helo=name)
        answer = answer_hello(self._setup.receiver, seen)
        if answer.is_positive:
            self._seen = seen
        return answer

    async def _starttls(self, argument: str) -> Reply | None:
        receiver = self._setup.receiver
        if argument:
            return NO_ARGUMENT
        if not receiver.tls.is_offered:
            return NOT_IMPLEMENTED
        if self._seen.is_encrypted:
            return IN_TLS
        answer = answer_starttls(receiver)
        if not answer.is_positive:
            return answer
        # RFC 3207 4.2 and 6: nothing that was said in clear may count inside TLS.
        waiting = self._reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001
        if waiting:
            waiting.clear()
            return PIPELINED_TLS
        await super().smtp_STARTTLS("")
        self._forget_mail()
        self._seen = Session(self._seen.source, "", is_encrypted=True)
        return None

    async def _auth(self, argument: str) -> Reply:
        receiver = self._setup.receiver
        refusal = self._refuse_auth()
        if refusal or receiver.authenticate is None:
            return refusal or NOT_IMPLEMENTED
        mechanism, _, initial = argument.partition(" ")
        read = {"PLAIN": self._read_plain, "LOGIN": self._read_login}
        method = read.get(mechanism.upper())
        if method is None:
            return AUTH_UNKNOWN
        given = await method(initial.strip(" "))
        if isinstance(given, Reply):
            return given
        user, password = given
        answer = receiver.authenticate(self._seen, user, password)
        if answer.is_positive:
            self._seen = replace(self._seen, identity=user)
        return answer

    def _refuse_auth(self) -> Reply | None:
        # In clear always 538, whatever else is wrong (zivver#12).
        if not self._seen.is_encrypted:
            return AUTH_NEEDS_TLS
        if not offers_auth(self._setup.receiver, self._seen):
            return NOT_IMPLEMENTED
        if not self._seen.helo:
            return HELLO_FIRST
        if self._sender is not None:
            return NESTED_MAIL
        return AUTH_TWICE if self._seen.identity is not None else None

    async def _read_plain(self, initial: str) -> tuple[str, str] | Reply:
        """RFC 4616: `[authzid] NUL user NUL password`."""
        answer = _decoded(initial) if initial else await self._challenge("")
        if isinstance(answer, Reply):
            return answer
        parts = answer.split("\0")
        return (parts[1], parts[2]) if len(parts) == 3 else AUTH_NO_BASE64

    async def _read_login(self, initial: str) -> tuple[str, str] | Reply:
        user = _decoded(initial) if initial else await self._challenge("Username:")
        if isinstance(user, Reply):
            return user
        password = await self._challenge("Password:")
        return password if isinstance(password, Reply) else (user, password)

    async def _challenge(self, text: str) -> str | Reply:
        await self.push("334 " + base64.b64encode(text.encode()).decode())
        line = await self._read_line()
        return line if isinstance(line, Reply) else _decoded(line)

    async def _mail(self, argument: str) -> Reply:
        receiver = self._setup.receiver
        if not self._seen.helo:
            return HELLO_FIRST
        if self._lacks_tls():
            return TLS_FIRST
        if self._sender is not None:
            return NESTED_MAIL
        has_auth = offers_auth(receiver, self._seen)
        sender = read_mail(argument, has_auth=has_auth)
        if isinstance(sender, Reply):
            return sender
        answer = answer_mail(receiver, self._seen, sender.reverse_path, sender.size)
        if answer.is_positive:
            self._sender = sender
        return answer

    async def _rcpt(self, argument: str) -> Reply:
        if self._lacks_tls():
            return TLS_FIRST
        if self._sender is None:
            return MAIL_FIRST
        address = read_rcpt(argument, is_utf8=self._sender.is_utf8)
        if isinstance(address, Reply):
            return address
        answer = self._setup.receiver.recipient(
            self._seen, self._sender.reverse_path, address, len(self._recipients)
        )
        if answer.is_positive:
            self._recipients = (*self._recipients, address)
        return answer

    async def _data(self, argument: str) -> Reply | None:
        if argument:
            return NO_ARGUMENT
        if self._lacks_tls():
            return TLS_FIRST
        if self._sender is None:
            return MAIL_FIRST
        if not self._recipients:
            return RCPT_FIRST
        envelope = Envelope(self._sender.reverse_path, self._recipients)
        answer = answer_data(self._setup.receiver, self._seen, envelope)
        if not answer.is_positive:
            return answer
        await self._say(answer)
        raw = await self._read_content()
        self._forget_mail()
        return TOO_BIG if raw is None else self._take(envelope, Content(raw))

    def _take(self, envelope: Envelope, content: Content) -> Reply:
        setup = self._setup
        answer = answer_message(setup.receiver, self._seen, envelope, content)
        if isinstance(answer, Receipt):
            setup.record(answer.record, self._seen, envelope, content)
            return answer.reply
        return answer

    async def _read_content(self) -> bytes | None:
        """Read up to the lone dot, dot-stuffing undone; None when it is too big."""
        # The lone dot may be the first line: lend it the line end of DATA itself.
        self._reader._buffer[0:0] = CRLF  # type: ignore[attr-defined]  # noqa: SLF001
        limit = 2 * self._setup.receiver.size_limit + len(_END)
        kept = bytearray()
        is_too_big = False
        while True:
            try:
                kept += await self._reader.readuntil(_END)
                break
            except asyncio.LimitOverrunError as overrun:
                self._reset_timeout()
                kept += await self._reader.readexactly(overrun.consumed)
            # Twice: stuffing may double the octets, the exact size is judged after.
            if len(kept) > limit:
                is_too_big = True
                kept.clear()
        if is_too_big:
            return None
        return bytes(kept[: -len(b".\r\n")].replace(b"\r\n.", CRLF)[len(CRLF) :])

    async def _rset(self, argument: str) -> Reply:
        if argument:
            return NO_ARGUMENT
        self._forget_mail()
        return OK

    async def _noop(self, argument: str) -> Reply:
        del argument
        return OK

    async def _vrfy(self, argument: str) -> Reply:
        if self._lacks_tls():
            return TLS_FIRST
        return NOT_VERIFIED if argument else NEEDS_ARGUMENT

    async def _not_implemented(self, argument: str) -> Reply:
        del argument
        return NOT_IMPLEMENTED

    async def _quit(self, argument: str) -> Reply:
        if argument:
            return NO_ARGUMENT
        self._is_over = True
        return BYE

    def _lacks_tls(self) -> bool:
        return self._setup.receiver.needs_tls and not self._seen.is_encrypted

    def _forget_mail(self) -> None:
        self._sender, self._recipients = None, ()


def _decoded(text: str) -> str | Reply:
    """Decode a response of AUTH (RFC 4954 4); `=` is an empty one."""
    if text == "*":
        return AUTH_ABORTED
    try:
        return base64.b64decode("" if text == "=" else text, validate=True).decode()
    except (binascii.Error, ValueError):
        return AUTH_NO_BASE64


def _address_of(found: object) -> IpAddress | None:
    return found if isinstance(found, (IPv4Address, IPv6Address)) else None

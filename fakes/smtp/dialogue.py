"""The verbs of SMTP on a socket, answered by a reception."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from typing import TYPE_CHECKING, Generic, TypeVar

from aiosmtpd.smtp import TLSSetupException

from fakes.mail.content import Content
from fakes.mail.offers import Extension
from fakes.mail.receiver import HangUpError, Receipt
from fakes.mail.receiving import (
    AUTH_TWICE,
    HELLO_FIRST,
    NESTED_MAIL,
    OK,
)
from fakes.mail.reply import Reply
from fakes.smtp.commands import read_mail, read_rcpt
from fakes.smtp.connection import Connection, Setup
from fakes.smtp.replies import (
    AUTH_ABORTED,
    AUTH_NO_BASE64,
    AUTH_UNKNOWN,
    BYE,
    CHUNK_OK,
    FAILED,
    HELP,
    IN_TLS,
    NEEDS_ARGUMENT,
    NO_ARGUMENT,
    NOT_IMPLEMENTED,
    NOT_VERIFIED,
    PIPELINED_TLS,
    SYNTAX,
    TOO_MANY_LOGINS,
    UNKNOWN_COMMAND,
)
from fakes.smtp.shown import agreed_on, names_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

R = TypeVar("R")

_CHUNK = re.compile(r"([0-9]{1,15})( +LAST)?", re.IGNORECASE)


class Dialogue(Connection[R], Generic[R]):
    """What is said and answered on one connection."""

    def __init__(self, setup: Setup[R], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(setup, loop)
        self._chunks: list[bytes] = []
        self._failed_logins = 0
        self._verbs: dict[str, Callable[[str], Awaitable[Reply | None]]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "BDAT": self._bdat,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "EXPN": self._not_implemented,
            "ETRN": self._not_implemented,
            "TURN": self._not_implemented,
            "HELP": self._help,
            "QUIT": self._quit,
        }

    async def _obey(self, line: str) -> Reply | None:
        verb, _, argument = line.partition(" ")
        method = self._verbs.get(verb.upper())
        if method is None:
            return UNKNOWN_COMMAND
        try:
            return await method(argument.strip(" "))
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            raise
        except HangUpError as end:
            if end.said is not None:
                await self._say(end.said)
            raise ConnectionAbortedError from None
        except Exception as error:  # noqa: BLE001  a fault of the receiver is its owner's
            self._setup.report(error)
            return FAILED

    async def _ehlo(self, argument: str) -> Reply | None:
        answer = self._greet(argument)
        if not answer.is_positive:
            return answer
        lines = (answer.text, *self._reception.offers)
        head = "".join(f"250-{line}\r\n" for line in lines[:-1])
        await self.push(f"{head}250 {lines[-1]}")
        return None

    async def _helo(self, argument: str) -> Reply:
        return self._greet(argument)

    def _greet(self, name: str) -> Reply:
        if not name or " " in name:
            return NEEDS_ARGUMENT
        self._chunks.clear()
        return self._reception.hello(name)

    async def _starttls(self, argument: str) -> Reply | None:
        if argument:
            return NO_ARGUMENT
        if not self._setup.receiver.tls.is_offered:
            return NOT_IMPLEMENTED
        if self._reception.session.is_encrypted:
            return IN_TLS
        answer = self._reception.starttls()
        if not answer.is_positive:
            return answer
        # RFC 3207 4.2 and 6: nothing that was said in clear may count inside TLS.
        waiting = self._reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001
        if waiting:
            waiting.clear()
            return PIPELINED_TLS
        if self._reception.shown is not None:
            tls_of = self._setup.tls_of
            assert tls_of is not None  # noqa: S101  or nothing else can be shown
            self.tls_context = tls_of(self._reception.shown)
        await super().smtp_STARTTLS("")
        self._chunks.clear()
        self._reception.secured(names_in(self.transport), agreed_on(self.transport))
        return None

    async def _auth(self, argument: str) -> Reply:
        refusal = self._refuse_auth()
        if refusal:
            return refusal
        mechanism, _, initial = argument.partition(" ")
        read = {"PLAIN": self._read_plain, "LOGIN": self._read_login}
        method = read.get(mechanism.upper())
        if method is None:
            return AUTH_UNKNOWN
        given = await method(initial.strip(" "))
        if isinstance(given, Reply):
            return given
        answer = self._reception.log_in(*given)
        self._failed_logins += not answer.is_positive
        spent = self._failed_logins >= self._setup.limits.logins
        return TOO_MANY_LOGINS if spent and not answer.is_positive else answer

    def _refuse_auth(self) -> Reply | None:
        session = self._reception.session
        # In clear always 538, whatever else is wrong (zivver#12).
        if not session.is_encrypted:
            return self._setup.receiver.wording.auth_needs_tls
        if self._setup.receiver.authenticate is None:
            return NOT_IMPLEMENTED
        if not session.helo:
            return HELLO_FIRST
        if self._reception.has_sender:
            return NESTED_MAIL
        return AUTH_TWICE if session.identity is not None else None

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
        refusal = self._reception.refuse_mail()
        if refusal:
            return refusal
        sender = read_mail(
            argument,
            has_auth=receiver.authenticate is not None,
            has_dsn=Extension.DSN in receiver.offers,
            may_be_utf8=Extension.UTF8 in receiver.offers,
        )
        if isinstance(sender, Reply):
            return sender
        return self._reception.mail(
            sender.reverse_path, sender.size, is_utf8=sender.is_utf8
        )

    async def _rcpt(self, argument: str) -> Reply:
        refusal = self._reception.refuse_rcpt()
        if refusal:
            return refusal
        has_dsn = Extension.DSN in self._setup.receiver.offers
        address = read_rcpt(argument, has_dsn=has_dsn)
        if isinstance(address, Reply):
            return address
        return self._reception.recipient(address)

    async def _data(self, argument: str) -> Reply | None:
        if argument:
            return NO_ARGUMENT
        answer = self._reception.data()
        if not answer.is_positive:
            return answer
        await self._say(answer)
        raw = await self._read_content()
        return self._take(raw)

    async def _bdat(self, argument: str) -> Reply:
        """RFC 3030 2: whatever is answered, the octets of the chunk are read."""
        if Extension.CHUNKING not in self._setup.receiver.offers:
            return UNKNOWN_COMMAND
        match = _CHUNK.fullmatch(argument)
        if match is None:
            return SYNTAX
        size = int(match[1])
        room = self._setup.receiver.size_limit - sum(map(len, self._chunks))
        try:
            refusal = self._reception.chunk()
        except BaseException:
            await self._read_octets(size, keeps=False)
            raise
        chunk = await self._read_octets(size, keeps=not refusal and size <= room)
        if refusal:
            self._chunks.clear()
            return refusal
        if chunk is None:
            return self._take(None)
        self._chunks.append(chunk)
        if not match[2]:
            return CHUNK_OK
        whole, self._chunks = b"".join(self._chunks), []
        return self._take(whole)

    def _take(self, raw: bytes | None) -> Reply:
        """Give the mail to the receiver, and what it writes down to the ledger."""
        reception, setup = self._reception, self._setup
        session, envelope = reception.session, reception.envelope
        if raw is None:
            self._chunks.clear()
            reception.reset()
            return self._setup.receiver.wording.too_big
        content = Content(raw)
        answer = reception.message(content)
        if isinstance(answer, Receipt):
            setup.record(answer.record, session, envelope, content)
            if answer.is_unsaid:
                raise HangUpError
            return answer.reply
        return answer

    async def _rset(self, argument: str) -> Reply:
        if argument:
            return NO_ARGUMENT
        self._chunks.clear()
        self._reception.reset()
        return OK

    async def _noop(self, argument: str) -> Reply:
        del argument
        return OK

    async def _vrfy(self, argument: str) -> Reply:
        if self._reception.lacks_tls:
            return self._setup.receiver.wording.tls_first
        return NOT_VERIFIED if argument else NEEDS_ARGUMENT

    async def _help(self, argument: str) -> Reply:
        del argument
        return HELP

    async def _not_implemented(self, argument: str) -> Reply:
        del argument
        return NOT_IMPLEMENTED

    async def _quit(self, argument: str) -> Reply:
        if argument:
            return NO_ARGUMENT
        self._is_over = True
        return BYE


def _decoded(text: str) -> str | Reply:
    """Decode a response of AUTH (RFC 4954 4); `=` is an empty one."""
    if text == "*":
        return AUTH_ABORTED
    try:
        return base64.b64decode("" if text == "=" else text, validate=True).decode()
    except (binascii.Error, ValueError):
        return AUTH_NO_BASE64

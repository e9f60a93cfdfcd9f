"""The verbs of SMTP, said to a receiver."""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from aiosmtpd.smtp import TLSSetupException

from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.receiver import Receipt
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
from fakes.mail.reply import Reply
from fakes.mail.session import Session
from fakes.smtp.commands import Sender, read_mail, read_rcpt
from fakes.smtp.connection import Connection, Setup
from fakes.smtp.replies import (
    AUTH_ABORTED,
    AUTH_NEEDS_TLS,
    AUTH_NO_BASE64,
    AUTH_TWICE,
    AUTH_UNKNOWN,
    BYE,
    FAILED,
    HELLO_FIRST,
    IN_TLS,
    MAIL_FIRST,
    NEEDS_ARGUMENT,
    NESTED_MAIL,
    NO_ARGUMENT,
    NOT_IMPLEMENTED,
    NOT_VERIFIED,
    OK,
    PIPELINED_TLS,
    RCPT_FIRST,
    UNKNOWN_COMMAND,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fakes.mail.address import Address

R = TypeVar("R")


class Dialogue(Connection[R], Generic[R]):
    """What is said and answered on one connection."""

    def __init__(self, setup: Setup[R], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(setup, loop)
        self._sender: Sender | None = None
        self._recipients: tuple[Address, ...] = ()
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

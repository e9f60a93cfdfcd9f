"""What every server of ours answers by itself, before its receiver is asked.

The server behind sockets and the computed conversation share these, so that they
cannot differ. Texts are ours, codes are those of RFC 5321, 3207, 4954 and 1870.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from fakes.mail.content import CRLF, Content
from fakes.mail.offers import Extension
from fakes.mail.reply import Reply, reply
from fakes.mail.session import Certificate

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.envelope import Envelope
    from fakes.mail.receiver import Receipt, Receiver
    from fakes.mail.session import Session

R = TypeVar("R")

# zivver#12: label lines outgrow RFC 5321's 1000 octets, so the limit is our own.
MAX_LINE = 65_536

OK = reply(250, "2.0.0", "Ok")
HELLO_FIRST = reply(503, "5.5.1", "Say EHLO first")
NESTED_MAIL = reply(503, "5.5.1", "Sender already given")
MAIL_FIRST = reply(503, "5.5.1", "Say MAIL first")
RCPT_FIRST = reply(503, "5.5.1", "No valid recipients")
BDAT_BEGUN = reply(503, "5.5.1", "Chunks were begun, more or RSET must follow")
AUTH_TWICE = reply(503, "5.5.1", "Already authenticated")
READY_FOR_TLS = reply(220, "", "Ready to start TLS")
TLS_UNAVAILABLE = reply(454, "4.7.0", "TLS is not available")
NEEDS_UTF8 = reply(553, "5.6.7", "Address needs SMTPUTF8")
TLS_FIRST = reply(530, "5.7.0", "Must issue a STARTTLS command first")
GO_AHEAD = reply(354, "", "End data with <CR><LF>.<CR><LF>")
TOO_BIG = reply(552, "5.3.4", "Message exceeds the size limit")
BARE_LINE_END = reply(554, "5.6.0", "Bare CR or LF in the message")
AUTH_NEEDS_TLS = reply(538, "5.7.11", "Encryption required for authentication")
LINE_TOO_LONG = reply(554, "5.6.0", "Line too long in the message")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a server says before its receiver is asked; it may choose its words."""

    tls_first: Reply = TLS_FIRST
    auth_needs_tls: Reply = AUTH_NEEDS_TLS
    size_declared: Reply = TOO_BIG
    too_big: Reply = TOO_BIG


USUAL_WORDING = Wording()


@dataclass(frozen=True, slots=True)
class Showing(Reply):
    """A yes to STARTTLS, after which another certificate is shown than the usual."""

    certificate: Certificate


def showing(certificate: Certificate) -> Showing:
    """Say yes to STARTTLS, and show that certificate."""
    said = READY_FOR_TLS
    return Showing(said.code, said.status, said.text, certificate)


def extensions(receiver: Receiver[R], session: Session) -> tuple[str, ...]:
    """Give the lines of the EHLO reply: AUTH only inside TLS, STARTTLS only outside."""
    lines = [f"SIZE {receiver.announced_size or receiver.size_limit}"]
    lines.extend(each.value for each in Extension if each in receiver.offers)
    if receiver.tls.is_offered and not session.is_encrypted:
        lines.append("STARTTLS")
    if offers_auth(receiver, session):
        lines.append("AUTH LOGIN PLAIN")
    return tuple(lines)


def offers_auth(receiver: Receiver[R], session: Session) -> bool:
    """Say whether credentials may be shown here and now."""
    return receiver.authenticate is not None and session.is_encrypted


def answer_starttls(receiver: Receiver[R], session: Session) -> Reply:
    """Answer STARTTLS outside TLS."""
    said = receiver.starttls(session) if receiver.starttls else None
    if said is not None and not said.is_positive:
        return said
    if receiver.tls.is_refused:
        return TLS_UNAVAILABLE
    return said if isinstance(said, Showing) else READY_FOR_TLS


def answer_hello(receiver: Receiver[R], session: Session) -> Reply:
    """Answer EHLO or HELO; what is offered besides is `extensions`."""
    said = receiver.hello(session) if receiver.hello else None
    if said is None or said.is_positive:
        return reply(250, "", receiver.name)
    return said


def answer_mail(
    receiver: Receiver[R],
    session: Session,
    reverse_path: Address | None,
    size: int | None,
) -> Reply:
    """Answer MAIL: the size first, then the receiver."""
    if size is not None and size > receiver.size_limit:
        return receiver.wording.size_declared
    return receiver.mail(session, reverse_path, size)


def answer_data(receiver: Receiver[R], session: Session, envelope: Envelope) -> Reply:
    """Answer DATA."""
    said = receiver.data(session, envelope) if receiver.data else None
    return GO_AHEAD if said is None or said.is_positive else said


def answer_message(
    receiver: Receiver[R], session: Session, envelope: Envelope, content: Content
) -> Receipt[R] | Reply:
    """Answer the end of data: size and line ends, then the receiver."""
    if len(content.raw) > receiver.size_limit:
        return receiver.wording.too_big
    return flaw(content) or receiver.message(session, envelope, content)


def flaw(content: Content) -> Reply | None:
    """Find what no server may pass on: a bare CR or LF, a line without end.

    A bare line end is how a second mail is smuggled past one server to the next.
    """
    lines = content.raw.count(CRLF)
    if content.raw.count(b"\n") != lines or content.raw.count(b"\r") != lines:
        return BARE_LINE_END
    return LINE_TOO_LONG if _has_long_line(content.raw) else None


def _has_long_line(raw: bytes) -> bool:
    """Look back from where a line must have ended; a mail of 30 MB is never split."""
    position = 0
    while len(raw) - position > MAX_LINE:
        end = raw.rfind(CRLF, position, position + MAX_LINE + len(CRLF))
        if end < 0:
            return True
        position = end + len(CRLF)
    return False


def as_sent(content: Content) -> Content:
    """Give the content as DATA carries it: the last line has an end."""
    if not content.raw or content.raw.endswith(CRLF):
        return content
    return Content(content.raw + CRLF)

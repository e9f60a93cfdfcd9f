"""What Zivver says, as a table (zivver#12).

The texts are ours; the codes and enhanced codes are what a client acts on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.handoff import Stage
from fakes.mail.reply import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reason(StrEnum):
    """Why a reply was given; the key of the table."""

    WELCOME = "welcome"
    SILENT = "silent"
    DOWN = "down"
    OVERLOADED = "overloaded"
    NOT_COVERED = "not covered"
    LOGGED_IN = "logged in"
    AUTH_BEFORE_TLS = "AUTH before TLS"
    BAD_CREDENTIALS = "bad credentials"
    AUTH_DOWN = "AUTH down"
    SENDER_OK = "sender ok"
    NO_TLS = "no TLS"
    NOT_ALLOWLISTED = "not allow-listed"
    NULL_SENDER = "null sender"
    SPF_NOT_PASSED = "SPF not passed"
    SPF_TEMPERROR = "SPF temperror"
    SIZE_DECLARED = "size declared"
    RECIPIENT_OK = "recipient ok"
    MALFORMED_RECIPIENT = "malformed recipient"
    TOO_MANY_RECIPIENTS = "too many recipients"
    ACCEPTED = "accepted"
    STORE_DOWN = "store down"
    TOO_BIG = "too big"
    BAD_FROM = "bad From"
    NO_ACCOUNT = "no account"
    NO_ACCOUNT_NOTIFIED = "no account, sender notified"
    NO_ACCOUNT_DROPPED = "no account, dropped"
    NO_RECIPIENTS = "no recipients"
    NO_RECIPIENTS_BOUNCED = "no recipients, bounced"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the moment, the condition, what is said (None is silence), the source."""

    stage: Stage
    condition: str
    reply: Reply | None
    source: str


class ReplyError(ValueError):
    """A row may not be answered by that; the message says what would be right."""


def check_reply(reason: Reason, said: Reply) -> None:
    """Refuse a reply that would make another thing of a row.

    No stays no, now or for good; yes stays yes, by the code of the moment.

    Raises:
        ReplyError: the row is silent, or the reply is of another class.

    """
    known = REPLIES[reason].reply
    if known is None or reason is Reason.FAULT:
        raise ReplyError(f"`{reason.value}` has no reply of its own")
    if known.is_positive and said.code != known.code:
        message = f"`{reason.value}` says yes: {said.code}, expected {known.code}"
        raise ReplyError(message)
    if not known.is_positive and said.is_positive:
        message = f"`{reason.value}` says no: {said.code}, expected 400 to 599"
        raise ReplyError(message)


def _row(stage: Stage, condition: str, said: Reply | None, source: str) -> Row:
    return Row(stage, condition, said, source)


_CONNECT, _AUTH, _MAIL = Stage.CONNECT, Stage.AUTH, Stage.MAIL
_RCPT, _DONE = Stage.RCPT, Stage.DONE
_NO_ACCOUNT = "no active account has the From: address"
_EMPTY = "To and Cc count and name nobody"

REPLIES: Mapping[Reason, Row] = MappingProxyType(
    {
        Reason.WELCOME: _row(_CONNECT, "normal", reply(220, "", "ESMTP"), "zivver#12"),
        Reason.SILENT: _row(
            _CONNECT, "no allow-listed domain covers the client", None, "zivver#3"
        ),
        Reason.DOWN: _row(_CONNECT, "the service is down", None, "zivver#F59"),
        Reason.OVERLOADED: _row(
            _CONNECT,
            "overload or maintenance",
            reply(421, "4.3.2", "Service is busy, try again later"),
            "zivver#12",
        ),
        # RFC 5321 3.1: a server may open with 554.
        Reason.NOT_COVERED: _row(
            _CONNECT,
            "no allow-listed domain covers the client",
            reply(554, "5.7.1", "Connections from this address are not accepted"),
            "zivver#11",
        ),
        Reason.LOGGED_IN: _row(
            _AUTH,
            "user name and password fit",
            reply(235, "2.7.0", "Authentication succeeded"),
            "zivver#4",
        ),
        Reason.AUTH_BEFORE_TLS: _row(
            _AUTH,
            "AUTH before TLS",
            reply(538, "5.7.11", "Encryption is needed for authentication"),
            "zivver#12",
        ),
        Reason.BAD_CREDENTIALS: _row(
            _AUTH,
            "bad or revoked",
            reply(535, "5.7.8", "Authentication failed"),
            "zivver#12",
        ),
        Reason.AUTH_DOWN: _row(
            _AUTH,
            "backend down",
            reply(454, "4.7.0", "Authentication is not possible now"),
            "zivver#12",
        ),
        Reason.SENDER_OK: _row(
            _MAIL, "admitted", reply(250, "2.1.0", "Sender is fine"), "zivver#4"
        ),
        Reason.NO_TLS: _row(
            _MAIL,
            "MAIL before STARTTLS",
            reply(530, "5.7.0", "Start TLS first"),
            "zivver#12",
        ),
        Reason.NOT_ALLOWLISTED: _row(
            _MAIL,
            "no AUTH, and the domain is not on the allowlist",
            reply(550, "5.7.1", "Sender is not authorised to relay"),
            "zivver#12",
        ),
        Reason.NULL_SENDER: _row(
            _MAIL,
            "no AUTH, null reverse-path, and HELO is not on the allowlist",
            reply(550, "5.7.1", "Null sender is not authorised to relay"),
            "zivver#F53",
        ),
        Reason.SPF_NOT_PASSED: _row(
            _MAIL,
            "no AUTH, and SPF does not pass",
            reply(550, "5.7.23", "SPF does not authorise this client"),
            "zivver#12",
        ),
        Reason.SPF_TEMPERROR: _row(
            _MAIL,
            "no AUTH, and DNS fails",
            reply(451, "4.7.24", "SPF could not be checked now"),
            "zivver#12",
        ),
        Reason.SIZE_DECLARED: _row(
            _MAIL,
            "SIZE is over the limit",
            reply(552, "5.3.4", "Message is too big"),
            "zivver#12",
        ),
        Reason.RECIPIENT_OK: _row(
            _RCPT, "normal", reply(250, "2.1.5", "Recipient is fine"), "zivver#12"
        ),
        Reason.MALFORMED_RECIPIENT: _row(
            _RCPT,
            "longer than RFC 5321 allows",
            reply(553, "5.1.3", "Recipient address is malformed"),
            "zivver#12",
        ),
        Reason.TOO_MANY_RECIPIENTS: _row(
            _RCPT,
            "beyond the limit",
            reply(452, "4.5.3", "Too many recipients"),
            "zivver#12",
        ),
        Reason.ACCEPTED: _row(
            _DONE, "all is well", reply(250, "2.0.0", "Accepted"), "zivver#12"
        ),
        Reason.STORE_DOWN: _row(
            _DONE,
            "the message store is down",
            reply(451, "4.3.0", "Message cannot be stored now"),
            "zivver#F59",
        ),
        Reason.TOO_BIG: _row(
            _DONE,
            "the mail is over the limit",
            reply(552, "5.3.4", "Message is too big"),
            "zivver#12",
        ),
        Reason.BAD_FROM: _row(
            _DONE,
            "From: is missing, unreadable or several",
            reply(554, "5.6.0", "Message needs exactly one From address"),
            "zivver#F56",
        ),
        Reason.NO_ACCOUNT: _row(
            _DONE,
            _NO_ACCOUNT,
            reply(550, "5.7.1", "Sender has no account"),
            "zivver#F54",
        ),
        Reason.NO_ACCOUNT_NOTIFIED: _row(
            _DONE, _NO_ACCOUNT, reply(250, "2.0.0", "Accepted"), "zivver#5"
        ),
        Reason.NO_ACCOUNT_DROPPED: _row(
            _DONE, _NO_ACCOUNT, reply(250, "2.0.0", "Accepted"), "zivver#5"
        ),
        Reason.NO_RECIPIENTS: _row(
            _DONE,
            _EMPTY,
            reply(554, "5.1.0", "Message has no recipients"),
            "zivver#F67",
        ),
        Reason.NO_RECIPIENTS_BOUNCED: _row(
            _DONE, _EMPTY, reply(250, "2.0.0", "Accepted"), "zivver#6"
        ),
        Reason.FAULT: _row(
            _DONE,
            "a fault was ordered, which has its own reply",
            reply(451, "4.3.0", "Message is not taken now"),
            "zivver#11",
        ),
    }
)

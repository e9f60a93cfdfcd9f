"""SMTP replies that cannot be malformed (RFC 5321 4.2, RFC 3463)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile(r"[\t\x20-\x7e]*")
_FORM = re.compile(
    r"(\d{3})(?:[ -](?:([245])\.(\d{1,3})\.(\d{1,3})(?: |$))?(.*))?", re.DOTALL
)
_CODES = range(200, 600)
_PARTS = range(1000)
# A class of its own beside that of the code: RFC 2034 4 forbids it, and Exchange
# writes it when a queue gives up (exchange-routing#6.1: `550 4.4.7 QUEUE.Expired`).
_MIXED = frozenset({(550, 4, 4, 7)})


@dataclass(frozen=True, slots=True)
class EnhancedStatus:
    """An enhanced status code, class 2, 4 or 5 (RFC 3463)."""

    class_: int
    subject: int
    detail: int

    def __post_init__(self) -> None:
        """Refuse what RFC 3463 does not know."""
        if self.class_ not in {2, 4, 5}:
            message = f"status class {self.class_}, expected 2, 4 or 5"
            raise ValueError(message)
        if self.subject not in _PARTS or self.detail not in _PARTS:
            message = f"status {self}, expected parts of at most three digits"
            raise ValueError(message)

    def __str__(self) -> str:
        """Give `class.subject.detail`."""
        return f"{self.class_}.{self.subject}.{self.detail}"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: code, enhanced status of the same class, one line of ASCII text.

    One reply of Exchange mixes two classes, and is taken as it is (`_MIXED`).
    """

    code: int
    status: EnhancedStatus | None
    text: str

    def __post_init__(self) -> None:
        """Refuse a code, a class or a text that no server may send."""
        if self.code not in _CODES:
            message = f"reply code {self.code}, expected 200 to 599"
            raise ValueError(message)
        if self.status is not None and not _go_together(self.code, self.status):
            message = f"reply {self.code} with status {self.status}"
            raise ValueError(message)
        if not _TEXT.fullmatch(self.text):
            message = "reply text holds a line break or is not ASCII"
            raise ValueError(message)

    def __str__(self) -> str:
        """Give the reply as it stands on the wire."""
        status = f"{self.status} " if self.status else ""
        return f"{self.code} {status}{self.text}".rstrip()

    @property
    def is_positive(self) -> bool:
        """Whether the peer agrees (2xx or 3xx)."""
        return self.code < 400

    @property
    def is_transient(self) -> bool:
        """Whether the peer says: try again (4xx)."""
        return self.code // 100 == 4

    @property
    def is_permanent(self) -> bool:
        """Whether the peer says no for good (5xx)."""
        return self.code // 100 == 5


@dataclass(frozen=True, slots=True)
class Dripping(Reply):
    """A reply that is said octet by octet, `pause` seconds apart."""

    pause: float = 0.0


def dripping(said: Reply, pause: float) -> Dripping:
    """Have a reply said slowly."""
    return Dripping(said.code, said.status, said.text, pause)


def reply(code: int, status: str, text: str) -> Reply:
    """Build a reply from its written parts; an empty status is none.

    Raises:
        ValueError: a part is malformed.

    """
    if not status:
        return Reply(code, None, text)
    class_, subject, detail = (int(part) for part in status.split("."))
    return Reply(code, EnhancedStatus(class_, subject, detail), text)


def read_reply(line: str) -> Reply:
    """Read a reply from the wire, several lines joined by the caller.

    Raises:
        ValueError: the line does not begin with a reply code.

    """
    match = _FORM.fullmatch(line)
    if not match:
        message = f"`{line[:40]}` is no reply"
        raise ValueError(message)
    code = int(match[1])
    status = None
    if match[2]:
        found = EnhancedStatus(int(match[2]), int(match[3]), int(match[4]))
        status = found if _go_together(code, found) else None
    text = (match[5] or "") if status or not match[2] else line[4:]
    clean = "".join(c if "\x20" <= c <= "\x7e" else "?" for c in text)
    return Reply(code, status, clean)


def _go_together(code: int, status: EnhancedStatus) -> bool:
    parts = (code, status.class_, status.subject, status.detail)
    return status.class_ == code // 100 or parts in _MIXED

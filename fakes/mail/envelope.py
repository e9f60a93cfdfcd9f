"""The envelope (P1): who is told of failures, and who gets the mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.mail.address import Address


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL FROM and RCPT TO. A `reverse_path` of None is the null reverse-path."""

    reverse_path: Address | None
    recipients: tuple[Address, ...]

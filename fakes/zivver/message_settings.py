"""What a mail itself asks of Zivver, by header fields (zivver#7).

A value that is not understood asks for nothing, and is named: the sender believes
that he has asked for something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from fakes.mail.address import Address, AddressError, parse_address
from fakes.zivver.service import Verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.mail.content import Parsed

ACCESS_RIGHT_HEADER = "zivver-access-right"
MINIMUM_HEADER = "zivver-minimum-recipient-verification"
EXPIRATION_HEADER = "zivver-message-expiration"
RELAY_HEADER = "zivver-relay"

# The values that were seen; others may exist (zivver#7).
RELAY_VALUES = frozenset({"zivver-message-info", "sdr", "smart-sdr"})
_ACCESS_RIGHT = re.compile(r"(\S+)\s+sms\s+\+[1-9][0-9]{1,14}", re.IGNORECASE)
_EXPIRATION = re.compile(r"delete\s+P([1-9][0-9]{0,4})D", re.IGNORECASE)
_SHOWN = 60

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """What the header fields of one mail ask for.

    `rights` are recipients with the strongest method that is known of them; `wrong`
    are the fields whose value was not understood, as `name: value`.
    """

    rights: tuple[tuple[Address, Verification], ...] = ()
    minimum: Verification | None = None
    expires_after: timedelta | None = None
    relay: str | None = None
    wrong: tuple[str, ...] = ()


def message_settings(parsed: Parsed) -> MessageSettings:
    """Read them all; of a field that stands twice the last understood value counts."""
    wrong: list[str] = []
    rights = _read(parsed, ACCESS_RIGHT_HEADER, _right, wrong)
    minima = _read(parsed, MINIMUM_HEADER, _minimum, wrong)
    ends = _read(parsed, EXPIRATION_HEADER, _expiration, wrong)
    relays = _read(parsed, RELAY_HEADER, _relay, wrong)
    return MessageSettings(
        tuple(dict(rights).items()),
        # One field asks for the least, another for more: both are kept.
        max(minima, default=None),
        ends[-1] if ends else None,
        relays[-1] if relays else None,
        tuple(wrong),
    )


def _read(
    parsed: Parsed, name: str, read: Callable[[str], T | None], wrong: list[str]
) -> list[T]:
    found = []
    for value in parsed.unfolded(name):
        understood = read(value.strip())
        if understood is None:
            wrong.append(f"{name}: {value.strip()[:_SHOWN]}")
        else:
            found.append(understood)
    return found


def _right(value: str) -> tuple[Address, Verification] | None:
    match = _ACCESS_RIGHT.fullmatch(value)
    if not match:
        return None
    try:
        return parse_address(match[1]), Verification.SMS
    except AddressError:
        return None


def _minimum(value: str) -> Verification | None:
    # The one value that was seen; it names the weakest method.
    return Verification.EMAIL if value.lower() == "verification-email" else None


def _expiration(value: str) -> timedelta | None:
    match = _EXPIRATION.fullmatch(value)
    return timedelta(days=int(match[1])) if match else None


def _relay(value: str) -> str | None:
    return value.lower() if value.lower() in RELAY_VALUES else None

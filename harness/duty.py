"""What the policy says of one recipient of one mail, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fakes.mail.address import Address

__all__ = [
    "Beyond",
    "Duty",
    "FindingKind",
    "Inside",
    "Obligation",
]


class Obligation(StrEnum):
    """What the policy says of one recipient of one mail.

    No policy says MUST_BE_REFUSED: it is of outsiders who write to the relay's own
    address, with which only our own rules have business.
    """

    MUST_BE_SECURE = "must be secure"
    MUST_BE_PLAIN = "must be plain"
    NO_WORD = "no word about it"
    MUST_BE_REFUSED = "must be turned away"
    CANNOT_TELL = "cannot tell"


class FindingKind(StrEnum):
    """What is wrong; the order is the order of weight."""

    LEAK = "LEAK"
    EXPOSURE = "EXPOSURE"
    MISDIRECTION = "MISDIRECTION"
    LOSS = "LOSS"
    LOOP = "LOOP"
    UNDETERMINED = "UNDETERMINED"
    VACUOUS = "VACUOUS"
    DELAY = "DELAY"
    WEAK = "WEAK"
    OVER_CAPTURE = "OVER_CAPTURE"
    DUPLICATE = "DUPLICATE"


class Inside(StrEnum):
    """What an inside recipient of a mail that must be secure should get."""

    EITHER = "either"
    SECURE = "secure"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Duty:
    """The obligation for one recipient, and the policy rows that say so.

    `is_beyond_rules`: no mail flow rule can see what makes it secure. `beyond` is what
    it says of the copies of others that come of this recipient: a member of the group,
    whom the mailbox forwards to, the archive. `copies` are addresses that may get a
    copy that nobody asked for; `after` the rules that must have acted on the mail when
    Zivver gets it, `expects_dlp` that Zivver is to look into it.
    """

    recipient: Address
    obligation: Obligation
    rows: tuple[str, ...] = ()
    why: str = ""
    inside: Inside = Inside.EITHER
    is_beyond_rules: bool = False
    beyond: Beyond | None = field(default=None, compare=False, repr=False)
    copies: frozenset[Address] = frozenset()
    after: tuple[str, ...] = ()
    expects_dlp: bool = False


@dataclass(frozen=True, slots=True)
class Beyond:
    """The duty towards anybody outside these domains (`*.x` is what lies below x)."""

    own_domains: tuple[str, ...]
    duty: Duty

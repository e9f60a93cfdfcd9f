"""What becomes of a mail, recipient by recipient: one type for all three sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fakes.mail.address import Address
from fakes.mail.handoff import TlsLevel
from fakes.trace import Step, StepKind

__all__ = [
    "FAILED",
    "SECURE",
    "Because",
    "Delivery",
    "Disposition",
    "Fate",
    "Happened",
    "Moment",
    "Outcome",
    "steps_of",
]


class Disposition(StrEnum):
    """What becomes of one copy.

    SECURE_NOTIFICATION, SECURE_DIRECT, SECURE_IN_APP: Zivver accepted it and gives
    it by notification, by checked direct delivery, or in its application.
    HELD: Zivver accepted it and waits for something. BOUNCED: Zivver accepted it and
    returned it. PLAIN: it left as ordinary mail for somebody outside. INTERNAL: a
    mailbox of the organisation got it from Exchange. DEFERRED: it waits in a queue.
    EXPIRED: a queue gave up and told the sender. REJECTED: somebody refused it after
    Exchange had taken it. REFUSED: the fake Exchange did not take it. DELETED,
    QUARANTINED, MODERATED: a rule did that. MISDIRECTED: an address got it that is
    no original recipient and that no recorded expansion, alias, contact or copy of a
    rule explains. LOST: nobody got it and nobody was told. LOOPED: it came to Zivver
    although Zivver had sent it, or went round until a server refused it for its hops.
    UNDETERMINED: we cannot tell.
    """

    SECURE_NOTIFICATION = "SECURE_NOTIFICATION"
    SECURE_DIRECT = "SECURE_DIRECT"
    SECURE_IN_APP = "SECURE_IN_APP"
    HELD = "HELD"
    BOUNCED = "BOUNCED"
    PLAIN = "PLAIN"
    INTERNAL = "INTERNAL"
    DEFERRED = "DEFERRED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"
    DELETED = "DELETED"
    QUARANTINED = "QUARANTINED"
    MODERATED = "MODERATED"
    MISDIRECTED = "MISDIRECTED"
    LOST = "LOST"
    LOOPED = "LOOPED"
    UNDETERMINED = "UNDETERMINED"


SECURE = frozenset(
    {
        Disposition.SECURE_NOTIFICATION,
        Disposition.SECURE_DIRECT,
        Disposition.SECURE_IN_APP,
    }
)
# Nobody got it, and nobody will.
FAILED = frozenset(
    {
        Disposition.REJECTED,
        Disposition.DELETED,
        Disposition.QUARANTINED,
        Disposition.EXPIRED,
        Disposition.BOUNCED,
        Disposition.LOST,
    }
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One copy. `original` is None for a copy that nobody of the envelope gets.

    `via` says which way it left: `zivver`, `mx`, `connector`, `gateway`, `exchange`.
    `left_plain` is true when a copy went outside other than to Zivver. `is_told`
    says, of a copy that failed or waits, whether somebody hears of it, and `told_after`
    how long after the mail was sent. `after` is how long it took until this became of
    the copy; None: it was at once, or it still waits. `within` names the sort of mail
    that holds this copy; empty for the mail itself. `tls` is what was asked
    of TLS on the way to Zivver, None on any other way. `is_shown`: the others see
    this recipient, whom the sender put in Bcc.
    """

    original: Address | None
    reached: Address | None
    disposition: Disposition
    why: str
    via: str = "exchange"
    connector: str | None = None
    is_told: bool = False
    left_plain: bool = False
    is_encrypted: bool = False
    tls: TlsLevel | None = None
    after: timedelta | None = None
    told_after: timedelta | None = None
    within: str = ""
    is_shown: bool = False

    @property
    def result(self) -> tuple[object, ...]:
        """What counts when two runs are compared: everything but the words."""
        return (
            self.original,
            self.reached,
            self.disposition,
            self.via,
            self.connector,
            self.is_told,
            self.left_plain,
            self.is_encrypted,
            self.tls,
            self.after,
            self.told_after,
            self.is_shown,
        )


@dataclass(frozen=True, slots=True)
class Because:
    """Why something cannot be told, or on what it depends.

    `questions` is the smallest set that was found; `ways` says for each what was
    assumed there, `otherwise` what then becomes of the copy. `is_assumed` says that the
    questions are what was taken for granted.
    """

    questions: tuple[str, ...]
    ways: tuple[str, ...]
    otherwise: tuple[Delivery, ...]
    is_reading: bool = False
    why: str = ""
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """All copies of one original recipient (or of nobody), with the trace.

    `undetermined` is set when an unknown fact makes the copies differ, `hangs_on`
    when only open readings do; `alternatives` are the other copies that are then
    possible. `is_whole` is false when not every way could be followed.
    """

    recipient: Address | None
    deliveries: tuple[Delivery, ...]
    steps: tuple[Step, ...] = ()
    undetermined: Because | None = None
    hangs_on: Because | None = None
    alternatives: tuple[tuple[Delivery, ...], ...] = ()
    is_whole: bool = True


class Happened(StrEnum):
    """What happens to a mail in the course of time."""

    CATEGORIZED = "categorized"
    TRIED = "tried"
    PARKED = "waits"
    TOLD_OF_DELAY = "the sender is told of the delay"
    TOLD_OF_FAILURE = "the sender is told that it failed"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a mail, and when; `what_next` follows of it."""

    at: datetime
    what: Happened
    recipients: tuple[Address, ...]
    host: str = ""
    said: str = ""
    what_next: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a mail. `assumed` names what was taken for granted.

    `moments` are the course of the run along the defaults.
    """

    fates: tuple[Fate, ...]
    assumed: tuple[str, ...] = ()
    is_whole: bool = True
    moments: tuple[Moment, ...] = ()

    def fate(self, recipient: Address | None) -> Fate | None:
        """Find the fate of a recipient."""
        return next((f for f in self.fates if f.recipient == recipient), None)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """All copies."""
        return tuple(d for fate in self.fates for d in fate.deliveries)


def steps_of(recipient: Address | None, outcome: Outcome) -> tuple[Step, ...]:
    """Give the steps of a copy: of one for others, those of all whom rules looked at.

    The way of a copy that a rule made began with that of the recipients.
    """
    fate = outcome.fate(recipient)
    steps = fate.steps if fate else ()
    if recipient is not None and fate is not None:
        return steps
    if any(step.kind is StepKind.RULE for step in steps):
        return steps
    return tuple(step for other in outcome.fates for step in other.steps)

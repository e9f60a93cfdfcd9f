"""Forks: what becomes of a mail while rules run over it.

Each recipient is a leg; a rule that holds for some legs only splits the fork in
two (exchange-rules#4). Nothing changes a fork, actions make new ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.mail.content import parse
from fakes.mail.item import Carries

if TYPE_CHECKING:
    from collections.abc import Hashable

    from fakes.choices import Fact
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.item import MailItem
    from fakes.mail.reply import Reply
    from fakes.trace import Step


class Way(StrEnum):
    """How a leg came to its present address."""

    SENT = "sent"
    PROXY = "alias"
    CONTACT = "contact"
    GROUP = "group"
    FORWARD = "forward"
    REDIRECT = "redirect"
    COPY = "copy"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Leg:
    """One recipient on the way. `original` is None for one that a rule added.

    `before` is the address that it had before a rule redirected it; `groups` are those
    by which the mail came to it before rules ran.
    """

    original: Address | None
    address: Address
    ways: tuple[Way, ...] = (Way.SENT,)
    before: Address | None = None
    groups: tuple[Address, ...] = ()

    @property
    def earlier(self) -> Address | None:
        """The address apart from what rules did; None for one that a rule added."""
        if self.original is None:
            return None
        return self.before or self.address


class EndKind(StrEnum):
    """How a leg can end inside Exchange."""

    MAILBOX = "mailbox"
    REJECTED = "rejected"
    DELETED = "deleted"
    QUARANTINED = "quarantined"
    MODERATED = "moderated"
    WAITING = "waiting"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Ending:
    """An end inside Exchange; `reply` for a rejection, `fact` for an unknown end."""

    kind: EndKind
    why: str
    reply: Reply | None = None
    fact: Fact | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """A part of a mail: its legs, and what rules have decided for it so far.

    `is_stamped` says that the loop header is of this pass. `children` are the mails
    that rules made of it; `edits` say what rules did to the body, in order. `arrived`
    is its content before rules changed it (None: as it is); `is_beside_stop` says that
    a rule has stopped the rules for others, and not for it.
    """

    item: MailItem
    legs: tuple[Leg, ...]
    connector: str | None = None
    requires_tls: bool = False
    is_redirected: bool = False
    is_stamped: bool = False
    ending: Ending | None = None
    is_stopped: bool = False
    is_beside_stop: bool = False
    arrived: Content | None = None
    reports: tuple[tuple[Address, Ending], ...] = ()
    children: tuple[MailItem, ...] = ()
    edits: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


def with_step(fork: Fork, step: Step) -> Fork:
    """Add a step to the trace of a fork."""
    return replace(fork, steps=(*fork.steps, step))


def what_counts(fork: Fork) -> Hashable:
    """Give what a fork comes to: neither how it is told, nor the order of its fields.

    Two forks with the same are the same mail on the same way.
    """
    parsed = parse(fork.item.content)
    return (
        frozenset((leg.original, leg.address) for leg in fork.legs),
        (fork.connector, fork.requires_tls, fork.ending, fork.is_stopped),
        (tuple(sorted(field.raw for field in parsed.fields)), parsed.body),
        frozenset(fork.reports),
        frozenset(c for c in fork.children if c.carries is Carries.WHOLE),
    )

"""The mail item: envelope, content and how it came in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.envelope import Envelope
    from fakes.mail.session import IpAddress


class Carries(StrEnum):
    """How much of its parent a child mail holds."""

    NOTHING = "nothing"
    SUBJECT = "subject"
    WHOLE = "whole"


class ItemKind(StrEnum):
    """Where a mail comes from.

    NDR: a report of Exchange's own; REPORT: an incident report, NOTIFICATION: a
    notification of a rule; APPROVAL: what a moderator is asked. FORWARD and REDIRECT
    are made by an inbox rule, AUTO_REPLY and RECEIPT by a mailbox. Another system's
    report is a MAIL.
    """

    MAIL = "mail"
    NDR = "ndr"
    REPORT = "incident report"
    NOTIFICATION = "notification"
    APPROVAL = "approval request"
    RECALL = "recall"
    JOURNAL = "journal report"
    FORWARD = "forwarded mail"
    REDIRECT = "redirected mail"
    AUTO_REPLY = "automatic reply"
    RECEIPT = "receipt"


# Mail of a person, who hears of its failure.
OF_PEOPLE = frozenset({ItemKind.MAIL, ItemKind.FORWARD, ItemKind.REDIRECT})


@dataclass(frozen=True, slots=True)
class Submission:
    """How a mail reached Exchange.

    `authenticated` is the mailbox or account that logged in, None for an
    anonymous session; `source` is the client's address, None when not modelled.
    `certificate` is the name in the certificate that a server showed as a client;
    `is_vouched`: it says that its own organisation takes the sender for inside.
    `passes_spf` says whether that address may send for the reverse-path, None where
    nobody knows.
    """

    authenticated: Address | None = None
    source: IpAddress | None = None
    helo: str = "client.example"
    certificate: str | None = None
    is_vouched: bool = False
    passes_spf: bool | None = None


@dataclass(frozen=True, slots=True)
class MailItem:
    """One mail on its way. A changed mail is a new value."""

    envelope: Envelope
    content: Content
    submission: Submission
    kind: ItemKind = ItemKind.MAIL
    parent: str | None = None
    generation: int = 0
    carries: Carries = Carries.NOTHING

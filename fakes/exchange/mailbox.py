"""What comes of a mail that a mailbox has got: inbox rules, answers, receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.automatic import answers
from fakes.exchange.inbox import apply_inbox_rules
from fakes.exchange.routing.resolve import resolve
from fakes.mail.item import OF_PEOPLE

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.fork import Ending, Leg
    from fakes.mail.address import Address
    from fakes.mail.item import MailItem
    from fakes.trace import Step

_NO_FORWARDING = "no mailbox forwards its mail"
_NO_INBOX_RULES = "no inbox rule sends mail on"
_NO_LIMITS = "no recipient here keeps anybody from writing to it"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of it; `ended` are copies for somebody whom no export shows."""

    children: tuple[MailItem, ...]
    ended: tuple[tuple[Leg, Ending], ...]
    steps: tuple[Step, ...]
    assumed: tuple[str, ...]


def arrive(
    address: Address,
    item: MailItem,
    organization: Organization,
    *,
    at: datetime,
    choices: Choices,
) -> Arrived:
    """Lay a mail into a mailbox; `at` is an aware time."""
    box = resolve(address, organization, choices).recipient
    directory = organization.directory
    is_told = directory is not None and directory.knows_forwarding
    taken = (
        (not is_told, _NO_FORWARDING),
        (organization.inbox_rules is None, _NO_INBOX_RULES),
        (box is None or box.restrictions is None, _NO_LIMITS),
    )
    assumed = tuple(text for is_open, text in taken if is_open)
    if box is None or item.kind not in OF_PEOPLE:
        return Arrived((), (), (), assumed)
    sent = apply_inbox_rules(box, item, organization, choices)
    replies = answers(box, item, organization, at=at)
    return Arrived((*sent.children, *replies), sent.ended, sent.steps, assumed)

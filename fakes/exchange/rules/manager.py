"""Who the manager of a mail's sender is, as far as the directory was exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules.taking import recipients
from fakes.mail.address import parse_address_list
from fakes.mail.content import parse

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.values import Recipients
    from fakes.mail.item import MailItem


@dataclass(frozen=True, slots=True)
class Manager:
    """The manager, None where there is none; or why that cannot be told."""

    about: str
    recipients: Recipients | None = None
    why_unknown: str = ""


def manager_of(item: MailItem, organization: Organization) -> Manager:
    """Find the manager of whom From names (exchange-rules#5)."""
    senders = parse_address_list(parse(item.content).unfolded("From")).addresses
    who = senders[0] if senders else item.envelope.reverse_path
    about = str(who) if who else ""
    directory = organization.directory
    if who is None:
        return Manager(about)
    found = directory.by_address.get(who, ()) if directory else ()
    if directory is None or (not found and not directory.is_whole):
        return Manager(about, why_unknown=f"{about} was not exported")
    if not found:
        # A stranger has no manager here.
        return Manager(about)
    name = found[0].manager
    if name is None:
        return Manager(about, why_unknown=f"the manager of {about} was not exported")
    # exchange-rules#5, exchange-rules#v64: no manager, and nothing happens.
    return Manager(about, recipients((name,), directory) if name else None)

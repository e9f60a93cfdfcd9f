"""Rich text on its way out: as TNEF (winmail.dat), or made into what others can read.

exchange-routing#5.3: done for outside recipients only, each by his own terms. What
Exchange makes of rich text we do not make: it is named where it is taken for granted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.exchange.remote_domain import remote_domain

if TYPE_CHECKING:
    from fakes.exchange.organization import Organization
    from fakes.exchange.routing.hop import Hop
    from fakes.exchange.rules.fork import Leg
    from fakes.mail.address import Address
    from fakes.mail.content import Content

_TNEF = re.compile(rb"application/(?:vnd\.)?ms-tnef", re.IGNORECASE)


def keeps_rich_text(address: Address, leg: Leg, organization: Organization) -> bool:
    """Say whether rich text leaves as it is for a recipient.

    exchange-routing#E18, exchange-routing#E19: the remote domain's TNEFEnabled comes
    before the contact's UseMapiRichTextFormat; where neither says, it is converted.
    """
    remote = remote_domain(organization, address.domain_key)
    if remote and remote.tnef is not None:
        return remote.tnef
    directory = organization.directory
    known = directory.by_address if directory else {}
    objects = (*known.get(leg.address, ()), *known.get(address, ()))
    return any(entry.takes_rich_text for entry in objects)


def assumed_of_rich_text(
    content: Content, hop: Hop, leg: Leg, organization: Organization
) -> tuple[str, ...]:
    """Say what a recipient of rich text is taken to get."""
    if not _TNEF.search(content.raw):
        return ()
    address = hop.recipient
    if keeps_rich_text(address, leg, organization):
        return (f"{address} can read rich text (winmail.dat)",)
    return (f"what Exchange makes of rich text for {address}",)

"""The Sender Rewriting Scheme: in whose name Exchange Online sends on others' mail.

exchange-routing#7.1: MAIL FROM alone is rewritten, never the From field.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes.exchange.organization import (
    ConnectorType,
    accepted_domain,
    default_domain,
)
from fakes.exchange.readings import ask
from fakes.mail.address import Address

if TYPE_CHECKING:
    from fakes.choices import Choices
    from fakes.exchange.organization import Organization, OutboundConnector

# exchange-routing#7.1: longer ones are sent by `bounces`.
MAX_LOCAL = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The day in two signs, of which the first are known to no source.
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def is_rewriting(
    connector: OutboundConnector | None, organization: Organization, choices: Choices
) -> bool:
    """Say whether what leaves that way is rewritten; without a connector it is.

    exchange-routing#7.1: the way to the own servers lies inside the trust boundary,
    unless SenderRewritingEnabled; of the type Partner texts differ (X-22).
    """
    if connector is None:
        return True
    if connector.type is ConnectorType.ON_PREMISES:
        return connector.rewrites_sender
    answer = ask(organization.readings, choices, "partner_rewriting")
    return answer == "rewritten"


def rewritten(
    path: Address, forwarder: Address | None, organization: Organization, at: datetime
) -> Address:
    """Give the address in whose name the mail of `path` is sent on.

    `forwarder` is the recipient who sends it on, None for mail that is relayed.
    """
    seal = hashlib.sha256(f"{path}\0{forwarder}".encode("utf-8", "replace")).digest()
    days = (at - _EPOCH).days % (len(_SIGNS) ** 2)
    stamp = _SIGNS[days // len(_SIGNS)] + _SIGNS[days % len(_SIGNS)]
    token = f"SRS={base64.b32encode(seal)[:5].decode()}={stamp}"
    if forwarder and accepted_domain(organization, forwarder.domain_key):
        local = f"{forwarder.local}+{token}={path.domain}={path.local}"
        if len(local) <= MAX_LOCAL:
            return Address(local, forwarder.domain)
    return Address(f"bounces+{token}", default_domain(organization))

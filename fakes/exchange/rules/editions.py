"""Where each predicate exists: the editions of Exchange (exchange-rules#3, 9)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Edition
from fakes.exchange.rules.predicate import MAILBOX_EDITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONLINE = frozenset({Edition.ONLINE})
_MAILBOX_ROLE = MAILBOX_EDITIONS - _ONLINE
_EDGE_TOO = frozenset(Edition)

# Whatever is not named here exists on Exchange Online and on each Mailbox role.
_EDITIONS: Mapping[str, frozenset[Edition]] = MappingProxyType(
    # exchange-rules#9: the complete list of the Edge role.
    dict.fromkeys(
        (
            "AnyOfRecipientAddressContainsWords",
            "AnyOfRecipientAddressMatchesPatterns",
            "AttachmentSizeOver",
            "FromAddressContainsWords",
            "FromAddressMatchesPatterns",
            "FromScope",
            "HeaderContainsWords",
            "HeaderMatchesPatterns",
            "MessageSizeOver",
            "SCLOver",
            "SubjectContainsWords",
            "SubjectMatchesPatterns",
            "SubjectOrBodyContainsWords",
            "SubjectOrBodyMatchesPatterns",
        ),
        _EDGE_TOO,
    )
    # exchange-rules#9: functional there alone.
    | dict.fromkeys(
        (
            "SenderInRecipientList",
            "RecipientInSenderList",
        ),
        _ONLINE,
    )
    | dict.fromkeys(
        ("HasSenderOverride", "MessageContainsDataClassifications"), _MAILBOX_ROLE
    )
    | {
        "AttachmentPropertyContainsWords": MAILBOX_EDITIONS - {Edition.SERVER_2013},
    }
)


def editions_of(name: str) -> frozenset[Edition]:
    """Say where a predicate exists."""
    return _EDITIONS.get(name, MAILBOX_EDITIONS)

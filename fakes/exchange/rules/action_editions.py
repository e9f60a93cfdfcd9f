"""Where each action exists: the editions of Exchange (exchange-rules#5, 9)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.organization import Edition
from fakes.exchange.rules.predicate import MAILBOX_EDITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONLINE = frozenset({Edition.ONLINE})
_EDGE = frozenset({Edition.EDGE})

# Whatever is not named here exists on Exchange Online and on each Mailbox role.
_EDITIONS: Mapping[str, frozenset[Edition]] = MappingProxyType(
    # exchange-rules#9: the complete list of the Edge role.
    dict.fromkeys(
        (
            "AddToRecipients",
            "BlindCopyTo",
            "CopyTo",
            "DeleteMessage",
            "PrependSubject",
            "RedirectMessageTo",
            "RemoveHeader",
            "SetHeader",
            "SetSCL",
        ),
        MAILBOX_EDITIONS | _EDGE,
    )
    | dict.fromkeys(("Disconnect", "LogEventText", "SmtpRejectMessage"), _EDGE)
    | dict.fromkeys(
        (
            "RouteMessageOutboundConnector",
            "ApplyOME",
            "RemoveOME",
            "RemoveOMEv2",
            "RemoveRMSAttachmentEncryption",
            "ApplyRightsProtectionCustomizationTemplate",
        ),
        _ONLINE,
    )
    | {
        # exchange-rules#5: on servers the Edge role alone.
        "Quarantine": _ONLINE | _EDGE,
        # exchange-rules#9
        "GenerateNotification": MAILBOX_EDITIONS - {Edition.SERVER_2013},
    }
)


def action_editions_of(name: str) -> frozenset[Edition]:
    """Say where an action exists."""
    return _EDITIONS.get(name, MAILBOX_EDITIONS)

"""What exports say of a recipient's mail: where it goes on to, and who may send it."""

from __future__ import annotations

from fakes.exchange.organization import Forwarding, ReportsTo, Restrictions
from harness.exports import values
from harness.exports.account import Mark, Understood
from harness.exports.formats import Exported

_ACCEPTS = (
    "AcceptMessagesOnlyFrom",
    "AcceptMessagesOnlyFromDLMembers",
    "AcceptMessagesOnlyFromSendersOrMembers",
)
_REJECTS = (
    "RejectMessagesFrom",
    "RejectMessagesFromDLMembers",
    "RejectMessagesFromSendersOrMembers",
)
_UNMODERATED = (
    "BypassModerationFrom",
    "BypassModerationFromDLMembers",
    "BypassModerationFromSendersOrMembers",
)
_MODERATED = "ModerationEnabled"
_SIZE = "MaxReceiveSize"
RESTRICTIONS = (*_ACCEPTS, *_REJECTS, *_UNMODERATED, _MODERATED, "ModeratedBy", _SIZE)
ONWARD = (
    "ForwardingAddress",
    "ForwardingSmtpAddress",
    "DeliverToMailboxAndForward",
    "ManagedBy",
    "ReportToManagerEnabled",
    "ReportToOriginatorEnabled",
)


def restrictions_of(entry: Exported) -> Restrictions | None:
    """Read who may write to a recipient; None if the export does not tell.

    A cmdlet that has no such property shows null where somebody asks for it.
    """
    if all(entry.get(name) is None for name in entry.among(RESTRICTIONS)):
        return None
    return Restrictions(
        accepts=_names(entry, _ACCEPTS),
        rejects=_names(entry, _REJECTS),
        max_size=values.size(entry, _SIZE),
        is_moderated=values.flag(entry, _MODERATED) is True,
        moderators=values.texts(entry, "ModeratedBy"),
        unmoderated=_names(entry, _UNMODERATED),
    )


def both_restrictions(
    first: Restrictions | None, more: Restrictions | None
) -> Restrictions | None:
    """Join what two cmdlets tell of the same object."""
    if first is None or more is None:
        return first or more
    return Restrictions(
        accepts=first.accepts or more.accepts,
        rejects=first.rejects or more.rejects,
        max_size=more.max_size if first.max_size is None else first.max_size,
        is_moderated=first.is_moderated or more.is_moderated,
        moderators=first.moderators or more.moderators,
        unmoderated=first.unmoderated or more.unmoderated,
    )


def forwarding_of(entry: Exported) -> Forwarding | None:
    """Read where a mailbox forwards its mail.

    exchange-routing#3.2; with both addresses, that of a recipient object counts.
    """
    to = values.text(entry, "ForwardingAddress")
    smtp = values.text(entry, "ForwardingSmtpAddress")
    if smtp is not None:
        prefix, colon, rest = smtp.partition(":")
        smtp = rest if colon and prefix.lower() == "smtp" else smtp
    target = to or smtp
    if not target:
        return None
    keeps = values.flag(entry, "DeliverToMailboxAndForward") is True
    return Forwarding(target, keeps_copy=keeps)


def owners_of(entry: Exported) -> tuple[str, ...] | None:
    """Read who owns a group; None if the export does not tell."""
    return values.texts(entry, "ManagedBy") if entry.has("ManagedBy") else None


def reports_of(entry: Exported) -> tuple[ReportsTo | None, tuple[Mark, ...]]:
    """Read who hears of failures of a group's members; None if it is not told.

    Nobody tells what comes of both settings at once.
    """
    to_sender = values.flag(entry, "ReportToOriginatorEnabled")
    to_manager = values.flag(entry, "ReportToManagerEnabled")
    if to_sender is None and to_manager is None:
        return None, ()
    if to_sender and to_manager:
        why = "beside ReportToOriginatorEnabled"
        mark = Mark("ReportToManagerEnabled", Understood.NOT_JUDGED, why)
        return ReportsTo.SENDER, (mark,)
    if to_sender:
        return ReportsTo.SENDER, ()
    return (ReportsTo.MANAGER if to_manager else ReportsTo.NOBODY), ()


def _names(entry: Exported, properties: tuple[str, ...]) -> tuple[str, ...]:
    present = entry.among(properties)
    found = (name for one in present for name in values.texts(entry, one))
    return tuple(dict.fromkeys(found))

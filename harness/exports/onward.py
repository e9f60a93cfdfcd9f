"""What sends mail on by itself: inbox rules, journal rules, automatic replies.

And whether it is let out: outbound spam policies.
"""

from __future__ import annotations

import re
from datetime import datetime

from fakes.exchange.automatic import Audience, AutoReply
from fakes.exchange.inbox import InboxRule
from fakes.exchange.journal import JournalRule, JournalScope
from fakes.exchange.organization import AutoForwarding
from fakes.exchange.rules.rule import RuleError, is_set, moment
from harness.exports import values
from harness.exports.account import (
    Ledger,
    Row,
    Table,
    Understood,
    marks_of,
    used,
    without_effect,
)
from harness.exports.connector_tables import ABOUT_ITSELF, ITSELF
from harness.exports.formats import Exported
from harness.exports.problems import ExportError

_ITSELF = without_effect(ITSELF, "exports#4", ABOUT_ITSELF)
INBOX = Table(
    _ITSELF
    | used(
        "exchange-routing#8",
        "Name Enabled Priority MailboxOwnerId ForwardTo ForwardAsAttachmentTo "
        "RedirectTo StopProcessingRules",
    )
    | without_effect(
        "stays within the mailbox, or is for people to read",
        "exchange-routing#8",
        "Description RuleIdentity InError ErrorType Legacy SupportedByTask "
        "ApplyCategory ApplySystemCategory CopyToFolder MoveToFolder DeleteMessage "
        "SoftDeleteMessage DeleteSystemCategory MarkAsRead MarkImportance PinMessage "
        "SendTextMessageNotificationTo IsValid",
    ),
    rest=Row(Understood.NOT_JUDGED, "exchange-routing#8", "which mail it is for"),
)
JOURNAL = Table(
    _ITSELF
    | used("exchange-rules#4", "Name Enabled Recipient JournalEmailAddress Scope")
    | without_effect("copies no other mail", "exports#4", "Priority RuleType IsValid")
)
REPLIES = Table(
    used(
        "field-cases#3",
        "Identity MailboxOwnerId AutoReplyState StartTime EndTime ExternalAudience",
    ),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        "field-cases#3",
        "what the reply says, and calendars: not whether and to whom it goes",
    ),
)
SPAM = Table(
    used("exchange-routing#X-29", "AutoForwardingMode")
    | _ITSELF
    | without_effect(ITSELF, "exports#4", "Name IsDefault IsValid"),
    rest=Row(
        Understood.WITHOUT_EFFECT,
        "exchange-routing#X-29",
        "limits and notices of outbound spam: which mail may be forwarded stands in "
        "AutoForwardingMode",
    ),
)
_TYPED = re.compile(r"\[(?:SMTP|EX):([^\]]+)\]", re.IGNORECASE)
_DISABLED = "disabled"
_SCHEDULED = "scheduled"


def read_inbox_rule(entry: Exported, ledger: Ledger) -> InboxRule:
    """Read one object of Get-InboxRule; what it looks at is named, not judged.

    Raises:
        ExportError: it has no name or mailbox, or a property is ill-formed.

    """
    name = _needed(entry, "Name")
    mailbox = _needed(entry, "MailboxOwnerId")
    marks = marks_of(entry, INBOX)
    ledger.note(entry, name, marks)
    return InboxRule(
        mailbox=mailbox,
        name=name,
        priority=values.number(entry, "Priority", low=0, high=1_000_000) or 0,
        is_enabled=values.flag(entry, "Enabled") is not False,
        forwards_to=_targets(entry, "ForwardTo"),
        attaches_to=_targets(entry, "ForwardAsAttachmentTo"),
        redirects_to=_targets(entry, "RedirectTo"),
        conditions=tuple(
            key
            for key, value in entry.properties.items()
            if key.lower() not in INBOX and is_set(value)
        ),
        stops=values.flag(entry, "StopProcessingRules") is True,
    )


def read_journal_rule(entry: Exported, ledger: Ledger) -> JournalRule:
    """Read one object of Get-JournalRule.

    Raises:
        ExportError: it has no name or address, or a property is ill-formed.

    """
    name = _needed(entry, "Name")
    to = _needed(entry, "JournalEmailAddress")
    ledger.note(entry, name, marks_of(entry, JOURNAL))
    return JournalRule(
        name=name,
        to=values.address(to, entry.place, "JournalEmailAddress"),
        recipient=values.text(entry, "Recipient"),
        scope=values.choice(entry, "Scope", JournalScope) or JournalScope.GLOBAL,
        is_enabled=values.flag(entry, "Enabled") is not False,
    )


def read_auto_reply(entry: Exported, ledger: Ledger) -> AutoReply | None:
    """Read one object of Get-MailboxAutoReplyConfiguration; None if it is off.

    Raises:
        ExportError: it names no mailbox, or a property is ill-formed.

    """
    mailbox = values.text(entry, "MailboxOwnerId") or _needed(entry, "Identity")
    ledger.note(entry, mailbox, marks_of(entry, REPLIES))
    state = (values.text(entry, "AutoReplyState") or _DISABLED).lower()
    if state == _DISABLED:
        return None
    is_scheduled = state == _SCHEDULED
    starts = _moment(entry, "StartTime") if is_scheduled else None
    ends = _moment(entry, "EndTime") if is_scheduled else None
    audience = values.choice(entry, "ExternalAudience", Audience) or Audience.ALL
    return AutoReply(mailbox, starts, ends, audience)


def read_spam_policy(entry: Exported, ledger: Ledger) -> AutoForwarding:
    """Read AutoForwardingMode of one object of Get-HostedOutboundSpamFilterPolicy.

    Raises:
        ExportError: Exchange knows no such mode.

    """
    name = values.text(entry, "Name") or entry.place
    ledger.note(entry, name, marks_of(entry, SPAM))
    mode = values.choice(entry, "AutoForwardingMode", AutoForwarding)
    return mode or AutoForwarding.AUTOMATIC


def _moment(entry: Exported, name: str) -> datetime | None:
    try:
        found = moment(entry.get(name), name)
    except RuleError as problem:
        raise ExportError(entry.place, str(problem)) from None
    return found.at if found else None


def _needed(entry: Exported, name: str) -> str:
    said = values.text(entry, name)
    if not said:
        raise ExportError(entry.place, f"an object without `{name}`")
    return said


def _targets(entry: Exported, name: str) -> tuple[str, ...]:
    """Read recipients as inbox rules show them: `"Cleo" [SMTP:cleo@x.example]`."""
    return tuple(
        found[1] if (found := _TYPED.search(said)) else said.strip('"')
        for said in values.texts(entry, name)
    )

"""The action table: a row for each action that Exchange knows, with its effect."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules import effects
from fakes.exchange.rules.action import ActionRow, Effect
from fakes.exchange.rules.predicate import Support

if TYPE_CHECKING:
    from collections.abc import Mapping

_JUDGED = (
    ActionRow(
        "SetHeader",
        ("SetHeaderName", "SetHeaderValue"),
        Effect.ITEM,
        10,
        effects.set_header,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "RemoveHeader",
        ("RemoveHeader",),
        Effect.ITEM,
        11,
        effects.remove_header,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "PrependSubject",
        ("PrependSubject",),
        Effect.ITEM,
        12,
        effects.prepend,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "BlindCopyTo",
        ("BlindCopyTo",),
        Effect.RECIPIENTS,
        20,
        effects.add_copy,
        effects.to_recipients,
        "exchange-rules#5",
    ),
    ActionRow(
        "RedirectMessageTo",
        ("RedirectMessageTo",),
        Effect.RECIPIENTS,
        21,
        effects.redirect,
        effects.to_recipients,
        "exchange-routing#4.1",
    ),
    ActionRow(
        "RouteMessageOutboundConnector",
        ("RouteMessageOutboundConnector",),
        Effect.ROUTE,
        30,
        effects.route,
        effects.plain,
        "exchange-rules#8",
    ),
    ActionRow(
        "RouteMessageOutboundRequireTls",
        ("RouteMessageOutboundRequireTls",),
        Effect.ROUTE,
        31,
        effects.require_tls,
        effects.plain,
        "exchange-rules#5",
        is_flag=True,
    ),
    ActionRow(
        "GenerateIncidentReport",
        ("GenerateIncidentReport",),
        Effect.CHILD,
        40,
        effects.report,
        effects.to_recipients,
        "exchange-rules#5",
        Support.PARTIAL,
        "that a report goes out is known, what it carries is not",
    ),
    ActionRow(
        "RejectMessage",
        ("RejectMessageReasonText", "RejectMessageEnhancedStatusCode"),
        Effect.END,
        50,
        effects.reject,
        effects.build_reject,
        "exchange-rules#5",
    ),
    ActionRow(
        "DeleteMessage",
        ("DeleteMessage",),
        Effect.END,
        51,
        effects.delete,
        effects.plain,
        "exchange-rules#5",
        is_flag=True,
    ),
    ActionRow(
        "Quarantine",
        ("Quarantine",),
        Effect.END,
        52,
        effects.quarantine,
        effects.plain,
        "exchange-rules#5",
        is_flag=True,
    ),
    ActionRow(
        "SetAuditSeverity",
        ("SetAuditSeverity",),
        Effect.NONE,
        90,
        effects.nothing,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "IncidentReportContent",
        ("IncidentReportContent",),
        Effect.NONE,
        91,
        effects.nothing,
        effects.plain,
        "exchange-rules#5",
        remark="says what an incident report holds; the report itself is judged apart",
    ),
    ActionRow(
        "LogEventText",
        ("LogEventText",),
        Effect.NONE,
        92,
        effects.nothing,
        effects.plain,
        "exchange-rules#5",
    ),
)

# Every other action of the cmdlet.
UNJUDGED = (
    "AddToRecipients",
    "CopyTo",
    "AddManagerAsRecipientType",
    "ModerateMessageByUser",
    "ModerateMessageByManager",
    "ApplyHtmlDisclaimerText",
    "ApplyHtmlDisclaimerLocation",
    "ApplyHtmlDisclaimerFallbackAction",
    "ApplyClassification",
    "SetSCL",
    "ApplyOME",
    "RemoveOME",
    "RemoveOMEv2",
    "RemoveRMSAttachmentEncryption",
    "ApplyRightsProtectionTemplate",
    "ApplyRightsProtectionCustomizationTemplate",
    "GenerateNotification",
    "NotifySender",
    "SenderNotificationType",
    "IncidentReportOriginalMail",
    "SmtpRejectMessageRejectText",
    "SmtpRejectMessageRejectStatusCode",
    "Disconnect",
)

ACTIONS: Mapping[str, ActionRow] = MappingProxyType(
    {row.name: row for row in _JUDGED}
    | {
        name: ActionRow(
            name,
            (name,),
            Effect.UNKNOWN,
            60,
            effects.unknown,
            effects.optional,
            "exchange-rules#5",
            Support.NO,
            "not judged yet",
        )
        for name in UNJUDGED
    }
)

UNRECOGNISED = ActionRow(
    "unrecognised",
    (),
    Effect.UNKNOWN,
    60,
    effects.unknown,
    effects.optional,
    "exports#2.1",
    Support.NO,
    "we do not know this parameter",
)


def action_parameters() -> frozenset[str]:
    """Every parameter of an action."""
    return frozenset(name for row in ACTIONS.values() for name in row.parameters)

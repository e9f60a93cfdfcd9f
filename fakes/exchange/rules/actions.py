"""The action table: a row for each action that Exchange knows, with its effect."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules import (
    effects,
    effects_children,
    effects_end,
    effects_mail,
    effects_recipients,
)
from fakes.exchange.rules.action import ActionRow, Effect
from fakes.exchange.rules.action_editions import action_editions_of
from fakes.exchange.rules.predicate import Support

if TYPE_CHECKING:
    from collections.abc import Mapping

# exchange-rules#6.3
_EVERY_MODE = frozenset({"Enforce", "Audit", "AuditAndNotify"})
_NOT_IN_AUDIT = frozenset({"Enforce", "AuditAndNotify"})

_JUDGED = (
    ActionRow(
        "SetHeader",
        ("SetHeaderName", "SetHeaderValue"),
        Effect.ITEM,
        10,
        effects_mail.set_header,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "RemoveHeader",
        ("RemoveHeader",),
        Effect.ITEM,
        11,
        effects_mail.remove_header,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "PrependSubject",
        ("PrependSubject",),
        Effect.ITEM,
        12,
        effects_mail.prepend,
        effects.plain,
        "exchange-rules#5",
    ),
    ActionRow(
        "ApplyHtmlDisclaimerText",
        (
            "ApplyHtmlDisclaimerText",
            "ApplyHtmlDisclaimerLocation",
            "ApplyHtmlDisclaimerFallbackAction",
        ),
        Effect.ITEM,
        13,
        effects_mail.disclaim,
        effects_mail.build_disclaimer,
        "exchange-rules#5",
    ),
    ActionRow(
        "SetSCL",
        ("SetSCL",),
        Effect.ITEM,
        14,
        effects_mail.set_scl,
        effects_mail.build_scl,
        "exchange-rules#5",
        remark="the filter that reads it is not modelled",
    ),
    ActionRow(
        "AddToRecipients",
        ("AddToRecipients",),
        Effect.RECIPIENTS,
        18,
        effects_recipients.add_to,
        effects.to_recipients,
        "exchange-rules#5",
    ),
    ActionRow(
        "CopyTo",
        ("CopyTo",),
        Effect.RECIPIENTS,
        19,
        effects_recipients.add_cc,
        effects.to_recipients,
        "exchange-rules#5",
    ),
    ActionRow(
        "BlindCopyTo",
        ("BlindCopyTo",),
        Effect.RECIPIENTS,
        20,
        effects_recipients.add_hidden,
        effects.to_recipients,
        "exchange-rules#5",
    ),
    ActionRow(
        "RedirectMessageTo",
        ("RedirectMessageTo",),
        Effect.RECIPIENTS,
        21,
        effects_recipients.redirect,
        effects.to_recipients,
        "exchange-routing#4.1",
    ),
    ActionRow(
        "AddManagerAsRecipientType",
        ("AddManagerAsRecipientType",),
        Effect.RECIPIENTS,
        22,
        effects_recipients.add_manager,
        effects_recipients.build_manager,
        "exchange-rules#5",
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
        (
            "GenerateIncidentReport",
            "IncidentReportContent",
            "IncidentReportOriginalMail",
        ),
        Effect.CHILD,
        40,
        effects_children.report,
        effects_children.build_report,
        "exchange-rules#5",
        modes=_EVERY_MODE,
    ),
    ActionRow(
        "GenerateNotification",
        ("GenerateNotification",),
        Effect.CHILD,
        41,
        effects_children.notify,
        effects_children.build_notification,
        "exchange-rules#5",
        modes=_NOT_IN_AUDIT,
    ),
    ActionRow(
        "RejectMessage",
        ("RejectMessageReasonText", "RejectMessageEnhancedStatusCode"),
        Effect.END,
        50,
        effects_end.reject,
        effects_end.build_reject,
        "exchange-rules#5",
    ),
    ActionRow(
        "DeleteMessage",
        ("DeleteMessage",),
        Effect.END,
        51,
        effects_end.delete,
        effects.plain,
        "exchange-rules#5",
        is_flag=True,
    ),
    ActionRow(
        "Quarantine",
        ("Quarantine",),
        Effect.END,
        52,
        effects_end.quarantine,
        effects.plain,
        "exchange-rules#5",
        is_flag=True,
    ),
    ActionRow(
        "ModerateMessageByUser",
        ("ModerateMessageByUser",),
        Effect.END,
        53,
        effects_end.moderate,
        effects.to_recipients,
        "exchange-rules#5.2",
    ),
    ActionRow(
        "ModerateMessageByManager",
        ("ModerateMessageByManager",),
        Effect.END,
        54,
        effects_end.moderate_by_manager,
        effects.plain,
        "exchange-rules#5.2",
        is_flag=True,
    ),
    ActionRow(
        "SmtpRejectMessage",
        ("SmtpRejectMessageRejectText", "SmtpRejectMessageRejectStatusCode"),
        Effect.END,
        55,
        effects_end.smtp_reject,
        effects_end.build_smtp_reject,
        "exchange-rules#5",
    ),
    ActionRow(
        "Disconnect",
        ("Disconnect",),
        Effect.END,
        56,
        effects_end.disconnect,
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
        "ApplyClassification",
        ("ApplyClassification",),
        Effect.NONE,
        91,
        effects.nothing,
        effects.plain,
        "exchange-rules#5",
        remark="no condition that we judge looks at it",
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

# Actions that are not judged, and why.
UNJUDGED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "ApplyOME",
            "ApplyRightsProtectionTemplate",
            "ApplyRightsProtectionCustomizationTemplate",
        ),
        "what Microsoft then encrypts, and for whom, is not judged",
    )
    | dict.fromkeys(
        ("RemoveOME", "RemoveOMEv2", "RemoveRMSAttachmentEncryption"),
        "what lies under the encryption is not known",
    )
    | dict.fromkeys(
        ("NotifySender", "SenderNotificationType"),
        "whether the sender may override it, and does, is not known",
    )
)
# A switch that is off is no action.
_SWITCHES = frozenset(
    {"ApplyOME", "RemoveOME", "RemoveOMEv2", "RemoveRMSAttachmentEncryption"}
)


def _unjudged(name: str, why: str) -> ActionRow:
    is_tip = name in {"NotifySender", "SenderNotificationType"}
    return ActionRow(
        name,
        (name,),
        Effect.UNKNOWN,
        60,
        effects_end.notify_sender if is_tip else effects.unknown,
        effects.optional,
        "exchange-rules#5",
        Support.PARTIAL if is_tip else Support.NO,
        why,
        is_flag=name in _SWITCHES,
    )


ACTIONS: Mapping[str, ActionRow] = MappingProxyType(
    {
        row.name: replace(row, editions=action_editions_of(row.name))
        for row in (*_JUDGED, *(_unjudged(name, why) for name, why in UNJUDGED.items()))
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

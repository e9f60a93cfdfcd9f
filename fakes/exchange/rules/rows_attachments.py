"""Rows of the predicate table: attachments (exchange-rules#3.5)."""

from __future__ import annotations

from fakes.exchange.rules import parts_attachments as parts
from fakes.exchange.rules import taking, taking_attachments, taking_properties
from fakes.exchange.rules.predicate import (
    Level,
    Predicate,
    Support,
)

_MAIL = ("attached_mail",)
_TEXT = ("attached_mail", "attachment_scan")
_ARCHIVES = "7z, rar and cab are not opened"
_SOURCE = "exchange-rules#3.5"

ROWS = (
    Predicate(
        "AttachmentNameMatchesPatterns",
        ("AttachmentNameMatchesPatterns",),
        parts.names,
        taking.patterns,
        Level.MESSAGE,
        _SOURCE,
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark="all of .NET but groups that take back others, `\\G`, and rare corners; "
        + _ARCHIVES,
    ),
    Predicate(
        "AttachmentExtensionMatchesWords",
        ("AttachmentExtensionMatchesWords",),
        parts.extensions,
        taking_attachments.extensions,
        Level.MESSAGE,
        "exchange-rules#v78",
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark=_ARCHIVES,
    ),
    Predicate(
        "AttachmentSizeOver",
        ("AttachmentSizeOver",),
        parts.sizes,
        taking_properties.size_over,
        Level.MESSAGE,
        "exchange-rules#v76",
        looks=("body",),
    ),
    Predicate(
        "AttachmentHasExecutableContent",
        ("AttachmentHasExecutableContent",),
        parts.executables,
        taking_attachments.flag,
        Level.MESSAGE,
        "exchange-rules#v77",
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark=_ARCHIVES,
    ),
    Predicate(
        "AttachmentIsPasswordProtected",
        ("AttachmentIsPasswordProtected",),
        parts.protected,
        taking_attachments.flag,
        Level.MESSAGE,
        _SOURCE,
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark="not told of rar, and of 7z whose list of files is packed",
    ),
    Predicate(
        "AttachmentContainsWords",
        ("AttachmentContainsWords",),
        parts.texts,
        taking.words,
        Level.MESSAGE,
        _SOURCE,
        Support.PARTIAL,
        readings=_TEXT,
        looks=("body",),
        remark="not the text of old Office files and pictures; " + _ARCHIVES,
    ),
    Predicate(
        "AttachmentMatchesPatterns",
        ("AttachmentMatchesPatterns",),
        parts.texts,
        taking.patterns,
        Level.MESSAGE,
        _SOURCE,
        Support.PARTIAL,
        readings=_TEXT,
        looks=("body",),
        remark="as AttachmentContainsWords, and patterns as in the subject",
    ),
    Predicate(
        "AttachmentPropertyContainsWords",
        ("AttachmentPropertyContainsWords",),
        parts.properties,
        taking_attachments.properties,
        Level.MESSAGE,
        "msip-labels#4.8",
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark="not of encrypted files; " + _ARCHIVES,
    ),
    Predicate(
        "AttachmentIsUnsupported",
        ("AttachmentIsUnsupported",),
        parts.unsupported,
        taking_attachments.flag,
        Level.MESSAGE,
        _SOURCE,
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark="only of types that Microsoft names, and pictures, sound and film",
    ),
    Predicate(
        "AttachmentProcessingLimitExceeded",
        ("AttachmentProcessingLimitExceeded",),
        parts.limits_exceeded,
        taking_attachments.flag,
        Level.MESSAGE,
        _SOURCE,
        Support.PARTIAL,
        readings=_MAIL,
        looks=("body",),
        remark="only that no limit was met; the limits are not documented",
    ),
)

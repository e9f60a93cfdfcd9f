"""Rows of the predicate table: what a mail is as a whole, and where it came from."""

from __future__ import annotations

from fakes.exchange.rules import parts_properties, taking_properties
from fakes.exchange.rules.predicate import Level, Predicate, Support

ROWS = (
    Predicate(
        "SenderIpRanges",
        ("SenderIpRanges",),
        parts_properties.source_address,
        taking_properties.ip_ranges,
        Level.MESSAGE,
        "exchange-rules#3.1",
    ),
    Predicate(
        "MessageTypeMatches",
        ("MessageTypeMatches",),
        parts_properties.message_type,
        taking_properties.one_of(*taking_properties.MESSAGE_TYPES),
        Level.MESSAGE,
        "exchange-rules#3.6",
        Support.PARTIAL,
        looks=(
            "Content-Type",
            "Content-Class",
            "Auto-Submitted",
            "X-Autoreply",
            "X-Autorespond",
            "X-MS-Exchange-Organization-AutoForwarded",
            "X-MS-Exchange-Inbox-Rules-Loop",
            "body",
        ),
        remark="OOF and ApprovalRequest are classes of Exchange's own message: header "
        "fields hint at them, and are not conclusive",
    ),
    Predicate(
        "MessageSizeOver",
        ("MessageSizeOver",),
        parts_properties.size,
        taking_properties.size_over,
        Level.MESSAGE,
        "exchange-rules#3.6",
        readings=("size_compared",),
        looks=("X-MS-Exchange-Organization-OriginalSize", "body"),
    ),
    Predicate(
        "WithImportance",
        ("WithImportance",),
        parts_properties.importance,
        taking_properties.one_of(*taking_properties.IMPORTANCES),
        Level.MESSAGE,
        "exchange-rules#3.6",
        looks=("Importance", "X-Priority", "X-MSMail-Priority", "Priority"),
    ),
    Predicate(
        "SCLOver",
        ("SCLOver",),
        parts_properties.scl,
        taking_properties.scl_over,
        Level.MESSAGE,
        "exchange-rules#3.6",
        Support.PARTIAL,
        looks=("X-MS-Exchange-Organization-SCL",),
        remark="only what is stamped on mail from our own sessions is seen",
    ),
    Predicate(
        "ContentCharacterSetContainsWords",
        ("ContentCharacterSetContainsWords",),
        parts_properties.character_sets,
        taking_properties.character_sets,
        Level.MESSAGE,
        "exchange-rules#3.6",
        looks=("Content-Type", "body"),
    ),
)

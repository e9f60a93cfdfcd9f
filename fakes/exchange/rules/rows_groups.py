"""Rows of the predicate table: members of groups, managers, directory attributes."""

from __future__ import annotations

from fakes.exchange.rules import (
    parts,
    parts_people,
    taking,
    taking_people,
    taking_properties,
)
from fakes.exchange.rules.predicate import Level, Predicate, Support

_FROM = ("From", "Sender", "Reply-To")
_SENDER = ("server_header_sender",)
_SHOWN = ("later_rules_see_recipients",)
_PAIR = ("sender_with_recipient", *_SENDER, *_SHOWN)
_PART = "all of .NET but groups that take back others, `\\G`, and rare corners"


def _between() -> Predicate:
    return Predicate(
        "BetweenMemberOf1",
        ("BetweenMemberOf1", "BetweenMemberOf2"),
        parts_people.between,
        taking_people.members,
        Level.RECIPIENT,
        "exchange-rules#3.7",
        readings=_PAIR,
        looks=_FROM,
        build_both=taking_people.between,
    )


ROWS = (
    Predicate(
        "FromMemberOf",
        ("FromMemberOf",),
        parts.sender,
        taking_people.members,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER,
        looks=_FROM,
    ),
    Predicate(
        "SentToMemberOf",
        ("SentToMemberOf",),
        parts.recipient,
        taking_people.members,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "AnyOfToHeaderMemberOf",
        ("AnyOfToHeaderMemberOf",),
        parts_people.to_header,
        taking_people.members,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        looks=("To",),
    ),
    Predicate(
        "AnyOfCcHeaderMemberOf",
        ("AnyOfCcHeaderMemberOf",),
        parts_people.cc_header,
        taking_people.members,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        looks=("Cc",),
    ),
    Predicate(
        "AnyOfToCcHeaderMemberOf",
        ("AnyOfToCcHeaderMemberOf",),
        parts_people.to_cc_header,
        taking_people.members,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        looks=("To", "Cc"),
    ),
    _between(),
    Predicate(
        "ManagerAddresses",
        ("ManagerForEvaluatedUser", "ManagerAddresses"),
        parts_people.manager,
        taking.recipients,
        Level.RECIPIENT,
        "exchange-rules#3.7",
        readings=_PAIR,
        looks=_FROM,
        firsts=("Sender", "Recipient"),
    ),
    Predicate(
        "SenderManagementRelationship",
        ("SenderManagementRelationship",),
        parts_people.management,
        taking_properties.one_of(*taking_properties.RELATIONSHIPS),
        Level.RECIPIENT,
        "exchange-rules#3.7",
        readings=_PAIR,
        looks=_FROM,
    ),
    Predicate(
        "ADComparisonAttribute",
        ("ADComparisonAttribute", "ADComparisonOperator"),
        parts_people.compared_attribute,
        taking_people.comparison,
        Level.RECIPIENT,
        "exchange-rules#3.7",
        readings=("attribute_comparison", *_SENDER, *_SHOWN),
        looks=_FROM,
        firsts=taking_people.ATTRIBUTES,
        default=("Equal",),
    ),
    Predicate(
        "SenderADAttributeContainsWords",
        ("SenderADAttributeContainsWords",),
        parts_people.sender_attributes,
        taking_people.attribute_words,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER,
        looks=_FROM,
    ),
    Predicate(
        "SenderADAttributeMatchesPatterns",
        ("SenderADAttributeMatchesPatterns",),
        parts_people.sender_attributes,
        taking_people.attribute_patterns,
        Level.MESSAGE,
        "exchange-rules#3.1",
        Support.PARTIAL,
        readings=_SENDER,
        looks=_FROM,
        remark=_PART,
    ),
    Predicate(
        "RecipientADAttributeContainsWords",
        ("RecipientADAttributeContainsWords",),
        parts_people.recipient_attributes,
        taking_people.attribute_words,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "RecipientADAttributeMatchesPatterns",
        ("RecipientADAttributeMatchesPatterns",),
        parts_people.recipient_attributes,
        taking_people.attribute_patterns,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        Support.PARTIAL,
        readings=_SHOWN,
        remark=_PART,
    ),
)

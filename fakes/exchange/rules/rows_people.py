"""Rows of the predicate table: who sends, and who gets the mail."""

from __future__ import annotations

from fakes.exchange.rules import parts, parts_people, taking
from fakes.exchange.rules.predicate import Level, Predicate, Support

# exchange-rules#R-44: servers may look at the other two.
_FROM = ("From", "Sender", "Reply-To")
_SENDER_READINGS = ("server_header_sender",)
_SCOPE_READINGS = (
    "server_header_sender",
    "anonymous_own_sender",
    "foreign_address_object",
)
_SHOWN = ("later_rules_see_recipients",)
_PART = "all of .NET but groups that take back others, `\\G`, and rare corners"

ROWS = (
    Predicate(
        "From",
        ("From",),
        parts.sender,
        taking.recipients,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "FromScope",
        ("FromScope",),
        parts.sender_scope,
        taking.scope,
        Level.MESSAGE,
        "exchange-rules#3.3",
        readings=_SCOPE_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "FromAddressContainsWords",
        ("FromAddressContainsWords",),
        parts.sender,
        taking.words,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "FromAddressMatchesPatterns",
        ("FromAddressMatchesPatterns",),
        parts.sender,
        taking.patterns,
        Level.MESSAGE,
        # exchange-rules#v28: an empty sender is no value, whatever the pattern.
        "exchange-rules#3.1",
        Support.PARTIAL,
        readings=_SENDER_READINGS,
        looks=_FROM,
        remark=_PART,
    ),
    Predicate(
        "SenderDomainIs",
        ("SenderDomainIs",),
        parts.sender_domain,
        taking.domains,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "SentTo",
        ("SentTo",),
        parts.sent_to,
        taking.recipients,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=(*_SHOWN, "sent_to_group"),
    ),
    Predicate(
        "SentToScope",
        ("SentToScope",),
        parts.recipient_scope,
        taking.scope,
        Level.RECIPIENT,
        "exchange-rules#3.3",
        readings=("foreign_address_object", *_SHOWN),
    ),
    Predicate(
        "RecipientDomainIs",
        ("RecipientDomainIs",),
        parts.recipient_domain,
        taking.domains,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "RecipientAddressContainsWords",
        ("RecipientAddressContainsWords",),
        parts.recipient,
        taking.words,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "AnyOfRecipientAddressContainsWords",
        ("AnyOfRecipientAddressContainsWords",),
        parts.recipient,
        taking.words,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "RecipientAddressMatchesPatterns",
        ("RecipientAddressMatchesPatterns",),
        parts.recipient,
        taking.patterns,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        Support.PARTIAL,
        readings=_SHOWN,
        remark=_PART,
    ),
    Predicate(
        "AnyOfRecipientAddressMatchesPatterns",
        ("AnyOfRecipientAddressMatchesPatterns",),
        parts.recipient,
        taking.patterns,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        Support.PARTIAL,
        readings=_SHOWN,
        remark=_PART,
    ),
    Predicate(
        "AnyOfToHeader",
        ("AnyOfToHeader",),
        parts_people.to_header,
        taking.recipients,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        looks=("To",),
    ),
    Predicate(
        "AnyOfCcHeader",
        ("AnyOfCcHeader",),
        parts_people.cc_header,
        taking.recipients,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        looks=("Cc",),
    ),
    Predicate(
        "AnyOfToCcHeader",
        ("AnyOfToCcHeader",),
        parts_people.to_cc_header,
        taking.recipients,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        looks=("To", "Cc"),
    ),
)

"""The predicate table: a row for each condition that Exchange knows.

A row is a condition and its `ExceptIf` twin at once (exchange-rules#1). Adding a
predicate is adding a row, perhaps a part, and cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules import parts
from fakes.exchange.rules.patterns import pattern
from fakes.exchange.rules.values import (
    Domains,
    NotJudged,
    Patterns,
    PropertyType,
    Recipients,
    Scope,
    Seen,
    Words,
)
from fakes.exchange.rules.words import word
from fakes.mail.address import Address, AddressError, is_domain, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.exchange.organization import Directory
    from fakes.exchange.readings import Readings

MAX_WORD = 128


class ValueProblem(ValueError):  # noqa: N818  it is caught and named with its place
    """A value that Exchange would not take; the message says why."""


class Level(StrEnum):
    """Whom a predicate speaks of (exchange-rules#3)."""

    MESSAGE = "message"
    RECIPIENT = "recipient"
    ALL_RECIPIENTS = "all recipients"


class Support(StrEnum):
    """Whether we judge it."""

    YES = "Yes"
    PARTIAL = "Partial"
    NO = "No"


@dataclass(frozen=True, slots=True)
class Predicate:
    """One row of the table.

    `parameters` are the cmdlet's (two where the first names a header field);
    `readings` are the open questions of the part; `looks` names the fields that it
    reads, `body` for the body, `*header` for the field named by the condition.
    """

    name: str
    parameters: tuple[str, ...]
    part: Callable[[parts.View, parts.Who | None, Readings], Seen]
    build: Callable[[tuple[str, ...], Directory | None], PropertyType]
    level: Level
    source: str
    support: Support = Support.YES
    readings: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    remark: str = ""


def words(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make Words.

    Raises:
        ValueProblem: a blank at an end, or more than 128 characters (v12, v13).

    """
    del directory
    for value in values:
        if not value:
            message = "an empty word"
            raise ValueProblem(message)
        if value != value.strip():
            message = f"the word `{value}` begins or ends with a blank"
            raise ValueProblem(message)
        # exchange-rules#R-02: 128 characters a value.
        if len(value) > MAX_WORD:
            message = f"a word of {len(value)} characters, at most {MAX_WORD}"
            raise ValueProblem(message)
    return Words(tuple(word(value) for value in values))


def patterns(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make Patterns; one that is not judged stays in, by name."""
    del directory
    return Patterns(tuple(pattern(value) for value in values))


def domains(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make Domains.

    Raises:
        ValueProblem: the text is no domain (exchange-rules#v32).

    """
    del directory
    for value in values:
        if not value.isascii() or not is_domain(value) or value.startswith("*"):
            message = (
                f"`{value}` is no domain; subdomains are covered without a pattern"
            )
            raise ValueProblem(message)
    return Domains(values)


def scope(values: tuple[str, ...], directory: Directory | None) -> PropertyType:
    """Make a scope; the partner scopes of servers are not judged.

    Raises:
        ValueProblem: Exchange knows no such scope.

    """
    del directory
    value = values[0]
    known = {"inorganization": parts.INSIDE, "notinorganization": parts.OUTSIDE}
    if value.lower() in known:
        return Scope(known[value.lower()])
    if value.lower() in {"externalpartner", "externalnonpartner"}:
        return NotJudged(values, "who is a partner is not known")
    message = f"unknown scope `{value}`, expected InOrganization or NotInOrganization"
    raise ValueProblem(message)


def recipients(values: tuple[str, ...], directory: Directory | None) -> Recipients:
    """Resolve the recipients that a rule names to primary addresses.

    exchange-rules#2.4: name, alias, distinguished name, address or GUID.
    """
    found: set[Address] = set()
    unresolved: list[str] = []
    for value in values:
        known = _known(value, directory)
        if known is None:
            unresolved.append(value)
        else:
            found.update(known)
    return Recipients(values, frozenset(found), tuple(unresolved))


def _known(value: str, directory: Directory | None) -> set[Address] | None:
    if directory:
        objects = directory.by_name.get(value.lower(), ())
        if objects:
            return {entry.primary for entry in objects}
    try:
        address = parse_address(value)
    except AddressError:
        return None
    objects = directory.by_address.get(address, ()) if directory else ()
    return {entry.primary for entry in objects} or {address}


def _not_judged(why: str) -> Callable[[tuple[str, ...], Directory | None], NotJudged]:
    def build(values: tuple[str, ...], directory: Directory | None) -> NotJudged:
        del directory
        return NotJudged(values, why)

    return build


# exchange-rules#R-44: servers may look at the other two.
_FROM = ("From", "Sender", "Reply-To")
_SENDER_READINGS = ("server_header_sender",)
_SCOPE_READINGS = (
    "server_header_sender",
    "anonymous_own_sender",
    "foreign_address_object",
)
_SHOWN = ("later_rules_see_recipients",)
_PART = "only patterns that mean the same in .NET and in Python"

_JUDGED = (
    Predicate(
        "SubjectContainsWords",
        ("SubjectContainsWords",),
        parts.subject,
        words,
        Level.MESSAGE,
        "exchange-rules#3.4",
        looks=("Subject",),
    ),
    Predicate(
        "SubjectMatchesPatterns",
        ("SubjectMatchesPatterns",),
        parts.subject,
        patterns,
        Level.MESSAGE,
        "exchange-rules#3.4",
        Support.PARTIAL,
        looks=("Subject",),
        remark=_PART,
    ),
    Predicate(
        "SubjectOrBodyContainsWords",
        ("SubjectOrBodyContainsWords",),
        parts.subject_or_body,
        words,
        Level.MESSAGE,
        "exchange-rules#3.4",
        looks=("Subject", "body"),
    ),
    Predicate(
        "HeaderContainsWords",
        ("HeaderContainsMessageHeader", "HeaderContainsWords"),
        parts.header,
        words,
        Level.MESSAGE,
        "exchange-rules#3.4",
        readings=("repeated_headers",),
        looks=("*header",),
    ),
    Predicate(
        "HeaderMatchesPatterns",
        ("HeaderMatchesMessageHeader", "HeaderMatchesPatterns"),
        parts.header,
        patterns,
        Level.MESSAGE,
        "exchange-rules#3.4",
        Support.PARTIAL,
        readings=("repeated_headers",),
        looks=("*header",),
        remark=_PART,
    ),
    Predicate(
        "From",
        ("From",),
        parts.sender,
        recipients,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "FromScope",
        ("FromScope",),
        parts.sender_scope,
        scope,
        Level.MESSAGE,
        "exchange-rules#3.3",
        readings=_SCOPE_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "FromAddressContainsWords",
        ("FromAddressContainsWords",),
        parts.sender,
        words,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "SenderDomainIs",
        ("SenderDomainIs",),
        parts.sender_domain,
        domains,
        Level.MESSAGE,
        "exchange-rules#3.1",
        readings=_SENDER_READINGS,
        looks=_FROM,
    ),
    Predicate(
        "SentTo",
        ("SentTo",),
        parts.recipient,
        recipients,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "SentToScope",
        ("SentToScope",),
        parts.recipient_scope,
        scope,
        Level.RECIPIENT,
        "exchange-rules#3.3",
        readings=("foreign_address_object", *_SHOWN),
    ),
    Predicate(
        "RecipientDomainIs",
        ("RecipientDomainIs",),
        parts.recipient_domain,
        domains,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "RecipientAddressContainsWords",
        ("RecipientAddressContainsWords",),
        parts.recipient,
        words,
        Level.RECIPIENT,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
    Predicate(
        "AnyOfRecipientAddressContainsWords",
        ("AnyOfRecipientAddressContainsWords",),
        parts.recipient,
        words,
        Level.ALL_RECIPIENTS,
        "exchange-rules#3.2",
        readings=_SHOWN,
    ),
)

# Every other condition of the cmdlet, and why it is not judged.
UNJUDGED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "FromAddressMatchesPatterns",
            "SubjectOrBodyMatchesPatterns",
            "RecipientAddressMatchesPatterns",
            "AnyOfRecipientAddressMatchesPatterns",
            "SenderIpRanges",
            "MessageTypeMatches",
            "MessageSizeOver",
            "WithImportance",
            "SCLOver",
            "ContentCharacterSetContainsWords",
            "AnyOfToHeader",
            "AnyOfCcHeader",
            "AnyOfToCcHeader",
        ),
        "not judged yet",
    )
    | dict.fromkeys(
        (
            "FromMemberOf",
            "SentToMemberOf",
            "AnyOfToHeaderMemberOf",
            "AnyOfCcHeaderMemberOf",
            "AnyOfToCcHeaderMemberOf",
            "BetweenMemberOf1",
            "BetweenMemberOf2",
        ),
        "the members of groups are not read",
    )
    | dict.fromkeys(
        (
            "SenderADAttributeContainsWords",
            "SenderADAttributeMatchesPatterns",
            "RecipientADAttributeContainsWords",
            "RecipientADAttributeMatchesPatterns",
            "ADComparisonAttribute",
            "ADComparisonOperator",
            "ManagerAddresses",
            "ManagerForEvaluatedUser",
            "SenderManagementRelationship",
        ),
        "directory attributes are not read",
    )
    | dict.fromkeys(
        (
            "AttachmentContainsWords",
            "AttachmentMatchesPatterns",
            "AttachmentNameMatchesPatterns",
            "AttachmentExtensionMatchesWords",
            "AttachmentIsUnsupported",
            "AttachmentProcessingLimitExceeded",
            "AttachmentSizeOver",
            "AttachmentHasExecutableContent",
            "AttachmentIsPasswordProtected",
            "AttachmentPropertyContainsWords",
        ),
        "attachments are not opened",
    )
    | dict.fromkeys(
        (
            "HasClassification",
            "HasNoClassification",
            "HasSenderOverride",
            "MessageContainsDataClassifications",
            "MessageContainsAllDataClassifications",
            "ContentMatchesPrompt",
            "ContentMatchesPromptVerdict",
            "SenderInRecipientList",
            "RecipientInSenderList",
        ),
        "only Microsoft's own service can judge it",
    )
)


# Those among them that speak of a recipient: what cannot be told of one may still
# differ from what cannot be told of the next (exchange-rules#3.2, exchange-rules#R-28).
_UNJUDGED_LEVELS: Mapping[str, Level] = MappingProxyType(
    dict.fromkeys(
        (
            "RecipientAddressMatchesPatterns",
            "SentToMemberOf",
            "BetweenMemberOf1",
            "BetweenMemberOf2",
            "RecipientADAttributeContainsWords",
            "RecipientADAttributeMatchesPatterns",
            "ADComparisonAttribute",
            "ADComparisonOperator",
            "ManagerAddresses",
            "ManagerForEvaluatedUser",
            "SenderManagementRelationship",
            "RecipientInSenderList",
        ),
        Level.RECIPIENT,
    )
    | {"AnyOfRecipientAddressMatchesPatterns": Level.ALL_RECIPIENTS}
)


def _unjudged_rows() -> tuple[Predicate, ...]:
    levels = {name: _UNJUDGED_LEVELS.get(name, Level.MESSAGE) for name in UNJUDGED}
    return tuple(
        Predicate(
            name,
            (name,),
            parts.nothing if levels[name] is Level.MESSAGE else parts.recipient,
            _not_judged(why),
            levels[name],
            "exchange-rules#3",
            Support.NO,
            remark=why,
        )
        for name, why in UNJUDGED.items()
    )


PREDICATES: Mapping[str, Predicate] = MappingProxyType(
    {row.name: row for row in (*_JUDGED, *_unjudged_rows())}
)

# The row that answers for a parameter that no edition of Exchange is known to have.
UNRECOGNISED = Predicate(
    "unrecognised",
    (),
    parts.nothing,
    _not_judged("we do not know this parameter"),
    Level.MESSAGE,
    "exports#2.1",
    Support.NO,
)

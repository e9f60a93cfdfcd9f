"""Rows of the predicate table: what is not judged, and why."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules import parts, taking
from fakes.exchange.rules.predicate import Level, Predicate, Support

if TYPE_CHECKING:
    from collections.abc import Mapping

# Every other condition of the cmdlet, and why it is not judged.
UNJUDGED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        ("HasClassification", "HasNoClassification", "HasSenderOverride"),
        "it is a property of Exchange's own message, and no header field shows it",
    )
    | dict.fromkeys(
        (
            "MessageContainsDataClassifications",
            "MessageContainsAllDataClassifications",
            "ContentMatchesPrompt",
            "ContentMatchesPromptVerdict",
        ),
        "only Microsoft's own service can judge it",
    )
    | dict.fromkeys(
        ("SenderInRecipientList", "RecipientInSenderList"),
        "it asks lists of supervision, which no cmdlet exports",
    )
)


# Those among them that speak of a recipient: what cannot be told of one may still
# differ from what cannot be told of the next (exchange-rules#3.2, exchange-rules#R-28).
_UNJUDGED_LEVELS: Mapping[str, Level] = MappingProxyType(
    {"RecipientInSenderList": Level.RECIPIENT}
)


def unjudged_rows() -> tuple[Predicate, ...]:
    """Give a row for each of them: it answers UNKNOWN and says why."""
    levels = {name: _UNJUDGED_LEVELS.get(name, Level.MESSAGE) for name in UNJUDGED}
    return tuple(
        Predicate(
            name,
            (name,),
            parts.nothing if levels[name] is Level.MESSAGE else parts.recipient,
            taking.not_judged(why),
            levels[name],
            "exchange-rules#3",
            Support.NO,
            remark=why,
        )
        for name, why in UNJUDGED.items()
    )

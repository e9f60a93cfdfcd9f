"""The support register: what of Exchange's rules is judged, and on what source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.exchange.rules.actions import ACTIONS
from fakes.exchange.rules.predicate import Support
from fakes.exchange.rules.predicates import PREDICATES

if TYPE_CHECKING:
    from fakes.exchange.organization import Edition


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register."""

    kind: str
    name: str
    support: Support
    source: str
    remark: str = ""


_PROPERTIES = (
    Entry("property", "State", Support.YES, "exchange-rules#6.1"),
    Entry("property", "Priority", Support.YES, "exchange-rules#6.2"),
    Entry("property", "Mode", Support.YES, "exchange-rules#6.3"),
    Entry("property", "ActivationDate", Support.YES, "exchange-rules#6.1"),
    Entry("property", "ExpiryDate", Support.YES, "exchange-rules#6.1"),
    Entry("property", "SenderAddressLocation", Support.YES, "exchange-rules#6.5"),
    Entry("property", "RecipientAddressType", Support.YES, "exchange-rules#v53"),
    Entry("property", "StopRuleProcessing", Support.YES, "exchange-rules#5"),
    Entry("property", "RuleErrorAction", Support.YES, "exchange-rules#6.4"),
    Entry("property", "WhenChanged", Support.YES, "exchange-rules#7.3"),
    Entry("property", "Comments", Support.YES, "exchange-rules#6.1"),
    Entry(
        "property",
        "UseLegacyRegex",
        Support.PARTIAL,
        "exchange-rules#2.2",
        "what is documented of 2010; not `$`, nor `\\d` in a pattern with a group",
    ),
    Entry("property", "DlpPolicy", Support.NO, "exchange-rules#6.1", "not judged yet"),
    Entry(
        "property", "RuleSubType", Support.NO, "exchange-rules#6.1", "not judged yet"
    ),
)


def register(edition: Edition | None = None) -> tuple[Entry, ...]:
    """Give every predicate, action and property with its support.

    Of one edition: what it has (exchange-rules#3, 5, 9).
    """
    predicates = tuple(
        Entry("predicate", row.name, row.support, row.source, row.remark)
        for row in PREDICATES.values()
        if edition is None or edition in row.editions
    )
    actions = tuple(
        Entry("action", row.name, row.support, row.source, row.remark)
        for row in ACTIONS.values()
        if edition is None or edition in row.editions
    )
    return predicates + actions + _PROPERTIES

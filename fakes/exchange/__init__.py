"""A fake Exchange: rules, routing, queue, and the server behind sockets.

These are the nouns of an organization. What it does with a mail is decided in
`transport`, one pass at a time, and in `drive`, to the end.
"""

from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
    ConnectorType,
    Directory,
    DomainType,
    InboundConnector,
    Organization,
    OutboundConnector,
    Platform,
    Recipient,
    RecipientKind,
    SendConnector,
)
from fakes.exchange.readings import QUESTIONS, Question, Readings
from fakes.exchange.rules.rule import Mode, Rule, RuleError, make_rule

__all__ = [
    "QUESTIONS",
    "AcceptedDomain",
    "AddressSpace",
    "ConnectorType",
    "Directory",
    "DomainType",
    "InboundConnector",
    "Mode",
    "Organization",
    "OutboundConnector",
    "Platform",
    "Question",
    "Readings",
    "Recipient",
    "RecipientKind",
    "Rule",
    "RuleError",
    "SendConnector",
    "make_rule",
]

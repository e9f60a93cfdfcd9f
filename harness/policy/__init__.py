"""The policy: which mail must be secure, in an administrator's words."""

from harness.policy.judge import judge
from harness.policy.noun import (
    Accepted,
    Audience,
    Kind,
    Labelled,
    LabelOn,
    Policy,
    PolicyError,
    Relayed,
    Row,
    SentBy,
    SubjectHas,
    Trigger,
)
from harness.policy.parse import parse_policy

__all__ = [
    "Accepted",
    "Audience",
    "Kind",
    "LabelOn",
    "Labelled",
    "Policy",
    "PolicyError",
    "Relayed",
    "Row",
    "SentBy",
    "SubjectHas",
    "Trigger",
    "judge",
    "parse_policy",
]

"""Which lints a mail of the check shows: what is wrong is then a finding, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.check.lints.noun import Severity
from harness.compare import WEIGHT, FindingKind

if TYPE_CHECKING:
    from harness.check.lints.noun import Lint
    from harness.check.report import Sort

_F = FindingKind
_LOST = (_F.LOSS, _F.MISDIRECTION, _F.DUPLICATE)
_STUCK = (_F.LEAK, _F.DELAY, _F.LOSS)
_LABELS = "Header"
_WORDS = "ContainsWords"
# The kinds of findings that a lint explains, and what their blame must speak of: only a
# finding that is blamed on just this can be said to show it.
EXPLAINS: Mapping[str, tuple[tuple[FindingKind, ...], str]] = MappingProxyType(
    {
        "RULE-OFF": ((_F.LEAK,), "the rule is off"),
        "RULE-AUDIT": ((_F.LEAK,), "test mode"),
        "RULE-EXPIRED": ((_F.LEAK,), "ExpiryDate"),
        "RULE-NOT-YET": ((_F.LEAK,), "ActivationDate"),
        "RULE-NO-DIRECTION": ((_F.OVER_CAPTURE,), ""),
        "RULE-NO-LOOP-GUARD": ((_F.LOOP,), ""),
        "RULE-CATCHES-ALL": ((_F.OVER_CAPTURE,), ""),
        "RULE-NO-IGNORE-HEADER": (_LOST, ""),
        "RULE-IGNORE-HEADER": (_LOST, ""),
        "LABEL-PLURAL": ((_F.LEAK,), _LABELS),
        "LABEL-SEMICOLON": ((_F.LEAK,), _LABELS),
        "LABEL-NO-GUID": ((_F.LEAK,), _LABELS),
        "LABEL-UNKNOWN": ((_F.LEAK,), _LABELS),
        "LABEL-PARENT": ((_F.LEAK,), _LABELS),
        "LABEL-NOT-FOR-MAIL": ((_F.LEAK,), _LABELS),
        "LABEL-FIELD": ((_F.LEAK,), _LABELS),
        "WORD-REGEX": ((_F.LEAK,), _WORDS),
        "WORD-HIDDEN": ((_F.LEAK,), _WORDS),
        "WORD-LOOK-ALIKE": ((_F.LEAK,), _WORDS),
        "CONNECTOR-OFF": (_STUCK, ""),
        "CONNECTOR-TEST-MODE": (_STUCK, ""),
        "CONNECTOR-MX": ((_F.LEAK,), ""),
        "CONNECTOR-HOST": (_STUCK, ""),
        "CONNECTOR-NO-TLS": ((_F.EXPOSURE,), ""),
        "CONNECTOR-NO-NAME": ((_F.WEAK,), ""),
        "CONNECTOR-PORT": (_STUCK, ""),
        "CONNECTOR-LOGIN": (_STUCK, ""),
    }
)


def with_mails(lints: tuple[Lint, ...], sorts: tuple[Sort, ...]) -> tuple[Lint, ...]:
    """Name beside each lint the first mail that shows it; the worst stand first."""
    named = (_with_mail(lint, sorts) for lint in lints)
    return tuple(sorted(named, key=_order))


def _order(lint: Lint) -> tuple[int, int]:
    severities = tuple(Severity)
    weight = WEIGHT[lint.kind] if lint.kind else len(WEIGHT)
    return severities.index(lint.severity), weight


def _with_mail(lint: Lint, sorts: tuple[Sort, ...]) -> Lint:
    kinds, speaks_of = EXPLAINS.get(lint.id, ((), ""))
    for sort in sorts:
        blame = sort.blame
        is_here = blame.side == lint.side and (
            blame.rule == lint.rule
            if lint.rule
            else bool(lint.connector) and blame.connector == lint.connector
        )
        if sort.kind in kinds and is_here and speaks_of in f"{blame.test} {blame.why}":
            return replace(lint, shown_by=sort.example.mail.id, kind=sort.kind)
    return lint

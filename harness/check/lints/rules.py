"""Lints of the rules that take mail to Zivver, each looked at by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import Mode
from harness.check.lints.noun import Ground, LintRow, Severity, Spot, at_rule
from harness.check.relays import is_relay, relay_rules
from harness.world import turned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.exchange.rules.rule import Condition, Rule

IGNORE_HEADER = "x-zivver-ignore-smtp-recipients"
LABELS_FIELD = "msip_labels"
# zivver#7: what Zivver sets itself, and what its own page on loops sets by a rule.
_GUARDS = frozenset({"x-zivver-transport", "skip-zivver-relay"})
_INSIDE = "InOrganization"
_SCOPES = ("FromScope", "SentToScope")
_SENDER = ("From", "FromAddress", "FromMemberOf", "Sender")
_SERVER = frozenset({Platform.SERVER})
_ONLINE = frozenset({Platform.ONLINE})


def _none(ground: Ground) -> Iterator[Spot]:
    sides = (ground.world, turned(ground.world))
    has_rules = all(side.organization.rules is not None for side in sides)
    if has_rules and not any(relay_rules(side) for side in sides):
        yield Spot("no mail flow rule takes mail to Zivver")


def _off(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if not rule.is_enabled:
            yield at_rule(rule, "it takes mail to Zivver and is off (State Disabled)")


def _audit(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if rule.mode is not Mode.ENFORCE:
            yield at_rule(rule, f"it only tests (Mode {rule.mode.value})")


def _expired(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if rule.ends and rule.ends.at <= ground.at:
            yield at_rule(rule, f"it ended on {rule.ends.at:%Y-%m-%d %H:%M}")


def _expires(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if rule.ends and ground.at < rule.ends.at:
            yield at_rule(rule, f"it will end on {rule.ends.at:%Y-%m-%d %H:%M}")


def _not_yet(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if rule.starts and ground.at < rule.starts.at:
            yield at_rule(rule, f"it begins on {rule.starts.at:%Y-%m-%d %H:%M}")


def _ignores_errors(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if rule.error_action == "Ignore":
            yield at_rule(
                rule,
                "RuleErrorAction is Ignore: when the rule cannot be processed, the "
                "mail leaves as if it did not match",
            )


def has_direction(rule: Rule) -> bool:
    """Say whether a rule tells mail to outside from other mail."""
    tests = (*rule.conditions, *rule.exceptions)
    return any(test.predicate in _SCOPES for test in tests)


def _no_direction(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if not has_direction(rule):
            yield at_rule(
                rule, "it takes mail between colleagues and mail from outside too"
            )


def is_guarded(rule: Rule, ground: Ground) -> bool:
    """Say whether mail that comes from Zivver cannot be sent there again.

    By an exception, by a sender who must be inside, or by a rule ahead that stops.
    """
    return (
        any(map(_looks_at_guard, rule.exceptions))
        or any(
            test.predicate == "FromScope" and _INSIDE in test.value.operands
            for test in rule.conditions
        )
        or any(
            other.stops and any(map(_looks_at_guard, other.conditions))
            for other in ground.rules
            if other.is_enabled and other.priority < rule.priority
        )
    )


def _looks_at_guard(test: Condition) -> bool:
    return test.header.lower() in _GUARDS


def _no_loop_guard(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if not is_guarded(rule, ground):
            yield at_rule(
                rule, "mail that Zivver itself sends is taken to Zivver again"
            )


def triggers_of(rule: Rule) -> tuple[str, ...]:
    """Name what a rule looks for: a subject, a label, a sender."""
    found = []
    for test in rule.conditions:
        if test.predicate.startswith("Subject"):
            found.append("a subject")
        elif test.header.lower() == LABELS_FIELD:
            found.append("a label")
        elif test.predicate.startswith(_SENDER) and test.predicate not in _SCOPES:
            found.append("a sender")
    return tuple(dict.fromkeys(found))


def _and(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        found = triggers_of(rule)
        if len(found) > 1:
            yield at_rule(
                rule, f"only mail that has all of {', '.join(found)} meets it"
            )


def _catches_all(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        narrow = [t for t in rule.conditions if t.predicate not in _SCOPES]
        if not narrow and not rule.is_unreadable:
            yield at_rule(rule, "no condition but the direction: it takes every mail")


def ignores_recipients(rule: Rule) -> bool:
    """Say whether a rule tells Zivver to read To and Cc."""
    return any(
        action.values[0][0].lower() == IGNORE_HEADER
        and action.values[1][0].strip().lower() == "true"
        for action in rule.actions
        if action.name == "SetHeader"
    )


def _no_ignore_header(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if not ignores_recipients(rule):
            yield at_rule(
                rule, f"it redirects, and does not set {IGNORE_HEADER} to true"
            )


def _ignore_header(ground: Ground) -> Iterator[Spot]:
    for rule in relay_rules(ground.world):
        if ignores_recipients(rule):
            yield at_rule(rule, f"it sets {IGNORE_HEADER}, which is for redirects")


def _unknown_time(ground: Ground) -> Iterator[Spot]:
    for rule in ground.rules:
        moments = (rule.starts, rule.ends)
        if is_relay(rule, ground.world) and any(m and not m.has_zone for m in moments):
            yield at_rule(rule, "its dates are exported without a time zone")


RELAY_RULES = (
    LintRow(
        "RELAY-NONE",
        Severity.WARNING,
        "No rule takes mail to Zivver.",
        "make the rules of the guide's last section",
        "zivver#F33",
        _none,
    ),
    LintRow(
        "RULE-OFF",
        Severity.WARNING,
        "A rule to Zivver that is off.",
        "Enable-TransportRule, when the roll-out begins",
        "zivver#F01",
        _off,
    ),
    LintRow(
        "RULE-AUDIT",
        Severity.WARNING,
        "A rule to Zivver that only tests.",
        "Set-TransportRule -Mode Enforce",
        "zivver#F02",
        _audit,
    ),
    LintRow(
        "RULE-EXPIRED",
        Severity.WARNING,
        "A rule to Zivver whose last day has passed.",
        "Set-TransportRule -ExpiryDate $null",
        "zivver#F03",
        _expired,
    ),
    LintRow(
        "RULE-EXPIRES",
        Severity.WARNING,
        "A rule to Zivver that will end.",
        "Set-TransportRule -ExpiryDate $null, or write down who renews it",
        "zivver#F03",
        _expires,
    ),
    LintRow(
        "RULE-NOT-YET",
        Severity.WARNING,
        "A rule to Zivver that has not begun.",
        "Set-TransportRule -ActivationDate $null, or wait for the day",
        "zivver#F03",
        _not_yet,
    ),
    LintRow(
        "RULE-LOCAL-TIME",
        Severity.HINT,
        "A rule to Zivver with dates whose time zone the export does not tell.",
        "look at the hour in the time zone of the machine that set it",
        "exchange-rules#R-30",
        _unknown_time,
    ),
    LintRow(
        "RULE-IGNORES-ERRORS",
        Severity.WARNING,
        "A rule to Zivver that lets mail go when it cannot be processed.",
        "Set-TransportRule -RuleErrorAction Defer",
        "zivver#F24",
        _ignores_errors,
    ),
    LintRow(
        "RULE-NO-DIRECTION",
        Severity.WARNING,
        "A rule to Zivver that does not say in which direction.",
        "Set-TransportRule -SentToScope NotInOrganization",
        "zivver#F83",
        _no_direction,
    ),
    LintRow(
        "RULE-NO-LOOP-GUARD",
        Severity.WARNING,
        "A rule to Zivver that takes what comes from Zivver.",
        "Set-TransportRule -ExceptIfHeaderMatchesMessageHeader X-Zivver-Transport "
        "-ExceptIfHeaderMatchesPatterns '..*.'",
        "zivver#F85",
        _no_loop_guard,
    ),
    LintRow(
        "RULE-AND",
        Severity.HINT,
        "One rule to Zivver for several triggers, which mail must have all at once.",
        "make one rule for each trigger, if any of them is enough",
        "zivver#F16",
        _and,
    ),
    LintRow(
        "RULE-CATCHES-ALL",
        Severity.WARNING,
        "A rule to Zivver without a condition.",
        "add the condition that says which mail must be secure",
        "exchange-rules#1",
        _catches_all,
    ),
    LintRow(
        "RULE-NO-IGNORE-HEADER",
        Severity.WARNING,
        "A redirect to Zivver that hides the recipients from it.",
        f"Set-TransportRule -SetHeaderName {IGNORE_HEADER} -SetHeaderValue true",
        "zivver#F62",
        _no_ignore_header,
        _SERVER,
    ),
    LintRow(
        "RULE-IGNORE-HEADER",
        Severity.WARNING,
        "A rule of Exchange Online that tells Zivver to read To and Cc.",
        "Set-TransportRule -SetHeaderName $null -SetHeaderValue $null",
        "zivver#F69",
        _ignore_header,
        _ONLINE,
    ),
)

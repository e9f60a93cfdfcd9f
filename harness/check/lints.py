"""What Exchange would refuse today of rules and connectors as they were exported.

No finding: what a rule does is computed all the same. But who saves such a rule again,
or imports it into another organisation, meets these limits (exchange-rules#7.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform, accepted_domain
from fakes.exchange.rules.online_dialect import online_refusals
from fakes.exchange.rules.values import Patterns, Recipients, Words
from fakes.mail.address import AddressError, parse_address
from harness.exports.connectors import why_refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakes.exchange.organization import Organization
    from fakes.exchange.rules.action import Action
    from fakes.exchange.rules.rule import Condition, Rule

    Told = Iterator[tuple[str, str]]

MAX_RULES = 300
MAX_SIZE = 8192
MAX_WORDS_AND_PATTERNS = 20_480
MAX_WORD = 128
MAX_NAME = 64
MAX_COMMENTS = 1024
MAX_REJECT_TEXT = {Platform.ONLINE: 1024, Platform.SERVER: 256}
_LIMITS = "exchange-rules#7.2"
_ACTIONS = "exchange-rules#5"
_EDITIONS = "exchange-rules#9"
_REGEX = "field-cases#online-regex"
_OUTBOUND = "exchange-routing#1.1"
_CONNECTOR = "RouteMessageOutboundConnector"
# What a name and a value take beside their letters: a dash, blanks, quotes.
_AROUND = 4
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that Exchange would refuse today; without `rule` it is of them all.

    `side` is that of a hybrid.
    """

    why: str
    source: str
    rule: str = ""
    priority: int | None = None
    place: str = ""
    is_unreadable: bool = False
    side: str = ""


def refusals(organization: Organization) -> tuple[Refusal, ...]:
    """Say what Exchange would refuse today, of all rules first, then rule by rule."""
    rules = organization.rules or ()
    is_online = organization.platform is Platform.ONLINE
    found = [Refusal(why, source) for why, source in _of_all(rules) if is_online]
    found += (Refusal(*told) for told in _of_outbound(organization))
    for rule in rules:
        of_rule = Refusal("", "", rule.name, rule.priority, rule.place)
        for check in _CHECKS:
            found += (
                replace(of_rule, why=why, source=source)
                for why, source in check(rule, organization)
            )
        if rule.is_unreadable:
            found.append(
                replace(
                    of_rule,
                    why="it has neither condition nor action: what it names was "
                    "deleted, or the export left it out",
                    source="field-cases#3",
                    is_unreadable=True,
                )
            )
    return tuple(found)


def _of_all(rules: tuple[Rule, ...]) -> Told:
    if len(rules) > MAX_RULES:
        yield f"{len(rules)} rules, at most {MAX_RULES}", _LIMITS
    total = sum(
        len(text) for rule in rules for text in _operands(rule, (Words, Patterns))
    )
    if total > MAX_WORDS_AND_PATTERNS:
        most = MAX_WORDS_AND_PATTERNS
        yield (
            (
                f"{total} characters in the words and patterns of all rules, "
                f"at most {most}"
            ),
            _LIMITS,
        )


def _of_outbound(organization: Organization) -> Told:
    """The connectors themselves; most of what is refused is so when they are read."""
    for connector in organization.outbound_connectors or ():
        name = f'connector "{connector.name}"'
        if len(connector.name) > MAX_NAME:
            length = len(connector.name)
            yield (
                f"{name}: a name of {length} characters, at most {MAX_NAME}",
                _OUTBOUND,
            )
        why = why_refused(connector)
        if why:
            yield f"{name}: {why}", _OUTBOUND


def _of_lengths(rule: Rule, organization: Organization) -> Told:
    """The lengths of name, comments, words; of patterns where nothing else is asked."""
    if len(rule.name) > MAX_NAME:
        yield f"a name of {len(rule.name)} characters, at most {MAX_NAME}", _LIMITS
    if len(rule.comments) > MAX_COMMENTS:
        length = len(rule.comments)
        yield f"comments of {length} characters, at most {MAX_COMMENTS}", _LIMITS
    is_online = organization.platform is Platform.ONLINE
    for text in _operands(rule, Words if is_online else (Words, Patterns)):
        if len(text) > MAX_WORD:
            yield (
                f"{_cut(text)} has {len(text)} characters, at most {MAX_WORD}",
                _LIMITS,
            )


def _of_patterns(rule: Rule, organization: Organization) -> Told:
    """What Exchange Online takes of .NET's regular expressions."""
    if organization.platform is not Platform.ONLINE:
        return
    for text in _operands(rule, Patterns):
        for why in online_refusals(text):
            yield f"the pattern {_cut(text)}: {why}", _REGEX


def _cut(text: str) -> str:
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}...`"


def _of_size(rule: Rule, organization: Organization) -> Told:
    """The size: the export's own figure, or what its parameters come to."""
    if organization.platform is not Platform.ONLINE:
        return
    size, said = rule.size, "its export says"
    if size is None:
        size, said = _estimate(rule), "estimated from its parameters"
    if size > MAX_SIZE:
        yield f"{size} characters ({said}), at most {MAX_SIZE}", _LIMITS


def _estimate(rule: Rule) -> int:
    tests = (*rule.conditions, *rule.exceptions)
    total = len(rule.name) + len(rule.comments)
    for test in tests:
        total += len(test.predicate) + len(test.header) + _AROUND
        total += sum(len(text) + _AROUND for text in test.value.operands)
    for action in rule.actions:
        total += len(action.name) + len(action.operand) + _AROUND
    return total


def _of_edition(rule: Rule, organization: Organization) -> Told:
    """Conditions and actions that the edition does not have, where it is told."""
    edition = organization.edition
    if edition is None:
        return
    for prefix, tests in (("", rule.conditions), ("ExceptIf", rule.exceptions)):
        for test in tests:
            if edition not in test.row.editions:
                yield f"{edition} has no condition {prefix}{test.predicate}", _EDITIONS
    for action in rule.actions:
        if edition not in action.row.editions:
            yield f"{edition} has no action {action.name}", _EDITIONS


def _of_texts(rule: Rule, organization: Organization) -> Told:
    """The text of a rejection; other texts are refused when the rule is read."""
    most = MAX_REJECT_TEXT[organization.platform]
    for action in rule.actions:
        for text in _texts(action) if action.name == "RejectMessage" else ():
            if len(text) > most:
                yield (
                    (
                        f"the text of the rejection has {len(text)} characters, "
                        f"at most {most}"
                    ),
                    _ACTIONS,
                )


def _texts(action: Action) -> tuple[str, ...]:
    return tuple(text for values in action.values for text in values)


def _of_dates(rule: Rule, organization: Organization) -> Told:
    del organization
    if rule.starts and rule.ends and rule.ends.at < rule.starts.at:
        yield (
            (
                f"it ends ({rule.ends.at:%Y-%m-%d %H:%M}) before it starts "
                f"({rule.starts.at:%Y-%m-%d %H:%M})"
            ),
            "exchange-rules#6.1",
        )


def _of_connectors(rule: Rule, organization: Organization) -> Told:
    """A connector that the export of connectors does not show."""
    connectors = organization.outbound_connectors
    if connectors is None or organization.platform is not Platform.ONLINE:
        return
    known = {
        name.lower() for entry in connectors for name in (entry.name, *entry.names)
    }
    for action in rule.actions:
        if action.name == _CONNECTOR:
            for name in _texts(action):
                if name.lower() not in known:
                    yield (
                        f"{_CONNECTOR}: no outbound connector is called `{name}`",
                        ("exchange-rules#8"),
                    )


def _of_recipients(rule: Rule, organization: Organization) -> Told:
    """People whom no exported object carries: names, and addresses of our own."""
    directory = organization.directory
    if directory is None or not directory.is_whole:
        return
    for parameter, value in _people(rule):
        for text in value.operands:
            if text in value.unresolved or _is_missing(text, organization):
                yield f"{parameter}: no recipient `{text}`", "exchange-rules#2.4"


def _people(rule: Rule) -> Iterator[tuple[str, Recipients]]:
    for prefix, tests in (("", rule.conditions), ("ExceptIf", rule.exceptions)):
        for test in tests:
            if isinstance(test.value, Recipients):
                yield f"{prefix}{test.predicate}", test.value
    for action in rule.actions:
        if action.targets:
            yield action.name, action.targets


def _is_missing(text: str, organization: Organization) -> bool:
    """Whether it is an address of an accepted domain that nobody has."""
    directory = organization.directory
    try:
        address = parse_address(text)
    except AddressError:
        return False
    is_ours = accepted_domain(organization, address.domain_key) is not None
    return is_ours and directory is not None and address not in directory.by_address


def _operands(
    rule: Rule, kind: type[Words | Patterns] | tuple[type, ...]
) -> Iterator[str]:
    tests: tuple[Condition, ...] = (*rule.conditions, *rule.exceptions)
    for test in tests:
        if isinstance(test.value, kind):
            yield from test.value.operands


_CHECKS: tuple[Callable[[Rule, Organization], Told], ...] = (
    _of_size,
    _of_lengths,
    _of_patterns,
    _of_edition,
    _of_texts,
    _of_dates,
    _of_connectors,
    _of_recipients,
)

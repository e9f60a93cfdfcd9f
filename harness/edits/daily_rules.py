"""What administrators do to rules on a day."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import Mode
from harness.edits.daily import DailyEdit, DailyKind
from harness.edits.rules import (
    add_rule,
    disable_all_rules,
    disable_rule,
    move_rule,
    remove_rule,
    set_rule,
)
from harness.exports.command_line import command_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fakes.exchange.rules.rule import Condition, Rule
    from harness.world import World

    Parameters = Mapping[str, object]

_SET, _NEW = "Set-TransportRule", "New-TransportRule"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# A label that was deleted and made again has another GUID (zivver#F21).
_OTHER_GUID = "00000000-1111-2222-3333-444444444444"
_IN_WORDS = "ContainsWords"
_HEADER_WORDS = "HeaderContainsWords"
_HEADER_OF = "HeaderContainsMessageHeader"
_EXCEPTIONS: tuple[tuple[str, Parameters], ...] = (
    ("answers", {"ExceptIfSubjectContainsWords": ["RE:", "AW:"]}),
    ("automatic mail", {"ExceptIfMessageTypeMatches": "AutoForward"}),
    ("meetings", {"ExceptIfMessageTypeMatches": "Calendaring"}),
    ("large mail", {"ExceptIfMessageSizeOver": "10MB"}),
    ("mail to this partner", {"ExceptIfRecipientDomainIs": ["fabrikam.example"]}),
)
_ADDED: tuple[tuple[str, Parameters], ...] = (
    (
        "a disclaimer that stops the others",
        {"ApplyHtmlDisclaimerText": "<p>Disclaimer</p>", "StopRuleProcessing": True},
    ),
    (
        "a rule that takes labels off mail for outside",
        {"SentToScope": "NotInOrganization", "RemoveHeader": "msip_labels"},
    ),
    (
        "a rule that marks all mail as coming from Zivver",
        {"SetHeaderName": "X-Zivver-Transport", "SetHeaderValue": "true"},
    ),
    (
        "an archive copy to somebody outside",
        {"BlindCopyTo": ["archive@archive.example"]},
    ),
)


def edits_of_rules(world: World) -> Iterator[DailyEdit]:
    """Give each edit of one rule, then those of all of them."""
    rules = sorted(world.organization.rules or (), key=lambda rule: rule.priority)
    for rule in rules:
        yield from _states(rule)
        yield from _places(rule, len(rules))
        yield from _narrowed(rule)
        yield from _widened(rule)
        yield from _words(rule)
    yield from _added(world)
    if rules:
        lines = tuple(command_line("Disable-TransportRule", r.name) for r in rules)
        says = "the rules are imported anew, and nobody turns them on"
        yield DailyEdit(DailyKind.RULES_IMPORTED, says, lines, disable_all_rules)


def _states(rule: Rule) -> Iterator[DailyEdit]:
    name = rule.name
    says = f'rule "{name}"'
    if rule.is_enabled:
        line = command_line("Disable-TransportRule", name)
        yield DailyEdit(
            DailyKind.RULE_OFF,
            f"{says} is turned off",
            (line,),
            partial(disable_rule, name=name),
        )
    if rule.mode is Mode.ENFORCE:
        yield _set(
            rule,
            DailyKind.RULE_TESTED,
            f"{says} is put in test mode",
            {"Mode": "Audit"},
        )
    yield DailyEdit(
        DailyKind.RULE_REMOVED,
        f"{says} is removed",
        (command_line("Remove-TransportRule", name),),
        partial(remove_rule, name=name),
    )
    if not rule.stops:
        yield _set(
            rule,
            DailyKind.RULE_STOPS,
            f"{says} stops the rules behind it",
            {"StopRuleProcessing": True},
        )


def _places(rule: Rule, count: int) -> Iterator[DailyEdit]:
    for to, where in ((0, "before all others"), (count - 1, "behind all others")):
        if rule.priority != to:
            yield DailyEdit(
                DailyKind.RULE_MOVED,
                f'rule "{rule.name}" is moved {where}',
                (command_line(_SET, rule.name, {"Priority": to}),),
                partial(move_rule, name=rule.name, to=to),
            )


def _narrowed(rule: Rule) -> Iterator[DailyEdit]:
    known = {condition.predicate for condition in rule.conditions}
    for name, value in (
        ("FromScope", "InOrganization"),
        ("SentToScope", "NotInOrganization"),
        ("HasNoClassification", True),
        ("MessageTypeMatches", "OOF"),
    ):
        if name not in known:
            says = f'rule "{rule.name}" gets the condition {name}'
            yield _set(rule, DailyKind.RULE_NARROWED, says, {name: value})


def _widened(rule: Rule) -> Iterator[DailyEdit]:
    known = {condition.predicate for condition in rule.exceptions}
    for what, parameters in _EXCEPTIONS:
        if not known & {name.removeprefix("ExceptIf") for name in parameters}:
            says = f'rule "{rule.name}" gets an exception for {what}'
            yield _set(rule, DailyKind.EXCEPTION_WIDENED, says, parameters)


def _words(rule: Rule) -> Iterator[DailyEdit]:
    """Change the words that a rule looks for, one condition at a time."""
    for condition in rule.conditions:
        if not condition.predicate.endswith(_IN_WORDS):
            continue
        old = condition.value.operands
        for kind, what, change in _CHANGES:
            new = tuple(change(word) for word in old)
            if new != old:
                says = f'rule "{rule.name}" looks for {", ".join(new)}: {what}'
                yield _set(rule, kind, says, _with_words(condition, new))


def _with_words(condition: Condition, words: tuple[str, ...]) -> Parameters:
    given: dict[str, object] = {condition.predicate: list(words)}
    if condition.predicate == _HEADER_WORDS:
        return {_HEADER_OF: condition.header, **given}
    return given


def _recreated(word: str) -> str:
    return _GUID.sub(_OTHER_GUID, word)


def _mistyped(word: str) -> str:
    return word[:-1] if len(word) > 3 and not _GUID.search(word) else word


def _closed(word: str) -> str:
    return f"{word};" if _GUID.search(word) and not word.endswith(";") else word


def _plural(word: str) -> str:
    return re.sub("(?i)^msip_label_", "MSIP_Labels_", word)


_CHANGES: tuple[tuple[DailyKind, str, Callable[[str], str]], ...] = (
    (
        DailyKind.LABEL_RECREATED,
        "the label was deleted and made again",
        _recreated,
    ),
    (DailyKind.WORDS_CHANGED, "a letter is missing", _mistyped),
    (DailyKind.WORDS_CHANGED, "with a semicolon at its end", _closed),
    (DailyKind.WORDS_CHANGED, "Labels instead of Label", _plural),
)


def _added(world: World) -> Iterator[DailyEdit]:
    organization = world.organization
    given = list(_ADDED)
    if organization.platform is Platform.ONLINE:
        given += (
            (
                f'a rule that hands all mail for outside to connector "{each.name}"',
                {
                    "SentToScope": "NotInOrganization",
                    "RouteMessageOutboundConnector": each.name,
                },
            )
            for each in organization.outbound_connectors or ()
        )
    count = len(organization.rules or ())
    for what, parameters in given:
        for at, where in ((0, "before all others"), (count, "behind all others")):
            named = {"Name": f"New: {what}"[:64], **parameters}
            yield DailyEdit(
                DailyKind.RULE_ADDED,
                f"{what} is added {where}",
                (
                    command_line(
                        _NEW, str(named["Name"]), {**parameters, "Priority": at}
                    ),
                ),
                partial(add_rule, parameters=named, at=at),
            )


def _set(rule: Rule, kind: DailyKind, says: str, parameters: Parameters) -> DailyEdit:
    return DailyEdit(
        kind,
        says,
        (command_line(_SET, rule.name, parameters),),
        partial(set_rule, name=rule.name, parameters=parameters),
    )

"""B. The order of rules, and the engine (zivver#19)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from harness.compare import FindingKind
from harness.failures.bench import Bench, matched
from harness.failures.noun import (
    Edit,
    Failure,
    Guide,
    Harm,
    Notice,
    Part,
    Staged,
    entry,
)
from harness.failures.rules import (
    A_RELAY_RULE,
    SUBJECT_TESTS,
    of_rule,
    operands,
    widened,
)
from harness.hybrid import side_of
from harness.outcome import SECURE
from harness.policy.noun import SubjectHas
from harness.scenario.case import Evidence

if TYPE_CHECKING:
    from harness.outcome import Outcome

_LEAK, _LOSS, _DELAY = FindingKind.LEAK, FindingKind.LOSS, FindingKind.DELAY
_OVER, _UNDETERMINED = FindingKind.OVER_CAPTURE, FindingKind.UNDETERMINED
_MISDIRECTION = FindingKind.MISDIRECTION
_OTHER = "Another rule"
_TO_OUTSIDE: Edit = {"Name": _OTHER, "SentToScope": "NotInOrganization"}
_STAMP: Edit = {"SetHeaderName": "X-Checked", "SetHeaderValue": "yes"}
_STOPS: Edit = {**_TO_OUTSIDE, **_STAMP, "StopRuleProcessing": True}
_SERVICE = "signatures.example"


def _stopped(bench: Bench) -> Iterator[Staged]:
    if bench.relays:
        edit = {"add_rule": _STOPS, "at": 0}
        yield Staged("a rule at priority 0 stops all others", (edit,))


def _ended(bench: Bench) -> Iterator[Staged]:
    if not bench.relays:
        return
    ends: list[tuple[str, Edit]] = [
        ("deletes", {"DeleteMessage": True}),
        ("rejects", {"RejectMessageReasonText": "not by mail"}),
        ("lays before a colleague", _moderated(bench)),
    ]
    if bench.is_online:
        ends.append(("quarantines", {"Quarantine": True}))
    for does, action in ends:
        edit = {"add_rule": {**_TO_OUTSIDE, **action}, "at": 0}
        yield Staged(f"a rule at priority 0 {does} it", (edit,))


def _moderated(bench: Bench) -> Edit:
    return {"ModerateMessageByUser": [str(bench.stage.colleague)]}


def _taken_elsewhere(bench: Bench) -> Iterator[Staged]:
    """Let a signature service take the mail behind the relay rules."""
    if not bench.relays or any(rule.stops for rule in bench.relays):
        return
    if bench.is_online:
        connector = {
            "Name": "Signature service",
            "UseMXRecord": False,
            "SmartHosts": [_SERVICE],
            "IsTransportRuleScoped": True,
        }
        action: Edit = {"RouteMessageOutboundConnector": "Signature service"}
        edits: tuple[Edit, ...] = (
            {"add_connector": connector},
            {"add_rule": {**_TO_OUTSIDE, **action}},
        )
    else:
        action = {"RedirectMessageTo": [f"sign@{_SERVICE}"]}
        edits = ({"add_rule": {**_TO_OUTSIDE, **action}},)
    yield Staged("a later rule takes it to a signature service", edits)


def _failing(action: str, bench: Bench) -> Iterator[Staged]:
    for rule in bench.relays:
        yield of_rule(
            rule,
            f"cannot be processed, and RuleErrorAction is {action}",
            {"set_rule": rule.name, "RuleErrorAction": action},
            {"fail_rule": rule.name},
        )


def _hidden(bench: Bench) -> Iterator[Staged]:
    """Glue letters to the word: Exchange has no action that takes a word away."""
    if any(operands(rule, SUBJECT_TESTS) for rule in bench.relays):
        rule = {**_TO_OUTSIDE, "PrependSubject": "EXT"}
        edit = {"add_rule": rule, "at": 0}
        yield Staged("a rule at priority 0 writes EXT before the subject", (edit,))


def _prepended(bench: Bench) -> Iterator[Staged]:
    for _, trigger in bench.about(SubjectHas):
        word = trigger.phrases[0]
        rule = {**_TO_OUTSIDE, "PrependSubject": f"[{word}] "}
        edit = {"add_rule": rule, "at": 0}
        yield Staged(f"a rule at priority 0 writes [{word}] before it", (edit,))
        return


def _behind(name: str, action: Edit, bench: Bench) -> Iterator[Staged]:
    """Let a relay rule stop the rules before one that ought to act on its mail."""
    sees = _without(name, side_of(bench.world))
    for rule in bench.relays:
        edits = (
            {"set_rule": rule.name, "StopRuleProcessing": True},
            {"add_rule": {**_TO_OUTSIDE, **action, "Name": name}},
        )
        says = f'rule "{rule.name}" stops before rule "{name}"'
        yield Staged(says, edits, rules=(rule.name,), sees=sees)


def _without(name: str, side: str) -> Callable[[Outcome, Outcome], str]:
    def sees(was: Outcome, then: Outcome) -> str:
        del was
        ends = {copy.disposition for copy in then.deliveries}
        if ends & SECURE and name not in matched(then, side):
            return f'it goes to Zivver, and rule "{name}" does nothing to it'
        return ""

    return sees


def _upside_down(bench: Bench) -> Iterator[Staged]:
    if bench.relays:
        edits = ({"add_rule": _STOPS}, {"move_rule": _OTHER, "to": 0})
        yield Staged("a rule that was to come last, and stops, comes first", edits)


def _imported(bench: Bench) -> Iterator[Staged]:
    """Make each relay rule anew, and lose what an import loses."""
    for rule in bench.relays:
        tests = {test.predicate for test in rule.conditions}
        if "SentToScope" in tests:
            edit = {"set_rule": rule.name, "SentToScope": ""}
            yield widened(rule, "came back without its scope", edit)
        yield of_rule(
            rule,
            "came back without its error action, and cannot be processed",
            {"set_rule": rule.name, "RuleErrorAction": "Ignore"},
            {"fail_rule": rule.name},
        )
    if bench.relays:
        yield Staged("all rules came back turned off", ({"disable_rules": "all"},))


_S, _I, _N = Guide.STATED, Guide.IMPLIED, Guide.SILENT
_PLAIN = (Harm.PLAIN,)
_DOC = Evidence.DOCUMENTED
_entry = partial(entry, Part.ENGINE)
_DISCLAIMER: Edit = {
    "ApplyHtmlDisclaimerText": "<p>Contoso</p>",
    "ApplyHtmlDisclaimerLocation": "Append",
}
_BLOCK: Edit = {"RejectMessageReasonText": "it holds personal data"}
ENTRIES: tuple[Failure, ...] = (
    _entry(
        21,
        "a rule ahead stops the others",
        "priority",
        _I,
        _stopped,
        A_RELAY_RULE,
        harms=_PLAIN,
        follows=(_LEAK,),
        evidence=_DOC,
        sources=("exchange-rules#5",),
    ),
    _entry(
        22,
        "a rule ahead deletes, rejects, quarantines or moderates",
        "priority",
        _I,
        _ended,
        A_RELAY_RULE,
        harms=(Harm.LOST,),
        follows=(_LOSS, _DELAY),
        evidence=_DOC,
        sources=("exchange-rules#5",),
    ),
    _entry(
        23,
        "a later rule or a signature service sends it another way",
        "connector conflict",
        _S,
        _taken_elsewhere,
        "a relay rule that does not stop the later ones",
        harms=_PLAIN,
        follows=(_LEAK, _MISDIRECTION, _UNDETERMINED),
        evidence=_DOC,
        corrects="which of two connectors wins, Microsoft does not document: it may be "
        "told as depending on that",
    ),
    _entry(
        24,
        "the rule cannot be processed, and is ignored then",
        "rule engine",
        _S,
        partial(_failing, "Ignore"),
        A_RELAY_RULE,
        harms=_PLAIN,
        follows=(_LEAK,),
        evidence=_DOC,
        sources=("exchange-rules#6.2",),
    ),
    _entry(
        25,
        "the rule cannot be processed, and the mail waits",
        "rule engine",
        _S,
        partial(_failing, "Defer"),
        A_RELAY_RULE,
        harms=(Harm.DELAY,),
        follows=(_DELAY,),
        evidence=_DOC,
        sources=("exchange-rules#6.2",),
    ),
    _entry(
        26,
        "a rule ahead hides the word in the subject",
        "subject rewrite",
        _N,
        _hidden,
        "a relay rule about words in the subject",
        harms=_PLAIN,
        follows=(_LEAK, _UNDETERMINED),
        corrects="no action of Exchange takes a word out of the subject: one can only "
        "write before it, and letters without a blank hide the word",
    ),
    _entry(
        27,
        "a rule ahead writes the word into every subject",
        "subject rewrite",
        _N,
        _prepended,
        "a row of the policy about words in the subject",
        harms=(Harm.OVER,),
        follows=(_OVER, _UNDETERMINED),
    ),
    _entry(
        28,
        "the relay rule comes before a disclaimer, an archive or the like, and stops",
        "priority",
        _S,
        partial(_behind, "Disclaimer", _DISCLAIMER),
        A_RELAY_RULE,
        harms=(Harm.WEAK,),
        follows=(),
        notice=(Notice.TRACE, Notice.CHECKLIST),
        evidence=_DOC,
    ),
    _entry(
        29,
        "priority is read upside down",
        "admin",
        _I,
        _upside_down,
        A_RELAY_RULE,
        harms=_PLAIN,
        follows=(_LEAK,),
        evidence=_DOC,
        sources=("exchange-rules#v71",),
    ),
    _entry(
        30,
        "a rule that was made anew by import lost its state, scope or error action",
        "config drift",
        _N,
        _imported,
        A_RELAY_RULE,
        harms=_PLAIN,
        follows=(_LEAK, _OVER),
    ),
    _entry(
        31,
        "data loss prevention is expected on relayed mail",
        "policy",
        _S,
        partial(_behind, "Loss prevention", _BLOCK),
        A_RELAY_RULE,
        harms=(Harm.WEAK,),
        follows=(),
        notice=(Notice.TRACE, Notice.CHECKLIST),
        evidence=_DOC,
    ),
)

"""What administrators saw, beyond the sheet's table (field-cases#1, 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from fakes.mail.address import Address
from fakes.mail.handoff import Stage as Moment
from fakes.mail.reply import reply
from fakes.zivver.faults import FaultLine
from harness.check.draft import Part as MailPart
from harness.compare import FindingKind
from harness.duty import Obligation
from harness.failures.bench import Bench, shown
from harness.failures.noun import (
    Failure,
    Guide,
    Harm,
    Notice,
    Part,
    Staged,
    entry,
)
from harness.failures.routing import connectors, looks_at_certificate
from harness.failures.rules import (
    A_RELAY_RULE,
    LABEL_TESTS,
    SUBJECT_TESTS,
    of_rule,
    operands,
    with_words,
)
from harness.failures.submission import logs_in
from harness.policy.noun import Labelled
from harness.scenario.case import Evidence

_K = FindingKind
_SECURE = Obligation.MUST_BE_SECURE
_REFUSED = (_K.LOSS, _K.DELAY, _K.UNDETERMINED)
_CALENDAR = MailPart(
    "text/calendar; charset=utf-8; method=REQUEST",
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
)
_NO_LOGIN = reply(504, "5.5.4", "Unrecognized authentication type")


def _semicolon(bench: Bench) -> Iterator[Staged]:
    def change(text: str) -> str:
        return text if text.endswith(";") else f"{text};"

    yield from with_words(bench, LABEL_TESTS, "looks for a word that ends in ;", change)


def _anchored(bench: Bench) -> Iterator[Staged]:
    for rule in bench.relays:
        words = operands(rule, SUBJECT_TESTS)
        if words:
            edit = {
                "set_rule": rule.name,
                "SubjectContainsWords": "",
                "SubjectMatchesPatterns": [f"^{word}$" for word in words],
            }
            yield of_rule(rule, "looks for a subject that is the word alone", edit)


def _refused_pattern(bench: Bench) -> Iterator[Staged]:
    for rule in bench.relays if bench.is_online else ():
        words = operands(rule, SUBJECT_TESTS)
        if words:
            edit = {
                "set_rule": rule.name,
                "SubjectContainsWords": "",
                "SubjectMatchesPatterns": [f".*{word}.*" for word in words],
            }
            yield of_rule(rule, "has a pattern with a wildcard at its ends", edit)


def _by_envelope(bench: Bench) -> Iterator[Staged]:
    """Ask of an automatic reply where its envelope says that it comes from."""
    answer = b"Auto-Submitted: auto-replied\r\n"
    for scene in bench.scenes:
        draft = shown(scene, "reply")
        fields = (*draft.fields, answer)
        mail = bench.meant(replace(draft, reverse_path=None, fields=fields), _SECURE)
        edits = tuple(
            {
                "set_rule": rule.name,
                "FromScope": "InOrganization",
                "SenderAddressLocation": "Envelope",
            }
            for rule in bench.relays
        )
        if edits:
            says = "the rules ask for senders inside, by the envelope"
            yield Staged(says, edits, (mail,), is_by_itself=True)


def _leaf_only(bench: Bench) -> Iterator[Staged]:
    if looks_at_certificate(bench):
        edit = {"zivver_tls": {"certificate": "incomplete-chain"}}
        yield Staged("Zivver shows its own certificate and not the chain", (edit,))


def _whole_internet(bench: Bench) -> Iterator[Staged]:
    for connector in bench.outbound:
        edit = {
            "set_connector": connector.name,
            "ConnectorType": "OnPremises",
            "RecipientDomains": ["*"],
            "AllAcceptedDomains": True,
            "IsTransportRuleScoped": False,
        }
        yield Staged(f'connector "{connector.name}" is for * as well', (edit,))


def _centralised(bench: Bench) -> Iterator[Staged]:
    organization = bench.world.organization
    if bench.world.other is None or not bench.is_online:
        return
    for connector in organization.outbound_connectors or ():
        if connector not in bench.outbound and connector.carries_headers:
            edit = {
                "set_connector": connector.name,
                "RouteAllMessagesViaOnPremises": True,
                "RecipientDomains": ["*"],
            }
            yield Staged(f'connector "{connector.name}" takes all mail home', (edit,))


def _no_mechanism(bench: Bench) -> Iterator[Staged]:
    if logs_in(bench):
        line = FaultLine(Moment.AUTH, reply=_NO_LOGIN, times=None)
        yield Staged("Zivver does not take the way of logging in", faults=(line,))


def _null_path(bench: Bench) -> Iterator[Staged]:
    if connectors(bench) and not logs_in(bench):
        for scene in bench.scenes:
            draft = replace(shown(scene, "null-path"), reverse_path=None)
            mail = bench.meant(draft, _SECURE)
            yield Staged("the mail of a person has no reverse-path", mails=(mail,))


def _initial_domain(bench: Bench) -> Iterator[Staged]:
    if connectors(bench) and not logs_in(bench):
        path = Address("team", "contoso.onmicrosoft.example")
        for scene in bench.scenes:
            draft = replace(shown(scene, "initial"), reverse_path=path)
            says = f"a group writes, and the envelope says {path.domain}"
            yield Staged(says, mails=(bench.meant(draft, _SECURE),))


def _rewritten(bench: Bench) -> Iterator[Staged]:
    if connectors(bench) and not logs_in(bench):
        path = Address("anna+SRS=ab12=cd=elsewhere.example", "srs.elsewhere.example")
        for scene in bench.scenes:
            draft = replace(shown(scene, "srs"), reverse_path=path)
            says = "a forwarded mail has an envelope sender that was rewritten"
            yield Staged(says, mails=(bench.meant(draft, _SECURE),))


def _unreadable(bench: Bench) -> Iterator[Staged]:
    if bench.relays:
        edit = {"add_rule": {"Name": "What is left of a rule"}}
        yield Staged("a rule has neither condition nor action any more", (edit,))


def _meeting(bench: Bench) -> Iterator[Staged]:
    for scene, _ in bench.about(Labelled):
        draft = replace(
            shown(scene, "meeting"),
            fields=(),
            multipart="multipart/alternative",
            parts=(_CALENDAR,),
        )
        mail = bench.meant(draft, _SECURE)
        yield Staged("the client labels no meeting requests", mails=(mail,))


_N = Guide.SILENT
_OBS = Evidence.OBSERVED
_PLAIN, _LOST = (Harm.PLAIN,), (Harm.LOST,)
_BY_SPF = "a relay that Zivver admits by SPF"
_LEAK = (_K.LEAK,)
_entry = partial(entry, Part.FIELD)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        97,
        "the label's word ends in a semicolon",
        "header words",
        _N,
        _semicolon,
        "a relay rule about a label",
        harms=_PLAIN,
        follows=_LEAK,
        evidence=_OBS,
        sources=("field-cases#word-edge",),
    ),
    _entry(
        98,
        "a pattern with ^ and $ wants the whole subject",
        "subject condition",
        _N,
        _anchored,
        "a relay rule about words in the subject",
        harms=_PLAIN,
        follows=_LEAK,
        evidence=_OBS,
        sources=("field-cases#anchors",),
    ),
    _entry(
        99,
        "a pattern that Exchange Online would refuse today",
        "subject condition",
        _N,
        _refused_pattern,
        "a relay rule of Exchange Online about words",
        harms=_PLAIN,
        follows=(),
        notice=(Notice.LINT,),
        evidence=_OBS,
        sources=("field-cases#online-regex",),
    ),
    _entry(
        100,
        "automatic replies count as from outside, by their envelope",
        "sender condition",
        _N,
        _by_envelope,
        A_RELAY_RULE,
        harms=_PLAIN,
        follows=_LEAK,
        evidence=_OBS,
        sources=("field-cases#sender-location-scope",),
    ),
    _entry(
        101,
        "Zivver shows its certificate without the chain",
        "TLS",
        _N,
        _leaf_only,
        "a connector to Zivver that looks at the certificate",
        harms=(Harm.DELAY, Harm.LOST),
        follows=_REFUSED,
        evidence=_OBS,
        sources=("field-cases#incomplete-chain",),
    ),
    _entry(
        102,
        "* beside AllAcceptedDomains takes the whole Internet",
        "connector",
        _N,
        _whole_internet,
        "a relay by an outbound connector",
        harms=(Harm.OVER,),
        follows=(_K.OVER_CAPTURE, _K.LOSS, _K.LOOP, _K.UNDETERMINED),
        evidence=_OBS,
        sources=("field-cases#X-2",),
    ),
    _entry(
        103,
        "centralised transport against the connector that a rule names",
        "topology",
        _N,
        _centralised,
        "a hybrid whose cloud sends mail home",
        harms=_PLAIN,
        follows=(*_LEAK, _K.UNDETERMINED, _K.LOSS, _K.DELAY),
        sources=("field-cases#X-3",),
    ),
    _entry(
        104,
        "the host does not offer the way of logging in",
        "AUTH",
        _N,
        _no_mechanism,
        "a relay that logs in at Zivver",
        harms=(Harm.DELAY,),
        follows=_REFUSED,
        notice=(Notice.CHECK, Notice.WIRE),
        evidence=_OBS,
        sources=("field-cases#X-30", "field-cases#auth"),
    ),
    _entry(
        105,
        "ordinary mail has no reverse-path",
        "admission",
        _N,
        _null_path,
        _BY_SPF,
        harms=_LOST,
        follows=_REFUSED,
        evidence=_OBS,
        sources=("field-cases#null-reverse-path-on-ordinary-mail",),
    ),
    _entry(
        106,
        "group and Teams mail leaves from the initial domain",
        "admission",
        _N,
        _initial_domain,
        _BY_SPF,
        harms=_LOST,
        follows=_REFUSED,
        evidence=_OBS,
        sources=("field-cases#which-mail-is-not-ours-at-the-gateway",),
    ),
    _entry(
        107,
        "forwarded mail comes to the gateway with a rewritten sender",
        "admission",
        _N,
        _rewritten,
        _BY_SPF,
        harms=_LOST,
        follows=_REFUSED,
        evidence=_OBS,
        sources=("field-cases#which-mail-is-not-ours-at-the-gateway",),
    ),
    _entry(
        108,
        "a rule is empty: what it named was deleted",
        "config drift",
        _N,
        _unreadable,
        A_RELAY_RULE,
        harms=_PLAIN,
        follows=(),
        notice=(Notice.LINT,),
        evidence=_OBS,
        sources=("field-cases#3",),
    ),
    _entry(
        109,
        "a meeting request carries no label",
        "label",
        _N,
        _meeting,
        "a row of the policy about a label",
        harms=_PLAIN,
        follows=_LEAK,
        notice=(Notice.TRACE, Notice.CHECKLIST),
        evidence=_OBS,
        sources=("field-cases#labels",),
    ),
)

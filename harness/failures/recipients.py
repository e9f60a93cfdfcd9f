"""E. Recipients: whom Zivver takes for them (zivver#19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from harness.compare import FindingKind
from harness.duty import Obligation
from harness.failures.bench import Bench, shown
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
from harness.failures.routing import A_CONNECTOR, SERVERS, connectors
from harness.failures.rules import A_RELAY_RULE, of_rule, widened
from harness.outcome import SECURE, Disposition
from harness.scenario.case import Evidence

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from harness.check.draft import Draft
    from harness.outcome import Outcome

_K = FindingKind
_SECURE = Obligation.MUST_BE_SECURE
_ASTRAY = (_K.MISDIRECTION, _K.LOSS, _K.LEAK, _K.UNDETERMINED, _K.LOOP)
_IGNORE = "x-zivver-ignore-smtp-recipients"
_HEADER: Edit = {"SetHeaderName": _IGNORE, "SetHeaderValue": "true"}
_OTHER: Edit = {"SetHeaderName": "X-Nothing", "SetHeaderValue": "true"}
_LIST = "list@elsewhere.example"


def _without_header(bench: Bench) -> Iterator[Staged]:
    for rule in _redirecting(bench):
        edit = {"set_rule": rule, **_OTHER}
        says = f'rule "{rule}" does not set {_IGNORE}'
        yield Staged(says, (edit,), rules=(rule,))


def _redirecting(bench: Bench) -> tuple[str, ...]:
    return () if bench.is_online else tuple(rule.name for rule in bench.relays)


def _wrong_header(bench: Bench) -> Iterator[Staged]:
    if bench.is_online:
        return
    for rule in bench.relays:
        name = rule.name
        misspelt = {"SetHeaderName": _IGNORE[:-1], "SetHeaderValue": "true"}
        yield of_rule(rule, "misspells the header", {"set_rule": name, **misspelt})
        yield of_rule(
            rule,
            "gives the header another value",
            {"set_rule": name, "SetHeaderName": _IGNORE, "SetHeaderValue": "yes"},
        )
        yield of_rule(
            rule,
            "leaves the header to a later rule, and stops",
            {"set_rule": name, **_OTHER, "StopRuleProcessing": True},
            {"add_rule": {"Name": "Header of the relay", **_HEADER}},
        )


def _each(bench: Bench, ending: str) -> Iterator[Draft]:
    """Give a mail of each row, on servers."""
    if not bench.is_online and bench.relays:
        yield from (shown(scene, ending) for scene in bench.scenes)


def _meant(bench: Bench, draft: Draft, says: str, *edits: Edit) -> Staged:
    mail = bench.meant(draft, _SECURE)
    return Staged(says, edits, (mail,), is_by_itself=True)


def _bcc(bench: Bench) -> Iterator[Staged]:
    info, cleo, _ = bench.stage.outsiders
    for draft in _each(bench, "bcc"):
        hidden = replace(draft, to=(info,), bcc=(cleo,))
        yield _meant(bench, hidden, f"{cleo} stands in Bcc")


def _bcc_shown(bench: Bench) -> Iterator[Staged]:
    info, cleo, _ = bench.stage.outsiders
    if not bench.outbound:
        return
    for scene in bench.scenes:
        hidden = replace(shown(scene, "bcc"), to=(info,), bcc=(cleo,))
        mail = bench.meant(hidden, _SECURE)
        yield Staged(
            f"{cleo} stands in Bcc",
            mails=(mail,),
            is_by_itself=True,
            sees=_takes_for_granted("how Bcc recipients are shown"),
        )


class _takes_for_granted:  # noqa: N801  a function that remembers a word
    """Sees that an answer rests on what Zivver does not tell."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __call__(self, was: Outcome, then: Outcome) -> str:
        del was
        found = [name for name in then.assumed if self._what in name]
        return f"taken for granted: {found[0]}" if found else ""


def _to_a_group(bench: Bench) -> Iterator[Staged]:
    domain = bench.stage.writer.domain
    group = f"partners@{domain}"
    made = {
        "Name": "Partners",
        "PrimarySmtpAddress": group,
        "RecipientType": "MailUniversalDistributionGroup",
        "RecipientTypeDetails": "MailUniversalDistributionGroup",
        "Members": [str(bench.outsider)],
    }
    edit = {"add_recipient": made}
    for draft in _each(bench, "group"):
        address = replace(bench.stage.writer, local="partners")
        to_both = replace(draft, to=(address, bench.stage.outsiders[1]))
        mail = bench.meant(to_both, _SECURE)
        yield Staged(
            f"{group} stands in To",
            (edit,),
            (mail,),
            is_by_itself=True,
            sees=partial(_to_itself, address),
        )


def _to_itself(group: Address, was: Outcome, then: Outcome) -> str:
    del was
    found = {copy.reached for copy in then.deliveries if copy.disposition in SECURE}
    if group in found:
        return f"Zivver writes to {group} itself, and not to its members"
    return ""


def _only_bcc(bench: Bench) -> Iterator[Staged]:
    for draft in _each(bench, "only-bcc"):
        hidden = replace(draft, to=(), bcc=(bench.outsider,))
        yield _meant(bench, hidden, "all recipients stand in Bcc")


def _merged(bench: Bench) -> Iterator[Staged]:
    for draft in _each(bench, "merge"):
        yield _named_otherwise(bench, draft, f"To: {_LIST}\r\n", "To names a list")


def _named_otherwise(bench: Bench, draft: Draft, field: str, says: str) -> Staged:
    fields = (field.encode(), *draft.fields)
    other = replace(draft, to=(), bcc=(bench.outsider,), fields=fields)
    return _meant(bench, other, says)


def _malformed(bench: Bench) -> Iterator[Staged]:
    who: Address = bench.outsider
    for draft in _each(bench, "malformed"):
        for says, field in (
            ("a quote is never closed", f'To: "Doe, John <{who}>\r\n'),
            ("a group stands in To", f"To: Ward: {who.local};\r\n"),
        ):
            yield _named_otherwise(bench, draft, field, says)


def _twice(bench: Bench) -> Iterator[Staged]:
    info, colleague = bench.outsider, bench.stage.colleague
    for draft in _each(bench, "mixed"):
        mixed = replace(draft, to=(info,), cc=(colleague,))
        yield _meant(bench, mixed, f"{colleague} stands in Cc")
    if bench.is_online:
        for rule in bench.relays:
            edit = {"set_rule": rule.name, **_HEADER}
            yield widened(rule, f"sets {_IGNORE}", edit)


def _apart(bench: Bench) -> Iterator[Staged]:
    info, colleague = bench.outsider, bench.stage.colleague
    for scene in bench.scenes if connectors(bench) else ():
        mixed = replace(shown(scene, "apart"), to=(info,), cc=(colleague,))
        mail = bench.held(mixed)
        says = f"{colleague} stands in Cc of a mail to outside"
        yield Staged(says, mails=(mail,), is_by_itself=True, sees=_two_ways)


def _two_ways(was: Outcome, then: Outcome) -> str:
    del was
    ends = {copy.disposition for copy in then.deliveries}
    if Disposition.INTERNAL in ends and ends & SECURE:
        return "the one gets it in his mailbox, the other from Zivver: two talks"
    return ""


_I, _N = Guide.IMPLIED, Guide.SILENT
_WRONG = (Harm.WRONG, Harm.LOST)
_TRACE = (Notice.CHECK, Notice.TRACE)
_entry = partial(entry, Part.RECIPIENTS)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        62,
        "the rule of a server does not set the ignore header",
        "resolution",
        _I,
        _without_header,
        SERVERS,
        harms=_WRONG,
        follows=_ASTRAY,
        evidence=Evidence.DOCUMENTED,
        sources=("zivver#6",),
    ),
    _entry(
        63,
        "the ignore header is misspelt, has another value, or comes from a rule "
        "that never runs",
        "resolution",
        _I,
        _wrong_header,
        SERVERS,
        harms=_WRONG,
        follows=_ASTRAY,
        sources=("zivver#6",),
    ),
    _entry(
        64,
        "somebody stands in Bcc, and To and Cc are what counts",
        "resolution",
        _N,
        _bcc,
        SERVERS,
        harms=(Harm.LOST,),
        follows=(_K.LOSS,),
        sources=("zivver#6",),
    ),
    _entry(
        65,
        "somebody in Bcc is seen by the others of the talk",
        "conversation",
        _N,
        _bcc_shown,
        "Exchange Online with a relay by a connector",
        harms=(Harm.EXPOSE,),
        follows=(_K.EXPOSURE,),
        notice=(Notice.TRACE,),
        sources=("zivver#6",),
    ),
    _entry(
        66,
        "a distribution group stands in To, and To is what counts",
        "resolution",
        _N,
        _to_a_group,
        SERVERS,
        harms=(Harm.WRONG,),
        follows=_ASTRAY,
        notice=_TRACE,
    ),
    _entry(
        67,
        "all recipients stand in Bcc, and To and Cc are what counts",
        "resolution",
        _N,
        _only_bcc,
        SERVERS,
        harms=(Harm.LOST,),
        follows=_ASTRAY,
    ),
    _entry(
        68,
        "a mail merge: To names others than the envelope",
        "resolution",
        _N,
        _merged,
        SERVERS,
        harms=(Harm.WRONG,),
        follows=_ASTRAY,
    ),
    _entry(
        69,
        "with the ignore header somebody inside gets it from both",
        "resolution",
        _N,
        _twice,
        A_RELAY_RULE,
        harms=(Harm.DUPLICATE,),
        follows=(_K.DUPLICATE, _K.OVER_CAPTURE),
        sources=("zivver#6",),
    ),
    _entry(
        70,
        "a mail to outside and inside is torn apart",
        "bifurcation",
        _I,
        _apart,
        A_CONNECTOR,
        harms=(Harm.SPLIT,),
        follows=(_K.LEAK, _K.DUPLICATE),
        notice=_TRACE,
        evidence=Evidence.DOCUMENTED,
        sources=("exchange-routing#C8",),
    ),
    _entry(
        71,
        "To is malformed, and To is what counts",
        "parse",
        _N,
        _malformed,
        SERVERS,
        harms=(Harm.WRONG,),
        follows=_ASTRAY,
    ),
)

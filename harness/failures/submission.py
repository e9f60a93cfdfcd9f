"""D. Submission to Zivver (zivver#19)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from fakes.exchange.organization import SmartHostAuth
from fakes.mail.content import Content
from fakes.mail.handoff import Stage as Moment
from fakes.mail.reply import reply
from fakes.trace import StepKind
from fakes.zivver.faults import Deed, FaultLine
from harness.check.draft import Part as MailPart
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
from harness.failures.routing import A_CONNECTOR, connectors
from harness.policy.noun import SentBy
from harness.scenario.case import Evidence

if TYPE_CHECKING:
    from harness.check import DerivedMail
    from harness.check.draft import Draft
    from harness.outcome import Outcome

_K = FindingKind
_SECURE = Obligation.MUST_BE_SECURE
_REFUSED = (_K.LOSS, _K.DELAY, _K.UNDETERMINED)
_FROM = re.compile(rb"^From:.*\r\n", re.MULTILINE)
_LATER = reply(451, "4.3.0", "Try again later")
_BUSY = reply(421, "4.3.2", "Service not available")
_NOBODY = reply(550, "5.1.1", "No such recipient")
_BY_SPF = "a relay that Zivver admits by SPF"
_BY_LOGIN = "a relay that logs in at Zivver"
# RFC 7208 4.6.4: at most ten look-ups.
_TOO_MANY = " ".join(f"a:host{n}.example" for n in range(11))
_HOUR = timedelta(hours=1)


def logs_in(bench: Bench) -> bool:
    """Say whether this side logs in at Zivver."""
    return any(c.auth is not SmartHostAuth.NONE for c in bench.sending)


def by_spf(bench: Bench) -> bool:
    """Whether nothing but the address and the domain admits this side."""
    return bool(connectors(bench)) and not logs_in(bench)


def _not_listed(bench: Bench) -> Iterator[Staged]:
    if by_spf(bench):
        edit: Edit = {"zivver": {"allowlist": []}}
        yield Staged("no domain is on Zivver's allowlist", (edit,))


def _revoked(bench: Bench) -> Iterator[Staged]:
    if logs_in(bench):
        edit: Edit = {"zivver": {"credential": []}}
        yield Staged("Zivver does not know the credentials", (edit,))


def _in_clear(bench: Bench) -> Iterator[Staged]:
    for connector in bench.sending:
        if connector.auth is not SmartHostAuth.NONE:
            loose = {
                "set_connector": connector.name,
                "SmartHostAuthMechanism": "BasicAuth",
                "RequireTLS": False,
                "TlsAuthLevel": None,
            }
            says = f'connector "{connector.name}" logs in without TLS as well'
            yield Staged(says, (loose,))
            bare = {"zivver_tls": {"starttls": "missing"}}
            yield Staged(f"{says}, and there is none", (loose, bare))


def _outside_spf(bench: Bench) -> Iterator[Staged]:
    if by_spf(bench):
        moved = {"internet": {"outbound_address": "203.0.113.77"}}
        yield Staged("mail leaves from an address that SPF does not name", (moved,))
        domain = bench.stage.writer.domain
        record = f"v=spf1 {_TOO_MANY} -all"
        dns = {domain: {"TXT": [record]}}
        for number in range(11):
            dns[f"host{number}.example"] = {"A": ["203.0.113.78"]}
        yield Staged("the SPF record asks for too much", ({"internet": {"dns": dns}},))


def _no_dns(bench: Bench) -> Iterator[Staged]:
    if by_spf(bench):
        edit = {"internet": {"failing": [bench.stage.writer.domain]}}
        yield Staged("DNS does not answer about our domain", (edit,))


def _null_sender(bench: Bench) -> Iterator[Staged]:
    if by_spf(bench):
        for scene in bench.scenes:
            draft = shown(scene, "null")
            answer = b"Auto-Submitted: auto-replied\r\n"
            automatic = replace(
                draft, reverse_path=None, fields=(*draft.fields, answer)
            )
            mail = bench.meant(automatic, _SECURE)
            yield Staged("an automatic reply has no reverse-path", mails=(mail,))


def _accounts(*known: Edit) -> Edit:
    return {"zivver": {"account": list(known)}}


def _no_account(bench: Bench) -> Iterator[Staged]:
    if connectors(bench):
        other = {"address": f"somebody.else@{bench.stage.writer.domain}"}
        yield Staged("no sender has an account at Zivver", (_accounts(other),))


def _sleeping_account(bench: Bench) -> Iterator[Staged]:
    if not connectors(bench):
        return
    known = bench.world.zivver.accounts or ()
    for state in ("invited", "suspended"):
        accounts = [
            {"address": str(one.address), "state": state, "kind": one.kind.value}
            for one in known
        ] or [{"address": str(bench.stage.writer), "state": state}]
        yield Staged(f"all accounts are {state}", (_accounts(*accounts),))
    for scene, _ in bench.about(SentBy):
        rest = [{"address": str(a.address)} for a in known if a.address != scene.sender]
        if rest and len(rest) < len(known):
            says = f"the account of {scene.sender} is missing"
            yield Staged(says, (_accounts(*rest),))


def _odd_from(bench: Bench) -> Iterator[Staged]:
    if not connectors(bench):
        return
    writer, colleague = bench.stage.writer, bench.stage.colleague
    for scene in bench.scenes:
        if isinstance(scene.row.trigger, SentBy):
            continue
        mail = bench.meant(shown(scene, "from"), _SECURE)
        for says, field in (
            ("two stand in From", f"From: {writer}, {colleague}\r\n"),
            ("no address stands in From", 'From: "Anna Jansen"\r\n'),
        ):
            yield Staged(says, mails=(_with_from(mail, field.encode()),))


def _with_from(mail: DerivedMail, field: bytes) -> DerivedMail:
    raw = _FROM.sub(lambda _found: field, mail.item.content.raw, count=1)
    item = replace(mail.item, content=Content(raw))
    return replace(mail, id=f"{mail.id}-{len(field)}", item=item)


def _too_large(bench: Bench) -> Iterator[Staged]:
    """Let a file be small enough, and too large once it is written in base64."""
    for scene in bench.scenes if connectors(bench) else ():
        octets = bytes(60_000)
        part = MailPart("application/octet-stream", octets, "scan.bin")
        draft = shown(scene, "large")
        mail = bench.meant(replace(draft, parts=(*draft.parts, part)), _SECURE)
        edit = {"zivver": {"settings": {"size_limit": 70_000}}}
        yield Staged("60,000 octets are 80,000 in base64", (edit,), (mail,))


def _two(bench: Bench) -> Iterator[Draft]:
    info, cleo, _ = bench.stage.outsiders
    for scene in bench.scenes if connectors(bench) else ():
        yield replace(shown(scene, "two"), to=(info, cleo))


def _too_many(bench: Bench) -> Iterator[Staged]:
    edit = {"zivver": {"settings": {"recipient_limit": 1}}}
    for draft in _two(bench) if bench.is_online else ():
        mail = bench.meant(draft, _SECURE)
        says = "Zivver takes one recipient at a time"
        yield Staged(says, (edit,), (mail,), patience=_HOUR, sees=_in_parts)


def _in_parts(was: Outcome, then: Outcome) -> str:
    """See a second transmission, or that a part came later."""
    handed = [
        {step.details for step in fate.steps if step.kind is StepKind.HANDED_OFF}
        for outcome in (was, then)
        for fate in outcome.fates
    ]
    late = {copy.after for copy in then.deliveries} - {None}
    if late or (handed and len(set().union(*handed)) > 2):
        return "its recipients come to Zivver in several transmissions"
    return ""


def _faults(bench: Bench, says: str, *lines: FaultLine) -> Iterator[Staged]:
    if connectors(bench):
        yield Staged(says, faults=lines)


def _throttled(bench: Bench) -> Iterator[Staged]:
    greeting = FaultLine(Moment.CONNECT, reply=_BUSY, times=None)
    yield from _faults(bench, "Zivver greets with 421", greeting)
    sender = FaultLine(Moment.MAIL, reply=_LATER, times=None)
    yield from _faults(bench, "Zivver says 451 to MAIL", sender)


def _reply_lost(bench: Bench) -> Iterator[Staged]:
    line = FaultLine(Moment.DONE, Deed.TAKE)
    if connectors(bench):
        says = "Zivver takes the mail, and its reply is lost"
        yield Staged(says, faults=(line,), patience=_HOUR)


def _one_refused(bench: Bench) -> Iterator[Staged]:
    for draft in _two(bench) if bench.is_online else ():
        mail = bench.meant(draft, _SECURE)
        about = draft.to[1]
        line = FaultLine(Moment.RCPT, reply=_NOBODY, about=about, times=None)
        says = f"Zivver refuses {about} and takes the other"
        yield Staged(says, mails=(mail,), faults=(line,))


_S, _I, _N = Guide.STATED, Guide.IMPLIED, Guide.SILENT
_LOST, _LATE = (Harm.LOST,), (Harm.DELAY, Harm.LOST)
_WIRE = (Notice.CHECK, Notice.WIRE)
_LISTED = (Notice.CHECK, Notice.CHECKLIST)
_entry = partial(entry, Part.SUBMISSION)
ENTRIES: tuple[Failure, ...] = (
    _entry(
        48,
        "the domain is not on Zivver's allowlist",
        "admission",
        _S,
        _not_listed,
        _BY_SPF,
        harms=_LATE,
        follows=_REFUSED,
        notice=_LISTED,
        evidence=Evidence.DOCUMENTED,
        sources=("zivver#3",),
    ),
    _entry(
        49,
        "the credentials are wrong, changed or revoked",
        "AUTH",
        _I,
        _revoked,
        _BY_LOGIN,
        harms=_LATE,
        follows=_REFUSED,
        notice=_WIRE,
        sources=("field-cases#X-30",),
        corrects="Exchange makes no NDR of it: the queue retries until mail expires",
    ),
    _entry(
        50,
        "the connector logs in before TLS",
        "AUTH",
        _I,
        _in_clear,
        _BY_LOGIN,
        harms=(Harm.EXPOSE,),
        follows=(_K.EXPOSURE, *_REFUSED),
        notice=_WIRE,
        sources=("exchange-routing#D11",),
    ),
    _entry(
        51,
        "a new outbound address is not in SPF, or the record is wrong",
        "admission",
        _I,
        _outside_spf,
        _BY_SPF,
        harms=_LOST,
        follows=_REFUSED,
        notice=_LISTED,
    ),
    _entry(
        52,
        "DNS fails while Zivver looks up SPF",
        "admission",
        _N,
        _no_dns,
        _BY_SPF,
        harms=(Harm.DELAY,),
        follows=_REFUSED,
        notice=_WIRE,
    ),
    _entry(
        53,
        "mail without a reverse-path meets admission by SPF",
        "admission",
        _N,
        _null_sender,
        _BY_SPF,
        harms=_LOST,
        follows=_REFUSED,
    ),
    _entry(
        54,
        "the sender has no account at Zivver",
        "account check",
        _N,
        _no_account,
        A_CONNECTOR,
        harms=_LOST,
        follows=_REFUSED,
        notice=_LISTED,
        sources=("zivver#5",),
        corrects="what Zivver does then is not documented: it is told as depending "
        "on that",
    ),
    _entry(
        55,
        "the account is invited or suspended, or that of a shared mailbox is missing",
        "account check",
        _N,
        _sleeping_account,
        A_CONNECTOR,
        harms=_LOST,
        follows=_REFUSED,
        notice=_LISTED,
        sources=("zivver#5",),
    ),
    _entry(
        56,
        "several stand in From, or none with an address",
        "account check",
        _N,
        _odd_from,
        "a row of the policy about the subject or a label",
        harms=_LOST,
        follows=_REFUSED,
    ),
    _entry(
        57,
        "the mail is too large once it is written in base64",
        "SIZE/DATA",
        _N,
        _too_large,
        A_CONNECTOR,
        harms=_LOST,
        follows=_REFUSED,
        notice=_WIRE,
    ),
    _entry(
        58,
        "the limit of recipients has the rest sent in a second transmission",
        "RCPT",
        _N,
        _too_many,
        "Exchange Online with a relay by a connector",
        harms=(Harm.SPLIT,),
        follows=_REFUSED,
        notice=(Notice.TRACE, Notice.WIRE),
        sources=("field-cases#X-16",),
    ),
    _entry(
        59,
        "Zivver is out of order, or asks for patience",
        "any",
        _N,
        _throttled,
        A_CONNECTOR,
        harms=(Harm.DELAY,),
        follows=_REFUSED,
        notice=_WIRE,
    ),
    _entry(
        60,
        "the reply after the mail is lost",
        "DATA",
        _N,
        _reply_lost,
        A_CONNECTOR,
        harms=(Harm.DUPLICATE,),
        follows=(_K.DUPLICATE,),
        notice=_WIRE,
    ),
    _entry(
        61,
        "one recipient is refused, the others are taken",
        "RCPT",
        _N,
        _one_refused,
        "Exchange Online with a relay by a connector",
        harms=_LOST,
        follows=(_K.LOSS, _K.UNDETERMINED),
        notice=_WIRE,
    ),
)

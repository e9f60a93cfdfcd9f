"""What must be against what is: an outcome and its duties give findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from fakes.mail.handoff import TlsLevel
from fakes.mail.item import ItemKind
from fakes.trace import Answer, StepKind
from harness.duty import Duty, FindingKind, Inside, Obligation
from harness.outcome import SECURE, Because, Delivery, Disposition, Fate, Outcome
from harness.policy.noun import is_own

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.mail.address import Address
    from fakes.trace import Step

__all__ = [
    "HINTS",
    "TABLE",
    "WEIGHT",
    "Finding",
    "FindingKind",
    "compare",
    "worst",
]


# What is worth a hint, and never makes an answer worse than yes.
HINTS = frozenset({FindingKind.WEAK})

WEIGHT: Mapping[FindingKind, int] = MappingProxyType(
    {kind: number for number, kind in enumerate(FindingKind)}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between what must be and what is.

    `recipient` is None for a copy that nobody of the envelope was to get. `lacks` is
    the rule whose effect the policy asks for and the mail does not show.
    """

    kind: FindingKind
    recipient: Address | None
    obligation: Obligation
    why: str
    delivery: Delivery | None = None
    rows: tuple[str, ...] = ()
    is_told: bool = False
    is_beyond_rules: bool = False
    because: Because | None = None
    others: tuple[FindingKind, ...] = ()
    lacks: str = ""


_D, _F, _O = Disposition, FindingKind, Obligation
_SECURE, _PLAIN, _NONE = _O.MUST_BE_SECURE, _O.MUST_BE_PLAIN, _O.NO_WORD
_AWAY = _O.MUST_BE_REFUSED
_Row: TypeAlias = "Mapping[Obligation, FindingKind | None]"

# The finding table: for each disposition, what it means under each obligation. What
# depends on more than the disposition is decided in `_of_delivery`.
_WORDS: Mapping[Disposition, _Row] = MappingProxyType(
    {
        _D.SECURE_NOTIFICATION: {_SECURE: None, _PLAIN: _F.OVER_CAPTURE, _NONE: None},
        _D.SECURE_DIRECT: {_SECURE: None, _PLAIN: _F.OVER_CAPTURE, _NONE: None},
        _D.SECURE_IN_APP: {_SECURE: None, _PLAIN: _F.OVER_CAPTURE, _NONE: None},
        _D.PLAIN: {_SECURE: _F.LEAK, _PLAIN: None, _NONE: None},
        _D.INTERNAL: {_SECURE: None, _PLAIN: None, _NONE: None},
        _D.MISDIRECTED: dict.fromkeys((_SECURE, _PLAIN, _NONE), _F.MISDIRECTION),
        _D.HELD: {_SECURE: _F.DELAY, _PLAIN: _F.OVER_CAPTURE, _NONE: _F.DELAY},
        _D.MODERATED: dict.fromkeys((_SECURE, _PLAIN, _NONE), _F.DELAY),
        _D.DEFERRED: dict.fromkeys((_SECURE, _PLAIN, _NONE), _F.DELAY),
        _D.REJECTED: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.BOUNCED: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.EXPIRED: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.REFUSED: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.DELETED: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.QUARANTINED: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.LOST: {_SECURE: _F.LOSS, _PLAIN: _F.LOSS, _NONE: None},
        _D.LOOPED: dict.fromkeys((_SECURE, _PLAIN, _NONE), _F.LOOP),
        _D.UNDETERMINED: {
            _SECURE: _F.UNDETERMINED,
            _PLAIN: _F.UNDETERMINED,
            _NONE: None,
        },
    }
)
_STRICTEST_FIRST = (_SECURE, _AWAY, _O.CANNOT_TELL, _PLAIN, _NONE)
# The column of what must be turned away: whatever Zivver gets is too much.
_CAUGHT: Mapping[Disposition, FindingKind] = MappingProxyType(
    {
        **dict.fromkeys((*SECURE, _D.HELD, _D.DEFERRED, _D.BOUNCED), _F.OVER_CAPTURE),
        _D.MISDIRECTED: _F.MISDIRECTION,
        _D.LOOPED: _F.LOOP,
        _D.UNDETERMINED: _F.UNDETERMINED,
    }
)
TABLE: Mapping[Disposition, _Row] = MappingProxyType(
    {end: {**row, _AWAY: _CAUGHT.get(end)} for end, row in _WORDS.items()}
)
_BCC_SHOWN = "Zivver shows this Bcc recipient to the others (zivver_bcc_mode: exposed)"
_REACHED = SECURE | {Disposition.PLAIN, Disposition.INTERNAL}
# What may be seen by others of a mail that Zivver got all the same: the wire of the
# fakes has no impostor on it, so that what a connector asks of TLS is what decides
# (exchange-routing#1.6, zivver#F37, zivver#F38).
_ON_THE_WAY: Mapping[TlsLevel, tuple[FindingKind, str]] = MappingProxyType(
    {
        TlsLevel.NEVER: (_F.EXPOSURE, "it goes in clear, and anybody can read it"),
        TlsLevel.OPPORTUNISTIC: (
            _F.EXPOSURE,
            "whoever sits between can leave out STARTTLS and read it in clear",
        ),
        TlsLevel.ENCRYPTION_ONLY: (
            _F.EXPOSURE,
            "whoever sits between can pose as Zivver with a certificate of his own",
        ),
        TlsLevel.CERTIFICATE_VALIDATION: (
            _F.WEAK,
            "whoever sits between and has a trusted certificate can pose as Zivver",
        ),
    }
)


DLP = "Zivver's DLP"
_LACKS_RULE = 'rule "{}" has not acted on it before Zivver gets it'
_LACKS_DLP = "the relay has no DLP: nobody at Zivver looks for what must not leave"


def compare(outcome: Outcome, duties: tuple[Duty, ...]) -> tuple[Finding, ...]:
    """Hold an outcome to its duties, every copy judged, the worst first."""
    findings: list[Finding] = []
    for duty in duties:
        fate = outcome.fate(duty.recipient)
        if fate is None:
            fate = Fate(duty.recipient, ())
        findings.extend(_of_fate(fate, duty))
    extra = outcome.fate(None)
    if extra is not None:
        findings.extend(_of_fate(extra, _for_others(duties)))
    return tuple(sorted(findings, key=lambda f: WEIGHT[f.kind]))


def worst(findings: tuple[Finding, ...]) -> FindingKind | None:
    """Give the heaviest kind."""
    return min((f.kind for f in findings), key=lambda k: WEIGHT[k], default=None)


def _for_others(duties: tuple[Duty, ...]) -> Duty | None:
    """The duty towards whoever else gets a copy: that of the strictest recipient."""
    found = min(duties, key=_strictness, default=None)
    return replace(found, inside=Inside.EITHER) if found else None


def _of_fate(fate: Fate, duty: Duty | None) -> list[Finding]:
    if duty is None:
        return []
    found = [_of_copies(copies, fate, duty) for copies in _ways(fate)]
    base = found[0]
    kinds = [frozenset(f.kind for f in findings) - HINTS for findings in found]
    if duty.obligation is _O.CANNOT_TELL:
        return _if_it_matters(fate, duty)
    open_ = fate.undetermined or fate.hangs_on
    if open_ is None or (len(set(kinds)) == 1 and fate.is_whole):
        # What nobody can tell in any run says why as well.
        return [
            replace(finding, because=open_)
            if finding.kind is _F.UNDETERMINED
            else finding
            for finding in base
        ]
    others = tuple(sorted({k for way in kinds for k in way}, key=lambda k: WEIGHT[k]))
    delivery = fate.deliveries[0] if fate.deliveries else None
    return [
        Finding(
            _F.UNDETERMINED,
            fate.recipient,
            duty.obligation,
            open_.why or "it depends on " + ", ".join(open_.questions),
            delivery,
            duty.rows,
            is_beyond_rules=duty.is_beyond_rules,
            because=open_,
            others=others,
        )
    ]


def _if_it_matters(fate: Fate, duty: Duty) -> list[Finding]:
    """The policy cannot tell: nothing is found if both answers are content."""
    ways = [replace(duty, obligation=obligation) for obligation in (_SECURE, _PLAIN)]
    if not any(f.kind not in HINTS for way in ways for f in _of_fate(fate, way)):
        return []
    why = duty.why or "the policy cannot tell whether it must be secure"
    delivery = fate.deliveries[0] if fate.deliveries else None
    return [
        Finding(
            _F.UNDETERMINED, fate.recipient, duty.obligation, why, delivery, duty.rows
        )
    ]


def _ways(fate: Fate) -> tuple[tuple[Delivery, ...], ...]:
    return (fate.deliveries, *fate.alternatives)


def _of_copies(copies: tuple[Delivery, ...], fate: Fate, duty: Duty) -> list[Finding]:
    findings = []
    for delivery in copies:
        own = _towards(delivery, duty)
        kind = _of_delivery(delivery, own)
        is_copy = kind is _F.MISDIRECTION and delivery.reached in duty.copies
        if kind and not is_copy:
            findings.append(_finding(kind, fate, own, delivery))
        elif own.obligation is _SECURE and not kind:
            findings.extend(_on_the_way(fate, own, delivery))
            findings.extend(_missing(fate, own, delivery))
    is_expected = duty.obligation not in {_NONE, _AWAY}
    if not copies and fate.recipient is not None and is_expected:
        # A recipient of whom nothing is said got nothing, whatever the reason.
        nothing = Delivery(fate.recipient, None, _D.LOST, "nothing came of it")
        findings.append(_finding(_F.LOSS, fate, duty, nothing))
    reached = [d for d in copies if d.disposition in _REACHED]
    twice = [d for n, d in enumerate(reached) if d.reached in _reached(reached[:n])]
    if fate.recipient is not None and twice:
        findings.append(_finding(_F.DUPLICATE, fate, duty, twice[-1]))
    return findings


def _on_the_way(fate: Fate, duty: Duty, delivery: Delivery) -> list[Finding]:
    """Find what others may see of a mail that Zivver got."""
    if delivery.is_shown:
        return [replace(_finding(_F.EXPOSURE, fate, duty, delivery), why=_BCC_SHOWN)]
    if delivery.tls is None or delivery.tls not in _ON_THE_WAY:
        return []
    kind, why = _ON_THE_WAY[delivery.tls]
    return [replace(_finding(kind, fate, duty, delivery), why=why)]


def _missing(fate: Fate, duty: Duty, delivery: Delivery) -> list[Finding]:
    """Find what the policy asks of the mail itself when Zivver gets it.

    zivver#F28, zivver#F31: it is secure, and lacks what other mail has.
    """
    if delivery.disposition not in SECURE:
        return []
    base = _finding(_F.WEAK, fate, duty, delivery)
    # Of a copy for others no step tells; the recipients' own copies do.
    wanted = duty.after if fate.recipient is not None else ()
    found = [
        replace(base, why=_LACKS_RULE.format(name), lacks=name)
        for name in wanted
        if not any(_has_acted(step, name, fate.recipient) for step in fate.steps)
    ]
    if duty.expects_dlp:
        found.append(replace(base, why=_LACKS_DLP, lacks=DLP))
    return found


def _has_acted(step: Step, rule: str, recipient: Address | None) -> bool:
    return (
        step.kind is StepKind.RULE
        and step.subject.casefold() == rule.casefold()
        and step.answer is Answer.YES
        and bool(step.did)
        and (not step.recipients or recipient in step.recipients)
    )


def _reached(copies: list[Delivery]) -> set[Address | None]:
    return {delivery.reached for delivery in copies}


def _towards(delivery: Delivery, duty: Duty) -> Duty:
    """Take the duty towards outsiders for a copy that somebody else has got there."""
    who, beyond = delivery.reached, duty.beyond
    if who is None or beyond is None or who == duty.recipient:
        return duty
    if is_own(who.domain_key, beyond.own_domains):
        return duty
    # What the policy asks for the recipient itself is asked of his copies too.
    return min(duty, beyond.duty, key=_strictness)


def _strictness(duty: Duty) -> int:
    return _STRICTEST_FIRST.index(duty.obligation)


def _of_delivery(delivery: Delivery, duty: Duty) -> FindingKind | None:
    """Look up the table, then what it leaves to the single case."""
    if duty.obligation is _O.CANNOT_TELL:
        return _F.UNDETERMINED
    if duty.obligation is _SECURE and delivery.left_plain:
        is_report = delivery.within == ItemKind.NDR
        return _F.EXPOSURE if is_report else _F.LEAK
    kind = TABLE[delivery.disposition].get(duty.obligation)
    is_secure = delivery.disposition in SECURE
    if duty.obligation is _SECURE and delivery.disposition is _D.INTERNAL:
        return _F.LEAK if duty.inside is Inside.SECURE else None
    if duty.obligation is _SECURE and is_secure and duty.inside is Inside.PLAIN:
        return _F.OVER_CAPTURE
    is_silent_wait = delivery.disposition in {_D.HELD, _D.MODERATED}
    if duty.obligation is _SECURE and is_silent_wait and not delivery.is_told:
        return _F.LOSS
    return kind


def _finding(kind: FindingKind, fate: Fate, duty: Duty, delivery: Delivery) -> Finding:
    return Finding(
        kind,
        fate.recipient,
        duty.obligation,
        delivery.why,
        delivery,
        duty.rows,
        is_told=delivery.is_told,
        is_beyond_rules=duty.is_beyond_rules and kind is _F.LEAK,
    )

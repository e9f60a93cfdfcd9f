"""What a case expects of each recipient, and how an outcome differs from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import permutations
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.trace import Answer, StepKind
from harness.compare import Finding, FindingKind
from harness.outcome import SECURE, Disposition, Happened
from harness.spans import spelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from fakes.mail.address import Address
    from harness.outcome import Delivery, Fate, Moment, Outcome

NEVER_PLAIN = "never plain"
# Words for groups of dispositions, beside the dispositions themselves.
GROUPS: Mapping[str, frozenset[Disposition]] = MappingProxyType(
    {
        "secure": SECURE,
        "plain": frozenset({Disposition.PLAIN}),
        "inside": frozenset({Disposition.INTERNAL}),
    }
)
WORDS = (*GROUPS, NEVER_PLAIN, *(entry.value for entry in Disposition))
BEYOND_RULES = " (beyond rules)"
FINDING_WORDS = (*FindingKind, FindingKind.LEAK.value + BEYOND_RULES)
STEP_WORDS = ("matches", "does not match", "cannot tell")
_STEP_ANSWERS: Mapping[str, Answer] = MappingProxyType(
    dict(zip(STEP_WORDS, (Answer.YES, Answer.NO, Answer.CANNOT_TELL), strict=True))
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One expected copy; what is None is not looked at. `why` is a part of it."""

    word: str
    via: str | None = None
    connector: str | None = None
    reached: Address | None = None
    is_told: bool | None = None
    left_plain: bool | None = None
    is_encrypted: bool | None = None
    after: timedelta | None = None
    told_after: timedelta | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """The copies of one recipient (None: of others); `otherwise` if it depends."""

    recipient: Address | None
    copies: tuple[Copy, ...]
    otherwise: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects.

    `undetermined` and `hangs_on` name the questions left open; `refused` is part of
    why Exchange would not take the configuration; `steps` say of a rule by name
    whether it matches; `findings` are kinds, against the tenant's policy. `tried` are
    the times of the first attempts, `told` all at which the sender hears something,
    both after the mail was sent.
    """

    recipients: tuple[Expected, ...] = ()
    undetermined: tuple[str, ...] = ()
    hangs_on: tuple[str, ...] = ()
    refused: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    findings: tuple[str, ...] | None = field(default=None)
    tried: tuple[timedelta, ...] = ()
    told: tuple[timedelta, ...] | None = None

    @property
    def is_determined(self) -> bool:
        """Whether one run tells all there is."""
        return not (self.undetermined or self.hangs_on)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference: about whom, what was expected, what was got, and why.

    `is_clear`: a copy left in clear, and no such copy was expected.
    """

    about: str
    expected: str
    got: str
    why: tuple[str, ...] = ()
    is_clear: bool = False


def judge(
    expect: Expectation, outcome: Outcome, *, one_run: bool = False
) -> tuple[Mismatch, ...]:
    """Compare an outcome with what a case expects.

    `one_run` leaves aside what only an outcome of all ways can show.
    """
    found: list[Mismatch] = []
    for expected in expect.recipients:
        fate = outcome.fate(expected.recipient)
        found.extend(_of_recipient(expected, fate, one_run=one_run))
    named = {expected.recipient for expected in expect.recipients}
    found.extend(
        Mismatch(_who(fate.recipient), "no word about it", _got(fate))
        for fate in outcome.fates
        if fate.recipient not in named
    )
    if not one_run:
        found.extend(_of_questions(expect, outcome))
    found.extend(_of_steps(expect, outcome))
    found.extend(_of_course(expect, outcome))
    return tuple(found)


def finding_word(finding: Finding) -> str:
    """Name a finding; one that no mail flow rule could prevent is marked."""
    return finding.kind.value + (BEYOND_RULES if finding.is_beyond_rules else "")


def words_of(copies: Iterable[Copy]) -> str:
    """Say what is expected, on one line."""
    return " and ".join(_copy_words(copy) for copy in copies)


def trail(fate: Fate) -> tuple[str, ...]:
    """Give the trace of a recipient, a line a step."""
    lines = []
    for step in fate.steps:
        did = f" [{'; '.join(step.did)}]" if step.did else ""
        why = f": {step.why}" if step.why else ""
        lines.append(f"{step.kind.value} {step.subject}, {step.answer.value}{why}{did}")
        is_handed = step.kind is StepKind.HANDED_OFF
        for detail in step.details:
            if is_handed and detail.answer is Answer.YES:
                continue
            looked = ", ".join(detail.looked_for)
            seen = " | ".join(text[:120] for text in detail.found)
            text = f"  {detail.name} [{looked}] {detail.answer.value}"
            lines.append(f"{text}, found [{seen}]" + (detail.why and f" {detail.why}"))
    return tuple(lines)


def _of_recipient(
    expected: Expected, fate: Fate | None, *, one_run: bool
) -> list[Mismatch]:
    who = _who(expected.recipient)
    if fate is None:
        if expected.recipient is None and not expected.copies:
            return []
        return [Mismatch(who, words_of(expected.copies), "nothing is known of it")]
    found = []
    if not _copies_match(expected.copies, fate, one_run=one_run):
        wanted = words_of(expected.copies) or "no copy"
        is_clear = any(d.left_plain for d in fate.deliveries) and not any(
            copy.word in {"plain", Disposition.PLAIN} or copy.left_plain
            for copy in expected.copies
        )
        found.append(Mismatch(who, wanted, _got(fate), trail(fate), is_clear))
    if one_run or not expected.otherwise:
        return found
    ways = fate.alternatives
    if fate.undetermined:
        # No way is the default one where nobody can tell.
        ways = (fate.deliveries, *ways)
    for copy in expected.otherwise:
        if not any(_fits(copy, d) for way in ways for d in way):
            got = "; ".join(_deliveries(way) for way in ways)
            wanted = f"otherwise {_copy_words(copy)}"
            found.append(Mismatch(who, wanted, got or "no other way", trail(fate)))
    return found


def _copies_match(copies: tuple[Copy, ...], fate: Fate, *, one_run: bool) -> bool:
    deliveries = fate.deliveries
    if [copy.word for copy in copies] == [NEVER_PLAIN]:
        ways = (deliveries, *(() if one_run else fate.alternatives))
        return not any(d.left_plain for way in ways for d in way)
    is_undetermined = any(copy.word == Disposition.UNDETERMINED for copy in copies)
    if is_undetermined and len(copies) == 1:
        return one_run or fate.undetermined is not None
    if fate.undetermined is not None and not one_run:
        return False
    if len(copies) != len(deliveries):
        return False
    return any(
        all(_fits(c, d) for c, d in zip(copies, order, strict=True))
        for order in permutations(deliveries)
    )


def _fits(copy: Copy, delivery: Delivery) -> bool:
    if copy.word in GROUPS:
        if delivery.disposition not in GROUPS[copy.word]:
            return False
    elif copy.word != delivery.disposition:
        return False
    seen = (
        (copy.via, delivery.via),
        (copy.connector, delivery.connector),
        (copy.reached, delivery.reached),
        (copy.is_told, delivery.is_told),
        (copy.left_plain, delivery.left_plain),
        (copy.is_encrypted, delivery.is_encrypted),
        (copy.after, delivery.after),
        (copy.told_after, delivery.told_after),
    )
    is_why = copy.why is None or copy.why in delivery.why
    return is_why and all(wanted is None or wanted == got for wanted, got in seen)


def _of_questions(expect: Expectation, outcome: Outcome) -> list[Mismatch]:
    """Every open question is named, and every named question is open."""
    open_facts: dict[str, str] = {}
    open_readings: dict[str, str] = {}
    for fate in outcome.fates:
        if fate.undetermined:
            open_facts |= dict.fromkeys(fate.undetermined.questions, _got(fate))
        if fate.hangs_on:
            open_readings |= dict.fromkeys(fate.hangs_on.questions, _got(fate))
    rows = (
        ("undetermined", expect.undetermined, open_facts),
        ("hangs_on", expect.hangs_on, open_readings),
    )
    found = []
    for key, named, open_ in rows:
        extra = [q for q in open_ if not any(name in q for name in named)]
        absent = [name for name in named if not any(name in q for q in open_)]
        if extra or absent:
            got = "; ".join(f"{q}: {what}" for q, what in open_.items())
            wanted = ", ".join(named) or "no open question"
            found.append(Mismatch(key, wanted, got or "no open question"))
    return found


def _of_steps(expect: Expectation, outcome: Outcome) -> list[Mismatch]:
    found = []
    for rule, word in expect.steps:
        answers = {
            step.answer
            for fate in outcome.fates
            for step in fate.steps
            if step.kind is StepKind.RULE and step.subject == rule
        }
        wanted = _STEP_ANSWERS[word]
        is_met = wanted in answers if wanted is not Answer.NO else answers == {wanted}
        if not is_met:
            got = ", ".join(sorted(answer.value for answer in answers))
            found.append(Mismatch(f"rule `{rule}`", word, got or "it was not reached"))
    return found


def _of_course(expect: Expectation, outcome: Outcome) -> list[Mismatch]:
    """Compare when it was tried, and when the sender was told."""
    moments = outcome.moments
    began = moments[0].at if moments else None
    tried = _times(moments, {Happened.TRIED}, began)
    told = _times(moments, {Happened.TOLD_OF_DELAY, Happened.TOLD_OF_FAILURE}, began)
    rows = (
        ("tried", expect.tried, tried[: len(expect.tried)]),
        ("told", expect.told or (), told if expect.told is not None else ()),
    )
    return [
        Mismatch(what, _spans(wanted), _spans(got))
        for what, wanted, got in rows
        if wanted != got
    ]


def _times(
    moments: tuple[Moment, ...], kinds: set[Happened], began: datetime | None
) -> tuple[timedelta, ...]:
    found = (m.at - began for m in moments if began and m.what in kinds)
    return tuple(dict.fromkeys(found))


def _spans(spans: tuple[timedelta, ...]) -> str:
    return ", ".join(map(spelt, spans)) or "never"


def _copy_words(copy: Copy) -> str:
    more = [
        f"{name} {value}"
        for name, value in (
            ("via", copy.via),
            ("connector", copy.connector),
            ("reached", copy.reached),
            ("after", copy.after),
            ("told after", copy.told_after),
            ("why", copy.why),
        )
        if value is not None
    ]
    flags = (
        ("somebody is told", copy.is_told),
        ("it left plain", copy.left_plain),
        ("encrypted", copy.is_encrypted),
    )
    more += [f"{'' if v else 'not '}{name}" for name, v in flags if v is not None]
    return ", ".join([copy.word, *more])


def _got(fate: Fate) -> str:
    if fate.undetermined:
        return f"cannot be told: {fate.undetermined.why}"
    return _deliveries(fate.deliveries)


def _deliveries(deliveries: tuple[Delivery, ...]) -> str:
    return " and ".join(
        f"{d.disposition.value} ({d.why}; via {d.via}"
        + (f", connector {d.connector}" if d.connector else "")
        + (f", reached {d.reached}" if d.reached else "")
        + (", told" if d.is_told else "")
        + (f", after {spelt(d.after)}" if d.after else "")
        + (f", told after {spelt(d.told_after)}" if d.told_after is not None else "")
        + ")"
        for d in deliveries
    )


def _who(recipient: Address | None) -> str:
    return "others" if recipient is None else str(recipient)

"""One mail, told: for each recipient what becomes of it, why, and every step.

The layout follows the report that administrators know of mail flow rules: a block a
recipient, a rule under a rule, a test under its rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from fakes.trace import StepKind
from harness.duty import Inside, Obligation
from harness.outcome import Disposition
from harness.report.course import course
from harness.report.page import AMBER, GREEN, STRONG, line, listed, rows, shown
from harness.report.steps import LABEL, lay_step
from harness.report.told import (
    closest,
    numbered,
    numbered_step,
    own_details,
    speaks_against,
    test_name,
    took,
)
from harness.report.words import (
    CANNOT_TELL,
    COLOUR,
    WHAT_BECOMES,
    depends_on,
    end_colour,
    end_word,
    finding_word,
    settled,
    taken_for_granted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.mail.address import Address
    from fakes.trace import Step
    from harness.outcome import Because, Delivery, Fate
    from harness.report.page import Page, Part
    from harness.report.told import Told


_NAMES = 24
_NOTHING = "nothing is known of it"


@dataclass(frozen=True, slots=True)
class _Block:
    """A fate laid out, and for whom; those that went the same way share one."""

    recipients: tuple[Address | None, ...]
    parts: tuple[Part, ...]
    key: str


def explanation(told: Told, *, width: int) -> Page:
    """Lay out what becomes of a mail, the answer before its reasons."""
    page: list[Part] = []
    for number, block in enumerate(_shared(told, width)):
        if number:
            page.append("")
        page.extend(block.parts)
    page.extend(course(told.outcome.moments))
    tail = tuple(_rests_on(told))
    return (*page, "", *tail) if tail else tuple(page)


def _rests_on(told: Told) -> Iterator[Part]:
    if told.outcome.assumed:
        granted = taken_for_granted(told.outcome.assumed)
        yield line(f"Taken for granted: {granted}.")
    if told.assumed:
        yield line(f"Assumed of this mail: {shown('; '.join(told.assumed))}.")
    yield from (line(f"Settled: {shown(settled(one))}.") for one in told.settled)


def _shared(told: Told, width: int) -> list[_Block]:
    groups: dict[str, list[Fate]] = {}
    for fate in told.outcome.fates:
        groups.setdefault(_way(fate, told), []).append(fate)
    return [
        _Block(
            tuple(fate.recipient for fate in fates),
            tuple(_block(fates, told, width)),
            way,
        )
        for way, fates in groups.items()
    ]


def _way(fate: Fate, told: Told) -> str:
    """Key what is told of a fate, so that those who went the same way meet."""
    steps = [
        replace(step, details=own_details(step, fate, told.outcome), recipients=())
        for step in fate.steps
    ]
    duty = told.duty(fate.recipient)
    what = (
        [(d.result[2:], d.why, d.reached == fate.recipient) for d in fate.deliveries],
        steps,
        fate.undetermined,
        fate.hangs_on,
        duty and (duty.obligation, duty.rows, duty.why),
    )
    text = repr(what)
    return text.replace(repr(fate.recipient), "?") if fate.recipient else text


def _block(fates: list[Fate], told: Told, width: int) -> Iterator[Part]:
    fate = fates[0]
    yield from _heads(fates, told)
    yield from _facts(fate, told)
    stopped: Step | None = None
    seen: list[str] = []
    side = ""
    for step in _without_echo(fate.steps):
        if step.kind is not StepKind.RULE and seen:
            yield from _unreached(seen, stopped, told)
            seen, stopped = [], None
        if step.side != side:
            side = step.side
            yield line((f"{side}:", STRONG), indent=2)
        yield from lay_step(step, fate, told, width=width)
        if step.kind is StepKind.RULE:
            seen.append(step.subject)
            if "StopRuleProcessing" in step.did:
                stopped = step


def _heads(fates: list[Fate], told: Told) -> Iterator[Part]:
    """The answer: for whom, one word, a few more words."""
    fate = fates[0]
    duty = told.duty(fate.recipient)
    is_secret = duty and duty.obligation is Obligation.MUST_BE_SECURE
    must = bool(is_secret) if duty else None
    names = listed(shown(str(f.recipient)) for f in fates if f.recipient)
    who = names or "somebody else, a copy"
    ends = [_end(delivery, must) for delivery in fate.deliveries]
    if fate.undetermined:
        ends = [_ends(fate)]
    ends = ends or [Text("no copy", style=AMBER)]
    if len(who) > _NAMES:
        yield line((who, STRONG))
        who = ""
    for end in ends:
        yield rows(((Text(who, style=STRONG), end),), label=_NAMES)
        who = ""


def _end(delivery: Delivery, must: bool | None) -> Text:  # noqa: FBT001
    word = end_word(delivery.disposition)
    text = Text().append(word, style=end_colour(delivery, must_be_secure=must))
    text.append(f"  {WHAT_BECOMES[delivery.disposition]}")
    if delivery.reached and delivery.reached != delivery.original:
        text.append(f" (at {shown(str(delivery.reached))})")
    return text


def _ends(fate: Fate) -> Text:
    """Name every end that is possible, when it cannot be told which it is."""
    ways = (fate.deliveries, *fate.alternatives)
    words = [listed(end_word(d.disposition) for d in way) or "no copy" for way in ways]
    every = listed(dict.fromkeys(words), last="or")
    text = Text().append(CANNOT_TELL, style=AMBER)
    return text.append(f"  {every}" if len(set(words)) > 1 else "")


def _facts(fate: Fate, told: Told) -> Iterator[Part]:
    """The reasons in one breath, before the steps."""
    pairs: list[tuple[str | Text, str | Text]] = []
    duty = told.duty(fate.recipient)
    if duty:
        pairs.append(("policy", _duty(fate, told)))
    pairs.append(("why", shown(_why(fate, told))))
    because = fate.undetermined or fate.hangs_on
    if because:
        pairs.append(("depends on", shown(depends_on(because))))
        other = _otherwise(because)
        if other:
            pairs.append(("otherwise", other))
            pairs.append(("below", f"the steps of the way that ends {_word(fate)}"))
    yield rows(pairs, indent=2, label=LABEL)


def _duty(fate: Fate, told: Told) -> Text:
    duty = told.duty(fate.recipient)
    text = Text("")
    if duty is None:
        return text
    names = listed(shown(name) for name in duty.rows)
    said = duty.obligation.value
    text.append(f"{said}: {shown(duty.why)}{f' (row {names})' if names else ''}")
    is_secret = duty.obligation is Obligation.MUST_BE_SECURE
    ends = {delivery.disposition for delivery in fate.deliveries}
    if is_secret and ends == {Disposition.INTERNAL} and duty.inside is Inside.EITHER:
        text.append("; inside it may go either way")
    for finding in told.findings:
        if finding.recipient == fate.recipient:
            text.append("  ")
            text.append(finding_word(finding.kind), style=COLOUR[finding.kind])
    return text


def _why(fate: Fate, told: Told) -> str:
    """Answer first: which rule took it, or which came closest to taking it."""
    steps = took(fate, told)
    if steps:
        names = [numbered_step(step, told) for step in steps]
        did = "; ".join(dict.fromkeys(did for step in steps for did in step.did))
        more = _trouble(fate)
        return f"{listed(names)} took it: {did}{more}"
    if any(step.kind is StepKind.RULE for step in fate.steps):
        is_inside = all(d.disposition is Disposition.INTERNAL for d in fate.deliveries)
        ends = "; ".join(dict.fromkeys(d.why for d in fate.deliveries))
        near = closest(fate, told)
        if near is None or is_inside:
            return f"no rule took it to Zivver; {ends}"
        name = numbered_step(near, told)
        failed = [
            test_name(detail)
            for detail in own_details(near, fate, told.outcome)
            if speaks_against(detail)
        ]
        reason = f" ({listed(failed)})" if failed else ""
        return f"no rule took it to Zivver; {name} came closest{reason}"
    return (
        "; ".join(dict.fromkeys(d.why for d in fate.deliveries)) or "nothing is known"
    )


def _trouble(fate: Fate) -> str:
    """Add the last word of whoever ended the way, if it did not end well."""
    bad = [d.why for d in fate.deliveries if end_colour(d) not in {GREEN, ""}]
    return f"; {'; '.join(dict.fromkeys(bad))}" if bad else ""


def _word(fate: Fate) -> str:
    words = dict.fromkeys(end_word(d.disposition) for d in fate.deliveries)
    return listed(words) or "with no copy"


def _otherwise(because: Because) -> Text:
    text = Text("")
    for number, delivery in enumerate(because.otherwise):
        text.append("; " if number else "")
        text.append_text(_end(delivery, None))
    return text


def _without_echo(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Leave out an ending that the step before has told already."""
    last = ""
    for step in steps:
        if step.kind is not StepKind.ENDED or step.why != last:
            yield step
        last = step.why


def _unreached(seen: list[str], stopped: Step | None, told: Told) -> Iterator[Part]:
    """Say which rules a stop kept from the mail."""
    if stopped is None:
        return
    left = [rule for rule in told.rules_of(stopped.side) if rule.name not in seen]
    if not left:
        return
    names = listed(numbered(rule.name, rule) for rule in left)
    stopper = numbered(stopped.subject, told.rule(stopped))
    yield rows(
        (("not reached", f"{shown(names)}: {shown(stopper)} stops the rules"),),
        indent=2,
        label=LABEL,
    )

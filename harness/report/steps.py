"""The steps of a mail's way, laid out: a rule with its tests, a hand-off, the rest."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.text import Text

from fakes.trace import Answer, StepKind
from harness.report.caret import nearest
from harness.report.compared import comparison, is_short
from harness.report.page import AMBER, QUIET, STRONG, line, rows, shown
from harness.report.told import own_details, reads_body, speaks_against, test_name
from harness.report.words import plainly, question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fakes.trace import Detail, Step
    from harness.outcome import Fate
    from harness.report.page import Part
    from harness.report.told import Told

LABEL = 11
_INSIDE_RULE = LABEL + 4
_BODY = "(the text of the mail is not printed)"

_LABELS: Mapping[StepKind, str] = MappingProxyType(
    {
        StepKind.SUBMITTED: "submitted",
        StepKind.RESOLVED: "recipient",
        StepKind.EXPANDED: "goes on to",
        StepKind.FORKED: "forked",
        StepKind.CONNECTOR: "connector",
        StepKind.HANDED_OFF: "handed to",
        StepKind.GATEWAY: "gateway",
        StepKind.ADMISSION: "admission",
        StepKind.DELIVERY: "delivery",
        StepKind.ENDED: "ends",
    }
)
_NAMED = frozenset(
    {
        StepKind.CONNECTOR,
        StepKind.GATEWAY,
        StepKind.ADMISSION,
        StepKind.RESOLVED,
        StepKind.EXPANDED,
    }
)
_VERDICTS: Mapping[Answer, str] = MappingProxyType(
    {Answer.YES: "yes", Answer.NO: "no", Answer.CANNOT_TELL: "cannot tell"}
)
_SCOPES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("FromScope", "InOrganization"): "the sender is inside",
        ("FromScope", "NotInOrganization"): "the sender is outside",
        ("SentToScope", "InOrganization"): "the recipient is inside",
        ("SentToScope", "NotInOrganization"): "the recipient is outside",
    }
)


def lay_step(step: Step, fate: Fate, told: Told, *, width: int) -> Iterator[Part]:
    """Lay out one step as the recipient of this fate met it."""
    if step.kind is StepKind.RULE:
        yield from _rule(step, fate, told, width)
        return
    why = shown(plainly(step.why))
    if step.kind is StepKind.HANDED_OFF:
        why = "; ".join((shown(step.subject), why, *_last_words(step)))
    elif step.kind in _NAMED:
        why = f"{shown(step.subject)}: {why}"
    yield rows(((_LABELS[step.kind], why),), indent=2, label=LABEL)


def _last_words(step: Step) -> Iterator[str]:
    """What the peer said: each refusal, or its last reply if there was none."""
    refusals = [detail for detail in step.details if detail.answer is Answer.NO]
    for detail in refusals or step.details[-1:]:
        if detail.found:
            yield f"{detail.name}: {shown(', '.join(detail.found))}"


def _rule(step: Step, fate: Fate, told: Told, width: int) -> Iterator[Part]:
    rule = told.rule(step)
    details = own_details(step, fate, told.outcome)
    is_matched = step.answer is Answer.YES
    head = Text(f'"{shown(step.subject)}"  ')
    if is_matched:
        head.append("matches", style=STRONG)
        head.append("" if details else ", it has no condition")
    elif step.answer is Answer.CANNOT_TELL or _is_open(details):
        head.append("cannot tell", style=AMBER)
    else:
        head.append("does not match" if details else "is passed over")
    head.append(f": {shown(plainly(step.why))}" if step.why else "")
    head.append(f"  ({shown(step.place)})" if step.place else "", style=QUIET)
    label = f"rule {rule.priority}" if rule else "rule"
    yield rows(((label, head),), indent=2, label=LABEL)
    for detail in details:
        yield from _test(detail, fate, width, is_matched=is_matched)
    if step.did:
        did = "; ".join(shown(text) for text in step.did)
        yield rows((("did", did),), indent=_INSIDE_RULE, label=3)


def _is_open(details: tuple[Detail, ...]) -> bool:
    """Say whether nothing speaks against a rule, and something cannot be told."""
    is_against = any(speaks_against(detail) for detail in details)
    return not is_against and any(d.answer is Answer.CANNOT_TELL for d in details)


def _test(
    detail: Detail, fate: Fate, width: int, *, is_matched: bool
) -> Iterator[Part]:
    """One condition or exception: its verdict, and what it compared."""
    is_against = not is_matched and speaks_against(detail)
    want, found = _compared(detail)
    fits = is_short(want, found)
    head = Text(f"{test_name(detail)} {want}" if fits else test_name(detail))
    verdict = _VERDICTS.get(detail.answer, detail.answer.value)
    style = STRONG if is_against else ""
    if detail.answer is Answer.CANNOT_TELL:
        style = AMBER
    head.append("  ")
    head.append(verdict.upper() if is_against else verdict, style=style)
    head.append(f"  {found}" if fits and found else "")
    head.append(f"  {shown(_reason(detail, fate))}" if detail.why else "")
    yield line(head, indent=_INSIDE_RULE)
    if not fits:
        is_marked = detail.answer is not Answer.YES and not reads_body(detail)
        yield from comparison(
            want, found, width=width, indent=_INSIDE_RULE + 2, is_marked=is_marked
        )


def _compared(detail: Detail) -> tuple[str, str]:
    """What was looked for and what was found, the pair that is most alike."""
    name = detail.name
    if detail.found:
        scope = _SCOPES.get((name, detail.found[0]))
        if scope:
            return shown(", ".join(detail.looked_for)), scope
    if reads_body(detail):
        return shown(", ".join(detail.looked_for)), _BODY
    want, found = nearest(detail.looked_for, detail.found)
    if not detail.found and not detail.why:
        return shown(want), "(the mail has none)"
    return shown(want), shown(found)


def _reason(detail: Detail, fate: Fate) -> str:
    """Name the open question that decides, not every one that stands near."""
    because = fate.hangs_on or fate.undetermined
    names = because.questions if because and because.is_reading else ()
    deciding = [name for name in names if name in detail.why]
    if deciding:
        return "Microsoft does not document it: " + "; ".join(map(question, deciding))
    return plainly(detail.why)

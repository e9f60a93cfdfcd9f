"""No rule to Zivver is in force: which, the line that changes it, what comes of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.compare import HINTS, FindingKind
from harness.report.page import GREEN, copied, counted, line, listed, shown
from harness.report.words import finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.asleep import Asleep, Sleeper
    from harness.check.report import CheckReport, Sort
    from harness.report.page import Part

_FEW = 3


def asleep_sentence(asleep: Asleep) -> str:
    """Say in one sentence that nothing goes to Zivver, and why."""
    none = "nothing is sent to Zivver:"
    if not asleep.rules:
        return f"{none} no mail flow rule takes mail there, on or off."
    whys: dict[str, list[Sleeper]] = {}
    for rule in asleep.rules:
        whys.setdefault(rule.why, []).append(rule)
    told = [f"{_named(rules)} {why}" for why, rules in whys.items()]
    only = ", the only one that takes mail there" if len(asleep.rules) == 1 else ""
    return f"{none} {listed(told)}{only}."


def asleep_lines(report: CheckReport, tenant: str) -> Iterator[Part]:
    """Give the lines that change it, and what they were found to lead to."""
    asleep = report.asleep
    if asleep is None:
        return
    for number, command in enumerate(asleep.commands):
        label = "Turn on: " if not number else " " * 9
        yield copied(label, (shown(command), GREEN))
    if asleep.then:
        yield line(
            f"Tried on a copy: {_then(asleep.then)} Before you type it: relay-harness "
            f"check {shown(tenant)} --plan FILE, with "
            f"{'that line' if len(asleep.commands) == 1 else 'those lines'} in FILE.",
        )
    elif not asleep.rules:
        yield line(
            "What rules would do that you have not made yet: relay-harness check "
            f"{shown(tenant)} --plan FILE, with their New-TransportRule lines in FILE."
        )
    mails = {
        mail.id
        for sort in report.sorts
        if comes_of(sort, asleep)
        for mail in sort.mails
    }
    if mails:
        leak = finding_word(FindingKind.LEAK)
        yield line(f"Because of that, {counted(len(mails), 'mail')} {leak}.")


def comes_of(sort: Sort, asleep: Asleep) -> bool:
    """Say whether findings come of nothing but that no rule is in force."""
    names = {rule.name for rule in asleep.rules} | {""}
    is_rule = sort.blame.rule in names and not sort.blame.connector
    return sort.kind is FindingKind.LEAK and is_rule and not sort.is_beyond_rules


def _named(rules: list[Sleeper]) -> str:
    """Name rules of which one thing is true: `each of` them where they are several."""
    told = [
        f"{f'{rule.side}: ' if rule.side else ''}"
        f'rule {rule.priority} "{shown(rule.name)}"'
        for rule in rules[:_FEW]
    ]
    more = len(rules) - len(told)
    if more > 0:
        told.append(f"{more} more")
    return f"each of {listed(told)}" if len(rules) > 1 else told[0]


def _then(report: CheckReport) -> str:
    """Count what comes of it when the rules are on."""
    mails = counted(len(report.mails), "mail")
    if not report.has_policy:
        return f"{mails} were followed."
    kinds = Counter(
        {
            kind: len({m.id for s in report.sorts if s.kind is kind for m in s.mails})
            for kind in {sort.kind for sort in report.sorts} - HINTS
        }
    )
    told = [
        f"{kinds[kind]} {finding_word(kind)}" for kind in FindingKind if kinds[kind]
    ]
    wrong = f", {listed(told)}" if told else ""
    return f"{report.as_intended} of {mails} then go as intended{wrong}."

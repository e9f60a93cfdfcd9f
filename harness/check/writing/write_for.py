"""A mail for which a rule holds: each of its conditions gives it what it looks for.

A writer proposes, the rule engine itself disposes: a mail counts only if every test
of the rule surely says so of it as it comes in.
"""

from __future__ import annotations

from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import NotJudged
from fakes.trace import Answer
from harness.check.draft import write
from harness.check.writing.aimed import aim, aim_of_test, arrive
from harness.check.writing.bench import NotWritten
from harness.check.writing.content import CONTENT
from harness.check.writing.files_attached import FILES
from harness.check.writing.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.exchange.rules.rule import Condition
    from fakes.trace import Detail
    from harness.check.draft import Draft
    from harness.check.writing.aimed import Aim
    from harness.check.writing.bench import Bench, Writer

# Who it is between comes first: it decides on the way in.
_WRITERS: Mapping[str, Writer] = MappingProxyType({**PEOPLE, **CONTENT, **FILES})
_ORDER = {name: number for number, name in enumerate(_WRITERS)}
_MOST_TRIES = 200
_LAST = len(_ORDER)


def write_for(draft: Draft, bench: Bench) -> Draft:
    """Change a mail until the rule holds for it.

    Raises:
        NotWritten: nothing was found that does; the message says at which test.

    """
    for condition in sorted(
        bench.rule.conditions, key=lambda c: _ORDER.get(c.predicate, _LAST)
    ):
        draft = with_test(draft, condition, bench)
    found = aim(
        bench.rule, arrive(write(draft), bench.organization), bench.organization
    )
    if found.holds is not Answer.YES:
        raise NotWritten(_failure(found.details))
    return draft


def with_test(draft: Draft, condition: Condition, bench: Bench) -> Draft:
    """Change a mail until one test of the rule holds for it.

    Raises:
        NotWritten: nothing was found for which it does.

    """
    name = f"{condition.predicate} {condition.header}".strip()
    value = condition.value
    if isinstance(value, NotJudged):
        raise NotWritten(f"{name} is not judged: {value.why}")
    if _aim(draft, condition, bench).holds is Answer.YES:
        return draft
    writer = _WRITERS.get(condition.predicate)
    tries = writer(draft, condition, bench) if writer else iter(())
    open_ = ""
    try:
        for found in islice(tries, _MOST_TRIES):
            seen = _aim(found, condition, bench)
            if seen.holds is Answer.YES:
                return found
            if seen.holds is Answer.CANNOT_TELL:
                open_ = open_ or seen.details[0].why
    except NotWritten as problem:
        raise NotWritten(f"{name}: {problem}") from None
    problems = [p.problem for p in getattr(value, "patterns", ()) if p.problem]
    if problems:
        raise NotWritten(f"{name}: a pattern is not judged ({problems[0]})")
    if open_:
        raise NotWritten(f"{name}: whether it holds cannot be told ({open_})")
    raise NotWritten(f"{name}: no mail was found that has what it looks for")


def _aim(draft: Draft, condition: Condition, bench: Bench) -> Aim:
    arrived = arrive(write(draft), bench.organization)
    return aim_of_test(condition, bench.rule, arrived, bench.organization)


def _failure(details: tuple[Detail, ...]) -> str:
    """Say which test speaks against the mail that all conditions have changed."""
    for detail in details:
        if detail.is_exception and detail.answer is not Answer.NO:
            return f"ExceptIf{detail.name} holds for the mail that was written"
    for detail in details:
        if not detail.is_exception and detail.answer is not Answer.YES:
            return f"{detail.name} does not hold together with the other conditions"
    return "its conditions hold for no recipient at once"

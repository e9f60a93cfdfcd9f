"""The lints of a check, told: one or two lines each, the same ones together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.check.lints.noun import Severity
from harness.report.page import AMBER, QUIET, RED, STRONG, counted, line, listed, shown
from harness.report.words import COLOUR, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.check.lints.noun import Lint
    from harness.report.page import Part

_MOST = 6


def lint_lines(lints: tuple[Lint, ...], *, is_whole: bool = False) -> Iterator[Part]:
    """Lay out the lints, warnings first; more than a few only if all are asked."""
    if not lints:
        return
    groups: dict[str, list[Lint]] = {}
    for lint in lints:
        groups.setdefault(lint.id, []).append(lint)
    every = list(groups.values())
    few = every if is_whole else every[:_MOST]
    yield line(
        ("Worth a look", STRONG),
        f": {_counted(lints)}. What one means: ",
        (f"relay-harness findings {lints[0].id}", STRONG),
    )
    for group in few:
        first, *others = group
        style = _style(group)
        told = [first, *others] if is_whole else [first]
        also = "" if is_whole or not others else f" And {len(others)} more such."
        yield line(
            (f"{first.id} ({first.severity})", style),
            f"  {'; '.join(map(lint_told, told))}. {_to_do(first)}{also}",
            indent=2,
        )
    left = [lint for group in every if group not in few for lint in group]
    if left:
        yield line((f"{_counted(left)} more: --all shows all.", QUIET), indent=2)


def _style(group: list[Lint]) -> str:
    """Red only where a mail shows it, and goes out in clear or astray."""
    kinds = [lint.kind for lint in group if lint.kind]
    if any(COLOUR[kind] == RED for kind in kinds):
        return RED
    return AMBER if group[0].severity is Severity.WARNING else QUIET


def _counted(lints: Iterable[Lint]) -> str:
    """Count by severity: `2 warnings and 1 hint`."""
    every = list(lints)
    numbers = ((s.value, sum(e.severity is s for e in every)) for s in Severity)
    return listed(counted(number, word) for word, number in numbers if number)


def lint_told(lint: Lint) -> str:
    """Say where it holds and why."""
    side = f"{lint.side}: " if lint.side else ""
    about = ""
    if lint.rule:
        about = f'rule {lint.priority} "{lint.rule}"'
    elif lint.connector:
        about = f'connector "{lint.connector}"'
    place = f"({lint.place})" if lint.place and about else lint.place
    where = " ".join(filter(None, (about, place)))
    head = f"{where}: " if where else ""
    refused = "Exchange would not take it today: " if lint.is_refused else ""
    mail = ""
    if lint.kind:
        mail = f" ({finding_word(lint.kind)}, see mail {lint.shown_by})"
    return shown(f"{side}{head}{refused}{lint.why}{mail}")


def _to_do(lint: Lint) -> str:
    # Not "right": that word is for lines which were applied and checked again.
    return f"To do: {shown(lint.right)}."

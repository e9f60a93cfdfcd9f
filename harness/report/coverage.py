"""What the mails of a check have reached, told: one line, or all that they have not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.report.page import AMBER, STRONG, counted, line, listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.coverage import ConnectorReached, Coverage, RuleReached
    from harness.report.page import Part


def coverage_line(coverage: Coverage) -> Part:
    """Say in a sentence how much of the configuration the mails have reached."""
    tests = coverage.tests
    parts = [
        (_reached(rule.mails for rule in coverage.rules), "rule"),
        (_reached(t.mails for t in tests if not t.is_exception), "condition"),
        (_reached(t.mails for t in tests if t.is_exception), "exception"),
        (_reached(each.mails for each in coverage.connectors), "connector"),
    ]
    told = listed(
        f"{some} of {counted(every, noun)}" for (some, every), noun in parts if every
    )
    is_all = all(some == every for (some, every), _ in parts)
    if not told:
        return line("Reached: no rule and no connector: there is none.")
    more = "" if is_all else " What was never reached, and why: --coverage."
    return line((f"Reached: {told}.", "" if is_all else AMBER), more)


def coverage_part(coverage: Coverage) -> Iterator[Part]:
    """Lay out the whole of it: what was not reached first, with why."""
    yield line(("What the mails have reached", STRONG))
    yield coverage_line(coverage)
    for rule in coverage.rules:
        yield from _never(rule)
    for connector in coverage.connectors:
        if not connector.mails:
            yield line(
                ("never ", AMBER), f"{_named(connector)}: {shown(connector.why)}"
            )
    if coverage.rules or coverage.connectors:
        yield ""
        yield _table(coverage)
    yield ""
    yield line(("Microsoft's six classes of mail to test rules with", STRONG))
    for entry in coverage.classes:
        yield line(
            (f"{entry.mails:6}", "" if entry.mails else AMBER), f"  {entry.kind.value}"
        )


def _reached(mails: Iterator[int]) -> tuple[int, int]:
    counts = list(mails)
    return sum(map(bool, counts)), len(counts)


def _never(rule: RuleReached) -> Iterator[Part]:
    name = f'rule {rule.priority} "{shown(rule.rule)}"'
    side = f"{rule.side}: " if rule.side else ""
    where = f" ({shown(rule.place)})" if rule.place else ""
    if not rule.mails:
        yield line(("never ", AMBER), f"{side}{name}{where}: {shown(rule.why)}")
        return
    if rule.together == 0:
        yield line(
            ("never together ", AMBER),
            f"with a rule that sends mail to Zivver: {side}{name}{where}: "
            f"{shown(rule.why_not_together)}",
        )
    for test in rule.tests:
        if not test.mails:
            yield line(
                ("never ", AMBER),
                f"{side}{name}{where}: {test.name}: {shown(test.why)}",
            )


def _named(connector: ConnectorReached) -> str:
    side = f"{connector.side}: " if connector.side else ""
    where = f" ({shown(connector.place)})" if connector.place else ""
    return f'{side}{connector.kind} connector "{shown(connector.connector)}"{where}'


def _table(coverage: Coverage) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STRONG)
    table.add_column("rule or connector", overflow="fold")
    table.add_column("mails", justify="right")
    table.add_column("for Zivver too", justify="right")
    table.add_column("exceptions", justify="right")
    for rule in coverage.rules:
        some, every = _reached(t.mails for t in rule.tests if t.is_exception)
        side = f"{rule.side}: " if rule.side else ""
        table.add_row(
            Text(f'{side}{rule.priority} "{shown(rule.rule)}"'),
            str(rule.mails),
            "itself" if rule.together is None else str(rule.together),
            f"{some} of {every}" if every else "-",
        )
    for connector in coverage.connectors:
        table.add_row(Text(_named(connector)), str(connector.mails), "", "")
    return table

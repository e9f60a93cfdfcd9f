"""What was in a tenant's folder, and what became of each property."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.exports import Understood
from harness.hybrid import name_of
from harness.report.data import as_data
from harness.report.page import (
    AMBER,
    GREEN,
    STRONG,
    counted,
    line,
    listed,
    rows,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from fakes.exchange.organization import Organization
    from harness.exports import Account, Line, Tenant, TenantError
    from harness.report.data import Json
    from harness.report.page import Page, Part

_ORDER = (
    Understood.NOT_UNDERSTOOD,
    Understood.NOT_JUDGED,
    Understood.SECRET,
    Understood.USED,
    Understood.WITHOUT_EFFECT,
)
_EXPECTED = frozenset({Understood.USED, Understood.WITHOUT_EFFECT})
_COLOUR: Mapping[Understood, str] = MappingProxyType(
    {
        Understood.NOT_UNDERSTOOD: AMBER,
        Understood.NOT_JUDGED: AMBER,
        Understood.SECRET: AMBER,
        Understood.USED: GREEN,
    }
)


def read_line(tenant: Tenant) -> str:
    """Say in one line what was read, what is not judged and what was not exported."""
    sides = tenant.world.organizations
    if len(sides) == 1:
        return _read(sides[0])
    return "; ".join(f"{name_of(side)}: {_read(side)}" for side in sides)


def _read(organization: Organization) -> str:
    counts = (
        (organization.rules, "mail flow rule"),
        (organization.outbound_connectors, "outbound connector"),
        (organization.send_connectors, "send connector"),
        (organization.inbound_connectors, "inbound or receive connector"),
        (organization.accepted_domains, "accepted domain"),
        (
            organization.directory.recipients if organization.directory else None,
            "recipient",
        ),
    )
    read = [counted(len(every), noun) for every, noun in counts if every is not None]
    return f"{', '.join(read) or 'nothing'}"


def account_line(account: Account) -> str:
    """Say in one line what became of the values and of the files."""
    found = account.summary
    parts = (
        (found.used, "used"),
        (found.empty, "empty"),
        (found.without_effect, "without effect"),
        (found.not_judged, "not judged"),
        (found.not_understood, "not understood"),
        (found.passwords, "a password, not read"),
    )
    told = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    line = f"{found.values:,} values in {counted(found.files_read, 'file')}: {told}"
    unread = [f"{shown(f.file)} ({shown(f.remark)})" for f in account.not_read]
    return f"{line}; not read: {', '.join(unread)}" if unread else line


def account_data(tenant: Tenant) -> Json:
    """Give the account for programs: the numbers, then each file and property."""
    return {**_numbers(tenant.account), "missing": as_data(tenant.missing)}


def faulty_account_data(problem: TenantError) -> Json:
    """Give the account of files that cannot be used, for programs, and the faults."""
    faults = [{"place": one.place, "message": one.message} for one in problem.faults]
    return {**_numbers(problem.account), "faults": as_data(faults)}


def _numbers(account: Account) -> dict[str, Json]:
    return {
        "summary": as_data(account.summary),
        "files": as_data(account.files),
        "lines": as_data(account.lines),
    }


def not_judged(tenant: Tenant) -> tuple[str, ...]:
    """Name what carries a value and is not judged, with where it stands."""
    lines = tenant.account.of(Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD)
    return tuple(_named(entry) for entry in lines)


def not_exported(tenant: Tenant) -> tuple[str, ...]:
    """Name the facts that the export does not hold, with the cmdlet that has them."""
    return tuple(
        f"{missing.fact} ({missing.cmdlet}{_why(missing.why)})"
        for missing in tenant.missing
    )


def account_page(tenant: Tenant) -> Page:
    """Lay out the account: what needs a look first."""
    account = tenant.account
    open_ = account.of(Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD)
    if open_:
        amount = counted(sum(entry.count for entry in open_), "value")
        first = f"{amount} of {shown(tenant.name)} not judged or not understood."
    else:
        first = f"Every value of {shown(tenant.name)} was understood."
    page: list[Part] = [line((first, STRONG)), line("Read: ", read_line(tenant), ".")]
    missing = not_exported(tenant)
    if missing:
        page.append(line("Not exported: ", "; ".join(missing), "."))
    return (*page, *_told(account))


def faulty_account_page(problem: TenantError) -> Page:
    """Lay out the account of files that cannot be used before faults are put right."""
    amount = counted(len(problem.faults), "thing")
    is_one = len(problem.faults) == 1
    what = f"{amount} in it {'is' if is_one else 'are'} put right"
    first = f"{shown(problem.name)} cannot be used before {what}."
    return (line((first, STRONG)), *_told(problem.account))


def _told(account: Account) -> Iterator[Part]:
    """Tell of each file, then of its properties, the ones that nobody knows first."""
    yield ""
    yield _files(account)
    for how in _ORDER:
        lines = account.of(how)
        if lines:
            told = _short(lines) if how in _EXPECTED else _lines(lines, how)
            yield from ("", line((how.value, STRONG)), told)
    empty = account.count(Understood.EMPTY)
    if empty:
        yield ""
        yield line(f"{counted(empty, 'property', 'properties')} without a value.")


def _files(account: Account) -> Table:
    table = _table()
    for entry in account.files:
        count = str(entry.count) if entry.count else ""
        what = entry.what + (f": {entry.remark}" if entry.remark else "")
        style = "" if entry.is_read else AMBER
        table.add_row(Text(shown(entry.file)), Text(count), Text(shown(what), style))
    return table


def _short(lines: tuple[Line, ...]) -> RenderableType:
    """Name the properties of each file; what was expected needs no more."""
    files: dict[str, list[str]] = {}
    for entry in lines:
        files.setdefault(entry.file, []).append(entry.property)
    return rows(
        ((shown(f), ", ".join(map(shown, dict.fromkeys(n)))) for f, n in files.items()),
        label=24,
    )


def _lines(lines: tuple[Line, ...], how: Understood) -> Table:
    table = _table()
    for entry in lines:
        about = listed(f'"{shown(name)}"' for name in entry.examples)
        more = entry.count - len(entry.examples)
        also = f" and {more} more" if more > 0 else ""
        why = f"{shown(entry.why)}  " if entry.why else ""
        table.add_row(
            Text(shown(entry.property), style=_COLOUR.get(how, "")),
            Text(str(entry.count)),
            Text(f"{why}{about}{also}"),
        )
    return table


def _table() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", min_width=24)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _named(entry: Line) -> str:
    names = listed(f'"{shown(name)}"' for name in entry.examples)
    return f"{entry.property} ({names})" if names else entry.property


def _why(why: str) -> str:
    return "" if why == "not exported" else f": {why}"

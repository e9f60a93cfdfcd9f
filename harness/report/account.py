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
    from datetime import datetime

    from rich.console import RenderableType

    from fakes.exchange.organization import Organization
    from harness.exports import Account, Line, Missing, Tenant, TenantError
    from harness.report.data import Json
    from harness.report.page import Page, Part

_ORDER = (
    Understood.NOT_UNDERSTOOD,
    Understood.NOT_JUDGED,
    Understood.SECRET,
    Understood.USED,
    Understood.WITHOUT_EFFECT,
    Understood.EMPTY,
)
_NAMED = frozenset({Understood.USED, Understood.EMPTY})
_EXPECTED = _NAMED | {Understood.WITHOUT_EFFECT}
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


def account_line(tenant: Tenant, at: datetime) -> str:
    """Say in one line what became of the values and of the files, and how old it is."""
    account = tenant.account
    amount = counted(account.summary.files_read, "file")
    said = [f"{account.summary.values:,} values in {amount}: {_numbered(account)}"]
    if account.not_read:
        unread = [f"{shown(f.file)} ({shown(f.remark)})" for f in account.not_read]
        said.append(f"not read: {', '.join(unread)}")
    said += [f"{shown(f.file)}: {shown(f.remark)}" for f in account.in_doubt]
    return "; ".join([*said, *_exported_when(tenant, at)])


def account_data(tenant: Tenant) -> Json:
    """Give the account for programs: the numbers, then each file and property."""
    exports: list[Json] = [
        {
            "file": manifest.file,
            "platform": manifest.platform,
            "tenant": manifest.tenant,
            "began": as_data(manifest.began),
        }
        for manifest in tenant.manifests
    ]
    missing = as_data(tenant.missing)
    return {**_numbers(tenant.account), "missing": missing, "exports": exports}


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


def not_exported(tenant: Tenant) -> tuple[str, ...]:
    """Name what is needed and the export does not hold, with the cmdlet that has it."""
    return tuple(
        f"{missing.fact} ({missing.cmdlet}{_why(missing)})"
        for missing in tenant.missing
        if missing.is_needed
    )


def account_page(
    tenant: Tenant, *, command: str, at: datetime, is_whole: bool = False
) -> Page:
    """Lay out the account: what needs a look first; `is_whole` names every property.

    `command` is the line that was typed.
    """
    account = tenant.account
    told = "; ".join((*_exported_when(tenant, at), _numbered(account)))
    page: list[Part] = [
        line((_first(tenant), STRONG)),
        line("Read: ", read_line(tenant), "."),
        line(f"{account.summary.values:,} values: {told}."),
    ]
    for title, is_needed in _MISSING:
        every = [one for one in tenant.missing if one.is_needed is is_needed]
        if every:
            page += ["", line((title, STRONG)), rows(map(_lacking, every), label=24)]
    page += _told(account, is_whole=is_whole)
    if not is_whole:
        page += ["", line("Each property, and why: ", (f"{command} --all", STRONG))]
    return tuple(page)


def faulty_account_page(problem: TenantError, *, is_whole: bool = False) -> Page:
    """Lay out the account of files that cannot be used before faults are put right."""
    amount = counted(len(problem.faults), "thing")
    is_one = len(problem.faults) == 1
    what = f"{amount} in it {'is' if is_one else 'are'} put right"
    first = f"{shown(problem.name)} cannot be used before {what}."
    return (line((first, STRONG)), *_told(problem.account, is_whole=is_whole))


def _first(tenant: Tenant) -> str:
    """Answer what was asked: was everything understood, and is everything there?"""
    name = shown(tenant.name)
    account = tenant.account
    open_ = account.of(Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD)
    lacking = sum(one.is_needed for one in tenant.missing)
    said = f"Every value of {name} was understood"
    if open_:
        amount = counted(sum(entry.count for entry in open_), "value")
        said = f"{amount} of {name} not judged or not understood"
    if account.not_read:
        said += f"; {counted(len(account.not_read), 'file')} not read"
    if lacking:
        said += f"; {counted(lacking, 'thing')} that mail needs not exported"
    return f"{said}."


def _numbered(account: Account) -> str:
    found = account.summary
    parts = (
        (found.used, "used"),
        (found.empty, "empty"),
        (found.without_effect, "without effect"),
        (found.not_judged, "not judged"),
        (found.not_understood, "not understood"),
        (found.passwords, "a password, not read"),
    )
    return ", ".join(f"{number:,} {word}" for number, word in parts if number)


def _exported_when(tenant: Tenant, at: datetime) -> tuple[str, ...]:
    """Say how old each export is of which a manifest tells."""
    return tuple(
        f"exported {_age((at - manifest.began).days)}"
        for manifest in tenant.manifests
        if manifest.began
    )


def _age(days: int) -> str:
    if days < 0:
        return "after the time of this check"
    return f"{counted(days, 'day')} ago" if days else "today"


_MISSING = (
    ("not exported, and mail that needs it cannot be judged", True),
    ("not exported, and taken for granted", False),
)


def _lacking(missing: Missing) -> tuple[str, str]:
    """Say what is lacking, what hangs on it, and what supplies it."""
    said = shown(missing.matters)
    if missing.instead:
        said += f"; taken for granted: {missing.instead}"
    is_renamed = missing.file.removesuffix(".json") != missing.cmdlet
    file = f", as {missing.file}" if missing.file and is_renamed else ""
    return shown(missing.fact), f"{said}. From {missing.cmdlet}{file}{_why(missing)}"


def _told(account: Account, *, is_whole: bool) -> Iterator[Part]:
    """Tell of each file, then of its properties, the ones that nobody knows first."""
    for how in _ORDER:
        lines = account.of(how)
        if lines and (is_whole or how not in _EXPECTED):
            told = _short(lines) if how in _NAMED else _lines(lines, how)
            yield from ("", line((how.value, STRONG)), told)
    yield ""
    yield _files(account)


def _files(account: Account) -> Table:
    table = _table()
    for entry in account.files:
        count = f"{entry.count:,}" if entry.count else ""
        what = entry.what + (f": {entry.remark}" if entry.remark else "")
        is_well = (entry.is_read or entry.is_note) and not entry.is_in_doubt
        text = Text(shown(what), "" if is_well else AMBER)
        table.add_row(Text(shown(entry.file)), Text(count), text)
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
    """Tell of each property; of what does not matter, those with one reason at once."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for entry in lines:
        about = "" if how is Understood.WITHOUT_EFFECT else entry.property
        groups.setdefault((entry.file, entry.why, about), []).append(entry)
    table = _table()
    for (file, why, about), every in groups.items():
        names = ", ".join(shown(entry.property) for entry in every)
        objects = _objects(every[0]) if about else ""
        said = ": ".join(filter(None, (names, shown(why), objects)))
        count = sum(entry.count for entry in every)
        text = Text(said, style=_COLOUR.get(how, ""))
        table.add_row(Text(shown(file)), Text(f"{count:,}"), text)
    return table


def _objects(entry: Line) -> str:
    more = entry.count - len(entry.examples)
    names = [f'"{shown(name)}"' for name in entry.examples]
    return listed([*names, f"{more} more"] if more > 0 else names)


def _table() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", min_width=24)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _why(missing: Missing) -> str:
    return "" if missing.why == "not exported" else f": {missing.why}"

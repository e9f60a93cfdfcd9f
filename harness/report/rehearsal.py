"""The page of a rehearsal: what would be noticed, what missed; faults at run time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.failures.bench import is_meant
from harness.rehearse import Seen
from harness.report.data import as_data
from harness.report.page import AMBER, GREEN, QUIET, RED, STRONG, counted, line, shown
from harness.report.words import end_word
from harness.spans import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.rehearse import Drilled, Matrix, Rehearsed, Try
    from harness.report.data import Json
    from harness.report.page import Page, Part


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal with what its page needs beside it, named as on the command line."""

    matrix: Matrix
    drills: tuple[Drilled, ...]
    tenant: str
    policy: str
    date: str

    @property
    def is_good(self) -> bool:
        """Whether nothing was missed, and nothing that must not be left in clear."""
        return not self.matrix.missed and not any(d.breaks_the_law for d in self.drills)


def rehearsal_page(rehearsal: Rehearsal, *, is_whole: bool = False) -> Page:
    """Lay out a rehearsal; `is_whole` tells every way in which a failure was tried."""
    matrix = rehearsal.matrix
    page: list[Part] = [
        line(
            _answer(rehearsal),
            (f"  ({shown(rehearsal.tenant)}, {rehearsal.date})", QUIET),
        ),
        line(_counts(matrix)),
    ]
    if matrix.wrong:
        kinds = ", ".join(kind.value for kind in matrix.wrong)
        page.append(
            line(
                ("Note: ", AMBER),
                f"a check finds {kinds} as it is; what goes wrong already cannot go "
                "wrong anew.",
            )
        )
    for entry in matrix.missed:
        page += ["", *_missed(entry)]
    for seen, title in (
        (Seen.NOTICED, "Noticed"),
        (Seen.NOT_HERE, "Not applicable here"),
        (Seen.NOT_SHOWN, "No mail shows them; do this instead"),
    ):
        entries = matrix.of(seen)
        if entries:
            page += ["", line((title, STRONG)), _table(entries, is_whole=is_whole)]
    if rehearsal.drills:
        page += ["", *_drills(rehearsal.drills)]
    page += [
        "",
        line("One failure whole: ", ("relay-harness failures F01", STRONG)),
    ]
    return tuple(page)


def _answer(rehearsal: Rehearsal) -> tuple[str, str]:
    missed = rehearsal.matrix.missed
    if missed:
        what = counted(len(missed), "failure")
        return f"MISSED: {what} would go unnoticed here.", RED
    if not rehearsal.is_good:
        return "LEAK: a fault at run time lets mail out in clear.", RED
    if not rehearsal.matrix.of(Seen.NOTICED):
        return "Nothing was rehearsed: no failure applies here.", AMBER
    return "Every failure that can happen here would be noticed.", GREEN


def _counts(matrix: Matrix) -> str:
    tries = sum(len(entry.tries) for entry in matrix.entries)
    parts = [
        f"{len(matrix.of(seen))} {seen.value}"
        for seen in (Seen.NOTICED, Seen.MISSED, Seen.NOT_HERE, Seen.NOT_SHOWN)
    ]
    return f"{', '.join(parts)}; tried in {counted(tries, 'way')}."


def _missed(entry: Rehearsed) -> Iterator[Part]:
    failure = entry.failure
    yield line(("MISSED  ", RED), (f"{failure.id}  ", STRONG), failure.sentence)
    for one in entry.tries:
        if one.seen is Seen.MISSED:
            side = f"{one.side}: " if one.side else ""
            ran = counted(one.ran, "mail")
            yield line(f"        {side}{shown(one.says)}: {shown(one.why)} ({ran} run)")


def _table(entries: tuple[Rehearsed, ...], *, is_whole: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=3)
    table.add_column(overflow="fold", ratio=2)
    for entry in entries:
        failure = entry.failure
        table.add_row(Text(failure.id, STRONG), failure.sentence, _by(entry))
        for one in entry.tries if is_whole else ():
            side = f"{one.side}: " if one.side else ""
            says = Text(f"  {side}{shown(one.says)}", QUIET)
            table.add_row("", says, Text(_of_try(one), QUIET))
    return table


def _by(entry: Rehearsed) -> str:
    """Say in a few words what noticed it, or why it does not apply."""
    if entry.seen is Seen.NOT_SHOWN:
        return entry.failure.instead
    example = entry.example
    if example is None:
        return entry.why
    if entry.seen is Seen.NOT_HERE:
        return shown(example.why)
    return _of_try(example)


def _of_try(one: Try) -> str:
    if one.seen is not Seen.NOTICED:
        return shown(f"{one.seen.value}: {one.why}")
    if one.mail is None:
        return f"lint {', '.join(one.also)}"
    told = f"{one.kind.value if one.kind else 'trace'} {one.mail.id}"
    if is_meant(one.mail):
        told += ", held to what its writer means"
    return told + (f"; also {', '.join(one.also)}" if one.also else "")


def _drills(drills: tuple[Drilled, ...]) -> Iterator[Part]:
    """Tell what becomes of secure mail while something is out of order."""
    most = max((drilled.mails for drilled in drills), default=0)
    yield line(
        ("While something is out of order", STRONG),
        f" (the {counted(most, 'mail')} that go securely otherwise)",
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STRONG)
    table.add_column("what fails", overflow="fold", ratio=3)
    table.add_column("becomes of it, copy by copy", overflow="fold", ratio=3)
    table.add_column("somebody is told", overflow="fold", ratio=2)
    table.add_column("in clear", justify="right")
    for drilled in drills:
        if not drilled.applies:
            why = f"not applicable here: needs {drilled.drill.needs}"
            table.add_row(drilled.drill.name, Text(why, QUIET), "", "")
            continue
        plain = Text(str(len(drilled.plain)), RED if drilled.plain else "")
        table.add_row(drilled.drill.name, _ends(drilled), _told(drilled), plain)
    yield table


def _ends(drilled: Drilled) -> str:
    counts: Counter[str] = Counter()
    for end, count in drilled.ends:
        counts[end_word(end)] += count
    words = [f"{count} {word}" for word, count in counts.most_common()]
    if drilled.open:
        words.append(f"{counted(len(drilled.open), 'mail')} cannot be told")
    late = f", up to {spoken(drilled.late)} late" if drilled.late else ""
    return ", ".join(words) + late


def _told(drilled: Drilled) -> str:
    words = []
    if drilled.told:
        first, last = map(spoken, drilled.told)
        words.append(f"after {first}" if first == last else f"after {first} to {last}")
        if not drilled.told[1]:
            words = ["at once"]
    if drilled.untold:
        words.append(f"nobody of {counted(len(drilled.untold), 'mail')}")
    return ", ".join(words) or "nobody needs to be"


def rehearsal_data(rehearsal: Rehearsal) -> Json:
    """Give what `rehearse --json` prints."""
    matrix = rehearsal.matrix
    return {
        "says": _answer(rehearsal)[0],
        "tenant": rehearsal.tenant,
        "policy": rehearsal.policy,
        "wrong_already": [kind.value for kind in matrix.wrong],
        "date": rehearsal.date,
        "counts": {seen.value: len(matrix.of(seen)) for seen in Seen},
        "failures": [_entry_data(entry) for entry in matrix.entries],
        "faults_at_run_time": [_drill_data(drilled) for drilled in rehearsal.drills],
    }


def _entry_data(entry: Rehearsed) -> Json:
    return {
        "id": entry.failure.id,
        "sentence": entry.failure.sentence,
        "seen": entry.seen.value,
        "why": entry.why or None,
        "instead": entry.failure.instead or None,
        "tries": [
            {
                "says": one.says,
                "side": one.side or None,
                "seen": one.seen.value,
                "why": one.why,
                "by": one.by.value if one.by else None,
                "finding": one.kind.value if one.kind else None,
                "is_foreseen": one.is_foreseen,
                "mail": one.mail.id if one.mail else None,
                "is_meant_by_its_writer": bool(one.mail and is_meant(one.mail)),
                "sort": one.mail.sort if one.mail else None,
                "lints_and_checklist": list(one.also),
                "mails_run": one.ran,
                "edits": as_data(one.edits),
            }
            for one in entry.tries
        ],
    }


def _drill_data(drilled: Drilled) -> Json:
    return {
        "fault": drilled.drill.name,
        "applies": drilled.applies,
        "needs": drilled.drill.needs,
        "mails": drilled.mails,
        "copies": {end.value: count for end, count in drilled.ends},
        "late": as_data(drilled.late),
        "told_after": as_data(drilled.told),
        "told_nobody": [mail.id for mail in drilled.untold],
        "in_clear": [mail.id for mail in drilled.plain],
        "cannot_tell": [mail.id for mail in drilled.open],
        "is_law_broken": drilled.breaks_the_law,
    }

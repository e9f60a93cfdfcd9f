"""The course of a mail in time, laid out: what was tried, and who was told when."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.text import Text

from harness.outcome import Happened
from harness.report.page import AMBER, GREEN, STRONG, counted, line, listed, rows, shown
from harness.spans import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from harness.outcome import Moment
    from harness.report.page import Part

_LABEL = 18
_TAKEN = "taken"
_WORDS: Mapping[Happened, str] = MappingProxyType(
    {
        Happened.CATEGORIZED: "rules and connectors are looked at anew",
        Happened.PARKED: "waits inside Exchange",
        Happened.TOLD_OF_DELAY: "the sender is told that it is delayed",
        Happened.TOLD_OF_FAILURE: "the sender is told that it failed",
        Happened.GIVEN_UP: "Exchange gives up",
    }
)


def course(moments: tuple[Moment, ...]) -> Iterator[Part]:
    """Lay out what happened in time; nothing for a mail that took none."""
    if not moments or moments[-1].at == moments[0].at:
        return
    began = moments[0].at
    everybody = {who for moment in moments for who in moment.recipients}
    yield ""
    yield line(("In the course of time", STRONG), f", sent {_clock(began)}:")
    pairs: list[tuple[str | Text, str | Text]] = []
    for _, group in groupby(moments[1:], key=_sort):
        alike = tuple(group)
        first = alike[0]
        who = ""
        if set(first.recipients) != everybody:
            who = f"{listed(shown(str(each)) for each in first.recipients)}: "
        pairs.append((_when(first, began), Text(who).append_text(_what(first))))
        if len(alike) > 1:
            more = counted(len(alike) - 1, "more attempt")
            last = f"the last {_when(alike[-1], began)}"
            pairs.append(("", f"{more}, each the same, {last}"))
    yield rows(pairs, indent=2, label=_LABEL)


def _sort(moment: Moment) -> tuple[object, ...]:
    """What attempts have in common that are told together."""
    if moment.what is not Happened.TRIED:
        return (moment,)
    return (moment.recipients, moment.host, moment.said)


def _when(moment: Moment, began: datetime) -> str:
    after = moment.at - began
    return f"after {spoken(after)}" if after else "at once"


def _what(moment: Moment) -> Text:
    if moment.what is not Happened.TRIED:
        text = Text(_WORDS[moment.what])
        return text.append(f": {shown(moment.said)}") if moment.said else text
    text = Text(f"tried {shown(moment.host)}: ")
    is_taken = moment.said == _TAKEN
    text.append(shown(moment.said), style=GREEN if is_taken else AMBER)
    return text.append(f"; {moment.what_next}") if moment.what_next else text


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

"""What has changed since an earlier check, told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.check.fingerprint import of_finding
from harness.report.data import Json, as_data
from harness.report.finding import cause
from harness.report.page import AMBER, GREEN, counted, line, shown
from harness.report.words import COLOUR, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.check.baseline import Earlier, Since
    from harness.report.page import Part

_FEW = 6


def since_sentence(found: Since) -> str:
    """Say in a sentence what is new, gone and unchanged."""
    baseline = found.baseline
    parts = [f"{found.count} new", f"{len(found.gone)} gone"]
    if found.unlooked:
        parts.append(f"{len(found.unlooked)} whose mail is not written any more")
    parts.append(f"{found.unchanged} unchanged")
    text = f"Since {shown(baseline.file)} ({shown(baseline.at[:10])}): "
    return text + f"findings: {', '.join(parts)}."


def since_lines(
    found: Since, fingerprint: str, *, is_whole: bool = False
) -> Iterator[Part]:
    """Lay out what has changed, what is new first."""
    yield line((since_sentence(found), AMBER if found.is_worse else GREEN))
    for one in found.new:
        label, why = cause(one.sort.blame)
        yield line(
            ("new   ", COLOUR[one.sort.kind]),
            f"{finding_word(one.sort.kind)}  {counted(len(one.found), 'finding')}, "
            f"such as {one.found[0].mail.id}; {label} {why}",
            indent=2,
        )
    for unmet in found.not_tested:
        text = f"not tested any more: {shown(unmet.row)}: {shown(unmet.why)}"
        yield line(("new   ", AMBER), text, indent=2)
    gone = list(_gone(found.gone))
    for text in gone if is_whole else gone[:_FEW]:
        yield line(("gone  ", GREEN), text, indent=2)
    if fingerprint != found.baseline.configuration:
        yield line("The configuration is another than then.", indent=2)


def since_data(found: Since) -> Json:
    """Give it as data."""
    return {
        "file": found.baseline.file,
        "at": found.baseline.at,
        "configuration": found.baseline.configuration,
        "new": [of_finding(e, one.sort) for one in found.new for e in one.found],
        "gone": as_data(found.gone),
        "not_looked_at": as_data(found.unlooked),
        "unchanged": found.unchanged,
        "not_tested": as_data(found.not_tested),
    }


def _gone(every: tuple[Earlier, ...]) -> Iterator[str]:
    counts = Counter((one.kind, one.says) for one in every)
    for (kind, says), number in counts.items():
        yield f"{finding_word(kind)}  {counted(number, 'finding')}; {shown(says)}"

"""The page of a fuzz: the edits that are one step from a leak, the mails found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.compare import WEIGHT, FindingKind
from harness.report.finding import cause
from harness.report.page import (
    GREEN,
    QUIET,
    STRONG,
    copied,
    counted,
    line,
    listed,
    rows,
    shown,
)
from harness.report.words import COLOUR, WHAT_IS_WRONG, depends_on, finding_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.fuzz.one_edit import Slip, Sweep
    from harness.fuzz.search import FoundMail, Search
    from harness.report.data import Json
    from harness.report.page import Page, Part

_FEW = 12
_INDENT, _LABEL = 2, 8
_LEAK, _OPEN = FindingKind.LEAK, FindingKind.UNDETERMINED


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What a fuzz of a tenant gave; what was not asked for is None.

    `kept` says under which name a found mail was stored, by its place in the search.
    """

    tenant: str
    date: str
    seed: int
    sweep: Sweep | None = None
    pairs: Sweep | None = None
    search: Search | None = None
    kept: Mapping[int, str] | None = None

    @property
    def has_findings(self) -> bool:
        """Whether generated mail showed what the check does not."""
        return self.search is not None and bool(self.search.found)


def fuzz_page(fuzzed: Fuzzed, *, is_whole: bool = False) -> Page:
    """Lay out a fuzz; `is_whole` names every edit."""
    page: list[Part] = []
    if fuzzed.search is not None:
        page += _mails(fuzzed, fuzzed.search)
    for sweep, what in ((fuzzed.sweep, "edit"), (fuzzed.pairs, "pair of edits")):
        if sweep is not None:
            page += ["", *_edits(sweep, what, most=None if is_whole else _FEW)]
    page += [
        "",
        line((f"{shown(fuzzed.tenant)}, {fuzzed.date}, --seed {fuzzed.seed}", QUIET)),
    ]
    return tuple(page)


def _mails(fuzzed: Fuzzed, search: Search) -> Iterator[Part]:
    drawn = (
        f"{search.drawn:,} generated mails "
        f"({search.met:,} drawn to meet a row of the policy)"
    )
    early = "" if search.is_whole else "; stopped before the end of the budget"
    if not search.found:
        yield line(
            ("Nothing new", GREEN),
            f": {drawn} show nothing that `check` does not{early}.",
        )
        return
    things = counted(len(search.found), "thing")
    yield line(
        (f"{things} that `check` does not show", COLOUR[search.found[0].finding.kind]),
        f": {drawn}{early}.",
    )
    for number, found in enumerate(search.found):
        yield from _found(found, (fuzzed.kept or {}).get(number, ""))


def _found(found: FoundMail, id_: str) -> Iterator[Part]:
    finding = found.finding
    yield ""
    yield line(
        (finding_word(finding.kind), COLOUR[finding.kind]),
        f"  {WHAT_IS_WRONG[finding.kind]}",
    )
    who = str(finding.recipient) if finding.recipient else "somebody else"
    said = depends_on(finding.because) if finding.because else finding.why
    told = [
        ("from", shown(found.mail.sender.from_)),
        ("to", shown(who)),
        ("happens", shown(said)),
        cause(found.blame),
    ]
    yield rows(told, indent=6, label=10)
    if id_:
        yield copied(
            "again       ", (f"relay-harness reproduce {id_}", STRONG), indent=6
        )


def _edits(sweep: Sweep, what: str, *, most: int | None) -> Iterator[Part]:
    leaks = sweep.of(_LEAK)
    could = tuple(s for s in sweep.of(_OPEN) if _LEAK in s.example[1].others)
    tried = counted(sweep.tried, what, _many(what))
    mails = (
        f"{sweep.mails} of {sweep.all_mails}"
        if sweep.mails < sweep.all_mails
        else f"{sweep.mails}"
    )
    if not leaks:
        yield line(
            (f"No single {what}" if what == "edit" else f"No {what}", GREEN),
            f" of {tried} opens a leak that is known to be one "
            f"({mails} mails that must be secure).",
        )
    else:
        yield line(
            (f"You are one {what} away from a leak", COLOUR[_LEAK]),
            f": {len(leaks)} of {tried} let mail leave in clear "
            f"({mails} mails that must be secure).",
        )
    for slip in leaks[:most]:
        yield from _slip(slip)
    if most is not None and len(leaks) > most:
        yield line(f"{len(leaks) - most} more (--all names them).", indent=_INDENT)
    if could:
        yield from _could_be(could, what, most)
    rest = [
        f"{counted(len(sweep.of(kind)), what, _many(what))} {finding_word(kind)}"
        for kind in sorted(FindingKind, key=lambda kind: WEIGHT[kind])
        if kind not in {_LEAK, _OPEN} and sweep.of(kind)
    ]
    if rest:
        yield line(f"Beside these: {listed(rest)}.")
    if not sweep.is_whole:
        yield line(f"Not every {what} was tried: the time was over (--seconds).")


def _could_be(could: tuple[Slip, ...], what: str, most: int | None) -> Iterator[Part]:
    """Name the edits of which nobody can tell whether they open a leak."""
    noun = counted(len(could), what, _many(what))
    yield line(
        ("Cannot tell", COLOUR[_OPEN]),
        f" of {noun} more whether mail leaves in clear:",
    )
    for slip in could[: most and most // 2]:
        yield from _slip(slip)
    if most is not None and len(could) > most // 2:
        yield line(f"{len(could) - most // 2} more (--all names them).", indent=_INDENT)


def _slip(slip: Slip) -> Iterator[Part]:
    mail, finding = slip.example
    count = counted(len(slip.mails), "mail")
    says = "; ".join(shown(edit.says) for edit in slip.edits)
    why = depends_on(finding.because) if finding.because else finding.why
    who = f" to {finding.recipient}" if finding.recipient else ""
    yield rows(
        ((count, says), ("", f"such as {mail.id}{shown(who)}: {shown(why)}")),
        indent=_INDENT,
        label=_LABEL,
    )
    for edit in slip.edits:
        for command in edit.commands[:2]:
            yield copied((shown(command), QUIET), indent=_INDENT + _LABEL + 2)


def _many(what: str) -> str:
    return "edits" if what == "edit" else "pairs of edits"


def fuzz_data(fuzzed: Fuzzed) -> Json:
    """Give what `fuzz --json` prints."""
    search = fuzzed.search
    return {
        "tenant": fuzzed.tenant,
        "date": fuzzed.date,
        "seed": fuzzed.seed,
        "edits": _sweep_data(fuzzed.sweep),
        "pairs": _sweep_data(fuzzed.pairs),
        "mails": None
        if search is None
        else {
            "drawn": search.drawn,
            "must_be_secure": search.met,
            "is_whole": search.is_whole,
            "found": [
                {
                    "kind": found.finding.kind.value,
                    "row": found.mail.row,
                    "recipient": str(found.finding.recipient or "") or None,
                    "why": found.finding.why,
                    "rule": found.blame.rule or None,
                    "reproduce": (fuzzed.kept or {}).get(number),
                }
                for number, found in enumerate(search.found)
            ],
        },
    }


def _sweep_data(sweep: Sweep | None) -> Json:
    if sweep is None:
        return None
    return {
        "tried": sweep.tried,
        "mails": sweep.mails,
        "mails_that_must_be_secure": sweep.all_mails,
        "is_whole": sweep.is_whole,
        "found": [
            {
                "kind": slip.worst.value,
                "edits": [
                    {
                        "kind": edit.kind.value,
                        "says": edit.says,
                        "commands": list(edit.commands),
                    }
                    for edit in slip.edits
                ],
                "mails": [mail.id for mail in slip.mails],
                "could_be": [kind.value for kind in slip.example[1].others],
            }
            for slip in sweep.slips
        ],
    }

"""Citations (`document#anchor`) and the anchors that the sheets in docs/facts offer."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Anchors = Mapping[str, frozenset[str]]

# The numbered lists that may be cited by number: sheet, section, name of an entry.
_LISTS = {
    ("exchange-rules", "10"): "gotcha",
    ("exports", "0"): "mistake",
    ("zivver", "1"): "finding",
    ("zivver", "15"): "omission",
    ("zivver", "18"): "pitfall",
    ("zivver", "20"): "invariant",
}
_HEADING = re.compile(r"#{2,}\s+([A-Z]?[0-9]+(?:\.[0-9]+)*)\b")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ROW = re.compile(r"\|([^|]*)\|")
_ENTRY = re.compile(r"([0-9]+)\.\s")
_LISTED_ID = re.compile(r"- ([A-Z]-[0-9]+):")
_PROSE_ID = re.compile(r"\b([A-Z]-[0-9]+)(?=(?:, [A-Z]-[0-9]+)*: )")
_BOLD = re.compile(r"- \*\*(.+?)\*\*")
_ID = re.compile(r"[A-Za-z]{1,2}-?[0-9]+[a-z]?(?=\s|$)")
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
_CITATION = re.compile(
    r"(?<![\w./-])([a-z]+(?:-[a-z]+)*)#([A-Za-z0-9](?:[\w.-]*\w)?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Citation:
    """One `document#anchor` and where it stands."""

    document: str
    anchor: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: `{self.document}#{self.anchor}`"


def anchors(facts: Path) -> Anchors:
    """Return the anchors of each sheet in a folder."""
    return {
        sheet.stem: frozenset(_anchors_of(sheet.stem, sheet.read_text("utf-8")))
        for sheet in sorted(facts.glob("*.md"))
        if sheet.stem != "README"
    }


def citations(text: str, path: str, documents: frozenset[str]) -> Iterator[Citation]:
    """Yield what a text cites: a known document, or what looks like one misspelt."""
    for number, line in enumerate(text.splitlines(), 1):
        for document, anchor in _CITATION.findall(line):
            if difflib.get_close_matches(document, documents, n=1, cutoff=0.8):
                yield Citation(document, anchor, path, number)


def complaint(citation: Citation, known: Anchors) -> str | None:
    """Say what is wrong with a citation and what would be right, or None."""
    offered = known.get(citation.document)
    if offered is None:
        nearest = difflib.get_close_matches(citation.document, known, n=1, cutoff=0)
        return f"{citation}: no such document, did you mean `{nearest[0]}`?"
    if citation.anchor in offered:
        return None
    near = difflib.get_close_matches(citation.anchor, sorted(offered), n=1, cutoff=0)
    return f"{citation}: no such anchor, nearest is `{citation.document}#{near[0]}`"


def _anchors_of(sheet: str, text: str) -> Iterator[str]:
    section = ""
    fenced = False
    # The row above `|---|` is the head of a table and names nothing.
    for line in re.sub(r"(?m)^\|.*\n(?=\|[ :-]*-)", "", text).splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (heading := _HEADING.match(line)):
            section = heading[1]
            yield section
        elif not fenced:
            yield from _anchors_in(sheet, section, line)


def _anchors_in(sheet: str, section: str, line: str) -> Iterator[str]:
    if row := _ROW.match(line):
        yield from _row_ids(sheet, row[1])
    elif (entry := _ENTRY.match(line)) and (sheet, section) in _LISTS:
        yield f"{_LISTS[sheet, section]}-{entry[1]}"
    elif listed := _LISTED_ID.match(line):
        yield listed[1]
    elif sheet == "field-cases":
        yield from _PROSE_ID.findall(line)
        if bold := _BOLD.match(line):
            yield re.sub(r"[^a-z0-9]+", "-", bold[1].lower()).strip("-")


def _row_ids(sheet: str, cell: str) -> Iterator[str]:
    """Yield the ids in a row's first cell, which may hold several and be bold."""
    for part in cell.replace("*", "").split(","):
        if found := _ID.match(part.strip()):
            yield found[0]
        elif sheet == "field-cases" and _NAME.fullmatch(part.strip()):
            yield part.strip()

"""XML of an export, read as events: line by line, within bounds, without entities."""

from __future__ import annotations

import re
from typing import Protocol
from xml.parsers import expat

from harness.exports.problems import ExportError

# What expat says of a file that was cut.
_ENDS = frozenset(
    {
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    }
)
_PROLOG = re.compile(r"\A[\ufeff\s]*<\?xml[^>]*\?>")


class Reader(Protocol):
    """What is told of elements, each with the line at which it stands."""

    def start(self, name: str, given: dict[str, str], line: int) -> None:
        """Enter an element."""

    def say(self, text: str, line: int) -> None:
        """Hear a piece of text."""

    def end(self, name: str) -> None:
        """Leave an element."""


def without_prolog(text: str) -> str:
    """Leave out what stands before the root; it lies about the encoding (exports#0)."""
    return _PROLOG.sub("", text, count=1).lstrip("\ufeff \t\r\n")


def read_events(file: str, text: str, reader: Reader) -> None:
    """Tell a reader what stands in an XML text that was decoded already.

    Raises:
        ExportError: it is no XML, or declares a document type: no exporter writes one,
            and entities hide in it.

    """
    prolog = _PROLOG.match(text)
    skipped = prolog[0] if prolog else ""
    body = "\n" * skipped.count("\n") + text[len(skipped) :].lstrip("\ufeff")
    parser = expat.ParserCreate("utf-8")

    def refuse(*_: object) -> None:
        place = f"{file}:{parser.CurrentLineNumber}"
        raise ExportError(place, "a DOCTYPE, which no export has")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: reader.start(
        name, given, parser.CurrentLineNumber
    )
    parser.CharacterDataHandler = lambda said: reader.say(
        said, parser.CurrentLineNumber
    )
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(body.encode("utf-8", "replace"), True)  # noqa: FBT003
    except expat.ExpatError as problem:
        what = expat.ErrorString(problem.code)
        if what in _ENDS:
            what = "the file ends too early"
        place = f"{file}:{problem.lineno}"
        raise ExportError(place, f"no XML: {what}; export it again") from None

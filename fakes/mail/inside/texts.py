"""The text of a file, as far as we read its type (exchange-rules#3.5)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from fakes.mail.html_text import text_of_html
from fakes.mail.inside.kinds import Kind
from fakes.mail.inside.limits import UnreadableError
from fakes.mail.inside.pdf import pdf_text
from fakes.mail.inside.safe_xml import entry, local, opened_zip, parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from xml.etree import ElementTree as ET

    from fakes.mail.inside.limits import Libraries, Limits
    from fakes.mail.inside.tree import File

_RTF = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?"  # a control word
    r"|\\'([0-9a-fA-F]{2})"  # an octet of the code page
    r"|\\([^a-z])|([{}])|[\r\n]+|(.)",
    re.IGNORECASE | re.DOTALL,
)
_RTF_BLANKS: Final = frozenset({"par", "line", "tab", "cell", "row", "page", "sect"})
# Groups that hold no text of the document.
_RTF_HIDDEN: Final = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "*"}
)
# Start of scan; APP1 (Exif, XMP), APP13 (IPTC) and comments.
_SCAN: Final = b"\xff\xda"
_METADATA: Final = (b"\xff\xe1", b"\xff\xed", b"\xff\xfe")
_ODF_BLANKS: Final = {"p": "\n", "h": "\n", "s": " ", "tab": "\t", "line-break": "\n"}
# Texts of each zipped document: which parts, which elements hold text, which end it.
_WORD = r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"
_SLIDES = r"ppt/(slides|notesSlides|comments)/[^/]+\.xml"


def text_of(file: File, libraries: Libraries, limits: Limits) -> str:
    """Give the text of a file; empty for a type that has none.

    Raises:
        UnreadableError: it has, or may have, a text that cannot be read.

    """
    if file.kind in _NOT_READ:
        raise UnreadableError(_NOT_READ[file.kind])
    reader = _READERS.get(file.kind)
    if reader is None:
        return ""
    return reader(file.payload, libraries, limits)[: limits.text]


def _plain(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    del libraries, limits
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        return payload.decode("utf-16", "replace")
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def _html(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    return text_of_html(_plain(payload, libraries, limits))


def _jpeg(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    """Find no text where there is no metadata, as in most logos (ITU T.81 B.1)."""
    del libraries, limits
    place = 2
    while (marker := payload[place : place + 2]) != _SCAN:
        length = int.from_bytes(payload[place + 2 : place + 4], "big")
        if marker[:1] != b"\xff" or length < 2:
            raise UnreadableError("the picture is broken")
        if marker in _METADATA:
            raise UnreadableError("the metadata of a picture")
        place += 2 + length
    return ""


def _rtf(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    del libraries, limits
    pieces: list[str] = []
    hidden: list[bool] = [False]
    skipped = 0
    for match in _RTF.finditer(payload.decode("latin-1")):
        word, number, octet, symbol, brace, sign = match.groups()
        if brace == "{":
            hidden.append(hidden[-1])
        elif brace and len(hidden) > 1:
            hidden.pop()
        elif (word or symbol) in _RTF_HIDDEN:
            hidden[-1] = True
        elif hidden[-1]:
            continue
        elif word == "u" and number:
            pieces.append(chr(int(number) % 0x10000))
            skipped = 1
            continue
        elif skipped and (octet or sign):
            skipped = 0
        else:
            pieces.append(_rtf_text(word, octet, symbol, sign))
    return "".join(pieces)


def _rtf_text(
    word: str | None, octet: str | None, symbol: str | None, sign: str | None
) -> str:
    if octet:
        return bytes.fromhex(octet).decode("cp1252", "replace")
    if word:
        return "\n" if word in _RTF_BLANKS else ""
    return {"~": "\xa0", "_": "-"}.get(symbol or "", symbol or sign or "")


def _parts(payload: bytes, name: str, limits: Limits) -> Iterator[ET.Element]:
    """Parse the parts of those names, no more octets in all than the limit."""
    left = limits.document
    with opened_zip(payload) as archive:
        for info in archive.infolist():
            if re.fullmatch(name, info.filename):
                octets = entry(archive, info, left)
                left -= len(octets)
                yield parse_xml(octets)


def _runs(root: ET.Element, text: str, end: str) -> str:
    """Join the texts of elements; each paragraph begins on a new line."""
    names = {text: "", end: "\n", "tab": "\t", "br": "\n"}
    return "".join(
        names[name] + (element.text or "" if name == text else "")
        for element in root.iter()
        if (name := local(element)) in names
    )


def _docx(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    del libraries
    return "\n".join(_runs(r, "t", "p") for r in _parts(payload, _WORD, limits))


def _pptx(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    del libraries
    return "\n".join(_runs(r, "t", "p") for r in _parts(payload, _SLIDES, limits))


def _xlsx(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    del libraries
    name = r"xl/(sharedStrings|comments\d*|worksheets/[^/]+)\.xml"
    pieces: list[str] = []
    for root in _parts(payload, name, limits):
        is_shared = False
        for element in root.iter():
            kind = local(element)
            if kind == "c":
                is_shared = element.get("t") == "s"
            if kind in {"c", "si", "comment"}:
                pieces.append("\n")
            # The value of a shared text is its number.
            if kind == "t" or (kind == "v" and not is_shared):
                pieces.append(element.text or "")
    return "".join(pieces)


def _odf(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    del libraries
    found: list[str] = []
    for root in _parts(payload, r"(content|styles)\.xml", limits):
        for element in root.iter():
            element.text = _ODF_BLANKS.get(local(element), "") + (element.text or "")
        found.append("".join(root.itertext()))
    return "\n".join(found)


def _pdf(payload: bytes, libraries: Libraries, limits: Limits) -> str:
    return pdf_text(payload, libraries.pdf, limits)


_READERS: Final[Mapping[Kind, Callable[[bytes, Libraries, Limits], str]]] = (
    MappingProxyType(
        {
            Kind.TEXT: _plain,
            Kind.XML: _plain,
            Kind.HTML: _html,
            Kind.RTF: _rtf,
            Kind.JPEG: _jpeg,
            Kind.DOCX: _docx,
            Kind.XLSX: _xlsx,
            Kind.PPTX: _pptx,
            Kind.ODF: _odf,
            Kind.PDF: _pdf,
        }
    )
)
_NOT_READ: Final[Mapping[Kind, str]] = MappingProxyType(
    dict.fromkeys((Kind.DOC, Kind.XLS, Kind.PPT), "the text of an old Office file")
    | dict.fromkeys((Kind.XLSB, Kind.OOXML, Kind.VSD), "a format whose text we skip")
    # exchange-rules#3.5: Exchange reads their metadata.
    | {Kind.TIFF: "the metadata of a picture"}
    | {
        Kind.OTHER: "a format that we do not know",
        Kind.PFILE: "a protected file",
        # msip-labels#4.10: whether Exchange opens it nobody says.
        Kind.LOCKED_OFFICE: "an encrypted Office file",
    }
)

"""The document properties of Office files (exchange-rules#3.5, msip-labels#4.8)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from fakes.mail.inside.compound import SUMMARY, custom_properties, opened_compound
from fakes.mail.inside.kinds import OFFICE_ZIPS, Kind
from fakes.mail.inside.limits import EXTRA, UnreadableError
from fakes.mail.inside.safe_xml import entry, local, opened_zip, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree import ElementTree as ET

    from fakes.mail.inside.limits import Libraries, Limits
    from fakes.mail.inside.tree import File

# The parts where properties customarily stand.
_CUSTOM: Final = "docProps/custom.xml"
_BUILT_IN: Final = ("docProps/core.xml", "docProps/app.xml")
# The names that Office shows for the elements of the two parts.
_SHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": "Title",
        "subject": "Subject",
        "creator": "Author",
        "keywords": "Keywords",
        "description": "Comments",
        "category": "Category",
        "lastModifiedBy": "Last Author",
        "contentStatus": "Content Status",
        "Company": "Company",
        "Manager": "Manager",
    }
)
_NOT_READ: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.LOCKED_OFFICE: "the properties of an encrypted Office file",
        Kind.COMPOUND: f"a compound file {EXTRA}, or is broken",
        Kind.ODF: "whether OpenDocument counts as an office document",
    }
)


def document_properties(
    file: File, libraries: Libraries, limits: Limits
) -> tuple[tuple[str, str], ...]:
    """Give the names and values of the properties; none for other types.

    Raises:
        UnreadableError: they cannot be read.

    """
    if file.kind in _NOT_READ:
        raise UnreadableError(_NOT_READ[file.kind])
    if file.kind in OFFICE_ZIPS:
        return tuple(_of_zip(file.payload, limits))
    if file.kind in {Kind.DOC, Kind.XLS, Kind.PPT, Kind.VSD}:
        return _of_compound(file.payload, libraries, limits)
    return ()


def _of_zip(payload: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    with opened_zip(payload) as archive:
        for info in archive.infolist():
            if info.filename in _BUILT_IN:
                root = parse_xml(entry(archive, info, limits.part))
                yield from (
                    (_SHOWN[name], element.text or "")
                    for element in root
                    if (name := local(element)) in _SHOWN
                )
            if info.filename == _CUSTOM:
                yield from _custom(parse_xml(entry(archive, info, limits.part)))


def _custom(root: ET.Element) -> Iterator[tuple[str, str]]:
    for element in root:
        yield element.get("name", ""), "".join(element.itertext())


def _of_compound(
    payload: bytes, libraries: Libraries, limits: Limits
) -> tuple[tuple[str, str], ...]:
    with opened_compound(payload, libraries.ole, limits.part) as compound:
        return custom_properties(compound.stream(SUMMARY))

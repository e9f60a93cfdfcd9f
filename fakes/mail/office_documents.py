"""Small real Office documents with a sensitivity label in either place.

Stored without compression and with fixed dates, so the bytes are always the same.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fakes.mail.labels import PROFILES, LabelSpec, Profile, properties
from fakes.mail.office_labels import CUSTOM_TYPE, LABEL_INFO_TYPE

_Pairs: TypeAlias = tuple[tuple[str, str], ...]


class DocumentKind(StrEnum):
    """The documents that can be made."""

    DOCX = "docx"
    XLSX = "xlsx"


class LabelPlace(StrEnum):
    """Where a made document has its label."""

    NONE = "none"
    CUSTOM_XML = "docProps/custom.xml"
    LABEL_INFO = "docMetadata/LabelInfo.xml"
    BOTH = "both"


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument"
_CUSTOM_CONTENT: Final = f"{_TYPES}.custom-properties+xml"
# msip-labels#4.2: what files use, not what the standard prints.
_LABEL_INFO_CONTENT: Final = "application/vnd.ms-office.classificationlabels+xml"

_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

# The parts, their content types, and the relationships of the package.
_DOCUMENTS: Final[Mapping[DocumentKind, tuple[Mapping[str, str], _Pairs, _Pairs]]] = (
    MappingProxyType(
        {
            DocumentKind.DOCX: (
                {
                    "word/document.xml": (
                        f'{_XML}<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r>'
                        "<w:t>A document.</w:t></w:r></w:p></w:body></w:document>"
                    )
                },
                (
                    (
                        "/word/document.xml",
                        f"{_TYPES}.wordprocessingml.document.main+xml",
                    ),
                ),
                ((f"{_OFFICE}/relationships/officeDocument", "word/document.xml"),),
            ),
            DocumentKind.XLSX: (
                {
                    "xl/workbook.xml": (
                        f'{_XML}<workbook xmlns="{_SHEET}" '
                        f'xmlns:r="{_OFFICE}/relationships"><sheets>'
                        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
                        "</sheets></workbook>"
                    ),
                    "xl/_rels/workbook.xml.rels": (
                        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
                        '<Relationship Id="rId1" '
                        f'Type="{_OFFICE}/relationships/worksheet" '
                        'Target="worksheets/sheet1.xml"/></Relationships>'
                    ),
                    "xl/worksheets/sheet1.xml": (
                        f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData>'
                        '<row r="1"><c r="A1"><v>1</v></c></row>'
                        "</sheetData></worksheet>"
                    ),
                },
                (
                    ("/xl/workbook.xml", f"{_TYPES}.spreadsheetml.sheet.main+xml"),
                    (
                        "/xl/worksheets/sheet1.xml",
                        f"{_TYPES}.spreadsheetml.worksheet+xml",
                    ),
                ),
                ((f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"),),
            ),
        }
    )
)


def labelled_document(
    kind: DocumentKind, spec: LabelSpec, place: LabelPlace = LabelPlace.CUSTOM_XML
) -> bytes:
    """Make a small Office document with the label in this place.

    Raises ValueError as `office_document` does.
    """
    custom = place in {LabelPlace.CUSTOM_XML, LabelPlace.BOTH}
    label_info = place in {LabelPlace.LABEL_INFO, LabelPlace.BOTH}
    return office_document(
        kind,
        custom=spec if custom else None,
        label_info=spec if label_info else None,
    )


def office_document(
    kind: DocumentKind,
    *,
    custom: LabelSpec | None = None,
    label_info: LabelSpec | None = None,
) -> bytes:
    """Make a small Office document, the same bytes each time.

    The two places may be at odds, as with a stale property (msip-labels#4.2).
    Raises ValueError for text that XML cannot hold.
    """
    parts, overrides, relations = _DOCUMENTS[kind]
    parts = dict(parts)
    if custom is not None:
        parts["docProps/custom.xml"] = _custom_xml(custom)
        overrides += (("/docProps/custom.xml", _CUSTOM_CONTENT),)
        relations += ((CUSTOM_TYPE, "docProps/custom.xml"),)
    if label_info is not None:
        parts["docMetadata/LabelInfo.xml"] = _label_info_xml(label_info)
        overrides += (("/docMetadata/LabelInfo.xml", _LABEL_INFO_CONTENT),)
        relations += ((LABEL_INFO_TYPE, "docMetadata/LabelInfo.xml"),)
    whole = {
        "[Content_Types].xml": _content_types(overrides),
        "_rels/.rels": _relationships(relations),
        **parts,
    }
    return _zip(whole)


def _content_types(overrides: _Pairs) -> str:
    rows = (f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in overrides)
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{''.join(rows)}</Types>"
    )


def _relationships(relations: _Pairs) -> str:
    rows = (
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(relations, 1)
    )
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{''.join(rows)}</Relationships>"
    )


def _custom_xml(spec: LabelSpec) -> str:
    # msip-labels#4.1: the attributes of the header, numbered from 2.
    rows = (
        '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" '
        f'pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for number, (name, text) in enumerate(_said(spec), 2)
    )
    return (
        f'{_XML}<Properties xmlns="{_OFFICE}/custom-properties" '
        f'xmlns:vt="{_OFFICE}/docPropsVTypes">{"".join(rows)}</Properties>'
    )


def _said(spec: LabelSpec) -> Iterable[tuple[str, str]]:
    said = properties(PROFILES[Profile.P3], spec)
    if any(c in "\ufffe\uffff" for _, text in said for c in text):
        raise ValueError("the label holds U+FFFE or U+FFFF, which XML refuses")
    return said


def _label_info_xml(spec: LabelSpec) -> str:
    # msip-labels#4.2: the bytes as Word writes them; no name and no date.
    return (
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
        "<clbl:labelList "
        'xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
        f'<clbl:label id="{{{spec.guid.lower()}}}" enabled="{spec.enabled:d}" '
        f'method="{spec.method}" siteId="{{{spec.site_id.lower()}}}" '
        f'contentBits="{spec.content_bits}" removed="0" /></clbl:labelList>'
    )


def _zip(parts: Mapping[str, str]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, text in parts.items():
            info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            # Otherwise the system that runs this would show.
            info.create_system = 0
            archive.writestr(info, text.encode())
    return packed.getvalue()

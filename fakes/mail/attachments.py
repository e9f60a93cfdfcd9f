"""The sensitivity label inside an attachment.

Whether a file is labelled has three answers: these labels, none, or unknown and why.
Nothing here raises on hostile bytes, and nothing here guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from fakes.mail.attached import AttachmentPart, attachments
from fakes.mail.inside.compound import SUMMARY, custom_properties, opened_compound
from fakes.mail.inside.kinds import Kind, is_text, kind_of
from fakes.mail.inside.limits import (
    EXTRA,
    Libraries,
    Limits,
    UnreadableError,
    installed,
)
from fakes.mail.inside.pdf import pdf_label_properties
from fakes.mail.inside.tree import unfold
from fakes.mail.labels import Label, group_labels
from fakes.mail.office_documents import (
    DocumentKind,
    LabelPlace,
    labelled_document,
    office_document,
)
from fakes.mail.office_labels import labels_of_office_file

__all__ = [
    "AttachmentLabels",
    "AttachmentPart",
    "DocumentKind",
    "LabelPlace",
    "LabelsFound",
    "LabelsUnknown",
    "Limits",
    "NoLabels",
    "attachments",
    "labelled_document",
    "labels_inside",
    "office_document",
]


@dataclass(frozen=True, slots=True)
class LabelsFound:
    """The file carries these labels, at least one, on or off."""

    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class NoLabels:
    """The file was wholly read for labels and has none, or has no place for one."""

    why: str


@dataclass(frozen=True, slots=True)
class LabelsUnknown:
    """The file may carry a label; why that was not judged."""

    why: str


AttachmentLabels: TypeAlias = LabelsFound | NoLabels | LabelsUnknown


# Prefixes of what is recognised and not opened.
_NOT_OPENED: Final[Mapping[bytes, str]] = MappingProxyType(
    {
        b".pfile": "a protected file is not read",  # msip-labels#4.6
        b"PK\x07\x08": "an archive is not opened",
        b"Rar!": "an archive is not opened",
        b"7z\xbc\xaf\x27\x1c": "an archive is not opened",
        b"\xfd7zXZ": "an archive is not opened",
        b"MSCF": "an archive is not opened",
        b"\x78\x9f\x3e\x22": "a TNEF container is not opened",
        b"{\\rtf": "rich text is not read",
    }
)
# msip-labels#4.6: images and plain text have no place for a label without encryption.
_IMAGES: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
)
_TEXT_TYPES: Final = frozenset({"text/plain", "text/csv"})
_TEXT_ENDINGS: Final = (".txt", ".csv", ".log")


def labels_inside(
    part: AttachmentPart,
    *,
    limits: Limits | None = None,
    libraries: Libraries | None = None,
) -> AttachmentLabels:
    """Say which labels an attachment carries; never raises.

    Read are Office Open XML files (msip-labels#4.1, msip-labels#4.2), old Office files
    (msip-labels#4.4), PDF (msip-labels#4.5), and archives of them.
    """
    bounds, extra = limits or Limits(), libraries or installed()
    payload = part.payload
    if len(payload) > bounds.payload:
        return LabelsUnknown(f"more than {bounds.payload} octets")
    kind = kind_of(payload, part.filename, part.content_type, extra, bounds)
    if kind is Kind.MAIL:
        # msip-labels#4.7: it has a field of its own, and attachments of its own.
        return LabelsUnknown("an attached mail is not opened")
    if kind in _ARCHIVES:
        return _labels_of_archive(part, bounds, extra)
    reader = _READERS.get(kind)
    if reader is not None:
        return _read(reader, payload, bounds, extra)
    return _labels_of_others(part)


def _labels_of_others(part: AttachmentPart) -> AttachmentLabels:
    payload = part.payload
    why = next((w for start, w in _NOT_OPENED.items() if payload.startswith(start)), "")
    if why:
        return LabelsUnknown(why)
    if payload.startswith(_IMAGES):
        return NoLabels("an image has no place for a label")
    if _is_called_text(part) and is_text(payload):
        return NoLabels("plain text has no place for a label")
    return LabelsUnknown("the format is not known")


def _labels_of_archive(
    part: AttachmentPart, limits: Limits, libraries: Libraries
) -> AttachmentLabels:
    """Look into each file: one that cannot be told may hold another label."""
    labels: list[Label] = []
    for file in unfold((part,), limits, libraries, opens_mail=False):
        if file.missing:
            return LabelsUnknown(f"{file.shown}: {file.missing}")
        if file.kind is Kind.LOCKED:
            return LabelsUnknown(f"{file.shown}: protected by a password")
        if file.kind in _ARCHIVES:
            continue
        inner = AttachmentPart(file.name, "", file.payload)
        inside = labels_inside(inner, limits=limits, libraries=libraries)
        if isinstance(inside, LabelsUnknown):
            return LabelsUnknown(f"{file.shown}: {inside.why}")
        if isinstance(inside, LabelsFound):
            labels += inside.labels
    return LabelsFound(tuple(labels)) if labels else NoLabels("no label in an archive")


def _read(
    reader: _Reader, payload: bytes, limits: Limits, libraries: Libraries
) -> AttachmentLabels:
    try:
        labels = reader(payload, limits, libraries)
    except UnreadableError as error:
        return LabelsUnknown(str(error))
    return LabelsFound(labels) if labels else NoLabels("no label in the file")


def _of_office(
    payload: bytes, limits: Limits, libraries: Libraries
) -> tuple[Label, ...]:
    del libraries
    return labels_of_office_file(
        payload, most_entries=limits.entries, most_octets=limits.part
    )


def _of_compound(
    payload: bytes, limits: Limits, libraries: Libraries
) -> tuple[Label, ...]:
    with opened_compound(payload, libraries.ole, limits.part) as compound:
        return group_labels(custom_properties(compound.stream(SUMMARY)))


def _of_any_compound(
    payload: bytes, limits: Limits, libraries: Libraries
) -> tuple[Label, ...]:
    """Say why a compound file of unknown sort is not read (msip-labels#4.3)."""
    del payload, limits
    lacks = f"; {EXTRA}" if libraries.ole is None else ""
    raise UnreadableError(f"a compound file of a sort that is not read{lacks}")


def _of_pdf(payload: bytes, limits: Limits, libraries: Libraries) -> tuple[Label, ...]:
    del limits
    info, xmp = map(group_labels, pdf_label_properties(payload, libraries.pdf))
    # msip-labels#4.5: Office writes both places alike, other programs the first alone.
    said = [{(x.guid, x.enabled) for x in place} for place in (info, xmp)]
    if all(said) and said[0] != said[1]:
        raise UnreadableError("the two places of a PDF name other labels")
    return info or xmp


_Reader: TypeAlias = Callable[[bytes, Limits, Libraries], tuple[Label, ...]]
_READERS: Final[Mapping[Kind, _Reader]] = MappingProxyType(
    dict.fromkeys(
        (
            Kind.DOCX,
            Kind.XLSX,
            Kind.PPTX,
            Kind.XLSB,
            Kind.OOXML,
            Kind.ODF,
            Kind.BROKEN_ZIP,
        ),
        _of_office,
    )
    | dict.fromkeys((Kind.DOC, Kind.XLS, Kind.PPT, Kind.VSD), _of_compound)
    | dict.fromkeys((Kind.COMPOUND, Kind.MSG, Kind.LOCKED_OFFICE), _of_any_compound)
    | {Kind.PDF: _of_pdf}
)
_ARCHIVES: Final = frozenset({Kind.ZIP, Kind.JAR, Kind.TAR, Kind.GZIP, Kind.BZIP2})


def _is_called_text(part: AttachmentPart) -> bool:
    name = part.filename.casefold()
    if part.content_type in _TEXT_TYPES:
        return name.endswith(_TEXT_ENDINGS) or "." not in name
    return name.endswith(_TEXT_ENDINGS)

"""The true type of a file, by its bytes (exchange-rules#3.5).

A table of our own: libraries of magic numbers do not tell encrypted from other compound
files, nor what programs of DOS, Windows and OS/2 share.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from fakes.mail.inside.compound import opened_compound
from fakes.mail.inside.limits import UnreadableError
from fakes.mail.inside.safe_xml import entry, opened_zip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zipfile import ZipFile

    from fakes.mail.inside.limits import Libraries, Limits


class Kind(StrEnum):
    """The types that are told apart."""

    TEXT = "text"
    HTML = "HTML"
    XML = "XML"
    RTF = "rich text"
    PDF = "PDF"
    DOCX = "docx"
    XLSX = "xlsx"
    XLSB = "xlsb"
    PPTX = "pptx"
    OOXML = "another Open XML file"
    ODF = "OpenDocument"
    DOC = "doc"
    XLS = "xls"
    PPT = "ppt"
    VSD = "vsd"
    MSG = "Outlook item"
    LOCKED_OFFICE = "encrypted Office file"
    COMPOUND = "compound file"
    MAIL = "attached mail"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    CAB = "cab"
    XZ = "xz"
    JAR = "jar"
    TNEF = "TNEF"
    PFILE = "protected file"
    JPEG = "jpg"
    TIFF = "tiff"
    PICTURE = "picture"
    SOUND = "sound or film"
    PROGRAM = "program"
    SELF_EXTRACTING = "self-extracting archive"
    BROKEN_ZIP = "broken zip"
    LOCKED = "locked file"
    EMPTY = "empty file"
    OTHER = "unknown format"


OFFICE_ZIPS: Final = frozenset({Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.OOXML, Kind.XLSB})
COMPOUNDS: Final = frozenset(
    {
        Kind.DOC,
        Kind.XLS,
        Kind.PPT,
        Kind.VSD,
        Kind.MSG,
        Kind.LOCKED_OFFICE,
        Kind.COMPOUND,
    }
)
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
# Whole mails of viruses that every scanner knows; exchange-rules#3.5: com(EICAR).
_EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"
_STARTS: Final[Mapping[bytes, Kind]] = MappingProxyType(
    {
        b"%PDF": Kind.PDF,
        b"{\\rtf": Kind.RTF,
        b".pfile": Kind.PFILE,  # msip-labels#4.6
        b"Rar!\x1a\x07": Kind.RAR,
        b"7z\xbc\xaf\x27\x1c": Kind.SEVEN_ZIP,
        b"\x1f\x8b": Kind.GZIP,
        b"BZh": Kind.BZIP2,
        b"\xfd7zXZ\x00": Kind.XZ,
        b"MSCF": Kind.CAB,
        b"\x78\x9f\x3e\x22": Kind.TNEF,
        b"\xff\xd8\xff": Kind.JPEG,
        b"II*\x00": Kind.TIFF,
        b"MM\x00*": Kind.TIFF,
        b"\x89PNG\r\n\x1a\n": Kind.PICTURE,
        b"GIF87a": Kind.PICTURE,
        b"GIF89a": Kind.PICTURE,
        b"ID3": Kind.SOUND,
        b"OggS": Kind.SOUND,
        b"fLaC": Kind.SOUND,
        _EICAR: Kind.PROGRAM,
    }
)
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_FOLDERS: Final = {"word/": Kind.DOCX, "xl/": Kind.XLSX, "ppt/": Kind.PPTX}
_STREAMS: Final = {
    "EncryptedPackage": Kind.LOCKED_OFFICE,
    "WordDocument": Kind.DOC,
    "Workbook": Kind.XLS,
    "Book": Kind.XLS,
    "PowerPoint Document": Kind.PPT,
    "VisioDocument": Kind.VSD,
    "__properties_version1.0": Kind.MSG,
}


def kind_of(
    payload: bytes, name: str, declared: str, libraries: Libraries, limits: Limits
) -> Kind:
    """Tell the type of a file; only mails, which are text, need their name."""
    if declared.startswith(("message/", "multipart/")):
        return Kind.MAIL
    if payload.startswith(_ZIPS):
        return _kind_of_zip(payload, limits)
    if payload.startswith(_COMPOUND):
        return _kind_of_compound(payload, libraries, limits)
    found = next((k for start, k in _STARTS.items() if payload.startswith(start)), None)
    return found or _kind_of_rest(payload, name)


def _kind_of_rest(payload: bytes, name: str) -> Kind:
    if not payload:
        return Kind.EMPTY
    if payload[257:262] == b"ustar":
        return Kind.TAR
    if is_text(payload):
        return _kind_of_text(payload, name)
    return _kind_of_program(payload)


def is_text(payload: bytes) -> bool:
    """Say whether the bytes hold no control signs that no text has."""
    wide = payload.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = payload.decode("utf-16" if wide else "latin-1", "replace")
    return _CONTROLS.search(text) is None


def _kind_of_text(payload: bytes, name: str) -> Kind:
    if name.casefold().endswith(".eml"):
        return Kind.MAIL
    start = payload[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Kind.HTML
    return Kind.XML if start.startswith(b"<?xml") else Kind.TEXT


def _kind_of_program(payload: bytes) -> Kind:
    # exchange-rules#3.5: exe dll vxd os2 w16 dos all begin so; a pif has its own mark.
    if payload.startswith(b"MZ"):
        is_rar = b"Rar!\x1a\x07" in payload
        return Kind.SELF_EXTRACTING if is_rar else Kind.PROGRAM
    if payload[0x171:0x180] == b"MICROSOFT PIFEX":
        return Kind.PROGRAM
    if payload[4:8] == b"ftyp":
        return Kind.SOUND
    return Kind.OTHER


def _kind_of_zip(payload: bytes, limits: Limits) -> Kind:
    try:
        with opened_zip(payload) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                return _kind_of_odf(archive, limits)
            if "META-INF/MANIFEST.MF" in names:
                return Kind.JAR
            if "[Content_Types].xml" not in names:
                return Kind.ZIP
            if "xl/workbook.bin" in names:
                return Kind.XLSB
            return next(
                (k for f, k in _FOLDERS.items() if any(n.startswith(f) for n in names)),
                Kind.OOXML,
            )
    except UnreadableError:
        return Kind.BROKEN_ZIP


def _kind_of_odf(archive: ZipFile, limits: Limits) -> Kind:
    said = entry(archive, archive.getinfo("mimetype"), limits.part)
    return Kind.ODF if b"opendocument" in said else Kind.ZIP


def _kind_of_compound(payload: bytes, libraries: Libraries, limits: Limits) -> Kind:
    try:
        with opened_compound(payload, libraries.ole, limits.part) as compound:
            found = (k for name, k in _STREAMS.items() if name in compound.names)
            return next(found, Kind.COMPOUND)
    except UnreadableError:
        return Kind.COMPOUND

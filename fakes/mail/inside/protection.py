"""Whether a file is protected by a password (exchange-rules#3.5)."""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from fakes.mail.inside.compound import opened_compound
from fakes.mail.inside.kinds import Kind
from fakes.mail.inside.limits import EXTRA, UnreadableError
from fakes.mail.inside.pdf import is_pdf_locked
from fakes.mail.inside.safe_xml import opened_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.mail.inside.limits import Libraries, Limits
    from fakes.mail.inside.tree import File

# 7zFormat.txt: the method id of AES-256, and the marks of the two headers.
_AES: Final = b"\x06\xf1\x07\x01"
_PLAIN_HEADER: Final = 1
# [MS-DOC] 2.5.2, [MS-XLS] 2.4.117, [MS-PPT] 2.3.2.
_DOC_ENCRYPTED: Final = 0x0100
_XLS_FILE_PASS: Final = 0x2F
_PPT_TOKENS: Final = MappingProxyType({0xF3D1C4DF: True, 0xE391C05F: False})


def is_locked(file: File, libraries: Libraries, limits: Limits) -> bool:
    """Say whether a password is needed to read a file.

    Raises:
        UnreadableError: that cannot be told.

    """
    check = _CHECKS.get(file.kind)
    return False if check is None else check(file.payload, libraries, limits)


def _locked(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    del payload, libraries, limits
    return True


def _zip(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    del libraries, limits
    with opened_zip(payload) as archive:
        return any(info.flag_bits & 1 for info in archive.infolist())


def _seven_zip(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    """Look at the header at the end, which the first 32 octets point to."""
    del libraries, limits
    if len(payload) < 32:
        raise UnreadableError("the 7z is broken")
    offset, size = struct.unpack_from("<QQ", payload, 12)
    header = payload[32 + offset : 32 + offset + size]
    if _AES in header:
        return True
    # A packed header does not show the methods of the files.
    if header[:1] != bytes([_PLAIN_HEADER]):
        raise UnreadableError("a 7z archive whose header is packed")
    return False


def _pdf(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    del limits
    return is_pdf_locked(payload, libraries.pdf)


def _office(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    """Tell a password from rights management (msip-labels#4.3)."""
    with opened_compound(payload, libraries.ole, limits.part) as compound:
        if any("DRMEncrypted" in name for name in compound.names):
            raise UnreadableError("an Office file under rights management")
        return True


def _doc(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    with opened_compound(payload, libraries.ole, limits.payload) as compound:
        (flags,) = struct.unpack_from("<H", compound.stream("WordDocument"), 10)
        return bool(flags & _DOC_ENCRYPTED)


def _xls(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    with opened_compound(payload, libraries.ole, limits.payload) as compound:
        name = "Workbook" if "Workbook" in compound.names else "Book"
        octets = compound.stream(name)
        (length,) = struct.unpack_from("<H", octets, 2)
        (second,) = struct.unpack_from("<H", octets, 4 + length)
        return bool(second == _XLS_FILE_PASS)


def _ppt(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
    with opened_compound(payload, libraries.ole, limits.payload) as compound:
        (token,) = struct.unpack_from("<I", compound.stream("Current User"), 12)
        return _PPT_TOKENS[token]


def _unknown(why: str) -> Callable[[bytes, Libraries, Limits], bool]:
    def check(payload: bytes, libraries: Libraries, limits: Limits) -> bool:
        del payload, libraries, limits
        raise UnreadableError(why)

    return check


_CHECKS: Final[Mapping[Kind, Callable[[bytes, Libraries, Limits], bool]]] = (
    MappingProxyType(
        {
            Kind.LOCKED: _locked,
            Kind.ZIP: _zip,
            Kind.JAR: _zip,
            Kind.SEVEN_ZIP: _seven_zip,
            Kind.PDF: _pdf,
            Kind.LOCKED_OFFICE: _office,
            Kind.DOC: _doc,
            Kind.XLS: _xls,
            Kind.PPT: _ppt,
            Kind.RAR: _unknown("a rar archive that we do not open"),
            Kind.BROKEN_ZIP: _unknown("the zip is broken"),
            Kind.COMPOUND: _unknown(f"a compound file {EXTRA}, or is broken"),
            Kind.PFILE: _unknown("a protected file"),
        }
    )
)

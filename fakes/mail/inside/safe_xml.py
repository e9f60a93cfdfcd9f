"""Parts of zipped documents, within bounds; XML without a DOCTYPE."""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile, ZipInfo

from fakes.mail.inside.limits import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZIP_FAILURES: Final = (
    BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def opened_zip(payload: bytes) -> Iterator[ZipFile]:
    """Open a zip.

    Raises:
        UnreadableError: it is broken, then or while it is read.

    """
    try:
        with ZipFile(BytesIO(payload)) as archive:
            yield archive
    except _ZIP_FAILURES as error:
        raise UnreadableError("the zip is broken") from error


def entry(archive: ZipFile, info: ZipInfo, most: int) -> bytes:
    """Read one entry, within bounds whatever the zip says of its size.

    Raises:
        UnreadableError: it is larger, or locked.

    """
    if info.flag_bits & 1:
        raise UnreadableError("it is protected by a password")
    with archive.open(info) as stream:
        octets = stream.read(most + 1)
    if len(octets) > most:
        raise UnreadableError(f"more than {most} octets unpacked")
    return octets


def parse_xml(octets: bytes) -> ET.Element:
    """Parse XML; without a DOCTYPE there are no entities to expand.

    ECMA-376 part 2 allows UTF-8 and UTF-16 only.

    Raises:
        UnreadableError: it is not well-formed, or declares a DOCTYPE.

    """
    wide = octets.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = octets.decode("utf-16" if wide else "utf-8-sig")
        if "<!DOCTYPE" in text:
            raise UnreadableError("a part declares a DOCTYPE")
        return ET.fromstring(text)  # noqa: S314 - see above
    except (ET.ParseError, ValueError) as error:
        raise UnreadableError("a part is not well-formed XML") from error


def local(element: ET.Element) -> str:
    """Give the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]

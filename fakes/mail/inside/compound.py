"""Compound files (OLE): old Office, encrypted Office, Outlook items."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from fakes.mail.inside.limits import EXTRA, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SUMMARY: Final = "\x05DocumentSummaryInformation"
# msip-labels#4.4: the second set of the document's summary holds the custom names.
_CUSTOM: Final = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
_UTF_16: Final = 1200
_CODE_PAGE, _DICTIONARY = 1, 0
_VT_I2, _VT_I4, _VT_BOOL, _VT_LPSTR, _VT_LPWSTR = 2, 3, 11, 30, 31
_MOST_PROPERTIES: Final = 4096


class Compound:
    """An open compound file."""

    def __init__(self, opened: Any, most: int) -> None:  # noqa: ANN401  untyped library
        self._opened = opened
        self._most = most
        self.names: frozenset[str] = frozenset(
            "/".join(path) for path in opened.listdir()
        )

    def stream(self, name: str) -> bytes:
        """Read one stream; empty when there is none.

        Raises:
            UnreadableError: it is larger than the bound.

        """
        if name not in self.names:
            return b""
        if self._opened.get_size(name) > self._most:
            raise UnreadableError(f"a stream of more than {self._most} octets")
        return bytes(self._opened.openstream(name).read())


@contextmanager
def opened_compound(
    payload: bytes, library: ModuleType | None, most: int
) -> Iterator[Compound]:
    """Open a compound file.

    Raises:
        UnreadableError: it is broken, then or while it is read; no library is here.

    """
    if library is None:
        raise UnreadableError(f"a compound file (old Office, Outlook item) {EXTRA}")
    try:
        with library.OleFileIO(BytesIO(payload)) as opened:
            yield Compound(opened, most)
    except UnreadableError:
        raise
    except Exception as error:  # the library raises at random on hostile bytes
        raise UnreadableError("the compound file is broken") from error


def custom_properties(octets: bytes) -> tuple[tuple[str, str], ...]:
    """Read the custom properties out of the stream of the document's summary.

    msip-labels#4.4, and [MS-OLEPS]: a set has pairs of id and offset, a dictionary of
    names at id 0 and the code page at id 1.

    Raises:
        UnreadableError: the stream is broken.

    """
    try:
        starts = _sets(octets)
        return tuple(
            pair for start in starts for pair in _pairs(memoryview(octets)[start:])
        )
    except (struct.error, LookupError, ValueError) as error:
        raise UnreadableError("the properties of the file are broken") from error


def _sets(octets: bytes) -> tuple[int, ...]:
    if not octets:
        return ()
    (count,) = struct.unpack_from("<I", octets, 24)
    found = (
        struct.unpack_from("<16sI", octets, 28 + 20 * index)
        for index in range(min(count, 2))
    )
    return tuple(start for name, start in found if name == _CUSTOM)


def _pairs(data: memoryview) -> Iterator[tuple[str, str]]:
    (count,) = struct.unpack_from("<I", data, 4)
    if count > _MOST_PROPERTIES:
        raise UnreadableError("too many properties")
    offsets = dict(
        struct.unpack_from("<II", data, 8 + 8 * index) for index in range(count)
    )
    page = struct.unpack_from("<H", data, offsets[_CODE_PAGE] + 4)[0]
    for key, name in _names(data, offsets[_DICTIONARY], page):
        if key in offsets:
            yield name, _value(data, offsets[key], page)


def _names(data: memoryview, start: int, page: int) -> Iterator[tuple[int, str]]:
    (count,) = struct.unpack_from("<I", data, start)
    position = start + 4
    for _ in range(min(count, _MOST_PROPERTIES)):
        key, length = struct.unpack_from("<II", data, position)
        size = length * 2 if page == _UTF_16 else length
        name = _text(data[position + 8 : position + 8 + size], page)
        position += 8 + size
        # [MS-OLEPS] 2.16: only names in UTF-16 are padded.
        position += -size % 4 if page == _UTF_16 else 0
        yield key, name


def _value(data: memoryview, start: int, page: int) -> str:
    (kind,) = struct.unpack_from("<H", data, start)
    if kind in {_VT_LPSTR, _VT_LPWSTR}:
        (length,) = struct.unpack_from("<I", data, start + 4)
        is_wide = kind == _VT_LPWSTR
        size = length * 2 if is_wide else length
        return _text(data[start + 8 : start + 8 + size], _UTF_16 if is_wide else page)
    shapes = {_VT_I2: "<h", _VT_I4: "<i", _VT_BOOL: "<h"}
    if kind not in shapes:
        return ""
    (number,) = struct.unpack_from(shapes[kind], data, start + 4)
    return str(bool(number)).lower() if kind == _VT_BOOL else str(number)


def _text(octets: memoryview, page: int) -> str:
    names = {_UTF_16: "utf-16-le", 65001: "utf-8", 10000: "mac-roman"}
    text = bytes(octets).decode(names.get(page, f"cp{page}"), "replace")
    return text.partition("\0")[0]

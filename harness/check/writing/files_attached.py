"""Mail that a rule asks for by its attachments."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.values_attachments import DocumentProperties
from fakes.exchange.rules.values_numbers import SizeOver
from harness.check.draft import Part
from harness.check.label_sorts import labelled_file
from harness.check.writing.bench import NotWritten, wanted
from harness.check.writing.content import filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fakes.exchange.rules.rule import Condition
    from harness.check.draft import Draft
    from harness.check.writing.bench import Bench, Writer

_OCTETS = "application/octet-stream"
_PREFIX, _ENABLED = "MSIP_Label_", "_Enabled"
_LOCKED = 1
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
# Where the flags of an entry stand (PKWARE's APPNOTE 4.3.7, 4.3.12).
_FLAGS = ((_LOCAL, 6), (_CENTRAL, 8))


def _with(draft: Draft, name: str, octets: bytes, kind: str = _OCTETS) -> Draft:
    return replace(draft, parts=(*draft.parts, Part(kind, octets, name)))


def _name(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    for text in wanted(condition):
        if text.isascii() and not set(text) & set('"\\/'):
            yield _with(draft, text, b"scan")
            yield _with(draft, f"scan{text}", b"scan")


def _extension(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    for text in wanted(condition):
        yield _with(draft, f"scan.{text}", b"scan")


def _size(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    if isinstance(condition.value, SizeOver):
        yield _with(draft, "scan.bin", filled(condition.value.limit))


def _program(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del condition, bench
    # The start of a program of Windows: the header, and where the rest of it stands.
    head = b"MZ" + bytes(58) + (64).to_bytes(4, "little")
    yield _with(draft, "setup.exe", head + b"PE\0\0" + bytes(64))


def _locked(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del condition, bench
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("letter.txt"), b"locked")
    octets = bytearray(packed.getvalue())
    for mark, place in _FLAGS:
        octets[octets.index(mark) + place] |= _LOCKED
    yield _with(draft, "letter.zip", bytes(octets), "application/zip")


def _text(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    for text in wanted(condition):
        yield _with(draft, "notes.txt", text.encode(), "text/plain; charset=utf-8")


def _property(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    value = condition.value
    for name, _ in value.pairs if isinstance(value, DocumentProperties) else ():
        if name.startswith(_PREFIX) and name.endswith(_ENABLED):
            guid = name.removeprefix(_PREFIX).removesuffix(_ENABLED)
            part = labelled_file(guid, draft.sender)
            yield replace(draft, parts=(*draft.parts, part))
    raise NotWritten("only properties of labels are written into files")


def _unread(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del condition, bench
    yield _with(draft, "photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg")


def _never(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del draft, bench
    raise NotWritten(condition.row.remark)


FILES: Mapping[str, Writer] = MappingProxyType(
    {
        "AttachmentNameMatchesPatterns": _name,
        "AttachmentExtensionMatchesWords": _extension,
        "AttachmentSizeOver": _size,
        "AttachmentHasExecutableContent": _program,
        "AttachmentIsPasswordProtected": _locked,
        "AttachmentContainsWords": _text,
        "AttachmentMatchesPatterns": _text,
        "AttachmentPropertyContainsWords": _property,
        "AttachmentIsUnsupported": _unread,
        "AttachmentProcessingLimitExceeded": _never,
    }
)

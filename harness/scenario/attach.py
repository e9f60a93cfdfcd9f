"""From the words of a case to the octets of an attached file."""

from __future__ import annotations

import base64
import struct
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fakes.mail.labels import LabelSpec
from fakes.mail.office_documents import LabelPlace, labelled_document, office_document

if TYPE_CHECKING:
    from harness.scenario.case import Attached, FileGiven, LabelWritten

SITE_ID = "5c1d0f6a-0b57-4d29-8f3b-6a1f3a0d9e11"
ACTION_ID = "7be6a3c4-9d02-4d7c-8e1f-2f5b8c9d0a12"
_SET_DATE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
# APPNOTE.TXT 4.3: where the flags stand in the two headers of an entry.
_LOCAL_FLAGS, _CENTRAL_FLAGS = 6, 8
_CENTRAL_FIXED = 46


def label_spec(label: LabelWritten) -> LabelSpec:
    """Say what the label says, by fixed ids and a fixed date.

    Raises:
        ValueError: no field could carry it.

    """
    spec = LabelSpec(
        guid=label.guid,
        site_id=SITE_ID,
        name=label.name,
        action_id=ACTION_ID,
        set_date=_SET_DATE,
        enabled=label.is_enabled,
    )
    return replace(spec, parent_guid=label.parent) if label.parent else spec


def octets_of(file: FileGiven) -> bytes:
    """Make the file, the same octets each time."""
    if file.document is not None:
        return _document(file.document)
    if file.holds:
        return _zip(file)
    if file.base64:
        return base64.b64decode(file.base64)
    if file.message:
        return file.message.encode()
    return b" " * file.octets or file.text.encode()


def _document(attached: Attached) -> bytes:
    if attached.label is None or attached.place is LabelPlace.NONE:
        return office_document(attached.kind)
    return labelled_document(attached.kind, label_spec(attached.label), attached.place)


def _zip(file: FileGiven) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for inner in file.holds:
            info = ZipInfo(inner.name, date_time=(1980, 1, 1, 0, 0, 0))
            # Otherwise the system that runs this would show.
            info.create_system = 0
            archive.writestr(info, octets_of(inner))
    return _locked(packed.getvalue()) if file.is_locked else packed.getvalue()


def _locked(packed: bytes) -> bytes:
    """Say in both headers of each entry that a password is needed."""
    octets = bytearray(packed)
    with ZipFile(BytesIO(packed)) as archive:
        place = archive.start_dir
        for info in archive.infolist():
            octets[info.header_offset + _LOCAL_FLAGS] |= 1
            octets[place + _CENTRAL_FLAGS] |= 1
            lengths = struct.unpack_from("<HHH", octets, place + 28)
            place += _CENTRAL_FIXED + sum(lengths)
    return bytes(octets)

"""Zips of exports, honest and otherwise."""

import io
import stat
import zipfile

from tests.exports.shapes import online, powershell


def packed(files, *, spoil=None, method=zipfile.ZIP_DEFLATED):
    """Pack names and octets (or values, as JSON); `spoil` may change an entry."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, value in files.items():
            octets = value if isinstance(value, bytes) else powershell(value)
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            if spoil:
                spoil(entry)
            archive.writestr(entry, octets)
    return stream.getvalue()


def whole(**more):
    return packed({**online(), **more})


def as_link(entry):
    if entry.filename == "odd.json":
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def with_flag(octets, name, flag):
    """Set a flag of an entry of a zip, where both of its headers have it."""
    data = bytearray(octets)
    for signature, place, at in ((b"PK\x03\x04", 30, 6), (b"PK\x01\x02", 46, 8)):
        start = 0
        while (start := data.find(signature, start)) >= 0:
            if data[start + place : start + place + len(name)] == name.encode():
                data[start + at] |= flag
            start += 1
    return bytes(data)

"""A zip of exports to its files, in memory: whatever it holds, nothing is written.

Every entry that is not a plain file within the limits is a fault of its own, and the
others are read.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial

from harness.exports.encodings import RawFile
from harness.exports.limits import MEGABYTE, SizeLimits, check_size
from harness.exports.problems import ExportError, Faults, shown
from harness.exports.sides import SIDES

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MOST_ENTRIES = 10_000
# How much smaller a large file may become: what repeats itself more is no export.
_RATIO = 200
_FREE = 10 * MEGABYTE
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")
# What macOS and Windows put beside people's files.
_LITTER = re.compile(
    r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)
# What `zipfile` says of archives that somebody damaged.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_UNPACK = "unpack it, and give the folder"


def is_archive(start: bytes) -> bool:
    """Say whether a file is a zip by how it begins, whatever it is called."""
    return start.startswith(_SIGNATURES)


def base_name(name: str) -> str:
    """Give the name of a file without its folder, and without the zip around it."""
    return re.split(r"[/:]", name)[-1]


@dataclass(slots=True)
class Unpacking:
    """How much of the limits is used up, and what is wrong with what was unpacked."""

    limits: SizeLimits
    faults: Faults
    used: int = 0


def unpack(raw: RawFile, state: Unpacking) -> tuple[RawFile, ...]:
    """Give the files of a zip, called `zip:file`; `online/` and so on stay in front.

    Faults are put into the state.
    """
    found: dict[str, RawFile] = {}
    archive = state.faults.ask(lambda: _opened(raw))
    if archive is None:
        return ()
    with archive:
        entries = [e for e in archive.infolist() if not _is_litter(e)]
        around = _around([entry.filename for entry in entries])
        for entry in entries:
            name = _name(raw.name, entry.filename.removeprefix(around))
            octets = state.faults.ask(partial(_read, archive, entry, name, state))
            if name in found:
                what = "stands in the zip twice; pack it again"
                state.faults.found.append(ExportError(name, what))
            elif octets is not None:
                found[name] = RawFile(name, octets)
    return tuple(found.values())


def _opened(raw: RawFile) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw.octets))
    except _DAMAGE as problem:
        what = f"no whole zip: {_said(problem)}; pack it again"
        raise ExportError(raw.name, what) from None
    count = len(archive.infolist())
    if count > _MOST_ENTRIES:
        what = f"{count:,} files in a zip, at most {_MOST_ENTRIES:,}"
        raise ExportError(raw.name, what)
    return archive


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or bool(_LITTER.search(entry.filename))


def _around(names: list[str]) -> str:
    """Give the folder that stands around everything, as in a zip of a folder."""
    first, slash, _ = names[0].partition("/") if names else ("", "", "")
    if not slash or first in SIDES or _is_outside(names[0]):
        return ""
    around = first + slash
    return around if all(name.startswith(around) for name in names) else ""


def _name(archive: str, inner: str) -> str:
    side, slash, rest = inner.partition("/")
    if slash and side in SIDES and "/" not in archive:
        return f"{side}/{archive}:{rest}"
    return f"{archive}:{inner}"


def _read(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str, state: Unpacking
) -> bytes:
    """Read one entry within the limits, whatever it says of its own size.

    Raises:
        ExportError: it is no plain file, or too large.

    """
    problem = _problem(entry)
    if problem:
        raise ExportError(place, problem)
    limits = state.limits
    check_size(place, entry.file_size, state.used, limits)
    left = min(limits.file, limits.folder - state.used)
    packed = max(entry.compress_size, 1)
    if entry.file_size > _FREE and entry.file_size > _RATIO * packed:
        what = f"packed {entry.file_size // packed:,} times smaller, no export is so"
        raise ExportError(place, f"{what} (a zip bomb?)")
    try:
        with archive.open(entry) as stream:
            octets = stream.read(left + 1)
    except _DAMAGE as damage:
        what = f"damaged: {_said(damage)}; pack it again"
        raise ExportError(place, what) from None
    check_size(place, len(octets), state.used, limits)
    if is_archive(octets):
        raise ExportError(place, f"a zip in a zip; {_UNPACK}")
    state.used += len(octets)
    return octets


def _problem(entry: zipfile.ZipInfo) -> str:
    """Say why an entry is no plain file; empty if it is."""
    if _is_outside(entry.filename):
        return "leads out of its folder, expected a plain name; pack it again"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link, expected the file itself; pack it again"
    if entry.flag_bits & _ENCRYPTED:
        return f"encrypted; {_UNPACK}"
    return ""


def _is_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or bool(_DRIVE.match(name))


def _said(problem: Exception) -> str:
    text = " ".join(str(problem).split()) or "it ends too early"
    return shown(text[:1].lower() + text[1:])

"""How large an export may be: no file of anybody makes us run out of memory."""

from __future__ import annotations

from dataclasses import dataclass

from harness.exports.problems import ExportError

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """The most octets of one file, and of all of them together (of a zip, unpacked)."""

    file: int = 512 * MEGABYTE
    folder: int = 1024 * MEGABYTE


def check_size(place: str, octets: int, used: int, limits: SizeLimits) -> None:
    """Refuse a file that is too large, by itself or together with those before it.

    Raises:
        ExportError: it is.

    """
    if octets > limits.file:
        most = _told(limits.file)
        raise ExportError(place, f"larger than {most}; --max-file-size allows more")
    if used + octets > limits.folder:
        most = _told(limits.folder)
        what = f"together with other files larger than {most}"
        raise ExportError(place, f"{what}; --max-folder-size allows more")


def _told(octets: int) -> str:
    return f"{octets // MEGABYTE} MB" if octets >= MEGABYTE else f"{octets} bytes"

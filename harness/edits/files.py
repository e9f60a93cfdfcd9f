"""Opens a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.edits.plan import Plan, apply_plan
from harness.exports.encodings import RawFile, decode
from harness.exports.problems import ExportError, shown

if TYPE_CHECKING:
    from harness.world import World

_MOST = 2_000_000


def read_plan(path: Path | str, world: World) -> Plan:
    """Read a plan from a file and apply it to a copy of the tenant.

    Raises:
        ExportError: the file cannot be read, or a line of it cannot be applied.

    """
    place, name = Path(path), shown(str(path))
    try:
        with place.open("rb") as file:
            octets = file.read(_MOST + 1)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "no usable file name").lower()
        raise ExportError(name, f"{why}, expected a plan: PowerShell lines") from None
    if len(octets) > _MOST:
        raise ExportError(name, f"more than {_MOST} octets, expected a plan")
    return apply_plan(world, decode(RawFile(str(path), octets)), file=str(path))

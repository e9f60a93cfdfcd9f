"""The edge: opens the folder of a tenant, or a built-in one."""

from __future__ import annotations

import difflib
import importlib.resources
import os
from pathlib import Path

from harness.exports.formats import RawFile
from harness.exports.problems import ExportError, shown
from harness.exports.sides import SIDES
from harness.exports.tenant import Tenant, make_tenant

MAX_OCTETS = 512 * 2**20


def read_tenant(name_or_folder: str) -> Tenant:
    """Read a built-in tenant by its name, or a folder of exports.

    A folder that is called like a built-in tenant is meant by `./name`.

    Raises:
        ExportError: there is no such folder, or its files cannot be understood.

    """
    built_in = _built_in_folder()
    if name_or_folder in built_in_tenants():
        folder = built_in / name_or_folder
        return make_tenant(
            name_or_folder, _files(folder), source=f"built-in tenant {name_or_folder}"
        )
    try:
        folder = Path(name_or_folder)
        is_folder = folder.is_dir()
    except (ValueError, OSError):
        is_folder = False
    if not is_folder:
        raise _nothing_there(name_or_folder)
    name = folder.resolve().name or name_or_folder
    return make_tenant(name, _files(folder), source=f"folder {name_or_folder}")


def built_in_tenants() -> tuple[str, ...]:
    """Name the tenants that come with the package."""
    return tuple(
        sorted(entry.name for entry in _built_in_folder().iterdir() if entry.is_dir())
    )


def _built_in_folder() -> Path:
    return Path(str(importlib.resources.files("harness").joinpath("tenants")))


def _files(folder: Path) -> tuple[RawFile, ...]:
    try:
        sides = [side for side in SIDES if (folder / side).is_dir()]
        parts = {"": folder} | {f"{side}/": folder / side for side in sides}
        return tuple(
            _file(entry, prefix)
            for prefix, part in parts.items()
            for entry in _inside(part)
        )
    except OSError as problem:
        what = (problem.strerror or "cannot be read").lower()
        path = os.fspath(problem.filename) if problem.filename else folder.name
        raise ExportError(shown(path), what) from None


def _inside(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.is_file())


def _file(path: Path, prefix: str = "") -> RawFile:
    if path.stat().st_size > MAX_OCTETS:
        raise ExportError(path.name, f"larger than {MAX_OCTETS // 2**20} MB")
    return RawFile(prefix + path.name, path.read_bytes())


def _nothing_there(said: str) -> ExportError:
    near = difflib.get_close_matches(said, built_in_tenants(), 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    hint = hint or "; built in are " + ", ".join(built_in_tenants())
    return ExportError("", f"no folder and no built-in tenant `{shown(said)}`{hint}")

"""The edge: opens the folder of a tenant, or a built-in one."""

from __future__ import annotations

import difflib
import gc
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
        source = f"built-in tenant {name_or_folder}"
        return _read(name_or_folder, built_in / name_or_folder, source)
    try:
        folder = Path(name_or_folder)
        is_folder = folder.is_dir()
    except (ValueError, OSError):
        is_folder = False
    if not is_folder:
        raise _nothing_there(name_or_folder)
    name = folder.resolve().name or name_or_folder
    return _read(name, folder, f"folder {name_or_folder}")


def built_in_tenants() -> tuple[str, ...]:
    """Name the tenants that come with the package."""
    return tuple(
        sorted(entry.name for entry in _built_in_folder().iterdir() if entry.is_dir())
    )


def _built_in_folder() -> Path:
    return Path(str(importlib.resources.files("harness").joinpath("tenants")))


class StoredFile(RawFile):
    """A file that is read whenever somebody asks for its octets: nobody keeps them."""

    __slots__ = ("_path",)
    _path: Path

    def __init__(self, name: str, path: Path) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_path", path)

    def __repr__(self) -> str:
        """Name it."""
        return f"StoredFile({self.name!r})"

    @property
    def octets(self) -> bytes:
        """Read the file.

        Raises:
            ExportError: it cannot be read.

        """
        try:
            return self._path.read_bytes()
        except OSError as problem:
            raise _unreadable(problem, self._path) from None


def _files(folder: Path) -> tuple[RawFile, ...]:
    try:
        sides = [side for side in SIDES if (folder / side).is_dir()]
        parts = {"": folder} | {f"{side}/": folder / side for side in sides}
        return tuple(
            _file(entry, prefix + entry.name)
            for prefix, part in parts.items()
            for entry in _inside(part)
        )
    except OSError as problem:
        raise _unreadable(problem, folder) from None


def _unreadable(problem: OSError, path: Path) -> ExportError:
    what = (problem.strerror or "cannot be read").lower()
    named = os.fspath(problem.filename) if problem.filename else path.name
    return ExportError(shown(named), what)


def _inside(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.is_file())


def _file(path: Path, name: str) -> RawFile:
    if path.stat().st_size > MAX_OCTETS:
        raise ExportError(path.name, f"larger than {MAX_OCTETS // 2**20} MB")
    return StoredFile(name, path)


def _read(name: str, folder: Path, source: str) -> Tenant:
    """Read a tenant without looking for garbage: there is none in millions of rows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return make_tenant(name, _files(folder), source=source)
    finally:
        if was_on:
            gc.enable()


def _nothing_there(said: str) -> ExportError:
    near = difflib.get_close_matches(said, built_in_tenants(), 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    hint = hint or "; built in are " + ", ".join(built_in_tenants())
    return ExportError("", f"no folder and no built-in tenant `{shown(said)}`{hint}")

"""The edge: opens the folder of a tenant, or a built-in one."""

from __future__ import annotations

import difflib
import gc
import importlib.resources
import os
from pathlib import Path

from harness.exports.archives import is_archive
from harness.exports.encodings import START, RawFile
from harness.exports.limits import SizeLimits, check_size
from harness.exports.problems import ExportError, shown
from harness.exports.sides import SIDES
from harness.exports.tenant import Tenant, make_tenant

_USUAL = SizeLimits()


def read_tenant(name_or_folder: str, *, limits: SizeLimits = _USUAL) -> Tenant:
    """Read a built-in tenant by its name, or a folder or a zip of exports.

    A folder that is called like a built-in tenant is meant by `./name`.

    Raises:
        ExportError: there is no such folder, or its files cannot be understood
            (`TenantError`, with the account of those that can).

    """
    built_in = _built_in_folder()
    if name_or_folder in built_in_tenants():
        source = f"built-in tenant {name_or_folder}"
        files = _files(built_in / name_or_folder)
        return _read(name_or_folder, files, source, limits)
    try:
        path = Path(name_or_folder)
        is_folder, is_file = path.is_dir(), path.is_file()
    except (ValueError, OSError):
        is_folder = is_file = False
    if is_folder:
        name, files = path.resolve().name or name_or_folder, _files(path, limits)
        return _read(name, files, f"folder {name_or_folder}", limits)
    if not is_file:
        raise _nothing_there(name_or_folder)
    packed = _file(path, path.name, 0, limits)
    if not packed.problem and not is_archive(packed.start):
        what = "a file, expected a folder of exports or a zip"
        raise ExportError(shown(name_or_folder), what)
    return _read(path.stem, (packed,), f"zip {name_or_folder}", limits)


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
        object.__setattr__(self, "problem", "")
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
            raise ExportError(self.name, _why(problem)) from None

    @property
    def start(self) -> bytes:
        """Read how it begins.

        Raises:
            ExportError: it cannot be read.

        """
        try:
            with self._path.open("rb") as stream:
                return stream.read(START)
        except OSError as problem:
            raise ExportError(self.name, _why(problem)) from None


def _files(folder: Path, limits: SizeLimits = _USUAL) -> tuple[RawFile, ...]:
    try:
        sides = [side for side in SIDES if (folder / side).is_dir()]
        parts = {"": folder} | {f"{side}/": folder / side for side in sides}
        inside = {
            prefix + path.name: path
            for prefix, part in parts.items()
            for path in sorted(part.iterdir())
        }
    except OSError as problem:
        raise ExportError(shown(os.fspath(folder)), _why(problem)) from None
    found: list[RawFile] = []
    used = 0
    for name, path in inside.items():
        if path.is_file():
            raw = _file(path, name, used, limits)
            used += 0 if raw.problem else path.stat().st_size
            found.append(raw)
        elif name not in sides and not path.name.startswith("."):
            found.append(RawFile(name + "/", b""))
    return tuple(found)


def _file(path: Path, name: str, used: int, limits: SizeLimits) -> RawFile:
    """Find one file; what is wrong with it is for the account of all of them."""
    try:
        check_size(name, path.stat().st_size, used, limits)
    except OSError as problem:
        return RawFile(name, b"", _why(problem))
    except ExportError as problem:
        return RawFile(name, b"", problem.message)
    return StoredFile(name, path)


def _why(problem: OSError) -> str:
    return (problem.strerror or "cannot be read").lower()


def _read(
    name: str, files: tuple[RawFile, ...], source: str, limits: SizeLimits
) -> Tenant:
    """Read a tenant without looking for garbage: there is none in millions of rows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return make_tenant(name, files, source=source, limits=limits)
    finally:
        if was_on:
            gc.enable()


def _nothing_there(said: str) -> ExportError:
    near = difflib.get_close_matches(said, built_in_tenants(), 1, 0.5)
    hint = f", did you mean `{near[0]}`?" if near else ""
    hint = hint or "; built in are " + ", ".join(built_in_tenants())
    return ExportError("", f"no folder and no built-in tenant `{shown(said)}`{hint}")

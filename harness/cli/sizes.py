"""How large a tenant may be: two options of every command that reads one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from harness.exports.files import read_tenant
from harness.exports.limits import MEGABYTE, SizeLimits

if TYPE_CHECKING:
    from harness.exports import Tenant

C = TypeVar("C", bound=Callable[..., object])

_SIZE = re.compile(r"([0-9]{1,9})\s*(KB|MB|GB)?", re.IGNORECASE)
_FACTORS = {"": 1, "KB": 2**10, "MB": MEGABYTE, "GB": 2**30}
_USUAL = SizeLimits()


def _keep(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> None:
    """Read a size, and keep it for whoever opens the tenant."""
    if value is None:
        return
    said = _SIZE.fullmatch(value.strip())
    octets = int(said[1]) * _FACTORS[(said[2] or "").upper()] if said else 0
    if not octets:
        message = f"`{value}` is no size, expected one such as 512MB"
        raise click.BadParameter(message, context, parameter)
    context.meta[f"{__name__}.{parameter.name}"] = octets


def size_options(command: C) -> C:
    """Let a command take `--max-file-size` and `--max-folder-size`."""
    for name, usual, what in (
        ("folder", _USUAL.folder, "All files of a tenant together"),
        ("file", _USUAL.file, "A file of a tenant"),
    ):
        command = click.option(
            f"--max-{name}-size",
            f"max_{name}",
            metavar="SIZE",
            callback=_keep,
            expose_value=False,
            help=f"{what} may be as large as that (of a zip: unpacked); "
            f"{usual // MEGABYTE}MB if not given.",
        )(command)
    return command


def open_tenant(name: str) -> Tenant:
    """Read a tenant within the sizes that the command line allows.

    Raises:
        ExportError: it cannot be read.

    """
    meta = click.get_current_context().meta
    asked = {
        field: meta[key]
        for field in ("file", "folder")
        if (key := f"{__name__}.max_{field}") in meta
    }
    return read_tenant(name, limits=SizeLimits(**asked))

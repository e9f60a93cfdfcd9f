"""`relay-harness scenarios`: writes the packs out, to be run by pytest."""

from __future__ import annotations

import importlib.resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.parameters import spelt
from harness.report.page import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SUFFIX = ".scenario.toml"
_CONFTEST = "conftest.py"
# Options of a plugin collide with other people's, so they live where they are used.
_OPTIONS = '''\
"""The options for a tenant and a policy of one's own: pytest DIR --tenant --policy."""

PLUGIN = "harness.pytest_plugin"


def pytest_addoption(parser, pluginmanager):
    pluginmanager.import_plugin(PLUGIN)
    group = parser.getgroup("relay-harness")
    group.addoption("--tenant", metavar="DIR", help="a folder of exports, or built in")
    group.addoption("--policy", metavar="FILE", help="the policy to hold it to")


def pytest_configure(config):
    base = config.invocation_params.dir
    tenant, policy = config.getoption("tenant"), config.getoption("policy")
    if tenant and (base / tenant).is_dir():
        tenant = str(base / tenant)
    chosen = config.pluginmanager.get_plugin(PLUGIN).CHOSEN
    config.stash[chosen] = (tenant, str(base / policy) if policy else None)
'''


@click.command("scenarios")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over files that are there.")
def scenarios_command(folder: Path, *, force: bool) -> None:
    """Write the scenario packs to DIR, with a conftest.py.

    They are written relative to a policy, so `pytest DIR --tenant FOLDER --policy FILE`
    runs them against somebody's own export.
    """
    packs = importlib.resources.files("harness").joinpath("packs")
    files = {name: entry.read_bytes() for name, entry in _files(packs, "")}
    if not any(name.endswith(_SUFFIX) for name in files):
        message = "the packs are missing from this installation"
        raise AssertionError(message)
    written = lay_out(files, folder, force=force)
    click.echo(f"{counted(written, 'pack')} written to {folder}. Run them:")
    click.echo(f"  pytest {spelt(str(folder))} --tenant FOLDER --policy FILE")


def lay_out(files: Mapping[str, bytes], folder: Path, *, force: bool) -> int:
    """Write packs into a folder, with a conftest.py, and count them.

    Raises:
        click.ClickException: a file is there already.

    """
    every = {_CONFTEST: _OPTIONS.encode(), **files}
    there = [name for name in every if (folder / name).exists()]
    if there and not force:
        found = f"{folder / there[0]}: is there already"
        raise click.ClickException(f"{found}, expected an empty folder or --force")
    for name, octets in every.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(octets)
    return sum(name.endswith(_SUFFIX) for name in every)


def _files(place: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(place.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((_SUFFIX, ".py", ".toml", ".md")):
            yield f"{prefix}{entry.name}", entry

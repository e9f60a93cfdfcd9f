"""The edge: opens scenario files, what they name, and the tenants that they meet."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.exports.encodings import RawFile, decode
from harness.exports.files import built_in_tenants, read_tenant
from harness.exports.formats import read_objects
from harness.exports.problems import ExportError
from harness.policy.files import read_policy
from harness.policy.noun import PolicyError
from harness.policy.parse import parse_policy
from harness.scenario.parse import ScenarioFile, parse_corpus_file
from harness.scenario.parse_expect import nearest
from harness.scenario.problem import ScenarioError
from harness.scenario.run import Setting
from harness.world import with_readings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenario.case import Case

SUFFIX = ".scenario.toml"
PACKS = Path(__file__).parent.parent / "packs"
_TENANTS = Path(__file__).parent / "tenants"
_MOST = 10_000_000
_POLICY = "policy"


def load_corpus(folder: Path | str) -> tuple[Case, ...]:
    """Read every scenario file below a folder, in the order of their names.

    Raises:
        ScenarioError: a file cannot be read, or there is none.

    """
    files = sorted(Path(folder).rglob(f"*{SUFFIX}"))
    if not files:
        raise ScenarioError(f"{folder}: no file `*{SUFFIX}`")
    return tuple(case for file in files for case in load_file(file).cases)


def load_file(path: Path | str) -> ScenarioFile:
    """Read the cases of one file.

    Raises:
        ScenarioError: it cannot be read; one line with its place.

    """
    place = Path(path)
    text = _text(place)
    return parse_corpus_file(
        text,
        shown(place),
        opener=lambda name: _beside(place, name),
        rule_reader=_exported_rules,
    )


def shown(path: Path) -> str:
    """Name a file as a person at the prompt would."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


@lru_cache(maxsize=64)
def read_setting(tenant: str, policy: str | None = None) -> Setting:
    """Read a tenant by name: ours for cases, a built-in one, or a folder of exports.

    `policy` is a file; without it the tenant's own policy is taken, if it has one.
    What it settles of the open questions is settled in the world.

    Raises:
        ScenarioError: there is no such tenant, or it or its policy cannot be read.

    """
    own = own_tenants()
    known = (*own, *built_in_tenants())
    if tenant not in known and not Path(tenant).is_dir():
        message = f"no folder and no tenant `{tenant}`{nearest(tenant, known)}"
        raise ScenarioError(message)
    try:
        read = read_tenant(str(_TENANTS / tenant) if tenant in own else tenant)
        if policy is not None:
            policies = {_POLICY: read_policy(policy)}
        else:
            policies = {
                name: parse_policy(text, file=f"{tenant}/{name}.toml")
                for name, text in read.policies.items()
            }
    except (ExportError, PolicyError) as error:
        raise ScenarioError(str(error)) from None
    meant = policies.get(_POLICY)
    world = with_readings(read.world, meant.settled if meant else ())
    return Setting(world, MappingProxyType(policies))


@lru_cache(maxsize=1)
def own_tenants() -> tuple[str, ...]:
    """Name the plain organizations that cases start from."""
    return tuple(sorted(entry.name for entry in _TENANTS.iterdir() if entry.is_dir()))


def _text(path: Path) -> str:
    octets = _octets(path, shown(path))
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{shown(path)}:{line}: not UTF-8") from None


def _beside(path: Path, name: str) -> bytes:
    """Open a file that a case names: beside its own, never elsewhere."""
    wanted = (path.parent / name).resolve()
    if not wanted.is_relative_to(path.parent.resolve()):
        raise ScenarioError(f"`{name}` lies elsewhere, expected a file beside it")
    return _octets(wanted, name)


def _octets(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            octets = file.read(_MOST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no usable file name"
        raise ScenarioError(f"{name}: {why.lower()}") from None
    if len(octets) > _MOST:
        raise ScenarioError(f"{name}: more than {_MOST} octets")
    return octets


def _exported_rules(name: str, octets: bytes) -> tuple[Mapping[str, object], ...]:
    objects = read_objects(name, decode(RawFile(name, octets)))
    return tuple(entry.properties for entry in objects.entries)

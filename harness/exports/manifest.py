"""`manifest.json`, which the export script writes: what was exported, and when.

Held to it, the files of a folder show whether they are still those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fakes.exchange.rules.rule import RuleError, moment
from harness.exports import values
from harness.exports.cmdlets import Cmdlet
from harness.exports.formats import Exported, row_of
from harness.exports.problems import ExportError, shown

MANIFEST = "manifest.json"
_SCRIPT = "relay-harness export-script"
_UNLIMITED = "-resultsize unlimited"
_MAX_COUNT = 999_999_999
_HOSTED = re.compile(r"Microsoft Exchange Hosted Organizations/([^/\s]+)")


@dataclass(frozen=True, slots=True)
class Saved:
    """One cmdlet that the script ran; `error` is why it gave no `file`."""

    cmdlet: str
    parameters: str
    file: str
    count: int
    sha256: str
    error: str
    at: datetime | None

    @property
    def is_unlimited(self) -> bool:
        """Whether it asked for all objects, however many there are."""
        return _UNLIMITED in self.parameters.lower()


@dataclass(frozen=True, slots=True)
class Manifest:
    """An export: of which tenant, when it began, what it ran."""

    file: str
    platform: str
    tenant: str
    saved: tuple[Saved, ...]

    @property
    def began(self) -> datetime | None:
        """When the first of its files was written."""
        return min((one.at for one in self.saved if one.at), default=None)


def is_manifest(entries: tuple[Exported, ...]) -> bool:
    """Say whether objects of JSON are such a manifest."""
    return len(entries) == 1 and entries[0].get("script") == _SCRIPT


def read_manifest(entry: Exported) -> Manifest:
    """Read a manifest.

    Raises:
        ExportError: it is none that the script has written.

    """
    listed = entry.get("files")
    if isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list) or not all(isinstance(x, dict) for x in listed):
        raise ExportError(entry.place, "`files` is no list of what was exported")
    return Manifest(
        entry.file,
        values.text(entry, "platform") or "",
        values.text(entry, "tenant") or "",
        tuple(_saved(row_of(entry.file, entry.line, one)) for one in listed),
    )


def check_one_tenant(
    manifests: Iterable[Manifest], found: Mapping[Cmdlet, tuple[Exported, ...]]
) -> None:
    """Refuse the exports of two tenants in one folder.

    Raises:
        ExportError: there are: two manifests, or objects, name different ones.

    """
    _one_of((one.tenant, one.file) for one in manifests)
    _one_of(_organizations(found))


def _one_of(named: Iterable[tuple[str, str]]) -> None:
    known: dict[str, tuple[str, str]] = {}
    for tenant, place in named:
        if tenant:
            known.setdefault(tenant.lower(), (tenant, place))
    if len(known) > 1:
        (first, place), (other, second), *_ = known.values()
        raise ExportError(
            second,
            f"an export of `{shown(other)}`, and {place} is one of "
            f"`{shown(first)}`; expected one tenant a folder",
        )


def _organizations(
    found: Mapping[Cmdlet, tuple[Exported, ...]],
) -> Iterator[tuple[str, str]]:
    for entries in found.values():
        for entry in entries:
            said = entry.get("OrganizationId")
            hosted = _HOSTED.search(said) if isinstance(said, str) else None
            if hosted:
                yield hosted[1], entry.place


def hash_of(octets: bytes) -> str:
    """Give the SHA-256 of a file as the manifest writes it."""
    return hashlib.sha256(octets).hexdigest()


def remark_on(manifest: Manifest, file: str, sha256: str) -> str:
    """Say what is not as it was exported about a file; empty where all is well."""
    saved = next((one for one in manifest.saved if one.file == file), None)
    if saved is None:
        return f"not from the export of {manifest.file}"
    return "" if saved.sha256 in {"", sha256} else "changed since it was exported"


def _saved(entry: Exported) -> Saved:
    return Saved(
        values.text(entry, "cmdlet") or "",
        values.text(entry, "parameters") or "",
        values.text(entry, "file") or "",
        values.number(entry, "count", low=0, high=_MAX_COUNT) or 0,
        (values.text(entry, "sha256") or "").lower(),
        values.text(entry, "error") or "",
        _moment(entry),
    )


def _moment(entry: Exported) -> datetime | None:
    try:
        found = moment(entry.get("utc"), "utc")
    except RuleError as problem:
        raise ExportError(entry.place, str(problem)) from None
    return found.at if found else None

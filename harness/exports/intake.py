"""The files of a folder, one by one: what each is, and what it holds.

A file is known by what stands in it; its name helps only where that is not enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fakes.zivver.service import Account
from harness.exports.account import FileLine, Ledger, Mark, Understood
from harness.exports.archives import base_name
from harness.exports.clixml import is_clixml, read_clixml
from harness.exports.cmdlets import Cmdlet, by_name, nested, recognise
from harness.exports.commands import objects_of
from harness.exports.encodings import RawFile, decode
from harness.exports.format_list import LOSSY, is_format_list, read_format_list
from harness.exports.formats import Exported, Objects, is_json, read_objects
from harness.exports.internet import InternetFile, read_internet
from harness.exports.manifest import (
    MANIFEST,
    Manifest,
    Saved,
    is_manifest,
    read_manifest,
    remark_on,
)
from harness.exports.powershell import read_commands
from harness.exports.problems import ExportError, Faults, shown
from harness.exports.recipients import TRUNCATED_AT
from harness.exports.rule_collection import is_rule_collection, read_rule_collection
from harness.exports.zivver import ZivverFile, read_zivver, with_accounts
from harness.exports.zivver_accounts import decode_accounts, read_accounts

ZIVVER_FILE, INTERNET_FILE = "zivver.toml", "internet.toml"
ACCOUNTS_FILE = "zivver-accounts.csv"
_POLICY = "policy"
_TOML = ".toml"
# Command lines: a script, or lines that somebody kept.
_SCRIPTS = frozenset({".ps1", ".psm1", ".txt"})
_OTHER = {".xml": "no rule collection; export with `ConvertTo-Json`"}
_UNREAD = {
    ".csv": "CSV does not hold everything; export with `ConvertTo-Json`",
}
_REFUSED = "not read"
_NOT_LOOKED_INTO = "only `online` and `onpremises` are looked into"
_UNKNOWN = "not from a cmdlet that we know"
_EMPTY = (
    "empty: no result, or an export that failed; write `[]` into it if there are none"
)


@dataclass(slots=True)
class Folder:
    """What the files hold, before it becomes an organization; and what is wrong."""

    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    found: dict[Cmdlet, tuple[Exported, ...]] = field(default_factory=dict)
    cut: dict[Cmdlet, str] = field(default_factory=dict)
    manifests: list[Manifest] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Saved] = field(default_factory=dict)
    zivver: ZivverFile = field(default_factory=ZivverFile)
    accounts: tuple[Account, ...] | None = None
    internet: InternetFile = field(default_factory=InternetFile)
    policies: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)


def take(raw: RawFile, folder: Folder) -> None:
    """Put one file where it belongs; what is wrong with it stands in the folder."""
    before = len(folder.faults.found)
    folder.faults.ask(lambda: _take(raw, folder))
    found = folder.faults.found[before:]
    if found:
        line = FileLine(raw.name, _REFUSED, is_read=False, remark=found[0].message)
        folder.ledger.files.append(line)


def _take(raw: RawFile, folder: Folder) -> None:
    if raw.problem:
        raise ExportError(raw.name, raw.problem)
    name = base_name(raw.name).lower()
    files = folder.ledger.files
    if raw.name.endswith("/"):
        line = FileLine(raw.name, "a folder", is_read=False, remark=_NOT_LOOKED_INTO)
        files.append(line)
    elif name == ZIVVER_FILE:
        _check_first(raw, folder)
        read = read_zivver(raw.name, decode(raw))
        folder.zivver = with_accounts(read, folder.accounts, ACCOUNTS_FILE)
        files.append(FileLine(raw.name, "the Zivver side"))
    elif name == ACCOUNTS_FILE:
        _check_first(raw, folder)
        text, remark = decode_accounts(raw)
        found = folder.accounts = read_accounts(raw.name, text)
        folder.zivver = with_accounts(folder.zivver, found, raw.name)
        what = "the accounts at Zivver"
        files.append(FileLine(raw.name, what, len(found), remark=remark))
    elif name == INTERNET_FILE:
        _check_first(raw, folder)
        folder.internet = read_internet(raw.name, decode(raw))
        files.append(FileLine(raw.name, "DNS and other people's servers"))
    elif name.startswith(_POLICY) and name.endswith(_TOML):
        _check_first(raw, folder)
        folder.policies[base_name(raw.name)[: -len(_TOML)]] = decode(raw)
        files.append(FileLine(raw.name, "a policy"))
    elif name.startswith("readme"):
        files.append(FileLine(raw.name, "a note", is_read=False, is_note=True))
    else:
        _take_export(raw, folder)


def _check_first(raw: RawFile, folder: Folder) -> None:
    """Refuse a second file of ours of the same name, as a zip may bring one.

    Raises:
        ExportError: there is one already.

    """
    first = folder.own.setdefault(base_name(raw.name).lower(), raw.name)
    if first != raw.name:
        raise ExportError(raw.name, f"there is `{first}` too, expected one of them")


def _take_export(raw: RawFile, folder: Folder) -> None:
    is_called_json = raw.name.lower().endswith(".json")
    try:
        line = _export(raw, folder, must_be_json=is_called_json)
    except ExportError as problem:
        if is_called_json or by_name(raw.name):
            raise
        line = FileLine(raw.name, "not understood", 0, False, problem.message)  # noqa: FBT003
    folder.ledger.files.append(line)


def _export(raw: RawFile, folder: Folder, *, must_be_json: bool) -> FileLine:
    suffix = raw.name[raw.name.rfind(".") :].lower()
    if suffix in _UNREAD:
        return _not_understood(raw, _UNREAD[suffix])
    text = decode(raw)
    if not text.strip():
        return _not_understood(raw, _EMPTY)
    made = _lines(raw.name, suffix, text)
    if made:
        return _made(raw.name, made, folder)
    for is_it, read, remark in _FORMATS:
        if is_it(text):
            line = _shown(raw, read(raw.name, text), folder)
            return replace(line, remark=line.remark or remark)
    if must_be_json:
        raise ExportError(
            f"{raw.name}:1",
            f"`{shown(text.lstrip()[:20])}`, expected JSON as `ConvertTo-Json` "
            "writes it",
        )
    return _not_understood(raw, _OTHER.get(suffix, "no JSON"))


# How each format of objects is told and read; what is said of one that loses things.
_FORMATS: tuple[
    tuple[Callable[[str], bool], Callable[[str, str], Objects], str], ...
] = (
    (is_json, read_objects, ""),
    (is_clixml, lambda file, text: Objects(read_clixml(file, text)), ""),
    (is_format_list, lambda file, text: Objects(read_format_list(file, text)), LOSSY),
)


def _lines(file: str, suffix: str, text: str) -> tuple[tuple[Cmdlet, Exported], ...]:
    """Read what holds command lines: a rule collection, a script."""
    if is_rule_collection(text):
        return read_rule_collection(file, text)
    return objects_of(file, read_commands(text)) if suffix in _SCRIPTS else ()


def _shown(raw: RawFile, objects: Objects, folder: Folder) -> FileLine:
    """Take in the objects that a Get- cmdlet has shown, in whatever format."""
    if is_manifest(objects.entries):
        return _listed(raw, objects.entries[0], folder)
    cmdlet = recognise(raw.name, objects.entries)
    if cmdlet is None:
        inner = nested(objects.entries)
        why = f"`{inner}` in something else: a template?" if inner else _UNKNOWN
        return _not_understood(raw, why)
    count = len(objects.entries)
    _add(cmdlet, objects.entries, folder)
    if objects.has_more or count == TRUNCATED_AT:
        folder.cut[cmdlet] = "" if objects.has_more else raw.name
    return FileLine(raw.name, cmdlet, count)


def _listed(raw: RawFile, entry: Exported, folder: Folder) -> FileLine:
    """Take in what the export script says of itself."""
    manifest = read_manifest(entry)
    folder.manifests.append(manifest)
    began = f"begun {manifest.began:%Y-%m-%d}" if manifest.began else ""
    used = [Mark(name, Understood.USED) for name in entry.columns.names]
    folder.ledger.note(entry, MANIFEST, used)
    return FileLine(
        raw.name, "the list of an export", len(manifest.saved), remark=began
    )


def hold_to_manifests(folder: Folder) -> None:
    """Say of the files of a folder what is not as the export script left it.

    A list of just as many objects as cmdlets give without being asked is whole, if the
    script has asked for all.
    """
    files = folder.ledger.files
    for manifest in folder.manifests:
        for at, line in enumerate(files):
            sha256 = folder.hashes.get(line.file)
            if sha256 and isinstance(line.what, Cmdlet):
                name = base_name(line.file)
                said = remark_on(manifest, name, sha256)
                if said:
                    remark = "; ".join(filter(None, (line.remark, said)))
                    files[at] = replace(line, remark=remark, is_in_doubt=True)
        here = {base_name(name): sha256 for name, sha256 in folder.hashes.items()}
        for saved in manifest.saved:
            if saved.file not in here:
                folder.failed[saved.cmdlet] = saved
            elif saved.is_unlimited and saved.sha256 == here[saved.file]:
                whole = [c for c, f in folder.cut.items() if base_name(f) == saved.file]
                for cmdlet in whole:
                    del folder.cut[cmdlet]


def _made(
    file: str, made: tuple[tuple[Cmdlet, Exported], ...], folder: Folder
) -> FileLine:
    """Take in the objects that command lines make."""
    kinds = dict.fromkeys(cmdlet for cmdlet, _ in made)
    for kind in kinds:
        _add(kind, tuple(entry for cmdlet, entry in made if cmdlet is kind), folder)
    return FileLine(file, ", ".join(f"lines for {kind}" for kind in kinds), len(made))


def _add(cmdlet: Cmdlet, entries: tuple[Exported, ...], folder: Folder) -> None:
    known = folder.found.get(cmdlet, ())
    folder.found[cmdlet] = known + _new(known, entries, folder.ledger)


def _new(
    known: tuple[Exported, ...], entries: tuple[Exported, ...], ledger: Ledger
) -> tuple[Exported, ...]:
    """Leave out what another file of the same cmdlet has just so."""
    if not known:
        return entries
    seen = {_fingerprint(entry): entry.file for entry in known}
    new = []
    for entry in entries:
        other = seen.get(_fingerprint(entry))
        if other is None:
            new.append(entry)
        else:
            ledger.note_unused(entry, f"the same object stands in {other}")
    return tuple(new)


def _fingerprint(entry: Exported) -> str:
    return json.dumps(entry.properties, sort_keys=True)


def _not_understood(raw: RawFile, why: str) -> FileLine:
    return FileLine(raw.name, "not understood", 0, is_read=False, remark=why)

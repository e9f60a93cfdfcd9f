"""The files of a folder, one by one: what each is, and what it holds.

A file is known by what stands in it; its name helps only where that is not enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fakes.zivver.service import Account
from harness.exports.account import FileLine, Ledger, Mark, Understood
from harness.exports.agreement import together
from harness.exports.archives import base_name
from harness.exports.cmdlets import Cmdlet, by_name
from harness.exports.encodings import RawFile, decode, decode_table
from harness.exports.formats import Exported
from harness.exports.internet import InternetFile, read_internet
from harness.exports.manifest import (
    MANIFEST,
    Manifest,
    Saved,
    read_manifest,
    remark_on,
)
from harness.exports.problems import ExportError, Faults, shown
from harness.exports.readers import Found, not_understood, read_text
from harness.exports.zivver import ZivverFile, read_zivver, with_accounts
from harness.exports.zivver_accounts import decode_accounts, read_accounts

ZIVVER_FILE, INTERNET_FILE = "zivver.toml", "internet.toml"
ACCOUNTS_FILE = "zivver-accounts.csv"
_POLICY = "policy"
_TOML = ".toml"
_TABLE = ".csv"
_TEXTS = frozenset({".json", ".xml", ".csv", ".ps1", ".psm1", ".txt", ".clixml"})
# Their readers say what hangs on a value that nobody knows.
_MAY_LACK = frozenset(
    {
        Cmdlet.RULES,
        Cmdlet.OUTBOUND_CONNECTORS,
        Cmdlet.INBOUND_CONNECTORS,
        Cmdlet.SEND_CONNECTORS,
        Cmdlet.RECEIVE_CONNECTORS,
    }
)
_REFUSED = "not read"
_NOT_LOOKED_INTO = "only `online` and `onpremises` are looked into"
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
    found = _found(raw)
    if found.manifest:
        folder.ledger.files.append(_listed(raw, found.manifest, folder))
        return
    for kind in found.kinds:
        entries = found.of(kind)
        _check_whole(kind, entries)
        known = folder.found.get(kind, ())
        folder.found[kind] = together(kind, known, entries, folder.ledger)
    if found.has_more or found.is_round:
        cut = "" if found.has_more else raw.name
        folder.cut.update(dict.fromkeys(found.kinds, cut))
    line = FileLine(
        raw.name,
        found.what,
        len(found.made),
        found.is_read,
        found.remark,
        found.is_note,
    )
    folder.ledger.files.append(line)


def _found(raw: RawFile) -> Found:
    """Read a file; one that is no text and not called like an export may be anything.

    Raises:
        ExportError: it breaks the rules of its format.

    """
    suffix = raw.name[raw.name.rfind(".") :].lower()
    try:
        text, assumed = decode_table(raw) if suffix == _TABLE else (decode(raw), "")
    except ExportError:
        if suffix in _TEXTS or by_name(raw.name):
            raise
        return not_understood("no text")
    if not text.strip():
        return not_understood(_EMPTY)
    found = read_text(raw.name, suffix, text)
    remark = "; ".join(part for part in (found.remark, assumed) if part)
    return replace(found, remark=remark)


def _check_whole(kind: Cmdlet, entries: tuple[Exported, ...]) -> None:
    """Refuse objects with a value that is lost, where nobody can say what hangs on it.

    Raises:
        ExportError: there are such.

    """
    lost = {
        name: (entry, what)
        for entry in reversed(entries)
        for name, what in entry.lost
        if kind not in _MAY_LACK
    }
    faults = Faults()
    for name, (entry, what) in lost.items():
        message = f"`{shown(name)}` is `{shown(what.text)}`: {what.why}"
        cure = "write the value into the file, or export with `ConvertTo-Json`"
        faults.found.append(ExportError(entry.place, f"{message}; {cure}"))
    faults.check()


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

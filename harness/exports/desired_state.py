"""Configuration as code: what Microsoft365DSC and ExchangeDsc export, and snapshots.

A resource is an object by another name: `EXOTransportRule "x" { Name = "y"; ... }` in
PowerShell, `{"ResourceName": "EXOTransportRule", ...}` in its report as JSON, and
`{"resourceType": "microsoft.exchange.transportrule", "properties": {...}}` in a
snapshot of Graph (exports#6). A script of such blocks is parsed and never run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.exports.cmdlets import Cmdlet
from harness.exports.commands import plain_value
from harness.exports.formats import Exported, exported_object
from harness.exports.powershell_blocks import Block, read_blocks
from harness.exports.problems import each

_KINDS: Mapping[str, Cmdlet] = MappingProxyType(
    {
        "transportrule": Cmdlet.RULES,
        "outboundconnector": Cmdlet.OUTBOUND_CONNECTORS,
        "inboundconnector": Cmdlet.INBOUND_CONNECTORS,
        "sendconnector": Cmdlet.SEND_CONNECTORS,
        "receiveconnector": Cmdlet.RECEIVE_CONNECTORS,
        "accepteddomain": Cmdlet.ACCEPTED_DOMAINS,
        "remotedomain": Cmdlet.REMOTE_DOMAINS,
        "mailcontact": Cmdlet.CONTACTS,
        "journalrule": Cmdlet.JOURNAL_RULES,
        "hostedoutboundspamfilterpolicy": Cmdlet.SPAM_POLICIES,
        "transportconfig": Cmdlet.TRANSPORT_CONFIG,
    }
)
_BLOCK = r"(?:EXO|x?Exch)[A-Z]\w+|SC[A-Z][a-z]\w+"
_IS_BLOCK = re.compile(rf"(?m)^[ \t]*(?:{_BLOCK})[ \t]+\S[^\n]*\r?\n?[ \t]*\{{")
_RESOURCE = re.compile(rf"(?:{_BLOCK})$|microsoft\.exchange\.\w+$")
_PREFIX = re.compile(r"^(?:EXO|x?Exch|microsoft\.exchange\.)")
# What only a snapshot or a report has: of a hundred thousand people nobody asks more.
_MARKS = ("resources", "resourceType", "ResourceName")
# How the resource is to be applied, and by whom.
_AROUND = """
ensure credential globaladminaccount applicationid tenantid accesstokens
certificatethumbprint certificatepath certificatepassword applicationsecret
managedidentity dependson psdscrunascredential allowservicerestart domaincontroller
resourcename resourceinstancename resourceid
"""
_OF_THE_RESOURCE = frozenset(_AROUND.split())
# exports#6: `Identity` is what the cmdlet calls otherwise.
_SHOWN_AS: Mapping[Cmdlet, Mapping[str, str]] = MappingProxyType(
    {
        Cmdlet.ACCEPTED_DOMAINS: {"identity": "DomainName"},
        Cmdlet.RULES: {"enabled": "State"},
    }
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its kind as it is called, where it stands, what it says."""

    kind: str
    line: int
    given: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Resources:
    """The objects that resources describe, and the kinds that nobody looks into."""

    made: tuple[tuple[Cmdlet, Exported], ...]
    others: Mapping[str, int]


def is_desired_state(text: str) -> bool:
    """Say whether resource blocks stand in a PowerShell text."""
    return bool(_IS_BLOCK.search(text))


def read_desired_state(file: str, text: str) -> Resources:
    """Read the resource blocks of a configuration.

    Raises:
        ExportError: one holds what nobody can read.

    """
    return _resources(file, map(_of_block, read_blocks(text, _RESOURCE)))


def read_snapshot(file: str, entries: tuple[Exported, ...]) -> Resources | None:
    """Read the resources of a snapshot or report in JSON; None if it is none.

    Raises:
        ExportError: one holds what nobody can read.

    """
    marked = (entry for entry in entries if entry.among(_MARKS))
    found = [one for entry in marked for one in _of_json(entry)]
    return _resources(file, found) if found else None


def _of_block(block: Block) -> Resource:
    given = {name: plain_value(value) for name, value in block.given.items()}
    return Resource(block.kind, block.line, given)


def _of_json(entry: Exported) -> Iterator[Resource]:
    listed = entry.get("resources")
    entries: Iterable[object] = (
        listed if isinstance(listed, list) else [entry.properties]
    )
    for one in entries:
        if not isinstance(one, dict):
            continue
        folded = {key.lower(): value for key, value in one.items()}
        kind = folded.get("resourcetype") or folded.get("resourcename")
        inner = folded.get("properties", one)
        if isinstance(kind, str) and _RESOURCE.match(kind) and isinstance(inner, dict):
            yield Resource(kind, entry.line, inner)


def _resources(file: str, resources: Iterable[Resource]) -> Resources:
    known: list[tuple[Cmdlet, Resource]] = []
    others: Counter[str] = Counter()
    for one in resources:
        cmdlet = _KINDS.get(_PREFIX.sub("", one.kind).lower())
        if cmdlet is None:
            others[one.kind] += 1
        elif _folded(one).get("ensure") != "absent":
            known.append((cmdlet, one))
    made = each(lambda pair: (pair[0], _object(file, *pair)), known)
    return Resources(made, MappingProxyType(others))


def _folded(resource: Resource) -> dict[str, str]:
    return {name.lower(): str(value).lower() for name, value in resource.given.items()}


def _object(file: str, cmdlet: Cmdlet, resource: Resource) -> Exported:
    shown_as = _SHOWN_AS.get(cmdlet, {})
    properties: dict[str, object] = {}
    for name, value in resource.given.items():
        if name.lower() in _OF_THE_RESOURCE:
            continue
        known = shown_as.get(name.lower(), name)
        properties[known] = _state(value) if known == "State" else value
    return exported_object(file, resource.line, properties)


def _state(value: object) -> object:
    """Give the state that the object form has for `Enabled` (exports#2.1)."""
    said = {True: "Enabled", "true": "Enabled", False: "Disabled", "false": "Disabled"}
    key = value.lower() if isinstance(value, str) else value
    return said.get(key, value) if isinstance(key, (str, bool)) else value

"""Real exports of other people, where there are any on this computer.

The golden account holds numbers only: of each file, known by a hash of its path, what
was recognised and how many values went which way. Nothing of theirs is copied.
"""

import hashlib
from collections import Counter

import pytest

from fakes.exchange.rules.values import NotJudged
from harness.exports import RawFile, TenantError, Understood, make_tenant
from harness.exports.archives import base_name
from tests.exports.shapes import is_on_lines, outbound, powershell, refusals, send
from tests.real_samples import needs_samples, samples

GOLDEN = "real-exports.tsv"
ONLINE = RawFile("connectors.json", powershell([outbound(Name="ours")]))
SERVER = RawFile("connectors.json", powershell([send(Name="ours")]))

pytestmark = needs_samples


def sample_files():
    return sorted(path for path in samples().rglob("*") if path.is_file())


def read(path):
    """Read a sample beside a connector, which tells the platform."""
    raw = RawFile(path.name, path.read_bytes())
    said = refusals(lambda: make_tenant("sample", [raw, ONLINE]))
    other = SERVER if any("of a server" in one for one in said) else ONLINE
    try:
        found = make_tenant("sample", [raw, other])
    except TenantError as problem:
        return problem.account, problem.faults, None
    return found.account, (), found.organization


@pytest.fixture(scope="module")
def accounts():
    return {path: read(path) for path in sample_files()}


def test_every_file_is_read_or_refused_line_by_line(accounts):
    for path, (account, faults, _) in accounts.items():
        assert is_on_lines(map(str, faults)), path
        assert path.name in {base_name(line.file) for line in account.files}, path


def test_every_rule_is_read_whole_or_its_gaps_are_named(accounts):
    counted = 0
    for path, (account, _, organization) in accounts.items():
        if organization is None:
            continue
        rules = organization.rules or ()
        gaps = {
            line.property.removeprefix("ExceptIf")
            for line in account.of(Understood.NOT_JUDGED, Understood.NOT_UNDERSTOOD)
        }
        for rule in rules:
            not_judged = {
                each.predicate
                for each in (*rule.conditions, *rule.exceptions)
                if isinstance(each.value, NotJudged)
            }
            assert rule.place.startswith(path.name), path
            assert not_judged <= gaps, path
            counted += 1
    assert 50 <= counted


def test_every_account_is_the_golden_one(accounts, golden):
    golden(GOLDEN, "".join(map(line_of, accounts.items())))


def line_of(entry):
    path, (account, faults, _) = entry
    relative = path.relative_to(samples()).as_posix()
    name = hashlib.sha256(relative.encode()).hexdigest()[:16]
    (about,) = [f for f in account.files if f.file == path.name][:1]
    counts: Counter[str] = Counter()
    for line in account.lines:
        if line.file == path.name:
            counts[line.how.name] += line.count
    numbers = [about.count, *(counts[how] for how in Understood.__members__)]
    return "\t".join(map(str, (name, about.what, *numbers, len(faults)))) + "\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sample_reports.transport_rule.json", "Get-TransportRule"),
        ("sample_reports.accepted_domains.json", "Get-AcceptedDomain"),
        ("sample_reports.inbound_connectors.json", "Get-InboundConnector"),
        ("sample_reports.remote_domains.json", "Get-RemoteDomain"),
        ("graph2otel__liveDisabledRule.json", "Get-TransportRule"),
        ("graph2otel__liveInboundTLS.json", "Get-InboundConnector"),
        ("graph2otel__liveRecord.json", "no configuration"),
        ("prashant011__M365TenantConfig.ps1.txt", "resources for Get-TransportRule"),
        ("CSS-Exchange__GetSendConnector.clixml", "Get-SendConnector"),
        ("Evotec__Get-OutboundConnector.fl.txt", "Get-OutboundConnector"),
        ("MSDocs__dlpPolicyTemplate_PCI.xml", "lines for Get-TransportRule"),
        ("MSFT_EXOTransportRule.schema.mof", "no configuration"),
    ],
)
def test_whole_exports_are_recognised(accounts, name, expected):
    (path,) = [path for path in accounts if path.name == name]
    account, faults, _ = accounts[path]
    line = next(f for f in account.files if f.file == name)
    assert expected == line.what
    assert line.is_read or line.is_note
    assert () == faults

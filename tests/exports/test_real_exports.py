"""Real exports of other people, where there are any on this computer."""

import os
from pathlib import Path

import pytest

from harness.exports import RawFile, make_tenant
from tests.exports.shapes import is_on_lines, outbound, powershell, refusals

SAMPLES = os.environ.get("RELAY_HARNESS_SAMPLES")
FOLDERS = ("get-cmdlet-json", "admin-api-json", "json-shapes", "vendor-templates")

pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="RELAY_HARNESS_SAMPLES does not name a folder of real exports"
)


def sample_files():
    root = Path(SAMPLES or ".")
    return sorted(path for name in FOLDERS for path in (root / name).rglob("*.json"))


def read(path, *others):
    files = [RawFile(path.name, path.read_bytes()), *others]
    return make_tenant("sample", files)


CONNECTORS = RawFile("connectors.json", powershell([outbound()]))


@pytest.mark.parametrize(
    "path", sample_files() if SAMPLES else [], ids=lambda p: p.name
)
def test_a_real_export_is_read_or_refused_on_one_line(path):
    said = refusals(lambda: read(path, CONNECTORS))
    assert is_on_lines(said)
    if not said:
        files = [line.file for line in read(path, CONNECTORS).account.files]
        assert path.name in files


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sample_reports.transport_rule.json", "Get-TransportRule"),
        ("sample_reports.accepted_domains.json", "Get-AcceptedDomain"),
        ("sample_reports.inbound_connectors.json", "Get-InboundConnector"),
        ("sample_reports.remote_domains.json", "Get-RemoteDomain"),
        ("graph2otel__liveDisabledRule.json", "Get-TransportRule"),
        ("graph2otel__liveInboundTLS.json", "Get-InboundConnector"),
    ],
)
def test_whole_exports_are_recognised(name, expected):
    (path,) = [path for path in sample_files() if path.name == name]
    line = next(f for f in read(path, CONNECTORS).account.files if f.file == name)
    assert expected == line.what
    assert line.count > 0

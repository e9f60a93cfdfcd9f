"""`export-script`: what it prints is PowerShell, and it only reads."""

import re

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from harness.cli import main
from harness.cli.export_script import PLATFORMS
from harness.exports.cmdlets import Cmdlet
from harness.exports.powershell import read_commands
from harness.exports.recipients import RECIPIENTS

_LANGUAGE = Language(tree_sitter_powershell.language())
# What the scripts call beside cmdlets that get: their own output and bookkeeping.
HARMLESS = {
    "Add-Spf",
    "ConvertTo-Json",
    "ForEach-Object",
    "Get-Txt",
    "Invoke-Command",
    "Join-Path",
    "New-Item",
    "New-Object",
    "Out-Null",
    "Resolve-DnsName",
    "Save-Manifest",
    "Save-Objects",
    "Select-Object",
    "Set-StrictMode",
    "Sort-Object",
    "Where-Object",
    "Write-Host",
    "Write-Warning",
}
ONLINE_ONLY = {
    Cmdlet.OUTBOUND_CONNECTORS,
    Cmdlet.INBOUND_CONNECTORS,
    Cmdlet.LABELS,
    Cmdlet.SPAM_POLICIES,
}
SERVER_ONLY = {
    Cmdlet.SEND_CONNECTORS,
    Cmdlet.RECEIVE_CONNECTORS,
    Cmdlet.SERVERS,
    Cmdlet.SITE_LINKS,
    Cmdlet.TRANSPORT_SERVICES,
}
# What Get-User shows of a recipient, Get-Recipient shows as well.
NEVER = {Cmdlet.USERS}
OF_PERSONS = {
    Cmdlet.AUTO_REPLIES,
    Cmdlet.CONTACTS,
    Cmdlet.GROUPS,
    Cmdlet.INBOX_RULES,
    Cmdlet.MAILBOXES,
    Cmdlet.MEMBERS,
    Cmdlet.RECIPIENTS,
}


@pytest.fixture(params=PLATFORMS)
def platform(request):
    return request.param


@pytest.fixture
def script(platform, capsys):
    assert 0 == main(["export-script", platform])
    return capsys.readouterr().out


def test_it_is_powershell(script):
    assert not Parser(_LANGUAGE).parse(script.encode()).root_node.has_error


def test_it_runs_cmdlets_that_read_and_no_others(script):
    called = {command.name for command in read_commands(script)}
    assert set() == {n for n in called if not n.startswith("Get-")} - HARMLESS


def test_it_writes_a_file_for_each_cmdlet_that_is_read(script, platform):
    saved = set(re.findall(r"Save-Objects '([^']+)'", script))
    others = SERVER_ONLY if platform == "online" else ONLINE_ONLY
    configuration = {"Get-OrganizationConfig", "Get-LabelPolicy"}
    assert {str(c) for c in set(Cmdlet) - others - NEVER} == saved - configuration


def test_no_credential_is_written_and_persons_only_on_request(script):
    assert "-ExcludeProperty 'AuthenticationCredential'" in script
    before, _, after = script.partition("# ---- Stage 2")
    called = {command.name for command in read_commands(before)}
    assert not called & {str(cmdlet) for cmdlet in (*OF_PERSONS, *NEVER)}
    assert "if ($Everybody)" in after


def test_connectors_for_rules_and_in_test_mode_are_asked_for(capsys):
    main(["export-script", "online"])
    script = capsys.readouterr().out
    assert "-IncludeTestModeConnectors $true -IsTransportRuleScoped $true" in script
    assert "Sort-Object -Property Guid -Unique" in script


def test_a_file_has_a_mark_that_windows_powershell_needs(tmp_path, capsys):
    target = tmp_path / "export.ps1"
    assert 0 == main(["export-script", "online", "--to", str(target)])
    assert target.read_bytes().startswith(b"\xef\xbb\xbf<#\r\n")
    assert "relay-harness account export" in capsys.readouterr().out


def test_another_platform_is_one_line(capsys):
    assert 2 == main(["export-script", "edge"])
    assert 1 == len(capsys.readouterr().err.strip().splitlines())


def test_the_columns_of_people_are_those_that_are_read(script):
    asked = {
        name: set(re.findall(r"'(\w+)'", text))
        for name, text in re.findall(r"\$(\w+) = ((?:'\w+',?\s*)+)", script)
    }
    assert {"columns", "forwarding", "outside", "lists"} <= asked.keys()
    # What tells the kind of an object, or its cmdlet, beside what readers use.
    marks = {
        "recipienttypedetails",
        "hiddenfromaddresslistsenabled",
        "memberjoinrestriction",
        "memberdepartrestriction",
    }
    for name in ("columns", "forwarding", "outside", "lists"):
        assert {c.lower() for c in asked[name]} - marks <= RECIPIENTS.used
    attributes = {f"CustomAttribute{n}" for n in range(1, 16)}
    assert attributes | {"ManagedBy"} <= asked["columns"]


def test_the_domain_of_the_placeholder_is_looked_up(script):
    assert "$Placeholders = @('zivver.org')" in script
    assert "@($names) + $Placeholders" in script


def test_every_list_is_asked_for_whole(script):
    asked = re.findall(
        r"Get-(?:Recipient|Mailbox|MailContact|DistributionGroup) -ResultSize (\w+)",
        script,
    )
    assert asked
    assert {"Unlimited"} == set(asked)
    assert "-Depth 10" in script

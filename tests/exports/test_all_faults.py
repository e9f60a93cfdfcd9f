"""All that is wrong with a folder is told in one run, and the rest is accounted for."""

import json
from io import StringIO

import pytest

from harness.cli import main
from harness.exports import ExportError, RawFile, TenantError, Understood, make_tenant
from harness.exports.problems import ExportErrors, Faults, each
from tests.exports.shapes import domain, online, outbound, rule, tenant

TWO = [rule(Mode="Perhaps"), rule(Name="Fine", Priority=1), rule(Priority=2, Name="")]
SPOILT = online(
    **{
        "broken.json": b'[{"Name": ',
        "rules.json": TWO,
        "connectors.json": [outbound(TlsSettings="Maybe")],
        "internet.toml": "x = ",
    }
)


def refused(files):
    with pytest.raises(TenantError) as caught:
        tenant(files)
    return caught.value


def test_every_fault_of_every_file_is_told_at_once():
    places = [fault.place for fault in refused(SPOILT).faults]
    expected = ["broken.json:1", "internet.toml:1", "rules.json:2", "rules.json:32"]
    assert [*expected, "connectors.json:2"] == places


def test_the_files_that_are_right_are_accounted_for():
    account = refused(SPOILT).account
    read = {line.file: line for line in account.files}
    assert "Get-AcceptedDomain" == read["domains.json"].what
    assert ("not read", False) == (
        read["broken.json"].what,
        read["broken.json"].is_read,
    )
    assert "the file ends too early" in read["broken.json"].remark
    used = account.of(Understood.USED)
    assert ("domains.json", "DomainType") in {(u.file, u.property) for u in used}


def test_a_platform_that_only_the_broken_file_would_tell_is_no_fault():
    files = {"domains.json": [domain()], "connectors.json": b"[{"}
    assert ["connectors.json:1"] == [one.place for one in refused(files).faults]
    assert ["x.json:1"] == [one.place for one in refused({"x.json": b"{"}).faults]


def test_both_sides_of_a_hybrid_tell_what_is_wrong_with_them():
    files = [RawFile(f"{side}/x.json", b"[{") for side in ("online", "onpremises")]
    with pytest.raises(TenantError) as caught:
        make_tenant("contoso", files)
    assert ["online/x.json:1", "onpremises/x.json:1"] == [
        fault.place for fault in caught.value.faults
    ]


def test_one_fault_is_itself_and_several_are_lines():
    with pytest.raises(ExportError, match=r"^a: b$") as one:
        each(_refuse, ["a"])
    assert not isinstance(one.value, ExportErrors)
    with pytest.raises(ExportErrors) as two:
        each(_refuse, ["a", "c"])
    assert "a: b\nc: b" == str(two.value)
    assert None is Faults().ask(lambda: _refuse("a"))


def _refuse(place):
    raise ExportError(place, "b")


@pytest.fixture
def folder(tmp_path):
    for name, value in SPOILT.items():
        octets = value if isinstance(value, bytes) else str(value).encode()
        if name.endswith(".json") and not isinstance(value, bytes):
            octets = json.dumps(value).encode()
        (tmp_path / name).write_bytes(octets)
    return tmp_path


@pytest.mark.parametrize("command", ["account", "check"])
def test_each_fault_is_a_line_and_the_exit_code_is_2(folder, capsys, command):
    assert 2 == main([command, str(folder)])
    told = capsys.readouterr()
    assert 5 == len(told.err.splitlines())
    assert ("Get-AcceptedDomain" in told.out) is (command == "account")


def test_the_account_as_data_has_the_faults_too(folder, capsys):
    assert 2 == main(["account", str(folder), "--json"])
    account = json.load(StringIO(capsys.readouterr().out))["account"]
    assert 5 == len(account["faults"])
    assert {"place", "message"} == set(account["faults"][0])
    assert {"summary", "files", "lines", "faults"} == set(account)


def test_a_file_that_is_wrong_in_every_object_does_not_fill_the_screen(
    tmp_path, capsys
):
    rules = [rule(Name=f"r{n}", Priority=n, Mode=0) for n in range(40)]
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    (tmp_path / "connectors.json").write_text(json.dumps([outbound()]))
    assert 2 == main(["check", str(tmp_path)])
    lines = capsys.readouterr().err.splitlines()
    assert 11 == len(lines)
    assert "rules.json: and 30 more like these" == lines[-1]


def test_among_several_tenants_the_first_faults_are_told_on_one_line(folder, capsys):
    assert 2 == main(["check", "guide-online-as-meant", str(folder)])
    told = " ".join(capsys.readouterr().out.split())
    assert "broken.json:1: no JSON" in told
    assert "; and 2 more" in told
    assert "\\x0a" not in told

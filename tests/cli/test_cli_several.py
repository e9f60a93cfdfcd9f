"""`relay-harness check` of several tenants: one table, the worst exit code."""

import json

import pytest

WRITTEN, MEANT = "guide-online-as-written", "guide-online-as-meant"

LABEL = "3de9faa6-9fe1-49b3-9a08-227a296b54a6"


@pytest.fixture
def word(tmp_path):
    """A policy that the corrected set-up meets: all its rules, no automatic mail."""
    file = tmp_path / "word.toml"
    file.write_text(
        '[[must_be_secure]]\nsubject = "Secure"\n'
        '[[must_be_secure]]\nsender = "payroll@contoso.example"\n'
        f'[[must_be_secure]]\nlabel = "{LABEL}"\n'
        '[except]\nkinds = ["automatic-reply", "calendar", "receipt", "zivver"]\n'
    )
    return str(file)


@pytest.fixture
def empty(tmp_path):
    """A folder that holds no export."""
    (tmp_path / "notes.bin").write_bytes(b"\x00")
    return str(tmp_path)


@pytest.mark.parametrize("columns", ["60", "120"])
def test_several_tenants_begin_with_the_worst_of_them(run, monkeypatch, word, columns):
    monkeypatch.setenv("COLUMNS", columns)
    ran = run("check", MEANT, WRITTEN, "--policy", word)
    assert 1 == ran.code
    first, *rest = ran.out.splitlines()
    assert "2 tenants: 1 as intended, 1 not as intended." == first
    table = "\n".join(rest[: rest.index(f"---- {MEANT} ----")])
    assert table.index(WRITTEN) < table.index(MEANT)
    assert "OVER-CAPTURE" in table
    assert max(map(len, ran.out.split("----")[0].splitlines())) <= int(columns)


def test_a_tenant_that_cannot_be_read_keeps_nobody_from_the_others(run, empty, word):
    ran = run("check", MEANT, empty, "--policy", word)
    assert 2 == ran.code
    assert "2 tenants: 1 as intended, 1 that cannot be read." == ran.out.splitlines()[0]
    assert f"{empty}: " in "".join(ran.out.split("\n"))
    assert f"---- {MEANT} ----" in ran.out


def test_all_that_is_wrong_with_a_tenant_is_told_a_line_each(run, tmp_path, word):
    for name in ("Get-TransportRule.json", "Get-OutboundConnector.json"):
        (tmp_path / name).write_text("{")
    ran = run("check", MEANT, tmp_path, "--policy", word)
    text = " ".join(ran.out.split())
    assert 2 == text.count("no JSON at column 2: ")
    assert "\\x0a" not in text


def test_several_tenants_are_one_document(run, word):
    ran = run("check", MEANT, "nothing-there", "--json", "--policy", word)
    found = json.loads(ran.out)
    good, bad = found["tenants"]
    assert "CANNOT TELL" == found["answer"]
    assert ("YES", MEANT) == (good["answer"], good["tenant"])
    assert "no folder and no built-in tenant" in bad["error"]


def test_one_tenant_is_a_document_of_its_own(run, word):
    ran = run("check", MEANT, "--json", "--policy", word)
    assert "YES" == json.loads(ran.out)["answer"]


def test_the_mails_of_each_tenant_have_a_folder_of_their_own(run, word, tmp_path):
    to = tmp_path / "mails"
    ran = run("check", MEANT, WRITTEN, "--save-mails", to, "--policy", word)
    assert {MEANT, WRITTEN} == {entry.name for entry in to.iterdir()}
    assert 2 == ran.err.count("mails written to")

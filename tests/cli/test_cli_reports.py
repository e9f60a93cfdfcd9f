"""Reports on request: several at once, whole or not at all, one line if they cannot."""

import json
import os
from xml.etree import ElementTree as ET

import pytest

AT = ("--at", "2026-11-25T09:00")
MEANT, WRITTEN = "guide-online-as-meant", "guide-online-as-written"
FORMS = ("junit", "sarif", "markdown", "csv")


def options(folder, *forms):
    return [word for form in forms for word in (f"--{form}", folder / f"out.{form}")]


def test_several_reports_are_written_beside_the_page(run, tmp_path):
    ran = run("check", WRITTEN, *options(tmp_path, *FORMS), *AT)

    assert 1 == ran.code
    assert ran.out.startswith("NO: ")
    assert {f"out.{form}" for form in FORMS} == {p.name for p in tmp_path.iterdir()}
    assert "testsuites" == ET.parse(tmp_path / "out.junit").getroot().tag  # noqa: S314
    assert "2.1.0" == json.loads((tmp_path / "out.sarif").read_text())["version"]


def test_one_can_go_to_the_screen_instead_of_the_page(run, tmp_path):
    ran = run("check", MEANT, "--junit", "-", *options(tmp_path, "csv"), *AT)

    assert ran.out.startswith("<?xml")
    assert (tmp_path / "out.csv").exists()


def test_several_tenants_are_in_one_report(run, tmp_path):
    run("check", MEANT, "no-such-tenant", *options(tmp_path, "sarif"), *AT)

    document = json.loads((tmp_path / "out.sarif").read_text())
    assert 2 == len(document["runs"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--junit", "-", "--json"),
        ("--junit", "-", "--csv", "-"),
        ("--junit", "same", "--csv", "same"),
        ("--junit", "no-such-folder/out.xml"),
        ("--junit", "."),
        ("--csv", "out.csv", "--junit", "no-such-folder/out.xml"),
        ("--csv", "a\0b"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_written_is_one_line_and_nothing_is(
    run, tmp_path, monkeypatch, arguments
):
    monkeypatch.chdir(tmp_path)
    ran = run("check", MEANT, *arguments, *AT)

    assert 2 == ran.code
    assert 1 == len(ran.err.splitlines())
    assert [] == list(tmp_path.iterdir())


def test_a_report_that_is_there_is_replaced_and_a_link_is_followed(run, tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    run("check", MEANT, "--markdown", tmp_path / "link", *AT)

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text().startswith("## ")
    assert 2 == len(list(tmp_path.iterdir()))


@pytest.mark.skipif(os.name != "posix", reason="devices are of Unix")
def test_a_device_is_written_and_stays_one(run):
    ran = run("check", MEANT, "--junit", os.devnull, "--real-names", *AT)

    assert "" == ran.err
    assert not os.path.isfile(os.devnull)  # noqa: PTH113


# -- what people are called


def test_written_reports_have_pseudonyms_and_the_screen_has_not(run, tmp_path):
    ran = run("check", WRITTEN, *options(tmp_path, "markdown"), *AT)
    written = (tmp_path / "out.markdown").read_text()

    assert "payroll@contoso.example" in ran.out
    assert "payroll@" not in written
    assert "pseudonyms" in ran.err
    assert 1 == len(ran.err.splitlines())


def test_real_names_are_written_on_request(run, tmp_path):
    ran = run("check", WRITTEN, *options(tmp_path, "markdown"), "--real-names", *AT)

    assert "payroll@contoso.example" in (tmp_path / "out.markdown").read_text()
    assert "" == ran.err


def test_the_key_keeps_whose_a_pseudonym_is_for_the_user_alone(run, tmp_path):
    key = tmp_path / "key.json"
    asked = ("check", WRITTEN, "--json", "--pseudonyms", "--key", key, *AT)
    first = run(*asked).out
    whose = json.loads(key.read_text())

    assert "anna@contoso.example" in whose.values()
    assert "anna@contoso.example" not in first
    assert first == run(*asked).out
    if os.name == "posix":
        assert 0o600 == key.stat().st_mode & 0o777


@pytest.mark.parametrize(
    "arguments",
    [
        ("--real-names", "--pseudonyms"),
        ("--pseudonyms", "--key", "."),
        ("--pseudonyms", "--key", "bad.json"),
    ],
    ids=" ".join,
)
def test_names_that_cannot_be_had_are_one_line(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("[1]")
    ran = run("check", MEANT, *arguments, *AT)

    assert 2 == ran.code
    assert 1 == len(ran.err.splitlines())

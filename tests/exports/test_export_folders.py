"""Folders that cannot be read are refused with one clear line."""

from pathlib import Path

import pytest

from harness.exports import ExportError
from harness.exports.files import StoredFile, _file, _files, read_tenant
from harness.exports.limits import MEGABYTE, SizeLimits
from harness.exports.tenant import make_tenant
from tests.exports.shapes import refusals


def complaint(read):
    with pytest.raises(ExportError) as caught:
        read()
    said = str(caught.value)
    assert 1 == len(said.splitlines())
    return said


@pytest.mark.parametrize("name", ["no\0where", "x" * 5000, "absent", "a\nb"])
def test_a_name_that_is_no_folder_is_not_found(name):
    said = complaint(lambda: read_tenant(name))
    assert "no folder and no built-in tenant" in said


def test_a_folder_that_is_gone_when_it_is_read_is_named(tmp_path):
    said = complaint(lambda: _files(tmp_path / "gone"))
    assert said.endswith("no such file or directory")


def test_the_folders_of_two_sides_may_be_empty_no_more_than_any_other(tmp_path):
    for name in ("online", "onpremises"):
        (tmp_path / name).mkdir()
    said = complaint(lambda: read_tenant(str(tmp_path)))
    assert "no file of a known cmdlet" in said


def test_a_file_as_large_as_no_export_is_not_read(tmp_path):
    with (tmp_path / "rules.json").open("wb") as file:
        file.truncate(512 * MEGABYTE + 1)
    said = complaint(lambda: read_tenant(str(tmp_path)))
    assert "rules.json: larger than 512 MB; --max-file-size allows more" == said


def test_the_folder_in_which_one_stands_has_a_name(tmp_path, monkeypatch):
    (tmp_path / "contoso").mkdir()
    objects = '[{"Name": "x", "UseMXRecord": true, "SmartHosts": []}]'
    (tmp_path / "contoso" / "Get-OutboundConnector.json").write_text(objects)
    monkeypatch.chdir(tmp_path / "contoso")
    assert "contoso" == read_tenant(str(Path())).name


def test_a_file_that_is_gone_when_it_is_opened_is_one_line_among_the_others(tmp_path):
    gone = StoredFile("rules.json", tmp_path / "rules.json")
    assert "StoredFile('rules.json')" == repr(gone)
    expected = "rules.json: no such file or directory"
    assert [expected] == refusals(lambda: make_tenant("contoso", [gone]))
    assert expected == complaint(lambda: gone.octets)
    found = _file(tmp_path / "rules.json", "rules.json", 0, SizeLimits())
    assert "no such file or directory" == found.problem

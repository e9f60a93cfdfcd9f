"""The attached files of a case: what each key makes, and what is refused."""

import zipfile
from io import BytesIO

import pytest

from fakes.mail.attached import attachments
from harness.scenario import spell
from harness.scenario.compose import compose
from harness.scenario.files import load_file
from harness.scenario.problem import ScenarioError

CASE = """\
[[case]]
name = "a file is attached"
source = ["exchange-rules#3.5"]
evidence = "documented"
attachments = [FILES]
[case.expect]
"info@fabrikam.example" = "plain"
"""


def case_of(tmp_path, files):
    file = tmp_path / "x.scenario.toml"
    file.write_text(CASE.replace("FILES", files), encoding="utf-8")
    (case,) = load_file(file).cases
    return case


def parts(tmp_path, files):
    return attachments(compose(case_of(tmp_path, files).mail).content.raw)


@pytest.mark.parametrize(
    ("files", "octets"),
    [
        ('{ name = "a.txt", text = "x" }', b"x"),
        ('{ name = "a.bin", base64 = "AAE=" }', b"\0\1"),
        ('{ name = "a.txt", octets = 3 }', b"   "),
        ('{ name = "a.txt", text = "" }', b""),
        ('{ name = "a.eml", message = "Subject: x\\n\\nhello" }', b"hello"),
    ],
)
def test_a_file_holds_what_is_said(tmp_path, files, octets):
    (part,) = parts(tmp_path, files)
    assert part.payload.strip(b"\r\n").endswith(octets)


@pytest.mark.parametrize("is_locked", [False, True])
def test_a_zip_holds_files_and_may_be_locked(tmp_path, is_locked):
    inner = '{ name = "in/a.eml", message = "x" }, { name = "b.docx" }'
    locked = "true" if is_locked else "false"
    (part,) = parts(
        tmp_path, f'{{ name = "a.zip", locked = {locked}, holds = [{inner}] }}'
    )
    with zipfile.ZipFile(BytesIO(part.payload)) as archive:
        infos = archive.infolist()
    assert ["in/a.eml", "b.docx"] == [info.filename for info in infos]
    assert {is_locked} == {bool(info.flag_bits & 1) for info in infos}


def test_files_are_spelt_as_they_are_read(tmp_path):
    files = """{ name = "a.txt", text = "" }, { name = "b.xlsx", place = "both",
    label = { guid = "3de9faa6-9fe1-49b3-9a08-227a296b54a6" } },
    { name = "c.zip", locked = true, holds = [{ name = "d.txt", octets = 2 }] }"""
    case = case_of(tmp_path, files.replace("\n", " "))
    file = tmp_path / "again.scenario.toml"
    file.write_text(spell(case), encoding="utf-8")
    assert case.mail == load_file(file).cases[0].mail


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("{}", "`name` is missing"),
        ('{ name = "ü.txt", text = "x" }', "no plain file name"),
        ('{ name = "a", text = "x", octets = 1 }', "a file holds one"),
        ('{ name = "a.bin" }', "is not said"),
        ('{ name = "a", base64 = "?" }', "`base64` is none"),
        ('{ name = "a", octets = -1 }', "expected 0 to"),
        ('{ name = "a", txt = "x" }', "did you mean `text`"),
    ],
)
def test_what_makes_no_file_is_refused_with_its_line(tmp_path, files, said):
    with pytest.raises(ScenarioError, match=r"scenario\.toml:\d+: ") as caught:
        case_of(tmp_path, files)
    assert said in str(caught.value)

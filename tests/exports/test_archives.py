"""A zip is read as the folder that was packed; what harms is one line."""

import io
import zipfile

import pytest

from harness.cli import main
from harness.exports import ExportError, RawFile, TenantError, make_tenant
from harness.exports.archives import Unpacking, unpack
from harness.exports.files import read_tenant
from harness.exports.limits import SizeLimits
from harness.exports.problems import Faults
from tests.exports.archives_at_hand import as_link, packed, whole, with_flag
from tests.exports.shapes import online, outbound, refusals, rule, send, tenant

BOMB = b"[" + b" " * (11 * 2**20) + b"]"
SMALL = SizeLimits(file=10_000, folder=12_000)


def zipped(octets, **more):
    return make_tenant("contoso", [RawFile("a.zip", octets)], **more)


def unpacked(octets, limits=SizeLimits()):  # noqa: B008  a frozen value
    state = Unpacking(limits, Faults())
    files = unpack(RawFile("a.zip", octets), state)
    return [raw.name for raw in files], [str(one) for one in state.faults.found]


def without_places(organization):
    return repr(organization).replace("a.zip:", "")


def test_a_zip_is_the_folder_that_was_packed():
    expected = repr(tenant(online()).organization)
    assert expected == without_places(zipped(whole()).organization)
    around = packed({f"export/{name}": value for name, value in online().items()})
    assert expected == without_places(zipped(around).organization)


def test_a_zip_lies_among_other_files():
    files = [
        RawFile("part.zip", packed({"rules.json": [rule()]})),
        *(
            RawFile(name, packed({name: value}))
            for name, value in online().items()
            if name != "rules.json"
        ),
    ]
    found = make_tenant("contoso", files)
    (read,) = found.organization.rules or ()
    assert "part.zip:rules.json:2" == read.place


def test_the_sides_of_a_hybrid_keep_their_folders():
    files = {"online/c.json": [outbound()], "onpremises/s.json": [send()]}
    assert (["online/a.zip:c.json", "onpremises/a.zip:s.json"], []) == unpacked(
        packed(files)
    )
    found = zipped(packed(files))
    assert found.other is not None
    assert 1 == len(found.other.send_connectors)


def test_what_is_ours_is_found_in_a_zip_too():
    policy = b'[[secure]]\nname = "x"\nsubject_has = ["Secure"]\n'
    found = zipped(whole(**{"policy.toml": policy, "zivver.toml": b""}))
    assert {"policy"} == set(found.policies)


def test_two_files_of_ours_with_one_name_are_refused():
    files = [
        RawFile("a.zip", whole(**{"zivver.toml": b""})),
        RawFile("zivver.toml", b""),
    ]
    (said,) = refusals(lambda: make_tenant("contoso", files))
    expected = "zivver.toml: there is `a.zip:zivver.toml` too, expected one of them"
    assert expected == said


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (whole(**{"../odd.json": []}), "../odd.json: leads out of its folder"),
        (whole(**{"a/../odd.json": []}), "a/../odd.json: leads out of its folder"),
        (whole(**{"..\\odd.json": []}), "leads out of its folder"),
        (whole(**{"/etc/odd.json": []}), "/etc/odd.json: leads out of its folder"),
        (whole(**{"C:\\odd.json": []}), "leads out of its folder"),
        (packed({**online(), "odd.json": []}, spoil=as_link), "odd.json: a link"),
        (
            with_flag(whole(**{"odd.json": []}), "odd.json", 1),
            "odd.json: encrypted; unpack it, and give the folder",
        ),
        (whole(**{"odd.zip": packed({"x.json": []})}), "odd.zip: a zip in a zip"),
        (whole(**{"odd.json": BOMB}), "odd.json: packed "),
        (with_flag(whole(**{"odd.json": []}), "odd.json", 0x20), "odd.json: damaged"),
    ],
    ids=range(10),
)
def test_what_is_no_plain_file_is_one_line_and_the_rest_is_read(octets, expected):
    with pytest.raises(TenantError) as caught:
        zipped(octets)
    (said,) = map(str, caught.value.faults)
    assert expected in said
    assert "a.zip:" in said
    read = {line.file for line in caught.value.account.files if line.is_read}
    assert {f"a.zip:{name}" for name in online()} <= read


def test_an_entry_that_stands_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = _twice()
    names, (said,) = unpacked(twice)
    assert ["a.zip:x.json"] == names
    assert "x.json: stands in the zip twice" in said


def _twice():

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x.json", "[]")
        archive.writestr("x.json", "[]")
    return stream.getvalue()


@pytest.mark.parametrize(
    "octets", [b"PK\x03\x04 nothing", whole()[:-40], whole()[:200], b"PK\x05\x06"]
)
def test_half_a_zip_is_one_line(octets):
    (said,) = refusals(lambda: zipped(octets))
    assert said.startswith("a.zip: no whole zip: ")


def test_files_are_read_within_the_limits_and_those_beyond_are_named():
    files = {f"{n}.json": b" " * 5_000 for n in range(3)} | {"big.json": b" " * 20_000}
    names, faults = unpacked(packed(files), SMALL)
    assert ["a.zip:0.json", "a.zip:1.json"] == names
    together, alone = faults
    assert together.startswith("a.zip:2.json: together with other files larger than ")
    assert (
        "a.zip:big.json: larger than 10000 bytes; --max-file-size allows more" == alone
    )


def test_a_zip_that_lies_about_its_sizes_does_not_get_further():
    honest = packed({"x.json": b" " * 50_000})
    lies = honest.replace((50_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    names, faults = unpacked(lies, SMALL)
    assert [] == names
    assert 1 == len(faults)


def test_too_many_files_are_not_looked_into():
    (said,) = unpacked(packed({str(n): b"" for n in range(10_001)}))[1]
    assert "10,001 files in a zip, at most 10,000" in said


def test_what_systems_put_beside_files_is_left_out():
    files = {"__MACOSX/._x.json": b"\0", ".DS_Store": b"\0", "x.json": [], "d/": b""}
    assert (["a.zip:x.json"], []) == unpacked(packed(files))


def test_a_zip_is_a_tenant_by_itself(tmp_path, capsys):
    (tmp_path / "contoso.zip").write_bytes(whole())
    assert 0 == main(["account", str(tmp_path / "contoso.zip")])
    assert "contoso.zip:rules.json" in capsys.readouterr().out
    (tmp_path / "rules.json").write_text("[]")
    with pytest.raises(ExportError, match="a file, expected a folder of exports or a"):
        read_tenant(str(tmp_path / "rules.json"))


@pytest.mark.parametrize("given", [["--max-file-size", "1KB"], []])
def test_the_limits_are_arguments(tmp_path, capsys, given):
    (tmp_path / "rules.json").write_text(" " * 1025)
    assert 2 == main(["account", str(tmp_path), *given])
    told = capsys.readouterr().err
    assert ("rules.json: larger than 1024 bytes" in told) is bool(given)
    assert 2 == main(["account", str(tmp_path), "--max-folder-size", "0"])
    assert "`0` is no size, expected one such as 512MB" in capsys.readouterr().err


def test_folders_that_are_no_side_are_named(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "rules.json").write_text("[")
    with pytest.raises(TenantError) as caught:
        read_tenant(str(tmp_path))
    assert "old/" in {line.file for line in caught.value.account.files}

"""Faults planted by hand, each of which would give a false "secure": the suite notices.

A patch says in its first line what it breaks, in its second which tests are run on a
copy that has it. That each still fits is tested in every run, that it is noticed on
request: `pytest -m planted`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PATCHES = sorted(Path(__file__).parent.glob("*.patch"))
_LEFT_OUT = shutil.ignore_patterns(".*_cache", ".git", ".hypothesis", ".tox", ".venv")
_NEEDED = "git is needed to apply patches (Debian: apt-get install git)"
_FAILED = 1

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason=_NEEDED)


def _tests_of(patch):
    _, named, *_ = patch.read_text("utf-8").splitlines()
    assert named.startswith("Tests: ")
    return named.removeprefix("Tests: ").split()


def _apply(patch, folder, *how):
    subprocess.run(
        ["git", "apply", *how, str(patch)],
        cwd=folder,
        check=True,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.parent)},
    )


def _run(folder, tests):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted") / "copy"
    shutil.copytree(_ROOT, folder, ignore=_LEFT_OUT)
    return folder


def test_there_are_at_least_twenty():
    assert len(_PATCHES) >= 20


@pytest.mark.parametrize("patch", _PATCHES, ids=lambda patch: patch.stem)
def test_the_patch_still_fits_and_names_tests_that_exist(patch):
    _apply(patch, _ROOT, "--check")
    assert [] == [name for name in _tests_of(patch) if not (_ROOT / name).exists()]


@pytest.mark.planted
def test_without_a_fault_the_named_tests_pass(copy):
    named = sorted({test for patch in _PATCHES for test in _tests_of(patch)})
    assert 0 == _run(copy, named).returncode


@pytest.mark.planted
@pytest.mark.parametrize("patch", _PATCHES, ids=lambda patch: patch.stem)
def test_the_fault_is_noticed(patch, copy):
    _apply(patch, copy)
    try:
        run = _run(copy, _tests_of(patch))
    finally:
        _apply(patch, copy, "--reverse")
    assert _FAILED == run.returncode, run.stdout[-2000:] + run.stderr[-2000:]

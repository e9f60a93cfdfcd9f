"""The entry point of pytest, where `harness` may be somebody else's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUARD = ROOT / "harness" / "_relay_harness_pytest.py"


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a passing test, and the guard as it is installed."""
    shutil.copy(GUARD, tmp_path / "relay_harness_pytest.py")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n")
    return tmp_path


def run_pytest(folder, *path):
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (folder, *path))),
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "relay_harness_pytest"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("package", ["harness", "fakes"])
def test_a_package_of_the_same_name_is_named_and_not_run(folder, package):
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("raise SystemExit('was run')\n")
    done = run_pytest(folder, ROOT)
    assert f"relay-harness: not loaded, another `{package}` comes first" in done.stdout
    assert "1 passed" in done.stdout
    assert done.returncode == 0


def test_our_own_packages_are_recognised(folder):
    done = run_pytest(folder, ROOT)
    assert "not loaded" not in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr

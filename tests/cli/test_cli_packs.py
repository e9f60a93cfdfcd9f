"""Packs for people who installed a wheel: written out, and run by pytest."""

import os
import subprocess
import sys

import click
import pytest

from harness.cli.scenarios import lay_out
from harness.scenario.files import PACKS

CASE = b"""
[[case]]
name = "a made-up case that no policy asks for"
"""


def test_a_conftest_lies_beside_the_packs(tmp_path):
    number = lay_out({"a/one.scenario.toml": CASE}, tmp_path, force=False)

    assert 1 == number
    assert (tmp_path / "a" / "one.scenario.toml").read_bytes() == CASE
    assert "--tenant" in (tmp_path / "conftest.py").read_text("utf-8")


def test_nothing_is_written_over_unless_asked_for(tmp_path):
    lay_out({}, tmp_path, force=False)

    with pytest.raises(click.ClickException, match="is there already"):
        lay_out({}, tmp_path, force=False)
    lay_out({}, tmp_path, force=True)


def test_the_packs_run_where_they_were_written(run, tmp_path):
    place = tmp_path / "my packs"
    ran = run("scenarios", place)
    assert 0 == ran.code
    assert "--tenant FOLDER --policy FILE" in ran.out

    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(str(place), "--tenant", "guide-online-as-meant"),
        ],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKS.parent.parent)},
    )

    assert b"passed" in done.stdout
    assert b"warning" not in done.stdout
    assert done.returncode in {0, 1}


def test_a_policy_that_nobody_has_reviewed_is_not_tested_with(tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('reviewed = false\n[[must_be_secure]]\nsubject = "Secure"\n')
    pack = (PACKS / "labels.scenario.toml").read_bytes()
    lay_out({"a.scenario.toml": pack}, tmp_path, force=False)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(str(tmp_path), "--tenant", "guide-online-as-meant"),
            *("--policy", str(policy)),
        ],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKS.parent.parent)},
    )

    assert b"nobody has reviewed the policy (`reviewed = false`)" in done.stdout
    assert 2 == done.returncode

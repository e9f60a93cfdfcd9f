"""A large export read and checked: seconds of one core, memory, and how both grow."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.big_tenant import Size, write_tenant

WHOLE = Size()
MAILS = 2_000
READ_SECONDS, CHECK_SECONDS, PEAK_MB = 20, 20, 1_000
FIRST_VERDICT_SECONDS = 2.0
# What else there is while one number grows from LESS to MORE: few, so that it shows.
BASE = Size(rules=20, connectors=5, domains=20, recipients=1_000, groups=50)
LESS, MORE = 4, 8
GROWS = {
    "rules": 40,
    "connectors": 100,
    "domains": 500,
    "recipients": 2_500,
    "groups": 1_000,
}
# Twice as much costs at most twice as much, and a little for what a machine does else.
MOST_RATIO = 2.6


def measured(folder, mails=0):
    """Measure in a process of its own, whose memory and time are nobody else's."""
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.measured_tenant", str(folder), str(mails)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(made.stdout)


def told(capsys, text):
    with capsys.disabled():
        print(f"\n{text}")  # noqa: T201


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write_tenant(folder, WHOLE)
    return folder


def test_a_large_export_is_read_and_checked(whole, capsys):
    found = measured(whole, MAILS)
    told(
        capsys,
        f"{WHOLE}: read {found['read']:.1f} s, {found['derived']} mails derived "
        f"{found['derive']:.1f} s, {MAILS} checked {found['check']:.1f} s, "
        f"peak {found['peak_mb']:.0f} MB, {found['answer']}",
    )
    assert found["read"] < READ_SECONDS
    assert found["check"] < CHECK_SECONDS
    assert found["peak_mb"] < PEAK_MB


@pytest.mark.parametrize("what", GROWS)
def test_the_cost_grows_as_the_number_does(what, tmp_path, capsys):
    step = GROWS[what]
    costs = []
    for times in (LESS, MORE):
        size = replace(BASE, **{what: step * times})
        # Groups are among the recipients.
        size = replace(size, recipients=max(size.recipients, size.groups + 500))
        folder = tmp_path / str(times)
        write_tenant(folder, size)
        costs.append(measured(folder, 200))
    ratios = {key: costs[1][key] / costs[0][key] for key in ("read", "check")}
    said = ", ".join(f"{key} {ratio:.2f}" for key, ratio in ratios.items())
    told(capsys, f"{what} {step * LESS} to {step * MORE}: {said}")
    assert all(ratio < MOST_RATIO for ratio in ratios.values())


def test_the_first_verdict_of_the_command(capsys):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = "from harness.cli import main; main(['check', 'guide-online-as-meant'])"
    subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100"},
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    told(capsys, f"first verdict: {seconds:.2f} s of the processor")
    assert seconds < FIRST_VERDICT_SECONDS

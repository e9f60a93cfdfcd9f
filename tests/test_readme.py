"""What the README shows is what the program prints, and what it tells to run is run."""

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from fakes.exchange.rules.predicate import Support
from harness.policy.parse import parse_policy
from harness.report.support import whole_register
from harness.scenario.files import load_corpus

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- (\w+) -->\n```(\w*)\n(.*?)```", re.DOTALL)
BLOCKS = {name: text for name, _, text in BLOCK.findall(README)}


def command(*words):
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1"}
    line = [
        sys.executable,
        "-c",
        "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))",
        *words,
    ]
    return subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    ).stdout


def test_the_readme_shows_what_demo_prints():
    assert command("demo") == BLOCKS["demo"].partition("\n")[2]


def test_the_scenario_of_the_readme_stands_in_the_corpus():
    (name,) = re.findall(r'^name = "(.*)"$', BLOCKS["scenario"], re.MULTILINE)
    assert name in {case.name for case in load_corpus(ROOT / "scenarios")}


def test_the_policy_of_the_readme_can_be_read():
    (text,) = re.findall(r"```toml\n(\[\[must_be_secure.*?)```", README, re.DOTALL)
    assert 3 == len(parse_policy(text).rows)


def support_table():
    """Give the register in short: what is judged by name, the rest counted."""
    rows = ["| | judged | in part | not judged |", "|---|---|---|---|"]
    for kind, entries in groupby(whole_register(), key=lambda entry: entry.kind):
        found = list(entries)
        names = {
            support: [entry.name for entry in found if entry.support is support]
            for support in Support
        }
        yes, partial, no = (
            names[s] for s in (Support.YES, Support.PARTIAL, Support.NO)
        )
        rows.append(
            f"| {kind} | {', '.join(yes) or '-'} | {', '.join(partial) or '-'} "
            f"| {len(no)} |"
        )
    return "\n".join(rows) + "\n"


def test_the_table_of_the_readme_is_printed_from_the_register():
    shown = README.partition("<!-- support -->\n\n")[2]
    assert support_table() == shown[: len(support_table())]


@pytest.mark.parametrize(
    "line",
    [
        "python -m pip install -e . && python -m pytest scenarios/",
        "python -m pip install tox && python -m tox",
    ],
)
def test_what_the_readme_tells_to_run_is_what_ci_runs(line):
    assert line in README
    assert line in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

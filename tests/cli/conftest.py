"""The command, run in this process: its exit code and what it printed."""

from dataclasses import dataclass

import pytest

from harness.cli import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, monkeypatch):
    """Run `relay-harness` as in a pipe of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("RELAY_HARNESS_DEBUG", raising=False)

    def ran(*arguments):
        code = main(list(map(str, arguments)))
        seen = capsys.readouterr()
        return Ran(code, seen.out, seen.err)

    return ran

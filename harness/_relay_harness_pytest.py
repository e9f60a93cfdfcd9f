"""The entry point for pytest: loads our plugin if `harness` and `fakes` are ours.

Both names are common words, and every pytest session loads the plugins of every
installed distribution. So this module is installed on its own, as the top-level
`relay_harness_pytest` (pyproject.toml, force-include), and imports neither package:
it looks where they are, and if somebody else's stands in front of ours it says so in
one line and lets the session go on.
"""

import importlib.util
from pathlib import Path

import pytest

_MARK = 'DISTRIBUTION = "relay-harness"'
_PLUGIN = "harness.pytest_plugin"


def _obstacle() -> str | None:
    """Return why the plugin cannot be loaded, or None if it can."""
    for package in ("harness", "fakes"):
        try:
            spec = importlib.util.find_spec(package)
        except ValueError:  # already imported, and by something without a spec
            return f"another `{package}` is loaded"
        if spec is None:
            return f"there is no `{package}`"
        if spec.origin is None or not _is_ours(Path(spec.origin)):
            place = spec.origin or next(iter(spec.submodule_search_locations or ()), "")
            return f"another `{package}` comes first: {place}"
    # Now that `harness` is known to be ours, its import (find_spec does it) is safe.
    if importlib.util.find_spec(_PLUGIN) is None:
        return f"this installation has no `{_PLUGIN}`"
    return None


def _is_ours(init: Path) -> bool:
    """Tell our package by its text: to import a stranger would run its code."""
    try:
        text = init.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _MARK in text.splitlines()


_OBSTACLE = _obstacle()

# pytest loads what a plugin names here, hooks, ini keys and fixtures alike.
pytest_plugins: tuple[str, ...] = () if _OBSTACLE else (_PLUGIN,)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what is missing; in the summary, because `-q` leaves the header out."""
    if _OBSTACLE:
        terminalreporter.write_line(f"relay-harness: not loaded, {_OBSTACLE}")

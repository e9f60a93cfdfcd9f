"""Hypothesis profiles: an ordinary run is quick and the same every time.

Golden files: `--update-golden` writes them, a person reads the difference.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_CALM = (HealthCheck.too_slow, HealthCheck.data_too_large)

# Tests that state their own number of examples keep it in every profile.
settings.register_profile(
    "quick",
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=_CALM,
)
settings.register_profile(
    "dev", max_examples=50, deadline=None, suppress_health_check=_CALM
)
settings.register_profile(
    "ci",
    max_examples=1000,
    derandomize=True,
    deadline=None,
    suppress_health_check=_CALM,
)
settings.load_profile("quick")

_GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew"
    )


@pytest.fixture
def golden(request):
    """Hold a text to the golden file of that name, or write it."""

    def check(name, text):
        file = _GOLDEN / name
        if request.config.getoption("--update-golden"):
            file.write_bytes(text.encode())
        assert file.read_text("utf-8") == text, f"{file.name} has another text"

    return check

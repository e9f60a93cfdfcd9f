"""Exports and mails of other people: where they are, and why a test goes without.

They may not be part of this repository, so that a clone has none. Beside each test that
reads some stand fixtures of our own, of the same shapes.
"""

import os
from pathlib import Path

import pytest

_PLACE = os.environ.get("RELAY_HARNESS_SAMPLES")
HAS_SAMPLES = bool(_PLACE)

needs_samples = pytest.mark.skipif(
    not HAS_SAMPLES,
    reason="reads real exports, which are other people's and not in this repository: "
    "RELAY_HARNESS_SAMPLES names their folder (our own of the same shapes are tested)",
)


def samples(*names):
    """Give the folder of samples, or a place in it."""
    return Path(_PLACE or "no-samples").joinpath(*names)

"""Hypothesis profiles: an ordinary run is quick and the same every time."""

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

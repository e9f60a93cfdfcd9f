"""Examines a tenant: what becomes of its mail, and whether that was intended."""

__all__ = ["DISTRIBUTION", "__version__"]

__version__ = "0.1.0"

# `harness` is a common word. The pytest entry point reads this line to tell our
# package from another one of the same name (see _relay_harness_pytest.py).
DISTRIBUTION = "relay-harness"

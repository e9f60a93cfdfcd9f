"""The world around a mail: a fake Exchange, a fake Zivver, a fake internet."""

__all__ = ["DISTRIBUTION"]

# `fakes` is a common word. The pytest entry point reads this line to tell our
# package from another one of the same name (harness/_relay_harness_pytest.py).
DISTRIBUTION = "relay-harness"

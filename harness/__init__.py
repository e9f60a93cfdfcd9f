"""Examines a tenant: what becomes of its mail, and whether that was intended.

Public are the modules that `__all__` names, each with the names in its own `__all__`;
importing this package imports none of them. What opens files or sockets is imported
from its own module: `harness.wire`, and what is called `files` (`exports.files`,
`policy.files`, `check.files`, `scenario.files`).
"""

__all__ = [
    "DISTRIBUTION",
    "__version__",
    "check",
    "compare",
    "duty",
    "edits",
    "exports",
    "failures",
    "outcome",
    "policy",
    "scenario",
    "simulate",
    "strategies",
    "world",
]

__version__ = "0.1.0"

# `harness` is a common word. The pytest entry point reads this line to tell our
# package from another one of the same name (see _relay_harness_pytest.py).
DISTRIBUTION = "relay-harness"

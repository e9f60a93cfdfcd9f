"""The world around a mail: a fake Exchange, a fake Zivver, a fake internet.

Public are the packages and modules that `__all__` names, each with the names in its own
`__all__`; importing this package imports none of them. What opens sockets is imported
from its own module: `fakes.zivver.endpoint`, `fakes.exchange.server`,
`fakes.internet.mx`.
"""

__all__ = [
    "DISTRIBUTION",
    "choices",
    "exchange",
    "internet",
    "mail",
    "trace",
    "zivver",
    "zone",
]

# `fakes` is a common word. The pytest entry point reads this line to tell our
# package from another one of the same name (harness/_relay_harness_pytest.py).
DISTRIBUTION = "relay-harness"

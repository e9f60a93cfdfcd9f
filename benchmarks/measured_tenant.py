"""What reading and checking a folder costs a process of its own: one JSON line.

    python -m benchmarks.measured_tenant FOLDER MAILS

Seconds are those of the processor, so that other work on the machine counts little.
"""

import itertools
import json
import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from harness.check import derive_of
from harness.check.run import check
from harness.exports.files import read_tenant
from harness.policy import parse_policy

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
POLICY = """
[[must_be_secure]]
subject = ["Secure"]
to = "outside"
"""


def measure(folder: str, count: int) -> dict[str, object]:
    """Read, derive and check; the mails are repeated until there are so many."""
    policy = parse_policy(POLICY, file="policy.toml")
    start = time.process_time()
    tenant = read_tenant(folder)
    read = time.process_time()
    found: dict[str, object] = {"read": read - start, "peak_mb": _peak()}
    if count:
        derived = derive_of(policy, tenant.world).mails
        mails = tuple(
            replace(mail, id=f"{mail.id}-{number}")
            for number, mail in zip(range(count), itertools.cycle(derived))
        )
        ready = time.process_time()
        report = check(tenant.world, policy, mails, at=AT)
        found |= {
            "derived": len(derived),
            "derive": ready - read,
            "check": time.process_time() - ready,
            "answer": report.answer.value,
            "peak_mb": _peak(),
        }
    return found


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))  # noqa: T201

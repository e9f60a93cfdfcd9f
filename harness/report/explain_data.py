"""One mail, told as data: its envelope, what becomes of it, the trace as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mail.content import parse
from harness.report.data import Json, as_data

if TYPE_CHECKING:
    from fakes.mail.item import MailItem
    from harness.report.told import Told


def explained(told: Told, item: MailItem) -> Json:
    """Give what `explain --json` prints; nothing of the body."""
    return {
        "mail": {
            "mail_from": as_data(item.envelope.reverse_path),
            "rcpt_to": as_data(item.envelope.recipients),
            "subject": parse(item.content).subject,
            "authenticated": as_data(item.submission.authenticated),
            "source": str(item.submission.source) if item.submission.source else None,
            "assumed": as_data(told.assumed),
        },
        "outcome": as_data(told.outcome),
        "duties": as_data(told.duties),
        "findings": as_data(told.findings),
        "settled": as_data(told.settled),
    }

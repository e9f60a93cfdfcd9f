"""The ledger as lines of JSON: one a mail, one a recipient, one a refused session.

Neither a body nor a secret stands in them: of the mail its SHA-256, of the login the
user name. A line is complete in itself, so that a file that was cut short can be read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fakes.mail.session import Session
    from fakes.zivver.ledger import Refusal, Transaction


def lines_of_transaction(
    transaction: Transaction, *, number: int, at: datetime
) -> tuple[str, ...]:
    """Write one mail: its own line, then a line a recipient.

    `number` counts the entries of the ledger, `at` is an aware time.
    """
    head = {"entry": number, "at": at.isoformat()}
    found = transaction.recipients
    mail = {
        **head,
        "kind": "mail",
        **_session(transaction.port, transaction.session),
        "reverse_path": _text(transaction.envelope.reverse_path),
        "recipients": [str(who) for who in transaction.envelope.recipients],
        "header_recipients": [str(who) for who in found.visible] if found else None,
        "bcc": [str(who) for who in found.bcc] if found else None,
        "author": _text(transaction.author),
        "account": _text(transaction.account),
        "sent_by": _text(transaction.sent_by),
        "message_id": transaction.message_id,
        "sha256": transaction.sha256,
        "accepted": transaction.is_accepted,
        "reply": str(transaction.reply),
        "reason": transaction.reason.value,
        "why": transaction.why,
        "assumed": [each.value for each in transaction.assumed],
        "not_understood": list(transaction.asked.wrong) if transaction.asked else [],
        "returning": transaction.is_returning,
    }
    ends = (
        {
            **head,
            "kind": "recipient",
            "recipient": str(end.address),
            "state": end.state.value,
            "why": end.why,
            "told": end.is_told,
            "sha256": transaction.sha256,
        }
        for end in transaction.deliveries
    )
    return tuple(_lines(mail, *ends))


def line_of_refusal(refusal: Refusal, *, number: int, at: datetime) -> str:
    """Write a session that was refused before its mail; no reply is silence."""
    (line,) = _lines(
        {
            "entry": number,
            "at": at.isoformat(),
            "kind": "refused session",
            **_session(refusal.port, refusal.session),
            "stage": refusal.stage.value,
            "about": _text(refusal.about),
            "reply": _text(refusal.reply),
            "reason": refusal.reason.value,
            "why": refusal.why,
        }
    )
    return line


def _session(port: int, session: Session) -> dict[str, object]:
    return {
        "port": port,
        "source": _text(session.source),
        "helo": session.helo,
        "encrypted": session.is_encrypted,
        "tls": session.agreed.version if session.agreed else None,
        "cipher": session.agreed.cipher if session.agreed else None,
        "identity": session.identity,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _lines(*entries: dict[str, object]) -> Iterator[str]:
    for entry in entries:
        # ASCII only: no line end of Unicode can part a line in two.
        yield json.dumps(entry, ensure_ascii=True)

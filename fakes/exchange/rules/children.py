"""Mails that a rule makes of a mail: the incident report and the notification.

field-cases#system-mail: they meet the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.exchange.letters import Letter, message_id, write
from fakes.mail.content import parse
from fakes.mail.item import Carries, ItemKind, MailItem

if TYPE_CHECKING:
    from fakes.exchange.rules.action import Context
    from fakes.exchange.rules.fork import Fork
    from fakes.mail.address import Address


def incident_report(
    fork: Fork, to: Address, carries: Carries, context: Context
) -> MailItem:
    """Write an incident report, with the mail in it where it carries the whole."""
    note = f"Rule detected: {context.rule}\r\nMessage ID: {message_id(fork.item)}\r\n"
    if carries is not Carries.NOTHING:
        note += f"Subject: {parse(fork.item.content).subject}\r\n"
    subject = f"Rule: {context.rule}"
    letter = Letter(ItemKind.REPORT, to, subject, note, carries, context.rule)
    return write(letter, fork.item, context.organization)


def notification(fork: Fork, to: Address, text: str, context: Context) -> MailItem:
    """Write a notification to one of the recipients that a rule matched."""
    parsed = parse(fork.item.content)
    values = {
        "%%From%%": ", ".join(parsed.values("From")),
        "%%To%%": ", ".join(parsed.values("To")),
        "%%Cc%%": ", ".join(parsed.values("Cc")),
        "%%Subject%%": parsed.subject,
        "%%Headers%%": "".join(f"{f.name}: {f.decoded}\r\n" for f in parsed.fields),
        "%%MessageDate%%": ", ".join(parsed.values("Date")),
    }
    for token, value in values.items():
        text = text.replace(token, value)
    # exchange-rules#v57: it bears the subject that the mail has by then.
    letter = Letter(
        ItemKind.NOTIFICATION, to, parsed.subject, text, Carries.SUBJECT, context.rule
    )
    return write(letter, fork.item, context.organization)

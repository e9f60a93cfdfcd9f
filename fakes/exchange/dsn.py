"""Delivery status notifications as real mail (RFC 3464): failed and delayed.

Null reverse-path, three parts: a note for people, one for programs, and the original,
whole or its header only. They are mails of their own and go through transport.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from fakes.exchange.organization import accepted_domain, default_domain
from fakes.exchange.queue_settings import default_settings
from fakes.exchange.remote_domain import remote_domain
from fakes.mail.address import Address
from fakes.mail.content import CRLF, Content, compose, parse
from fakes.mail.envelope import Envelope
from fakes.mail.item import OF_PEOPLE, Carries, ItemKind, MailItem, Submission

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from fakes.exchange.organization import Organization
    from fakes.exchange.queue_settings import QueueSettings
    from fakes.mail.content import Parsed
    from fakes.mail.reply import Reply


class Action(StrEnum):
    """What a report says of a recipient (RFC 3464 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class About:
    """A recipient of whom a report speaks, and the last word about him.

    `original` is whom the sender wrote to, if rules or contacts made another address of
    it; `host` is who said the word, empty for Exchange itself.
    """

    recipient: Address
    said: Reply
    original: Address | None = None
    host: str = ""


# exchange-routing#6.2: the Microsoft Exchange recipient, the same everywhere.
_TO_INSIDE = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
_TO_OUTSIDE = "postmaster"
_TITLES = {Action.FAILED: "Undeliverable", Action.DELAYED: "Delivery delayed"}
_NOTES = {
    Action.FAILED: "Delivery has failed to these recipients:",
    Action.DELAYED: "Delivery to these recipients is delayed, and is tried again:",
}
# exchange-routing#4.2: what is for the organization's own eyes.
_OF_ORGANIZATION = ("x-ms-exchange-organization-", "x-ms-exchange-forest-")
_DATE = "%a, %d %b %Y %H:%M:%S +0000"


def is_reported(item: MailItem) -> bool:
    """Whether a report is made when a mail fails.

    exchange-routing#6.2: none about a report, nor about mail with a null reverse-path.
    """
    return item.envelope.reverse_path is not None and item.kind in OF_PEOPLE


def is_heard(item: MailItem, organization: Organization) -> bool:
    """Whether somebody hears of it when a mail fails."""
    sender = item.envelope.reverse_path
    return is_reported(item) and not (sender and is_dropped(sender, organization))


def first_word(item: MailItem, organization: Organization) -> timedelta | None:
    """Say after how long the sender hears of a mail that only waits; None: never."""
    sender = item.envelope.reverse_path
    if sender is None or not is_heard(item, organization):
        return None
    settings = settings_of(organization)
    if not _tells(sender, organization):
        return settings.expires_after
    return min(settings.delay_notice, settings.expires_after)


def is_dropped(who: Address, organization: Organization) -> bool:
    """Whether a report to an address is made and then dropped.

    exchange-routing#D24: so it is where NDREnabled of the remote domain is off.
    """
    found = remote_domain(organization, who.domain_key)
    is_off = found is not None and not found.reports_failures
    return is_off and not is_inside(who, organization)


def settings_of(organization: Organization) -> QueueSettings:
    """Give the times and sizes of an organization; its platform's if not exported."""
    return organization.queue or default_settings(organization.platform)


def is_inside(who: Address, organization: Organization) -> bool:
    """Whether reports to an address go to somebody of the organization."""
    return accepted_domain(organization, who.domain_key) is not None


def non_delivery_report(
    item: MailItem,
    failed: tuple[About, ...],
    organization: Organization,
    *,
    at: datetime,
) -> MailItem | None:
    """Write the report to the sender; None for a mail that nobody is told about.

    exchange-routing#6.2: one report lists all failed recipients. exchange-routing#D23:
    the original is enclosed whole up to 10 MB.
    """
    if not is_reported(item) or not failed:
        return None
    sender = item.envelope.reverse_path
    assert sender is not None  # noqa: S101  `is_reported`
    settings = settings_of(organization)
    limit = settings.encloses_outside
    if is_inside(sender, organization):
        limit = settings.encloses_inside
    is_whole = len(item.content.raw) <= limit
    return _report(
        _Report(Action.FAILED, item, failed, is_whole=is_whole), organization, at=at
    )


def delay_notice(
    item: MailItem,
    waiting: tuple[About, ...],
    organization: Organization,
    *,
    at: datetime,
    until: datetime,
) -> MailItem | None:
    """Tell the sender that a mail still waits, and until when it is tried.

    exchange-routing#D15, exchange-routing#D22: None if such notices are switched off
    for senders like him.
    """
    sender = item.envelope.reverse_path
    if sender is None or not is_reported(item):
        return None
    if not _tells(sender, organization):
        return None
    return _report(_Report(Action.DELAYED, item, waiting, until), organization, at=at)


def _tells(sender: Address, organization: Organization) -> bool:
    settings = settings_of(organization)
    inside = is_inside(sender, organization)
    return settings.tells_inside if inside else settings.tells_outside


@dataclass(frozen=True, slots=True)
class _Report:
    """What is said of which mail."""

    action: Action
    item: MailItem
    about: tuple[About, ...]
    until: datetime | None = None
    is_whole: bool = False


def _report(report: _Report, organization: Organization, *, at: datetime) -> MailItem:
    item = report.item
    sender = item.envelope.reverse_path
    assert sender is not None  # noqa: S101  `is_reported`
    domain = default_domain(organization)
    digest = _digest(report, at)
    parsed = parse(item.content)
    boundary = f"dsn-{digest}".encode()
    local = _TO_INSIDE if is_inside(sender, organization) else _TO_OUTSIDE
    lines = [
        f"From: Microsoft Outlook <{local}@{domain}>",
        f"To: {sender}",
        f"Date: {at:{_DATE}}",
        f"Message-ID: <{digest}@{domain}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        f' boundary="dsn-{digest}"',
    ]
    parts = (
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + _note(report),
        b"Content-Type: message/delivery-status\r\n\r\n" + _status(report, domain),
        _original(report, parsed),
    )
    mark = b"--" + boundary
    raw = _encoded(lines) + _subject(report, parsed) + CRLF
    raw += b"".join(mark + CRLF + part + CRLF for part in parts) + mark + b"--" + CRLF
    ids = parsed.values("Message-ID")
    return MailItem(
        Envelope(None, (sender,)),
        Content(raw),
        Submission(authenticated=Address(local, domain)),
        kind=ItemKind.NDR,
        parent=ids[0] if ids else None,
        generation=item.generation + 1,
        carries=Carries.WHOLE if report.is_whole else Carries.SUBJECT,
    )


def _digest(report: _Report, at: datetime) -> str:
    named = repr((report.action, report.about, at)).encode()
    return hashlib.sha256(report.item.content.raw + named).hexdigest()[:24]


def _subject(report: _Report, parsed: Parsed) -> bytes:
    """Put a word before the subject, whose own octets stay as they are."""
    title = f"Subject: {_TITLES[report.action]}:".encode()
    fields = parsed.named("Subject")
    value = fields[0].raw.partition(b":")[2].rstrip(CRLF) if fields else b""
    return title + value + CRLF


def _note(report: _Report) -> bytes:
    told = [f"{each.original or each.recipient}: {each.said}" for each in report.about]
    return _encoded([_NOTES[report.action], "", *told])


def _status(report: _Report, domain: str) -> bytes:
    """Give the fields of RFC 3464: of the mail, then a group a recipient."""
    lines = [f"Reporting-MTA: dns;{domain}"]
    for each in report.about:
        # A remote text passes through; its code is not rewritten.
        said = each.said
        status = str(said.status) if said.status else f"{said.code // 100}.0.0"
        lines.append("")
        if each.original is not None and each.original != each.recipient:
            lines.append(f"Original-Recipient: rfc822;{each.original}")
        lines += [
            f"Final-Recipient: rfc822;{each.recipient}",
            f"Action: {report.action.value}",
            f"Status: {status}",
            f"Diagnostic-Code: smtp;{said}",
        ]
        if each.host:
            lines.append(f"Remote-MTA: dns;{each.host}")
        if report.until:
            lines.append(f"Will-Retry-Until: {report.until:{_DATE}}")
    return _encoded(lines)


def _original(report: _Report, parsed: Parsed) -> bytes:
    kept = tuple(f for f in parsed.fields if not f.key.startswith(_OF_ORGANIZATION))
    if not report.is_whole:
        header = b"".join(field.raw for field in kept)
        return b"Content-Type: text/rfc822-headers\r\n\r\n" + header
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head + compose(replace(parsed, fields=kept)).raw


def _encoded(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")

"""What a recipe is made of: test rules, a mail, a cmdlet, and what each answer shows.

The rules are made in test mode wherever that shows the answer, and otherwise see the
test mail only; names are to be replaced.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SENDER, RECIPIENT, SECOND = (
    "anna@contoso.example",
    "info@fabrikam.example",
    "bob@contoso.example",
)
OUTSIDE = "outside@fabrikam.example"
TO_TEST = "-RouteMessageOutboundConnector 'Test connector'"
TO_BOB = f"-SentTo '{SECOND}'"


class Look(StrEnum):
    """Where the answer is read."""

    TEST_MESSAGE = "the report of Test-Message"
    TRACE = "the message trace of Exchange Online"
    TRACKING = "the tracking log of Exchange Server"
    ARRIVED = "the mail as it arrived"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe. `signs` says for each answer what is then seen.

    `before` are lines of Exchange's shell, run first; `mail` is the text of an .eml
    file with line feeds.
    """

    look: Look
    mail: str
    before: tuple[str, ...]
    signs: tuple[tuple[str, str], ...]
    note: str = ""

    @property
    def cmdlets(self) -> tuple[str, ...]:
        """What is typed to see the answer."""
        return _CMDLETS[self.look]


_CMDLETS: Mapping[Look, tuple[str, ...]] = MappingProxyType(
    {
        # anchors#A1: cloud only; -TransportRules or -UnifiedDlpRules must be given.
        Look.TEST_MESSAGE: (
            "$mail = [System.IO.File]::ReadAllBytes('C:\\temp\\reading.eml')",
            (
                f"Test-Message -MessageFileData $mail -Sender {SENDER} "
                f"-Recipients {RECIPIENT} -SendReportTo {SENDER} -TransportRules"
            ),
        ),
        Look.TRACE: (
            (
                f"Get-MessageTraceV2 -SenderAddress {SENDER} "
                "-StartDate (Get-Date).AddHours(-4) -EndDate (Get-Date) | "
                "Get-MessageTraceDetailV2 | Format-List Event, Action, Detail"
            ),
        ),
        Look.TRACKING: (
            (
                f"Get-MessageTrackingLog -Sender {SENDER} "
                "-Start (Get-Date).AddHours(-4) | "
                "Format-List EventId, Source, ConnectorId, RecipientStatus, EventData"
            ),
        ),
        Look.ARRIVED: (),
    }
)


BY_WORD = "-SubjectContainsWords 'harbour'"


def mail_of(
    subject: str = "A test of mail flow rules",
    *headers: str,
    body: str = "This is a test.",
    html: bool = False,
    to: str = RECIPIENT,
) -> str:
    """Write the text of a mail."""
    kind = "html" if html else "plain"
    lines = (
        f"From: {SENDER}",
        f"To: {to}",
        f"Subject: {_encoded(subject)}",
        "Date: Wed, 25 Nov 2026 09:00:00 +0000",
        "Message-ID: <reading-test@contoso.example>",
        *headers,
        "MIME-Version: 1.0",
        f'Content-Type: text/{kind}; charset="utf-8"',
        "Content-Transfer-Encoding: 8bit",
        "",
        body,
    )
    return "\n".join((*lines, ""))


def _encoded(text: str) -> str:
    """Write a header text as mail carries it (RFC 2047)."""
    if text.isascii():
        return text
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def audited(test: str, name: str = "Reading test") -> str:
    """Spell a rule that is only tested, and marks nothing (exchange-rules#6.3)."""
    return f"New-TransportRule '{name}' -Mode Audit {test} -SetAuditSeverity Low"


def acting(action: str, number: int = 1) -> str:
    """Spell a rule that acts, on the test mail alone."""
    return (
        f"New-TransportRule 'Reading test {number}' -Priority {number - 1} "
        f"-From '{SENDER}' {BY_WORD} {action}"
    )


def asked(mail: str, test: str, holds: str, fails: str, *, note: str = "") -> Recipe:
    """Ask Test-Message whether one condition holds; each answer is one of the two."""
    # The last parameter carries the value, the first may name a header field.
    parameter = re.findall(r"-(\w+) '", test)[-1]
    return Recipe(
        Look.TEST_MESSAGE,
        mail,
        (audited(test),),
        (
            (holds, f"the report says of 'Reading test' that {parameter} matched"),
            (fails, f"the report says of 'Reading test' that {parameter} did not"),
        ),
        note,
    )

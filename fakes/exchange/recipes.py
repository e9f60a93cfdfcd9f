"""Recipes: how an administrator settles an open question on a tenant of his own.

Which test rules, which mail, which cmdlet, and what each answer looks like. The rules
are made in test mode wherever that shows the answer; names are to be replaced.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.readings import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

SENDER, RECIPIENT, SECOND = (
    "anna@contoso.example",
    "info@fabrikam.example",
    "bob@contoso.example",
)


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


_BY_WORD = "-SubjectContainsWords 'harbour'"


def _mail(
    subject: str = "A test of mail flow rules",
    *headers: str,
    body: str = "This is a test.",
    html: bool = False,
    to: str = RECIPIENT,
) -> str:
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


def _rule(test: str, name: str = "Reading test") -> str:
    """Spell a rule that is only tested, and marks nothing (exchange-rules#6.3)."""
    return f"New-TransportRule '{name}' -Mode Audit {test} -SetAuditSeverity Low"


def _does(action: str, number: int = 1) -> str:
    """Spell a rule that acts, on the test mail alone."""
    return (
        f"New-TransportRule 'Reading test {number}' -Priority {number - 1} "
        f"-From '{SENDER}' {_BY_WORD} {action}"
    )


def _asked(mail: str, test: str, holds: str, fails: str, *, note: str = "") -> Recipe:
    """Ask Test-Message whether one condition holds; each answer is one of the two."""
    # The last parameter carries the value, the first may name a header field.
    parameter = re.findall(r"-(\w+) '", test)[-1]
    return Recipe(
        Look.TEST_MESSAGE,
        mail,
        (_rule(test),),
        (
            (holds, f"the report says of 'Reading test' that {parameter} matched"),
            (fails, f"the report says of 'Reading test' that {parameter} did not"),
        ),
        note,
    )


_TO_BOB = f"-SentTo '{SECOND}'"
_OUTSIDE = "outside@fabrikam.example"
_TO_TEST = "-RouteMessageOutboundConnector 'Test connector'"
_PREPEND = "-PrependSubject 'SECOND: '"
_LIST = "Format-List Name, RecipientDomains, AllAcceptedDomains, SmartHosts"
_CONNECTORS = (f"Get-OutboundConnector | {_LIST}",)
_MARK = "-SetHeaderName 'X-Reading-Test' -SetHeaderValue 'seen'"
_CURLY = "\u201charbour\u201d"

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "underscore": _asked(
            _mail("news of_harbour_today"), _BY_WORD, "boundary", "letter"
        ),
        "word_edge": _asked(
            _mail("A test", "X-Reading-Test: first=1;second=2;third=3"),
            "-HeaderContainsMessageHeader 'X-Reading-Test' "
            "-HeaderContainsWords 'first=1;'",
            "only-letters",
            "always",
        ),
        "unicode_punctuation": _asked(
            _mail(f"news {_CURLY} today"), _BY_WORD, "boundary", "letter"
        ),
        "cjk": _asked(
            _mail("\u65b0harbour\u805e"),
            _BY_WORD,
            "boundary",
            "letters",
        ),
        "phrase_blanks": _asked(
            _mail("news of the harbour  office"),
            "-SubjectContainsWords 'harbour office'",
            "flexible",
            "exact",
        ),
        "html_words": _asked(
            _mail(body='<p title="harbour">This is a test.</p>', html=True),
            "-SubjectOrBodyContainsWords 'harbour'",
            "text-and-source",
            "text",
        ),
        "repeated_headers": _asked(
            _mail("A test", "X-Reading-Test: first", "X-Reading-Test: second"),
            "-HeaderContainsMessageHeader 'X-Reading-Test' "
            "-HeaderContainsWords 'second'",
            "any",
            "first",
        ),
        "remove_header": Recipe(
            Look.ARRIVED,
            _mail(
                "harbour", "X-Reading-Test: first", "X-Reading-Test: second", to=SECOND
            ),
            (_does("-RemoveHeader 'X-Reading-Test'"),),
            (
                ("all", "no line X-Reading-Test is left in its header"),
                ("first", "the line `X-Reading-Test: second` is still there"),
            ),
        ),
        "server_header_sender": Recipe(
            Look.TRACKING,
            _mail("A test", f"Sender: {SECOND}"),
            (_rule(f"-From '{SECOND}'"),),
            (
                ("from", "no line AGENTINFO names the rule in its EventData"),
                (
                    "from-sender-reply-to",
                    "a line AGENTINFO names the rule in its EventData",
                ),
            ),
            "Exchange Server only: Exchange Online looks at From.",
        ),
        "anonymous_own_sender": Recipe(
            Look.TRACE,
            _mail(to=SECOND),
            (_rule("-FromScope 'NotInOrganization'"),),
            (
                ("outside", "a line Transport rule names 'Reading test'"),
                ("inside", "no line names 'Reading test'"),
            ),
            "Send it without a login, from outside, to port 25 of the domain's MX.",
        ),
        "foreign_address_object": _asked(
            _mail(),
            "-SentToScope 'InOrganization'",
            "inside",
            "outside",
            note=f"{RECIPIENT} must be the address of a guest, mail user or contact.",
        ),
        "two_connectors": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (
                _does("-RouteMessageOutboundConnector 'First connector'"),
                _does("-RouteMessageOutboundConnector 'Second connector'", 2),
            ),
            (
                ("last", "the line Send external names the smart host of the second"),
                ("first", "the line Send external names the smart host of the first"),
            ),
            "Two connectors for rules to hosts of your own, with different names.",
        ),
        "unusable_connector": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (
                _does(_TO_TEST),
                "Set-OutboundConnector 'Test connector' -Enabled $false",
            ),
            (
                ("defer", "the trace has Pending, with lines Defer and no Send"),
                ("ordinary-routing", "a line Send external names the recipient's MX"),
                ("ndr", "the trace has Failed, and the sender gets a report"),
            ),
            "Use a connector made for this test, never the one that is in use.",
        ),
        "unscoped_connector": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (_does(_TO_TEST),),
            (
                ("allowed", "the line Send external names the connector's smart host"),
                (
                    "refused",
                    "New-TransportRule ends with an error, or the mail goes elsewhere",
                ),
            ),
            "Make the connector with -IsTransportRuleScoped $false.",
        ),
        "reject_ends_rules": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (
                _does("-RejectMessageReasonText 'a test'"),
                _does(f"-BlindCopyTo '{SECOND}'", 2),
            ),
            (
                ("yes", f"the mail has one line, Failed, and none to {SECOND}"),
                ("no", f"the mail has a second line, to {SECOND}"),
            ),
        ),
        "stop_in_test_mode": Recipe(
            Look.ARRIVED,
            _mail("harbour", to=SECOND),
            (
                _does(f"-Mode Audit {_MARK} -StopRuleProcessing $true"),
                _does(_PREPEND, 2),
            ),
            (
                ("not-honoured", "its subject begins with SECOND:"),
                ("honoured", "its subject is as it was"),
            ),
        ),
        "redirect_ends_rules": Recipe(
            Look.ARRIVED,
            _mail("harbour"),
            (
                _does(f"-RedirectMessageTo '{SECOND}'"),
                _does(_PREPEND, 2),
            ),
            (
                ("no", f"what {SECOND} gets has SECOND: in its subject"),
                ("yes", f"what {SECOND} gets has its subject as it was"),
            ),
        ),
        "later_rules_see_recipients": Recipe(
            Look.ARRIVED,
            _mail("harbour"),
            (
                _does(f"-RedirectMessageTo '{SECOND}'"),
                f"New-TransportRule 'Reading test 2' -Priority 1 {_TO_BOB} {_PREPEND}",
            ),
            (
                ("new", f"what {SECOND} gets has SECOND: in its subject"),
                ("old", f"what {SECOND} gets has its subject as it was"),
            ),
        ),
        "route_with_redirect": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (
                _does(f"-RedirectMessageTo '{_OUTSIDE}'"),
                _does(_TO_TEST, 2),
            ),
            (
                ("routed", "the line Send external names the connector's smart host"),
                ("not-routed", "the line Send external names the recipient's MX"),
            ),
            f"{_OUTSIDE} stands for a mailbox of yours elsewhere.",
        ),
        "added_follow_connector": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (_does(f"-BlindCopyTo '{_OUTSIDE}' {_TO_TEST}"),),
            (
                ("yes", "the copy's line Send external names the connector's host"),
                ("no", "the copy's line Send external names the recipient's MX"),
            ),
            f"{_OUTSIDE} stands for a mailbox of yours elsewhere.",
        ),
        "window_edge": Recipe(
            Look.TRACE,
            _mail("harbour"),
            (_rule(f"{_BY_WORD} -ExpiryDate '2026-11-25 09:00:00'"),),
            (
                ("from-start-until-end", "mail of that second: no line names the rule"),
                ("after-start-through-end", "mail of that second: a line names it"),
            ),
            "Only mail of that very second shows it: seldom worth the trouble.",
        ),
        "connector_choice": Recipe(
            Look.TRACE,
            _mail(to="test@sub.contoso.example"),
            _CONNECTORS,
            (
                ("most-specific", "Send external names the wildcard connector's host"),
                (
                    "listed-order",
                    "Send external names the host of the connector listed first",
                ),
            ),
            "Two connectors must cover the subdomain: one by *.contoso.example, one "
            "by -AllAcceptedDomains $true.",
        ),
        "connector_tie": Recipe(
            Look.TRACE,
            _mail(),
            _CONNECTORS,
            (
                ("first-by-name", "Send external names the host of the first by name"),
                ("last-by-name", "Send external names the host of the last by name"),
            ),
            "Two connectors must name the recipient's domain in the same words.",
        ),
        "connector_wildcard": Recipe(
            Look.TRACE,
            _mail(),
            _CONNECTORS,
            (
                (
                    "domain-and-subdomains",
                    "Send external names the connector's smart host",
                ),
                ("subdomains-only", "Send external names the recipient's MX"),
            ),
            "A connector for *.fabrikam.example alone; the mail goes to "
            "fabrikam.example.",
        ),
    }
)


def recipe_of(name: str) -> Recipe:
    """Give the recipe of an open question; where none was written, what its line says.

    Raises:
        KeyError: there is no such question.

    """
    question = QUESTIONS[name]
    return RECIPES.get(name) or Recipe(Look.TRACE, _mail(), (), (), question.settle)

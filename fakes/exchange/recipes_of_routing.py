"""Recipes that settle what is open of recipients, connectors and the way out."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.recipe import (
    BY_WORD,
    OUTSIDE,
    RECIPIENT,
    SECOND,
    SENDER,
    TO_BOB,
    TO_TEST,
    Look,
    Recipe,
    acting,
    asked,
    mail_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIST = "Format-List Name, RecipientDomains, AllAcceptedDomains, SmartHosts"
_CONNECTORS = (f"Get-OutboundConnector | {_LIST}",)

ROUTING: Mapping[str, Recipe] = MappingProxyType(
    {
        "foreign_address_object": asked(
            mail_of(),
            "-SentToScope 'InOrganization'",
            "inside",
            "outside",
            note=f"{RECIPIENT} must be the address of a guest, mail user or contact.",
        ),
        "refused_greeting": Recipe(
            Look.TRACE,
            mail_of(),
            _CONNECTORS,
            (
                ("waits", "the trace has Pending, with lines Defer"),
                ("ndr", "the trace has Failed, and the sender gets a report at once"),
            ),
            "A connector to a host of your own that greets with 554.",
        ),
        "redirect_is_forward": Recipe(
            Look.TRACE,
            mail_of("harbour", to=SECOND),
            (
                ("Set-HostedOutboundSpamFilterPolicy Default -AutoForwardingMode Off"),
                acting(f"-RedirectMessageTo '{RECIPIENT}'"),
            ),
            (
                ("no", f"it shows Send external to {RECIPIENT}"),
                ("yes", "it shows Fail with 550 5.7.520"),
            ),
        ),
        "forward_keeps_fields": Recipe(
            Look.ARRIVED,
            mail_of("harbour", "X-Reading-Test: first", to=SECOND),
            (
                (
                    f"New-InboxRule 'Reading test' -Mailbox '{SECOND}' "
                    f"-From '{SENDER}' -ForwardTo '{SENDER}'"
                ),
            ),
            (
                ("yes", "what comes back has the line X-Reading-Test in its header"),
                ("no", "what comes back has no line X-Reading-Test in its header"),
            ),
        ),
        "connector_choice": Recipe(
            Look.TRACE,
            mail_of(to="test@sub.contoso.example"),
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
        "size_announced": Recipe(
            Look.TRACE,
            mail_of("A test of sizes"),
            _CONNECTORS,
            (
                ("heeded", "Fail says 5.3.4, and the next hop's log has no MAIL"),
                ("ignored", "the next hop's log has MAIL and its own answer"),
            ),
            "Attach a file larger than the SIZE that the next hop names at EHLO; it "
            "must be one whose log you can read.",
        ),
        "utf8_not_offered": Recipe(
            Look.TRACE,
            mail_of("A test", "X-Reading-Test: m\u00fcnchen"),
            _CONNECTORS,
            (
                ("ndr", "Fail says 5.6.7, or another 5.6 of Exchange's own"),
                ("sent", "Send external: the mail arrives with the field as it was"),
            ),
            "The next hop must not offer SMTPUTF8.",
        ),
        "eight_bit_kept": Recipe(
            Look.ARRIVED,
            mail_of(body="M\u00fcnchen"),
            (),
            (
                ("sent", "the signed mail arrives"),
                ("ndr", "the sender gets a report instead"),
            ),
            "Sign the mail (S/MIME, clear text) with a client that sends 8-bit text; "
            "the next hop must not offer 8BITMIME.",
        ),
        "connector_tie": Recipe(
            Look.TRACE,
            mail_of(),
            _CONNECTORS,
            (
                ("first-by-name", "Send external names the host of the first by name"),
                ("last-by-name", "Send external names the host of the last by name"),
            ),
            "Two connectors must name the recipient's domain in the same words.",
        ),
        "partner_rewriting": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=SECOND),
            (
                (
                    f"New-TransportRule 'Reading test' {TO_BOB} {BY_WORD} "
                    f"-RedirectMessageTo '{OUTSIDE}'"
                ),
            ),
            (
                ("rewritten", "its Return-Path holds SRS and a domain of yours"),
                ("not-rewritten", "its Return-Path is the address of its sender"),
            ),
            "Send it from outside, from a domain whose SPF passes; a connector of the "
            f"type Partner takes mail for {OUTSIDE}.",
        ),
        "routing_loop": Recipe(
            Look.TRACE,
            mail_of("harbour", "X-MS-Exchange-Transport-Rules-Loop: 1"),
            (acting(TO_TEST),),
            (
                ("not-counted", "the line Send external names the connector's host"),
                ("counted", "the trace has Failed, with 550 5.7.128"),
            ),
        ),
        "connector_wildcard": Recipe(
            Look.TRACE,
            mail_of(),
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
        "test_mode_connector": Recipe(
            Look.TRACE,
            mail_of(),
            ("Set-OutboundConnector 'Test connector' -TestMode $true",),
            (
                ("not-used", "Send external names the recipient's MX"),
                ("used", "Send external names the connector's smart host"),
            ),
            "A connector for fabrikam.example alone, made for this test.",
        ),
        "failing_tls": Recipe(
            Look.TRACE,
            mail_of(),
            (),
            (
                ("waits", "the trace has Pending, with lines Defer and no Send"),
                ("in-clear", "a line Send external names the host"),
            ),
            "fabrikam.example stands for a server of yours that offers STARTTLS and "
            "answers it 454.",
        ),
        "revoked_certificate": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting(TO_TEST),),
            (
                ("refused", "the trace has Pending, with 4.7.320 in a line Defer"),
                ("taken", "a line Send external names the connector's host"),
            ),
            "The connector has CertificateValidation and leads to a server of yours "
            "whose certificate was revoked.",
        ),
        "weak_certificate": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting(TO_TEST),),
            (
                ("refused", "the trace has Pending, with a line Defer and no Send"),
                ("taken", "a line Send external names the connector's host"),
            ),
            "The connector has CertificateValidation and leads to a server of yours "
            "whose certificate has an RSA key of 1024 bits.",
        ),
        "centralised_transport": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting(TO_TEST), *_CONNECTORS),
            (
                ("rule", "Send external names the host of the rule's connector"),
                ("on-premises", "Send external names a server of your own"),
            ),
            "RouteAllMessagesViaOnPremises must be on, and the rule's connector must "
            "lead to a host of yours elsewhere.",
        ),
        "connector_size": Recipe(
            Look.TRACKING,
            mail_of(),
            ("Get-SendConnector | Format-List Name, MaxMessageSize",),
            tuple(
                (answer, f"the list says {said}")
                for answer, said in (
                    ("35-megabytes", "35 MB (36,700,160 bytes)"),
                    ("25-megabytes", "25 MB (26,214,400 bytes)"),
                    ("10-megabytes", "10 MB (10,485,760 bytes)"),
                    ("unlimited", "Unlimited"),
                )
            ),
            "No mail is needed: export the connectors with MaxMessageSize.",
        ),
    }
)

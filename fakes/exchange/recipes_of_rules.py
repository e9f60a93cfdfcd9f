"""Recipes that settle what is open of mail flow rules."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.recipe import (
    BY_WORD,
    OUTSIDE,
    SECOND,
    SENDER,
    TO_BOB,
    TO_TEST,
    Look,
    Recipe,
    acting,
    asked,
    audited,
    mail_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHER = "cleo@contoso.example"
_PREPEND = "-PrependSubject 'SECOND: '"
_JOURNAL = (
    "New-JournalRule -Name 'Reading test journal' "
    f"-JournalEmailAddress '{SECOND}' -Scope Global -Enabled $true"
)
_MARK = "-SetHeaderName 'X-Reading-Test' -SetHeaderValue 'seen'"
_CURLY = "\u201charbour\u201d"

RULES: Mapping[str, Recipe] = MappingProxyType(
    {
        "underscore": asked(
            mail_of("news of_harbour_today"), BY_WORD, "boundary", "letter"
        ),
        "word_edge": asked(
            mail_of("A test", "X-Reading-Test: first=1;second=2;third=3"),
            "-HeaderContainsMessageHeader 'X-Reading-Test' "
            "-HeaderContainsWords 'first=1;'",
            "only-letters",
            "always",
        ),
        "unicode_punctuation": asked(
            mail_of(f"news {_CURLY} today"), BY_WORD, "boundary", "letter"
        ),
        "cjk": asked(
            mail_of("\u65b0harbour\u805e"),
            BY_WORD,
            "boundary",
            "letters",
        ),
        "phrase_blanks": asked(
            mail_of("news of the harbour  office"),
            "-SubjectContainsWords 'harbour office'",
            "flexible",
            "exact",
        ),
        "html_words": asked(
            mail_of(body='<p title="harbour">This is a test.</p>', html=True),
            "-SubjectOrBodyContainsWords 'harbour'",
            "text-and-source",
            "text",
        ),
        "html_patterns": asked(
            mail_of(body="<p>This is a har<b>bour</b>.</p>", html=True),
            "-SubjectOrBodyMatchesPatterns 'harbour'",
            "source-and-text",
            "source",
        ),
        "online_patterns": asked(
            mail_of("news of harbour today"),
            "-SubjectMatchesPatterns '(?-i)HARBOUR'",
            "as-observed",
            "dotnet",
        ),
        "attribute_words": asked(
            mail_of(),
            "-SenderADAttributeContainsWords 'Department:Sales'",
            "contains",
            "equals",
            note="The sender's Department must be `Sales Europe`.",
        ),
        "ipv6_ranges": Recipe(
            Look.TRACE,
            mail_of(to=SECOND),
            (audited("-SenderIpRanges '2001:db8::/32'"),),
            (
                ("taken", "a line Transport rule names 'Reading test'"),
                ("never-match", "New-TransportRule ends with an error, or no line"),
            ),
            "Send it from a host with an IPv6 address, and put its network there.",
        ),
        "size_limit": Recipe(
            Look.TRACKING,
            mail_of(),
            (audited("-MessageSizeOver '2048B'"),),
            (
                ("at-least", "a mail of 2048 TotalBytes: a line AGENTINFO names it"),
                ("more-than", "only mail of 2049 TotalBytes and more is so named"),
            ),
            "Only the exact octet shows it: pad the text until TotalBytes is 2048.",
        ),
        "size_compared": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=SECOND),
            (
                acting("-ApplyHtmlDisclaimerText '<4000 characters of text>'"),
                acting(f"-MessageSizeOver '4KB' {_PREPEND}", 2),
            ),
            (
                ("current", "its subject begins with SECOND:"),
                ("original", "its subject is as it was"),
            ),
        ),
        "any_of_recipients": Recipe(
            Look.TRACE,
            mail_of(to=f"{SECOND}, {_OTHER}"),
            (audited("-AnyOfRecipientAddressContainsWords 'bob'"),),
            (
                ("all-recipients", "the lines to both of them name the rule"),
                ("each-recipient", f"only the line to {SECOND} names the rule"),
            ),
        ),
        "sender_with_recipient": Recipe(
            Look.TRACE,
            mail_of(to=f"{SECOND}, {_OTHER}"),
            (audited("-SenderManagementRelationship 'DirectReport'"),),
            (
                ("each-recipient", f"only the line to {SECOND} names the rule"),
                ("any-recipient", "the lines to both of them name the rule"),
            ),
            f"The sender's manager must be {SECOND}, and not {_OTHER}.",
        ),
        "attribute_comparison": Recipe(
            Look.TRACE,
            mail_of(to=f"{SECOND}, {_OTHER}"),
            (
                audited(
                    "-ADComparisonAttribute 'Department' -ADComparisonOperator 'Equal'"
                ),
            ),
            (
                ("each-recipient", f"only the line to {SECOND} names the rule"),
                ("any-recipient", "the lines to both of them name the rule"),
                ("all-recipients", "neither line names the rule"),
            ),
            f"{SECOND} must have the sender's Department, {_OTHER} another one.",
        ),
        "attachment_scan": Recipe(
            Look.TRACE,
            mail_of(),
            (audited("-AttachmentContainsWords 'harbour'"),),
            (
                ("one-megabyte", "a line Transport rule names 'Reading test'"),
                ("150-kilobytes", "no line names 'Reading test'"),
            ),
            "Attach a .txt file of 200 KB whose last word is harbour.",
        ),
        "attached_mail": Recipe(
            Look.TRACE,
            mail_of(),
            (audited("-AttachmentContainsWords 'harbour'"),),
            (
                ("opened", "a line Transport rule names 'Reading test'"),
                ("closed", "no line names 'Reading test'"),
            ),
            "Attach a mail (.eml) that has the word harbour in its body only.",
        ),
        "tls_with_connector": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting(f"{TO_TEST} -RouteMessageOutboundRequireTls $true"),),
            (
                ("both", "the trace has Pending, with lines Defer and no Send"),
                ("connector-only", "a line Send external names the connector's host"),
            ),
            "The connector leads to a host of yours without STARTTLS and demands none.",
        ),
        "wrapper_fields": Recipe(
            Look.ARRIVED,
            mail_of("harbour", "X-Reading-Test: first", to=SECOND),
            (
                acting(
                    "-ApplyHtmlDisclaimerText '<p>A test.</p>' "
                    "-ApplyHtmlDisclaimerFallbackAction 'Wrap'"
                ),
            ),
            (
                ("address-fields", "its own header has no line X-Reading-Test"),
                ("all", "its own header has the line X-Reading-Test"),
            ),
            "Sign the mail (S/MIME), so that it has to be wrapped.",
        ),
        "scl_seen_later": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=SECOND),
            (acting("-SetSCL '6'"), acting(f"-SCLOver '6' {_PREPEND}", 2)),
            (
                ("yes", "its subject begins with SECOND:"),
                ("no", "its subject is as it was"),
            ),
        ),
        "ignored_error": Recipe(
            Look.TRACE,
            mail_of(),
            (),
            (
                ("this-rule", "the trace of that mail names rules behind the failed"),
                ("all-later-rules", "it names none that is behind the failed one"),
            ),
            "No mail brings it about: look at one whose trace has an error of a rule.",
        ),
        "action_order": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=SECOND),
            (
                acting(
                    f"{_PREPEND} -GenerateIncidentReport '{SENDER}' "
                    "-IncidentReportContent 'AttachOriginalMail'"
                ),
            ),
            (
                ("changes-first", "the mail in the report has SECOND: in its subject"),
                ("changes-last", "the mail in the report has its subject as it was"),
            ),
        ),
        "rest_of_split": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=f"{SECOND}, {_OTHER}"),
            (acting(_PREPEND), acting(f"{TO_BOB} {_MARK}", 2)),
            (
                ("goes-on", f"what {_OTHER} gets has SECOND: once in its subject"),
                ("begins-anew", f"what {_OTHER} gets has SECOND: twice in it"),
            ),
        ),
        "route_after_approval": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting(TO_TEST), acting(f"-ModerateMessageByUser '{SECOND}'", 2)),
            (
                ("kept", "the line Send external names the connector's smart host"),
                ("lost", "the line Send external names the recipient's MX"),
            ),
            f"Approve the mail as {SECOND}.",
        ),
        "repeated_headers": asked(
            mail_of("A test", "X-Reading-Test: first", "X-Reading-Test: second"),
            "-HeaderContainsMessageHeader 'X-Reading-Test' "
            "-HeaderContainsWords 'second'",
            "any",
            "first",
        ),
        "remove_header": Recipe(
            Look.ARRIVED,
            mail_of(
                "harbour", "X-Reading-Test: first", "X-Reading-Test: second", to=SECOND
            ),
            (acting("-RemoveHeader 'X-Reading-Test'"),),
            (
                ("all", "no line X-Reading-Test is left in its header"),
                ("first", "the line `X-Reading-Test: second` is still there"),
            ),
        ),
        "server_header_sender": Recipe(
            Look.TRACKING,
            mail_of("A test", f"Sender: {SECOND}"),
            (audited(f"-From '{SECOND}'"),),
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
            mail_of(to=SECOND),
            (audited("-FromScope 'NotInOrganization'"),),
            (
                ("outside", "a line Transport rule names 'Reading test'"),
                ("inside", "no line names 'Reading test'"),
            ),
            "Send it without a login, from outside, to port 25 of the domain's MX.",
        ),
        "two_connectors": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (
                acting("-RouteMessageOutboundConnector 'First connector'"),
                acting("-RouteMessageOutboundConnector 'Second connector'", 2),
            ),
            (
                ("last", "the line Send external names the smart host of the second"),
                ("first", "the line Send external names the smart host of the first"),
            ),
            "Two connectors for rules to hosts of your own, with different names.",
        ),
        "unusable_connector": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (
                acting(TO_TEST),
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
            mail_of("harbour"),
            (acting(TO_TEST),),
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
            mail_of("harbour"),
            (
                acting("-RejectMessageReasonText 'a test'"),
                acting(f"-BlindCopyTo '{SECOND}'", 2),
            ),
            (
                ("yes", f"the mail has one line, Failed, and none to {SECOND}"),
                ("no", f"the mail has a second line, to {SECOND}"),
            ),
        ),
        "stop_in_test_mode": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=SECOND),
            (
                acting(f"-Mode Audit {_MARK} -StopRuleProcessing $true"),
                acting(_PREPEND, 2),
            ),
            (
                ("not-honoured", "its subject begins with SECOND:"),
                ("honoured", "its subject is as it was"),
            ),
        ),
        "stop_of_some": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=f"{SECOND}, {_OTHER}"),
            (
                acting(f"{TO_BOB} {_MARK} -StopRuleProcessing $true"),
                acting(_PREPEND, 2),
            ),
            (
                ("matched-copy", f"what {_OTHER} gets has SECOND: in its subject"),
                ("every-copy", f"what {_OTHER} gets has its subject as it was"),
            ),
        ),
        "redirect_ends_rules": Recipe(
            Look.ARRIVED,
            mail_of("harbour"),
            (
                acting(f"-RedirectMessageTo '{SECOND}'"),
                acting(_PREPEND, 2),
            ),
            (
                ("no", f"what {SECOND} gets has SECOND: in its subject"),
                ("yes", f"what {SECOND} gets has its subject as it was"),
            ),
        ),
        "sent_to_group": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to="team@contoso.example"),
            (
                f"New-DistributionGroup 'team' -Members '{SECOND}'",
                acting(f"-SentTo 'team@contoso.example' {_PREPEND}"),
            ),
            (
                ("never-matches", f"what {SECOND} gets has its subject as it was"),
                ("members", f"what {SECOND} gets has SECOND: in its subject"),
            ),
        ),
        "later_rules_see_recipients": Recipe(
            Look.ARRIVED,
            mail_of("harbour"),
            (
                acting(f"-RedirectMessageTo '{SECOND}'"),
                f"New-TransportRule 'Reading test 2' -Priority 1 {TO_BOB} {_PREPEND}",
            ),
            (
                ("new", f"what {SECOND} gets has SECOND: in its subject"),
                ("old", f"what {SECOND} gets has its subject as it was"),
            ),
        ),
        "later_rules_see_edits": Recipe(
            Look.ARRIVED,
            mail_of("harbour", to=SECOND),
            (
                acting(_MARK),
                acting(
                    "-HeaderContainsMessageHeader 'X-Reading-Test' "
                    f"-HeaderContainsWords 'seen' {_PREPEND}",
                    2,
                ),
            ),
            (
                ("all", "its subject begins with SECOND:"),
                ("subject-only", "its subject is as it was"),
            ),
        ),
        "route_with_redirect": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (
                acting(f"-RedirectMessageTo '{OUTSIDE}'"),
                acting(TO_TEST, 2),
            ),
            (
                ("routed", "the line Send external names the connector's smart host"),
                ("not-routed", "the line Send external names the recipient's MX"),
            ),
            f"{OUTSIDE} stands for a mailbox of yours elsewhere.",
        ),
        "added_follow_connector": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting(f"-BlindCopyTo '{OUTSIDE}' {TO_TEST}"),),
            (
                ("yes", "the copy's line Send external names the connector's host"),
                ("no", "the copy's line Send external names the recipient's MX"),
            ),
            f"{OUTSIDE} stands for a mailbox of yours elsewhere.",
        ),
        "window_edge": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (audited(f"{BY_WORD} -ExpiryDate '2026-11-25 09:00:00'"),),
            (
                ("from-start-until-end", "mail of that second: no line names the rule"),
                ("after-start-through-end", "mail of that second: a line names it"),
            ),
            "Only mail of that very second shows it: seldom worth the trouble.",
        ),
        "journal_of_ended": Recipe(
            Look.TRACE,
            mail_of("harbour"),
            (acting("-DeleteMessage $true"), _JOURNAL),
            (
                ("journaled", f"a journal report of it has arrived at {SECOND}"),
                ("left-out", f"nothing has arrived at {SECOND}"),
            ),
        ),
    }
)

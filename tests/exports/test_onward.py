"""What sends mail on by itself, as its cmdlets show it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.exchange.automatic import Audience, AutoReply
from fakes.exchange.inbox import InboxRule
from fakes.exchange.journal import JournalRule, JournalScope
from fakes.exchange.organization import (
    AutoForwarding,
    Forwarding,
    ReportsTo,
    Restrictions,
)
from fakes.mail.address import parse_address
from harness.exports import ExportError, Understood
from tests.exports.shapes import online, person, tenant
from tests.exports.test_tenant_reading import read

VAULT = parse_address("vault@archive.example")
INBOX = {
    "Name": "Home",
    "MailboxOwnerId": "contoso.example/Users/bob",
    "Enabled": True,
    "Priority": 2,
    "ForwardTo": ['"Bob" [SMTP:bob@fabrikam.example]'],
    "ForwardAsAttachmentTo": None,
    "RedirectTo": ['"Dora" [EX:/o=Contoso/cn=Recipients/cn=dora]', "Cleo"],
    "SubjectContainsWords": ["invoice"],
    "FromAddressContainsWords": None,
    "HasAttachment": False,
    "MarkAsRead": True,
    "StopProcessingRules": True,
}
JOURNAL = {
    "Name": "Archive",
    "JournalEmailAddress": "vault@archive.example",
    "Recipient": "dora@contoso.example",
    "Scope": "External",
    "Enabled": True,
}
REPLY = {
    "Identity": "bob",
    "AutoReplyState": "Scheduled",
    "StartTime": "2026-11-25T08:00:00Z",
    "EndTime": "2026-11-26T08:00:00Z",
    "ExternalAudience": "Known",
    "InternalMessage": "away",
}


def only(**files):
    return read(
        online(**{f"{name.replace('_', '-')}.json": f for name, f in files.items()})
    )


def test_an_inbox_rule_says_whom_it_sends_to_and_what_it_looks_at():
    (rule,) = only(Get_InboxRule=[INBOX]).inbox_rules
    expected = InboxRule(
        "contoso.example/Users/bob",
        "Home",
        2,
        forwards_to=("bob@fabrikam.example",),
        redirects_to=("/o=Contoso/cn=Recipients/cn=dora", "Cleo"),
        conditions=("SubjectContainsWords",),
        stops=True,
    )
    assert expected == rule


def test_what_an_inbox_rule_looks_at_is_not_judged():
    files = online(**{"rules.json": [INBOX]})
    lines = tenant(files).account.of(Understood.NOT_JUDGED)
    assert ["SubjectContainsWords"] == [line.property for line in lines]


def test_a_journal_rule_says_whose_mail_goes_where():
    (rule,) = only(Get_JournalRule=[JOURNAL]).journal_rules
    expected = JournalRule(
        "Archive", VAULT, "dora@contoso.example", JournalScope.EXTERNAL
    )
    assert expected == rule
    bare = {"Name": "All", "JournalEmailAddress": "vault@archive.example"}
    (rule,) = only(Get_JournalRule=[bare]).journal_rules
    assert JournalRule("All", VAULT) == rule


def test_an_automatic_reply_has_its_times():
    (reply,) = only(Get_MailboxAutoReplyConfiguration=[REPLY]).auto_replies
    day = datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert AutoReply("bob", day, day.replace(day=26), Audience.KNOWN) == reply
    always = REPLY | {"AutoReplyState": "Enabled", "ExternalAudience": None}
    (reply,) = only(Get_MailboxAutoReplyConfiguration=[always]).auto_replies
    assert AutoReply("bob") == reply
    never = REPLY | {"AutoReplyState": "Disabled"}
    assert () == only(Get_MailboxAutoReplyConfiguration=[never]).auto_replies
    open_ = REPLY | {"StartTime": None}
    (reply,) = only(Get_MailboxAutoReplyConfiguration=[open_]).auto_replies
    assert reply.starts is None


def test_spam_policies_say_whether_anything_may_be_forwarded():
    policy = {"Name": "Default", "AutoForwardingMode": "Off", "IsDefault": True}
    silent = policy | {"AutoForwardingMode": None}
    found = only(Get_HostedOutboundSpamFilterPolicy=[policy, silent])
    assert (AutoForwarding.OFF, AutoForwarding.AUTOMATIC) == found.auto_forwarding


@pytest.mark.parametrize(
    ("cmdlet", "given", "said"),
    [
        ("Get_InboxRule", {"MailboxOwnerId": None}, "`MailboxOwnerId`"),
        ("Get_JournalRule", {"JournalEmailAddress": "nobody"}, "JournalEmailAddress"),
        ("Get_JournalRule", {"Scope": "Outer"}, "expected Internal, External, Global"),
        ("Get_MailboxAutoReplyConfiguration", {"StartTime": "soon"}, "no date"),
    ],
)
def test_what_is_ill_formed_is_refused(cmdlet, given, said):
    shapes = {
        "Get_InboxRule": INBOX,
        "Get_JournalRule": JOURNAL,
        "Get_MailboxAutoReplyConfiguration": REPLY,
    }
    with pytest.raises(ExportError, match=said):
        only(**{cmdlet: [shapes[cmdlet] | given]})


def test_an_empty_file_says_that_there_are_none_and_no_file_that_nobody_knows():
    found = only(Get_JournalRule=[], Get_InboxRule=[])
    assert () == found.journal_rules == found.inbox_rules
    bare = only()
    assert bare.journal_rules is bare.inbox_rules is bare.auto_replies is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"ForwardingSmtpAddress": "smtp:x@fabrikam.example"}, "x@fabrikam.example"),
        ({"ForwardingSmtpAddress": "x@fabrikam.example"}, "x@fabrikam.example"),
        (
            {
                "ForwardingAddress": "Cleo",
                "ForwardingSmtpAddress": "x@fabrikam.example",
            },
            "Cleo",
        ),
    ],
)
def test_of_two_forwarding_addresses_the_recipient_object_counts(given, expected):
    found = only(Get_Mailbox=[person() | given]).directory.recipients[0].forwarding
    assert (Forwarding(expected) if expected else None) == found


def test_restrictions_are_told_by_the_cmdlets_that_show_them():
    limits = {
        "AcceptMessagesOnlyFrom": ["Anna"],
        "AcceptMessagesOnlyFromSendersOrMembers": ["Anna", "Team"],
        "RejectMessagesFromDLMembers": ["Others"],
        "ModerationEnabled": True,
        "ModeratedBy": ["Dora"],
        "BypassModerationFromSendersOrMembers": ["Bob"],
        "IsMailboxEnabled": True,
        "ProhibitSendQuota": "Unlimited",
        "RulesQuota": "256 KB",
    }
    anna = person()
    people = {"people": [anna], "Get_Mailbox": [person() | limits]}
    found = only(**people).directory.recipients[0]
    expected = Restrictions(
        accepts=("Anna", "Team"),
        rejects=("Others",),
        is_moderated=True,
        moderators=("Dora",),
        unmoderated=("Bob",),
    )
    assert expected == found.restrictions
    small = {"people": [anna | {"MaxReceiveSize": "1 MB"}]}
    joined = only(**people | small).directory.recipients[0].restrictions
    assert replace(expected, max_size=2**20) == joined
    sends = {"people": [anna], "Get_Mailbox": [person() | {"MaxSendSize": "2 MB"}]}
    assert 2**21 == only(**sends).directory.recipients[0].max_send
    asked = anna | {"ModerationEnabled": None}
    silent = only(people=[asked]).directory.recipients[0]
    assert silent.restrictions is None
    assert only(people=[anna]).directory.recipients[0].restrictions is None


@pytest.mark.parametrize(
    ("to_sender", "to_manager", "expected", "unjudged"),
    [
        (True, False, ReportsTo.SENDER, ()),
        (None, None, None, ()),
        (False, True, ReportsTo.MANAGER, ()),
        (False, False, ReportsTo.NOBODY, ()),
        (True, True, ReportsTo.SENDER, ("ReportToManagerEnabled",)),
    ],
)
def test_a_group_says_who_hears_of_failures(to_sender, to_manager, expected, unjudged):
    group = {
        "Name": "team",
        "PrimarySmtpAddress": "team@contoso.example",
        "RecipientType": "MailUniversalDistributionGroup",
        "ManagedBy": ["Dora"],
        "ReportToOriginatorEnabled": to_sender,
        "ReportToManagerEnabled": to_manager,
    }
    found = only(Get_DistributionGroup=[group]).directory.recipients[-1]
    assert (expected, unjudged) == (found.reports_to, found.unjudged)
    assert ("Dora",) == found.owners

"""Mail written for each rule of the tenant: alone, with the relay rule, excepted."""

import re
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from fakes.exchange.organization import InboundConnector, Recipient, RecipientKind
from fakes.exchange.rules.predicates import PREDICATES
from fakes.mail.content import parse
from fakes.trace import Answer
from harness.check import derive_of
from harness.check.run import check
from harness.check.target import Purpose
from harness.check.writing.aimed import aim, arrive
from harness.compare import FindingKind
from harness.outcome import Disposition
from harness.policy import Policy
from tests.check.tenants import (
    AS_MEANT,
    GUID,
    NOON,
    POLICY,
    address,
    directory,
    online,
)

STAFF = Recipient(
    "Staff",
    RecipientKind.GROUP,
    address("staff"),
    names=("Staff",),
    members=("anna@contoso.example", "bob@contoso.example"),
)
PEOPLE = directory(STAFF)
DID = {"PrependSubject": "[seen] "}


def with_rule(more, **settings):
    """The corrected tenant with a rule of its own ahead of the others."""
    rule = {"Name": "Own", **DID, **more}
    return online((rule, *AS_MEANT), **{"directory": PEOPLE, **settings})


def mails_of(world, policy=POLICY):
    found = derive_of(policy, world)
    return {mail.id: mail for mail in found.mails}, {
        (entry.target.rule, entry.target.purpose, entry.target.exception): entry.why
        for entry in found.unwritten
    }


WRITTEN = {
    "SubjectContainsWords": {"SubjectContainsWords": ["tender"]},
    "SubjectMatchesPatterns": {"SubjectMatchesPatterns": [r"^\[case \d{4}\]"]},
    "SubjectOrBodyContainsWords": {"SubjectOrBodyContainsWords": ["tender"]},
    "SubjectOrBodyMatchesPatterns": {"SubjectOrBodyMatchesPatterns": [r"\d{3}-\d{2}"]},
    "HeaderContainsWords": {
        "HeaderContainsMessageHeader": "X-Scan",
        "HeaderContainsWords": ["passed"],
    },
    "a label header": {
        "HeaderContainsMessageHeader": "msip_labels",
        "HeaderContainsWords": [f"MSIP_Label_{GUID}_Enabled=true"],
    },
    "HeaderMatchesPatterns": {
        "HeaderMatchesMessageHeader": "X-Scan",
        "HeaderMatchesPatterns": ["pass(ed)?$"],
    },
    "From": {"From": ["bob@contoso.example"]},
    "FromScope inside": {"FromScope": "InOrganization"},
    "FromScope outside": {"FromScope": "NotInOrganization"},
    "FromAddressContainsWords": {"FromAddressContainsWords": ["payroll"]},
    "FromAddressMatchesPatterns": {"FromAddressMatchesPatterns": [r"@fabrikam\.exa"]},
    "SenderDomainIs": {"SenderDomainIs": ["northwind.example"]},
    "FromMemberOf": {"FromMemberOf": ["staff@contoso.example"]},
    "SentTo": {"SentTo": ["bob@contoso.example"]},
    "SentToScope": {"SentToScope": "InOrganization"},
    "RecipientDomainIs": {"RecipientDomainIs": ["northwind.example"]},
    "RecipientAddressContainsWords": {"RecipientAddressContainsWords": ["bob"]},
    "RecipientAddressMatchesPatterns": {
        "RecipientAddressMatchesPatterns": [r"@north\w+\."]
    },
    "AnyOfRecipientAddressContainsWords": {
        "AnyOfRecipientAddressContainsWords": ["bob"]
    },
    "AnyOfToHeader": {"AnyOfToHeader": ["bob@contoso.example"]},
    "AnyOfCcHeader": {"AnyOfCcHeader": ["bob@contoso.example"]},
    "SentToMemberOf": {"SentToMemberOf": ["staff@contoso.example"]},
    "AnyOfToCcHeaderMemberOf": {"AnyOfToCcHeaderMemberOf": ["staff@contoso.example"]},
    "BetweenMemberOf1": {
        "BetweenMemberOf1": ["staff@contoso.example"],
        "BetweenMemberOf2": ["staff@contoso.example"],
    },
    "SenderIpRanges": {"SenderIpRanges": ["192.0.2.0/28"]},
    "MessageTypeMatches Calendaring": {"MessageTypeMatches": "Calendaring"},
    "MessageTypeMatches ReadReceipt": {"MessageTypeMatches": "ReadReceipt"},
    "MessageTypeMatches Signed": {"MessageTypeMatches": "Signed"},
    "MessageTypeMatches Voicemail": {"MessageTypeMatches": "Voicemail"},
    "MessageTypeMatches rights": {"MessageTypeMatches": "PermissionControlled"},
    "MessageSizeOver": {"MessageSizeOver": "100KB"},
    "WithImportance": {"WithImportance": "High"},
    "SCLOver": {"SCLOver": "5"},
    "ContentCharacterSetContainsWords": {"ContentCharacterSetContainsWords": ["big5"]},
    "AttachmentNameMatchesPatterns": {"AttachmentNameMatchesPatterns": [r"\.pdf$"]},
    "AttachmentExtensionMatchesWords": {"AttachmentExtensionMatchesWords": ["exe"]},
    "AttachmentSizeOver": {"AttachmentSizeOver": "20KB"},
    "AttachmentHasExecutableContent": {"AttachmentHasExecutableContent": True},
    "AttachmentIsPasswordProtected": {"AttachmentIsPasswordProtected": True},
    "AttachmentContainsWords": {"AttachmentContainsWords": ["tender"]},
    "AttachmentMatchesPatterns": {"AttachmentMatchesPatterns": [r"\d{3}-\d{2}"]},
    "AttachmentPropertyContainsWords": {
        "AttachmentPropertyContainsWords": [f"MSIP_Label_{GUID}_Enabled:true"]
    },
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_mail_has_what_the_rule_looks_for(name):
    world = with_rule(WRITTEN[name])
    mails, unwritten = mails_of(world)

    assert "rule-own" in mails, unwritten
    rule = next(rule for rule in world.organization.rules if rule.name == "Own")
    arrived = arrive(mails["rule-own"].item, world.organization)
    assert Answer.YES is aim(rule, arrived, world.organization).holds


NOT_WRITTEN: dict[str, tuple[dict[str, object], str]] = {
    "what we do not judge": (
        {"MessageContainsDataClassifications": ["Credit Card Number"]},
        "is not judged",
    ),
    "a label that no client writes": (
        {
            "HeaderContainsMessageHeader": "msip_labels",
            "HeaderContainsWords": [f"MSIP_Labels_{GUID}_Enabled=True"],
        },
        "no client writes such a label header",
    ),
    "a field that nobody chooses": (
        {
            "HeaderContainsMessageHeader": "Message-ID",
            "HeaderContainsWords": ["mailchimp"],
        },
        "is not a text that somebody chooses",
    ),
    "a mail that is too large to make": (
        {"MessageSizeOver": "30MB"},
        "a mail of more than 10 MB is not made",
    ),
    "a type that nothing shows": (
        {"MessageTypeMatches": "OOF"},
        "no header field shows for sure that a mail is OOF",
    ),
    "an exception that always holds": (
        {
            "SubjectContainsWords": ["tender"],
            "ExceptIfSubjectContainsWords": ["tender"],
        },
        "ExceptIfSubjectContainsWords holds for the mail that was written",
    ),
    "conditions that exclude each other": (
        {"SentToScope": "NotInOrganization", "RecipientDomainIs": ["contoso.example"]},
        "does not hold together with the other conditions",
    ),
    "a pattern that is not judged": (
        {"SubjectMatchesPatterns": [r"(?<a>x)(?<-a>y)"]},
        "a pattern is not judged",
    ),
    "what Microsoft does not document": (
        {"FromAddressContainsWords": ["@fabrikam.example"]},
        "whether it holds cannot be told",
    ),
    "limits that nobody knows": (
        {"AttachmentProcessingLimitExceeded": True},
        "the limits are not documented",
    ),
    "a document property of no label": (
        {"AttachmentPropertyContainsWords": ["Department:Legal"]},
        "only properties of labels are written",
    ),
}


@pytest.mark.parametrize("name", NOT_WRITTEN)
def test_what_cannot_be_written_says_why(name):
    more, why = NOT_WRITTEN[name]
    mails, unwritten = mails_of(with_rule(more))

    assert "rule-own" not in mails
    assert why in unwritten["Own", Purpose.ALONE, None]


def test_every_predicate_has_a_writer_or_a_reason():
    given = {re.split(r"[ ]", name)[0] for name in WRITTEN} | {
        key for more, _ in NOT_WRITTEN.values() for key in more
    }
    # Those that ask the directory how people stand to each other, and twins.
    people = {name for name in PREDICATES if "AD" in name or "Manage" in name}
    twins = {
        "AnyOfRecipientAddressMatchesPatterns",
        "AnyOfToCcHeader",
        "AnyOfToHeaderMemberOf",
        "AnyOfCcHeaderMemberOf",
        "AttachmentIsUnsupported",
    }
    unjudged = {n for n, row in PREDICATES.items() if row.support.value == "No"}
    assert set(PREDICATES) == (given & set(PREDICATES)) | people | twins | unjudged


def test_a_rule_is_hit_alone_and_together_with_the_rule_to_zivver():
    mails, _ = mails_of(with_rule({"SubjectContainsWords": ["tender"]}))

    assert "Quotation for March tender" == parse(mails["rule-own"].item.content).subject
    both = mails["rule-own-and-word"]
    assert "Quotation Secure for March tender" == parse(both.item.content).subject
    assert Purpose.TOGETHER is both.target.purpose


def test_what_the_rules_for_zivver_look_for_is_written_alone():
    mails, _ = mails_of(online())

    assert "rule-zivver-word" in mails
    assert "rule-zivver-word-and-word" not in mails


def test_without_a_row_that_comes_there_the_rule_to_zivver_gives_the_words():
    mails, _ = mails_of(with_rule({"SubjectContainsWords": ["tender"]}), Policy(()))

    subject = parse(mails["rule-own-and-relay"].item.content).subject
    assert "Quotation for March Secure tender" == subject


def test_an_exception_has_a_mail_that_only_it_keeps_from_the_rule():
    world = with_rule(
        {
            "SubjectContainsWords": ["tender"],
            "ExceptIfFrom": ["payroll@contoso.example"],
            "ExceptIfHeaderContainsMessageHeader": "X-Skip",
            "ExceptIfHeaderContainsWords": ["yes"],
        }
    )
    mails, _ = mails_of(world)

    assert ("yes",) == parse(mails["rule-own-except-1"].item.content).values("X-Skip")
    assert address("payroll") == mails["rule-own-except-2"].item.envelope.reverse_path


def test_rules_with_alike_names_have_ids_of_their_own():
    rules = tuple(
        {"Name": name, "SubjectContainsWords": [word], **DID}
        for name, word in (("Räp 1", "one"), ("rap-1", "two"), ("日本", "three"))
    )
    mails, _ = mails_of(online((*rules, *AS_MEANT)))

    assert {"rule-rap-1", "rule-rap-1-2", "rule-2"} <= set(mails)


def test_a_rule_that_is_off_or_asks_nothing_has_no_mail_of_its_own():
    mails, unwritten = mails_of(
        online(
            (
                {"Name": "Off", "State": "Disabled", "SubjectContainsWords": ["x"]},
                {"Name": "All", **DID},
                *AS_MEANT,
            )
        )
    )

    assert not {"rule-off", "rule-all"} & set(mails)
    assert not {"Off", "All"} & {rule for rule, _, _ in unwritten}


@pytest.mark.parametrize(
    "action",
    [
        {"RejectMessageReasonText": "no"},
        {"DeleteMessage": True},
        {"RedirectMessageTo": ["bob@contoso.example"]},
    ],
    ids=lambda action: next(iter(action)),
)
def test_what_a_rule_does_on_purpose_to_its_own_words_is_no_finding(action):
    world = online(
        ({"Name": "Own", "SubjectContainsWords": ["tender"], **action}, *AS_MEANT)
    )
    found = derive_of(POLICY, world)
    report = check(world, POLICY, found.mails, at=NOON, unwritten=found.unwritten)

    own = next(entry for entry in report.mails if entry.mail.id == "rule-own")
    assert () == own.findings
    assert Disposition.PLAIN not in {d.disposition for d in own.outcome.deliveries}


def test_mail_that_must_be_secure_may_not_vanish_untold():
    world = online(
        (
            {
                "Name": "Own",
                "SubjectContainsWords": ["tender"],
                "DeleteMessage": True,
            },
            *AS_MEANT,
        )
    )
    report = check(world, POLICY, derive_of(POLICY, world).mails, at=NOON)

    both = next(e for e in report.mails if e.mail.id == "rule-own-and-word")
    assert [FindingKind.LOSS] == [finding.kind for finding in both.findings]


def dated(**dates):
    first, *others = AS_MEANT
    return online(({**first, **dates}, *others))


def test_mail_is_sent_just_before_and_just_after_a_date():
    world = dated(ExpiryDate="2026-06-01T00:00:00Z")
    mails, _ = mails_of(world)
    moment = next(r for r in world.organization.rules if r.ends).ends.at

    before = mails["rule-zivver-word-before-expiry-word"]
    after = mails["rule-zivver-word-after-expiry-word"]
    assert (moment - timedelta(minutes=1), moment + timedelta(minutes=1)) == (
        before.at,
        after.at,
    )


def test_a_date_without_a_zone_is_past_in_every_zone_or_in_none():
    world = dated(ActivationDate="2026-06-01T00:00:00")
    mails, _ = mails_of(world)
    span = (
        mails["rule-zivver-word-after-activation-word"].at
        - mails["rule-zivver-word-before-activation-word"].at
    )
    assert timedelta(hours=26, minutes=2) == span


def test_a_check_follows_a_rule_to_its_end():
    world = dated(ExpiryDate="2026-06-01T00:00:00Z")
    report = check(world, POLICY, derive_of(POLICY, world).mails, at=NOON)

    (leak,) = [s for s in report.sorts if s.kind is FindingKind.LEAK]
    assert "rule-zivver-word-after-expiry-word" in {mail.id for mail in leak.mails}
    assert "its ExpiryDate has passed" == leak.blame.why


def test_what_is_past_is_left_out_of_a_check():
    world = dated(ExpiryDate="2026-02-01T00:00:00Z")
    report = check(world, POLICY, derive_of(POLICY, world).mails, at=NOON)

    assert not [entry for entry in report.mails if entry.mail.at]


def test_an_application_and_others_send_what_a_row_speaks_of():
    inbound = InboundConnector(
        "Printers",
        is_enabled=True,
        networks=(ip_network("192.0.2.0/24"),),
        treats_as_internal=True,
    )
    mails, _ = mails_of(online(inbound_connectors=(inbound,)))

    assert None is mails["word-anonymous"].item.submission.authenticated
    assert address("bob") == mails["word-on-behalf"].item.submission.authenticated
    assert parse(mails["word-reply"].item.content).values("In-Reply-To")
    assert address("anna") in mails["word-answer"].item.envelope.recipients


def test_somebody_without_an_account_at_zivver_sends_too():
    world = online()
    accounts = world.zivver.accounts[:1]
    world = replace(world, zivver=replace(world.zivver, accounts=accounts))
    mails, _ = mails_of(world)

    sender = mails["word-from-without-account"].item.envelope.reverse_path
    assert sender not in {account.addresses for account in accounts}

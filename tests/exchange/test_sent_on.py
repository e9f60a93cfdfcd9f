"""What mailboxes and journals make of a mail that has arrived."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.exchange.automatic import Audience, AutoReply
from fakes.exchange.inbox import LOOP_HEADER, InboxRule
from fakes.exchange.journal import JournalRule, JournalScope
from fakes.exchange.organization import AcceptedDomain, DomainType, Platform
from fakes.exchange.readings import Readings
from fakes.exchange.remote_domain import RemoteDomain
from fakes.mail.content import parse
from fakes.mail.item import Carries, ItemKind
from tests.exchange.at_hand import (
    ANNA,
    AT,
    AUDIT,
    BOB,
    CLEO,
    DOMAINS,
    REJECT,
    SETTLED,
    address,
    asked,
    hits,
    mail,
    passed,
    tenant,
)

VAULT = address("vault@archive.example")
HOUR = timedelta(hours=1)


def children(item, organization, **more):
    return passed(item, organization, **more).children


def with_rules(*rules, **fields):
    return tenant(inbox_rules=rules, **fields)


def to_audit(**fields):
    given = {"mailbox": "Bob", "name": "Away", "redirects_to": ("Audit",)}
    return InboxRule(**given | fields)


# ------------------------------------------------------------------ inbox rules


def test_a_forward_is_from_the_mailbox_and_holds_the_body():
    rule = to_audit(redirects_to=(), forwards_to=("Audit",))
    item = mail("stock", to=(BOB,), headers="X-Class: secret\r\n", body="the text")
    (made,) = children(item, with_rules(rule))
    parsed = parse(made.content)
    assert (ItemKind.FORWARD, Carries.WHOLE, 1) == (
        made.kind,
        made.carries,
        made.generation,
    )
    assert (BOB, (AUDIT,)) == (made.envelope.reverse_path, made.envelope.recipients)
    assert ("FW: stock", (str(BOB),)) == (parsed.subject, parsed.values("From"))
    assert (("secret",), b"the text") == (parsed.values("X-Class"), parsed.body)
    assert (str(BOB),) == parsed.values(LOOP_HEADER)


def test_a_forward_may_lose_the_fields_of_the_mail():
    rule = to_audit(redirects_to=(), forwards_to=("Audit",))
    item = mail(to=(BOB,), headers="X-Class: secret\r\nMIME-Version: 1.0\r\n")
    lost = replace(SETTLED, forward_keeps_fields="no")
    (made,) = children(item, with_rules(rule, readings=lost))
    parsed = parse(made.content)
    assert ((), ("1.0",)) == (parsed.values("X-Class"), parsed.values("MIME-Version"))
    bare = mail(to=(BOB,))
    open_ = replace(SETTLED, settled=frozenset())
    assert set() == asked(bare, with_rules(rule, readings=open_))


def test_a_redirect_is_the_mail_as_it_was_and_names_the_mailbox():
    # field-cases#redirect-sender
    item = mail("stock", to=(BOB,))
    (made,) = children(item, with_rules(to_audit()))
    parsed = parse(made.content)
    assert (ItemKind.REDIRECT, ANNA) == (made.kind, made.envelope.reverse_path)
    assert ("stock", (str(ANNA),)) == (parsed.subject, parsed.values("From"))
    assert (str(BOB),) == parsed.values("Resent-From")
    assert made.content.raw.endswith(item.content.raw)


def test_an_attached_mail_lies_within_another():
    rule = to_audit(redirects_to=(), attaches_to=("Audit",))
    item = mail("stock", to=(BOB,), headers=f"{LOOP_HEADER}: x@fabrikam.example\r\n")
    (made,) = children(item, with_rules(rule, platform=Platform.SERVER))
    parsed = parse(made.content)
    assert b"message/rfc822" in parsed.body
    assert (str(BOB), "x@fabrikam.example") == parsed.values(LOOP_HEADER)


@pytest.mark.parametrize(
    ("platform", "times", "sends"),
    [
        (Platform.ONLINE, 0, True),
        (Platform.ONLINE, 1, False),
        (Platform.SERVER, 2, True),
        (Platform.SERVER, 3, False),
    ],
)
def test_the_stamp_limits_how_often_it_is_sent_on(platform, times, sends):
    # exchange-routing#8
    item = mail(to=(BOB,), headers=f"{LOOP_HEADER}: x@y.example\r\n" * times)
    made = children(item, with_rules(to_audit(), platform=platform))
    assert sends == bool(made)


def test_another_persons_rules_are_none_of_the_mailbox():
    assert () == children(mail(to=(AUDIT,)), with_rules(to_audit()))
    alias = to_audit(mailbox="robert@contoso.example")
    assert 1 == len(children(mail(to=(BOB,)), with_rules(alias)))


def test_a_rule_of_a_mailbox_that_was_not_exported_may_be_anybodys():
    stranger = to_audit(mailbox="contoso.example/Users/x")
    questions = asked(mail(to=(BOB,)), with_rules(stranger))
    assert {"inbox rule Away of bob@contoso.example"} == questions


def test_what_exchange_writes_meets_no_inbox_rule():
    report = replace(mail(to=(BOB,)), kind=ItemKind.REPORT)
    assert () == children(report, with_rules(to_audit()))


def test_a_stop_ends_the_rules_after_it_and_asks_only_where_some_act():
    stop = InboxRule("Bob", "Stop", conditions=("From",), stops=True)
    last = to_audit(priority=1)
    item = mail(to=(BOB,))
    assert set() == asked(item, with_rules(stop))
    assert {"inbox rule Stop of bob@contoso.example"} == asked(
        item, with_rules(stop, last)
    )
    assert () == children(item, with_rules(replace(stop, conditions=()), last))


def test_what_is_taken_for_granted_of_a_mailbox_is_said():
    assert {
        "no mailbox forwards its mail",
        "no inbox rule sends mail on",
        "no journal rule sends copies on",
        "no recipient here keeps anybody from writing to it",
    } == set(
        passed(mail(to=(BOB,)), tenant(inbox_rules=None, journal_rules=None)).assumed
    )


# -------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("fields", "sender", "answers"),
    [
        ({}, ANNA, True),
        ({}, CLEO, True),
        ({"audience": Audience.NONE}, CLEO, False),
        ({"audience": Audience.NONE}, ANNA, True),
        ({"audience": Audience.KNOWN}, CLEO, True),
        ({"starts": AT - HOUR, "ends": AT + HOUR}, CLEO, True),
        ({"starts": AT + HOUR}, CLEO, False),
        ({"ends": AT}, CLEO, False),
        ({"mailbox": "Audit"}, CLEO, False),
    ],
)
def test_a_mailbox_answers_at_its_times_and_to_its_audience(fields, sender, answers):
    reply = AutoReply(**{"mailbox": "Bob"} | fields)
    made = children(
        mail("stock", to=(BOB,), sender=sender), tenant(auto_replies=(reply,))
    )
    assert answers == bool(made)
    for child in made:
        assert (ItemKind.AUTO_REPLY, Carries.SUBJECT) == (child.kind, child.carries)
        assert (None, (sender,)) == (
            child.envelope.reverse_path,
            child.envelope.recipients,
        )
        assert "Automatic reply: stock" == parse(child.content).subject


def test_a_remote_domain_may_get_no_answers():
    silent = RemoteDomain("x", "fabrikam.example", replies=False)
    organization = tenant(auto_replies=(AutoReply("Bob"),), remote_domains=(silent,))
    assert () == children(mail(to=(BOB,), sender=CLEO), organization)


@pytest.mark.parametrize(
    "more",
    [
        {"headers": "Auto-Submitted: auto-generated\r\n"},
        {"headers": "X-Auto-Response-Suppress: DR, OOF\r\n"},
        {"headers": "X-Auto-Response-Suppress: All\r\n"},
        {"reverse_path": None},
    ],
)
def test_what_a_program_sent_is_not_answered(more):
    organization = tenant(auto_replies=(AutoReply("Bob"),))
    assert () == children(mail(to=(BOB,), **more), organization)
    said = mail(to=(BOB,), headers="Auto-Submitted: no\r\n")
    assert 1 == len(children(said, organization))


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("Disposition-Notification-To", "Read: hello"),
        ("Return-Receipt-To", "Delivered: hello"),
    ],
)
def test_a_receipt_goes_to_whom_the_mail_names(field, subject):
    item = mail(to=(BOB,), headers=f"{field}: {CLEO}\r\n")
    (made,) = children(item, tenant())
    assert (ItemKind.RECEIPT, None) == (made.kind, made.envelope.reverse_path)
    assert subject == parse(made.content).subject


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (to_audit(redirects_to=(), forwards_to=("Audit",)), "AutoForward"),
        (to_audit(redirects_to=(), attaches_to=("Audit",)), "AutoForward"),
        (to_audit(), None),
    ],
)
def test_a_rule_knows_what_an_inbox_rule_has_made(rule, kind):
    # exchange-rules#3.6
    (made,) = children(mail(to=(BOB,)), with_rules(rule))
    assert kind == types_of(made)


def test_a_rule_knows_an_automatic_reply_and_a_receipt():
    # exchange-rules#3.6
    organization = tenant(auto_replies=(AutoReply("Bob"),))
    asks = f"Return-Receipt-To: {ANNA}\r\n"
    made = children(mail(to=(BOB,), headers=asks), organization)
    assert ["OOF", "ReadReceipt"] == [types_of(child) for child in made]


def types_of(item):
    """The type that a rule takes it for; asserts that nothing is open."""
    kinds = ("AutoForward", "OOF", "ReadReceipt")
    strict = [
        tenant({"MessageTypeMatches": kind, "Quarantine": True}) for kind in kinds
    ]
    assert all(set() == asked(item, organization) for organization in strict)
    taken = (kind for kind in kinds if hits({"MessageTypeMatches": kind}, item))
    return next(taken, None)


# ----------------------------------------------------------------- journaling


def journals(item, *rules, **fields):
    made = children(item, tenant(journal_rules=rules, **fields))
    return [child.kind for child in made]


JOURNAL = [ItemKind.JOURNAL]


@pytest.mark.parametrize(
    ("scope", "to", "expected"),
    [
        (JournalScope.GLOBAL, CLEO, JOURNAL),
        (JournalScope.GLOBAL, BOB, JOURNAL),
        (JournalScope.EXTERNAL, CLEO, JOURNAL),
        (JournalScope.EXTERNAL, BOB, []),
        (JournalScope.INTERNAL, CLEO, []),
        (JournalScope.INTERNAL, BOB, JOURNAL),
    ],
)
def test_a_journal_rule_takes_mail_of_its_scope(scope, to, expected):
    rule = JournalRule("Archive", VAULT, scope=scope)
    assert expected == journals(mail(to=(to,)), rule)


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [(str(ANNA), JOURNAL), (str(BOB), JOURNAL), (str(AUDIT), [])],
)
def test_a_journal_rule_may_be_of_one_person(recipient, expected):
    rule = JournalRule("Archive", VAULT, recipient)
    assert expected == journals(mail(to=(BOB,)), rule)


def test_a_journal_rule_that_is_off_takes_nothing():
    assert [] == journals(mail(), JournalRule("Archive", VAULT, is_enabled=False))


def test_a_journal_rule_of_somebody_unknown_may_take_it():
    rule = JournalRule("Archive", VAULT, "Directors")
    questions = asked(mail(), tenant(journal_rules=(rule,)))
    assert {"journal rule Archive"} == questions


def test_a_domain_that_only_passes_on_is_outside_to_a_journal():
    relay = AcceptedDomain("fabrikam.example", DomainType.EXTERNAL_RELAY)
    rule = JournalRule("Archive", VAULT, scope=JournalScope.INTERNAL)
    assert [] == journals(mail(), rule, accepted_domains=(*DOMAINS, relay))


def test_a_report_holds_the_mail_and_is_journaled_by_nobody():
    rule = JournalRule("Archive", VAULT)
    item = mail("stock", reverse_path=None)
    (report,) = children(item, tenant(journal_rules=(rule,)))
    assert (Carries.WHOLE, (VAULT,)) == (report.carries, report.envelope.recipients)
    assert b"Sender: <>" in report.content.raw
    assert report.content.raw.count(item.content.raw) == 1
    assert [] == journals(report, rule)


@pytest.mark.parametrize(
    ("action", "scope", "expected"),
    [
        ({"DeleteMessage": True}, JournalScope.GLOBAL, {"journal_of_ended"}),
        (REJECT, JournalScope.GLOBAL, {"journal_of_ended"}),
        # Nobody asks of what no journal rule takes.
        (REJECT, JournalScope.INTERNAL, set()),
        # What waits for somebody is journaled when it goes on.
        ({"Quarantine": True}, JournalScope.GLOBAL, set()),
    ],
)
def test_whether_what_a_rule_ends_is_journaled_is_open(action, scope, expected):
    rule = JournalRule("Archive", VAULT, scope=scope)
    organization = tenant(action, journal_rules=(rule,), readings=Readings())
    assert expected == asked(mail(), organization)


@pytest.mark.parametrize(
    ("answer", "expected"), [("left-out", []), ("journaled", JOURNAL)]
)
def test_what_a_rule_ends_is_journaled_by_the_answer(answer, expected):
    readings = replace(SETTLED, journal_of_ended=answer)
    organization = tenant(
        {"DeleteMessage": True},
        journal_rules=(JournalRule("Archive", VAULT),),
        readings=readings,
    )
    made = children(mail(), organization)
    assert expected == [child.kind for child in made]

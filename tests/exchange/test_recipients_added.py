"""Actions that add recipients, the sender's manager, and moderation."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import Directory, Recipient, RecipientKind
from fakes.exchange.rules.rule import RuleError
from fakes.mail.content import parse
from fakes.mail.item import Carries, ItemKind
from tests.exchange.at_hand import (
    ANNA,
    AUDIT,
    BARE,
    BOB,
    CLEO,
    DIRECTORY,
    DIRK,
    OUTSIDE,
    REJECT,
    address,
    ends,
    every_end,
    mail,
    passed,
    rule,
    sent,
    tenant,
)

BY_MX = ("mx", None, str(CLEO))
UNKNOWN = ("unknown", None, None)
MODERATED = ("moderated", None, None)
TO_AUDIT = ("mailbox", None, str(AUDIT))
BY_MANAGER = {"ModerateMessageByManager": True}


def with_manager(manager, **more):
    """The directory with a manager of Anna's: a name, "" for none, None unknown."""
    others = tuple(entry for entry in DIRECTORY.recipients if entry.primary != ANNA)
    anna = Recipient("Anna", RecipientKind.MAILBOX, ANNA, manager=manager)
    return Directory((anna, *others), **more)


@pytest.mark.parametrize(
    ("name", "field"), [("AddToRecipients", "To"), ("CopyTo", "Cc")]
)
def test_who_is_added_to_a_field_is_seen_there(name, field):
    # exchange-rules#5
    result = passed(mail(headers="Cc: eve@x.example\r\n"), tenant({name: ["Audit"]}))
    (written,) = parse(sent(result)).unfolded(field)
    assert written.endswith(f", {AUDIT}")
    assert {TO_AUDIT} == ends(mail(), tenant({name: ["Audit"]}))[None]


def test_a_field_that_is_not_there_is_written():
    result = passed(mail(), tenant({"CopyTo": ["Audit", "Bob"]}))
    assert (f"{AUDIT}, {BOB}",) == parse(sent(result)).unfolded("Cc")


def test_who_stands_in_the_field_already_is_not_written_twice():
    item = mail(to=(CLEO, AUDIT))
    result = passed(item, tenant({"AddToRecipients": ["Audit"]}))
    assert parse(item.content).named("To") == parse(sent(result)).named("To")


def test_who_is_added_is_seen_beside_an_address_that_ends_as_his_does():
    item = mail(to=(CLEO, address(f"not.{AUDIT}")))
    result = passed(item, tenant({"AddToRecipients": ["Audit"]}))
    (written,) = parse(sent(result)).unfolded("To")
    assert written.endswith(f", {AUDIT}")


def test_a_matched_part_alone_shows_who_was_added():
    some = {"RecipientDomainIs": ["fabrikam.example"], "CopyTo": ["Audit"]}
    result = passed(mail(to=(CLEO, DIRK)), tenant(some))
    seen = {
        out.handoff.envelope.recipients: parse(out.handoff.content).unfolded("Cc")
        for out in result.outgoing
    }
    assert {(CLEO,): (str(AUDIT),), (DIRK,): ()} == seen


def test_rules_that_add_more_than_the_limit_end_in_the_unknown():
    # exchange-rules#R-48
    many = [f"p{n}@wingtip.example" for n in range(101)]
    assert {UNKNOWN} == ends(mail(), tenant({"BlindCopyTo": many}))[CLEO]
    assert {BY_MX} == ends(mail(), tenant({"BlindCopyTo": many[:100]}))[CLEO]
    small = replace(tenant({"BlindCopyTo": many[:3]}), added_recipients_limit=2)
    assert {UNKNOWN} == ends(mail(), small)[CLEO]


# ---------------------------------------------------------------------- the manager


@pytest.mark.parametrize(
    ("kind", "field"), [("To", "To"), ("Cc", "Cc"), ("Bcc", "Bcc")]
)
def test_the_manager_gets_a_copy(kind, field):
    # exchange-rules#5
    rules = tenant({"AddManagerAsRecipientType": kind}, directory=with_manager("Audit"))
    assert {CLEO: {BY_MX}, None: {TO_AUDIT}} == ends(mail(), rules)
    written = "".join(parse(sent(passed(mail(), rules))).unfolded(field))
    assert (kind != "Bcc") == (str(AUDIT) in written)


def test_the_manager_alone_gets_what_is_redirected():
    rules = tenant(
        {"AddManagerAsRecipientType": "Redirect"}, directory=with_manager("Audit")
    )
    assert {CLEO: {TO_AUDIT}} == ends(mail(), rules)


@pytest.mark.parametrize("directory", [with_manager(""), Directory((), is_whole=True)])
@pytest.mark.parametrize(
    "given",
    [
        {"AddManagerAsRecipientType": "To"},
        {"AddManagerAsRecipientType": "Redirect"},
        BY_MANAGER,
    ],
)
def test_without_a_manager_nothing_happens(given, directory):
    # exchange-rules#v64
    assert [{CLEO: {BY_MX}}] == every_end(mail(), tenant(given, directory=directory))


def test_a_mail_without_a_sender_has_no_manager():
    item = mail(raw=b"Subject: x\r\n\r\ntext", reverse_path=None)
    directory = with_manager("Audit")
    assert {CLEO: {BY_MX}} == ends(item, tenant(BY_MANAGER, directory=directory))


@pytest.mark.parametrize(
    "directory", [with_manager(None), None, Directory((), is_whole=False)]
)
def test_a_manager_that_was_not_exported_may_be_anybody(directory):
    def ways(given):
        return every_end(mail(), tenant(given, directory=directory))

    somebody = ("report", None, "somebody@not-exported.invalid")
    nothing, something = ways({"AddManagerAsRecipientType": "Cc"})
    assert {CLEO: {BY_MX}} == nothing
    assert {CLEO: {BY_MX}, None: {somebody}} == something
    assert [{CLEO: {BY_MX}}, {CLEO: {UNKNOWN}}] == ways(
        {"AddManagerAsRecipientType": "Redirect"}
    )
    assert [{CLEO: {BY_MX}}, {CLEO: {MODERATED}, None: {somebody}}] == ways(BY_MANAGER)


# ----------------------------------------------------------------------- moderation


def test_a_moderated_mail_waits_and_the_moderators_get_the_whole_of_it():
    # exchange-rules#v63, exchange-rules#5.2
    given = {"ModerateMessageByUser": ["Audit", "Bob"]}
    result = passed(mail("stock"), tenant(given, {"PrependSubject": "late "}))
    (ended,) = result.ended
    assert ("moderated", True) == (ended.ending.kind, ended.ending.is_told)
    assert "approved, it goes on with the rule after" in ended.ending.why
    assert [(AUDIT,), (BOB,)] == [c.envelope.recipients for c in result.children]
    for request in result.children:
        assert (ItemKind.APPROVAL, Carries.WHOLE) == (request.kind, request.carries)
        assert b"Subject: stock" in request.content.raw


def test_each_part_is_approved_apart():
    # exchange-rules#5.2
    some = {"SentTo": ["Bob"], "ModerateMessageByUser": ["Audit"]}
    found = ends(mail(to=(BOB, CLEO)), tenant(some))
    assert {BOB: {MODERATED}, CLEO: {BY_MX}} == {BOB: found[BOB], CLEO: found[CLEO]}


def test_the_manager_moderates():
    rules = tenant(BY_MANAGER, directory=with_manager("Audit"))
    assert {MODERATED} == ends(mail(), rules)[CLEO]


def test_a_moderator_that_no_export_knows_is_named():
    found = ends(mail(), tenant({"ModerateMessageByUser": ["Zoe"]}))
    assert {MODERATED} == found[CLEO]
    assert {("report", None, "somebody@not-exported.invalid")} == found[None]


def test_a_mail_that_was_moderated_before_is_dropped_in_silence():
    # exchange-rules#5.2
    item = mail(headers="X-MS-Exchange-Moderation-Loop: 1\r\n")
    result = passed(item, tenant({"ModerateMessageByUser": ["Audit"]}))
    (ended,) = result.ended
    assert ("deleted", False) == (ended.ending.kind, ended.ending.is_told)


def test_a_rejected_mail_is_not_moderated():
    rules = [REJECT, {"ModerateMessageByUser": ["Audit"]}, {"BlindCopyTo": ["Bob"]}]
    on = replace(BARE.readings, reject_ends_rules="no")
    found = ends(mail(), tenant(*rules, readings=on))
    assert {("rejected", None, None)} == found[CLEO]


# ------------------------------------------------------------- what is not taken


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (REJECT | {"RedirectMessageTo": ["Bob"]}, "cannot reject a mail and redirect"),
        (
            {"ModerateMessageByUser": ["Bob"], "PrependSubject": "x"},
            "allows no other action, and here is `PrependSubject`",
        ),
        (BY_MANAGER | {"DeleteMessage": True}, "allows no other action"),
        ({"AddManagerAsRecipientType": "Boss"}, "expected To, Cc, Bcc, Redirect"),
    ],
)
def test_actions_that_exclude_each_other_are_refused(given, said):
    # exchange-rules#R-37
    with pytest.raises(RuleError, match=said):
        rule(given)


def test_a_severity_may_stand_beside_a_moderation():
    given = {"ModerateMessageByUser": ["Bob"], "SetAuditSeverity": "Low"}
    assert 2 == len(rule(given).actions)


def test_a_stranger_has_no_manager_here():
    item = mail(sender=address("eve@x.example"), to=(BOB,), submission=OUTSIDE)
    at_home = {BOB: {("mailbox", None, str(BOB))}}
    assert at_home == ends(item, tenant(BY_MANAGER))

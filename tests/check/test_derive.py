"""Mails derived from a policy: each is what it was made for."""

import importlib
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mail.address import Address
from fakes.mail.content import parse
from harness.check import TenantFacts, derive, facts_of
from harness.duty import Duty, Obligation
from harness.policy import parse_policy
from tests.check.tenants import GUID, POLICY, address, online, server

FACTS = facts_of(online())
ALL = derive(POLICY, FACTS).mails
BY_ID = {mail.id: mail for mail in ALL}


def row(text, more=""):
    return parse_policy(f"[[must_be_secure]]\n{text}\n{more}")


def test_the_same_policy_and_tenant_give_the_same_mails():
    assert derive(POLICY, FACTS) == derive(POLICY, FACTS)


def test_every_id_and_every_sort_is_there_once():
    assert len(ALL) == len(BY_ID) == len({mail.sort for mail in ALL})


def test_every_row_has_mails_that_meet_it_and_near_misses():
    for name in ("word", "label", "sender"):
        own = [mail for mail in ALL if mail.intent.row == name]
        assert 3 < sum(mail.intent.is_met for mail in own)
        assert 3 < sum(mail.intent.near_miss_of == name for mail in own)


def test_a_mail_that_meets_its_row_says_so_in_its_duties():
    for mail in ALL:
        named = {name for duty in mail.duties for name in duty.rows}
        assert mail.intent.is_met is (mail.intent.row in named)


@pytest.mark.parametrize("mail", ALL, ids=lambda mail: mail.id)
def test_a_derived_mail_is_real_mime_with_crlf(mail):
    raw = mail.item.content.raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=default)
    assert not any(part.defects for part in message.walk())
    assert {"from", "to", "date", "message-id"} <= {key.lower() for key in message}


@pytest.mark.parametrize(
    ("id_", "subject"),
    [
        ("word-start", "Secure Quotation for March"),
        ("word-other-case", "Quotation SECURE for March"),
        ("word-split", "Quotation Secure \u2013 for March"),
        ("word-quoted", "Quotation Secure \u2013 for March"),
        ("word-folded", "Quotation, Secure Quotation for March"),
        ("word-longer", "Quotation Secured for March"),
        ("word-look-alike", "Quotation Secur\u0435 for March"),
        ("word-body-only", "Quotation for March"),
    ],
)
def test_a_subject_is_written_as_its_sort_says(id_, subject):
    assert subject == parse(BY_ID[id_].item.content).subject


def test_who_is_in_bcc_stands_in_the_envelope_only():
    item = BY_ID["word-bcc"].item
    shown = parse(item.content)
    hidden = item.envelope.recipients[1]
    assert str(hidden) not in "".join(shown.values("To") + shown.values("Cc"))


def test_mail_from_strangers_is_anonymous_and_must_be_plain():
    for id_ in ("word-stranger", "label-stranger", "sender-forged", "everyday-inbound"):
        mail = BY_ID[id_]
        assert mail.item.submission.authenticated is None
        assert {Obligation.MUST_BE_PLAIN} == {d.obligation for d in mail.duties}


def test_an_attachment_with_the_label_is_beyond_rules_where_it_counts():
    policy = row(f'label = "{GUID}"\nlabel_on = ["mail", "attachment"]')
    mails = {mail.id: mail for mail in derive(policy, FACTS).mails}
    for id_ in ("label-attachment", "label-attachment-new"):
        assert mails[id_].duties[0].is_beyond_rules
    assert not mails["label-outlook-desktop"].duties[0].is_beyond_rules


def test_an_application_without_login_needs_a_connector_that_knows_it():
    assert "sender-anonymous" not in BY_ID
    source = FACTS.stranger
    mails = derive(POLICY, replace(FACTS, application=source)).mails
    (found,) = [mail for mail in mails if mail.id == "sender-anonymous"]
    assert source == found.item.submission.source


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('sender = "payroll@fabrikam.example"', "payroll@fabrikam.example"),
        ('subject = "Secure"\nfrom = "fabrikam.example"', "fabrikam.example"),
        (
            'sender = "bob@contoso.example"\nfrom = "anna@contoso.example"',
            "no sender of ours fits",
        ),
    ],
)
def test_a_row_that_nobody_of_ours_can_meet_is_vacuous(text, why):
    (found,) = derive(row(text), FACTS).vacuous
    assert why in found.why


def test_a_group_does_not_send():
    pilot = Address("pilot", "contoso.example")
    facts = replace(FACTS, groups=frozenset({pilot}))
    policy = row(f'subject = "Secure"\nfrom = "{pilot}"')
    (found,) = derive(policy, facts).vacuous
    assert "pilot@contoso.example is a group, and groups do not send" == found.why


def test_a_near_miss_of_one_row_that_another_row_means_is_left_out():
    policy = row('subject = "Secure"', '[[must_be_secure]]\nsubject = "Secured"')
    assert "word-longer" not in {mail.id for mail in derive(policy, FACTS).mails}


def test_a_policy_that_sees_something_else_than_was_meant_is_our_fault(monkeypatch):
    def blind(policy, item, *, own_domains):
        del policy, own_domains
        return tuple(
            Duty(who, Obligation.MUST_BE_PLAIN) for who in item.envelope.recipients
        )

    module = importlib.import_module("harness.check.derive")
    monkeypatch.setattr(module, "judge", blind)
    with pytest.raises(AssertionError, match="word-start: made for"):
        derive(POLICY, FACTS)


def test_without_accepted_domains_nothing_that_a_row_means_can_be_told():
    world = online(accepted_domains=None)
    mails = {mail.id: mail for mail in derive(POLICY, facts_of(world)).mails}
    assert Obligation.CANNOT_TELL is mails["word-start"].duties[0].obligation
    assert Obligation.MUST_BE_PLAIN is mails["everyday-outside"].duties[0].obligation


def test_facts_know_people_domains_and_aliases():
    facts = facts_of(server())
    assert ("contoso.example", "relay.example") == facts.own_domains
    assert tuple(map(address, ("anna", "bob", "payroll"))) == facts.people


PHRASES = st.text(
    st.characters(categories=("L", "N", "P", "Zs"), max_codepoint=0x24F), min_size=1
)
AUDIENCES = st.sampled_from(["outside", "inside", "anyone"])


@given(PHRASES.filter(lambda text: any(c.isalnum() for c in text)), AUDIENCES)
def test_any_phrase_gives_mails_that_are_what_they_were_made_for(phrase, to):
    quoted = phrase.replace("\\", "\\\\").replace('"', '\\"')
    policy = row(f'subject = "{quoted}"\nto = "{to}"')
    assert not derive(policy, FACTS).vacuous


@given(
    st.frozensets(st.sampled_from(["mail", "attachment"]), min_size=1),
    AUDIENCES,
    st.booleans(),
)
def test_any_label_row_gives_mails_that_are_what_they_were_made_for(on, to, bare):
    policy = row(f'label = "{GUID}"\nlabel_on = {sorted(on)}\nto = "{to}"')
    facts = TenantFacts(("contoso.example",)) if bare else FACTS
    assert not derive(policy, facts).vacuous

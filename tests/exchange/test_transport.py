"""One pass of a mail: the session, the hand-offs, who is told."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from fakes.choices import Choices
from fakes.exchange.arrival import (
    accept,
    inbound_connector,
    refuse_content,
    refuse_recipient,
)
from fakes.exchange.organization import (
    Directory,
    InboundConnector,
    Platform,
    Recipient,
)
from fakes.exchange.organization import RecipientKind as Kind
from fakes.exchange.rules.fork import Way
from fakes.mail.content import Content
from fakes.mail.item import ItemKind, Submission
from fakes.trace import StepKind
from tests.exchange.at_hand import (
    ALIAS,
    ANNA,
    BARE,
    BOB,
    CLEO,
    CONTACT,
    DIRECTORY,
    DIRK,
    FOREIGN,
    OUTSIDE,
    REJECT,
    RELAY,
    ROUTE,
    address,
    asked,
    every_end,
    mail,
    open_tenant,
    passed,
    tenant,
)

NOBODY = address("nobody@contoso.example")
FROM_HOST = Submission(source=ip_address("192.0.2.9"))


def inbound(name, network, **fields):
    given = {"is_enabled": True, "treats_as_internal": False} | fields
    return InboundConnector(name, networks=(ip_network(network),), **given)


WIDE, CLOSE = inbound("wide", "192.0.2.0/24"), inbound("close", "192.0.2.8/30")


def test_the_closest_network_is_the_connector_of_a_session():
    both = replace(BARE, inbound_connectors=(WIDE, CLOSE))
    assert CLOSE == inbound_connector(FROM_HOST, both)
    off = replace(BARE, inbound_connectors=(WIDE, replace(CLOSE, is_enabled=False)))
    assert WIDE == inbound_connector(FROM_HOST, off)
    other = Submission(source=ip_address("2001:db8::1"))
    assert None is inbound_connector(other, both)
    assert None is inbound_connector(OUTSIDE, both)


@pytest.mark.parametrize(
    ("submission", "connectors", "is_internal", "why"),
    [
        (Submission(ANNA), (), True, "authenticated"),
        (OUTSIDE, (), False, "an anonymous session"),
        (FROM_HOST, (WIDE,), False, "not treated as internal"),
        (FROM_HOST, (replace(WIDE, treats_as_internal=True),), True, "`wide` treats"),
    ],
)
def test_a_session_is_inside_or_outside_and_says_why(
    submission, connectors, is_internal, why
):
    organization = replace(BARE, inbound_connectors=connectors)
    found = accept(submission, organization, Choices())
    assert is_internal is found.is_internal
    assert why in found.why


SCOPE = {"FromScope": "InOrganization", "Quarantine": True}


def test_whether_a_session_is_inside_is_not_guessed():
    item = mail(submission=FROM_HOST)
    assert 2 == len(every_end(item, tenant(SCOPE, inbound_connectors=None)))
    odd = replace(WIDE, unjudged=("RestrictDomainsToIPAddresses",))
    assert 2 == len(every_end(item, tenant(SCOPE, inbound_connectors=(odd,))))


def test_merging_does_not_hide_whether_a_session_is_inside():
    idle = {"SubjectContainsWords": ["absent"], "Quarantine": True}
    item = mail(submission=FROM_HOST)
    found = every_end(item, tenant(idle, SCOPE, inbound_connectors=None))
    assert 2 == len(found)


def test_an_inbound_and_an_outbound_connector_of_one_name_are_two_questions():
    odd = replace(WIDE, name="Relay", unjudged=("Odd",))
    out = replace(RELAY, unjudged=("Odd",))
    organization = tenant(
        SCOPE, ROUTE, inbound_connectors=(odd,), outbound_connectors=(out,)
    )
    assert 3 == len(every_end(mail(submission=FROM_HOST), organization))


# ------------------------------------------------------------------ at the door


def refused(who, submission, organization=BARE):
    said = refuse_recipient(who, submission, organization, Choices(), sender=ANNA)
    return str(said) if said else ""


BOARD = address("board@contoso.example")
CLOSED = Recipient("Board", Kind.MAILBOX, BOARD, needs_authenticated_sender=True)


@pytest.mark.parametrize(
    ("who", "code", "source"),
    [
        (BOB, "", "exchange-routing#B8"),
        (CONTACT, "", "exchange-routing#B8"),
        (NOBODY, "550 5.4.1", "exchange-routing#B18"),
        (CLEO, "550 5.7.64", "exchange-routing#E15"),
        (BOARD, "550 5.4.1", "exchange-routing#B9"),
    ],
)
def test_a_stranger_may_write_to_whom_we_know(who, code, source):
    organization = tenant(directory=Directory((*DIRECTORY.recipients, CLOSED)))
    assert refused(who, OUTSIDE, organization).startswith(code), source
    if not code:
        assert "" == refused(who, OUTSIDE, organization)
    assert "" == refused(who, Submission(ANNA), organization)


def test_a_server_says_in_its_own_words_that_it_is_no_open_relay():
    server = replace(BARE, platform=Platform.SERVER)
    assert refused(CLEO, OUTSIDE, server).startswith("550 5.7.54")


def test_a_host_may_relay_if_its_connector_lets_it():
    relays = replace(BARE, inbound_connectors=(replace(WIDE, relays=True),))
    closed = replace(BARE, inbound_connectors=(replace(WIDE, relays=False),))
    assert "" == refused(CLEO, FROM_HOST, relays)
    assert refused(CLEO, FROM_HOST, closed).startswith("550 5.7.64")


def test_whether_a_host_may_relay_is_not_guessed():
    untold = replace(WIDE, relays=None, unjudged=("Odd",))
    organization = replace(BARE, inbound_connectors=(untold,))
    choices = Choices()
    assert refuse_recipient(CLEO, FROM_HOST, organization, choices, sender=ANNA)
    assert 2 == len({point.key for point in choices.met})
    pinned = Choices({choices.met[1].key: "relays"})
    assert None is refuse_recipient(CLEO, FROM_HOST, organization, pinned, sender=ANNA)


# ---------------------------------------------------------------- what comes out


def test_recipients_that_share_a_hop_share_a_transmission():
    # exchange-routing#X-16, field-cases#X-16
    result = passed(mail(to=(CLEO, DIRK, BOB)), tenant(ROUTE))
    (outgoing,) = result.outgoing
    assert (CLEO, DIRK, BOB) == outgoing.handoff.envelope.recipients


def test_two_mailboxes_elsewhere_take_two_transmissions():
    hosts = {o.handoff.hosts for o in passed(mail(to=(CLEO, DIRK)), tenant()).outgoing}
    assert {("mx.fabrikam.example",), ("mx.wingtip.example",)} == hosts


def test_an_address_given_twice_gets_one_copy():
    result = passed(mail(to=(CLEO, CLEO)), tenant())
    (outgoing,) = result.outgoing
    assert (CLEO,) == outgoing.handoff.envelope.recipients


def test_a_mailbox_and_its_alias_are_two_originals_at_one_address():
    result = passed(mail(to=(BOB, ALIAS)), tenant())
    assert [BOB, ALIAS] == [ended.leg.original for ended in result.ended]
    assert {BOB} == {ended.leg.address for ended in result.ended}


def test_a_contact_leaves_by_its_outside_address_and_the_way_is_kept():
    (outgoing,) = passed(mail(to=(CONTACT,)), tenant()).outgoing
    assert (FOREIGN,) == outgoing.handoff.envelope.recipients
    (leg,) = outgoing.legs
    assert (CONTACT, FOREIGN) == (leg.original, leg.address)
    assert Way.CONTACT in leg.ways


def test_the_trace_of_an_alias_tells_its_primary_address():
    steps = dict(passed(mail(to=(ALIAS,)), tenant()).steps)[ALIAS]
    (step,) = [step for step in steps if step.kind is StepKind.RESOLVED]
    assert str(BOB) in step.why


@pytest.mark.parametrize(
    ("item", "is_told"),
    [
        (mail(), True),
        (mail(reverse_path=None), False),
        (replace(mail(), kind=ItemKind.NDR), False),
    ],
)
def test_only_a_sender_that_can_be_told_is_told(item, is_told):
    # exchange-routing#6.2
    item = replace(item, envelope=replace(item.envelope, recipients=(NOBODY,)))
    (ended,) = passed(item, tenant(REJECT)).ended
    assert is_told is ended.ending.is_told


def test_nothing_is_asked_of_a_plain_mail_in_an_open_tenant():
    assert set() == asked(mail(to=(BOB, CLEO)), open_tenant(REJECT))


def at_the_door(*connectors, platform=Platform.SERVER):
    return replace(BARE, platform=platform, inbound_connectors=connectors)


def test_a_stranger_is_met_at_port_25_whatever_else_is_closer():
    # exchange-routing#2.1
    front = replace(WIDE, name="front", ports=frozenset({25}))
    submission = replace(WIDE, name="z", ports=frozenset({587}))
    assert front == inbound_connector(FROM_HOST, at_the_door(submission, front))
    assert submission == inbound_connector(FROM_HOST, at_the_door(submission))


def test_a_connector_without_anonymous_users_wants_a_login():
    closed = at_the_door(replace(WIDE, admits_anonymous=False))
    assert refused(BOB, FROM_HOST, closed).startswith("530 5.7.57")
    assert "" == refused(BOB, replace(FROM_HOST, authenticated=ANNA), closed)


def test_a_receive_connector_takes_mail_up_to_its_size():
    # exchange-routing#5.1
    small = at_the_door(replace(WIDE, max_size=10))
    content = Content(b"x" * 11)
    assert "5.3.4" in str(refuse_content(content, FROM_HOST, small))
    assert None is refuse_content(Content(b"x" * 10), FROM_HOST, small)
    assert None is refuse_content(content, Submission(ANNA), small)
    assert None is refuse_content(content, OUTSIDE, small)


@pytest.mark.parametrize(
    ("sender", "shown", "is_taken"),
    [
        (ANNA, None, True),
        (CLEO, None, False),
        (None, None, False),
        (CLEO, "mail.contoso.example", True),
        (CLEO, "contoso.example", True),
        (None, "*.contoso.example", True),
        (CLEO, "relay.fabrikam.example", False),
    ],
)
def test_what_comes_back_is_relayed_only_if_it_is_attributed(sender, shown, is_taken):
    # exchange-routing#E15, exchange-routing#7.4
    back = at_the_door(replace(WIDE, relays=True), platform=Platform.ONLINE)
    submission = replace(FROM_HOST, certificate=shown)
    said = refuse_recipient(CLEO, submission, back, Choices(), sender=sender)
    assert is_taken is (said is None)
    assert is_taken or str(said).startswith("550 5.7.64")
    assert None is refuse_recipient(BOB, submission, back, Choices(), sender=sender)

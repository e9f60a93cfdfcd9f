from dataclasses import replace

import pytest

from fakes.mail.acts import Dial, Greet, Leave
from fakes.mail.address import parse_address
from fakes.mail.content import Content
from fakes.mail.conversation import converse, perform, steps
from fakes.mail.habits import Habit, by_default
from fakes.mail.handoff import OpenSession, Stage, Transmission
from fakes.mail.offers import Offers
from fakes.mail.peer import Peer
from fakes.mail.seven_bit import as_seven_bit
from tests.smtp.cases import (
    ALL,
    ANNA,
    BOB,
    BOTH,
    CASES,
    CLEO,
    CLOSING,
    EIGHT_BIT,
    LOGIN,
    NAME,
    NAMED,
    NEVER,
    NO_TLS,
    SECOND,
    SIGNED,
    SPARE,
    TAKEN,
    UTF8_HEADER,
    VALIDATED,
    Seen,
    handoff,
    receiver,
)


def fate(transmission: Transmission, recipient) -> str:
    if recipient in transmission.accepted:
        return TAKEN
    settled = (*transmission.deferred, *transmission.refused)
    said = next(said for known, said in settled if known == recipient)
    return f"{said.code} {said.status}"


def run(offer, *servers):
    found = {server.name: server for server in servers}
    return converse(offer, lambda name, _port: found[name], source=None)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_each_recipient_ends_as_the_table_says(case):
    transmission, _ = converse(case.handoff, case.find, source=None)
    recipients = case.handoff.envelope.recipients
    assert case.expected == tuple(fate(transmission, each) for each in recipients)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_recipient_is_settled_once(case):
    transmission, _ = converse(case.handoff, case.find, source=None)
    settled = [
        *transmission.accepted,
        *(each for each, _ in transmission.deferred),
        *(each for each, _ in transmission.refused),
    ]
    assert sorted(map(str, case.handoff.envelope.recipients)) == sorted(
        map(str, settled)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_data_is_said_only_when_somebody_was_taken(case):
    transmission, record = converse(case.handoff, case.find, source=None)
    stages = [said.stage for said in transmission.said]
    was_taken = any(
        said.stage is Stage.RCPT and said.reply.is_positive
        for said in transmission.said
    )
    assert was_taken or Stage.DATA not in stages
    assert record is None or Stage.DONE in stages


def test_each_reply_is_kept_with_its_stage():
    transmission, _ = run(handoff(BOB, auth=LOGIN), receiver(users={}))
    assert [
        (Stage.CONNECT, 220),
        (Stage.EHLO, 250),
        (Stage.STARTTLS, 220),
        (Stage.EHLO, 250),
        (Stage.AUTH, 535),
    ] == [(said.stage, said.reply.code) for said in transmission.said]


def test_what_was_found_by_ourselves_is_kept_too():
    transmission, _ = run(handoff(tls=VALIDATED), receiver(tls=NO_TLS))
    last = transmission.said[-1]
    assert (Stage.STARTTLS, "450 4.4.317") == (
        last.stage,
        f"{last.reply.code} {last.reply.status}",
    )


def test_the_receiver_sees_tls_and_identity():
    offer = handoff(BOB, auth=LOGIN)
    transmission, seen = run(offer, receiver(users={"relay": LOGIN.password}))
    assert isinstance(seen, Seen)
    assert ("relay", True) == (seen.session.identity, seen.session.is_encrypted)
    assert (True, False) == (transmission.is_encrypted, transmission.is_verified)


def test_a_verified_session_says_so():
    transmission, _ = run(handoff(tls=NAMED), receiver())
    assert transmission.is_verified


def test_a_password_never_stands_in_a_trace():
    transmission, _ = run(handoff(auth=LOGIN), receiver(users={}))
    assert LOGIN.password not in repr(transmission)


def test_a_null_reverse_path_stays_null():
    offer = handoff()
    null = replace(offer, envelope=replace(offer.envelope, reverse_path=None))
    _, seen = run(null, receiver())
    assert isinstance(seen, Seen)
    assert seen.envelope.reverse_path is None


def test_a_hand_off_without_recipients_calls_nobody():
    offer = handoff()
    empty = replace(offer, envelope=replace(offer.envelope, recipients=()))
    transmission, seen = run(empty)
    assert ((), None) == (transmission.said, seen)


def test_only_those_who_were_taken_stand_in_the_envelope():
    _, seen = run(handoff(BOB, CLEO), receiver(rcpt=((BOB, NEVER),)))
    assert isinstance(seen, Seen)
    assert (CLEO,) == seen.envelope.recipients
    assert ANNA == seen.envelope.reverse_path


def test_the_last_line_is_ended():
    _, seen = run(handoff(content=Content(b"a: b\r\n\r\nc")), receiver())
    assert isinstance(seen, Seen)
    assert b"a: b\r\n\r\nc\r\n" == seen.content.raw


SMALL = receiver(announced_size=10)
NO_UTF8 = receiver(offers=frozenset())
OTHERWISE = {
    "the SIZE is ignored": (handoff(), SMALL, (Habit.SIZE, "ignored"), TAKEN),
    "UTF-8 is sent": (
        handoff(content=UTF8_HEADER),
        NO_UTF8,
        (Habit.UTF8, "sent"),
        TAKEN,
    ),
    "a name in UTF-8 is sent, and the host takes the other": (
        handoff(parse_address("jörg@fabrikam.example"), BOB),
        NO_UTF8,
        (Habit.UTF8, "sent"),
        TAKEN,
    ),
    "8-bit mail comes back": (
        handoff(content=SIGNED),
        NO_UTF8,
        (Habit.EIGHT_BIT, "ndr"),
        "554 5.6.3",
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_who_drives_the_conversation_answers_what_is_open(name):
    offer, server, (question, answer), expected = OTHERWISE[name]
    asked = []

    def habits(habit):
        asked.append(habit)
        return answer

    sent, _ = converse(offer, lambda _n, _p: server, source=None, habits=habits)
    assert ([question], expected) == (asked, fate(sent, BOB))


ASKING = {
    "too big": Habit.SIZE,
    "a mail that is bigger than what is named": Habit.SIZE,
    "signed 8-bit text where it is not taken": Habit.EIGHT_BIT,
    "a header in UTF-8 where it is not taken": Habit.UTF8,
    "a name in UTF-8 where it is not taken": Habit.UTF8,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_asked_where_it_makes_no_difference(case):
    asked = []

    def habits(habit):
        asked.append(habit)
        return by_default(habit)

    converse(case.handoff, case.find, source=None, habits=habits)
    assert ([ASKING[case.name]] if case.name in ASKING else []) == asked


def test_8_bit_text_arrives_as_7_bit_text_that_reads_the_same():
    _, seen = run(handoff(content=EIGHT_BIT), NO_UTF8)
    assert isinstance(seen, Seen)
    assert as_seven_bit(EIGHT_BIT) == seen.content


def conversations(offers, server, *, keeps=True):
    """Hold several conversations with one peer, each in the session of the last."""
    peer = Peer(lambda _name, _port: server, None)
    sent = []
    for offer in offers:
        kept, peer.kept = peer.kept, None
        sent.append(perform(steps(offer, kept=kept, keeps=keeps), peer))
    return sent, peer


def test_the_next_mail_goes_in_the_session_of_the_last():
    sent, peer = conversations([handoff(), handoff(CLEO)], receiver())
    stages = [said.stage for said in sent[1].said]
    assert [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DONE] == stages
    assert (CLEO,) == sent[1].accepted
    assert sent[1].is_encrypted
    assert peer.kept is not None
    assert 2 == peer.kept.mails


def test_a_session_ends_after_20_mails():
    sent, peer = conversations([handoff()] * 21, receiver())
    greeted = [Stage.CONNECT in {said.stage for said in each.said} for each in sent]
    assert [True, *[False] * 19, True] == greeted
    assert peer.kept is not None
    assert 1 == peer.kept.mails


def test_nobody_keeps_what_was_not_asked_for():
    _, peer = conversations([handoff()], receiver(), keeps=False)
    assert peer.kept is None


def test_a_refused_mail_leaves_the_session_to_the_next():
    server = receiver(rcpt=((BOB, NEVER),))
    sent, _ = conversations([handoff(BOB), handoff(CLEO)], server)
    assert ["550 5.7.1", TAKEN] == [fate(sent[0], BOB), fate(sent[1], CLEO)]
    assert Stage.CONNECT not in {said.stage for said in sent[1].said}


def test_a_session_that_has_died_meanwhile_is_begun_anew():
    server = receiver()
    peer = Peer(lambda _name, _port: server, None)
    perform(steps(handoff(), keeps=True), peer)
    kept = peer.kept
    peer.hear((Leave(),))
    sent = perform(steps(handoff(), kept=kept, keeps=True), peer)
    assert (BOB,) == sent.accepted
    assert [Stage.MAIL, Stage.CONNECT] == [said.stage for said in sent.said[:2]]


def test_a_kept_session_that_is_cut_behind_the_dot_is_the_end_of_it():
    server = receiver(hangs_up="unsaid")
    peer = Peer(lambda _name, _port: server, None)
    kept = OpenSession(NAME, Offers(), is_encrypted=False, is_verified=False, mails=1)
    peer.hear((Dial(NAME, 25), Greet("EHLO", "x")))
    sent = perform(steps(handoff(), kept=kept, keeps=True), peer)
    assert "450 4.4.318" == fate(sent, BOB)
    assert Stage.CONNECT not in {said.stage for said in sent.said}


def test_an_empty_hand_off_leaves_a_kept_session_alone():
    offer = handoff()
    empty = replace(offer, envelope=replace(offer.envelope, recipients=()))
    kept = OpenSession(NAME, Offers(), is_encrypted=False, is_verified=False, mails=1)
    peer = Peer(lambda _name, _port: receiver(), None)
    assert () == perform(steps(empty, kept=kept), peer).said


def test_the_host_that_took_the_mail_is_named():
    first = receiver(mail=CLOSING)
    transmission, _ = run(handoff(hosts=BOTH), first, SPARE)
    assert SECOND == transmission.host
    transmission, _ = run(handoff(), receiver())
    assert NAME == transmission.host

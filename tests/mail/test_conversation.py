from dataclasses import replace

import pytest

from fakes.mail.content import Content
from fakes.mail.conversation import converse
from fakes.mail.handoff import Stage, Transmission
from tests.smtp.cases import (
    ALL,
    ANNA,
    BOB,
    BOTH,
    CASES,
    CLEO,
    CLOSING,
    LOGIN,
    NAME,
    NAMED,
    NEVER,
    NO_TLS,
    SECOND,
    SPARE,
    TAKEN,
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


def test_the_host_that_took_the_mail_is_named():
    first = receiver(mail=CLOSING)
    transmission, _ = run(handoff(hosts=BOTH), first, SPARE)
    assert SECOND == transmission.host
    transmission, _ = run(handoff(), receiver())
    assert NAME == transmission.host

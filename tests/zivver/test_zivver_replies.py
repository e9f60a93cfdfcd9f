"""Each row of the reply table is met, and its near miss is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.choices import Choices, explore
from fakes.mail.address import Address, parse_address
from fakes.mail.envelope import Envelope
from fakes.mail.reception import Reception
from fakes.mail.reply import Reply, reply
from fakes.mail.session import Session
from fakes.zivver import Fault, Refusal, receiver
from fakes.zivver.admission import Assumed, decide_auth, said_by
from fakes.zivver.readings import EmptyRecipients, MissingAccount, NotAllowlisted
from fakes.zivver.replies import REPLIES, Reason, ReplyError
from fakes.zivver.service import Credential, CredentialState, credential
from fakes.zone import zone
from tests.zivver.builders import (
    ANNA,
    BY_SPF,
    CLEO,
    DNS,
    INSIDE_SPF,
    LOGGED_IN,
    OUTSIDE_SPF,
    RELAY,
    SETTLED,
    Given,
    content,
)

UNCOVERED = replace(SETTLED, credentials=(), not_allowlisted=NotAllowlisted.REJECT_MAIL)
STRANGER = Session(OUTSIDE_SPF, "", is_encrypted=False)
KNOWN = credential("user-1", "correct horse")
REVOKED = Credential(
    "user-1",
    KNOWN.sha256,
    CredentialState.REVOKED,
)
UNAUTHENTICATED = replace(LOGGED_IN, identity=None)
FAILING = zone({}, failing=frozenset({"contoso.example"}))
OTHER = parse_address("anna@other.example")
LONG = Address("x" * 65, "fabrikam.example")


def connect(service, session=STRANGER, dns=DNS):
    return receiver(service, dns, 25, Choices()).connect(session)


def log_in(service, password="correct horse", session=UNAUTHENTICATED):
    door = receiver(service, DNS, 25, Choices())
    assert door.authenticate is not None
    return door.authenticate(session, "user-1", password)


def mail(service=SETTLED, session=LOGGED_IN, sender=ANNA, *, size=None, dns=DNS):
    return receiver(service, dns, 25, Choices()).mail(session, sender, size)


def rcpt(recipient=CLEO, taken=0, service=SETTLED):
    door = receiver(service, DNS, 25, Choices())
    return door.recipient(LOGGED_IN, ANNA, recipient, taken)


def done(**changes):
    return Given().run(**changes).reply


def with_(**changes):
    return replace(SETTLED, **changes)


IGNORE = "X-Zivver-Ignore-SMTP-Recipients: true"
NOBODY = content(IGNORE, "To: undisclosed-recipients:;")
SOMEBODY = content(IGNORE, "To: cleo@fabrikam.example")
TWO_FROM = content("From: bob@contoso.example", "To: cleo@fabrikam.example")
SIZE = len(Given().content.raw)
NOT_COVERED = replace(UNCOVERED, not_allowlisted=NotAllowlisted.REJECT_CONNECT)
SILENT = replace(UNCOVERED, not_allowlisted=NotAllowlisted.TIMEOUT)
NOTIFIED = with_(missing_account=MissingAccount.ACCEPT_THEN_NOTIFY)
DROPPED = with_(missing_account=MissingAccount.ACCEPT_AND_DROP)
BOUNCING = with_(empty_recipients=EmptyRecipients.ACCEPT_AND_BOUNCE)
FROM_BOB = content("To: cleo@fabrikam.example", sender="bob@contoso.example")

# Reason of the row: how it is met, and what is nearly the same and is not.
ROWS = {
    Reason.WELCOME: (lambda: connect(SETTLED), lambda: connect(with_(is_down=True))),
    Reason.DOWN: (lambda: connect(with_(is_down=True)), lambda: connect(SETTLED)),
    Reason.SILENT: (
        lambda: connect(SILENT),
        lambda: connect(SILENT, replace(STRANGER, source=INSIDE_SPF)),
    ),
    Reason.OVERLOADED: (
        lambda: connect(with_(faults=frozenset({Fault.OVERLOADED}))),
        lambda: connect(with_(faults=frozenset({Fault.AUTH_DOWN}))),
    ),
    Reason.NOT_COVERED: (
        lambda: connect(NOT_COVERED),
        lambda: connect(replace(NOT_COVERED, credentials=SETTLED.credentials)),
    ),
    Reason.LOGGED_IN: (lambda: log_in(SETTLED), lambda: log_in(SETTLED, "wrong")),
    Reason.AUTH_BEFORE_TLS: (
        lambda: log_in(SETTLED, session=STRANGER),
        lambda: log_in(SETTLED, session=replace(STRANGER, is_encrypted=True)),
    ),
    Reason.BAD_CREDENTIALS: (
        lambda: log_in(with_(credentials=(REVOKED,))),
        lambda: log_in(with_(credentials=(REVOKED, KNOWN))),
    ),
    Reason.AUTH_DOWN: (
        lambda: log_in(with_(faults=frozenset({Fault.AUTH_DOWN}))),
        lambda: log_in(with_(faults=frozenset({Fault.STORE_DOWN}))),
    ),
    Reason.SENDER_OK: (mail, lambda: mail(session=STRANGER)),
    Reason.NO_TLS: (
        lambda: mail(session=replace(LOGGED_IN, is_encrypted=False)),
        lambda: mail(session=LOGGED_IN),
    ),
    Reason.NOT_ALLOWLISTED: (
        lambda: mail(session=BY_SPF, sender=OTHER),
        lambda: mail(session=BY_SPF, sender=ANNA),
    ),
    Reason.NULL_SENDER: (
        lambda: mail(session=BY_SPF, sender=None),
        lambda: mail(session=replace(BY_SPF, helo="contoso.example"), sender=None),
    ),
    Reason.SPF_NOT_PASSED: (
        lambda: mail(session=replace(BY_SPF, source=OUTSIDE_SPF)),
        lambda: mail(session=BY_SPF),
    ),
    Reason.SPF_TEMPERROR: (
        lambda: mail(session=BY_SPF, dns=FAILING),
        lambda: mail(session=LOGGED_IN, dns=FAILING),
    ),
    Reason.SIZE_DECLARED: (
        lambda: mail(with_(size_limit=1000), size=1001),
        lambda: mail(with_(size_limit=1000), size=1000),
    ),
    Reason.RECIPIENT_OK: (rcpt, lambda: rcpt(LONG)),
    Reason.MALFORMED_RECIPIENT: (
        lambda: rcpt(LONG),
        lambda: rcpt(replace_local(LONG, "x" * 64)),
    ),
    Reason.TOO_MANY_RECIPIENTS: (lambda: rcpt(taken=1000), lambda: rcpt(taken=999)),
    Reason.ACCEPTED: (done, lambda: done(session=STRANGER)),
    Reason.STORE_DOWN: (
        lambda: done(service=with_(faults=frozenset({Fault.STORE_DOWN}))),
        lambda: done(service=with_(faults=frozenset({Fault.AUTH_DOWN}))),
    ),
    Reason.TOO_BIG: (
        lambda: done(service=with_(size_limit=SIZE - 1)),
        lambda: done(service=with_(size_limit=SIZE)),
    ),
    Reason.BAD_FROM: (lambda: done(content=TWO_FROM), done),
    Reason.NO_ACCOUNT: (
        lambda: done(content=FROM_BOB),
        lambda: done(content=FROM_BOB, service=with_(accounts=None)),
    ),
    Reason.NO_ACCOUNT_NOTIFIED: (
        lambda: done(content=FROM_BOB, service=NOTIFIED),
        lambda: done(content=FROM_BOB),
    ),
    Reason.NO_ACCOUNT_DROPPED: (
        lambda: done(content=FROM_BOB, service=DROPPED),
        lambda: done(content=FROM_BOB),
    ),
    Reason.NO_RECIPIENTS: (
        lambda: done(content=NOBODY, to=(RELAY,)),
        lambda: done(content=SOMEBODY, to=(RELAY,)),
    ),
    Reason.NO_RECIPIENTS_BOUNCED: (
        lambda: done(content=NOBODY, to=(RELAY,), service=BOUNCING),
        lambda: done(content=NOBODY, to=(RELAY,)),
    ),
}


def replace_local(address, local):
    return Address(local, address.domain)


def codes(reply: Reply | None):
    return reply and (reply.code, str(reply.status or ""))


def test_every_row_of_the_table_has_a_case():
    # What a fault says is its own line, held in test_zivver_faults.py.
    assert set(REPLIES) - {Reason.FAULT} == set(ROWS)


@pytest.mark.parametrize("reason", ROWS, ids=str)
def test_a_row_is_met_and_its_near_miss_is_not(reason):
    met, near_miss = ROWS[reason]
    assert codes(REPLIES[reason].reply) == codes(met())
    assert codes(REPLIES[reason].reply) != codes(near_miss())


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.OVERLOADED, "421 4.3.2"),
        (Reason.NO_TLS, "530 5.7.0"),
        (Reason.AUTH_BEFORE_TLS, "538 5.7.11"),
        (Reason.BAD_CREDENTIALS, "535 5.7.8"),
        (Reason.AUTH_DOWN, "454 4.7.0"),
        (Reason.NOT_ALLOWLISTED, "550 5.7.1"),
        (Reason.SPF_NOT_PASSED, "550 5.7.23"),
        (Reason.SPF_TEMPERROR, "451 4.7.24"),
        (Reason.SIZE_DECLARED, "552 5.3.4"),
        (Reason.NULL_SENDER, "550 5.7.1"),
        (Reason.MALFORMED_RECIPIENT, "553 5.1.3"),
        (Reason.TOO_MANY_RECIPIENTS, "452 4.5.3"),
        (Reason.BAD_FROM, "554 5.6.0"),
        (Reason.NO_ACCOUNT, "550 5.7.1"),
        (Reason.NO_RECIPIENTS, "554 5.1.0"),
        (Reason.TOO_BIG, "552 5.3.4"),
        (Reason.ACCEPTED, "250 2.0.0"),
    ],
)
def test_the_codes_are_those_of_the_sheet(reason, expected):
    assert str(REPLIES[reason].reply).startswith(expected + " ")


@pytest.mark.parametrize("port", [465, 26])
def test_nothing_listens_on_other_ports(port):
    with pytest.raises(ValueError, match="does not listen"):
        receiver(SETTLED, DNS, port, Choices())


@pytest.mark.parametrize(
    "service",
    [replace(SILENT, credentials=None), replace(SILENT, spf_allowlist=None)],
    ids=["credentials not given", "allowlist not given"],
)
def test_a_client_is_greeted_while_it_may_still_be_a_customer(service):
    assert 220 == connect(service).code


@pytest.mark.parametrize(
    ("allowlist", "source"),
    [
        (frozenset({"contoso.example"}), None),
        (frozenset({"not-given.example"}), OUTSIDE_SPF),
    ],
)
def test_a_client_is_greeted_while_the_list_may_cover_it(allowlist, source):
    service = replace(SILENT, spf_allowlist=allowlist)
    assert 220 == connect(service, replace(STRANGER, source=source)).code


def test_how_a_stranger_is_turned_away_is_a_reading():
    service = replace(UNCOVERED, not_allowlisted=None)
    found = explore(
        lambda choices: receiver(service, DNS, 25, choices).connect(STRANGER), bound=9
    )
    said = [run.result and run.result.code for run in found.runs]
    assert [220, 554, None] == said


def test_credentials_that_were_not_given_let_everybody_log_in():
    assert 235 == log_in(with_(credentials=None)).code
    decision = decide_auth(with_(credentials=None), UNAUTHENTICATED, "any", "any")
    assert (Assumed.CREDENTIALS,) == decision.assumed


def test_silence_has_no_words():
    with pytest.raises(AssertionError):
        said_by(SETTLED, Reason.SILENT)


def test_a_greeting_names_the_host():
    assert "220 smtp.zivver.com ESMTP" == str(connect(SETTLED))


def test_refusals_are_noted_without_the_password():
    notes: list[Refusal] = []
    door = receiver(SETTLED, DNS, 587, Choices(), note=notes.append)
    assert door.authenticate is not None
    door.authenticate(UNAUTHENTICATED, "user-1", "hunter2")
    door.mail(UNAUTHENTICATED, OTHER, None)
    door.recipient(UNAUTHENTICATED, ANNA, LONG, 0)
    door.mail(LOGGED_IN, ANNA, None)
    wanted = [
        Reason.BAD_CREDENTIALS,
        Reason.NOT_ALLOWLISTED,
        Reason.MALFORMED_RECIPIENT,
    ]
    assert wanted == [note.reason for note in notes]
    assert LONG == notes[2].about
    assert "hunter2" not in repr(notes)


def test_no_reply_tells_the_client_what_the_operator_reads():
    transaction = Given().run(content=FROM_BOB)
    assert "bob@contoso.example has no Zivver account" == transaction.why
    assert "bob" not in str(transaction.reply)


def test_a_password_is_never_in_what_is_printed():
    secret = credential("user-1", "correct horse")
    assert "correct horse" not in repr(SETTLED)
    assert secret.sha256 not in repr(SETTLED)


SESSIONS = st.builds(
    Session,
    st.sampled_from([None, INSIDE_SPF, OUTSIDE_SPF]),
    st.sampled_from(["out.example", "contoso.example"]),
    st.booleans(),
    st.sampled_from([None, "user-1", "user-2"]),
)
SERVICES = st.builds(
    with_,
    credentials=st.sampled_from([(), (REVOKED,), SETTLED.credentials]),
    spf_allowlist=st.sampled_from(
        [frozenset(), frozenset({"contoso.example"}), frozenset({"other.example"})]
    ),
)


@pytest.mark.property
@given(SERVICES, SESSIONS, st.sampled_from([None, ANNA, OTHER]))
def test_nobody_is_admitted_without_credentials_or_list_and_spf(service, session, who):
    is_admitted = mail(service, session, who).is_positive
    domain = who.domain if who else session.helo
    is_customer = (
        service.credentials == SETTLED.credentials and session.identity == "user-1"
    )
    is_covered = domain in service.spf_allowlist and (
        session.source is None
        or (domain == "contoso.example" and session.source == INSIDE_SPF)
        or domain == "other.example"  # not in the zone: assumed, and said
    )
    assert (session.is_encrypted and (is_customer or is_covered)) == is_admitted


@pytest.mark.property
@given(SERVICES, SESSIONS, st.sampled_from([None, ANNA, OTHER]))
def test_content_is_taken_from_no_session_whose_sender_was_refused(
    service, session, who
):
    door = receiver(service, DNS, 25, Choices())
    said = door.mail(session, who, None)
    receipt = door.message(session, Envelope(who, (CLEO,)), Given().content)
    if not said.is_positive:
        assert said == receipt.reply
        assert () == receipt.record.deliveries
    if not session.is_encrypted:
        assert 530 == receipt.reply.code


LATER = reply(451, "4.7.1", "Not yet")


def test_a_row_can_be_replaced_and_the_ledger_holds_what_was_said():
    service = with_(replies={Reason.NO_ACCOUNT: LATER})
    record = Given().run(service=service, content=FROM_BOB)
    assert LATER == record.reply
    assert Reason.NO_ACCOUNT is record.reason


@pytest.mark.parametrize(
    "reason",
    [Reason.NO_TLS, Reason.AUTH_BEFORE_TLS, Reason.SIZE_DECLARED, Reason.TOO_BIG],
    ids=str,
)
def test_what_is_said_before_the_receiver_is_asked_is_of_its_rows_too(reason):
    service = with_(size_limit=10, replies={reason: LATER})
    door = Reception(receiver(service, DNS, 25, Choices()), None)
    clear = [door.hello("x"), door.mail(ANNA, None)]
    door.secured()
    door.hello("x")
    big = [door.mail(ANNA, 11), door.mail(ANNA, None), door.recipient(CLEO)]
    said = [*clear, *big, door.message(Given().content)]
    word = door.receiver.wording.auth_needs_tls
    assert (LATER in said) is not (LATER == word)


def test_a_greeting_of_its_own_is_said_as_it_stands():
    said = reply(220, "", "mail.example")
    assert said == connect(with_(replies={Reason.WELCOME: said}))


def test_a_refusal_is_noted_with_what_was_said():
    noted: list[Refusal] = []
    service = with_(replies={Reason.OVERLOADED: LATER}, faults={Fault.OVERLOADED})
    receiver(service, DNS, 25, Choices(), note=noted.append).connect(STRANGER)
    assert [LATER] == [refusal.reply for refusal in noted]


@pytest.mark.parametrize(
    ("reason", "said", "expected"),
    [
        (Reason.ACCEPTED, LATER, "says yes: 451, expected 250"),
        (Reason.ACCEPTED, reply(354, "", "Go on"), "says yes: 354, expected 250"),
        (Reason.NO_ACCOUNT, reply(250, "2.0.0", "Fine"), "says no: 250"),
        (Reason.NO_ACCOUNT, reply(354, "", "Go on"), "says no: 354"),
        (Reason.SILENT, LATER, "has no reply of its own"),
        (Reason.FAULT, LATER, "has no reply of its own"),
    ],
    ids=str,
)
def test_a_reply_cannot_make_another_thing_of_its_row(reason, said, expected):
    with pytest.raises(ReplyError, match=expected):
        with_(replies={reason: said})

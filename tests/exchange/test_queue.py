"""The driver: attempts, expiry, and who is told (exchange-routing#6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.choices import Choices
from fakes.exchange.dsn import About, non_delivery_report
from fakes.exchange.ledger import EndedInside, Passed, Transmitted
from fakes.exchange.organization import AddressSpace, Platform, SendConnector
from fakes.exchange.queue import (
    Accepted,
    NewMail,
    QueueState,
    Replied,
    Send,
    Tick,
    step,
)
from fakes.exchange.rules.fork import EndKind
from fakes.mail.content import parse
from fakes.mail.handoff import Transmission
from fakes.mail.item import Carries, ItemKind
from fakes.mail.reply import reply
from tests.exchange.at_hand import (
    ANNA,
    AT,
    AUDIT,
    BARE,
    BOB,
    CLEO,
    DIRK,
    REJECT,
    address,
    mail,
    tenant,
)

TAKEN, LATER = reply(250, "2.0.0", "ok"), reply(451, "4.3.0", "later")
NEVER = reply(550, "5.7.1", "never")
SMART = SendConnector(
    "Z", (AddressSpace("*"),), smart_hosts=("smtp.zivver.com",), uses_dns=False
)
SERVER = replace(BARE, platform=Platform.SERVER, send_connectors=(SMART,))


def mx(domain):
    return (f"mx.{domain}",)


def after(state, event, organization=SERVER):
    return step(state, event, organization, mx=mx, choices=Choices())


def accepted(item, organization=SERVER):
    return after(QueueState(), Accepted(item, AT), organization)


def heard(handoff, *, at=AT, entry=0, said=None):
    """What came of an attempt: one reply for each recipient that is not taken."""
    said = said or {}
    everybody = handoff.envelope.recipients
    return Replied(
        entry,
        Transmission(
            handoff,
            handoff.hosts[0],
            is_encrypted=True,
            is_verified=False,
            said=(),
            accepted=tuple(a for a in everybody if a not in said),
            deferred=tuple((a, r) for a, r in said.items() if r.is_transient),
            refused=tuple((a, r) for a, r in said.items() if r.is_permanent),
        ),
        at,
    )


def test_an_accepted_mail_is_sent_at_once():
    state, (send,) = accepted(mail())
    assert isinstance(send, Send)
    assert (0, None) == (send.entry, state.next_due)
    assert isinstance(state.ledger[0], Passed)


def test_what_was_taken_is_gone_from_the_queue():
    state, (send,) = accepted(mail())
    state, effects = after(state, heard(send.handoff))
    assert ((), ()) == (state.entries, effects)
    assert isinstance(state.ledger[-1], Transmitted)


def test_one_is_taken_one_waits_and_one_is_returned():
    # exchange-routing#D18
    state, (send,) = accepted(mail(to=(BOB, CLEO, DIRK, address("x@wingtip.example"))))
    replies = {CLEO: LATER, DIRK: NEVER}
    state, (told,) = after(state, heard(send.handoff, said=replies))
    (entry,) = state.entries
    assert (CLEO,) == entry.outgoing.handoff.envelope.recipients
    assert [CLEO] == [leg.address for leg in entry.outgoing.legs]
    ended = [r for r in state.ledger if isinstance(r, EndedInside)]
    assert [BOB, DIRK] == [r.leg.address for r in ended]
    assert "smtp.zivver.com said 550" in ended[1].ending.why
    assert isinstance(told, NewMail)


@pytest.mark.parametrize(
    ("organization", "minutes", "source"),
    [
        (SERVER, (1, 1, 1, 1, 5, 5), "exchange-routing#D14"),
        (BARE, (15, 15, 15, 20, 30, 45, 60), "exchange-routing#D8"),
    ],
)
def test_attempts_come_at_their_times(organization, minutes, source):
    state, (send,) = accepted(mail(), organization)
    now = AT
    for wait in minutes:
        said = heard(send.handoff, at=now, said={CLEO: LATER})
        state, _ = after(state, said, organization)
        now += timedelta(minutes=wait)
        assert now == state.next_due, source
        early, effects = after(state, Tick(now - timedelta(seconds=1)), organization)
        assert (state, ()) == (early, effects)
        state, (send,) = after(state, Tick(now), organization)
        assert None is state.next_due


def waiting(organization=SERVER, item=None):
    state, (send,) = accepted(item or mail(), organization)
    return after(state, heard(send.handoff, said={CLEO: LATER}), organization)[0]


@pytest.mark.parametrize(
    ("organization", "hours", "source"),
    [(SERVER, 48, "exchange-routing#D17"), (BARE, 24, "exchange-routing#1.7")],
)
def test_a_queue_gives_up_in_the_end_and_says_so(organization, hours, source):
    state = waiting(organization)
    due = AT + timedelta(hours=hours)
    state, (told,) = after(state, Tick(due), organization)
    (ended,) = [r for r in state.ledger if isinstance(r, EndedInside)]
    assert EndKind.EXPIRED is ended.ending.kind, source
    assert ended.ending.is_told
    assert isinstance(told, NewMail)
    assert () == state.entries


def test_an_attempt_under_way_is_not_given_up_before_its_reply_is_in():
    state, (send,) = accepted(mail())
    late = AT + timedelta(days=9)
    same, effects = after(state, Tick(late))
    assert (state, ()) == (same, effects)
    state, effects = after(same, heard(send.handoff, at=late))
    assert () == state.entries


def test_a_mail_without_a_sender_expires_without_a_word():
    state = waiting(item=mail(reverse_path=None))
    state, effects = after(state, Tick(AT + timedelta(days=3)))
    assert () == effects
    (ended,) = [r for r in state.ledger if isinstance(r, EndedInside)]
    assert not ended.ending.is_told


# --------------------------------------------------------------------- the report


def report_of(item, organization):
    _, effects = accepted(item, organization)
    (told,) = [e for e in effects if isinstance(e, NewMail)]
    return told.item


def test_a_rejection_is_reported_to_the_sender_in_one_report():
    # exchange-routing#6.2
    report = report_of(mail(to=(CLEO, BOB)), tenant(REJECT))
    assert (None, (ANNA,)) == (
        report.envelope.reverse_path,
        report.envelope.recipients,
    )
    assert ItemKind.NDR is report.kind
    assert (Carries.WHOLE, 1) == (report.carries, report.generation)
    text = report.content.raw.decode()
    assert "Undeliverable: hello" in parse(report.content).subject
    assert 2 == text.count("Final-Recipient: rfc822;")
    assert "Status: 5.7.1" in text


def test_a_report_reaches_its_mailbox_and_makes_no_other():
    report = report_of(mail(), tenant(REJECT))
    state, effects = accepted(report, tenant(REJECT))
    (ended,) = [r for r in state.ledger if isinstance(r, EndedInside)]
    assert EndKind.MAILBOX is ended.ending.kind
    assert () == effects
    lost = replace(report, envelope=replace(report.envelope, recipients=(AUDIT,)))
    assert None is non_delivery_report(lost, (About(AUDIT, NEVER),), BARE, at=AT)
    assert None is non_delivery_report(
        mail(reverse_path=None), (About(AUDIT, NEVER),), BARE, at=AT
    )


def test_a_reply_without_a_status_has_one_in_the_report():
    said = reply(554, "", "no")
    report = non_delivery_report(mail(), (About(CLEO, said),), BARE, at=AT)
    assert report
    assert b"Status: 5.0.0" in report.content.raw


def test_children_are_written_down_beside_their_parent():
    state, _ = accepted(mail(), tenant(REJECT))
    report = report_of(mail(), tenant(REJECT))
    state, _ = after(state, Accepted(report, AT), tenant(REJECT))
    assert [0, 0, 0, 1, 1] == [record.number for record in state.ledger]
    assert 2 == state.mails
    assert TAKEN.is_positive

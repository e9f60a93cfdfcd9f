"""What a full queue of the fake Exchange costs: memory, and time a mail."""

import time
import tracemalloc
from datetime import UTC, datetime, timedelta

from fakes.choices import Choices
from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
    DomainType,
    Organization,
    Platform,
    SendConnector,
)
from fakes.exchange.queue import Accepted, QueueState, Replied, Send, Tick, step
from fakes.mail.address import Address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import Said, Stage, Transmission
from fakes.mail.item import MailItem, Submission
from fakes.mail.troubles import CONNECTION_REFUSED
from fakes.trace import Trace

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANNA = Address("anna", "contoso.example")
SERVER = Organization(
    "contoso",
    Platform.SERVER,
    rules=(),
    accepted_domains=(AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),),
    send_connectors=(SendConnector("Internet", (AddressSpace("*"),)),),
    inbound_connectors=(),
)
MEGABYTE = 1024 * 1024


def mail(number):
    who = Address(f"user{number}", "fabrikam.example")
    body = f"Subject: {number}\r\n\r\n".encode() + b"x" * 10_240
    item = MailItem(Envelope(ANNA, (who,)), Content(body), Submission(ANNA))
    return who, item


def refused(send, at):
    who = send.handoff.envelope.recipients[0]
    return Replied(
        send.entry,
        Transmission(
            send.handoff,
            send.handoff.hosts[0],
            is_encrypted=False,
            is_verified=False,
            said=(Said(Stage.CONNECT, CONNECTION_REFUSED),),
            accepted=(),
            deferred=((who, CONNECTION_REFUSED),),
        ),
        at,
    )


def filled(count):
    """A queue in which so many mails wait, each due at its own second."""
    state = QueueState()
    for number in range(count):
        at = AT + timedelta(seconds=number / 1000)
        _, item = mail(number)
        state, (send,) = after(state, Accepted(item, at))
        state, _ = after(state, refused(send, at))
    return state


def after(state, event):
    return step(
        state,
        event,
        SERVER,
        mx=lambda name: (f"mx.{name}",),
        choices=Choices(),
        trace=Trace.BRIEF,
    )


def one_round(state):
    """Try each mail once more, each at the moment at which it is due."""
    made = 0
    while state.next_due is not None and state.next_due < AT + timedelta(minutes=2):
        at = state.next_due
        state, effects = after(state, Tick(at))
        for send in effects:
            assert isinstance(send, Send)
            state, _ = after(state, refused(send, at))
            made += 1
    return state, made


def test_ten_thousand_mails_of_ten_kilobytes_wait_in_300_megabytes():
    tracemalloc.start()
    state = filled(10_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 10_000 == len(state.shelf)
    assert peak < 300 * MEGABYTE


def test_a_mail_costs_the_same_in_a_long_queue_as_in_a_short_one():
    costs = {}
    for count in (500, 5_000):
        began = time.perf_counter()
        state = filled(count)
        _, made = one_round(state)
        assert count == made
        costs[count] = (time.perf_counter() - began) / count
    ratio = costs[5_000] / costs[500]
    # One of a quadratic queue would cost ten times as much.
    assert ratio < 2.5

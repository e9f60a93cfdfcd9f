"""The invariants of zivver#20 that the endpoint decides, held against its sockets.

A machine sends mail, orders faults and sends again what was deferred; after each step
every ledger entry keeps the law. Each test that shows an honest exception names it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fakes.choices import Choices
from fakes.internet.certificates import client_context, server_context
from fakes.mail.content import Content
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import (
    AuthTerms,
    HandOff,
    Route,
    Stage,
    TlsLevel,
    TlsTerms,
)
from fakes.mail.reply import reply
from fakes.smtp.client import transmit
from fakes.smtp.loop import Loop
from fakes.zivver import find_receiver
from fakes.zivver.delivery import ZivverState
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.faults import STAGES_OF, Deed, FaultDesk, FaultLine
from tests.zivver.builders import ANNA, BOB, CLEO, DIRK, DNS, INSIDE_SPF, SETTLED

pytestmark = [pytest.mark.wire, pytest.mark.property]

GOOD, BAD = AuthTerms("user-1", "correct horse"), AuthTerms("user-1", "wrong")
LATER, NEVER = reply(451, "4.3.0", "Later"), reply(550, "5.7.1", "Never")
MOST_ATTEMPTS = 6

LINES = st.one_of(
    st.builds(
        FaultLine,
        stage=st.sampled_from(sorted(STAGES_OF[Deed.ANSWER], key=str)),
        reply=st.sampled_from([LATER, NEVER]),
        times=st.integers(1, 2),
    ),
    st.builds(FaultLine, st.just(Stage.DONE), st.just(Deed.TAKE), st.just(LATER)),
    st.builds(
        FaultLine, st.just(Stage.DONE), st.sampled_from([Deed.HOLD, Deed.BOUNCE])
    ),
)
RECIPIENTS = st.lists(
    st.sampled_from([CLEO, DIRK, BOB]), min_size=1, max_size=3, unique=True
)


def mail(number, sender, recipients, *, returning=False):
    fields = [
        f"From: {sender}",
        f"To: {', '.join(str(who) for who in recipients[:1])}",
        f"Message-ID: <{number}@contoso.example>",
    ]
    fields += ["X-Zivver-Transport: 7"] * returning
    return Content("\r\n".join([*fields, "", "x", ""]).encode())


def handoff(content, recipients, auth=GOOD, tls=TlsLevel.ENCRYPTION_ONLY):
    return HandOff(
        Envelope(ANNA, tuple(recipients)),
        content,
        hosts=("smtp.zivver.com",),
        port=587,
        tls=TlsTerms(tls),
        route=Route.SMART_HOST,
        auth=auth,
    )


class Relay(RuleBasedStateMachine):
    """A sender that tries again what was deferred, and a Zivver with faults."""

    def __init__(self):
        super().__init__()
        self.loop = Loop()
        self.zivver = ZivverEndpoint(
            SETTLED,
            DNS,
            self.loop,
            tls=server_context(SETTLED.tls.certificate),
            trusts_proxy=True,
        )
        self.sent = 0
        self.orders: list[FaultLine] = []
        self.originals = {}
        self.returning = {}

    def teardown(self):
        self.zivver.stop()
        self.loop.close()

    def _send(self, given):
        return self.loop.run(
            transmit(
                given,
                lambda _, port: self.zivver.locate(port),
                trust=client_context(),
                source=INSIDE_SPF,
                announces_source=True,
            ),
            timeout=30,
        )

    @rule(line=LINES)
    def order(self, line):
        self.orders.append(line)
        self.zivver.faults.add(line)

    @rule(
        recipients=RECIPIENTS,
        auth=st.sampled_from([GOOD, BAD]),
        sender=st.sampled_from([ANNA, BOB]),
        returning=st.booleans(),
    )
    def send(self, recipients, auth, sender, returning):
        """Send, and again to those who were deferred, as a queue does."""
        self.sent += 1
        content = mail(self.sent, sender, recipients, returning=returning)
        self.originals[f"<{self.sent}@contoso.example>"] = set(recipients)
        self.returning[f"<{self.sent}@contoso.example>"] = returning
        waiting, given = list(recipients), handoff(content, recipients, auth)
        accepted = set()
        for _ in range(MOST_ATTEMPTS):
            sent = self._send(replace(given, envelope=Envelope(ANNA, tuple(waiting))))
            # 3: everybody is taken, refused with a reply, or waits.
            answered = [*sent.accepted, *(w for w, _ in sent.refused)]
            waiting = [who for who, _ in sent.deferred]
            assert sorted(map(str, [*answered, *waiting])) == sorted(
                map(str, sent.handoff.envelope.recipients)
            )
            accepted |= set(sent.accepted)
            if not waiting:
                break
        # 1: what was told yes is in the ledger, and not as ordinary mail.
        ends = {
            end.address: end.state
            for entry in self._entries(self.sent)
            for end in entry.deliveries
        }
        assert accepted <= set(ends)
        # 14: deferral adds delay, never another end.
        if accepted and not self.orders:
            computed, record = converse(
                given,
                lambda _, port: find_receiver(SETTLED, DNS, port, Choices()),
                source=INSIDE_SPF,
            )
            assert set(computed.accepted) == accepted
            assert record is not None
            assert ends == {end.address: end.state for end in record.deliveries}

    def _entries(self, number):
        wanted = f"<{number}@contoso.example>"
        found = self.zivver.ledger.transactions
        return [e for e in found if e.message_id == wanted and e.is_accepted]

    @invariant()
    def nothing_went_wrong_inside(self):
        assert () == self.zivver.errors

    @invariant()
    def no_content_and_no_login_before_tls(self):
        """7 and 8."""
        for entry in self.zivver.ledger.transactions:
            assert entry.is_encrypted

    @invariant()
    def nobody_is_reached_who_was_not_an_original_recipient(self):
        """4."""
        for entry in self.zivver.ledger.transactions:
            reached = {end.address for end in entry.deliveries}
            assert reached <= self.originals[entry.message_id]

    @invariant()
    def nothing_leaves_as_ordinary_mail(self):
        """1, for a service without trusted domains."""
        for entry in self.zivver.ledger.transactions:
            assert ZivverState.PLAIN not in {end.state for end in entry.deliveries}

    @invariant()
    def a_recipient_has_one_conversation(self):
        """5; the honest exception is a mail that was taken and answered with no."""
        taken_twice = any(line.deed is Deed.TAKE for line in self.orders)
        seen = Counter(
            (entry.message_id, end.address)
            for entry in self.zivver.ledger.transactions
            if entry.is_accepted
            for end in entry.deliveries
        )
        assert taken_twice or set(seen.values()) <= {1}

    @invariant()
    def bcc_is_hidden(self):
        """6, with the reading that this service has settled."""
        for entry in self.zivver.ledger.transactions:
            assert entry.recipients is None or () == entry.recipients.exposed

    @invariant()
    def what_zivver_has_sent_is_known_when_it_comes_back(self):
        """9: the endpoint marks it; that it is not sent again is for the rules."""
        for entry in self.zivver.ledger.transactions:
            assert self.returning[entry.message_id] == entry.is_returning


Relay.TestCase.settings = settings(max_examples=15, stateful_step_count=12)
TestInvariants = Relay.TestCase


def both_ways(script):
    """Send one mail until nobody waits; give the accepted entries."""
    desk, entries = FaultDesk(script), []
    given = handoff(mail(1, ANNA, [CLEO]), [CLEO])
    with Loop() as loop:
        endpoint = ZivverEndpoint(
            SETTLED,
            DNS,
            loop,
            tls=server_context(SETTLED.tls.certificate),
            trusts_proxy=True,
            faults=desk,
        )
        with endpoint as zivver:
            for _ in range(MOST_ATTEMPTS):
                sent = loop.run(
                    transmit(
                        given,
                        lambda _, port: zivver.locate(port),
                        trust=client_context(),
                        source=INSIDE_SPF,
                        announces_source=True,
                    ),
                    timeout=30,
                )
                if not sent.deferred:
                    break
            entries = [e for e in zivver.ledger.transactions if e.is_accepted]
    return entries


def test_a_lost_reply_makes_two_conversations():
    """The exception of 5: the sender cannot know that the mail was taken."""
    assert 2 == len(both_ways([FaultLine(Stage.DONE, Deed.TAKE, LATER)]))


def test_without_it_there_is_one():
    assert 1 == len(both_ways([FaultLine(Stage.DONE, reply=LATER, times=2)]))

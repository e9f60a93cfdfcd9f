from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.mail import troubles
from fakes.mail.content import Content
from fakes.mail.conversation import converse, perform, steps
from fakes.mail.envelope import Envelope
from fakes.mail.habits import Habit
from fakes.mail.handoff import HandOff, Route
from fakes.mail.offers import ALL as ALL_OFFERS
from fakes.mail.offers import USUAL, Extension
from fakes.mail.peer import Peer
from fakes.mail.reply import Reply, reply
from fakes.mail.session import CertificateFault
from fakes.smtp.client import Connections
from tests.smtp.cases import (
    ALL,
    ANNA,
    BOB,
    CLEO,
    DORA,
    LEVELS,
    LOGIN,
    NAME,
    OK,
    SECOND,
    handoff,
    receiver,
    server_tls,
)
from tests.smtp.conftest import Books, on_wire, send, start

pytestmark = pytest.mark.wire

SOURCES = (None, ip_address("192.0.2.25"), ip_address("2001:db8::25"))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_wire_carries_what_was_computed(loop, case):
    computed = converse(case.handoff, case.find, source=SOURCES[1])
    servers = {name: case.find(name, 25) for name in case.handoff.hosts}
    sent, records = on_wire(loop, case.handoff, servers, source=SOURCES[1])
    assert computed[0] == sent
    assert computed[1] == (records[-1] if records else None)


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_modelled_source_arrives(loop, source):
    _, records = on_wire(loop, handoff(), {NAME: receiver()}, source=source)
    assert [source] == [record.session.source for record in records]


REFUSALS = st.sampled_from(
    [
        reply(421, "4.3.2", "closing"),
        reply(450, "4.2.0", "later"),
        reply(451, "", "later, without a status"),
        reply(452, "4.5.3", ""),
        reply(550, "5.7.1", "no"),
        reply(554, "", "5.x is no status"),
        reply(550, "5.1.1", "two  blanks, a tab\tand an end "),
    ]
)
# Rare, or nearly every session would end at the greeting.
MAYBE = st.one_of(*[st.none()] * 9, REFUSALS)
TLS = st.builds(
    lambda fault, name, offered, refused: replace(
        server_tls(fault, name), is_offered=offered, is_refused=refused
    ),
    st.sampled_from([CertificateFault.NONE] * 4 + list(CertificateFault)),
    st.sampled_from([NAME, NAME, SECOND]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([False, False, False, True]),
)
RECIPIENTS = (BOB, CLEO, DORA)
OFFERED = st.one_of(
    st.sampled_from([USUAL, ALL_OFFERS]), st.frozensets(st.sampled_from(Extension))
)
HANGS_UP = st.sampled_from(
    [""] * 12 + ["connect", "hello", "mail", "recipient", "data", "message", "unsaid"]
)
HABITS = st.fixed_dictionaries(
    {
        Habit.SIZE: st.sampled_from(["heeded", "ignored"]),
        Habit.UTF8: st.sampled_from(["ndr", "sent"]),
        Habit.EIGHT_BIT: st.sampled_from(["sent", "ndr"]),
    }
)


@st.composite
def receivers(draw, name):
    greeting = draw(MAYBE) or reply(220, "", f"{name} ESMTP ready")
    return receiver(
        name,
        connect=greeting,
        tls=draw(TLS),
        needs_tls=draw(st.booleans()),
        hello=draw(MAYBE),
        mail=draw(MAYBE) or OK,
        rcpt=[(each, draw(MAYBE) or OK) for each in RECIPIENTS],
        data=draw(MAYBE),
        done=draw(MAYBE) or OK,
        users=draw(st.sampled_from([None, {}, {"relay": LOGIN.password}])),
        offers=draw(OFFERED),
        announced_size=draw(st.sampled_from([None, None, None, 20])),
        hangs_up=draw(HANGS_UP),
    )


LINES = st.lists(
    st.binary(max_size=60).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b"")),
    max_size=8,
).map(b"\r\n".join)
CONTENTS = st.builds(Content, st.one_of(LINES, st.binary(max_size=40)))
SERVERS = st.one_of(
    receivers(NAME),
    receivers(NAME),
    st.sampled_from(
        [troubles.CONNECTION_REFUSED, troubles.LOOK_UP_FAILED, troubles.NO_SUCH_HOST]
    ),
)
OFFERS = st.builds(
    lambda sender, to, content, level, auth: HandOff(
        Envelope(sender, to),
        content,
        (NAME, SECOND),
        25,
        level,
        Route.SMART_HOST,
        auth=auth,
    ),
    st.sampled_from([ANNA, None]),
    st.lists(st.sampled_from(RECIPIENTS), min_size=1, max_size=4).map(tuple),
    CONTENTS,
    st.sampled_from(LEVELS),
    st.sampled_from([None, None, LOGIN, replace(LOGIN, needs_tls=False)]),
)


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(offer=OFFERS, first=SERVERS, second=SERVERS, habits=HABITS)
def test_any_session_is_the_same_computed_and_on_the_wire(
    loop, offer, first, second, habits
):
    servers: dict[str, object] = {NAME: first, SECOND: second}
    kept: list[object] = []

    def noting(found):
        if isinstance(found, Reply):
            return found

        def message(*seen):
            receipt = found.message(*seen)
            kept.append(receipt.record)
            return receipt

        return replace(found, message=message)

    computed, _ = converse(
        offer,
        lambda name, _port: noting(servers[name]),
        source=SOURCES[2],
        habits=habits.__getitem__,
    )
    sent, records = on_wire(
        loop, offer, servers, source=SOURCES[2], habits=habits.__getitem__
    )
    assert computed == sent
    assert kept == records


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(offers=st.lists(OFFERS, min_size=1, max_size=5), server=receivers(NAME))
def test_mails_in_kept_sessions_are_the_same_in_both_worlds(loop, offers, server):
    # One peer remembers one session, so all mails go on the same terms.
    terms = {"tls": offers[0].tls, "auth": offers[0].auth, "hosts": (NAME,)}
    offers = [replace(offer, **terms) for offer in offers]
    peer = Peer(lambda _name, _port: server, SOURCES[1])
    computed = []
    for offer in offers:
        kept, peer.kept = peer.kept, None
        computed.append(perform(steps(offer, kept=kept, keeps=True), peer))
    connections = Connections()
    with start(server, loop, Books(), trusts_proxy=True) as running:
        sent = [
            send(
                loop,
                offer,
                lambda _name, _port: running.address,
                connections=connections,
                source=SOURCES[1],
                announces_source=True,
            )
            for offer in offers
        ]
        loop.run(connections.aclose())
        assert [] == running.errors
    assert computed == sent


@pytest.fixture(scope="module")
def open_server(loop):
    books = Books()
    with start(receiver(), loop, books) as server:
        yield server, books


@pytest.mark.property
@settings(deadline=None)
@given(content=LINES)
def test_content_arrives_octet_for_octet(loop, open_server, content):
    server, books = open_server
    books.records.clear()
    content = content + b"\r\n" if content else content
    send(loop, handoff(content=Content(content)), lambda _name, _port: server.address)
    assert [content] == [record.content.raw for record in books.records]


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 900_000])
@pytest.mark.parametrize("line", [b".", b"..x", b"x" * 76, b"x" * 998])
def test_big_content_arrives_octet_for_octet(loop, open_server, size, line):
    server, books = open_server
    books.records.clear()
    content = (line + b"\r\n") * (size // (len(line) + 2)) + b"end\r\n"
    send(loop, handoff(content=Content(content)), lambda _name, _port: server.address)
    assert [content] == [record.content.raw for record in books.records]

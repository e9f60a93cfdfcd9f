"""Laws of the wire, on drawn worlds, mails, choices and contents."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.choices import explore
from fakes.exchange.ledger import Transmitted
from fakes.internet.hosts import Presence
from fakes.mail.content import Content
from fakes.mail.handoff import Stage, TlsLevel
from fakes.mail.session import CertificateFault
from fakes.zivver.readings import NotAllowlisted
from harness.fold import fold
from harness.simulate import tell
from harness.wire import agree
from tests.wire.wire_cases import (
    ANNA,
    AT,
    BOB,
    DIRK,
    DOWN,
    GHOST,
    INFO,
    LATER,
    MX,
    NEVER,
    NO_TLS,
    OWN,
    PARTNER,
    REDIRECT,
    REFUSED_TLS,
    RIGHT,
    SERVICE,
    TO_ZIVVER,
    WORD,
    WRONG,
    ZIVVER,
    fault,
    host,
    internet,
    mail,
    on_premises,
    online,
    stranger,
)

pytestmark = [pytest.mark.wire, pytest.mark.property]

# Silence has its own test: it is the one thing that costs time.
FEW = settings(max_examples=25, deadline=None)
DETECTOR = {"Name": "cards", "MessageContainsDataClassifications": ["Cards"]}
RULES = (
    WORD,
    WORD | {"Name": "outside", "SentToScope": "NotInOrganization"},
    WORD | {"Name": "one", "SentTo": ["dirk@fabrikam.example"]},
    DETECTOR | {"RouteMessageOutboundConnector": "Zivver"},
    DETECTOR | {"Name": "cards rejected", "RejectMessageReasonText": "no cards"},
    {"Name": "mark", "PrependSubject": "[out] "},
    {"Name": "copy", "BlindCopyTo": ["dirk@fabrikam.example"]},
)
services = st.builds(
    lambda service, settled: replace(service, **settled),
    st.sampled_from(
        [SERVICE, DOWN, NO_TLS, REFUSED_TLS, *map(fault, CertificateFault)]
    ),
    st.fixed_dictionaries(
        {
            "not_allowlisted": st.just(NotAllowlisted.REJECT_MAIL),
            "accounts": st.sampled_from([SERVICE.accounts, (), None]),
            "recipient_limit": st.sampled_from([1, 1000]),
        }
    ),
)
refusals = st.one_of(
    st.just(()),
    st.builds(
        lambda stage, said: ((stage, said),),
        st.sampled_from(
            [Stage.CONNECT, Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DONE]
        ),
        st.sampled_from([LATER, NEVER]),
    ),
)
nets = st.builds(
    lambda refuses, unknown, presence: internet(
        host(MX, refuses=refuses, unknown=unknown, presence=presence)
    ),
    refusals,
    st.sampled_from([frozenset(), frozenset({DIRK})]),
    st.sampled_from([Presence.TALKS, Presence.DOWN]),
)
sources = st.sampled_from([None, ip_address("192.0.2.7"), ip_address("198.51.100.1")])
surroundings = {"service": services, "net": nets, "source": sources}
clouds = st.builds(
    lambda rules, relay, **how: online(*rules, relay=relay, **how),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique_by=id),
    st.builds(
        lambda level: replace(TO_ZIVVER, tls=level, tls_domain=ZIVVER),
        st.sampled_from(TlsLevel),
    ),
    inbound_connectors=st.sampled_from([(), (OWN,), (PARTNER,)]),
    **surroundings,
)
servers = st.builds(
    lambda more, **how: on_premises(REDIRECT, *more, **how),
    st.sampled_from([(), (RULES[-2],)]),
    given=st.sampled_from([RIGHT, WRONG, None]),
    port=st.sampled_from([25, 587]),
    **surroundings,
)
people = st.lists(
    st.sampled_from([BOB, GHOST, INFO, DIRK]), min_size=1, max_size=4
).map(tuple)
subjects = st.sampled_from(["Secure", "hello", "Secüre Secure"])
mails = st.one_of(
    st.builds(
        lambda to, subject, sender: mail(subject, to=to, sender=sender),
        people,
        subjects,
        st.sampled_from([ANNA, DIRK, None]),
    ),
    st.builds(
        lambda to, subject, source: stranger(*to, subject=subject, source=source),
        people,
        subjects,
        st.sampled_from(["198.51.100.9", "203.0.113.5", "2001:db8::1"]),
    ),
)


@FEW
@given(
    item=mails,
    world=st.one_of(clouds, servers),
    patience=st.sampled_from([timedelta(0), timedelta(hours=1)]),
    data=st.data(),
)
def test_what_is_observed_is_what_was_computed(wire, item, world, patience, data):
    def computed(choices):
        return tell(item, world, at=AT, choices=choices, patience=patience)

    runs = explore(computed, bound=8).runs
    run = data.draw(st.sampled_from(runs))
    pinned = {point.key: point.chosen for point in run.met}
    observed = wire.tell(item, at=AT, pinned=pinned, patience=patience, world=world)
    assert () == agree(run.result, observed)
    assert fold(run.result, world) == fold(observed, world)


HEAD = b"From: anna@contoso.example\r\nSubject: x\r\n"
lines = st.one_of(
    st.sampled_from([b"", b".", b"..", b".\t.", b"QUIT", b"From here", b"\xff\xfe"]),
    st.binary(max_size=40),
    st.builds(lambda part, times: part * times, st.binary(max_size=3), st.just(4000)),
).map(lambda line: line.replace(b"\r", b"\0").replace(b"\n", b"."))
contents = st.builds(
    lambda lines, blank, end: HEAD + blank + b"\r\n".join(lines) + end,
    st.lists(lines, max_size=12),
    st.sampled_from([b"\r\n", b""]),
    st.sampled_from([b"", b"\r\n", b"\r\n\r\n"]),
)
TWO_WAYS = (online(WORD), on_premises(REDIRECT))


@FEW
@given(raw=contents, world=st.sampled_from(TWO_WAYS))
def test_no_octet_changes_that_nobody_touched(wire, raw, world):
    story = wire.tell(replace(mail(), content=Content(raw)), at=AT, world=world)
    (arrival,) = story.receipts
    sent = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    assert sent == arrival.content.raw
    (record,) = (each for each in story.exchange if isinstance(each, Transmitted))
    assert sent == record.transmission.handoff.content.raw.removesuffix(b"\r\n") + (
        b"\r\n"
    )
    assert (INFO,) == arrival.envelope.recipients

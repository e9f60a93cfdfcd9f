"""Open questions of TLS are asked only of peers that they are about."""

from dataclasses import replace

import pytest

from fakes.choices import Choices
from fakes.exchange.readings import Readings
from fakes.internet.hosts import (
    Host,
    Internet,
    Presence,
    StsMode,
    StsPolicy,
    receiver_of,
)
from fakes.mail import troubles
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import DaneMode, HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.session import Certificate, CertificateFault, ServerTls, Tlsa
from harness.peers import on_terms
from tests.judging.worlds_at_hand import INFO

GOOD = ServerTls(is_offered=True, certificate=Certificate(("mx.example",)))


def bad(fault):
    return replace(GOOD, certificate=Certificate(("mx.example",), fault))


REVOKED, WEAK = bad(CertificateFault.REVOKED), bad(CertificateFault.WEAK_KEY)
OPPORTUNISTIC, ENCRYPTED = TlsLevel.OPPORTUNISTIC, TlsLevel.ENCRYPTION_ONLY
TRUSTED = TlsLevel.CERTIFICATE_VALIDATION


def asked(tls, level, **answers):
    """The terms, and what was asked on the way to them."""
    internet = Internet(hosts=(Host("mx.example", tls),))
    handoff = HandOff(
        Envelope(None, (INFO,)),
        Content(b""),
        ("mx.example",),
        25,
        TlsTerms(level),
        Route.MX,
    )
    choices = Choices()
    found = on_terms(
        handoff,
        lambda host, port: receiver_of(internet, host, port),
        internet=internet,
        readings=Readings(**answers),
        choices=choices,
    )
    return found.tls, [str(point.key) for point in choices.met]


@pytest.mark.parametrize(
    ("tls", "level", "questions"),
    [
        (GOOD, OPPORTUNISTIC, []),
        (GOOD, TRUSTED, []),
        (replace(GOOD, is_refused=True), OPPORTUNISTIC, ["failing_tls"]),
        (replace(GOOD, is_outdated=True), OPPORTUNISTIC, ["failing_tls"]),
        (replace(GOOD, is_offered=False), OPPORTUNISTIC, []),
        (replace(GOOD, is_refused=True), ENCRYPTED, []),
        (REVOKED, OPPORTUNISTIC, []),
        (REVOKED, ENCRYPTED, []),
        (REVOKED, TRUSTED, ["revoked_certificate"]),
        (WEAK, TlsLevel.DOMAIN_VALIDATION, ["weak_certificate"]),
    ],
)
def test_a_question_is_asked_where_the_peer_is_what_it_is_about(tls, level, questions):
    terms, met = asked(tls, level)
    assert questions == met
    assert TlsTerms(level) == terms


def test_an_answer_becomes_part_of_the_terms():
    terms, _ = asked(REVOKED, TRUSTED, revoked_certificate="taken")
    assert frozenset({CertificateFault.REVOKED}) == terms.tolerates
    refusing = replace(GOOD, is_refused=True)
    terms, _ = asked(refusing, OPPORTUNISTIC, failing_tls="in-clear")
    assert terms.falls_back


def test_a_peer_that_cannot_be_reached_is_asked_nothing():
    handoff = HandOff(
        Envelope(None, (INFO,)),
        Content(b""),
        ("gone.example",),
        25,
        TlsTerms(TRUSTED),
        Route.MX,
    )
    choices = Choices()
    gone = receiver_of(
        Internet(hosts=(Host("gone.example", GOOD, presence=Presence.DOWN),)),
        "gone.example",
        25,
    )
    assert handoff == on_terms(
        handoff,
        lambda _host, _port: gone,
        internet=Internet(),
        readings=Readings(),
        choices=choices,
    )
    assert [] == choices.met


PINNING = {"dane": DaneMode.OPPORTUNISTIC}
INSISTING = {"dane": DaneMode.MANDATORY}
FOLLOWING = {"policy_domain": "example"}


def demanded(terms, tlsa=None, *, mode=StsMode.ENFORCE, mx="mx.example"):
    """What is demanded of the host, and what was asked on the way to it."""
    tls = replace(GOOD, tlsa=tlsa)
    internet = Internet(
        hosts=(Host("mx.example", tls),), policies=(StsPolicy("example", mode, (mx,)),)
    )
    choices = Choices()
    found = on_terms(
        HandOff(
            Envelope(None, (INFO,)),
            Content(b""),
            ("mx.example",),
            25,
            TlsTerms(TlsLevel.ENCRYPTION_ONLY, **terms),
            Route.MX,
        ),
        lambda host, port: receiver_of(internet, host, port),
        internet=internet,
        readings=Readings(),
        choices=choices,
    )
    return found.tls, [str(point.key) for point in choices.met]


@pytest.mark.parametrize(
    ("terms", "more", "refusal"),
    [
        (PINNING, {"tlsa": Tlsa.MATCHES}, None),
        (PINNING, {"tlsa": Tlsa.DIFFERS}, troubles.TLSA_INVALID),
        (PINNING, {"tlsa": Tlsa.BOGUS}, troubles.DNSSEC_INVALID),
        (INSISTING, {"tlsa": Tlsa.NONE}, troubles.TLSA_INVALID),
        (INSISTING, {"tlsa": Tlsa.MATCHES}, None),
        (FOLLOWING, {}, None),
        (FOLLOWING, {"mx": "*.other.example"}, troubles.STS_FAILED),
        (FOLLOWING | PINNING, {"tlsa": Tlsa.NONE}, None),
    ],
)
def test_what_dns_or_a_policy_demands_becomes_part_of_the_terms(terms, more, refusal):
    # exchange-routing#1.1, exchange-routing#1.6
    found, met = demanded(terms, **more)
    (demand,) = found.demands
    assert refusal == demand.refusal
    assert [] == met
    assert TlsLevel.DOMAIN_VALIDATION is found.in_force("mx.example")
    assert TlsLevel.ENCRYPTION_ONLY is found.in_force("other.example")


@pytest.mark.parametrize(
    ("terms", "more"),
    [
        ({}, {"tlsa": Tlsa.DIFFERS}),
        (PINNING, {"tlsa": Tlsa.NONE}),
        (PINNING, {}),
        (FOLLOWING, {"mode": StsMode.TESTING}),
        ({"policy_domain": "other"}, {}),
    ],
)
def test_what_nobody_demands_is_not_demanded(terms, more):
    found, met = demanded(terms, **more)
    assert ((), []) == (found.demands, met)


def test_who_insists_on_dane_asks_what_was_not_given():
    _, met = demanded(INSISTING)
    assert ["TLSA mx.example"] == met

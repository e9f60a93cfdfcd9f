"""Open questions of TLS are asked only of peers that they are about."""

from dataclasses import replace

import pytest

from fakes.choices import Choices
from fakes.exchange.readings import Readings
from fakes.internet.hosts import Host, Internet, Presence, receiver_of
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.session import Certificate, CertificateFault, ServerTls
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
        handoff, lambda _host, _port: gone, readings=Readings(), choices=choices
    )
    assert [] == choices.met

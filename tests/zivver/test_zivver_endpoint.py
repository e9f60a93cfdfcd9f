"""The fake Zivver behind sockets says and writes what it computes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.choices import Choices
from fakes.internet.certificates import client_context, server_context
from fakes.mail.conversation import converse
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, HandOff, Route, Stage, TlsLevel, TlsTerms
from fakes.mail.receiver import Receiver
from fakes.mail.reply import Reply
from fakes.mail.session import Certificate, CertificateFault
from fakes.smtp.client import transmit
from fakes.smtp.loop import Loop
from fakes.zivver import Transaction, find_receiver
from fakes.zivver.endpoint import ZivverEndpoint
from fakes.zivver.faults import Deed, FaultDesk, FaultLine
from fakes.zivver.ledger_lines import lines_of_transaction
from fakes.zivver.replies import Reason
from tests.zivver.builders import (
    ANNA,
    CLEO,
    DNS,
    INSIDE_SPF,
    OUTSIDE_SPF,
    SETTLED,
    TO_CLEO,
)

pytestmark = pytest.mark.wire

TLS = TlsTerms(TlsLevel.DOMAIN_VALIDATION, "smtp.zivver.com")
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GOOD = AuthTerms("user-1", "correct horse")
HANDOFF = HandOff(
    Envelope(ANNA, (CLEO,)),
    TO_CLEO,
    hosts=("smtp.zivver.com",),
    port=587,
    tls=TLS,
    route=Route.SMART_HOST,
    helo="mail.contoso.example",
)


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


def both(handoff, source, loop, service=SETTLED):
    """Hold the session twice: computed, and over sockets."""

    def find(_: str, port: int) -> Receiver[Transaction] | Reply:
        return find_receiver(service, DNS, port, Choices())

    found = converse(handoff, find, source=source)
    computed, record = found
    context = server_context(service.tls.certificate)
    with ZivverEndpoint(service, DNS, loop, tls=context, trusts_proxy=True) as zivver:
        seen = loop.run(
            transmit(
                handoff,
                lambda _, port: zivver.locate(port),
                trust=client_context(),
                source=source,
                announces_source=True,
            ),
            timeout=30,
        )
    assert () == zivver.errors
    return computed, record, seen, zivver.ledger


@pytest.mark.parametrize(
    ("handoff", "source", "accepted"),
    [
        pytest.param(HANDOFF, INSIDE_SPF, (CLEO,), id="SPF passes"),
        pytest.param(HANDOFF, OUTSIDE_SPF, (), id="SPF fails"),
        pytest.param(replace(HANDOFF, auth=GOOD), OUTSIDE_SPF, (CLEO,), id="log-in"),
        pytest.param(
            replace(HANDOFF, auth=AuthTerms("user-1", "wrong")),
            INSIDE_SPF,
            (),
            id="a wrong password",
        ),
        pytest.param(
            replace(HANDOFF, envelope=Envelope(None, (CLEO,))),
            INSIDE_SPF,
            (),
            id="the null reverse-path",
        ),
        pytest.param(replace(HANDOFF, port=465), INSIDE_SPF, (), id="a closed port"),
    ],
)
def test_the_wire_carries_what_is_computed(handoff, source, accepted, loop):
    computed, record, seen, ledger = both(handoff, source, loop)
    assert accepted == seen.accepted
    assert computed == seen
    assert ledger.transactions == ((record,) if record else ())


def test_the_ledger_names_the_version_and_the_cipher_of_the_tls(loop):
    _, record, _, ledger = both(HANDOFF, INSIDE_SPF, loop)
    agreed = ledger.transactions[0].session.agreed
    assert agreed is not None
    assert agreed.version in {"TLSv1.2", "TLSv1.3"}
    line, *_ = lines_of_transaction(ledger.transactions[0], number=0, at=AT)
    entry = json.loads(line)
    assert (agreed.version, agreed.cipher) == (entry["tls"], entry["cipher"])
    assert record is not None
    assert record.session.agreed is None


def test_a_refused_session_stands_in_the_ledger(loop):
    _, _, _, ledger = both(HANDOFF, OUTSIDE_SPF, loop)
    assert [Reason.SPF_NOT_PASSED] == [refusal.reason for refusal in ledger.refusals]
    assert OUTSIDE_SPF == ledger.refusals[0].session.source


def test_a_service_that_is_down_refuses_connections(loop):
    computed, _, seen, ledger = both(
        HANDOFF, INSIDE_SPF, loop, replace(SETTLED, is_down=True)
    )
    assert computed == seen
    assert () == ledger.refusals == ledger.transactions


@pytest.mark.parametrize(("at", "is_taken"), [(AT, True), (LATER, False)])
def test_a_swapped_certificate_is_shown_on_a_socket(loop, at, is_taken):
    expired = Certificate(SETTLED.tls.certificate.names, CertificateFault.EXPIRED)
    swap = FaultLine(Stage.STARTTLS, Deed.SHOW, certificate=expired, begins=LATER)
    with ZivverEndpoint(
        SETTLED,
        DNS,
        loop,
        tls=server_context(SETTLED.tls.certificate),
        trusts_proxy=True,
        faults=FaultDesk([swap]),
        clock=lambda: at,
        tls_of=server_context,
    ) as zivver:
        sent = loop.run(
            transmit(
                HANDOFF,
                lambda _, port: zivver.locate(port),
                trust=client_context(),
                source=INSIDE_SPF,
                announces_source=True,
            )
        )
    assert is_taken is bool(sent.accepted)

"""A mail of 30 MB, and how much memory it takes on its way."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.exchange.server import ExchangeServer, Outside
from fakes.internet.certificates import client_context, server_context
from fakes.internet.hosts import Internet
from fakes.internet.mx import MailExchangers
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.offers import ALL, USUAL
from fakes.mail.session import Certificate
from fakes.smtp.client import transmit
from fakes.smtp.loop import Loop
from tests.smtp.cases import handoff, receiver
from tests.smtp.conftest import Books, send, start
from tests.wire.wire_cases import ANNA, DIRK, online

pytestmark = pytest.mark.wire

MEGABYTE = 1_000_000
HEAD = b"From: anna@contoso.example\r\nSubject: plans\r\n\r\n"
BIG = Content(HEAD + (b"." + b"x" * 75 + b"\r\n") * (30 * MEGABYTE // 78))
SIZE = len(BIG.raw)


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.mark.parametrize("offers", [USUAL, ALL], ids=["DATA", "BDAT"])
def test_a_mail_of_30_megabytes_lies_in_memory_once_more_and_a_little(loop, offers):
    books = Books()
    server = receiver(offers=offers, size_limit=SIZE)
    offer = replace(handoff(content=BIG))
    with start(server, loop, books) as running:
        tracemalloc.start()
        sent = send(loop, offer, lambda _n, _p: running.address)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sent.accepted
    assert [BIG.raw] == [record.content.raw for record in books.records]
    # The server gathers pieces and joins them: two copies for a moment.
    assert 2.3 * SIZE > peak


@pytest.mark.parametrize("offers", [USUAL, ALL], ids=["DATA", "BDAT"])
def test_what_is_too_big_is_not_kept(loop, offers):
    server = receiver(offers=offers, size_limit=MEGABYTE, announced_size=SIZE)
    with start(server, loop, Books()) as running:
        tracemalloc.start()
        sent = send(loop, handoff(content=BIG), lambda _n, _p: running.address)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert ["552 5.3.4"] == [f"{said.code} {said.status}" for _, said in sent.refused]
    assert SIZE / 4 > peak


def test_it_goes_through_exchange_without_piling_up(loop):
    context = server_context(Certificate(("exchange.example",)))
    others = MailExchangers(Internet(), loop)
    outside = Outside(
        lambda host, port, at: others.locate(host, port),
        lambda domain: (f"mx.{domain}",),
        client_context(),
    )
    at = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    mail = HandOff(
        Envelope(ANNA, (DIRK,)),
        BIG,
        ("exchange.example",),
        587,
        TlsTerms(TlsLevel.OPPORTUNISTIC),
        Route.SMART_HOST,
        auth=AuthTerms(str(ANNA), "any"),
    )
    with ExchangeServer(
        online().organization, loop, outside, clock=lambda: at, tls=context
    ) as exchange:
        tracemalloc.start()
        loop.run(
            transmit(
                mail, lambda _h, port: exchange.locate(port), trust=client_context()
            )
        )
        exchange.wait(timeout=60)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert () == exchange.errors
    assert [BIG] == [arrival.content for arrival in others.ledger]
    others.stop()
    assert 6 * SIZE > peak

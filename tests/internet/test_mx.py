from ipaddress import ip_address

import pytest

from fakes.internet.certificates import (
    authority_pem,
    client_context,
    server_context,
)
from fakes.internet.hosts import Host, Internet, Presence, receiver_of
from fakes.internet.mx import MailExchangers
from fakes.mail.conversation import converse
from fakes.mail.handoff import Stage, TlsLevel
from fakes.mail.reply import reply
from fakes.mail.session import Certificate, CertificateFault, ServerTls
from fakes.mail.troubles import LOOK_UP_FAILED
from fakes.smtp.client import Patience, transmit
from fakes.smtp.loop import Loop
from fakes.zone import zone
from tests.internet.test_hosts import BOB, CLEO, MX, TLS, offer

pytestmark = pytest.mark.wire

SOURCE = ip_address("192.0.2.77")
NO = reply(550, "5.7.1", "no")
HOSTS = {
    "decent": Host(MX, TLS),
    "down": Host(MX, TLS, Presence.DOWN),
    "silent": Host(MX, TLS, Presence.SILENT),
    "without TLS": Host(MX, ServerTls(is_offered=False, certificate=Certificate(()))),
    "refusing TLS": Host(
        MX,
        ServerTls(is_offered=True, certificate=Certificate((MX,)), is_refused=True),
    ),
    "outdated": Host(
        MX,
        ServerTls(is_offered=True, certificate=Certificate((MX,)), is_outdated=True),
    ),
    "nameless": Host(MX, ServerTls(is_offered=True, certificate=Certificate(()))),
    "knowing one": Host(MX, TLS, unknown=frozenset({CLEO})),
    "refusing the content": Host(MX, TLS, refuses=((Stage.DONE, NO),)),
    **{
        fault.value: Host(
            MX, ServerTls(is_offered=True, certificate=Certificate((MX,), fault))
        )
        for fault in CertificateFault
    },
}


@pytest.fixture(scope="module")
def loop():
    with Loop() as running:
        yield running


@pytest.mark.parametrize("level", list(TlsLevel), ids=lambda level: level.value)
@pytest.mark.parametrize("name", HOSTS)
def test_servers_do_what_the_values_say(loop, name, level):
    internet = Internet(hosts=(HOSTS[name],))
    handoff = offer(BOB, CLEO, level=level)
    computed, arrival = converse(
        handoff, lambda host, port: receiver_of(internet, host, port), source=SOURCE
    )
    with MailExchangers(internet, loop) as exchangers:
        sent = loop.run(
            transmit(
                handoff,
                exchangers.locate,
                trust=client_context(),
                source=SOURCE,
                announces_source=True,
                patience=Patience(connect=0.5 if name == "silent" else 20.0),
            )
        )
        assert () == exchangers.errors
    assert computed == sent
    assert (() if arrival is None else (arrival,)) == exchangers.ledger


def test_hosts_without_address_are_not_started(loop):
    internet = Internet(zone({}, absent=frozenset({MX})))
    with MailExchangers(internet, loop) as exchangers:
        assert LOOK_UP_FAILED == exchangers.locate(MX, 25)


def test_a_host_keeps_its_place(loop):
    with MailExchangers(Internet(), loop) as exchangers:
        place = exchangers.locate(MX, 25)
        assert place == exchangers.locate(MX.upper(), 25)
        assert place != exchangers.locate("other.example", 25)


def test_contexts_are_made_once():
    certificate = Certificate((MX,))
    assert server_context(certificate) is server_context(Certificate((MX,)))
    assert client_context() is client_context()
    assert authority_pem().startswith(b"-----BEGIN CERTIFICATE-----")

"""Exchange, then real Postfix, then Zivver: our gateway beside a real one."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from fakes.exchange.server import ExchangeServer, Outside
from fakes.internet.certificates import client_context, server_context
from fakes.internet.gateway import Gateway
from fakes.internet.hosts import Internet
from fakes.internet.trigger import LabelOn, SentBy, SubjectWord
from fakes.mail.address import parse_address as address
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, HandOff, Route, TlsLevel, TlsTerms
from fakes.mail.item import MailItem, Submission
from fakes.mail.session import Certificate
from fakes.smtp.client import transmit
from harness.edits import add_connector, set_connector
from harness.exports.files import read_tenant
from harness.outcome import SECURE, Disposition
from harness.simulate import simulate
from harness.world import World
from tests.postfix.instance import Postfix
from tests.postfix.peers import (
    ANNA,
    GUID,
    MX,
    PASSWORD,
    PATIENT,
    PAYROLL,
    SEG,
    SERVICE,
    SOURCE,
    USER,
    ZONE,
    Peers,
    mail,
    relay,
)

pytestmark = [pytest.mark.postfix, pytest.mark.wire]

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
EVERYTHING = {
    "Name": "Everything",
    "RecipientDomains": ["*"],
    "UseMXRecord": False,
    "SmartHosts": [SEG],
}
AS_POSTFIX_IS = Gateway(
    (SEG,),
    (ip_address(SOURCE),),
    SEG,
    triggers=(SubjectWord("Secure"), LabelOn(GUID), SentBy(PAYROLL)),
    reaches_zivver=True,
    port=587,
    auth=AuthTerms(USER, PASSWORD),
)
LABEL = f"msip_labels: MSIP_Label_{GUID}_Enabled=true\r\n"
MAILS = {
    "the word": (ANNA, mail("Secure: results")),
    "the label": (ANNA, mail("results", head=LABEL)),
    "the sender": (PAYROLL, mail("payslip", sender=PAYROLL)),
    "nothing": (ANNA, mail()),
    # The rule of Exchange decodes, Postfix does not; the model cannot know.
    "the word, encoded": (ANNA, mail("=?utf-8?b?U2VjdXJlOiByZXN1bHRz?=")),
    "the word, in capitals": (ANNA, mail("SECURE: results")),
}
OPEN = {"the word, encoded", "the word, in capitals"}


def world(gateway):
    """Give the guide's tenant with all its mail to the gateway."""
    given = read_tenant("guide-online-as-meant").world
    given = set_connector(given, "Zivver Custom Relay", {"SmartHosts": [SEG]})
    given = add_connector(given, EVERYTHING)
    return World(given.organization, SERVICE, Internet(ZONE, gateways=(gateway,)))


@pytest.fixture(scope="module", params=["on", "off"])
def chain(request, loop):
    """Start all three, with the gateway's rules on or off."""
    how = {} if request.param == "on" else {"rules": "", "senders": ""}
    with Peers(loop) as peers, Postfix(**relay(peers, **how)) as postfix:
        given = world(replace(AS_POSTFIX_IS, is_on=request.param == "on"))
        outside = Outside(
            lambda _host, _port, **_: postfix.proxied,
            lambda _domain: (MX,),
            client_context(),
            PATIENT,
        )
        with ExchangeServer(
            given.organization,
            loop,
            outside,
            clock=lambda: AT,
            tls=server_context(Certificate(("exchange.example",))),
        ) as exchange:
            yield given, exchange, postfix, peers
            assert () == exchange.errors
        assert () == peers.errors


@pytest.mark.parametrize("name", MAILS)
def test_what_postfix_does_is_what_was_computed_of_a_gateway(chain, loop, name):
    given, exchange, postfix, peers = chain
    sender, content = MAILS[name]
    to = address(f"info-{[*MAILS].index(name)}@fabrikam.example")
    item = MailItem(Envelope(sender, (to,)), content, Submission(sender))
    secure, plain = len(peers.secure), len(peers.plain)
    handoff = HandOff(
        item.envelope,
        content,
        ("exchange.example",),
        587,
        TlsTerms(TlsLevel.CERTIFICATE_VALIDATION),
        Route.SMART_HOST,
        auth=AuthTerms(str(sender), "any"),
    )
    made = loop.run(
        transmit(
            handoff,
            lambda _host, _port: exchange.address,
            trust=client_context(),
            patience=PATIENT,
        ),
        timeout=60,
    )
    assert (to,) == made.accepted
    assert "sent" == postfix.status(str(to)).status
    observed = Disposition.PLAIN
    if len(peers.secure) > secure:
        observed = Disposition.SECURE_NOTIFICATION
        assert ip_address(SOURCE) == peers.secure[-1].session.source
    assert 1 == len(peers.secure) - secure + len(peers.plain) - plain
    fate = simulate(item, given, at=AT).fate(to)
    assert fate is not None
    ways = {d.disposition for way in (fate.deliveries, *fate.alternatives) for d in way}
    assert observed in ways
    is_open = name in OPEN and given.internet.gateways[0].is_on
    assert (is_open, 1 + is_open) == (fate.undetermined is not None, len(ways))
    assert ways - SECURE <= {Disposition.PLAIN}

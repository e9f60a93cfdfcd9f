"""Through a gateway, too, what is observed is what was computed."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.choices import explore
from fakes.internet.gateway import Gateway, Unreachable
from fakes.internet.trigger import FieldText, SentBy, SubjectWord
from fakes.mail.handoff import AuthTerms, TlsLevel, TlsTerms
from harness.fold import fold
from harness.simulate import tell
from harness.story import Relayed
from harness.wire import agree
from tests.wire.test_wire_laws import mails, nets, services
from tests.wire.wire_cases import ANNA, AT, TO_ZIVVER, WORD, host, mail, online

pytestmark = [pytest.mark.wire, pytest.mark.property]

SEG = "seg.contoso.example"
RULES = (WORD, {"Name": "all", "RouteMessageOutboundConnector": "Zivver"})
gateways = st.builds(
    Gateway,
    st.just((SEG,)),
    addresses=st.sampled_from(["192.0.2.40", "198.51.100.40"]).map(
        lambda said: (ip_address(said),)
    ),
    helo=st.sampled_from([SEG, "out.contoso.example"]),
    triggers=st.sampled_from(
        [None, (), (SubjectWord("Secure"),), (SentBy(ANNA), FieldText("Subject", "h"))]
    ),
    is_on=st.sampled_from([True, True, False]),
    reaches_zivver=st.sampled_from([None, True, True, False]),
    port=st.sampled_from([25, 587]),
    auth=st.sampled_from(
        [None, AuthTerms("relay", "correct horse"), AuthTerms("relay", "wrong")]
    ),
    tls=st.sampled_from(TlsLevel).map(TlsTerms),
    unreachable=st.sampled_from([None, *Unreachable]),
    strips=st.sampled_from([(), ("Subject",)]),
    adds=st.sampled_from([(), (("X-Scanned", "yes"),)]),
    returns=st.sampled_from([False, False, True]),
)
relay = replace(TO_ZIVVER, smart_hosts=(SEG,), tls=TlsLevel.CERTIFICATE_VALIDATION)
described = st.sampled_from([(), (host(SEG),)])
worlds = st.builds(
    lambda rule, service, net, known, gateway: online(
        rule,
        relay=relay,
        service=service,
        net=replace(
            net,
            hosts=(*net.hosts, *known),
            gateways=() if gateway is None else (gateway,),
        ),
    ),
    st.sampled_from(RULES),
    services,
    nets,
    described,
    st.one_of(st.none(), gateways),
)


@settings(max_examples=40, deadline=None)
@given(
    item=mails,
    world=worlds,
    patience=st.sampled_from([timedelta(0), timedelta(hours=1)]),
    data=st.data(),
)
def test_what_a_gateway_does_is_observed_as_it_was_computed(
    wire, item, world, patience, data
):
    def computed(choices):
        return tell(item, world, at=AT, choices=choices, patience=patience)

    run = data.draw(st.sampled_from(explore(computed, bound=8).runs))
    pinned = {point.key: point.chosen for point in run.met}
    observed = wire.tell(item, at=AT, pinned=pinned, patience=patience, world=world)
    assert () == agree(run.result, observed)
    assert fold(run.result, world) == fold(observed, world)


def test_two_stories_behind_a_gateway_can_differ():
    gateway = Gateway((SEG,), triggers=(SubjectWord("Secure"),), reaches_zivver=True)

    def told(port):
        at_port = replace(gateway, port=port)
        world = online(RULES[1], relay=relay)
        world = replace(world, internet=replace(world.internet, gateways=(at_port,)))
        (run,) = explore(
            lambda choices: tell(mail("Secure"), world, at=AT, choices=choices), bound=1
        ).runs
        assert isinstance(run.result.receipts[0], Relayed)
        return run.result

    found = agree(told(25), told(587))
    assert any("hand-off 1" in each and "port 587" in each for each in found)
    assert any("receipt 1" in each for each in found)

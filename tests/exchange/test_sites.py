"""Which server sorts a mail, and how far the connectors are (exchange-routing#2.2)."""

from dataclasses import replace

import pytest

from fakes.exchange.organization import AddressSpace, Platform, SendConnector
from fakes.exchange.sites import NO_WAY, SiteLink, Sites, Way, way_between
from tests.exchange.at_hand import CLEO, address, every_end, mail, passed, tenant

LINK = SiteLink(frozenset({"a", "b"}), 10)
TWO_SITES = Sites(
    (("mbx1", "a"), ("mbx2", "b"), ("mbx3", "b")), links=(LINK,), mailbox_server="mbx2"
)
RELAY = address("relay@relay.example")


def send(name, *spaces, on=(), **more):
    made = tuple(s if isinstance(s, AddressSpace) else AddressSpace(s) for s in spaces)
    return SendConnector(name, made, source_servers=on, **more)


def server(*connectors, sites=TWO_SITES, **more):
    return tenant(
        platform=Platform.SERVER, send_connectors=connectors, sites=sites, **more
    )


def taken(organization, to=CLEO):
    result = passed(mail(to=(to,)), organization)
    return result.outgoing[0].handoff.connector if result.outgoing else None


ALL = AddressSpace("*")


@pytest.mark.parametrize(
    ("connectors", "expected", "source"),
    [
        (
            [
                send("a", ALL, on=("mbx1",)),
                send("b", AddressSpace("*", 5), on=("mbx2",)),
            ],
            "b",
            "exchange-routing#A8",
        ),
        (
            [send("b", ALL, on=("mbx3",)), send("c", ALL, on=("mbx2",))],
            "c",
            "exchange-routing#A9",
        ),
        (
            [send("a", ALL, on=("mbx2",)), send("b", ALL, on=("mbx2",))],
            "a",
            "exchange-routing#A10",
        ),
        (
            [
                send("z", "fabrikam.example", on=("mbx1",), is_scoped=True),
                send("all", ALL, on=("mbx1",)),
            ],
            "all",
            "exchange-routing#A14",
        ),
        (
            [send("z", "fabrikam.example", on=("mbx3",), is_scoped=True)],
            "z",
            "exchange-routing#2.2",
        ),
        # One source server near by is enough, whatever the others are.
        (
            [
                send("b", ALL, on=("mbx1", "mbx2")),
                send("a", ALL, on=("mbx1",)),
            ],
            "b",
            "exchange-routing#2.2",
        ),
        ([send("only", ALL)], "only", "a connector that does not say where it is"),
        ([send("only", ALL, on=("gone",))], "only", "a server of which nobody told"),
    ],
)
def test_the_closest_and_cheapest_way_out(connectors, expected, source):
    assert expected == taken(server(*connectors)), source


def test_a_mail_goes_to_a_source_server_first_and_the_trace_says_how():
    # exchange-routing#A15
    hosts = {"smart_hosts": ("smtp.zivver.com",), "uses_dns": False}
    organization = server(send("Z", "*", on=("mbx1",), **hosts))
    steps = dict(passed(mail(), organization).steps)[CLEO]
    assert steps[-1].why.endswith(
        "; in the queues SmtpRelayToConnectorSourceServers from MBX2 for `Z`, "
        "then SmartHostConnectorDelivery"
    )
    at_hand = server(send("Z", "*", on=("mbx2",), **hosts))
    assert "queues" not in dict(passed(mail(), at_hand).steps)[CLEO][-1].why


@pytest.mark.parametrize(
    ("site", "queue"),
    [
        ("b", "SmtpRelayWithinAdSiteToEdge"),
        ("a", "SmtpRelayToRemoteActiveDirectorySite"),
    ],
)
def test_a_connector_on_an_edge_server_is_reached_by_its_site(site, queue):
    sites = replace(TWO_SITES, edges=(("edge", site),))
    organization = server(send("Z", "*", on=("edge",)), sites=sites)
    why = dict(passed(mail(), organization).steps)[CLEO][-1].why
    assert f"in the queues {queue} from" in why
    assert why.endswith("then DnsConnectorDelivery")


def test_which_server_takes_the_mail_is_asked_only_where_it_matters():
    untold = replace(TWO_SITES, mailbox_server=None)
    here, there = send("a", ALL, on=("mbx1",)), send("b", ALL, on=("mbx2",))
    found = every_end(mail(), server(here, there, sites=untold))
    ways = [next(iter(end[CLEO]))[1] for end in found]
    assert ["a", "b"] == ways
    assert 1 == len(every_end(mail(), server(here, sites=untold)))


def test_a_link_that_is_too_small_for_the_mail_refuses_it():
    # exchange-routing#2.2
    small = replace(TWO_SITES, links=(replace(LINK, max_size=10),))
    (ended,) = passed(mail(), server(send("a", ALL, on=("mbx1",)), sites=small)).ended
    assert "552 5.3.4" in str(ended.ending.reply)
    assert "the way to `a`" in ended.ending.why


def assumed(*connectors, sites=None):
    return passed(mail(), server(*connectors, sites=sites)).assumed


def test_what_is_taken_for_granted_of_sites_is_said_where_it_matters():
    here, there = send("a", ALL, on=("mbx1",)), send("b", ALL, on=("mbx2",))
    one = ("one Active Directory site",)
    assert one == assumed(here, there)
    assert one == assumed(replace(here, is_scoped=True))
    assert () == assumed(here)
    assert () == assumed(here, send("b", AddressSpace("*", 5), on=("mbx1",)))
    untold = replace(TWO_SITES, links=None)
    equal = ("equal costs of all links between Active Directory sites",)
    assert equal == assumed(here, there, sites=untold)
    assert () == assumed(here, sites=untold)
    assert () == assumed(here, there, sites=TWO_SITES)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("a", "a", NO_WAY),
        ("a", "c", Way(7, 5)),
        ("c", "a", Way(7, 5)),
        ("a", "d", None),
        ("x", "a", None),
    ],
)
def test_the_cheapest_way_between_sites(start, end, expected):
    links = (
        SiteLink(frozenset({"a", "c"}), 20),
        SiteLink(frozenset({"a", "b"}), 3, 5),
        SiteLink(frozenset({"b", "c"}), 4, 9),
        SiteLink(frozenset({"d", "e"}), 1),
    )
    assert expected == way_between(Sites((), links=links), start, end)


def test_links_of_which_nobody_told_cost_all_the_same():
    assert NO_WAY == way_between(Sites(()), "a", "b")


def test_a_site_without_a_way_is_out_of_reach():
    alone = replace(TWO_SITES, links=())
    assert None is taken(server(send("a", ALL, on=("mbx1",)), sites=alone))

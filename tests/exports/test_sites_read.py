"""Active Directory sites: of `internet.toml`, and of the cmdlets that tell of them."""

import pytest

from fakes.exchange.sites import SiteLink, Sites
from harness.exports import ExportError
from tests.exports.shapes import server, tenant

TOLD = """
[sites]
mailbox_server = "EX02"
servers = { EX01 = "Amsterdam", EX02 = "Rotterdam" }
edges = { EDGE01 = "Amsterdam" }

[[sites.link]]
between = ["Amsterdam", "Rotterdam"]
cost = 10
max_message_size = "10 MB"
"""
LINK = SiteLink(frozenset({"amsterdam", "rotterdam"}), 10, 10 * 2**20)
SITE = "contoso.example/Configuration/Sites/"


def sites(**files):
    return tenant(server(**files)).organization.sites


def machine(name, site, **more):
    given = {
        "Name": name,
        "Site": site and SITE + site,
        "ServerRole": "Mailbox",
        "IsMailboxServer": True,
        "IsEdgeServer": False,
    }
    return {**given, **more}


def link(**more):
    given = {
        "Name": "link",
        "Cost": 10,
        "ADCost": 10,
        "ExchangeCost": None,
        "Sites": [SITE + "Amsterdam", SITE + "Rotterdam"],
        "MaxMessageSize": "10 MB (10,485,760 bytes)",
    }
    return {**given, **more}


def test_our_own_file_tells_of_sites():
    expected = Sites(
        (("ex01", "amsterdam"), ("ex02", "rotterdam")),
        (("edge01", "amsterdam"),),
        (LINK,),
        "ex02",
    )
    assert expected == sites(**{"internet.toml": TOLD})
    assert "amsterdam" == expected.site_of("edge01")


def test_our_own_file_goes_before_the_links_that_were_exported():
    files = {"servers.json": [machine("EX01", "Delft")], "links.json": [link(Cost=3)]}
    assert sites(**{"internet.toml": TOLD}) == sites(**{"internet.toml": TOLD}, **files)


def test_one_server_is_the_one_that_takes_the_mail():
    found = sites(**{"internet.toml": "[sites]\nservers = { EX01 = 'A' }"})
    assert Sites((("ex01", "a"),), links=(), mailbox_server="ex01") == found


def test_the_cmdlets_tell_the_same():
    machines = [
        machine("EX01", "Amsterdam"),
        machine("EX02", "Rotterdam"),
        machine("EDGE01", "Amsterdam", ServerRole="Edge"),
        machine("EDGE02", "Amsterdam", ServerRole=64),
    ]
    found = sites(**{"servers.json": machines, "links.json": [link()]})
    edges = (("edge01", "amsterdam"), ("edge02", "amsterdam"))
    pairs = (("ex01", "amsterdam"), ("ex02", "rotterdam"))
    assert Sites(pairs, edges, (LINK,), None) == found


@pytest.mark.parametrize(
    ("more", "cost"),
    [({"ExchangeCost": 5}, 5), ({}, 10), ({"ADCost": None, "Cost": 7}, 7)],
)
def test_exchange_has_a_cost_of_its_own_or_that_of_active_directory(more, cost):
    files = {"servers.json": [machine("EX01", "A")], "links.json": [link(**more)]}
    (found,) = sites(**files).links
    assert cost == found.cost


def test_links_that_were_not_exported_are_not_none():
    found = sites(**{"servers.json": [machine("EX01", "A")]})
    assert None is found.links
    assert "ex01" == found.mailbox_server


def test_servers_without_their_sites_tell_nothing():
    assert None is sites(**{"servers.json": [machine("EX01", None)]})
    assert None is sites(**{"servers.json": [machine("E", "A", ServerRole="Edge")]})
    assert None is sites()


def test_a_link_needs_a_cost():
    files = {
        "servers.json": [machine("EX01", "A")],
        "links.json": [link(ADCost=None, Cost=None)],
    }
    with pytest.raises(ExportError, match="a link without a `Cost`"):
        sites(**files)

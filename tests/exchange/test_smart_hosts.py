"""What a connector's smart hosts come to (exchange-routing#1.4)."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from fakes.choices import Choices, explore
from fakes.exchange.routing.smart_hosts import find_smart_hosts, network_of
from fakes.mail.reply import reply
from tests.exchange.at_hand import CLEO, RELAY, ROUTE, ends, mail, passed, tenant

POOL = ("a.pool.example", "b.pool.example")
ZONE = {
    "pool.example": POOL,
    "plain.example": ("plain.example",),
    "gone.example": reply(450, "4.4.312", "DNS query failed"),
}


def mx(name):
    return ZONE.get(name)


def found(*given, choices=None):
    return find_smart_hosts("Relay", given, mx, choices or Choices())


@pytest.mark.parametrize(
    ("given", "hosts", "source"),
    [
        (
            ["pool.example"],
            ("a.pool.example", "b.pool.example"),
            "exchange-routing#C12",
        ),
        (["plain.example"], ("plain.example",), "exchange-routing#C13"),
        (["nobody.example"], ("nobody.example",), "not given: it stays"),
        (["gone.example"], ("gone.example",), "exchange-routing#D7"),
        (["192.0.2.10"], ("192.0.2.10",), "exchange-routing#1.1"),
        (["[192.0.2.10]"], ("192.0.2.10",), "exchange-routing#2.1"),
        (["192.0.2.10/32"], ("192.0.2.10",), "exchange-routing#X-7"),
        (["2001:db8::a"], ("2001:db8::a",), "exchange-routing#1.1"),
        (
            ["gone.example", "pool.example", "a.pool.example"],
            ("gone.example", *POOL),
            "exchange-routing#C11",
        ),
    ],
)
def test_what_a_smart_host_comes_to(given, hosts, source):
    smart = found(*given)
    assert (hosts, None) == (smart.hosts, smart.fact), source


def test_several_are_taken_in_turn_and_nobody_knows_where_it_begins():
    # exchange-routing#C10
    runs = explore(lambda choices: found("a", "b", choices=choices).hosts, bound=9).runs
    assert {("a", "b"), ("b", "a")} == {run.result for run in runs}


@pytest.mark.parametrize("given", ["192.0.2.0/24", "192.0.2.9/31", "2001:db8::/64"])
def test_nobody_knows_which_address_of_a_range_is_taken(given):
    # exchange-routing#X-7
    fact = found("plain.example", given).fact
    assert fact is not None
    assert given in fact.why
    wide = replace(RELAY, smart_hosts=(given,))
    expected = {CLEO: {("unknown", None, None)}}
    assert expected == ends(mail(), tenant(ROUTE, outbound_connectors=(wide,)))


def test_an_address_with_a_prefix_is_the_range_around_it():
    assert ip_network("192.0.2.0/24") == network_of("192.0.2.7/24")
    assert None is network_of("smtp.zivver.com")


def test_the_trace_names_the_hosts_behind_a_name():
    result = passed(mail(), tenant(ROUTE, outbound_connectors=(RELAY,)), mx=mx)
    (steps,) = [steps for _, steps in result.steps]
    assert "to smtp.zivver.com" in {step.why for step in steps}
    pool = replace(RELAY, smart_hosts=("pool.example",))
    result = passed(mail(), tenant(ROUTE, outbound_connectors=(pool,)), mx=mx)
    (steps,) = [steps for _, steps in result.steps]
    why = "to pool.example (a.pool.example, b.pool.example)"
    assert why in {step.why for step in steps}

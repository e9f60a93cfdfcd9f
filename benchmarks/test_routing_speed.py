"""What it costs to route one recipient among connectors and accepted domains."""

import statistics
from time import perf_counter

import pytest

from fakes.choices import Choices
from fakes.exchange.organization import (
    AcceptedDomain,
    AddressSpace,
    Directory,
    DomainType,
    Organization,
    Platform,
    SendConnector,
)
from fakes.exchange.routing.next_hop import Around, next_hop
from fakes.exchange.rules.fork import Fork, Leg
from tests.exchange.at_hand import ANNA, CLEO, SETTLED, mail

CONNECTORS = 200
ITEM = mail()
FORK = Fork(ITEM, (Leg(CLEO, CLEO),))
# What a run may differ by on a machine that does other things as well.
NOISE = 1.5


def organization(domains, connectors=CONNECTORS):
    return Organization(
        "contoso",
        Platform.SERVER,
        rules=(),
        accepted_domains=tuple(
            AcceptedDomain(f"d{number}.{ANNA.domain_key}", DomainType.AUTHORITATIVE)
            for number in range(domains)
        ),
        directory=Directory(()),
        send_connectors=(
            SendConnector("all", (AddressSpace("*"),)),
            *(
                SendConnector(f"c{number}", (AddressSpace(f"*.c{number}.example"),))
                for number in range(connectors - 1)
            ),
        ),
        readings=SETTLED,
    )


def route(where):
    around = Around(
        where, lambda name: (f"mx.{name}",), Choices(), len(ITEM.content.raw)
    )
    return next_hop(FORK.legs[0], FORK, around)


@pytest.mark.parametrize("domains", [50, 500, 5000])
def test_one_recipient_among_200_connectors(benchmark, domains):
    where = organization(domains)
    routed = benchmark(route, where)
    assert "all" == routed.end.connector


def test_the_cost_does_not_grow_with_the_number_of_domains():
    few, many = organization(50), organization(5000)
    ratio = _seconds(many) / _seconds(few)
    print(f"5000 accepted domains cost {ratio:.2f} times what 50 do")  # noqa: T201
    assert ratio < NOISE


def _seconds(where):
    def once():
        start = perf_counter()
        for _ in range(50):
            route(where)
        return perf_counter() - start

    once()
    return statistics.median(once() for _ in range(9))

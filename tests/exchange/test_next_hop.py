"""The next hop of a leg that nobody resolved before, and of one that leads home."""

from dataclasses import replace

import pytest

from fakes.choices import Choices
from fakes.exchange.organization import (
    AcceptedDomain,
    Directory,
    DomainType,
    Organization,
    Platform,
    Recipient,
    RecipientKind,
)
from fakes.exchange.routing.next_hop import Around, next_hop
from fakes.exchange.rules.fork import EndKind, Fork, Leg
from tests.exchange.at_hand import BOB, CLEO, mail

ITEM = mail()
SERVERS = "contoso-example.mail.protection.outlook.com"
BARE = Organization(
    "contoso",
    Platform.ONLINE,
    rules=(),
    accepted_domains=(AcceptedDomain("contoso.example", DomainType.AUTHORITATIVE),),
    directory=Directory(()),
    outbound_connectors=(),
)
TWO = tuple(Recipient(name, RecipientKind.MAILBOX, BOB) for name in ("one", "other"))


def routed(organization, address):
    leg = Leg(address, address)
    around = Around(organization, lambda _: (SERVERS,), Choices(), 100)
    return next_hop(leg, Fork(ITEM, (leg,)), around)


@pytest.mark.parametrize(
    ("organization", "address", "kind", "word"),
    [
        (BARE, BOB, EndKind.REJECTED, "no recipient"),
        (replace(BARE, directory=Directory(TWO)), BOB, EndKind.UNKNOWN, "two objects"),
        (BARE, CLEO, EndKind.REJECTED, "the cloud itself"),
    ],
)
def test_a_leg_ends(organization, address, kind, word):
    end = routed(organization, address).end
    assert kind is end.kind
    assert word in end.why
    assert (end.reply is None) == (kind is EndKind.UNKNOWN)

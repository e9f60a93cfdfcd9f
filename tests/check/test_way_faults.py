"""Leaks by the way of a server, and the line of configuration that would be right."""

from dataclasses import replace

import pytest

from fakes.exchange.sites import SiteLink, Sites
from harness import edits
from harness.check.derive import derive
from harness.check.facts import facts_of
from harness.check.remedy import Checked, find_remedies
from harness.check.run import check
from harness.compare import FindingKind
from harness.exports.internet import read_internet
from tests.check.tenants import NOON, POLICY, server

# The placeholder stands in the DNS of a stranger: what slips is read by him.
RESOLVES = '[dns."relay.example"]\nMX = ["10 mx.stranger.example"]'
INTERNET = {
    "Name": "Everybody",
    "AddressSpaces": ["SMTP:*;1"],
    "MaxMessageSize": "35MB",
}


def leaking(*changes):
    """The miniature of a server whose placeholder exists, with changes made to it."""
    world = server()
    world = edits.with_zone(world, read_internet("x", RESOLVES).internet.zone)
    for change in changes:
        world = change(world)
    return world


def examined(world):
    derivation = derive(POLICY, facts_of(world))
    report = check(world, POLICY, derivation.mails, at=NOON)
    remedies = find_remedies(Checked(world, POLICY, derivation.mails, NOON, report))
    return report, remedies


def lines_of(world, kind, id_part):
    """The lines of the first sort of that kind whose example is such a mail."""
    report, remedies = examined(world)
    for number, sort in enumerate(report.sorts):
        if sort.kind is kind and any(id_part in f.mail.id for f in sort.found):
            return remedies[number].commands if number in remedies else ()
    raise AssertionError([(s.kind, s.example.mail.id) for s in report.sorts])


def relay(**parameters):
    return lambda world: edits.set_connector(world, "Zivver", parameters)


def another(**parameters):
    return lambda world: edits.add_connector(world, INTERNET | parameters)


def two_sites(world):
    link = SiteLink(frozenset({"a", "b"}), 10)
    sites = Sites((("ex01", "a"), ("ex02", "b")), (), (link,), "ex01")
    return replace(world, organization=replace(world.organization, sites=sites))


@pytest.mark.parametrize(
    ("changes", "mail", "line"),
    [
        (
            [relay(MaxMessageSize="20KB")],
            "word-large",
            "Set-SendConnector 'Zivver' -MaxMessageSize 'Unlimited'",
        ),
        (
            [relay(Enabled=False)],
            "word",
            "Set-SendConnector 'Zivver' -Enabled $true",
        ),
        (
            [
                relay(AddressSpaces=["SMTP:relay.example;5"]),
                another(Name="A", AddressSpaces=["SMTP:relay.example;2"]),
            ],
            "word",
            "Set-SendConnector 'A' -AddressSpaces 'SMTP:relay.example;100'",
        ),
        (
            [relay(IsScopedConnector=True, SourceTransportServers=["EX02"]), two_sites],
            "word",
            "Set-SendConnector 'Zivver' -IsScopedConnector $false",
        ),
        (
            [
                relay(AddressSpaces=["SMTP:*.relay.example;1"]),
                another(Name="A", AddressSpaces=["SMTP:relay.example;100"]),
            ],
            "word",
            (
                "Set-SendConnector 'Zivver' -AddressSpaces "
                "'SMTP:*.relay.example;1', 'SMTP:relay.example;1'"
            ),
        ),
    ],
    ids=["size", "off", "cost", "scope", "specificity"],
)
def test_mail_that_slips_to_another_connector_has_its_line(changes, mail, line):
    # exchange-routing#A12, exchange-routing#A11, exchange-routing#A7, zivver#F43
    assert (line,) == lines_of(leaking(*changes), FindingKind.LEAK, mail)


@pytest.mark.parametrize(
    ("change", "connector", "says"),
    [
        (relay(Enabled=False), "Zivver", "it is off: mail for relay.example leaves by"),
        (relay(MaxMessageSize="100B"), "Zivver", "more than 100 octets"),
        (another(Name="A", AddressSpaces=["SMTP:relay.example;1"]), "A", "or cheaper"),
    ],
    ids=["off", "size", "cost"],
)
def test_what_lets_it_slip_is_blamed(change, connector, says):
    report, _ = examined(leaking(change))
    blames = [
        sort.blame
        for sort in report.sorts
        if sort.kind is FindingKind.LEAK and sort.example.mail.id.startswith("word")
    ]
    assert [connector] == [blame.connector for blame in blames]
    assert says in blames[0].why


def test_a_scoped_connector_is_blamed_for_what_it_does_not_take():
    scoped = relay(IsScopedConnector=True, SourceTransportServers=["EX02"])
    report, _ = examined(leaking(scoped, two_sites))
    assert any("IsScopedConnector" in sort.blame.why for sort in report.sorts)


def test_an_outsider_at_the_placeholder_has_its_line():
    # exchange-routing#B8, exchange-routing#B9
    lines = lines_of(server(), FindingKind.OVER_CAPTURE, "placeholder")
    line = "Set-MailContact 'relay@relay.example' -RequireSenderAuthenticationEnabled"
    assert (f"{line} $true",) == lines
    world = edits.set_contact(
        server(), "relay@relay.example", {"RequireSenderAuthenticationEnabled": True}
    )
    report, _ = examined(world)
    turned = [m for m in report.mails if m.mail.id.startswith("placeholder")]
    assert 2 == len(turned)
    assert not any(entry.findings for entry in turned)


def test_a_way_that_leads_nowhere_else_has_no_mail_that_is_too_large():
    assert None is facts_of(server()).large
    small = edits.set_connector(server(), "Zivver", {"MaxMessageSize": "20KB"})
    assert 20 * 2**10 + 1 == facts_of(small).large
